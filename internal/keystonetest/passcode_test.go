//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"crypto/hmac"
	"crypto/sha1" // RFC 6238's default, and what Keystone uses
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"testing"
	"time"
)

// Passcode returns what a virtual MFA device shows at a time: six digits, new every 30 seconds (RFC 6238). The secret
// is the key that the device was set up with.
func Passcode(secret []byte, at time.Time) string {
	mac := hmac.New(sha1.New, secret)
	// Times before 1970 are none that a device lives in.
	_ = binary.Write(mac, binary.BigEndian, at.Unix()/30)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:])&0x7fffffff%1_000_000)
}

// deviceKey is how such a secret is written down.
func deviceKey(secret []byte) string { return base32.StdEncoding.EncodeToString(secret) }

// TestPasscode: the test vectors of RFC 6238, appendix B, for SHA-1. They have eight digits there; a device shows the
// last six.
func TestPasscode(t *testing.T) {
	for second, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		if got := Passcode([]byte("12345678901234567890"), time.Unix(second, 0)); got != want {
			t.Errorf("at %d: %s, want %s", second, got, want)
		}
	}
}
