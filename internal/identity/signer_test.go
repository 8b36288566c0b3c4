// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"
)

func at(t *testing.T, date string) time.Time {
	t.Helper()
	parsed, err := time.Parse("20060102T150405Z", date)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// TestSignerPublishedExample is the worked example of the signing guide.
func TestSignerPublishedExample(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
		"https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	const date = "20191115T033655Z"

	headers := map[string]string{"content-type": "application/json", "host": "service.region.example.com", "x-sdk-date": date}
	canonical, names, err := canonicalRequest(req.Method, req.URL, headers, nil)
	if err != nil {
		t.Fatal(err)
	}
	if names != "content-type;host;x-sdk-date" {
		t.Errorf("signed headers are %q", names)
	}
	if got, want := hexHash([]byte(canonical)), "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a"; got != want {
		t.Errorf("hash of the canonical request is %s, want %s:\n%s", got, want, canonical)
	}

	sign := signer{accessKey: "QTWAOYTTINDUT2QVKYUC", secretKey: "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"}
	if err := sign.sign(req, nil, at(t, date)); err != nil {
		t.Fatal(err)
	}
	want := "SDK-HMAC-SHA256 Access=QTWAOYTTINDUT2QVKYUC, SignedHeaders=content-type;host;x-sdk-date, " +
		"Signature=7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe"
	if got := req.Header.Get("Authorization"); got != want {
		t.Errorf("Authorization is %q, want %q", got, want)
	}
}

// TestSignaturePublicVectors are from the tests of public SDKs. They sign the
// date alone.
func TestSignaturePublicVectors(t *testing.T) {
	const date = "20060102T150405Z"
	tests := map[string]struct{ method, address, body, want string }{
		"GET": {"GET", "https://example.com/path?limit=1", "", "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"},
		"POST": {
			"POST", "https://example.com/path?key=value", `{"Name":"test","Id":1}` + "\n",
			"cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(test.address)
			if err != nil {
				t.Fatal(err)
			}
			canonical, _, err := canonicalRequest(test.method, u, map[string]string{"x-sdk-date": date}, []byte(test.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := signature("SecretKey", date, canonical); got != test.want {
				t.Errorf("signature is %s, want %s", got, test.want)
			}
		})
	}
}

func TestCanonicalForms(t *testing.T) {
	paths := map[string]string{
		"": "/", "/": "/", "/v3": "/v3/", "/v3/": "/v3/",
		"/a b/ü~-_.": "/a%20b/%C3%BC~-_./", "/a+b*c": "/a%2Bb%2Ac/", "//": "//",
	}
	for in, want := range paths {
		if got := canonicalPath(&url.URL{Path: in}); got != want {
			t.Errorf("path %q is signed as %q, want %q", in, got, want)
		}
	}
	if got := canonicalPath(&url.URL{Path: "/a/b", RawPath: "/a%2Fb"}); got != "/a%2Fb/" {
		t.Errorf("an escaped slash is signed as %q", got)
	}
	queries := map[string]string{
		"": "", "b=2&a=1": "a=1&b=2", "a=2&a=1": "a=1&a=2", "a": "a=", "a=1&a-b=2": "a=1&a-b=2",
		"name=eu-de_my%20project": "name=eu-de_my%20project", "k=a+b": "k=a%20b", "k=%2F*": "k=%2F%2A",
	}
	for in, want := range queries {
		got, err := canonicalQuery(in)
		if err != nil || got != want {
			t.Errorf("query %q is signed as %q (%v), want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"a=%zz", "a;b"} {
		if got, err := canonicalQuery(in); err == nil {
			t.Errorf("query %q was signed as %q, want an error", in, got)
		}
	}
}

func TestSignerHeaders(t *testing.T) {
	newRequest := func() *http.Request {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://rds.example.com/v3/p/jobs?id=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("X-Language", "en-us")
		return req
	}
	temporary := signer{accessKey: "AK", secretKey: "SK", securityToken: "ST", projectID: "p"}
	req := newRequest()
	if err := temporary.sign(req, nil, at(t, "20200101T000000Z")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"X-Sdk-Date": "20200101T000000Z", "X-Project-Id": "p", "X-Security-Token": "ST", "X-Language": "en-us", "X-Domain-Id": "",
	} {
		if got := req.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := req.Header.Get("Authorization"); !strings.Contains(got,
		"SignedHeaders=content-type;host;x-project-id;x-sdk-date;x-security-token,") {
		t.Errorf("not all headers are signed: %s", got)
	}

	// Signing again replaces everything that the first time had set.
	if err := (signer{accessKey: "AK2", secretKey: "SK2"}).sign(req, nil, at(t, "20200101T000001Z")); err != nil {
		t.Fatal(err)
	}
	fresh := newRequest()
	if err := (signer{accessKey: "AK2", secretKey: "SK2"}).sign(fresh, nil, at(t, "20200101T000001Z")); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(req.Header), fmt.Sprint(fresh.Header); got != want {
		t.Errorf("signed twice:\n%s\nsigned once:\n%s", got, want)
	}
}

// FuzzSigner checks what a signature may never do: panic, change what is sent, or
// fail an independent check.
func FuzzSigner(f *testing.F) {
	f.Add("GET", "https://service.region.example.com/v1/77b6/vpcs?limit=2&marker=13551d6b", "application/json", "", "SK", "p")
	f.Add("POST", "https://rds.eu-de.otc.t-systems.com/v3/0483/instances/3d39/errorlog-download", "application/json", "{}", "SK", "")
	f.Add("GET", "http://h/%2F%20/ü?b=%00&a=&a=+", " text/plain ", "\x00", "", "\x7f")
	f.Fuzz(func(t *testing.T, method, address, contentType, body, secret, project string) {
		req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
		if err != nil {
			t.Skip()
		}
		if contentType != "" {
			req.Header.Set("Content-Type", contentType)
		}
		before := req.Clone(t.Context())
		sign := signer{accessKey: "AK", secretKey: secret, projectID: project}
		if err := sign.sign(req, []byte(body), at(t, "20200101T000000Z")); err != nil {
			if _, queryErr := url.ParseQuery(req.URL.RawQuery); queryErr == nil {
				t.Errorf("a good request was not signed: %v", err)
			}
			return
		}
		if req.Method != before.Method || req.URL.String() != before.URL.String() || req.Host != before.Host {
			t.Errorf("%s %s (%s) became %s %s (%s)", before.Method, before.URL, before.Host, req.Method, req.URL, req.Host)
		}
		if sent, err := io.ReadAll(req.Body); err != nil || string(sent) != body {
			t.Errorf("body %q became %q (%v)", body, sent, err)
		}
		if got := req.Header.Get("Content-Type"); got != before.Header.Get("Content-Type") {
			t.Errorf("Content-Type became %q", got)
		}
		if !verifies(req, []byte(body), secret) {
			t.Errorf("the signature of %s %s does not verify: %v", method, address, req.Header)
		}
	})
}

// verifies checks a signature as the server would, from the request alone. It
// shares no code with the signer.
func verifies(req *http.Request, body []byte, secret string) bool {
	rest, ok := strings.CutPrefix(req.Header.Get("Authorization"), "SDK-HMAC-SHA256 ")
	if !ok {
		return false
	}
	fields := map[string]string{}
	for field := range strings.SplitSeq(rest, ", ") {
		name, value, _ := strings.Cut(field, "=")
		fields[name] = value
	}
	reserved := func(text string) string {
		var b bytes.Buffer
		for _, c := range []byte(text) {
			if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~", rune(c)) && c < 0x80 {
				b.WriteByte(c)
			} else {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		}
		return b.String()
	}
	path := ""
	for segment := range strings.SplitSeq(strings.TrimSuffix(req.URL.EscapedPath(), "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return false
		}
		path += reserved(plain) + "/"
	}
	type pair struct{ key, value string }
	var pairs []pair
	for key, values := range req.URL.Query() {
		for _, value := range values {
			pairs = append(pairs, pair{key, value})
		}
	}
	sort.Slice(pairs, func(i, j int) bool {
		return pairs[i].key < pairs[j].key || pairs[i].key == pairs[j].key && pairs[i].value < pairs[j].value
	})
	var query []string
	for _, p := range pairs {
		query = append(query, reserved(p.key)+"="+reserved(p.value))
	}
	canonical := req.Method + "\n" + path + "\n" + strings.Join(query, "&") + "\n"
	for name := range strings.SplitSeq(fields["SignedHeaders"], ";") {
		value := req.Header.Get(name)
		if name == "host" {
			value = req.Host
		}
		canonical += name + ":" + strings.Trim(value, " \t\r\n") + "\n"
	}
	canonical += "\n" + fields["SignedHeaders"] + "\n" + fmt.Sprintf("%x", sha256.Sum256(body))
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "SDK-HMAC-SHA256\n%s\n%x", req.Header.Get("X-Sdk-Date"), sha256.Sum256([]byte(canonical)))
	return fields["Access"] == "AK" && hex.EncodeToString(mac.Sum(nil)) == fields["Signature"]
}
