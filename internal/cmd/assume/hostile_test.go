// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// needsNoAnswer are the assumptions about the login, the arguments and the object store: the RDS API has no part in them.
var needsNoAnswer = []int{2, 3, 5, 6, 7, 8, 23}

// TestHostileRDS: RDS answers each request in the same useless way. The walk ends, and blames no assumption.
func TestHostileRDS(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		text    string // of assumption 47's verdict
		longest time.Duration
	}{
		"no permission": {
			rdssim.APIError(403, "RDS.0010", "Policy doesn't allow rds:instance:list to be performed."),
			"the cloud answered 403 RDS.0010 Policy doesn't allow rds:instance:list to be performed", time.Minute,
		},
		"too many requests": {rdssim.RetryAfter(429, "7"), "the cloud answered 429 APIGW.0308 ", 30 * time.Minute},
		"far too many":      {rdssim.RetryAfter(429, "3600"), "the cloud answered 429 APIGW.0308 ", 30 * time.Minute},
		"out of order":      {rdssim.APIError(500, "RDS.9999", "Internal"), "the cloud answered 500 RDS.9999 Internal", 11 * time.Minute},
		"a proxy's page":    {rdssim.HTMLPage(502), "the cloud answered 502 (an HTML page of ", 11 * time.Minute},
		"a portal":          {rdssim.HTMLPage(200), "the cloud answered 200", 11 * time.Minute},
		"a redirect":        {rdssim.Redirect("https://elsewhere.invalid/"), "the cloud answered 307 ", 11 * time.Minute},
		"no answer":         {rdssim.Hang(), "there was no answer: ", 30 * time.Minute},
		"broken off":        {rdssim.HalfBody(), "there was no answer: ", 11 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				for _, kind := range rdssim.Kinds() {
					if strings.HasPrefix(kind, "rds.") {
						cloud.Inject(rdssim.Fault{Kind: kind, Times: -1, Handler: c.handler})
					}
				}
				a := ask(t, cloud, byPassword(cloud), nil, rdssim.InstanceHealthy)
				got := a.verdicts(t)
				var wrong []int
				if name == "no permission" {
					wrong = refusals
				}
				if diff := cmp.Diff(wrong, got[doesNotHold]); diff != "" {
					t.Errorf("assumptions that do not hold (-want +got):\n%s", diff)
				}
				held := slices.Sorted(slices.Values(slices.Concat(got[holds], got[holdsInPart])))
				if diff := cmp.Diff(needsNoAnswer, held); diff != "" {
					t.Errorf("assumptions that hold (-want +got):\n%s", diff)
				}
				if want := "cannot be asked: " + c.text; !strings.Contains(a.stdout, want) {
					t.Errorf("got no %q in\n%s", want, a.stdout)
				}
				if a.status != 1 {
					t.Errorf("got status %d, want 1", a.status)
				}
				if a.took > c.longest {
					t.Errorf("it took %s, want at most %s", a.took, c.longest)
				}
				a.tellsNoSecret(t)
			})
		})
	}
}

// refusals are the assumptions about codes of refusals. A general 403 contradicts them.
var refusals = []int{1, 10, 11, 12, 17, 21, 30, 41, 42, 59}

// TestOddJSON: JSON of any form is judged, or not, but the program goes on.
func TestOddJSON(t *testing.T) {
	const odd = `{"status":"finish","list":[null,1,[],{},{"file_link":{}},{"file_link":"://x?y=z"}],"count":[],` +
		`"error_log_list":[null,7,{"time":1}],"instances":[[],{"related_instance":{}}],"slow_log_list":[1,"x",{}],` +
		`"job":[],"token":[],"catalog":[{"type":"rdsv3","endpoints":{}}],"total_record":{}}`
	for _, body := range []string{"null", "[]", "7", `"x"`, "{}", "{", "", odd, strings.ReplaceAll(odd, "finish", "CREATING")} {
		t.Run(body[:min(len(body), 20)], func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, logins := rdssim.New(), 0
				tamper := func(req *http.Request, _ string, resp *http.Response) {
					if strings.HasSuffix(req.URL.Path, "/auth/tokens") {
						logins++
					}
					if logins > 1 || !strings.Contains(req.URL.Path, "/auth/") {
						resp.Body = io.NopCloser(bytes.NewBufferString(body))
						resp.Header.Del("Content-Length")
					}
				}
				a := ask(t, cloud, byPassword(cloud), tamper, rdssim.InstanceHealthy)
				a.verdicts(t)
				if a.took > 31*time.Minute {
					t.Errorf("it took %s, want at most 31m", a.took)
				}
				a.tellsNoSecret(t)
			})
		})
	}
}

// TestInterrupt: after Ctrl-C, at any time, the program ends at once, with what it has found out.
func TestInterrupt(t *testing.T) {
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 2 * time.Second, 4 * time.Second, 7 * time.Minute} {
		t.Run(after.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				ctx, interrupt := context.WithCancel(t.Context())
				time.AfterFunc(after, interrupt)
				slow := tampered{cloud.Transport(), func(*http.Request, string, *http.Response) { time.Sleep(10 * time.Millisecond) }}
				a := askWith(ctx, t, network(slow), byPassword(cloud), "-patient", rdssim.InstanceHealthy)
				if a.status != 1 {
					t.Errorf("got status %d, want 1", a.status)
				}
				if late := a.took - after; late > 100*time.Millisecond {
					t.Errorf("it ended %s after the interrupt, want at once", late)
				}
				if after > 0 && !strings.Contains(a.stdout, "so some questions stay open: context canceled") {
					t.Errorf("got\n%s\nwant the interrupt at the end", a.stdout)
				}
				if after == 4*time.Second && !strings.Contains(a.stdout, "cannot be asked: there was no answer: context canceled\n") {
					t.Errorf("got\n%s\nwant the interrupt as the reason", a.stdout)
				}
			})
		})
	}
}

// TestNoTextOfALog: neither rows, nor statements, nor files are shown, however their form is.
func TestNoTextOfALog(t *testing.T) {
	const canary = "c4nary-of-a-person"
	for name, edits := range map[string][][3]string{
		"as they are": {
			{"/errorlog?", `"content":"`, `"content":"` + canary},
			{"statistics", `"query_sample":"`, `"query_sample":"` + canary},
			{"/obs/", "LOG: ", canary + " LOG: "},
		},
		"with a prefix": {{"/errorlog?", `"content":"`, `"content":"ERROR:  ` + canary}},
		"no text":       {{"/errorlog?", `"content":"`, `"content":["` + canary + `"],"x":"`}, {"/obs/", ".{9}", canary}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud, tampered := rdssim.New(), 0
				a := ask(t, cloud, byPassword(cloud), func(req *http.Request, sent string, resp *http.Response) {
					for _, e := range edits {
						edited(e[0], e[1], e[2])(req, sent, resp)
						tampered++
					}
				}, rdssim.InstanceHealthy)
				if tampered == 0 || strings.Contains(a.stdout+a.stderr, canary) {
					t.Errorf("got text of a log:\n%s", a.stdout)
				}
			})
		})
	}
}
