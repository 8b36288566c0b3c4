// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"net/http"
	"sync"
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

// TestRenewalNotTaken: a fault says nothing of a brand-new token, so it is no reason to replace it.
func TestRenewalNotTaken(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{"500": rdssim.APIError(500, "DBS.200005", "later"), "503": rdssim.Status(503, "", nil)} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			refusal := rdssim.APIError(401, "APIGW.0307", "The token must be updated.")
			for _, f := range []rdssim.Fault{{Times: 1, Handler: refusal}, {Times: 1, Handler: fault}, {Times: -1, Handler: refusal}} {
				f.Kind = "rds.errorlog"
				sim.Inject(f)
			}
			s := newSession(t, byPassword(), sim.Transport())
			var got []int
			for range 3 {
				status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, status)
			}
			if got[0] < 500 || got[1] != 401 || got[2] != 401 || sim.Count("login") != 2 {
				t.Errorf("%v, %d logins", got, sim.Count("login"))
			}
		})
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
			checkToken,
		},
		"agency by given token": {
			func(token string) Config { return withAgency(Config{AuthURL: simAuthURL, Token: token}) },
			checkToken,
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
