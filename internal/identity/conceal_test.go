// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestConceal cuts a secret out of each form in which a server can repeat it.
func TestConceal(t *testing.T) {
	const secret = `pa"ss\w/<ö😀>=1`
	for name, c := range map[string]struct{ text, want string }{
		"nothing":               {"no secret here", "no secret here"},
		"raw":                   {"x" + secret + "y", "x(hidden)y"},
		"twice":                 {secret + secret, "(hidden)"},
		"twice, apart":          {secret + " " + secret, "(hidden) (hidden)"},
		"JSON":                  {`{"m":"x pa\"ss\w/<ö😀>=1 y"}`, `{"m":"x (hidden) y"}`},
		"JSON of PHP":           {`"pa\"ss\w\/<\u00f6\ud83d\ude00>=1"`, `"(hidden)"`},
		"JSON for HTML":         {`"pa\"ss\w/\u003c\u00F6😀\u003E=1"`, `"(hidden)"`},
		"JSON, all escaped":     {`"\u0070a\"ss\u005cw/<ö😀>=\u0031"`, `"(hidden)"`},
		"half a JSON":           {`{"m":"pa\"ss\w\/<ö😀>=1`, `{"m":"(hidden)`},
		"JSON in JSON":          {`"{\"m\":\"pa\\"ss\\w/<ö😀>=1\"}"`, `"{\"m\":\"(hidden)\"}"`},
		"JSON in JSON in JSON":  {fmt.Sprintf("%q", fmt.Sprintf("%q", fmt.Sprintf("%q", "x "+secret))), `"\"\\\"x (hidden)\\\"\""`},
		"Go":                    {fmt.Sprintf("bad line %q", "x "+secret), `bad line "x (hidden)"`},
		"Go, ASCII":             {fmt.Sprintf("%+q", secret)[:18] + `😀>=1"`, `"(hidden)"`},
		"XML":                   {`<m>pa&quot;ss\w/&lt;ö&#128512;&gt;=1</m>`, `<m>(hidden)</m>`},
		"XML, in hexadecimal":   {`<m>pa&#x22;ss&#x5c;w/&#x3C;ö😀&gt;=1</m>`, `<m>(hidden)</m>`},
		"escapes of other text": {`\u00f6 \ud83d \u12 \x4 \q &nosuch; & &; `, `\u00f6 \ud83d \u12 \x4 \q &nosuch; & &; `},
		"a lone backslash":      {secret + `\`, `(hidden)\`},
		"a lone ampersand":      {secret + "&", "(hidden)&"},
		"empty":                 {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := Conceal(c.text, []string{secret}); got != c.want {
				t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
			}
		})
	}
}

// TestConcealHalf checks that two secrets which overlap are both cut out.
func TestConcealHalf(t *testing.T) {
	if got, want := Conceal("x abcdefghijkl y", []string{"abcdefgh", "efghijkl"}), "x (hidden) y"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzConceal checks that the text around a secret stays, and that nothing panics.
func FuzzConceal(f *testing.F) {
	f.Add(`{"a":"\u12\\&amp\x`, "s3cr3t-s3cr3t")
	f.Add("&#xffffffff;&#;&&lt;", `pa"ss\word`)
	f.Fuzz(func(t *testing.T, text, secret string) {
		if len(secret) < shortestSecret {
			return
		}
		got := Conceal(text+secret, []string{secret})
		if strings.Contains(got, secret) && !strings.Contains(got, "(hidden)") {
			t.Errorf("%q shows %q", got, secret)
		}
		if len(text) > 0 && !strings.Contains(text, secret[:1]) && !strings.ContainsAny(text, `\&`) && !strings.HasPrefix(got, text) {
			t.Errorf("%q lost a part of %q", got, text)
		}
	})
}

// TestConcealing cuts secrets out of headers, errors and bodies of IAM's answers. The header of a new token stays, and
// so does the body of a success.
func TestConcealing(t *testing.T) {
	const password, sent, issued = `pa"ss<word>=1`, "T0psecret-sent", "T0psecret-issued"
	send := func(status int, body string, err error) (*http.Response, error) {
		network := roundTrip(func(req *http.Request) (*http.Response, error) {
			resp := answer(req, status, body)
			resp.Header.Set("X-Subject-Token", issued)
			resp.Header.Set("X-Request-Id", "r-"+sent+issued+password)
			return resp, err
		})
		req, newErr := http.NewRequestWithContext(t.Context(), http.MethodGet, iamURL, nil)
		if newErr != nil {
			t.Fatal(newErr)
		}
		req.Header.Set("X-Auth-Token", sent)
		v := byPassword()
		v.Password = password
		return concealing{session: newSession(t, v, network), next: network}.RoundTrip(req)
	}
	const text = sent + ` pa\"ss<word>=1 pa\"ss\u003cword\u003e=1 ` + password
	const hidden = "(hidden) (hidden) (hidden) (hidden)"
	for status, want := range map[int]string{201: text, 200: text, 300: hidden, 401: hidden, 503: hidden} {
		resp, err := send(status, text, nil)
		if err != nil {
			t.Fatalf("%d: want an answer, got %v", status, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Errorf("%d: the body ends with %v", status, err)
		}
		got := []string{string(body), resp.Header.Get("X-Subject-Token"), resp.Header.Get("X-Request-Id")}
		if diff := cmp.Diff([]string{want, issued, "r-(hidden)"}, got); diff != "" {
			t.Errorf("%d (-want +got):\n%s", status, diff)
		}
	}
	broken := fmt.Errorf("malformed HTTP response %q", strings.Repeat("x ", 185)+password)
	resp, err := send(0, "", &transport.Error{Method: "GET", URL: "u", Err: broken})
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the network's error", err)
	}
	if strings.Contains(fmt.Sprint(err), "pa") {
		t.Errorf("a part of the password is in %q", err)
	}
}

// TestConcealEachSecret has each attribute that is a secret. Short ones are words and stay.
func TestConcealEachSecret(t *testing.T) {
	for name, c := range map[string]struct {
		values     settings.Values
		body, want string
	}{
		"password":       {settings.Values{Password: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"passcode":       {settings.Values{Passcode: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"token":          {settings.Values{Token: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"secret_key":     {settings.Values{SecretKey: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"security_token": {settings.Values{SecurityToken: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"key":            {settings.Values{Key: "T0psecret"}, "you sent T0psecret.", "you sent (hidden)."},
		"no secrets": {
			settings.Values{UserName: "T0psecret", AccessKey: "T0psecret", TenantName: "T0psecret"}, "you sent T0psecret.", "you sent T0psecret.",
		},
		"eight bytes":   {settings.Values{Password: "passw0rd"}, "your passw0rd is wrong", "your (hidden) is wrong"},
		"a word":        {settings.Values{Password: "passwor"}, "your password is wrong", "your password is wrong"},
		"seven letters": {settings.Values{Password: "pässwör"}, "your pässwör is wrong", "your (hidden) is wrong"},
		"all of them": {
			settings.Values{Password: "T0psecret", Token: "an0ther-one"}, "T0psecret an0ther-one T0psecret", "(hidden) (hidden) (hidden)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			network := roundTrip(func(req *http.Request) (*http.Response, error) {
				return answer(req, http.StatusUnauthorized, c.body), nil
			})
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, iamURL, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := &Session{cfg: settings.Config{Values: c.values}}
			resp, err := concealing{session: s, next: network}.RoundTrip(req)
			if err != nil {
				t.Fatalf("want an answer, got %v", err)
			}
			defer func() { _ = resp.Body.Close() }()
			got, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Errorf("the body ends with %v", err)
			}
			same(t, "body", string(got), c.want)
		})
	}
}

// TestConcealAnswersOfRDS checks that RDS's answers are rewritten too, successes included: parts of them reach the state.
func TestConcealAnswersOfRDS(t *testing.T) {
	const token = "T0p/secret-t0ken"
	v := settings.Values{AuthURL: iamURL, Token: token, TenantID: rdssim.ProjectID, Endpoint: "https://rdssim.invalid"}
	for _, status := range []int{200, 400, 500} {
		network := roundTrip(func(req *http.Request) (*http.Response, error) {
			resp := answer(req, status, `{"status":"T0p\/secret-t0ken","list":"\u00540p/secret-t0ken"}`)
			resp.Header.Set("X-Request-Id", token)
			return resp, nil
		})
		s := newSession(t, v, network)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://rdssim.invalid/v3/x", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := s.Transport(network).RoundTrip(req)
		if err != nil {
			t.Fatalf("%d: want an answer, got %v", status, err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			t.Errorf("%d: the body ends with %v", status, err)
		}
		same(t, fmt.Sprint("body of ", status), string(body), `{"status":"(hidden)","list":"(hidden)"}`)
		same(t, fmt.Sprint("header of ", status), resp.Header.Get("X-Request-Id"), "(hidden)")
	}
}
