// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rds speaks the RDS v3 API of Open Telekom Cloud as far as error logs need it, and waits for the export of
// one.
//
// The contract is the API's page "Obtaining Links for Downloading Error Logs (RDS for PostgreSQL)". Where that page
// is silent the comments say where a fact comes from, and how sure it is.
//
//	client.go    requests and their answers
//	export.go    what errorlog-download and its sisters answer        job.go    what a task says
//	decode.go    values as the API really sends them   link.go   download links: scheme, expiry
//	error.go     what the API says when it says no     codes.go  the meaning of its error codes
//	wait.go      from the first call to the links      pause.go  how long between two polls
//	task.go      the poll that asks for the export's task    clock.go  time, for tests that bring their own
//
// Three words are never mixed: retry sends the same request again after a fault, poll asks whether the export is
// done, wait is the whole until links or the timeout. API requests are retried by package transport only; file
// transfers by package download, which can resume in mid-file. This package knows nothing of Terraform and nothing of
// credentials: the HTTP client that it is given adds them.
package rds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Endpoint is where RDS answers, and for whom.
type Endpoint struct {
	URL       *url.URL // ends in /v3/{project_id}
	ProjectID string
	Region    string // may be ""
}

// Client calls the RDS API of one project. It is safe for concurrent use.
type Client struct {
	http     *http.Client
	endpoint func(context.Context) (Endpoint, error)
	clock    Clock
	random   func() float64
}

// NewClient returns a client that finds its endpoint with the first request. The HTTP client must authorize, retry
// and bound what it reads. The clock may be nil for the machine's own; random yields jitter in [0, 1).
func NewClient(client *http.Client, endpoint func(context.Context) (Endpoint, error), clock Clock, random func() float64) *Client {
	if clock == nil {
		clock = systemClock{}
	}
	return &Client{http: client, endpoint: endpoint, clock: clock, random: random}
}

// instanceID is the form of an instance's id: letters, digits and hyphens, so that it can never change a request's
// path.
var instanceID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// ValidInstanceID says whether a text can be the id of a DB instance. Real ones are 32 hex digits and "in03"
// (PostgreSQL), "in01" (MySQL) or "in04" (SQL Server).
func ValidInstanceID(id string) bool { return instanceID.MatchString(id) }

var usualID = regexp.MustCompile(`^[0-9a-f]{32}in[0-9]{2}$`)

// UsualInstanceID says whether a text has the form of all IDs that were seen. Others are not refused: the form is
// nowhere promised.
func UsualInstanceID(id string) bool { return usualID.MatchString(id) }

// RequestExport asks once for the download links of an instance's error log, and with that starts their export
// where none runs: POST /v3/{project_id}/instances/{instance_id}/errorlog-download.
//
// A refusal is an [*Error]; an answer that can't be understood a [*DecodeError].
func (c *Client) RequestExport(ctx context.Context, log Log, instanceID string) (*Export, error) {
	if !ValidInstanceID(instanceID) {
		return nil, errors.New("an instance id holds letters, digits and hyphens only")
	}
	header, body, err := c.do(ctx, http.MethodPost, url.Values{}, "instances", instanceID, string(log)+"-download")
	if err != nil {
		return nil, err
	}
	answer, err := decodeExport(body)
	if err != nil {
		return nil, &DecodeError{RequestID: apierror.RequestID(header), Err: err}
	}
	answer.RequestID = apierror.RequestID(header)
	answer.ServerTime, _ = http.ParseTime(header.Get("Date"))
	return answer, nil
}

// Job asks for a task: GET /v3/{project_id}/jobs?id={job_id}. The page lists the kinds of task that can be asked for,
// and exports of logs are not among them: an [*Error] says nothing about the export itself.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	header, body, err := c.do(ctx, http.MethodGet, url.Values{"id": {id}}, "jobs")
	if err != nil {
		return nil, err
	}
	job, err := decodeJob(body)
	if err != nil {
		return nil, &DecodeError{RequestID: apierror.RequestID(header), Err: err}
	}
	return job, nil
}

func (c *Client) do(ctx context.Context, method string, query url.Values, path ...string) (http.Header, []byte, error) {
	endpoint, err := c.endpoint(ctx)
	if err != nil {
		return nil, nil, err
	}
	target := endpoint.URL.JoinPath(path...)
	target.RawQuery = query.Encode()
	req, err := newRequest(ctx, method, target)
	if err != nil {
		return nil, nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, withoutURL(err)
	}
	defer func() { _ = resp.Body.Close() }() // it is a buffer
	body, err := io.ReadAll(resp.Body)       // bounded by the transport
	if err != nil {
		return nil, nil, withoutURL(err)
	}
	body = bytes.TrimPrefix(body, []byte("\ufeff")) // some Windows servers' mark, which is no JSON
	if resp.StatusCode < 200 || resp.StatusCode > 299 || apierror.IsHTML(body) {
		return nil, nil, newError(resp, body, endpoint)
	}
	return resp.Header, body, nil
}

func newRequest(ctx context.Context, method string, target *url.URL) (*http.Request, error) {
	var body io.Reader
	if method == http.MethodPost {
		body = strings.NewReader("{}") // the page shows no body; siblings' clients send an empty object
	}
	req, err := http.NewRequestWithContext(ctx, method, target.String(), body)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Language", "en-us") // makes error_msg English (the slow log's page)
	return req, nil
}

// withoutURL takes off the layer in which net/http repeats the whole URL.
func withoutURL(err error) error {
	var layer *url.Error
	if errors.As(err, &layer) {
		return layer.Err
	}
	return err
}
