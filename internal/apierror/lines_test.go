// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package apierror_test

import (
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		refusal apierror.Refusal
		want    string
	}{
		"nothing": {apierror.Refusal{}, ""},
		"all": {
			apierror.Refusal{StatusCode: 404, Code: "DBS.200602", Message: "The DB instance does not exist.", RequestID: "r1"},
			"Status:     404 Not Found\nCode:       DBS.200602\nMessage:    The DB instance does not exist.\nRequest ID: r1\n",
		},
		"a status without a text": {apierror.Refusal{StatusCode: 599}, "Status:     599\n"},
		"a request ID only":       {apierror.Refusal{RequestID: "r1"}, "Request ID: r1\n"},
		"a message only":          {apierror.Refusal{Message: "(the answer was empty)", Described: true}, "Message:    (the answer was empty)\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.refusal.Lines(); got != c.want {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

// TestUnknownAPI: the gateway's codes for an address at which it has no API.
func TestUnknownAPI(t *testing.T) {
	for code, want := range map[string]bool{"APIGW.0101": true, "APIG.0101": true, "apig.0101": true, "APIG.0301": false, "": false} {
		if got := (apierror.Refusal{StatusCode: 404, Code: code}).UnknownAPI(); got != want {
			t.Errorf("code %q: got %t, want %t", code, got, want)
		}
	}
}
