// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import "testing"

// The expected value comes from openssl:
//
//	printf 'GET\n\n\n1589530200\n/rds-error-logs-eu-de/NAME?response-cache-control=no-cache,no-store' |
//	    openssl dgst -sha1 -hmac Reh3arsalL1nkSecret7f1cNeverLeavesTheSim -binary | base64
func TestLinkSignatureVector(t *testing.T) {
	const want = "7JfTpwEJmy4I7I5jp6jW49PArUA="
	got := linkSignature("GET", "1589530200", "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589", "no-cache,no-store")
	if got != want {
		t.Errorf("expected %s, got %s", want, got)
	}
}
