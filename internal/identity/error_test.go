// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// TestErrorTexts compares whole texts.
func TestErrorTexts(t *testing.T) {
	const iam = "https://iam.eu-de.otc.t-systems.com/v3"
	full := &Error{
		Kind: KindRefused, URL: iam, Tried: `the password of user "u" in domain "d", for project "eu-de_p"`,
		Hint:    "Check it.",
		Refusal: apierror.Refusal{StatusCode: 401, Code: "IAM.0001", Message: "The username or password is wrong.", RequestID: "9f0c"},
	}
	tests := map[string]struct {
		err                   *Error
		line, summary, detail string
	}{
		"everything": {
			full,
			iam + " refused the credentials (the password of user \"u\" in domain \"d\", for project \"eu-de_p\"): 401 Unauthorized: IAM.0001: " +
				"The username or password is wrong: request id 9f0c",
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
			"The login at " + iam + " did not finish in time, or was interrupted: context canceled", "Unable to log in",
			"The login at " + iam + " did not finish in time, or was interrupted.\n\nURL:        " + iam + "\nCause:      context canceled",
		},
		"nothing": {&Error{}, "The server failed", "Unable to log in", "The server failed."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := []string{test.err.Error(), test.err.Summary(), test.err.Detail()}
			if diff := cmp.Diff([]string{test.line, test.summary, test.detail}, got); diff != "" {
				t.Errorf("texts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorKinds(t *testing.T) {
	sentences := map[Kind][2]string{ // summary, first words of the detail
		KindRefused:         {"Unable to log in", "S refused the credentials."},
		KindProject:         {"Unable to use the project", "The project does not exist, or these credentials may not use it."},
		KindAgency:          {"Unable to assume the agency", "The agency does not exist, or these credentials may not assume it."},
		KindTokenExpired:    {"Unable to use the token", "The token was refused and cannot be renewed."},
		KindClockSkew:       {"Unable to log in", "S refused the signature because this machine's clock is wrong."},
		KindKeyLocked:       {"Unable to log in", "S has locked the credentials for a while, after too many failures in a row."},
		KindMFA:             {"Unable to log in", "S wants a passcode as well: the user has multi-factor authentication (MFA)."},
		KindNoEndpoint:      {"Unable to find the RDS endpoint", "The address of RDS could not be found."},
		KindNotIdentity:     {"Unable to log in", "The server at S is not an identity service (version 3)."},
		KindRejected:        {"Unable to log in", "S did not accept the login request."},
		KindCertificate:     {"Unable to log in", "The certificate of S is not trusted."},
		KindUnreachable:     {"Unable to log in", "S could not be reached."},
		KindProxy:           {"Unable to log in", "The proxy p:1 (HTTPS_PROXY) could not be reached."},
		KindProxyRefused:    {"Unable to log in", "The proxy p:1 (HTTPS_PROXY) refused the connection to S."},
		KindCertificateTime: {"Unable to log in", "The certificate of S has expired, or this machine's clock is wrong."},
		KindCertificateName: {"Unable to log in", "The certificate of S is for another host."},
		KindThrottled:       {"Unable to log in", "S refused the login: too many requests."},
		KindFault:           {"Unable to log in", "S failed."},
		KindInterrupted:     {"Unable to log in", "The login at S did not finish in time, or was interrupted."},
	}
	for kind, want := range sentences {
		err := &Error{Kind: kind, URL: "https://s", Proxy: "p:1 (HTTPS_PROXY)"}
		sentence, _, _ := strings.Cut(err.Detail(), "\n")
		if diff := cmp.Diff(want, [2]string{err.Summary(), strings.Replace(sentence, "https://s", "S", 1)}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want[1], diff)
		}
		passing := slices.Contains([]Kind{KindUnreachable, KindFault, KindNotIdentity, KindThrottled, KindProxy}, kind)
		same(t, want[1]+": permanent", err.Permanent(), true)
		same(t, want[1]+": permanent in a renewal", (&Error{Kind: kind, Renewal: true}).Permanent(), !passing)
	}
}

func TestErrorUnwraps(t *testing.T) {
	if err := error(&Error{Err: context.Canceled}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an error that wraps the cause", err)
	}
}
