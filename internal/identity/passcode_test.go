// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestPasscodeLost: whether the code was taken is not known where the answer is lost, and a second try would be wrong
// for sure.
func TestPasscodeLost(t *testing.T) {
	config := Config{AuthURL: "https://iam.example.com/v3", UserID: "ui", Password: "p", Passcode: "123456", TenantID: "ti"}
	s := newSession(t, config, roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF }))
	_, err := s.Endpoint(t.Context())
	var failure *Error
	const want = "Check auth_url (OS_AUTH_URL) and region (OS_REGION_NAME), the network, and the proxy variables HTTPS_PROXY and NO_PROXY. A passcode works once, and this one may be spent: give the next one."
	if !errors.As(err, &failure) || failure.Kind != KindUnreachable || failure.Hint != want {
		t.Error(err)
	}
	if !config.SpendsPasscode() || (Config{Password: "p", UserID: "ui"}).SpendsPasscode() || (Config{Token: "t", Passcode: "123456"}).SpendsPasscode() {
		t.Error("which logins are good once is not told")
	}
}

// TestPasscodeRefused compares whole texts: a passcode is asked for only where none was given, and where one was, it
// may be what is wrong.
func TestPasscodeRefused(t *testing.T) {
	const (
		receipt = `{"receipt":{"methods":["password"]},"required_auth_methods":[["password","totp"]]}`
		refused = "https://iam.example.com/v3 refused the credentials."
		wants   = "https://iam.example.com/v3 wants a passcode as well: the user is protected by multi-factor authentication."
		set     = "Set passcode (OS_PASSCODE) to the current code of the MFA device, and user_id (OS_USER_ID) instead of user_name."
		alone   = "the password of user id ui"
		both    = "password and passcode of user id ui"
		check   = "A wrong password, a wrong passcode, a wrong user and a wrong domain look alike, and so may a wrong project. Check user_id (OS_USER_ID, OS_USERID), password (OS_PASSWORD), passcode (OS_PASSCODE) and tenant_id (OS_TENANT_ID, OS_PROJECT_ID), and whether the " +
			"password has expired. A passcode works once, and only while the device shows it. This run does not try them again, because a few failures in a row lock the user."
		third = "Password and passcode are right, but yet another factor is asked for, which this provider cannot give. Use a token (OS_TOKEN) or AK/SK " +
			"(OS_ACCESS_KEY, OS_SECRET_KEY)."
	)
	for name, c := range map[string]struct {
		passcode, body, header             string
		kind                               Kind
		sentence, tried, message, whatNext string
	}{
		"asked for, by text":                  {"", `{"error":{"message":"The user has MFA."}}`, "", KindMFA, wants, alone, "The user has MFA.", set},
		"asked for, by receipt in the body":   {"", receipt, "", KindMFA, wants, alone, "", set},
		"asked for, by receipt in the header": {"", `{}`, "r", KindMFA, wants, alone, "", set},
		"wrong":                               {"123456", `{"error":{"message":"no"}}`, "", KindRefused, refused, both, "no", check},
		"wrong, in words about MFA":           {"123456", `{"error":{"message":"MFA failed"}}`, "", KindRefused, refused, both, "MFA failed", check},
		"a third factor, receipt in the body": {"123456", receipt, "", KindRefused, refused, both, "", third},
		"a third factor, in the header":       {"123456", `{}`, "r", KindRefused, refused, both, "", third},
	} {
		t.Run(name, func(t *testing.T) {
			config := Config{AuthURL: "https://iam.example.com/v3", UserID: "ui", Password: "p", Passcode: c.passcode, TenantID: "ti"}
			s := newSession(t, config, roundTrip(func(req *http.Request) (*http.Response, error) {
				resp := answer(req, http.StatusUnauthorized, c.body)
				resp.Header.Set("Openstack-Auth-Receipt", c.header)
				return resp, nil
			}))
			_, err := s.Endpoint(t.Context())
			var failure *Error
			if !errors.As(err, &failure) || failure.Kind != c.kind {
				t.Fatalf("want %s, got %v", c.kind, err)
			}
			want := c.sentence + "\n\nTried:      " + c.tried + ", for project id ti\nURL:        https://iam.example.com/v3\nStatus:     401 Unauthorized\n"
			if c.message != "" {
				want += "Message:    " + c.message + "\n"
			}
			if diff := cmp.Diff(want+"\n"+c.whatNext, failure.Detail()); diff != "" {
				t.Error(diff)
			}
		})
	}
}
