// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// agencyCallers ask for the agency.
var agencyCallers = map[string]settings.Values{
	"password":         {UserName: "u", Password: "p", DomainName: "d"},
	"passcode":         {UserID: "ui", Password: "p", Passcode: "123456", DomainID: "di"},
	"token":            {Token: "t"},
	"key":              {AccessKey: "AK", SecretKey: "SK", DomainID: "di"},
	"key and its name": {AccessKey: "AK", SecretKey: "SK", DomainName: "d"},
}

// agencyNetwork answers the caller's own login, or the look at its domains, and the agency's login. nil means a
// good answer.
func agencyNetwork(own, agency func(*http.Request) *http.Response) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		isOwn := strings.HasSuffix(req.URL.Path, "/auth/domains") || req.Header.Get("X-Auth-Token")+req.Header.Get("Authorization") == ""
		if isOwn && own != nil {
			return own(req), nil
		}
		if !isOwn && agency != nil {
			return agency(req), nil
		}
		resp := answer(req, http.StatusOK, `{"token":{"project":{"id":"4"}},"domains":[{"id":"di","name":"d"}]}`)
		resp.Header.Set("X-Subject-Token", "issued")
		return resp, nil
	})
}

func answering(status int, body string) func(*http.Request) *http.Response {
	return func(req *http.Request) *http.Response { return answer(req, status, body) }
}

func assume(t *testing.T, caller string, network http.RoundTripper) *Error {
	t.Helper()
	c := agencyCallers[caller]
	c.AuthURL = "https://iam.example.com/v3"
	c.AgencyName, c.AgencyDomainName, c.DelegatedProject = "readers", "ad", "eu-de_dp"
	return endpointError(t, newSession(t, c, network))
}

const (
	iamURL       = "https://iam.example.com/v3"
	iamRefused   = iamURL + " refused the credentials."
	noSuchAgency = "The agency does not exist, or these credentials may not assume it."
	inAgency     = `, assuming agency "readers" of domain "ad" for project "eu-de_dp"`
	agencyAdvice = "Check agency_name (OS_AGENCY_NAME), agency_domain_name (OS_AGENCY_DOMAIN_NAME) and delegated_project " +
		"(OS_DELEGATED_PROJECT). The agency must delegate to the caller's account and may work in that project, and the caller needs the role " +
		"Agent Operator."
	ownAdvice = "This was the caller's own login: the agency was not asked for yet. "
	keyAdvice = "Check access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY). A temporary key needs its security_token " +
		"(OS_SECURITY_TOKEN) and works only for a while. This run does not try again, because a few failures in a row lock the key for five " +
		"minutes."
	tokenAdvice = "It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN, OS_AUTH_TOKEN), or use " +
		"a password or AK/SK, which the provider can renew by itself."
)

var agencyTried = map[string]string{
	"password":         `the password of user "u" in domain "d"`,
	"passcode":         "password and passcode of user id ui in domain id di",
	"token":            "the given token",
	"key":              "access key AK",
	"key and its name": "access key AK",
}

// TestAgencyRefused compares whole texts. If the caller was accepted just before, the agency is refused, not the
// password. If a token or a key comes with the request for the agency, a 401 can mean either.
func TestAgencyRefused(t *testing.T) {
	type want struct {
		kind           Kind
		sentence, hint string
	}
	agency := want{KindAgency, noSuchAgency, agencyAdvice}
	unauthorized := map[string]want{
		"password": agency,
		"passcode": agency,
		"token": {
			KindTokenExpired, "The token was refused and cannot be renewed.",
			tokenAdvice + " If the token is good, the agency was refused. " + agencyAdvice,
		},
		"key":              {KindRefused, iamRefused, keyAdvice + " If the key is good, the agency was refused. " + agencyAdvice},
		"key and its name": agency,
	}
	for caller := range agencyCallers {
		for status, w := range map[int]want{
			400: {KindRejected, iamURL + " did not accept the login request.", agencyAdvice},
			401: unauthorized[caller],
			403: agency,
			404: agency,
		} {
			t.Run(caller+"/"+http.StatusText(status), func(t *testing.T) {
				// At a first login, this text would mean that a passcode is needed.
				failure := assume(t, caller, agencyNetwork(nil, answering(status, `{"error":{"message":"No agency mfa-readers."}}`)))
				text := w.sentence + "\n\nTried:      " + agencyTried[caller] + inAgency + "\nURL:        " + iamURL +
					"\nStatus:     " + apierror.StatusText(status) + "\nMessage:    No agency mfa-readers.\n\n" + w.hint
				if diff := cmp.Diff(text, failure.Detail()); diff != "" {
					t.Errorf("detail (-want +got):\n%s", diff)
				}
				same(t, "kind", failure.Kind, w.kind)
				same(t, "permanent", failure.Permanent(), true)
			})
		}
	}
}

// TestAgencyCallerRefused has the caller's own login refused: the texts are about the caller alone.
func TestAgencyCallerRefused(t *testing.T) {
	const (
		lookAlike = "Check user_name (OS_USERNAME), password (OS_PASSWORD) and domain_name (OS_USER_DOMAIN_NAME): the answer is the same, " +
			"whichever of them is wrong. The password may also have expired. "
		alikeToo = "Check user_id (OS_USER_ID, OS_USERID), password (OS_PASSWORD), domain_id (OS_USER_DOMAIN_ID) and passcode (OS_PASSCODE): " +
			"the answer is the same, whichever of them is wrong. The password may also have expired. "
		once        = "A passcode works once, and only while the device shows it. "
		nothingSent = "This run does not try again, because a few failures in a row lock the user."
		rights      = ", the caller's groups in IAM, and that the caller may use the API."
	)
	for name, c := range map[string]struct {
		caller string
		status int
		hint   string
	}{
		"password":           {"password", 401, lookAlike + nothingSent},
		"password, no right": {"password", 403, "Check domain_name (OS_USER_DOMAIN_NAME)" + rights},
		"password, domain":   {"password", 404, "Check domain_name (OS_USER_DOMAIN_NAME)" + rights},
		"passcode":           {"passcode", 401, alikeToo + once + nothingSent},
		"passcode, no right": {"passcode", 403, "Check domain_id (OS_USER_DOMAIN_ID)" + rights},
		"key":                {"key and its name", 401, keyAdvice},
		"key, no right":      {"key and its name", 403, "Check domain_name (OS_USER_DOMAIN_NAME)" + rights},
	} {
		t.Run(name, func(t *testing.T) {
			failure := assume(t, c.caller, agencyNetwork(answering(c.status, `{"error":{"message":"no"}}`), nil))
			text := iamRefused + "\n\nTried:      " + agencyTried[c.caller] + "\nURL:        " + iamURL +
				"\nStatus:     " + apierror.StatusText(c.status) + "\nMessage:    no\n\n" + ownAdvice + c.hint
			if diff := cmp.Diff(text, failure.Detail()); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
			same(t, "kind", failure.Kind, KindRefused)
		})
	}
}

// TestAgencyOtherFailures has failures that are neither the caller's nor the agency's.
func TestAgencyOtherFailures(t *testing.T) {
	const locked = `{"error":{"message":"The account is locked."}}`
	for name, c := range map[string]struct {
		caller      string
		own, agency func(*http.Request) *http.Response
		kind        Kind
		tried, part string
	}{
		"own login out of order": {"password", answering(503, "{}"), nil, KindFault, agencyTried["password"], iamURL + " failed."},
		"own login without a token": {
			"password", answering(201, "{}"), nil, KindNotIdentity, agencyTried["password"],
			"the answer to the login has no token",
		},
		"user locked": {"password", answering(401, locked), nil, KindKeyLocked, agencyTried["password"], "has locked the credentials"},
		"passcode asked for": {
			"password", answering(401, "{\"error\":{\"message\":\"MFA\"}}"), nil, KindMFA, agencyTried["password"],
			"wants a passcode as well",
		},
		"agency's login out of order": {
			"password", nil, answering(503, "{}"), KindFault, agencyTried["password"] + inAgency, iamURL + " failed.",
		},
		"agency's login is no IAM's": {
			"password", nil, answering(404, "<html>"), KindNotIdentity, agencyTried["password"] + inAgency, "not an identity service",
		},
		"key locked": {"key", nil, answering(401, locked), KindKeyLocked, agencyTried["key"] + inAgency, "has locked the credentials"},
		"user accepted, agency \"locked\"": {
			"password", nil, answering(401, locked), KindAgency, agencyTried["password"] + inAgency,
			noSuchAgency,
		},
	} {
		t.Run(name, func(t *testing.T) {
			failure := assume(t, c.caller, agencyNetwork(c.own, c.agency))
			same(t, "kind", failure.Kind, c.kind)
			same(t, "tried", failure.Tried, c.tried)
			if !strings.Contains(failure.Detail(), c.part) {
				t.Errorf("want %q in:\n%s", c.part, failure.Detail())
			}
		})
	}
}

// TestAgencyRefusedOnce checks that a refused agency is not asked for again.
func TestAgencyRefusedOnce(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		sent := 0
		refuse := answering(status, `{"error":{"message":"no"}}`)
		s := newSession(t, withAgency(byPassword()), agencyNetwork(nil, func(req *http.Request) *http.Response {
			sent++
			return refuse(req)
		}))
		for range 3 {
			_ = endpointError(t, s)
		}
		same(t, fmt.Sprint("requests for the agency after ", status), sent, 1)
	}
}

// TestAgencyAfterLookup has a failed look at the domains: it does not prove the key.
func TestAgencyAfterLookup(t *testing.T) {
	refuse := answering(401, `{"error":{"message":"no"}}`)
	for _, lookup := range []func(*http.Request) *http.Response{answering(503, "{}"), answering(200, "<html>")} {
		failure := assume(t, "key and its name", agencyNetwork(lookup, refuse))
		if want := keyAdvice + " If the key is good, the agency was refused. " + agencyAdvice; failure.Hint != want {
			t.Errorf("hint: got %q\nwant %q", failure.Hint, want)
		}
	}
}
