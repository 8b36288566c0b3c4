// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestRenewal has both forms of a refused token: it is replaced once.
func TestRenewal(t *testing.T) {
	for name, refusal := range map[string]http.HandlerFunc{
		"401":            rdssim.APIError(401, "APIGW.0307", "The token must be updated."),
		"401, an empty":  rdssim.Status(401, "", nil),
		"403 DBS.280056": rdssim.APIError(403, "DBS.280056", "Invalid token."),
	} {
		byKey := withAgency(byAccessKey())
		byKey.Passcode = "is-not-used"
		for kind, config := range map[string]settings.Values{
			"password": byPassword(), "agency": withAgency(byPassword()),
			"agency by key": byKey,
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				sim := rdssim.New()
				s := newSession(t, config, sim.Transport())
				good(t, s, sim.Transport(), rdssim.InstanceHealthy)
				first := sim.Count("login")
				sim.RevokeTokens()
				sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: refusal})
				good(t, s, sim.Transport(), rdssim.InstanceHealthy)
				same(t, "logins", sim.Count("login"), 2*first)
				for _, r := range sim.Requests() {
					if r.Kind == "rds.errorlog" {
						same(t, "body", string(r.Body), "{}")
					}
				}
			})
		}
	}
}

// TestRenewalOnce refuses the new token too: the caller gets that answer, and no request asks for another token.
func TestRenewalOnce(t *testing.T) {
	sim := rdssim.New()
	sim.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: -1, Handler: rdssim.APIError(401, "APIGW.0301", "no")})
	s := newSession(t, byPassword(), sim.Transport())
	for range 10 {
		status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
		if err != nil {
			t.Fatalf("want an answer, got %v", err)
		}
		same(t, "status", status, http.StatusUnauthorized)
	}
	same(t, "logins", sim.Count("login"), 2)
	same(t, "calls", sim.Count("rds.errorlog"), 11)
}

// TestRenewalNotTaken has a fault for a new token: that is no reason to replace it.
func TestRenewalNotTaken(t *testing.T) {
	for name, fault := range map[string]http.HandlerFunc{"500": rdssim.APIError(500, "DBS.200005", "later"), "503": rdssim.Status(503, "",
		nil)} {
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
					t.Fatalf("want an answer, got %v", err)
				}
				got = append(got, status)
			}
			same(t, "statuses", fmt.Sprint(got), "["+name+" 401 401]")
			same(t, "logins", sim.Count("login"), 2)
		})
	}
}

// TestRenewalTogether revokes the token of two hundred callers: they log in once together, each time.
func TestRenewalTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Times: -1, Handler: rdssim.Delay(time.Second)})
		s := newSession(t, byPassword(), sim.Transport())
		for round := 1; round <= 3; round++ {
			var group sync.WaitGroup
			for n := range 200 {
				group.Go(func() {
					good(t, s, sim.Transport(), rdssim.FleetInstance(n))
				})
			}
			group.Wait()
			same(t, fmt.Sprint("logins after round ", round), sim.Count("login"), round)
			sim.RevokeTokens()
		}
	})
}

// TestNoRenewal has tokens that cannot be renewed, and compares the advice.
func TestNoRenewal(t *testing.T) {
	without, no := byPassword(), false
	without.AllowReauth = &no
	passcode := settings.Values{
		AuthURL: simAuthURL, UserID: rdssim.MFAUserID, Password: rdssim.Password, Passcode: rdssim.MFAPasscode,
		TenantID: rdssim.ProjectID,
	}
	for name, test := range map[string]struct {
		config func(token string) settings.Values
		hint   string
	}{
		"given token": {
			func(token string) settings.Values { return settings.Values{AuthURL: simAuthURL, Token: token} },
			tokenAdvice,
		},
		"agency by given token": {
			func(token string) settings.Values {
				return withAgency(settings.Values{AuthURL: simAuthURL, Token: token})
			},
			tokenAdvice,
		},
		"passcode": {
			func(string) settings.Values { return passcode },
			"A passcode works once, so the token cannot be renewed. Run again with the current passcode (OS_PASSCODE).",
		},
		"allow_reauth is off": {
			func(string) settings.Values { return without },
			"allow_reauth (OS_ALLOW_REAUTH) is false, so the provider does not log in again. Run again, or set it to true.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, test.config(issueToken(t, sim, rdssim.ProjectID)), sim.Transport())
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
			sim.RevokeTokens()
			sim.Reset()
			for range 2 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				failure := errorOf(t, err)
				same(t, "kind", failure.Kind, KindTokenExpired)
				same(t, "hint", failure.Hint, test.hint)
				same(t, "permanent", failure.Permanent(), true)
				same(t, "status", failure.StatusCode, http.StatusUnauthorized)
				same(t, "code", failure.Code, "APIGW.0307")
				same(t, "URL", failure.URL, "https://rdssim.invalid")
				checkNoSecrets(t, failure)
			}
			same(t, "requests after the token was revoked", sim.Count(""), 1)
		})
	}
}

// TestRenewalFails has failures in a renewal: a fault may be tried again, a refusal may not.
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
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
			sim.RevokeTokens()
			sim.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: test.fault})
			_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
			failure := errorOf(t, err)
			same(t, "permanent", failure.Permanent(), test.permanent)
			same(t, "renewal", failure.Renewal, true)
			if !test.permanent {
				good(t, s, sim.Transport(), rdssim.InstanceHealthy)
				return
			}
			if status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy); err == nil {
				t.Errorf("the next try: got %d, want the same error", status)
			}
		})
	}
}

// TestRenewalFailsAgain checks that each try after the first login is a renewal, however many failed.
func TestRenewalFailsAgain(t *testing.T) {
	for kind, config := range map[string]settings.Values{
		"password": byPassword(), "agency": withAgency(byPassword()),
		"agency by key": withAgency(byAccessKey()),
	} {
		t.Run(kind, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, config, sim.Transport())
			sim.Inject(rdssim.Fault{Kind: "login", Times: 2, Handler: rdssim.IAMError(503, "later")})
			for range 2 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				failure := errorOf(t, err)
				same(t, "permanent before the first login", failure.Permanent(), true)
				same(t, "renewal before the first login", failure.Renewal, false)
			}
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
			sim.RevokeTokens()
			sim.Inject(rdssim.Fault{Kind: "login", Times: 5, Handler: rdssim.IAMError(503, "later")})
			for n := range 5 {
				_, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
				failure := errorOf(t, err)
				same(t, fmt.Sprint("permanent at renewal ", n), failure.Permanent(), false)
				same(t, fmt.Sprint("renewal ", n), failure.Renewal, true)
			}
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
		})
	}
}
