// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"net/http"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestAnswers has errors of the identity service, and answers of other servers in its place. text follows the status.
func TestAnswers(t *testing.T) {
	const checkURL = "\n\nCheck auth_url (OS_AUTH_URL): it looks like https://iam.eu-de.otc.t-systems.com/v3. A proxy may also answer in " +
		"its place."
	const checkProject = "\n\nCheck tenant_id (OS_TENANT_ID, OS_PROJECT_ID), and that auth_url (OS_AUTH_URL) belongs to the project's region."
	for name, c := range map[string]struct {
		status int
		body   string
		kind   Kind
		text   string
	}{
		"IAM's": {
			404, `{"error":{"code":"404","message":"no","title":"Not Found"}}`, KindProject, "Message:    no" + checkProject,
		},
		"IAM's, newer": {404, `{"error_code":"IAM.0004","error_msg":"no"}`, KindProject, "Code:       IAM.0004\nMessage:    no" + checkProject},
		"the gateway's": {
			404, `{"error_code":"APIGW.0101","error_msg":"no","request_id":"r"}`, KindNotIdentity,
			"Code:       APIGW.0101\nMessage:    no\nRequest ID: r" + checkURL,
		},
		"a page": {
			404, "\n<html>", KindNotIdentity, "Message:    (an HTML page of 6 bytes in place of the API's JSON)" + checkURL,
		},
		"an object store's":      {404, "<Error><Code>NoSuchBucket</Code></Error>", KindNotIdentity, "Code:       NoSuchBucket" + checkURL},
		"an object store's, 400": {400, "<Error><Code>BadRequest</Code></Error>", KindNotIdentity, "Code:       BadRequest" + checkURL},
		"an object store's, 403": {403, "<Error><Code>AccessDenied</Code></Error>", KindNotIdentity, "Code:       AccessDenied" + checkURL},
		"a success":              {201, `{"status":"ok"}`, KindNotIdentity, ""},
		"another success":        {200, `[]`, KindNotIdentity, ""},
		"nothing":                {404, "", KindNotIdentity, "Message:    (the answer was empty)" + checkURL},
		"a text":                 {400, "Bad Request", KindNotIdentity, "Message:    (11 bytes that are not the API's JSON)" + checkURL},
		"another JSON":           {400, `{"a":1}`, KindNotIdentity, "Message:    (7 bytes that name no error)" + checkURL},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, settings.Values{AuthURL: iamURL, UserID: "ui", Password: "p", TenantID: "ti"},
				roundTrip(func(req *http.Request) (*http.Response, error) {
					return answer(req, c.status, c.body), nil
				}))
			failure := endpointError(t, s)
			same(t, "kind", failure.Kind, c.kind)
			if _, got, _ := strings.Cut(failure.Detail(), apierror.StatusText(c.status)+"\n"); got != c.text {
				t.Errorf("got %q, want %q", got, c.text)
			}
		})
	}
}

// TestAnswersEcho has a secret at each place of a long text: no part of it is shown.
func TestAnswersEcho(t *testing.T) {
	const password, own = "T0psecret-password", "T0psecret-token" // short enough to look like words
	c := withAgency(settings.Values{AuthURL: iamURL, UserName: "u", Password: password, DomainName: "d"})
	for filler := 370; filler < 410; filler++ {
		echo := func(secret string) func(*http.Request) *http.Response {
			return answering(403, "{\"error_msg\":\""+strings.Repeat("x ", filler/2)+strings.Repeat("y",
				filler%2)+secret+"\",\"error_code\":\""+secret+"\",\"request_id\":\""+secret+"\"}")
		}
		letIn := func(req *http.Request) *http.Response {
			resp := answer(req, http.StatusCreated, "{}")
			resp.Header.Set("X-Subject-Token", own)
			return resp
		}
		for name, network := range map[string]http.RoundTripper{
			"the caller's login": agencyNetwork(echo(password), nil), "the agency's login": agencyNetwork(letIn, echo(own)),
		} {
			failure := endpointError(t, newSession(t, c, network))
			same(t, name+": status", failure.StatusCode, http.StatusForbidden)
			for _, part := range []string{"T0", "Request ID:", "Code:"} {
				if strings.Contains(failure.Detail(), part) {
					t.Fatalf("%s, %d: want no %q in:\n%s", name, filler, part, failure.Detail())
				}
			}
		}
	}
}
