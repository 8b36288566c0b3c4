// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestLoginRefused looks at parts of the texts.
func TestLoginRefused(t *testing.T) {
	change := func(c settings.Values, f func(*settings.Values)) settings.Values { f(&c); return c }
	tests := map[string]struct {
		config settings.Values
		fault  http.HandlerFunc // answers each request to IAM, if set
		kind   Kind
		final  bool   // a second try sends nothing
		parts  string // of Detail, separated by |
	}{
		"wrong password": {
			change(byPassword(), func(c *settings.Values) { c.Password = "wrong-password" }), nil, KindRefused, true,
			"https://rdssim.invalid/v3 refused the credentials.|Tried:      the password of user \"oncall\" in domain " +
				"\"OTC-EU-DE-00000000001000012345\", for project \"eu-de_rehearsal\"|" +
				"Status:     401 Unauthorized|Check user_name (OS_USERNAME), password (OS_PASSWORD), domain_name (OS_USER_DOMAIN_NAME) and " +
				"tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME): the answer is the same",
		},
		"password with a line break": {
			change(byPassword(), func(c *settings.Values) { c.Password += "\n" }), nil, KindRefused, true,
			"The password begins or ends with a space or line break: if the value comes from a file or a command, wrap it in trimspace(). Check " +
				"user_name",
		},
		"wrong domain": {
			change(byPassword(), func(c *settings.Values) { c.DomainName = "elsewhere" }), nil, KindRefused, true,
			"in domain \"elsewhere\"",
		},
		"wrong project": {
			change(byPassword(), func(c *settings.Values) { c.TenantName = "eu-de_typo" }), nil, KindRefused, true,
			"for project \"eu-de_typo\"|Check tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME) first: the message names the project. If it is " +
				"right, check user_name",
		},
		"passcode needed": {
			change(byPassword(), func(c *settings.Values) { c.UserName = rdssim.MFAUserName }), nil, KindMFA, true,
			"Set passcode (OS_PASSCODE)|user_id (OS_USER_ID, OS_USERID)",
		},
		"passcode needed, by Keystone": {
			byPassword(), rdssim.Status(401, "{\"receipt\":{\"methods\":[\"password\"]},\"required_auth_methods\":[[\"password\",\"totp\"]]}",
				nil), KindMFA, true, "Set passcode",
		},
		"wrong passcode": {
			settings.Values{
				AuthURL: simAuthURL, UserID: rdssim.MFAUserID, Password: rdssim.Password, Passcode: "918273",
				TenantID: rdssim.ProjectID,
			},
			nil, KindRefused, true,
			"password and passcode of user id " + rdssim.MFAUserID,
		},
		"given token expired": {
			settings.Values{AuthURL: simAuthURL, Token: "expired-token"},
			nil, KindTokenExpired, true,
			"It has expired, or it belongs to another cloud or region.|OS_TOKEN",
		},
		"given token not found": {
			settings.Values{AuthURL: simAuthURL, Token: "expired-token"},
			rdssim.IAMError(404, "no"), KindTokenExpired, true,
			"It has expired",
		},
		"wrong secret key": {
			change(byAccessKey(), func(c *settings.Values) { c.SecretKey = "wrong-secret" }), nil, KindRefused, true,
			"access key RDSS1MPERMANENTAK7F1|APIGW.0301|Check access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY)",
		},
		"unknown access key": {
			change(byAccessKey(), func(c *settings.Values) { c.AccessKey = "NOSUCHKEY" }), nil, KindRefused, true,
			"access key NOSUCHKEY",
		},
		"project unknown to AKSK": {
			change(byAccessKey(), func(c *settings.Values) { c.TenantName = "eu-de_typo" }), nil, KindProject, true,
			"0 projects of that name are visible to this access key|Check tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME), or set tenant_id " +
				"(OS_TENANT_ID, OS_PROJECT_ID)",
		},
		"agency refused": {
			change(withAgency(byPassword()), func(c *settings.Values) { c.AgencyName = "typo" }), nil, KindAgency,
			true, "assuming agency \"typo\" of domain \"OTC-EU-DE-00000000001000067890\" for project \"eu-de_delegated\"|Agent Operator",
		},
		"locked": {
			byAccessKey(), rdssim.APIError(401, "APIGW.0301", "Incorrect IAM authentication information: AK access failed to reach the limit, "+
				"forbidden"), KindKeyLocked, true,
			"locked the credentials for a while|five minutes for an access key",
		},
		"forbidden": {byPassword(), rdssim.IAMError(403, "no"), KindProject, true, "403 Forbidden|Check its groups in IAM|tenant_name"},
		"project not found": {
			byPassword(), rdssim.IAMError(404, "no project"), KindProject, true,
			"auth_url (OS_AUTH_URL) belongs to the project's region",
		},
		"bad request": {byPassword(), rdssim.IAMError(400, "no"), KindRejected, false, "IDs and names must not be mixed up"},
		"fault": {
			byPassword(), rdssim.IAMError(503, "later"), KindFault, false,
			"503 Service Unavailable|Message:    later|Try again later. If it goes on, look at the cloud's status page " +
				"(https://status.otc-service.com/).",
		},
		"rate limit": {
			byPassword(), rdssim.RetryAfter(429, "3"), KindThrottled, false,
			"refused the login: too many requests.|429 Too Many Requests|APIGW.0308|wait a minute, stop other runs, or lower -parallelism",
		},
		"HTML instead of JSON": {byPassword(), rdssim.HTMLPage(200), KindNotIdentity, false, "Check auth_url (OS_AUTH_URL)"},
		"HTML, forbidden":      {byPassword(), rdssim.HTMLPage(403), KindNotIdentity, true, "403 Forbidden|Check auth_url (OS_AUTH_URL)"},
		"HTML, unauthorized":   {byPassword(), rdssim.HTMLPage(401), KindRefused, true, "401 Unauthorized"},
		"HTML, not found": {
			byPassword(), rdssim.HTMLPage(404), KindNotIdentity, false,
			"404 Not Found|(an HTML page of 147 bytes in place of the API's JSON)|Check auth_url",
		},
		"a redirect": {
			byPassword(), rdssim.Redirect("http://evil.invalid/x?secret=y"), KindNotIdentity, false,
			"307 Temporary Redirect|Location:   http://evil.invalid\n",
		},
		"project of another region": {
			change(byPassword(), func(c *settings.Values) { c.Region, c.TenantName = "eu-nl", "eu-de_typo" }), nil, KindRefused, true,
			`Project "eu-de_typo" is in region eu-de by its name, but the region is eu-nl. If it is right, check`,
		},
		"project of another region, forbidden": {
			change(byPassword(), func(c *settings.Values) { c.Region = "eu-nl" }), rdssim.IAMError(403, "no"), KindProject, true,
			`The caller is known, but may not do this. Project "eu-de_rehearsal" is in region eu-de by its name, but the region is eu-nl. Check its`,
		},
		"success without token": {
			byPassword(), rdssim.Status(201, `{"token":{}}`, nil), KindNotIdentity, false,
			"the answer to the login has no token",
		},
		"an empty answer":      {byPassword(), rdssim.Status(201, "", nil), KindNotIdentity, false, "not that of a login"},
		"JSON of another kind": {byPassword(), rdssim.Status(201, `{"token":[]}`, nil), KindNotIdentity, false, "not that of a login"},
		"token for no project": {
			byPassword(), rdssim.Status(201, `{"token":{}}`, http.Header{"X-Subject-Token": {"t"}}), KindProject, true,
			"a token that is not for a project|Check tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME).",
		},
		"no RDS in the catalogue": {
			byPassword(), rdssim.Status(201, "{\"token\":{\"project\":{\"id\":\"pid\"},\"catalog\":[{\"type\":\"rds\"}]}}",
				http.Header{"X-Subject-Token": {"t"}}), KindNoEndpoint, true,
			"the service catalogue has no entry of type rdsv3|Check region (OS_REGION_NAME, OS_REGION) and endpoint_type (OS_ENDPOINT_TYPE), or " +
				"set endpoint (OS_RDS_ENDPOINT_OVERRIDE)",
		},
		"connection broken": {
			byPassword(), rdssim.Drop(), KindUnreachable, false,
			"https://rdssim.invalid/v3 could not be reached.|Cause:      the connection was closed without an answer|HTTPS_PROXY",
		},
		"half an answer": {byPassword(), rdssim.HalfBody(), KindUnreachable, false, "could not be reached"},
		"an echo of the secret": {
			byPassword(), rdssim.IAMError(401, "wrong password "+rdssim.Password+"\x1b[31m\nfor you"), KindRefused, true,
			"wrong password (hidden)?[31m for you",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			if test.fault != nil {
				sim.Inject(rdssim.Fault{Times: -1, Handler: test.fault})
			}
			s := newSession(t, test.config, sim.Transport())
			failure := endpointError(t, s)
			same(t, "kind", failure.Kind, test.kind)
			same(t, "permanent", failure.Permanent(), true)
			for part := range strings.SplitSeq(test.parts, "|") {
				if !strings.Contains(failure.Detail(), part) {
					t.Errorf("want %q in:\n%s", part, failure.Detail())
				}
			}
			checkNoSecrets(t, failure)
			before := sim.Count("")
			_ = endpointError(t, s)
			same(t, "sent nothing at the second try", sim.Count("") == before, test.final)
		})
	}
}

func checkNoSecrets(t *testing.T, err *Error) {
	t.Helper()
	for _, text := range []string{err.Error(), err.Detail(), err.Summary(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		for _, secret := range []string{
			rdssim.Password, rdssim.SecretKey, rdssim.SecurityToken, rdssim.TokenMark, rdssim.TemporarySecretKey,
			"wrong-password", "expired-token", "wrong-secret", "918273", "Signature=",
		} {
			if strings.Contains(text, secret) {
				t.Errorf("want no %s in: %s", secret, text)
			}
		}
	}
}
