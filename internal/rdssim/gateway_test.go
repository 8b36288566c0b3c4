// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestRateLimit(t *testing.T) {
	c := newCloud(t, rdssim.WithGateway(rdssim.Gateway{PerSecond: 3}), rdssim.WithExportDuration(0))
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
			t.Errorf("expected %s %s in the answer, got %s", test.method, test.path, got.body)
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
	equal(t, "length of X-Request-Id", len(a.header.Get("X-Request-Id")), 32)
}

func TestBodiesAreBounded(t *testing.T) {
	c := newCloud(t)
	got := c.tryLogin(strings.Repeat(" ", 1<<20+1))
	wantAnswer(t, got, 413, `{"error_code":"APIGW.0201","error_msg":"The request body is too large.","request_id":"{id}"}`)
	equal(t, "recorded status", c.Requests()[0].Status, 413)
}

// send sends one call each interval and returns how many passed in each second.
func send(t *testing.T, gateway rdssim.Gateway, interval time.Duration, seconds int) []int {
	t.Helper()
	c := newCloud(t, rdssim.WithGateway(gateway))
	c.clock.Advance(45411 * time.Millisecond) // to a whole minute
	passed := make([]int, seconds)
	for at := time.Duration(0); at < time.Duration(seconds)*time.Second; at += interval {
		if c.do(c.request("GET", "/v3", "")).status == 200 {
			passed[at/time.Second]++
		}
		c.clock.Advance(interval)
	}
	return passed
}

func TestGatewaysCountInSeveralWays(t *testing.T) {
	t.Parallel()
	const often = 10 * time.Millisecond
	for name, test := range map[string]struct {
		gateway rdssim.Gateway
		want    []int
	}{
		"no limit":               {rdssim.Gateway{}, []int{100, 100, 100}},
		"any second":             {rdssim.Gateway{PerSecond: 20}, []int{20, 20, 20}},
		"windows of a second":    {rdssim.Gateway{PerSecond: 20, Window: time.Second}, []int{20, 20, 20}},
		"windows of two seconds": {rdssim.Gateway{PerSecond: 40, Window: 2 * time.Second}, []int{80, 0, 80, 0}},
		"a window of a minute":   {rdssim.Gateway{PerSecond: 2, Window: time.Minute}, []int{100, 20, 0}},
		"a bucket":               {rdssim.Gateway{PerSecond: 20, Burst: 50}, []int{69, 20, 20}},
		"a small bucket":         {rdssim.Gateway{PerSecond: 20, Burst: 1}, []int{20, 20, 20}},
		"less than one a second": {rdssim.Gateway{PerSecond: 0.5, Burst: 1}, []int{1, 0, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, "calls that passed in each second", fmt.Sprint(send(t, test.gateway, often, len(test.want))), fmt.Sprint(test.want))
		})
	}
}

func TestABucketHoldsNoMoreThanItsSize(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithGateway(rdssim.Gateway{PerSecond: 20, Burst: 3}))
	for _, pause := range []time.Duration{0, time.Hour} {
		c.clock.Advance(pause)
		var got []int
		for range 4 {
			got = append(got, c.do(c.request("GET", "/v3", "")).status)
		}
		equal(t, "statuses after "+pause.String(), fmt.Sprint(got), "[200 200 200 429]")
	}
}

func TestRetryAfterOfGateways(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		gateway       rdssim.Gateway
		header, limit string
	}{
		"any second":         {rdssim.Gateway{PerSecond: 1}, "1", "limit:1, time:1 second"},
		"window of a second": {rdssim.Gateway{PerSecond: 1, Window: time.Second}, "1", "limit:1, time:1 second"},
		"window of a minute": {rdssim.Gateway{PerSecond: 0.02, Window: time.Minute}, "46", "limit:1, time:60 second"},
		"bucket":             {rdssim.Gateway{PerSecond: 0.4, Burst: 1}, "3", "limit:1, time:1 second"},
		"none":               {rdssim.Gateway{PerSecond: 1, NoRetryAfter: true}, "", "limit:1, time:1 second"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, rdssim.WithGateway(test.gateway)) // at 08:06:14.589
			equal(t, "status of the first call", c.do(c.request("GET", "/v3", "")).status, 200)
			got := c.do(c.request("GET", "/v3", ""))
			wantAnswer(t, got, 429, `{"error_code":"APIGW.0308","error_msg":"`+
				`The throttling threshold has been reached: policy user over ratelimit, `+test.limit+`","request_id":"{id}"}`)
			equal(t, "Retry-After", got.header.Get("Retry-After"), test.header)
		})
	}
}
