// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestFetch checks that the file is not changed, that the request has the link's query as it is and no credentials, and
// that no error contains the link.
func TestFetch(t *testing.T) {
	cloud := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "Expires=1&Signature=s3cr3t%2B%3D" || r.Header.Get("Content-Type") != "" || r.Header.Get("X-Auth-Token") != "" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, "ERROR:  deadlock detected\n")
	}))
	t.Cleanup(cloud.Close)

	for name, test := range map[string]struct{ stdin, want, wantErr string }{
		"a link with a newline":   {stdin: cloud.URL + "/log?Expires=1&Signature=s3cr3t%2B%3D\n", want: "ERROR:  deadlock detected\n"},
		"a link without newline":  {stdin: cloud.URL + "/log?Expires=1&Signature=s3cr3t%2B%3D", want: "ERROR:  deadlock detected\n"},
		"refused":                 {stdin: cloud.URL + "/log?Expires=1&Signature=s3cr3t", wantErr: "the link's server answered 403 Forbidden"},
		"nobody listens":          {stdin: "http://127.0.0.1:1/log?Signature=s3cr3t", wantErr: "the link's server could not be reached"},
		"no scheme":               {stdin: "cloud.example/log?Signature=s3cr3t", wantErr: "standard input holds no link"},
		"not a URL":               {stdin: "http://[s3cr3t", wantErr: "standard input holds no link"},
		"nothing":                 {stdin: "", wantErr: "standard input holds no link"},
		"only the CLI's line end": {stdin: "\n", wantErr: "standard input holds no link"},
	} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			err := fetch(t.Context(), strings.NewReader(test.stdin), &got)
			message := ""
			if err != nil {
				message = err.Error()
			}
			if got.String() != test.want {
				t.Errorf("got %q, want %q", got.String(), test.want)
			}
			if message != test.wantErr {
				t.Errorf("error is %q, want %q", message, test.wantErr)
			}
		})
	}
}
