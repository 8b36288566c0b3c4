// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestSessionLogsInOnce has two hundred callers at once: one login, or one look at project and catalogue.
func TestSessionLogsInOnce(t *testing.T) {
	known := byAccessKey()
	known.TenantID, known.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
	for name, test := range map[string]struct {
		config settings.Values
		want   map[string]int
		steps  int // of a second each, one after the other
	}{
		"password":                    {byPassword(), map[string]int{"login": 1, "rds.errorlog": 200}, 2},
		"AK/SK":                       {byAccessKey(), map[string]int{"login": 0, "iam.projects": 1, "iam.catalog": 1, "rds.errorlog": 200}, 3},
		"AK/SK, the first goes alone": {known, map[string]int{"rds.errorlog": 200}, 2},
		"agency":                      {withAgency(byPassword()), map[string]int{"login": 2, "rds.errorlog": 200}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				sim.Inject(rdssim.Fault{Times: -1, Handler: rdssim.Delay(time.Second)})
				s := newSession(t, test.config, sim.Transport())
				start := time.Now()
				var group sync.WaitGroup
				for n := range 200 {
					group.Go(func() {
						good(t, s, sim.Transport(), rdssim.FleetInstance(n))
					})
				}
				group.Wait()
				same(t, "time", time.Since(start), time.Duration(test.steps)*time.Second)
				for kind, want := range test.want {
					same(t, kind, sim.Count(kind), want)
				}
			})
		})
	}
}

// TestSessionCallerEnds ends a waiting caller's context: it stops at once, and the login goes on.
func TestSessionCallerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Delay(10 * time.Second)})
		s := newSession(t, byPassword(), sim.Transport())
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := s.Endpoint(t.Context()); err != nil {
				t.Errorf("the leader: want an endpoint, got %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := s.Endpoint(ctx)
			var failure *Error
			if !errors.As(err, &failure) {
				t.Errorf("want an Error, got %v", err)
				return
			}
			same(t, "deadline exceeded", errors.Is(err, context.DeadlineExceeded), true)
			same(t, "kind", failure.Kind, KindInterrupted)
			same(t, "permanent", failure.Permanent(), true)
			same(t, "waited", time.Since(start), 3*time.Second)
		})
		group.Wait()
		same(t, "logins", sim.Count("login"), 1)
	})
}

// TestSessionLeaderEnds ends the leader's context: the next caller logs in for all that still wait.
func TestSessionLeaderEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: rdssim.Hang()})
		s := newSession(t, byPassword(), sim.Transport())
		start := time.Now()
		var group sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		group.Go(func() {
			if _, err := s.Endpoint(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("the leader: got %v, want its context's end", err)
			}
		})
		synctest.Wait()
		for n := range 50 {
			group.Go(func() {
				if _, err := s.Endpoint(t.Context()); err != nil {
					t.Errorf("caller %d: want an endpoint, got %v", n, err)
				}
			})
		}
		time.Sleep(time.Minute)
		cancel()
		group.Wait()
		same(t, "logins", sim.Count("login"), 2)
		same(t, "time", time.Since(start), time.Minute)
	})
}

// TestSessionAllEnd has a hanging identity service: each caller stops at its own time, and nothing is remembered.
func TestSessionAllEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "login", Times: 50, Handler: rdssim.Hang()})
		s := newSession(t, byPassword(), sim.Transport())
		start := time.Now()
		var group sync.WaitGroup
		for n := range 50 {
			group.Go(func() {
				patience := time.Duration(n+1) * time.Second
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				if _, err := s.Endpoint(ctx); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("caller %d: got %v, want its deadline", n, err)
				}
				same(t, fmt.Sprintf("time of caller %d", n), time.Since(start), patience)
			})
		}
		group.Wait()
		for sim.Count("login") < 50 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := s.Endpoint(ctx); err == nil {
				t.Error("want an error from a hanging login, got none")
			}
			cancel()
		}
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Errorf("the next one: want an endpoint, got %v", err)
		}
	})
}

// TestSessionSharesTransientFailure has a fault: all that waited get it, and the next caller tries again.
func TestSessionSharesTransientFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Second)
			rdssim.IAMError(503, "later")(w, r)
		}})
		s := newSession(t, byPassword(), sim.Transport())
		var group sync.WaitGroup
		for range 100 {
			group.Go(func() {
				_, err := s.Endpoint(t.Context())
				var failure *Error
				if !errors.As(err, &failure) {
					t.Errorf("want an Error, got %v", err)
					return
				}
				same(t, "kind", failure.Kind, KindFault)
				same(t, "status", failure.StatusCode, http.StatusServiceUnavailable)
			})
		}
		group.Wait()
		same(t, "logins", sim.Count("login"), 1)
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Errorf("the next one: want an endpoint, got %v", err)
		}
	})
}

// TestSessionRefusedOnce checks that a refused credential is sent once, however many ask.
func TestSessionRefusedOnce(t *testing.T) {
	wrongKey := byAccessKey()
	wrongKey.SecretKey = "wrong-secret"
	wrongKeyKnownPlace := wrongKey
	wrongKeyKnownPlace.TenantID, wrongKeyKnownPlace.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
	wrongPassword := byPassword()
	wrongPassword.Password = "wrong-password"
	expired := settings.Values{Token: "expired-token", TenantID: rdssim.ProjectID, Endpoint: "https://rdssim.invalid"}
	for name, test := range map[string]struct {
		config settings.Values
		kind   Kind
		sent   int
	}{
		"password":                       {wrongPassword, KindRefused, 1},
		"AK/SK":                          {wrongKey, KindRefused, 1},
		"AK/SK without a call to IAM":    {wrongKeyKnownPlace, KindRefused, 1},
		"a token without a call to IAM":  {expired, KindTokenExpired, 200},
		"a token that IAM does not know": {settings.Values{AuthURL: simAuthURL, Token: "expired-token"}, KindTokenExpired, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				sim.Inject(rdssim.Fault{Times: -1, Handler: rdssim.Delay(time.Second)})
				s := newSession(t, test.config, sim.Transport())
				ask := func(n int) {
					_, err := call(t.Context(), s, sim.Transport(), rdssim.FleetInstance(n))
					var failure *Error
					if !errors.As(err, &failure) {
						t.Errorf("caller %d: want an Error, got %v", n, err)
						return
					}
					same(t, "kind", failure.Kind, test.kind)
					checkNoSecrets(t, failure)
				}
				var group sync.WaitGroup
				for n := range 200 {
					group.Go(func() { ask(n) })
				}
				group.Wait()
				ask(200)
				same(t, "requests", sim.Count(""), test.sent)
			})
		})
	}
}

// TestEndpointDuringRenewal checks that the endpoint does not wait for a slow renewal.
func TestEndpointDuringRenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		s := newSession(t, byPassword(), sim.Transport())
		want, err := s.Endpoint(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		sim.RevokeTokens()
		sim.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: rdssim.Delay(time.Minute)})
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
		})
		synctest.Wait()
		got, err := s.Endpoint(t.Context())
		if err != nil {
			t.Errorf("during the renewal: want an endpoint, got %v", err)
		}
		same(t, "endpoint", got, want)
		same(t, "time for the endpoint", time.Since(start), 0)
		group.Wait()
		same(t, "time for the call", time.Since(start), time.Minute)
		same(t, "logins", sim.Count("login"), 2)
	})
}

// TestClockSkew checks by how much the clocks may differ.
func TestClockSkew(t *testing.T) {
	for name, test := range map[string]struct {
		off   time.Duration
		wrong bool // the key, too
		kind  Kind
		hint  string
	}{
		"ahead": {
			time.Hour, false, KindClockSkew,
			"This machine's clock is 1h0m0s ahead of the server's. Signatures allow 15 minutes. Set the clock.",
		},
		"behind": {
			-16 * time.Minute, false, KindClockSkew,
			"This machine's clock is 16m0s behind the server's. Signatures allow 15 minutes. Set the clock.",
		},
		"enough":                          {14 * time.Minute, false, Kind{}, ""},
		"a wrong key, just enough ahead":  {15 * time.Minute, true, KindRefused, keyAdvice},
		"a wrong key, just enough behind": {-15 * time.Minute, true, KindRefused, keyAdvice},
		"a wrong key, too far ahead": {
			15*time.Minute + time.Second, true, KindClockSkew,
			"This machine's clock is 15m1s ahead of the server's. Signatures allow 15 minutes. Set the clock.",
		},
		"a wrong key, too far behind": {
			-15*time.Minute - time.Second, true, KindClockSkew,
			"This machine's clock is 15m1s behind the server's. Signatures allow 15 minutes. Set the clock.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				dated := roundTrip(func(req *http.Request) (*http.Response, error) {
					resp, err := sim.Transport().RoundTrip(req)
					if err == nil {
						resp.Header.Set("Date", time.Now().UTC().Format(http.TimeFormat))
					}
					return resp, err
				})
				c := byAccessKey()
				if test.wrong {
					c.SecretKey = "wrong-secret"
				}
				s := newSession(t, c, dated)
				s.now = func() time.Time { return time.Now().Add(test.off) }
				_, err := s.Endpoint(t.Context())
				if test.hint == "" {
					if err != nil {
						t.Errorf("want an endpoint, got %v", err)
					}
					return
				}
				failure := errorOf(t, err)
				same(t, "kind", failure.Kind, test.kind)
				same(t, "hint", failure.Hint, test.hint)
				same(t, "requests", sim.Count(""), 1)
			})
		})
	}
}

// good expects RDS to answer a call with 200. It may be called from any goroutine.
func good(t *testing.T, s *Session, network http.RoundTripper, instance string) {
	t.Helper()
	status, err := call(t.Context(), s, network, instance)
	if err != nil {
		t.Errorf("the call for %s failed: %v", instance, err)
		return
	}
	same(t, "status for "+instance, status, http.StatusOK)
}

// TestTurnHangs has a first signed request that hangs: the others wait for it, or for their own end.
func TestTurnHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: rdssim.Hang()})
		c := byAccessKey()
		c.TenantID, c.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
		s := newSession(t, c, sim.Transport())
		start := time.Now()
		var group sync.WaitGroup
		ends := func(after time.Duration) {
			ctx, cancel := context.WithTimeout(t.Context(), after)
			defer cancel()
			if _, err := call(ctx, s, sim.Transport(), rdssim.InstanceHealthy); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v, want the end after %s", err, after)
			}
			same(t, "time", time.Since(start), after)
		}
		group.Go(func() { ends(30 * time.Second) })
		synctest.Wait()
		for n := range 20 {
			group.Go(func() {
				good(t, s, sim.Transport(), rdssim.FleetInstance(n))
				same(t, "time", time.Since(start), 30*time.Second)
			})
		}
		group.Go(func() { ends(time.Second) })
		group.Wait()
	})
}

// TestTurnFaults has answers that prove nothing about the key: the next request goes, alone.
func TestTurnFaults(t *testing.T) {
	for status, fault := range map[int]http.HandlerFunc{
		500: rdssim.APIError(500, "DBS.200005", "Internal error"),
		503: rdssim.APIError(503, "APIGW.0201", "Backend timeout"),
		429: rdssim.APIError(429, "APIGW.0308", "Throttled"),
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 2, Handler: fault})
				c := byAccessKey()
				c.SecretKey = "wrong-secret"
				c.TenantID, c.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
				slow := roundTrip(func(req *http.Request) (*http.Response, error) {
					time.Sleep(time.Second) // so that all the others wait
					return sim.Transport().RoundTrip(req)
				})
				s := newSession(t, c, sim.Transport())
				var faults, refused atomic.Int32
				var group sync.WaitGroup
				for n := range 20 {
					group.Go(func() {
						got, err := call(t.Context(), s, slow, rdssim.FleetInstance(n))
						if err != nil {
							refused.Add(1)
							return
						}
						same(t, "status", got, status)
						faults.Add(1)
					})
				}
				group.Wait()
				same(t, "faults", faults.Load(), 2)
				same(t, "refused", refused.Load(), 18)
				same(t, "requests", sim.Count(""), 3)
			})
		})
	}
}

// TestInterruptedLogin checks that a login that is cut off names its last fault, and how often it was sent.
func TestInterruptedLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fault := &transport.TimeoutError{After: 2 * time.Second}
		network := roundTrip(func(*http.Request) (*http.Response, error) {
			time.Sleep(fault.After)
			return nil, fault
		})
		s := NewSession(resolve(t, byPassword()), func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
			attempts := wrap(network)
			return &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
				for req.Context().Err() == nil {
					if resp, err := attempts.RoundTrip(req.Clone(req.Context())); err == nil {
						return resp, nil
					}
				}
				return nil, &transport.AbandonedError{Err: req.Context().Err(), Fault: fault}
			})}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		_, err := s.Endpoint(ctx)
		failure := errorOf(t, err)
		same(t, "kind", failure.Kind, KindInterrupted)
		same(t, "cause", failure.Err.Error(), "the time was up; before that: no complete answer within 2s (sent 3 times)")
		same(t, "hint", failure.Hint, "The identity service did not answer. Check auth_url (OS_AUTH_URL), the network and the proxy.")
	})
}
