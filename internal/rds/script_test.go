// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

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
	o.Log = rds.ErrorLog
	if o.InstanceID == "" {
		o.InstanceID = waitedFor
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	answer, err := client.WaitForExport(ctx, o)
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
