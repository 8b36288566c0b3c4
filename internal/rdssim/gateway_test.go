// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestRateLimit(t *testing.T) {
	c := newCloud(t, rdssim.WithRateLimit(3), rdssim.WithExportDuration(0))
	token := c.login()
	link := *c.links(token, rdssim.InstanceHealthy).List[0].FileLink
	c.clock.Advance(500 * time.Millisecond)
	equal(t, "third call", c.ask(token, rdssim.InstanceHealthy).status, 200)
	got := c.ask(token, rdssim.InstanceHealthy)
	wantAnswer(t, got, 429, `{"error_code":"APIGW.0308","error_msg":"`+
		`The throttling threshold has been reached: policy user over ratelimit, limit:3, time:1 second","request_id":"{id}"}`)
	equal(t, "Retry-After", got.header.Get("Retry-After"), "1")
	equal(t, "login beyond it", c.tryLogin(passwordLogin).status, 429)
	equal(t, "download beyond it", c.get(link).status, 200)

	c.clock.Advance(500*time.Millisecond - 1)
	equal(t, "just before the second is over", c.ask(token, rdssim.InstanceHealthy).status, 429)
	c.clock.Advance(1)
	equal(t, "a second after the first two", c.ask(token, rdssim.InstanceHealthy).status, 200)
	equal(t, "and once more", c.ask(token, rdssim.InstanceHealthy).status, 200)
	equal(t, "but no third", c.ask(token, rdssim.InstanceHealthy).status, 429)
}

func TestUnknownPathsAndMethods(t *testing.T) {
	c := newCloud(t)
	token := c.login()
	for _, test := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/v2/tokens", 404, ""},
		{"GET", "/v3/auth/tokens/", 404, ""},
		{"POST", "/v3//instances/x/errorlog-download", 404, ""},
		{"POST", "/v3/" + rdssim.ProjectID + "/instances//errorlog-download", 404, ""},
		{"POST", errorLogPath("a/b"), 404, ""},
		{"POST", errorLogPath("..") + "/", 404, ""},
		{"POST", "//v3/auth/tokens", 404, ""},
		{"GET", errorLogPath(rdssim.InstanceHealthy), 405, "POST"},
		{"PUT", errorLogPath(rdssim.InstanceHealthy), 405, "POST"},
		{"POST", "/v3/" + rdssim.ProjectID + "/jobs", 405, "GET"},
		{"DELETE", "/v3/auth/tokens", 405, "POST, GET"},
	} {
		got := c.do(c.request(test.method, test.path, "", "X-Auth-Token", token))
		equal(t, "status of "+test.method+" "+test.path, got.status, test.status)
		equal(t, "Allow", got.header.Get("Allow"), test.allow)
		if !strings.Contains(got.body, test.method+" "+test.path) {
			t.Errorf("%s %s is not named: %s", test.method, test.path, got.body)
		}
	}
	equal(t, "unknown requests", c.Count("unknown"), 11)
}

func TestRequestsAreRecorded(t *testing.T) {
	c := newCloud(t)
	token := c.login()
	c.clock.Advance(time.Second)
	r := c.request("POST", errorLogPath("a%20b")+"?q=1", "{}", "X-Auth-Token", token, "Content-Type", "application/json")
	a := c.do(r)
	got := c.Requests()
	equal(t, "requests", len(got), 2)
	equal(t, "login's kind", got[0].Kind, "login")
	equal(t, "login's status", got[0].Status, 201)
	equal(t, "login's body", string(got[0].Body), passwordLogin)
	equal(t, "kind", got[1].Kind, "rds.errorlog")
	equal(t, "method", got[1].Method, "POST")
	equal(t, "host", got[1].Host, "rdssim.invalid")
	equal(t, "path", got[1].Path, errorLogPath("a%20b"))
	equal(t, "query", got[1].RawQuery, "q=1")
	equal(t, "token", got[1].Header.Get("X-Auth-Token"), token)
	equal(t, "body", string(got[1].Body), "{}")
	equal(t, "status", got[1].Status, 404)
	equal(t, "time", got[1].Time.Sub(got[0].Time), time.Second)
	equal(t, "count", c.Count("rds.errorlog"), 1)

	got[1].Header.Set("X-Auth-Token", "changed")
	got[1].Body[0] = 'x'
	equal(t, "token after the copy changed", c.Requests()[1].Header.Get("X-Auth-Token"), token)
	equal(t, "body after the copy changed", string(c.Requests()[1].Body), "{}")
	if id := a.header.Get("X-Request-Id"); len(id) != 32 {
		t.Errorf("X-Request-Id: %q", id)
	}
}

func TestBodiesAreBounded(t *testing.T) {
	c := newCloud(t)
	got := c.tryLogin(strings.Repeat(" ", 1<<20+1))
	wantAnswer(t, got, 413, `{"error_code":"APIGW.0201","error_msg":"The request body is too large.","request_id":"{id}"}`)
	equal(t, "recorded status", c.Requests()[0].Status, 413)
}
