// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestRenewal: a token that is refused in the middle is replaced once, whichever
// of its two forms the refusal has.
func TestRenewal(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"401":            rdssim.APIError(401, "APIGW.0307", "The token must be updated."),
		"401, an empty":  rdssim.Status(401, "", nil),
		"403 DBS.280056": rdssim.APIError(403, "DBS.280056", "Invalid token."),
	} {
		byKey := withAgency(byAccessKey())
		byKey.Passcode = "is-not-used"
		for kind, config := range map[string]Config{"password": byPassword(), "agency": withAgency(byPassword()), "agency by key": byKey} {
			t.Run(name+", "+kind, func(t *testing.T) {
				sim := rdssim.New()
				s := newSession(t, config, sim.Transport())
				if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != 200 {
					t.Fatal(status, err)
				}
				first := sim.Count("login")
				sim.RevokeTokens()
				sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: refusal})
				if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != 200 {
					t.Fatal(status, err)
				}
				if got := sim.Count("login"); got != 2*first {
					t.Errorf("%d logins, want %d", got, 2*first)
				}
				for _, r := range sim.Requests() {
					if r.Kind == "rds.errorlog" && string(r.Body) != "{}" {
						t.Errorf("a body went out as %q", r.Body)
					}
				}
			})
		}
	}
}

// TestRenewalOnce: a second refusal of the same request goes back to the caller,
// and a brand-new token that is refused is not replaced for each request again.
func TestRenewalOnce(t *testing.T) {
	sim := rdssim.New()
	sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: -1, Handler: rdssim.APIError(401, "APIGW.0301", "no")})
	s := newSession(t, byPassword(), sim.Transport())
	for range 10 {
		status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
		if err != nil || status != http.StatusUnauthorized {
			t.Fatal(status, err)
		}
	}
	if sim.Count("login") != 2 || sim.Count("rds.errorlog") != 11 {
		t.Errorf("%d logins, %d calls; want 2, 11", sim.Count("login"), sim.Count("rds.errorlog"))
	}
}

// TestRenewalTogether: two hundred waits that find their token revoked log in
// once together, again and again.
func TestRenewalTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Times: -1, Handler: rdssim.Delay(time.Second)})
		s := newSession(t, byPassword(), sim.Transport())
		for round := 1; round <= 3; round++ {
			var group sync.WaitGroup
			for n := range 200 {
				group.Go(func() {
					if status, err := call(t.Context(), s, sim.Transport(), rdssim.FleetInstance(n)); err != nil || status != 200 {
						t.Errorf("round %d, caller %d: %d, %v", round, n, status, err)
					}
				})
			}
			group.Wait()
			if got := sim.Count("login"); got != round {
				t.Errorf("%d logins after round %d", got, round)
			}
			sim.RevokeTokens()
		}
	})
}

// TestNoRenewal: where no new token can be had the user is told why.
func TestNoRenewal(t *testing.T) {
	without := byPassword()
	without.AllowReauth = ptr(false)
	passcode := Config{AuthURL: simAuthURL, UserID: rdssim.MFAUserID, Password: rdssim.Password, Passcode: rdssim.MFAPasscode, TenantID: rdssim.ProjectID}
	for name, test := range map[string]struct {
		config func(token string) Config
		hint   string
	}{
		"given token": {
			func(token string) Config { return Config{AuthURL: simAuthURL, Token: token} },
			"It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN), or use a password or AK/SK, which the provider can renew by itself.",
		},
		"agency by given token": {
			func(token string) Config { return withAgency(Config{AuthURL: simAuthURL, Token: token}) },
			"It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN), or use a password or AK/SK, which the provider can renew by itself.",
		},
		"passcode": {
			func(string) Config { return passcode },
			"A passcode works once, so the token cannot be renewed. Run again with the current passcode (OS_PASSCODE).",
		},
		"allow_reauth is off": {
			func(string) Config { return without },
			"allow_reauth (OS_ALLOW_REAUTH) is false, so the provider does not log in again. Run again, or set it to true.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, test.config(issueToken(t, sim, rdssim.ProjectID)), sim.Transport())
			if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != 200 {
				t.Fatal(status, err)
			}
			sim.RevokeTokens()
			sim.Reset()
			for range 2 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				var failure *Error
				if !errors.As(err, &failure) {
					t.Fatalf("no Error but %v", err)
				}
				if failure.Kind != KindTokenExpired || failure.Hint != test.hint || !failure.Permanent() ||
					failure.StatusCode != http.StatusUnauthorized || failure.Code != "APIGW.0307" || failure.URL != "https://rdssim.invalid" {
					t.Errorf("got %#v", failure)
				}
				checkNoSecrets(t, failure)
			}
			if sim.Count("") != 1 {
				t.Errorf("%d requests after the token was revoked, want 1", sim.Count(""))
			}
		})
	}
}

// TestRenewalFails: a fault of the identity service in the middle of a wait may be
// tried again; a password that was changed meanwhile may not.
func TestRenewalFails(t *testing.T) {
	for name, test := range map[string]struct {
		fault     http.HandlerFunc
		permanent bool
	}{
		"fault":   {rdssim.IAMError(503, "later"), false},
		"broken":  {rdssim.Drop(), false},
		"page":    {rdssim.HTMLPage(200), false},
		"refused": {rdssim.IAMError(401, "no"), true},
	} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, byPassword(), sim.Transport())
			if _, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil {
				t.Fatal(err)
			}
			sim.RevokeTokens()
			sim.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: test.fault})
			_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
			var failure *Error
			if !errors.As(err, &failure) || failure.Permanent() != test.permanent || !failure.Renewal {
				t.Fatalf("got %+v", err)
			}
			status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
			if test.permanent != (err != nil) || !test.permanent && status != 200 {
				t.Errorf("the next try ended with %d, %v", status, err)
			}
		})
	}
}

// TestRenewalFailsAgain: every try of a renewal counts as one, however many failed before it. Before the first login
// there is nothing to renew.
func TestRenewalFailsAgain(t *testing.T) {
	for kind, config := range map[string]Config{"password": byPassword(), "agency": withAgency(byPassword()), "agency by key": withAgency(byAccessKey())} {
		t.Run(kind, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, config, sim.Transport())
			sim.Inject(rdssim.Fault{Kind: "login", Times: 2, Handler: rdssim.IAMError(503, "later")})
			for range 2 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				var failure *Error
				if !errors.As(err, &failure) || !failure.Permanent() || failure.Renewal {
					t.Fatalf("the first login: %+v", err)
				}
			}
			if _, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil {
				t.Fatal(err)
			}
			sim.RevokeTokens()
			sim.Inject(rdssim.Fault{Kind: "login", Times: 5, Handler: rdssim.IAMError(503, "later")})
			for n := range 5 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				var failure *Error
				if !errors.As(err, &failure) || failure.Permanent() || !failure.Renewal {
					t.Fatalf("try %d of the renewal: %+v", n+1, err)
				}
			}
			if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != http.StatusOK {
				t.Errorf("the last try ended with %d, %v", status, err)
			}
		})
	}
}

// TestTransportLeavesOthersAlone: answers that are no refusal of the token come
// back whole, and the caller's request is as it was.
func TestTransportLeavesOthersAlone(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"forbidden": {403, `{"error_code":"DBS.200604","error_msg":"no"}`},
		"HTML":      {403, "<html>" + strings.Repeat("x", 200_000)},
		"not found": {404, `{"error_code":"DBS.200602"}`},
		"fault":     {500, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, byPassword(), sim.Transport())
			endpoint, err := s.Endpoint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			network := roundTrip(func(req *http.Request) (*http.Response, error) { return answer(req, test.status, test.body), nil })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint.URL.String()+"/x", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := s.Transport(network).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			if err != nil || resp.StatusCode != test.status || string(body) != test.body {
				t.Errorf("got %d with %d bytes, %v", resp.StatusCode, len(body), err)
			}
			if sim.Count("login") != 1 {
				t.Errorf("%d logins", sim.Count("login"))
			}
			if len(req.Header) != 0 {
				t.Errorf("the caller's request was changed: %v", req.Header)
			}
		})
	}
}

// TestTransportForeignHost: credentials go to RDS and nowhere else.
func TestTransportForeignHost(t *testing.T) {
	for name, config := range map[string]Config{"token": byPassword(), "signature": byAccessKey()} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, config, sim.Transport())
			network := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("was sent") })
			for _, address := range []string{"http://obs.invalid/x", "http://rdssim.invalid/x", "https://rdssim.invalid:8080/x"} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := s.Transport(network).RoundTrip(req)
				if !errors.Is(err, errForeignHost) {
					t.Errorf("%s: %v, %v", address, resp, err)
				}
			}
		})
	}
}

// TestSignedAttempts: every attempt of a request to RDS carries its own date, and
// with SignAttempts so does every attempt of one to the identity service.
func TestSignedAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "iam.projects", Times: 2, Handler: rdssim.Status(503, "", nil)})
		// retrying stands in for the layer that retries.
		retrying := func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				for {
					resp, err := next.RoundTrip(req.Clone(req.Context()))
					if err != nil || resp.StatusCode != http.StatusServiceUnavailable {
						return resp, err
					}
					_ = resp.Body.Close()
					time.Sleep(20 * time.Minute)
				}
			})
		}
		s := newSession(t, byAccessKey(), retrying(SignAttempts(sim.Transport())))
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		dates := map[string]bool{}
		for _, r := range sim.Requests() {
			if r.Kind == "iam.projects" {
				dates[r.Header.Get("X-Sdk-Date")] = true
			}
		}
		if len(dates) != 3 {
			t.Errorf("three attempts had %d dates", len(dates))
		}
		sim.Reset()
		for range 2 {
			if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err != nil || status != 200 {
				t.Fatal(status, err)
			}
			time.Sleep(time.Hour)
		}
		requests := sim.Requests()
		if a, b := requests[0].Header.Get("X-Sdk-Date"), requests[1].Header.Get("X-Sdk-Date"); a == b {
			t.Errorf("both attempts are of %s", a)
		}
		if requests[0].Header.Get("X-Project-Id") != rdssim.ProjectID || requests[0].Header.Get("X-Auth-Token") != "" {
			t.Errorf("headers are %v", requests[0].Header)
		}
	})
}

// TestSignAttemptsPassesOthers: a request with a token is none of its business.
func TestSignAttemptsPassesOthers(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://example.com", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got *http.Request
	resp, err := SignAttempts(roundTrip(func(r *http.Request) (*http.Response, error) {
		got = r
		return answer(r, 200, ""), nil
	})).RoundTrip(req)
	if err != nil || got != req {
		t.Errorf("%v, %v", got, err)
	}
	_ = resp.Body.Close()
}

// TestTransportClosesBodies: also where nothing is sent.
func TestTransportClosesBodies(t *testing.T) {
	sim := rdssim.New()
	wrong := byPassword()
	wrong.Password = "wrong-password"
	s := newSession(t, wrong, sim.Transport())
	var closed atomic.Bool
	body := &closing{Reader: strings.NewReader("{}"), closed: &closed}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://rdssim.invalid/v3/x", body)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := s.Transport(sim.Transport()).RoundTrip(req); err == nil || !closed.Load() {
		t.Errorf("%v, %v, closed %v", resp, err, closed.Load())
	}
}

type closing struct {
	io.Reader
	closed *atomic.Bool
}

func (c *closing) Close() error { c.closed.Store(true); return nil }
