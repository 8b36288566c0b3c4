// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
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
