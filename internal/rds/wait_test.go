// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

const (
	waitedFor = "3d39c18788b54a919bab633874c159dfin03"
	task      = "44fb1d85-2fcc-4d63-ad3b-c3d1ecd7000e"
	fileA     = "a_errorlog_download_20200515080614589"
	fileB     = "b_errorlog_download_20200515080614590"
)

// answers of errorlog-download and of the jobs API, short.
const (
	creating      = `{"status":"creating","list":[],"count":0}`
	exporting     = `{"status":"CREATING","count":1,"list":[{"workflow_id":"` + task + `","file_name":"` + fileA + `","status":"EXPORTING"}]}`
	finishNoLink  = `{"status":"finish","count":1,"list":[{"workflow_id":"` + task + `","file_name":"` + fileA + `","status":"success"}]}`
	finishEmpty   = `{"status":"FINISH","list":null}`
	failedWhole   = `{"status":"failed","count":1,"list":[{"workflow_id":"` + task + `","file_name":"` + fileA + `","status":"failed"}]}`
	jobRunning    = `{"job":{"id":"` + task + `","status":"Running","process":"60% "}}`
	jobCompleted  = `{"job":{"id":"` + task + `","status":"Completed","process":""}}`
	jobFailed     = `{"job":{"id":"` + task + `","status":"Failed","fail_reason":"disk of the\nstandby is gone"}}`
	noSuchJob     = `400 {"error_code":"DBS.200543","error_msg":"The job does not exist."}`
	busy          = `409 {"error_code":"DBS.200011","error_msg":"Another operation is being performed."}`
	notFound      = `404 {"error_code":"DBS.200602","error_msg":"The DB instance does not exist."}`
	unavailable   = `503 <html>gateway</html>`
	refuseConnect = `refuse`
	noSuchHost    = `no such host`
	hang          = `hang`
)

// finish is the answer with a good link for each file; it expires after life, by the clock of the moment.
func finish(life time.Duration, files ...string) string {
	return linked("finish", life, files...)
}

func linked(status string, life time.Duration, files ...string) string {
	var entries []string
	for _, f := range files {
		entries = append(entries, fmt.Sprintf(`{"workflow_id":%q,"file_name":%q,"status":"success","file_size":"20590","file_link":"obs.example.com:443/%s?Expires=%d&Signature=x"}`,
			task, f, f, time.Now().Add(life).Unix()))
	}
	return fmt.Sprintf(`{"status":%q,"count":%d,"list":[%s]}`, status, len(files), strings.Join(entries, ","))
}

// script answers the nth request with its nth line, the last one for ever, and keeps when each came.
type script struct {
	t     *testing.T
	start time.Time
	lines []func() string
	seen  []string // "12s POST errorlog-download"
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	parts := strings.Split(req.URL.Path, "/")
	s.seen = append(s.seen, fmt.Sprintf("%v %s %s", time.Since(s.start), req.Method, parts[len(parts)-1]))
	line := s.lines[min(len(s.seen), len(s.lines))-1]()
	switch line {
	case hang:
		<-req.Context().Done()
		return nil, req.Context().Err()
	case refuseConnect:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	case noSuchHost:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "rds.example.com", IsNotFound: true}}
	}
	status := http.StatusOK
	if line[0] != '{' {
		if _, err := fmt.Sscanf(line, "%d ", &status); err != nil {
			s.t.Errorf("bad line %q", line)
		}
		line = line[4:]
	}
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"X-Request-Id": {fmt.Sprintf("req-%d", len(s.seen))}},
		Body:       io.NopCloser(strings.NewReader(line)),
		Request:    req,
	}, nil
}

func always(lines ...string) []func() string {
	var all []func() string
	for _, line := range lines {
		all = append(all, func() string { return line })
	}
	return all
}

// waited is a wait's outcome, comparable.
type waited struct {
	Status string
	Files  []string // name, status, and what is known of the link
	After  time.Duration
	Calls  []string
}

// wait runs one wait under virtual time, in which nothing is random.
func wait(ctx context.Context, t *testing.T, o rds.WaitOptions, lines []func() string) (waited, error) {
	t.Helper()
	s := &script{t: t, start: time.Now(), lines: lines}
	client := newClient(s, nil)
	if o.InstanceID == "" {
		o.InstanceID = waitedFor
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	answer, err := client.WaitForErrorLog(ctx, o)
	w := waited{After: time.Since(s.start), Calls: s.seen}
	if answer == nil {
		return w, err
	}
	w.Status = answer.Status
	for _, f := range answer.Files {
		line := f.FileName + " " + f.Status
		if f.Link != "" {
			line += " link"
		}
		w.Files = append(w.Files, line)
	}
	return w, err
}

func newClient(network http.RoundTripper, random func() float64) *rds.Client {
	zero := func() float64 { return 0 }
	if random == nil {
		random = zero
	}
	out := transport.New(transport.Options{Base: network, MaxRetries: 2, Random: zero})
	endpoint := func(context.Context) (rds.Endpoint, error) {
		u, err := url.Parse("https://rds.example.com/v3/p1")
		return rds.Endpoint{URL: u, ProjectID: "p1", Region: "eu-de"}, err
	}
	return rds.NewClient(out.Client(transport.Rules{Final: rds.Final}), endpoint, nil, random)
}

func posts(at ...string) []string {
	var calls []string
	for _, moment := range at {
		calls = append(calls, moment+" POST errorlog-download")
	}
	return calls
}

func after(d time.Duration, before, then string) []func() string {
	start := time.Now()
	return []func() string{func() string {
		if time.Since(start) < d {
			return before
		}
		return then
	}}
}

func TestWaitEndsWithLinks(t *testing.T) {
	oneLink := []string{fileA + " SUCCESS link"}
	cases := map[string]struct {
		options rds.WaitOptions
		lines   func() []func() string
		want    waited
	}{
		"ready at once": {
			lines: func() []func() string { return always(finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"no such host, in the middle": {
			lines: func() []func() string { return always(exporting, noSuchHost, noSuchHost, finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, After: 6 * time.Second, Calls: posts("0s", "2s", "4s", "6s")},
		},
		"a proxy's page, in the middle": {
			lines: func() []func() string {
				return always(exporting, `403 <html>proxy</html>`, `404 `, `400 what?`, `407 <html>proxy</html>`, finish(5*time.Minute, fileA))
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 10 * time.Second, Calls: posts("0s", "2s", "4s", "6s", "8s", "10s")},
		},
		"a byte order mark": {
			lines: func() []func() string { return always("200 \ufeff" + finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"the documents' 13.4 s": {
			lines: func() []func() string { return after(13400*time.Millisecond, exporting, finish(5*time.Minute, fileA)) },
			want: waited{
				Status: "FINISH", Files: oneLink, After: 14 * time.Second,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s"),
			},
		},
		"the documents' 16.8 s": {
			lines: func() []func() string {
				return after(16800*time.Millisecond, creating, finish(5*time.Minute, fileA, fileB))
			},
			want: waited{
				Status: "FINISH", Files: []string{fileA + " SUCCESS link", fileB + " SUCCESS link"}, After: 18515 * time.Millisecond,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s", "16.1s", "18.515s"),
			},
		},
		"a fixed pause": {
			options: rds.WaitOptions{Interval: 5 * time.Second},
			lines:   func() []func() string { return after(13400*time.Millisecond, exporting, finish(5*time.Minute, fileA)) },
			want:    waited{Status: "FINISH", Files: oneLink, After: 15 * time.Second, Calls: posts("0s", "5s", "10s", "15s")},
		},
		"words that nobody knows are pending": {
			lines: func() []func() string {
				return append(always(`{"status":"QUEUED"}`, `{"status":null,"list":null}`, `{}`, `{"status":7}`), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 8 * time.Second, Calls: posts("0s", "2s", "4s", "6s", "8s")},
		},
		"an empty list": {
			lines: func() []func() string { return always(finishEmpty) },
			want:  waited{Status: "FINISH", Calls: posts("0s")},
		},
		"a link that comes late": {
			lines: func() []func() string {
				return append(always(finishNoLink, finishNoLink, finishNoLink), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 6 * time.Second, Calls: posts("0s", "2s", "4s", "6s")},
		},
		"a link about to expire is asked for once more, at once": {
			lines: func() []func() string {
				return append(always(finish(29*time.Second, fileA)), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"and only once": {
			lines: func() []func() string { return always(finish(-time.Hour, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"a link with 30 s left is good": {
			lines: func() []func() string { return always(finish(30*time.Second, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"asked anew, the export starts again": {
			lines: func() []func() string {
				return append(always(finish(time.Second, fileA), exporting), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"asked anew once in a wait, whatever comes": {
			lines: func() []func() string {
				return append(always(finish(time.Second, fileA), exporting), always(finish(time.Second, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"partly failed": {
			lines: func() []func() string {
				body := linked("failed", time.Hour, fileA)
				body = strings.Replace(body, "}]", `},{"workflow_id":"w2","file_name":"`+fileB+`","status":"failed"}]`, 1)
				return always(body)
			},
			want: waited{Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " FAILED"}, Calls: posts("0s")},
		},
		"partly failed, with an entry that never gets its link": {
			lines: func() []func() string {
				body := linked("failed", time.Hour, fileA)
				body = strings.Replace(body, "}]", `},{"file_name":"`+fileB+`","status":"success"}]`, 1)
				return always(body)
			},
			want: waited{Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " SUCCESS"}, After: 6 * time.Second, Calls: posts("0s", "2s", "4s", "6s")},
		},
		"one file failed, and another never comes": {
			options: rds.WaitOptions{Timeout: 9 * time.Second},
			lines: func() []func() string {
				return always(strings.Replace(linked("failed", time.Hour, fileA), "}]", `},{"file_name":"`+fileB+`","status":"exporting"}]`, 1))
			},
			want: waited{Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " EXPORTING"}, After: 9 * time.Second, Calls: posts("0s", "2s", "4s", "6s", "8s")},
		},
		"one file failed, and another still comes": {
			lines: func() []func() string {
				failed := `{"file_name":"` + fileB + `","status":"failed"}`
				body := linked("failed", time.Hour, fileA)
				return after(20*time.Second, `{"status":"failed","count":2,"list":[{"file_name":"`+fileA+`","status":"exporting"},`+failed+`]}`,
					strings.Replace(body, "}]", "},"+failed+"]", 1))
			},
			want: waited{
				Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " FAILED"}, After: 21292250 * time.Microsecond,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s", "16.1s", "18.515s", "21.29225s"),
			},
		},
		"busy when the links are asked for anew": {
			lines: func() []func() string {
				return append(always(finish(25*time.Second, fileA)), always(busy)...)
			},
			want: waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"busy when dead links are asked for anew": {
			lines: func() []func() string {
				return append(always(finish(-time.Second, fileA), busy), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"a busy instance": {
			lines: func() []func() string { return after(3*time.Second, busy, finish(time.Hour, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, After: 4 * time.Second, Calls: posts("0s", "2s", "4s")},
		},
		"a gateway out of order for half a minute": {
			lines: func() []func() string { return after(30*time.Second, unavailable, finish(time.Hour, fileA)) },
			want: waited{
				Status: "FINISH", Files: oneLink, After: 30255 * time.Millisecond,
				Calls: posts("0s", "1s", "3s", "5s", "6s", "8s", "10s", "11s", "13s", "15s", "16s", "18s", "20.7s", "21.7s", "23.7s", "27.255s", "28.255s", "30.255s"),
			},
		},
		"half an answer": {
			lines: func() []func() string {
				return append(always(`{"status":"finish","list":[{"file_`), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "2s")},
		},
		"connections refused later on": {
			lines: func() []func() string {
				return append(always(exporting, refuseConnect, refuseConnect, refuseConnect), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 7 * time.Second, Calls: posts("0s", "2s", "3s", "5s", "7s")},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, c.options, c.lines())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestWaitByTask(t *testing.T) {
	byTask := rds.WaitOptions{Method: rds.PollTask}
	job, post := " GET jobs", " POST errorlog-download"
	good := func() string { return finish(time.Hour, fileA) }
	cases := map[string]struct {
		lines []string
		calls []string
	}{
		"the task is asked until it is completed": {
			lines: []string{exporting, jobRunning, jobRunning, jobCompleted},
			calls: []string{"0s" + post, "2s" + job, "4s" + job, "6s" + job, "6s" + post},
		},
		"ready at once": {calls: []string{"0s" + post}},
		"a first answer without a task": {
			lines: []string{creating, exporting, jobCompleted},
			calls: []string{"0s" + post, "2s" + post, "4s" + job, "4s" + post},
		},
		"no such task, three times": {
			lines: []string{exporting, noSuchJob, exporting, noSuchJob, exporting, noSuchJob, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "4s" + post, "6s" + job, "6s" + post, "8s" + post},
		},
		"the task's id is found late": {
			lines: []string{exporting, noSuchJob, exporting, jobRunning, jobCompleted},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "6s" + job, "6s" + post},
		},
		"asking for tasks is not allowed": {
			lines: []string{exporting, `403 {"error_code":"DBS.201003","error_msg":"no"}`, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + post},
		},
		"the jobs API answers nonsense": {
			lines: []string{exporting, `{"job":[]}`, exporting, `{}`, exporting, `{"job":null}`, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "4s" + post, "6s" + job, "6s" + post, "8s" + post},
		},
		"completed, and the links take longer": {
			lines: []string{exporting, jobCompleted, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + post},
		},
		"a word that nobody knows": {
			lines: []string{exporting, `{"job":{"status":"Success"}}`},
			calls: []string{"0s" + post, "2s" + job, "2s" + post},
		},
		"a failed task decides nothing": {
			lines: []string{exporting, jobFailed},
			calls: []string{"0s" + post, "2s" + job, "2s" + post},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, byTask, append(always(c.lines...), good))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.calls, got.Calls); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestWaitByTaskAsksForTheLinksLast: a task that never ends may be wrong, so the last poll before the deadline is for
// the links.
func TestWaitByTaskAsksForTheLinksLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		good := func() string { return finish(time.Hour, fileA) }
		lines := append(always(exporting, jobRunning, jobRunning, jobRunning), good)
		got, err := wait(t.Context(), t, rds.WaitOptions{Method: rds.PollTask, Timeout: 9 * time.Second}, lines)
		want := []string{"0s POST errorlog-download", "2s GET jobs", "4s GET jobs", "6s GET jobs", "8s POST errorlog-download"}
		if diff := cmp.Diff(want, got.Calls); diff != "" || err != nil {
			t.Errorf("%v %s", err, diff)
		}
	})
}

func TestFileShowsNoLink(t *testing.T) {
	f := rds.ErrorLogFile{FileName: "a", Status: "SUCCESS", Link: "https://obs.example.com/a?Signature=secret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, []rds.ErrorLogFile{f}); strings.Contains(got, "secret") {
			t.Errorf("%s: %s", verb, got)
		}
	}
}

func TestWaitEndsWithAnError(t *testing.T) {
	cases := map[string]struct {
		options rds.WaitOptions
		lines   []string
		after   time.Duration
		calls   int
		check   func(error) string // what is wrong, or ""
	}{
		"never done": {
			lines: []string{exporting}, after: 10 * time.Minute, calls: 41,
			check: expectTimeout("CREATING", ""),
		},
		"never done, briefly": {
			options: rds.WaitOptions{Timeout: 5 * time.Second},
			lines:   []string{exporting}, after: 5 * time.Second, calls: 3, // 0, 2 and 4 s
			check: expectTimeout("CREATING", ""),
		},
		"a pause longer than the timeout": {
			options: rds.WaitOptions{Timeout: 30 * time.Second, Interval: time.Hour},
			lines:   []string{exporting}, after: 30 * time.Second, calls: 2, // at once, and a second before the end
			check: expectTimeout("CREATING", ""),
		},
		"a server that hangs": {
			options: rds.WaitOptions{Timeout: 40 * time.Second},
			lines:   []string{hang}, after: 40 * time.Second, calls: 2, // 30 s for one attempt, and a retry
			check: expectTimeout("", posted+": no complete answer within 30s"),
		},
		"a server that hangs for less than one attempt may": {
			options: rds.WaitOptions{Timeout: 20 * time.Second},
			lines:   []string{hang}, after: 20 * time.Second, calls: 1,
			check: expectTimeout("", posted+": no complete answer within 20s"),
		},
		"a gateway that is out of order until the end": {
			options: rds.WaitOptions{Timeout: 4500 * time.Millisecond},
			lines:   []string{exporting, unavailable}, after: 4500 * time.Millisecond, calls: 4, // at 0, 2, 3 and 3.5 s
			check: expectTimeout("CREATING", "503 Service Unavailable, (an HTML page of 20 bytes in place of the API's JSON), request id req-4"),
		},
		"always busy": {
			options: rds.WaitOptions{Timeout: time.Minute},
			lines:   []string{busy}, after: time.Minute, calls: 19,
			check: expectTimeout("", "409 Conflict, DBS.200011, Another operation is being performed., request id req-19"),
		},
		"always nonsense": {
			options: rds.WaitOptions{Timeout: 5 * time.Second},
			lines:   []string{exporting, `{"list":{}}`}, after: 5 * time.Second, calls: 3,
			check: expectTimeout("CREATING", "list holds a JSON object where another type was promised"),
		},
		"not found": {lines: []string{notFound}, calls: 1, check: expectRefusal(rds.KindNotFound)},
		"the wrong engine, whatever the status": {
			lines: []string{`500 {"error_code":"DBS.280343","error_msg":"no"}`}, calls: 1, check: expectRefusal(rds.KindWrongEngine),
		},
		"storage full": {lines: []string{`409 {"error_code":"DBS.200316","error_msg":"full"}`}, calls: 1, check: expectRefusal(rds.KindStorageFull)},
		"a redirect":   {lines: []string{`307 `}, calls: 1, check: expectRefusal(rds.KindRedirect)},
		"gone in the middle": {
			lines: []string{exporting, notFound}, after: 2 * time.Second, calls: 2, check: expectRefusal(rds.KindNotFound),
		},
		"nobody there": {
			lines: []string{refuseConnect}, after: 3 * time.Second, calls: 3, // the transport's two retries
			check: func(err error) string {
				if !errors.Is(err, syscall.ECONNREFUSED) {
					return fmt.Sprintf("got %v", err)
				}
				return ""
			},
		},
		"no such host": {
			lines: []string{noSuchHost}, calls: 1,
			check: func(err error) string {
				if !transport.NoSuchHost(err) {
					return fmt.Sprintf("got %v", err)
				}
				return ""
			},
		},
		"a page, at first": {lines: []string{`403 <html>proxy</html>`}, calls: 1, check: expectRefusal(rds.KindForbidden)},
		"a redirect, in the middle": {
			lines: []string{exporting, `302 <html>portal</html>`}, after: 2 * time.Second, calls: 2, check: expectRefusal(rds.KindRedirect),
		},
		"failed whole": {
			lines: []string{failedWhole, jobFailed}, calls: 2, check: expectExport("disk of the standby is gone"),
		},
		"failed whole, and no task to ask": {
			lines: []string{failedWhole, noSuchJob}, calls: 2, check: expectExport(""),
		},
		"failed whole, and the jobs API hangs": {
			lines: []string{failedWhole, hang}, after: 10 * time.Second, calls: 2, check: expectExport(""),
		},
		"failed without a list": {lines: []string{`{"status":"FAILED"}`}, calls: 1, check: expectExport("")},
		"done without a link": {
			lines: []string{finishNoLink}, after: 6 * time.Second, calls: 4,
			check: func(err error) string {
				var missing *rds.MissingLinkError
				if !errors.As(err, &missing) {
					return fmt.Sprintf("got %v", err)
				}
				return cmp.Diff([]string{fileA, "4"}, []string{missing.Last.Files[0].FileName, fmt.Sprint(missing.Calls)})
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, c.options, always(c.lines...))
				if err == nil {
					t.Fatal("no error")
				}
				if complaint := c.check(err); complaint != "" {
					t.Error(complaint)
				}
				if got.After != c.after || len(got.Calls) != c.calls {
					t.Errorf("after %s and %d calls, want %s and %d:\n%s", got.After, len(got.Calls), c.after, c.calls, strings.Join(got.Calls, "\n"))
				}
			})
		})
	}
}

const posted = "POST https://rds.example.com/v3/p1/instances/" + waitedFor + "/errorlog-download"

func expectTimeout(status, fault string) func(error) string {
	return func(err error) string {
		var timeout *rds.TimeoutError
		if !errors.As(err, &timeout) {
			return fmt.Sprintf("got %T %v", err, err)
		}
		got := []string{timeout.Status, ""}
		if timeout.Fault != nil {
			got[1] = timeout.Fault.Error()
		}
		if (timeout.Last == nil) != (status == "") || timeout.Waited != timeout.Timeout {
			return fmt.Sprintf("got %+v", timeout)
		}
		return cmp.Diff([]string{status, fault}, got)
	}
}

func expectRefusal(kind rds.Kind) func(error) string {
	return func(err error) string {
		var refusal *rds.Error
		if !errors.As(err, &refusal) || refusal.Kind != kind || refusal.ProjectID != "p1" || refusal.Region != "eu-de" {
			return fmt.Sprintf("got %#v", err)
		}
		return ""
	}
}

func expectExport(reason string) func(error) string {
	return func(err error) string {
		var failed *rds.ExportError
		if !errors.As(err, &failed) {
			return fmt.Sprintf("got %v", err)
		}
		return cmp.Diff(reason, failed.FailReason)
	}
}

func TestWaitIsInterruptedAtOnce(t *testing.T) {
	for name, line := range map[string]string{"in a pause": exporting, "in a request that hangs": hang, "in a retry's pause": unavailable} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(900*time.Millisecond, cancel)
				got, err := wait(ctx, t, rds.WaitOptions{}, always(line))
				var interrupted *rds.InterruptedError
				if !errors.As(err, &interrupted) || !errors.Is(err, context.Canceled) {
					t.Fatalf("got %v", err)
				}
				if got.After != 900*time.Millisecond || interrupted.Waited != got.After || interrupted.Calls != 1 {
					t.Errorf("after %s, %+v", got.After, interrupted)
				}
			})
		})
	}
}

func TestWaitReportsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []rds.Progress
		o := rds.WaitOptions{Report: func(p rds.Progress) { told = append(told, p) }}
		if _, err := wait(t.Context(), t, o, after(3*time.Second, exporting, finish(time.Hour, fileA))); err != nil {
			t.Fatal(err)
		}
		want := []rds.Progress{
			{InstanceID: waitedFor, Calls: 1, Status: "CREATING"},
			{InstanceID: waitedFor, Waited: 2 * time.Second, Calls: 2, Status: "CREATING"},
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}
