// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// agencyCallers are who asks for the agency.
var agencyCallers = map[string]Config{
	"password":         {UserName: "u", Password: "p", DomainName: "d"},
	"passcode":         {UserID: "ui", Password: "p", Passcode: "123456", DomainID: "di"},
	"token":            {Token: "t"},
	"key":              {AccessKey: "AK", SecretKey: "SK", DomainID: "di"},
	"key and its name": {AccessKey: "AK", SecretKey: "SK", DomainName: "d"},
}

// agencyNetwork answers the caller's own login, or the look at its domains, and the agency's login. nil stands for a
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
	s := newSession(t, c, network)
	_, err := s.Endpoint(t.Context())
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("no Error but %v", err)
	}
	return failure
}

const (
	iamURL       = "https://iam.example.com/v3"
	iamRefused   = iamURL + " refused the credentials."
	noSuchAgency = "The agency does not exist or may not be assumed with these credentials."
	inAgency     = `, assuming agency "readers" of domain "ad" for project "eu-de_dp"`
	checkAgency  = "heck that agency_name, agency_domain_name and delegated_project are right, that the agency delegates to the caller's account and may work in " +
		"that project, and that the caller has the role Agent Operator."
	ownLogin = "This was the caller's own login, the agency was not asked for yet. "
	checkKey = "Check access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY). A temporary key needs its security_token (OS_SECURITY_TOKEN) and works only for a while. " +
		"This run does not try them again, because a few failures in a row lock the key for five minutes."
	checkToken = "It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN), or use a password or AK/SK, which the provider can " +
		"renew by itself."
)

var agencyTried = map[string]string{
	"password":         `the password of user "u" in domain "d"`,
	"passcode":         "password and passcode of user id ui in domain id di",
	"token":            "the token that was given",
	"key":              "access key AK",
	"key and its name": "access key AK",
}

// TestAgencyRefused compares whole texts: where the caller has just been let in, it is the agency that is refused, and
// nobody is sent to look at a password. Where a token or a key comes with the request for the agency, a 401 may mean
// either.
func TestAgencyRefused(t *testing.T) {
	type want struct {
		kind           Kind
		sentence, hint string
	}
	agency := want{KindAgency, noSuchAgency, "C" + checkAgency}
	unauthorized := map[string]want{
		"password":         agency,
		"passcode":         agency,
		"token":            {KindTokenExpired, "The token was refused and cannot be renewed.", checkToken + " If the token is good, c" + checkAgency},
		"key":              {KindRefused, iamRefused, checkKey + " If the key is good, c" + checkAgency},
		"key and its name": agency,
	}
	for caller := range agencyCallers {
		for status, w := range map[int]want{
			400: {KindRejected, iamURL + " did not accept the login request.", "C" + checkAgency},
			401: unauthorized[caller],
			403: agency,
			404: agency,
		} {
			t.Run(caller+"/"+http.StatusText(status), func(t *testing.T) {
				// The text is one that a first login would take for a question for a passcode, or for a lock.
				failure := assume(t, caller, agencyNetwork(nil, answering(status, `{"error":{"message":"No agency mfa-readers."}}`)))
				text := w.sentence + "\n\nTried:      " + agencyTried[caller] + inAgency + "\nURL:        " + iamURL +
					"\nStatus:     " + apierror.StatusText(status) + "\nMessage:    No agency mfa-readers.\n\n" + w.hint
				if diff := cmp.Diff(text, failure.Detail()); diff != "" || failure.Kind != w.kind || !failure.Permanent() {
					t.Errorf("%s: %s", failure.Kind, diff)
				}
			})
		}
	}
	if got := (&Error{Kind: KindAgency}).Summary(); got != "Unable to assume the agency" {
		t.Error(got)
	}
}

// TestAgencyCallerRefused: the caller's own login comes first, and its refusal speaks of the caller alone.
func TestAgencyCallerRefused(t *testing.T) {
	const (
		lookAlike   = "A wrong password, a wrong user and a wrong domain look alike. Check user_name (OS_USERNAME), password (OS_PASSWORD) and domain_name (OS_USER_DOMAIN_NAME), and whether the password has expired. "
		alikeToo    = "A wrong password, a wrong passcode, a wrong user and a wrong domain look alike. Check user_id (OS_USER_ID, OS_USERID), password (OS_PASSWORD), domain_id (OS_USER_DOMAIN_ID) and passcode (OS_PASSCODE), and whether the password has expired. "
		once        = "A passcode works once, and only while the device shows it. "
		nothingSent = "This run does not try them again, because a few failures in a row lock the user."
		rights      = ", the caller's groups in IAM, and that the caller may use the API."
	)
	for name, c := range map[string]struct {
		caller string
		status int
		hint   string
	}{
		"password":           {"password", 401, lookAlike + nothingSent},
		"password, no right": {"password", 403, "Check domain_name" + rights},
		"password, domain":   {"password", 404, "Check domain_name" + rights},
		"passcode":           {"passcode", 401, alikeToo + once + nothingSent},
		"passcode, no right": {"passcode", 403, "Check domain_id" + rights},
		"key":                {"key and its name", 401, checkKey},
		"key, no right":      {"key and its name", 403, "Check domain_name" + rights},
	} {
		t.Run(name, func(t *testing.T) {
			failure := assume(t, c.caller, agencyNetwork(answering(c.status, `{"error":{"message":"no"}}`), nil))
			text := iamRefused + "\n\nTried:      " + agencyTried[c.caller] + "\nURL:        " + iamURL +
				"\nStatus:     " + apierror.StatusText(c.status) + "\nMessage:    no\n\n" + ownLogin + c.hint
			if diff := cmp.Diff(text, failure.Detail()); diff != "" || failure.Kind != KindRefused {
				t.Errorf("%s: %s", failure.Kind, diff)
			}
		})
	}
}

// TestAgencyOtherFailures: what is wrong with neither caller nor agency keeps its name.
func TestAgencyOtherFailures(t *testing.T) {
	const locked = `{"error":{"message":"The account is locked."}}`
	for name, c := range map[string]struct {
		caller      string
		own, agency func(*http.Request) *http.Response
		kind        Kind
		tried, says string
	}{
		"own login out of order":         {"password", answering(503, "{}"), nil, KindFault, agencyTried["password"], iamURL + " failed."},
		"own login without a token":      {"password", answering(201, "{}"), nil, KindNotIdentity, agencyTried["password"], "the answer to the login holds no token"},
		"user locked":                    {"password", answering(401, locked), nil, KindKeyLocked, agencyTried["password"], "has locked the credentials"},
		"passcode asked for":             {"password", answering(401, `{"error":{"message":"MFA"}}`), nil, KindMFA, agencyTried["password"], "wants a passcode as well"},
		"agency's login out of order":    {"password", nil, answering(503, "{}"), KindFault, agencyTried["password"] + inAgency, iamURL + " failed."},
		"agency's login is no IAM's":     {"password", nil, answering(404, "<html>"), KindNotIdentity, agencyTried["password"] + inAgency, "not an identity service"},
		"key locked":                     {"key", nil, answering(401, locked), KindKeyLocked, agencyTried["key"] + inAgency, "has locked the credentials"},
		"user let in, agency \"locked\"": {"password", nil, answering(401, locked), KindAgency, agencyTried["password"] + inAgency, noSuchAgency},
	} {
		t.Run(name, func(t *testing.T) {
			failure := assume(t, c.caller, agencyNetwork(c.own, c.agency))
			if failure.Kind != c.kind || failure.Tried != c.tried || !strings.Contains(failure.Detail(), c.says) {
				t.Errorf("%s:\n%s", failure.Kind, failure.Detail())
			}
		})
	}
}

// TestAgencyRefusedOnce: an agency that was refused is not asked for again, nor does the caller log in again for it.
func TestAgencyRefusedOnce(t *testing.T) {
	for _, status := range []int{401, 403, 404} {
		sent := 0
		refuse := answering(status, `{"error":{"message":"no"}}`)
		s := newSession(t, withAgency(byPassword()), agencyNetwork(nil, func(req *http.Request) *http.Response {
			sent++
			return refuse(req)
		}))
		for range 3 {
			if _, err := s.Endpoint(t.Context()); err == nil {
				t.Fatal("no error")
			}
		}
		if sent != 1 {
			t.Errorf("%d: asked %d times", status, sent)
		}
	}
}

// TestAgencyAfterLookup: a look at the domains that failed says nothing of the key.
func TestAgencyAfterLookup(t *testing.T) {
	refuse := answering(401, `{"error":{"message":"no"}}`)
	for _, lookup := range []func(*http.Request) *http.Response{answering(503, "{}"), answering(200, "<html>")} {
		failure := assume(t, "key and its name", agencyNetwork(lookup, refuse))
		if want := checkKey + " If the key is good, c" + checkAgency; failure.Kind != KindRefused || failure.Hint != want {
			t.Errorf("%s: %s", failure.Kind, failure.Hint)
		}
	}
}
