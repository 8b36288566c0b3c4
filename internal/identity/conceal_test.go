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
		return Config{Password: password}.concealAttempts(network).RoundTrip(req)
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

// TestConcealEachSecret: each attribute that is a secret is cut out, from a length on at which it is no word.
func TestConcealEachSecret(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		body   string
		want   string
	}{
		"password":       {Config{Password: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"passcode":       {Config{Passcode: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"token":          {Config{Token: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"secret_key":     {Config{SecretKey: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"security_token": {Config{SecurityToken: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"key":            {Config{Key: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"no secrets":     {Config{UserName: "T0psecret", AccessKey: "T0psecret", TenantName: "T0psecret"}, "you sent T0psecret.", "you sent T0psecret."},
		"eight bytes":    {Config{Password: "passw0rd"}, "your passw0rd is wrong", "your (hidden) is wrong"},
		"a word":         {Config{Password: "passwor"}, "your password is wrong", "your password is wrong"},
		"seven letters":  {Config{Password: "pässwör"}, "your pässwör is wrong", "your (hidden) is wrong"},
		"all of them":    {Config{Password: "T0psecret", Token: "an0ther-one"}, "T0psecret an0ther-one T0psecret", "(hidden) (hidden) (hidden)"},
	} {
		t.Run(name, func(t *testing.T) {
			network := roundTrip(func(req *http.Request) (*http.Response, error) {
				return answer(req, http.StatusUnauthorized, c.body), nil
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://iam.example.com/v3", nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := c.config.concealAttempts(network).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			if got, err := io.ReadAll(resp.Body); err != nil || string(got) != c.want {
				t.Errorf("got %q, %v; want %q", got, err, c.want)
			}
		})
	}
}
