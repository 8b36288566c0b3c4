// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestConcealAttempts: secrets are cut out of headers and of what stands in a success's place, in every form in which
// JSON writes them. The header in which a token is issued stays.
func TestConcealAttempts(t *testing.T) {
	const password, sent, issued = `pa"ss<word>=1`, "T0psecret-sent", "T0psecret-issued"
	send := func(status int, body string, err error) (*http.Response, error) {
		network := roundTrip(func(req *http.Request) (*http.Response, error) {
			resp := answer(req, status, body)
			resp.Header.Set("X-Subject-Token", issued)
			resp.Header.Set("X-Request-Id", "r-"+sent+issued+password)
			return resp, err
		})
		req, newErr := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://iam.example.com/v3", nil)
		if newErr != nil {
			t.Fatal(newErr)
		}
		req.Header.Set("X-Auth-Token", sent)
		return Config{Password: password}.ConcealAttempts(network).RoundTrip(req)
	}
	const text = sent + ` pa\"ss<word>=1 pa\"ss\u003cword\u003e=1 ` + password
	for status, want := range map[int]string{201: text, 200: text, 300: "(hidden) (hidden) (hidden) (hidden)", 401: "(hidden) (hidden) (hidden) (hidden)", 503: "(hidden) (hidden) (hidden) (hidden)"} {
		resp, err := send(status, text, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		got := []string{string(body), resp.Header.Get("X-Subject-Token"), resp.Header.Get("X-Request-Id")}
		if diff := cmp.Diff([]string{want, issued, "r-(hidden)(hidden)(hidden)"}, got); diff != "" || err != nil {
			t.Errorf("%d: %v %s", status, err, diff)
		}
	}
	broken := errors.New("malformed HTTP response " + strings.Repeat("x ", 185) + password)
	resp, err := send(0, "", &transport.Error{Method: "GET", URL: "u", Err: broken})
	if err == nil || !errors.Is(err, broken) || strings.Contains(err.Error(), "pa") {
		t.Errorf("%v, %v", resp, err)
	}
}
