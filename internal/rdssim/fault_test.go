// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestFaultsThatAnswer(t *testing.T) {
	const throttled = `{"error_code":"APIGW.0308","error_msg":"The throttling threshold has been reached: policy user ` +
		`over ratelimit","request_id":"{id}"}`
	html := "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n" +
		"<hr><center>CloudWAF</center>\r\n</body>\r\n</html>\r\n"
	for name, test := range map[string]struct {
		handler       http.HandlerFunc
		status        int
		body          string
		header, value string
	}{
		"Status":       {rdssim.Status(503, "busy", http.Header{"Retry-after": {"7"}}), 503, "busy", "Retry-After", "7"},
		"Status, HTML": {rdssim.Status(200, "<html>", nil), 200, "<html>", "Content-Type", "text/html; charset=utf-8"},
		"Status, JSON": {
			rdssim.Status(200, "{}", http.Header{"content-type": {"application/json"}}), 200, "{}", "Content-Type", "application/json",
		},
		"Status, bare": {rdssim.Status(500, "", nil), 500, "", "Content-Length", "0"},
		"APIError": {
			rdssim.APIError(400, "DBS.280001", "Wrong."), 400, `{"error_code":"DBS.280001","error_msg":"Wrong."}`,
			"Content-Type", "application/json",
		},
		"APIError, APIGW": {
			rdssim.APIError(401, "APIGW.0301", "Who?"), 401, `{"error_code":"APIGW.0301","error_msg":"Who?","request_id":"{id}"}`,
			"Content-Type", "application/json",
		},
		"IAMError":        {rdssim.IAMError(403, "No."), 403, `{"error":{"code":403,"message":"No.","title":"Forbidden"}}`, "", ""},
		"HTMLPage":        {rdssim.HTMLPage(502), 502, html, "Content-Type", "text/html"},
		"RetryAfter":      {rdssim.RetryAfter(429, "3"), 429, throttled, "Retry-After", "3"},
		"Redirect":        {rdssim.Redirect("https://elsewhere.example/"), 307, "", "Location", "https://elsewhere.example/"},
		"HugeBody":        {rdssim.HugeBody(20), 200, `{"padding":"xxxxxx"}`, "Content-Length", "20"},
		"HugeBody, least": {rdssim.HugeBody(0), 200, `{"padding":""}`, "Content-Length", "14"},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			c.Inject(rdssim.Fault{Handler: test.handler})
			got := c.ask("", rdssim.InstanceHealthy)
			wantAnswer(t, got, test.status, test.body)
			equal(t, test.header, got.header.Get(test.header), test.value)
			equal(t, "recorded status", c.Requests()[0].Status, test.status)
			equal(t, "answer after the fault", c.ask("", rdssim.InstanceHealthy).status, 401)
		})
	}
	t.Run("XMLError", func(t *testing.T) {
		c := newCloud(t)
		c.Inject(rdssim.Fault{Handler: rdssim.XMLError(503, "SlowDown", "Slower.")})
		wantXML(t, c.ask("", rdssim.InstanceHealthy), 503, "SlowDown", "Slower.")
	})
	t.Run("HugeBody, huge", func(t *testing.T) {
		c := newCloud(t)
		c.Inject(rdssim.Fault{Handler: rdssim.HugeBody(8 << 20)})
		equal(t, "length", len(c.ask("", rdssim.InstanceHealthy).body), 8<<20)
	})
}

func TestWhichRequestsAFaultMeets(t *testing.T) {
	for name, test := range map[string]struct {
		fault rdssim.Fault
		want  string // of five: a login, three errorlog-downloads (the last for another instance), a job; "x": answered by the fault
	}{
		"all":      {rdssim.Fault{Times: -1}, "xxxxx"},
		"once":     {rdssim.Fault{}, "x...."},
		"twice":    {rdssim.Fault{Times: 2}, "xx..."},
		"skip":     {rdssim.Fault{Skip: 2, Times: 2}, "..xx."},
		"kind":     {rdssim.Fault{Kind: "rds.errorlog", Times: -1}, ".xxx."},
		"path":     {rdssim.Fault{Path: rdssim.InstanceTwoFiles, Times: -1}, "...x."},
		"together": {rdssim.Fault{Kind: "rds.errorlog", Skip: 1, Times: 1}, "..x.."},
		"never":    {rdssim.Fault{Kind: "rds.errorlog", Path: "/jobs", Times: -1}, "....."},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			test.fault.Handler = rdssim.Status(http.StatusTeapot, "", nil)
			c.Inject(test.fault)
			var got strings.Builder
			for _, a := range []answer{
				c.tryLogin(passwordLogin), c.ask("", rdssim.InstanceHealthy), c.ask("", rdssim.InstanceHealthy),
				c.ask("", rdssim.InstanceTwoFiles), c.job("", "x"),
			} {
				got.WriteString(map[bool]string{true: "x", false: "."}[a.status == http.StatusTeapot])
			}
			equal(t, "met", got.String(), test.want)
		})
	}
}

func TestFaultsInARowAndHeal(t *testing.T) {
	c := newCloud(t)
	c.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Status(501, "", nil)})
	c.Inject(rdssim.Fault{Times: 2, Handler: rdssim.Status(502, "", nil)})
	c.Inject(rdssim.Fault{Skip: 1, Times: -1, Handler: rdssim.Status(503, "", nil)})
	for _, want := range []int{502, 502, 401, 503, 503} {
		equal(t, "status", c.ask("", rdssim.InstanceHealthy).status, want)
		equal(t, "login", c.tryLogin(passwordLogin).status, 501)
	}
	c.Heal()
	equal(t, "healed", c.tryLogin(passwordLogin).status, 201)
}

func TestFaultsThatBreakTheConnection(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0))
	token := c.login()
	c.links(token, rdssim.InstanceHealthy)
	whole := c.ask(token, rdssim.InstanceHealthy)
	link := *decode[links](t, whole.body).List[0].FileLink

	ask := func() *http.Request {
		return c.request("POST", errorLogPath(rdssim.InstanceHealthy), "", "X-Auth-Token", token)
	}
	for name, test := range map[string]struct {
		request  *http.Request
		handler  http.HandlerFunc
		want     error
		received int // bytes of the body
	}{
		"Drop":             {ask(), rdssim.Drop(), io.EOF, 0},
		"LostAnswer":       {ask(), rdssim.LostAnswer(), io.EOF, 0},
		"HalfBody":         {ask(), rdssim.HalfBody(), io.ErrUnexpectedEOF, len(whole.body) / 2},
		"HalfBody of file": {c.request("GET", link, ""), rdssim.HalfBody(), io.ErrUnexpectedEOF, 10295},
		"HalfBody of part": {c.request("GET", link, "", "Range", "bytes=0-99"), rdssim.HalfBody(), io.ErrUnexpectedEOF, 50},
	} {
		t.Run(name, func(t *testing.T) {
			c.Inject(rdssim.Fault{Handler: test.handler})
			got, err := c.try(test.request)
			if !errors.Is(err, test.want) {
				t.Errorf("error: expected %v, got %v", test.want, err)
			}
			equal(t, "received", len(got.body), test.received)
		})
	}
}

func TestHalfOfALargeFile(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(100_000)) // more than one piece
	link := c.newLink()
	c.Inject(rdssim.Fault{Handler: rdssim.HalfBody()})
	got, err := c.try(c.request("GET", link, ""))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error: expected %v, got %v", io.ErrUnexpectedEOF, err)
	}
	equal(t, "received", len(got.body), 50_000)
}

func TestLostAnswerTookEffect(t *testing.T) {
	c := newCloud(t)
	token := c.login()
	c.Inject(rdssim.Fault{Handler: rdssim.LostAnswer()})
	if _, err := c.try(c.request("POST", errorLogPath(rdssim.InstanceHealthy), "", "X-Auth-Token", token)); err == nil {
		t.Fatal("expected an error, got none")
	}
	equal(t, "recorded status", c.Requests()[1].Status, 0)
	c.clock.Advance(4 * time.Second)
	equal(t, "the export had started", c.links(token, rdssim.InstanceHealthy).Status, "finish")
}

func TestFaultsThatTakeTime(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		header  time.Duration // until the header is there; 0: never
		body    time.Duration // until the body is whole
	}{
		"Hang":     {rdssim.Hang(), 0, 0},
		"Delay":    {rdssim.Delay(29 * time.Second), 29 * time.Second, 29 * time.Second},
		"SlowBody": {rdssim.SlowBody(50, time.Second), 0, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := rdssim.New()
				s.Inject(rdssim.Fault{Handler: test.handler})
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				r, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL()+"/v3/auth/projects", nil)
				if err != nil {
					t.Fatal(err)
				}
				begin := time.Now()
				response, err := s.Transport().RoundTrip(r)
				if name == "Hang" {
					if !errors.Is(err, context.DeadlineExceeded) {
						t.Fatalf("error: expected %v, got %v", context.DeadlineExceeded, err)
					}
					equal(t, "time of the error", time.Since(begin), time.Minute)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "time of the header", time.Since(begin), test.header)
				body, err := io.ReadAll(response.Body)
				if err != nil {
					t.Fatal(err)
				}
				_ = response.Body.Close()
				equal(t, "time of the body", time.Since(begin), test.body)
				equal(t, "length", len(body), len(`{"error":{"code":401,"message":"The token is invalid or has expired.","title":"Unauthorized"}}`))
			})
		})
	}
}

// A client that gives up during a Delay starts nothing.
func TestDelayEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := rdssim.New()
		c := &cloud{s, t, nil, &http.Client{Transport: s.Transport(), Timeout: time.Minute}}
		token := c.login()
		s.Inject(rdssim.Fault{Handler: rdssim.Delay(time.Hour)})
		if _, err := c.try(c.request("POST", errorLogPath(rdssim.InstanceHealthy), "", "X-Auth-Token", token)); err == nil {
			t.Fatal("expected an error, got none")
		}
		time.Sleep(4 * time.Second)
		equal(t, "status", c.links(token, rdssim.InstanceHealthy).Status, "CREATING")
		equal(t, "recorded status", s.Requests()[1].Status, 0)
	})
}

func TestSlowBodyEndsWithItsClient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := rdssim.New()
		s.Inject(rdssim.Fault{Times: -1, Handler: rdssim.SlowBody(1, time.Hour)})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL()+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: s.Transport(), Timeout: 90 * time.Minute}
		begin := time.Now()
		response, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error: expected %v, got %v", context.DeadlineExceeded, err)
		}
		equal(t, "received", len(body), 1)
		equal(t, "time", time.Since(begin), 90*time.Minute)
	})
}
