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
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// The IDs of the API page's example request, and a text that no error may repeat.
const (
	project  = "0483b6b16e954cb88930a360d2c4e663"
	instance = "3d39c18788b54a919bab633874c159dfin03"
	base     = "https://rds.eu-de.otc.t-systems.com/v3/" + project
	secret   = "5ecret"
	task     = "44fb1d85-2fcc-4d63-ad3b-c3d1ecd7000e"
	fileA    = "a_errorlog_download_20200515080614589"
	fileB    = "b_errorlog_download_20200515080614590"
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
		entries = append(entries, fmt.Sprintf(`{"workflow_id":%q,"file_name":%q,"status":"success","file_size":"20590",`+
			`"file_link":"obs.example.com:443/%s?Expires=%d&Signature=x"}`,
			task, f, f, time.Now().Add(life).Unix()))
	}
	return fmt.Sprintf(`{"status":%q,"count":%d,"list":[%s]}`, status, len(files), strings.Join(entries, ","))
}

// network is the fake network of this package. It keeps what was asked and when.
type network struct {
	reply func(n int, req *http.Request) (*http.Response, error) // n counts from 1; nil: no answer is expected

	mu    sync.Mutex
	start time.Time
	asked []asked
	at    []time.Duration
}

// asked is a request as a server gets it.
type asked struct {
	Method, URL, Body string
	Length            int64
	Header            http.Header
}

func newNetwork(reply func(n int, req *http.Request) (*http.Response, error)) *network {
	return &network{reply: reply, start: time.Now()}
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	a := asked{Method: req.Method, URL: req.URL.String(), Length: req.ContentLength, Header: req.Header}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, err
		}
		a.Body = string(body)
	}
	n.mu.Lock()
	n.asked, n.at = append(n.asked, a), append(n.at, time.Since(n.start))
	count := len(n.asked)
	n.mu.Unlock()
	return n.reply(count, req)
}

// calls returns the requests so far: "12s POST errorlog-download".
func (n *network) calls() []string {
	var calls []string
	for i, a := range n.asked {
		place, _, _ := strings.Cut(a.URL, "?")
		calls = append(calls, fmt.Sprintf("%v %s %s", n.at[i], a.Method, place[strings.LastIndex(place, "/")+1:]))
	}
	return calls
}

// client returns a client for a project that sends each request once.
func (n *network) client() *rds.Client { return n.clientOf(0, nil) }

// retrying returns a client that sends a request up to three times.
func (n *network) retrying() *rds.Client { return n.clientOf(2, nil) }

func (n *network) clientOf(retries int, clock rds.Clock) *rds.Client {
	zero := func() float64 { return 0 }
	out := transport.New(transport.Options{Base: n, MaxRetries: retries, UserAgent: "test", Random: zero})
	endpoint := func(context.Context) (rds.Endpoint, error) {
		u, err := url.Parse(base)
		return rds.Endpoint{URL: u, ProjectID: project, Region: "eu-de"}, err
	}
	return rds.NewClient(out.Client(transport.Rules{Final: rds.Final}), endpoint, clock, zero)
}

// answer returns a response with headers in pairs.
func answer(req *http.Request, status int, body string, headers ...string) *http.Response {
	resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
	for i := 0; i < len(headers); i += 2 {
		resp.Header.Set(headers[i], headers[i+1])
	}
	return resp
}

// answering is a network with one answer to everything.
func answering(status int, body string, headers ...string) *network {
	return newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
		return answer(req, status, body, headers...), nil
	})
}

// failing is a network that never answers.
func failing(err error) *network {
	return newNetwork(func(int, *http.Request) (*http.Response, error) { return nil, err })
}

// scripted is a network that answers the nth request with its nth line, and with the last one from then on.
func scripted(t *testing.T, lines ...func() string) *network {
	t.Helper()
	return newNetwork(func(n int, req *http.Request) (*http.Response, error) {
		line := lines[min(n, len(lines))-1]()
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
				t.Errorf("line %q: want a status in front, got %v", line, err)
			}
			line = line[4:]
		}
		return answer(req, status, line, "X-Request-Id", fmt.Sprintf("req-%d", n)), nil
	})
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
	n := scripted(t, lines...)
	o.Log = rds.ErrorLog
	if o.InstanceID == "" {
		o.InstanceID = instance
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Minute
	}
	export, err := n.retrying().WaitForExport(ctx, o)
	w := waited{After: time.Since(n.start), Calls: n.calls()}
	if export == nil {
		return w, err
	}
	w.Status = export.Status
	for _, f := range export.Files {
		line := f.FileName + " " + f.Status
		if f.Link != "" {
			line += " link"
		}
		w.Files = append(w.Files, line)
	}
	return w, err
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

// newLevels is a network that answers requests for rows by their level, as [scripted] does.
func newLevels(lines map[string]string) *network {
	return newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
		line := lines[req.URL.Query().Get("level")]
		if line == hang {
			<-req.Context().Done()
			return nil, req.Context().Err()
		}
		status := http.StatusOK
		if line[0] != '{' {
			_, _ = fmt.Sscanf(line, "%d ", &status)
			line = line[4:]
		}
		return answer(req, status, line), nil
	})
}
