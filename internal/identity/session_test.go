// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestSessionLogsInOnce: two hundred callers at once, one login, or one look at
// project and catalogue.
func TestSessionLogsInOnce(t *testing.T) {
	known := byAccessKey()
	known.TenantID, known.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
	for name, test := range map[string]struct {
		config Config
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
						if status, err := call(t.Context(), s, sim.Transport(), rdssim.FleetInstance(n)); err != nil || status != http.StatusOK {
							t.Errorf("caller %d: %d, %v", n, status, err)
						}
					})
				}
				group.Wait()
				if took := time.Since(start); took != time.Duration(test.steps)*time.Second {
					t.Errorf("took %s, want %d s", took, test.steps)
				}
				for kind, want := range test.want {
					if got := sim.Count(kind); got != want {
						t.Errorf("%d requests of kind %s, want %d", got, kind, want)
					}
				}
			})
		})
	}
}

// TestSessionCallerEnds: whoever's own context ends stops waiting at once, and
// the login goes on for the others.
func TestSessionCallerEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Delay(10 * time.Second)})
		s := newSession(t, byPassword(), sim.Transport())
		start := time.Now()
		var group sync.WaitGroup
		group.Go(func() {
			if _, err := s.Endpoint(t.Context()); err != nil {
				t.Errorf("the leader failed: %v", err)
			}
		})
		synctest.Wait()
		group.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			_, err := s.Endpoint(ctx)
			var failure *Error
			if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &failure) || failure.Kind != KindInterrupted || !failure.Permanent() {
				t.Errorf("got %v", err)
			}
			if waited := time.Since(start); waited != 3*time.Second {
				t.Errorf("stopped waiting after %s", waited)
			}
		})
		group.Wait()
		if sim.Count("login") != 1 {
			t.Errorf("%d logins", sim.Count("login"))
		}
	})
}

// TestSessionLeaderEnds: a leader whose context ends hands over to the next, who
// starts anew for all that still wait.
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
				t.Errorf("the leader ended with %v", err)
			}
		})
		synctest.Wait()
		for n := range 50 {
			group.Go(func() {
				if _, err := s.Endpoint(t.Context()); err != nil {
					t.Errorf("caller %d: %v", n, err)
				}
			})
		}
		time.Sleep(time.Minute)
		cancel()
		group.Wait()
		if sim.Count("login") != 2 || time.Since(start) != time.Minute {
			t.Errorf("%d logins in %s", sim.Count("login"), time.Since(start))
		}
	})
}

// TestSessionAllEnd: behind an identity service that hangs, each caller stops at
// its own time, whether it leads or waits, and nothing is remembered.
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
				if _, err := s.Endpoint(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != patience {
					t.Errorf("caller %d ended after %s: %v", n, time.Since(start), err)
				}
			})
		}
		group.Wait()
		for sim.Count("login") < 50 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			if _, err := s.Endpoint(ctx); err == nil {
				t.Error("a hanging login succeeded")
			}
			cancel()
		}
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Errorf("the next one failed: %v", err)
		}
	})
}

// TestSessionSharesTransientFailure: those that waited for a login that met a
// fault get its error; the next one tries again.
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
				if !errors.As(err, &failure) || failure.Kind != KindFault || failure.StatusCode != http.StatusServiceUnavailable {
					t.Errorf("got %v", err)
				}
			})
		}
		group.Wait()
		if sim.Count("login") != 1 {
			t.Errorf("%d logins by 100 callers at once", sim.Count("login"))
		}
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Errorf("the next one failed too: %v", err)
		}
	})
}

// TestSessionRefusedOnce: a refused credential is sent once, however many ask,
// now and later.
func TestSessionRefusedOnce(t *testing.T) {
	wrongKey := byAccessKey()
	wrongKey.SecretKey = "wrong-secret"
	wrongKeyKnownPlace := wrongKey
	wrongKeyKnownPlace.TenantID, wrongKeyKnownPlace.Endpoint = rdssim.ProjectID, "https://rdssim.invalid"
	wrongPassword := byPassword()
	wrongPassword.Password = "wrong-password"
	expired := Config{Token: "expired-token", TenantID: rdssim.ProjectID, Endpoint: "https://rdssim.invalid"}
	for name, test := range map[string]struct {
		config Config
		kind   Kind
		sent   int
	}{
		"password":                       {wrongPassword, KindRefused, 1},
		"AK/SK":                          {wrongKey, KindRefused, 1},
		"AK/SK without a call to IAM":    {wrongKeyKnownPlace, KindRefused, 1},
		"a token without a call to IAM":  {expired, KindTokenExpired, 200},
		"a token that IAM does not know": {Config{AuthURL: simAuthURL, Token: "expired-token"}, KindTokenExpired, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sim := rdssim.New()
				sim.Inject(rdssim.Fault{Times: -1, Handler: rdssim.Delay(time.Second)})
				s := newSession(t, test.config, sim.Transport())
				ask := func(n int) {
					_, err := call(t.Context(), s, sim.Transport(), rdssim.FleetInstance(n))
					var failure *Error
					if !errors.As(err, &failure) || failure.Kind != test.kind {
						t.Errorf("caller %d: %v", n, err)
						return
					}
					checkNoSecrets(t, failure)
				}
				var group sync.WaitGroup
				for n := range 200 {
					group.Go(func() { ask(n) })
				}
				group.Wait()
				ask(200)
				if got := sim.Count(""); got != test.sent {
					t.Errorf("%d requests, want %d", got, test.sent)
				}
			})
		})
	}
}

// TestEndpointDuringRenewal: where RDS is does not depend on the token, so nobody
// waits for a login that is slow.
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
			if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != http.StatusOK {
				t.Errorf("%d, %v", status, err)
			}
		})
		synctest.Wait()
		if got, err := s.Endpoint(t.Context()); err != nil || got != want || time.Since(start) != 0 {
			t.Errorf("%v, %v after %s", got, err, time.Since(start))
		}
		group.Wait()
		if time.Since(start) != time.Minute || sim.Count("login") != 2 {
			t.Errorf("%s, %d logins", time.Since(start), sim.Count("login"))
		}
	})
}

// TestClockSkew: the error says how far this machine's clock is off.
func TestClockSkew(t *testing.T) {
	for name, test := range map[string]struct {
		off   time.Duration
		wrong bool // the key, too
		kind  Kind
		hint  string
	}{
		"ahead":                           {time.Hour, false, KindClockSkew, "This machine's clock is 1h0m0s ahead of the server's; signatures allow 15 minutes. Set the clock."},
		"behind":                          {-16 * time.Minute, false, KindClockSkew, "This machine's clock is 16m0s behind the server's; signatures allow 15 minutes. Set the clock."},
		"enough":                          {14 * time.Minute, false, "", ""},
		"a wrong key, just enough ahead":  {15 * time.Minute, true, KindRefused, checkKey},
		"a wrong key, just enough behind": {-15 * time.Minute, true, KindRefused, checkKey},
		"a wrong key, too far ahead":      {15*time.Minute + time.Second, true, KindClockSkew, "This machine's clock is 15m1s ahead of the server's; signatures allow 15 minutes. Set the clock."},
		"a wrong key, too far behind":     {-15*time.Minute - time.Second, true, KindClockSkew, "This machine's clock is 15m1s behind the server's; signatures allow 15 minutes. Set the clock."},
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
				if test.kind == "" {
					if err != nil {
						t.Error(err)
					}
					return
				}
				var failure *Error
				if !errors.As(err, &failure) || failure.Kind != test.kind || failure.Hint != test.hint {
					t.Errorf("got %+v", err)
				}
				if sim.Count("") != 1 {
					t.Errorf("%d requests", sim.Count(""))
				}
			})
		})
	}
}
