// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"
)

// The vectors come from the signing guide and from the tests of public SDKs.
func TestSignatureVectors(t *testing.T) {
	for name, test := range map[string]struct {
		method, url, body, contentType string
		secret, date                   string
		signed                         string
		canonicalHash, signature       string
	}{
		"guide": {
			method: "GET",
			url: "https://service.region.example.com/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs" +
				"?limit=2&marker=13551d6b-755d-4757-b956-536f674975c0",
			contentType: "application/json",
			secret:      "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc", date: "20191115T033655Z",
			signed:        "content-type;host;x-sdk-date",
			canonicalHash: "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
			signature:     "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
		},
		"GET": {
			method: "GET", url: "https://example.com/path?limit=1",
			secret: "SecretKey", date: "20060102T150405Z", signed: "x-sdk-date",
			signature: "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624",
		},
		"POST": {
			method: "POST", url: "https://example.com/path?key=value", body: `{"Name":"test","Id":1}` + "\n",
			secret: "SecretKey", date: "20060102T150405Z", signed: "x-sdk-date",
			signature: "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59",
		},
	} {
		r, err := http.NewRequestWithContext(t.Context(), test.method, test.url, strings.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Sdk-Date", test.date)
		if test.contentType != "" {
			r.Header.Set("Content-Type", test.contentType)
		}
		canonical, err := canonicalRequest(r, strings.Split(test.signed, ";"))
		if err != nil {
			t.Fatal(err)
		}
		hash := sha256.Sum256([]byte(canonical))
		if got := hex.EncodeToString(hash[:]); test.canonicalHash != "" && got != test.canonicalHash {
			t.Errorf("%s: hash of the canonical request\n%s\nexpected %s, got %s", name, canonical, test.canonicalHash, got)
		}
		if got := signature(test.secret, test.date, canonical); got != test.signature {
			t.Errorf("%s: expected signature %s, got %s", name, test.signature, got)
		}
	}
}

func TestCanonicalForms(t *testing.T) {
	for in, want := range map[string]string{
		"":               "/",
		"/":              "/",
		"/a/b":           "/a/b/",
		"/a/b/":          "/a/b/",
		"/a%2Fb/c":       "/a%2Fb/c/",
		"/a b~-_.é/":     "/a%20b~-_.%C3%A9/",
		"/%61":           "/a/",
		"/a+b@c:d":       "/a%2Bb%40c%3Ad/",
		"/a//b":          "/a//b/",
		"/100%25/x%20y/": "/100%25/x%20y/",
	} {
		if got := canonicalPath(in); got != want {
			t.Errorf("path %q: expected %q, got %q", in, want, got)
		}
	}
	for in, want := range map[string]string{
		"":                  "",
		"b=2&a=1":           "a=1&b=2",
		"a=2&a=1&a":         "a=&a=1&a=2",
		"a=x+y&b=x%20y":     "a=x%20y&b=x%20y",
		"a-b=1&a=2":         "a=2&a-b=1",
		"id=%7E%2A%28":      "id=~%2A%28",
		"%C3%A9=1&z=%C3%A9": "z=%C3%A9&%C3%A9=1",
	} {
		if got, err := canonicalQuery(in); got != want || err != nil {
			t.Errorf("query %q: expected %q, got %q, %v", in, want, got, err)
		}
	}
	if _, err := canonicalQuery("a=%zz"); err == nil {
		t.Error("badly escaped query: expected an error, got none")
	}
}
