// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestErrorTexts compares whole texts.
func TestErrorTexts(t *testing.T) {
	const iam = "https://iam.eu-de.otc.t-systems.com/v3"
	full := &Error{
		Kind: KindRefused, URL: iam, Tried: `the password of user "u" in domain "d", for project "eu-de_p"`,
		StatusCode: 401, Code: "IAM.0001", Message: "The username or password is wrong.", RequestID: "9f0c", Hint: "Check it.",
	}
	tests := map[string]struct {
		err                   *Error
		line, summary, detail string
	}{
		"everything": {
			full,
			iam + ` refused the credentials (the password of user "u" in domain "d", for project "eu-de_p"): 401 Unauthorized: IAM.0001: The username or password is wrong: request id 9f0c`,
			"Unable to log in",
			iam + ` refused the credentials.

Tried:      the password of user "u" in domain "d", for project "eu-de_p"
URL:        ` + iam + `
Status:     401 Unauthorized
Code:       IAM.0001
Message:    The username or password is wrong.
Request ID: 9f0c

Check it.`,
		},
		"no answer": {
			&Error{Kind: KindUnreachable, URL: iam, Err: errors.New("connection refused")},
			iam + " could not be reached: connection refused", "Unable to log in",
			iam + " could not be reached.\n\nURL:        " + iam + "\nCause:      connection refused",
		},
		"interrupted": {
			&Error{Kind: KindInterrupted, URL: iam, Err: context.Canceled},
			"The login at " + iam + " was not finished when it was interrupted or its time was up: context canceled", "Unable to log in",
			"The login at " + iam + " was not finished when it was interrupted or its time was up.\n\nURL:        " + iam + "\nCause:      context canceled",
		},
		"nothing": {&Error{}, "The server failed", "Unable to log in", "The server failed."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := []string{test.err.Error(), test.err.Summary(), test.err.Detail()}
			if diff := cmp.Diff([]string{test.line, test.summary, test.detail}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestErrorKinds(t *testing.T) {
	sentences := map[Kind][2]string{ // summary, first words of the detail
		KindRefused:      {"Unable to log in", "S refused the credentials."},
		KindProject:      {"Unable to use the project", "The project does not exist or may not be used with these credentials."},
		KindAgency:       {"Unable to assume the agency", "The agency does not exist or may not be assumed with these credentials."},
		KindTokenExpired: {"Unable to use the token", "The token was refused and cannot be renewed."},
		KindClockSkew:    {"Unable to log in", "S refused the signature because this machine's clock is off."},
		KindKeyLocked:    {"Unable to log in", "S has locked the credentials for a while after too many failures in a row."},
		KindMFA:          {"Unable to log in", "S wants a passcode as well: the user is protected by multi-factor authentication."},
		KindNoEndpoint:   {"Unable to find the RDS endpoint", "The address of RDS could not be found."},
		KindNotIdentity:  {"Unable to log in", "What answers at S is not an identity service (version 3)."},
		KindRejected:     {"Unable to log in", "S did not accept the login request."},
		KindCertificate:  {"Unable to log in", "The certificate of S is not trusted."},
		KindUnreachable:  {"Unable to log in", "S could not be reached."},
		KindFault:        {"Unable to log in", "S failed."},
		KindInterrupted:  {"Unable to log in", "The login at S was not finished when it was interrupted or its time was up."},
	}
	for kind, want := range sentences {
		err := &Error{Kind: kind, URL: "https://s"}
		sentence, _, _ := strings.Cut(err.Detail(), "\n")
		if diff := cmp.Diff(want, [2]string{err.Summary(), strings.Replace(sentence, "https://s", "S", 1)}); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
		transient := kind == KindUnreachable || kind == KindFault || kind == KindNotIdentity
		if renewal := (&Error{Kind: kind, Renewal: true}); !err.Permanent() || renewal.Permanent() == transient {
			t.Errorf("%s: permanent %v, in a renewal %v", kind, err.Permanent(), renewal.Permanent())
		}
	}
}

func TestErrorUnwraps(t *testing.T) {
	if err := error(&Error{Err: context.Canceled}); !errors.Is(err, context.Canceled) {
		t.Error("the cause is lost")
	}
	if got := (&ConfigError{"", "Unable to do", "Because."}).Error(); got != "Unable to do: Because." {
		t.Error(got)
	}
	if got := (&ConfigError{"token", "Unable to do", "Because."}).Error(); got != "token: Unable to do: Because." {
		t.Error(got)
	}
}

func TestReadFault(t *testing.T) {
	header := http.Header{"X-Request-Id": {"from-header"}}
	tests := map[string]struct {
		header http.Header
		body   string
		want   fault
	}{
		"IAM":                   {header, `{"error":{"code":401,"message":"wrong","title":"Unauthorized"}}`, fault{"", "wrong", "from-header", false}},
		"IAM, a title only":     {nil, `{"error":{"code":401,"title":"Unauthorized"}}`, fault{"", "Unauthorized", "", false}},
		"IAM, a text code":      {nil, `{"error":{"code":"IAM.0011","message":"wrong"}}`, fault{"IAM.0011", "wrong", "", false}},
		"IAM, a number as text": {nil, `{"error":{"code":"401","message":"wrong"}}`, fault{"", "wrong", "", false}},
		"IAM, newer":            {nil, `{"error_code":"IAM.0101","error_msg":"wrong"}`, fault{"IAM.0101", "wrong", "", false}},
		"gateway":               {nil, `{"error_code":"APIGW.0301","error_msg":"wrong","request_id":"in-body"}`, fault{"APIGW.0301", "wrong", "in-body", false}},
		"header wins":           {header, `{"error_code":"APIGW.0301","request_id":"in-body"}`, fault{"APIGW.0301", "", "from-header", false}},
		"older":                 {nil, `{"errCode":"RDS.0010","externalMessage":"wrong"}`, fault{"RDS.0010", "wrong", "", false}},
		"Keystone's header":     {http.Header{"X-Openstack-Request-Id": {"req-1"}}, `{}`, fault{"", "", "req-1", false}},
		"page":                  {nil, "\n<html>", fault{"", "", "", true}},
		"nothing":               {nil, "", fault{}},
		"text":                  {nil, "Service Unavailable", fault{}},
		"a list":                {nil, "[1]", fault{}},
		"control characters":    {nil, `{"error":{"message":"a\u001b[2Jb\nc\u202e"}}`, fault{"", "a?[2Jb c?", "", false}},
		"long":                  {nil, `{"error":{"message":"` + strings.Repeat("é ", 500) + `"}}`, fault{"", strings.Repeat("é ", 200) + "…", "", false}},
		"an echo of a token":    {nil, `{"error":{"message":"no token ` + strings.Repeat("MIIx", 30) + ` here"}}`, fault{"", "no token (hidden) here", "", false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := readFault(test.header, []byte(test.body)); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}
