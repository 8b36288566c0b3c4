// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// FuzzRequest sends any request. The simulator must answer with a status, must not panic, and must refuse requests
// without a credential.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/v3/auth/tokens", "", passwordLogin, "application/json", "", "")
	f.Add("POST", "/v3/auth/tokens", "", `{"auth":{"identity":{"methods":["totp","password"],"totp":{},"password":null}}}`,
		"application/json", "", "")
	f.Add("POST", errorLogPath(rdssim.InstanceHealthy), "", "{}", "application/json", "token", "")
	f.Add("POST", errorLogPath("%2e%2e%2f"), "", "{}", "application/json", "", "SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=c")
	f.Add("GET", "/v3/projects", "name=%zz&;", "", "", "", "SDK-HMAC-SHA256 Access="+rdssim.AccessKey+
		", SignedHeaders=host;x-sdk-date, Signature="+strings.Repeat("0", 64))
	f.Add("GET", "/obs/rds-error-logs-eu-de/x",
		"AWSAccessKeyId="+rdssim.LinkAccessKey+"&Expires=-1&Signature=x&response-cache-control=", "", "", "", "")
	f.Add("GET", "/v3/"+rdssim.ProjectID+"/instances", "limit=0&type=x", "", "", "token", "")
	f.Add("GET", "/v3/"+rdssim.ProjectID+"/instances/x/errorlog", "start_date=&level=x", "", "", "token", "")
	f.Add("POST", "/v3.1/"+rdssim.ProjectID+"/instances/x/slow-logs/statistics", "", `{"limit":-1}`, "application/json", "token", "")
	f.Add("GET", "/obs", "", "", "", "", "")
	f.Add("GET", "/%zz", "", "", "", "", "")

	f.Fuzz(func(t *testing.T, method, path, query, body, contentType, token, authorization string) {
		r := &http.Request{
			Method: method, URL: &url.URL{Path: path, RawPath: path, RawQuery: query}, Host: "rdssim.invalid",
			Header: http.Header{
				"Content-Type": {contentType}, "X-Auth-Token": {token}, "Authorization": {authorization}, "X-Sdk-Date": {"20200515T080614Z"},
			},
			Body: io.NopCloser(strings.NewReader(body)),
		}
		c := newCloud(t)
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r.WithContext(t.Context()))
		if w.Code < 200 || w.Code > 599 {
			t.Errorf("expected a status from 200 to 599, got %d", w.Code)
		}
		if w.Code < 300 && c.Requests()[0].Kind != "login" && c.Requests()[0].Kind != "iam.versions" {
			t.Errorf("%s %s without a credential: expected a refusal, got %d %s", method, path, w.Code, w.Body)
		}
	})
}

// A body that breaks off never becomes an answer.
func TestABodyThatBreaksOff(t *testing.T) {
	c := newCloud(t)
	r := c.request("POST", "/v3/auth/tokens", "")
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader(passwordLogin), brokenReader{}))
	r.ContentLength = -1
	if _, err := c.try(r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("expected an unexpected end of the body, got %v", err)
	}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
