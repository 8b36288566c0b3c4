// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"io"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestPasscodeLost loses the answer to a login with a passcode: the code may be spent.
func TestPasscodeLost(t *testing.T) {
	config := settings.Values{AuthURL: "https://iam.example.com/v3", UserID: "ui", Password: "p", Passcode: "123456", TenantID: "ti"}
	s := newSession(t, config, roundTrip(func(*http.Request) (*http.Response, error) { return nil, io.EOF }))
	failure := endpointError(t, s)
	same(t, "kind", failure.Kind, KindUnreachable)
	same(t, "hint", failure.Hint, "Check auth_url (OS_AUTH_URL) and region (OS_REGION_NAME, OS_REGION), the network, and the proxy "+
		"variables HTTPS_PROXY "+
		"and NO_PROXY. A passcode works once, and this one may be spent: give the next one.")
	same(t, "with a passcode", config.SpendsPasscode(), true)
	same(t, "without a passcode", settings.Values{Password: "p", UserID: "ui"}.SpendsPasscode(), false)
	same(t, "with a token", settings.Values{Token: "t", Passcode: "123456"}.SpendsPasscode(), false)
}

// TestPasscodeRefused compares whole texts. Only if no passcode was given is one asked for.
func TestPasscodeRefused(t *testing.T) {
	const (
		receipt = `{"receipt":{"methods":["password"]},"required_auth_methods":[["password","totp"]]}`
		refused = "https://iam.example.com/v3 refused the credentials."
		wants   = "https://iam.example.com/v3 wants a passcode as well: the user has multi-factor authentication (MFA)."
		set     = "Set passcode (OS_PASSCODE) to the current code of the MFA device, and user_id (OS_USER_ID, OS_USERID) instead of user_name."
		alone   = "the password of user id ui"
		both    = "password and passcode of user id ui"
		check   = "Check user_id (OS_USER_ID, OS_USERID), password (OS_PASSWORD), passcode (OS_PASSCODE) and tenant_id (OS_TENANT_ID, " +
			"OS_PROJECT_ID): the answer is the same, whichever of them is wrong. The password may also have expired. A passcode works once, and " +
			"only while the device shows it. This run does not try again, because a few failures in a row lock the user."
		third = "Password and passcode are right, but another factor is wanted, which this provider cannot give. Use a token (OS_TOKEN) or " +
			"AK/SK (OS_ACCESS_KEY, OS_SECRET_KEY)."
	)
	for name, c := range map[string]struct {
		passcode, body, header             string
		kind                               Kind
		sentence, tried, message, whatNext string
	}{
		"asked for, by text": {
			"", `{"error":{"message":"The user has MFA."}}`, "", KindMFA, wants, alone, "The user has MFA.", set,
		},
		"asked for, by receipt in the body":   {"", receipt, "", KindMFA, wants, alone, "", set},
		"asked for, by receipt in the header": {"", `{}`, "r", KindMFA, wants, alone, "", set},
		"wrong":                               {"123456", `{"error":{"message":"no"}}`, "", KindRefused, refused, both, "no", check},
		"wrong, in words about MFA": {
			"123456", `{"error":{"message":"MFA failed"}}`, "", KindRefused, refused, both, "MFA failed", check,
		},
		"a third factor, receipt in the body": {"123456", receipt, "", KindRefused, refused, both, "", third},
		"a third factor, in the header":       {"123456", `{}`, "r", KindRefused, refused, both, "", third},
	} {
		t.Run(name, func(t *testing.T) {
			config := settings.Values{AuthURL: "https://iam.example.com/v3", UserID: "ui", Password: "p", Passcode: c.passcode, TenantID: "ti"}
			s := newSession(t, config, roundTrip(func(req *http.Request) (*http.Response, error) {
				resp := answer(req, http.StatusUnauthorized, c.body)
				resp.Header.Set("Openstack-Auth-Receipt", c.header)
				return resp, nil
			}))
			failure := endpointError(t, s)
			same(t, "kind", failure.Kind, c.kind)
			want := c.sentence + "\n\nTried:      " + c.tried + ", for project id ti\nURL:        https://iam.example.com/v3\nStatus:     401 " +
				"Unauthorized\n"
			if c.message != "" {
				want += "Message:    " + c.message + "\n"
			}
			if diff := cmp.Diff(want+"\n"+c.whatNext, failure.Detail()); diff != "" {
				t.Errorf("detail (-want +got):\n%s", diff)
			}
		})
	}
}
