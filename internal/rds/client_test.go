// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// ask is one call of errorlog-download with a given answer.
func ask(t *testing.T, status int, body string, headers ...string) (*rds.Export, error) {
	t.Helper()
	return answering(status, body, headers...).client().RequestExport(t.Context(), rds.ErrorLog, instance)
}

func TestErrorLogDownloadAsksAsThePageSays(t *testing.T) {
	s := answering(200, "{}")
	if _, err := s.client().RequestExport(t.Context(), rds.ErrorLog, instance); err != nil {
		t.Fatal(err)
	}
	want := []asked{{
		Method: "POST",
		URL: "https://rds.eu-de.otc.t-systems.com/v3/0483b6b16e954cb88930a360d2c4e663/instances/" +
			"3d39c18788b54a919bab633874c159dfin03/errorlog-download",
		Body:   "{}",
		Length: 2,
		Header: http.Header{
			"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Language": {"en-us"}, "User-Agent": {"test"},
		},
	}}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestJobAsksAsThePageSays(t *testing.T) {
	s := answering(200, `{"job":{}}`)
	if _, err := s.client().Job(t.Context(), "a b&id=../c"); err != nil { // the id is the server's: it can be anything
		t.Fatal(err)
	}
	want := []asked{{
		Method: "GET",
		URL:    "https://rds.eu-de.otc.t-systems.com/v3/0483b6b16e954cb88930a360d2c4e663/jobs?id=a+b%26id%3D..%2Fc",
		Header: http.Header{
			"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Language": {"en-us"}, "User-Agent": {"test"},
		},
	}}
	if diff := cmp.Diff(want, s.asked); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnInstanceIDCannotChangeThePath(t *testing.T) {
	for _, id := range []string{
		"", " ", ".", "..", "../jobs", "a/b", "a b", "a?b", "a#b", "a%2fb", `a\b`, "a\n", "\n", "ä", "a_b", "a.b", "a;b",
		instance + "\x00", strings.Repeat("a", 65), strings.Repeat(
			"a", 10_000,
		),
	} {
		t.Run(apierror.Printable(id), func(t *testing.T) {
			s := answering(200, "{}")
			_, err := s.client().RequestExport(t.Context(), rds.ErrorLog, id)
			if err == nil || s.asked != nil || rds.ValidInstanceID(id) {
				t.Errorf("expected a refusal before any request, got the error %v and the requests %v", err, s.asked)
			}
		})
	}
	for _, id := range []string{instance, "a", "-", strings.Repeat("Z9", 32)} {
		if !rds.ValidInstanceID(id) {
			t.Errorf("%q: expected it to be valid, got invalid", id)
		}
	}
}

// TestTheEndpointsPathIsKept: also the path of a proxy in front of the API. The version is the last but one element.
func TestTheEndpointsPathIsKept(t *testing.T) {
	const page, slow = "/instances/i1/errorlog-download", "/instances/i1/slow-logs/statistics"
	for address, want := range map[string][2]string{
		"https://rds.example.com/v3/p1":        {"https://rds.example.com/v3/p1" + page, "https://rds.example.com/v3.1/p1" + slow},
		"https://rds.example.com/v3/p1/":       {"https://rds.example.com/v3/p1" + page, "https://rds.example.com/v3.1/p1" + slow},
		"http://127.0.0.1:8080/behind/a/v3/p1": {"http://127.0.0.1:8080/behind/a/v3/p1" + page, "http://127.0.0.1:8080/behind/a/v3.1/p1" + slow},
		"http://127.0.0.1:8080/v3/v3/p1":       {"http://127.0.0.1:8080/v3/v3/p1" + page, "http://127.0.0.1:8080/v3/v3.1/p1" + slow},
		"https://rds.example.com/v3/p1?a=b#c":  {"https://rds.example.com/v3/p1" + page + "#c", "https://rds.example.com/v3.1/p1" + slow + "#c"},
		"https://[2001:db8::1]:8443/v3/p1":     {"https://[2001:db8::1]:8443/v3/p1" + page, "https://[2001:db8::1]:8443/v3.1/p1" + slow},
		"https://rds.example.com/a%2Fb/v3/p1":  {"https://rds.example.com/a%2Fb/v3/p1" + page, "https://rds.example.com/a%2Fb/v3.1/p1" + slow},
	} {
		t.Run(address, func(t *testing.T) {
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			n := answering(200, `{"slow_log_list":[]}`)
			endpoint := func(context.Context) (rds.Endpoint, error) { return rds.Endpoint{URL: u, ProjectID: "p1"}, nil }
			client := rds.NewClient(&http.Client{Transport: n}, endpoint, nil, nil)
			var got []string
			for range 2 { // the endpoint is shared: a request must not change it
				if _, err := client.RequestExport(t.Context(), rds.ErrorLog, "i1"); err != nil {
					t.Fatal(err)
				}
				if _, _, err := client.SlowStatements(t.Context(), rds.SlowQuery{InstanceID: "i1"}); err != nil {
					t.Fatal(err)
				}
			}
			for _, a := range n.asked {
				got = append(got, a.URL)
			}
			if diff := cmp.Diff([]string{want[0], want[1], want[0], want[1]}, got); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
			if u.String() != address {
				t.Errorf("got the endpoint %s, want it unchanged: %s", u, address)
			}
		})
	}
}

func TestWithoutAnEndpointNothingIsAsked(t *testing.T) {
	noLogin := errors.New("the password is wrong")
	s := answering(200, "{}")
	client := rds.NewClient(
		&http.Client{Transport: s}, func(context.Context) (rds.Endpoint, error) { return rds.Endpoint{}, noLogin }, nil, nil,
	)
	if _, err := client.RequestExport(t.Context(), rds.ErrorLog, instance); err != noLogin { //nolint:errorlint // the very same error
		t.Errorf("RequestExport: expected %v, got %v", noLogin, err)
	}
	if _, err := client.Job(t.Context(), task); err != noLogin { //nolint:errorlint // the very same error
		t.Errorf("Job: expected %v, got %v", noLogin, err)
	}
	if s.asked != nil {
		t.Errorf("expected no request, got %v", s.asked)
	}
}

// TestNoNetworkErrorNamesTheQuery: net/http repeats the whole address in its errors.
func TestNoNetworkErrorNamesTheQuery(t *testing.T) {
	s := failing(syscall.ECONNRESET)
	_, err := s.client().Job(t.Context(), secret)
	want := "GET https://rds.eu-de.otc.t-systems.com/v3/0483b6b16e954cb88930a360d2c4e663/jobs: connection reset by peer"
	if err == nil || err.Error() != want || !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("expected %s, got %v", want, err)
	}
}

func TestWhatTheHeadersSay(t *testing.T) {
	cases := map[string]struct {
		headers []string
		id      string
		time    time.Time
	}{
		"nothing": {},
		"all": {
			headers: []string{"X-Request-Id", "r1", "Date", "Fri, 15 May 2020 08:06:31 GMT"}, id: "r1",
			time: time.Date(2020, 5, 15, 8, 6, 31, 0, time.UTC),
		},
		"no date":     {headers: []string{"X-Request-Id", "r1", "Date", "yesterday"}, id: "r1"},
		"old dates":   {headers: []string{"Date", "Friday, 15-May-20 08:06:31 GMT"}, time: time.Date(2020, 5, 15, 8, 6, 31, 0, time.UTC)},
		"unprintable": {headers: []string{"X-Request-Id", "r\x1b1"}, id: ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, 200, "{}", c.headers...)
			if err != nil {
				t.Fatal(err)
			}
			if got.RequestID != c.id || !got.ServerTime.Equal(c.time) {
				t.Errorf("expected %q, %s, got %q, %s", c.id, c.time, got.RequestID, got.ServerTime)
			}
			_, err = ask(t, 200, "", c.headers...)
			var decode *rds.DecodeError
			if !errors.As(err, &decode) || decode.RequestID != c.id {
				t.Errorf("expected a DecodeError of request %q, got %#v", c.id, err)
			}
		})
	}
}

func TestJob(t *testing.T) {
	cases := map[string]struct {
		body string
		want *rds.Job
		err  string
	}{
		"running": {
			body: `{"job":{"id":"31b8ae23-c687-4d80-b7b4-42a66c9bb886","name":"ExportLog","status":"Running",
				"created":"2018-08-06T10:41:14+0000","ended":"","process":"60% ",
				"instance":{"id":"` + instance + `","name":"orders"},"entities":{}}}`,
			want: &rds.Job{ID: "31b8ae23-c687-4d80-b7b4-42a66c9bb886", Status: rds.JobRunning},
		},
		"completed": {body: `{"job":{"status":"Completed","process":60,"fail_reason":null}}`, want: &rds.Job{Status: rds.JobCompleted}},
		"failed": {
			body: `{"job":{"status":"FAILED","fail_reason":" no\nspace \u001b[31m"}}`,
			want: &rds.Job{Status: rds.JobFailed, FailReason: "no space ?[31m"},
		},
		"failed, and it repeats a link": {
			body: `{"job":{"status":"Failed",` +
				`"fail_reason":"upload to https://obs.example.com/` + strings.Repeat("f", 70) + `?Signature=` + secret + ` failed"}}`,
			want: &rds.Job{Status: rds.JobFailed, FailReason: "upload to (hidden) failed"},
		},
		"an unknown word":    {body: `{"job":{"status":"Queued"}}`, want: &rds.Job{Status: "QUEUED"}},
		"all null":           {body: `{"job":{"id":null,"status":null,"fail_reason":null}}`, want: &rds.Job{}},
		"all numbers":        {body: `{"job":{"id":7,"status":8,"fail_reason":9}}`, want: &rds.Job{ID: "7", Status: "8", FailReason: "9"}},
		"an empty job":       {body: `{"job":{}}`, want: &rds.Job{}},
		"no job":             {body: `{}`, err: "the answer holds no job"},
		"a job that is null": {body: `{"job":null}`, err: "the answer holds no job"},
		"null":               {body: `null`, err: "the answer is null"},
		"a list of jobs":     {body: `{"job":[]}`, err: "job holds a JSON array where another type was promised"},
		"a text":             {body: `{"job":"` + secret + `"}`, err: "job holds a JSON string where another type was promised"},
		"a list":             {body: `[]`, err: "the answer holds a JSON array where another type was promised"},
		"a status in parts": {
			body: `{"job":{"status":{"` + secret + `":1}}}`, err: "a field holds an object or a list where a plain value was promised",
		},
		"a reason that breaks": {body: `{"job":{"fail_reason":"` + secret, err: "the answer is no complete JSON: it breaks after 29 bytes"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := answering(200, c.body, "X-Request-Id", "r1")
			got, err := s.client().Job(t.Context(), task)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			expectDecodeError(t, err, c.err)
		})
	}
}

// expectDecodeError wants a DecodeError with this very text, or no error where that is empty.
func expectDecodeError(t *testing.T, err error, text string) {
	t.Helper()
	if text == "" {
		if err != nil {
			t.Errorf("expected no error, got %v", err)
		}
		return
	}
	var decode *rds.DecodeError
	if !errors.As(err, &decode) || decode.Error() != text || decode.RequestID != "r1" {
		t.Errorf("got %v, want %s", err, text)
	}
	if strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, decode.Err), secret) {
		t.Errorf("expected nothing of the answer in the error, got %v", err)
	}
}
