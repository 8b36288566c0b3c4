// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rds is a client for the RDS API of Open Telekom Cloud: one file for each page of the API, and the wait for
// the export of a log.
//
//	client.go    sends a request, decodes its answer
//	decode.go    values in the forms that the API really sends
//	error.go     refusals, and the ends of a wait
//	endure.go    repeats a call until its time is up; the clock, for tests that bring their own
//
//	export.go    POST errorlog-download, slowlog-download   link.go    download links: scheme, expiry
//	wait.go      from the first call to the links           task.go    GET jobs in place of an export's poll
//	errorlog_rows.go, instances.go, slowlog_statistics.go   one page each
//
// Retry sends the same request again after a fault: only package transport does that, and its package comment has the
// table of what is tried again. Poll asks whether an export is done. Wait is everything until there is a result or the
// time is up.
//
// The package does not know Terraform or credentials: the HTTP client that it is given adds them. If a page of the
// API leaves something open, a comment gives the source of the answer.
package rds

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// Endpoint is the address of RDS for one project.
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

// NewClient returns a client that asks for its endpoint with each request. The HTTP client must authorize, retry and
// bound what it reads. A nil clock is the machine's. random returns numbers in [0, 1) for the jitter.
func NewClient(client *http.Client, endpoint func(context.Context) (Endpoint, error), clock Clock, random func() float64) *Client {
	if clock == nil {
		clock = systemClock{}
	}
	return &Client{http: client, endpoint: endpoint, clock: clock, random: random}
}

var (
	instanceID = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	usualID    = regexp.MustCompile(`^[0-9a-f]{32}in[0-9]{2}$`)
)

// ValidInstanceID reports whether a text can be the ID of a DB instance. Such a text cannot change a request's path.
func ValidInstanceID(id string) bool { return instanceID.MatchString(id) }

// UsualInstanceID reports whether a text has the form of all known IDs: 32 hex digits, then "in03" (PostgreSQL), "in01"
// (MySQL) or "in04" (SQL Server). The cloud does not promise this form.
func UsualInstanceID(id string) bool { return usualID.MatchString(id) }

var errInstanceID = errors.New("an instance id holds letters, digits and hyphens only")

// Parts of the path before the project. Only the statistics of slow queries have the second one.
const (
	v3  = "v3"
	v31 = "v3.1"
)

// meta is what an answer's headers hold.
type meta struct {
	requestID string
	date      time.Time // zero: not known
}

// get asks for something and decodes the answer into a value. Path elements must be safe: see [ValidInstanceID].
func (c *Client) get(ctx context.Context, query url.Values, into any, path ...string) (meta, error) {
	return c.call(ctx, http.MethodGet, v3, query, nil, into, path)
}

// post is [Client.get] with a body.
func (c *Client) post(ctx context.Context, body, into any, path ...string) (meta, error) {
	return c.call(ctx, http.MethodPost, v3, nil, body, into, path)
}

// call sends a request and decodes its answer. It returns an [*Error] for a refusal, a [*DecodeError] for an answer
// that cannot be decoded, or a [*transport.Error].
func (c *Client) call(ctx context.Context, method, version string, query url.Values, body, into any, path []string) (meta, error) {
	endpoint, err := c.endpoint(transport.Uncounted(ctx)) // the first call logs in
	if err != nil {
		return meta{}, err
	}
	req, err := newRequest(ctx, method, endpoint.target(version, path, query), body)
	if err != nil {
		return meta{}, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return meta{}, errors.Unwrap(err) // without the layer in which net/http repeats the URL and its query
	}
	defer func() { _ = resp.Body.Close() }() // it is a buffer
	text, err := io.ReadAll(resp.Body)       // bounded by the transport
	if err != nil {
		return meta{}, err
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // the byte order mark of some Windows servers
	if resp.StatusCode < 200 || resp.StatusCode > 299 || apierror.IsHTML(text) || hasErrorCode(text) {
		return meta{}, newError(resp, text, endpoint)
	}
	m := meta{requestID: apierror.RequestID(resp.Header)}
	m.date, _ = http.ParseTime(resp.Header.Get("Date"))
	if string(bytes.TrimSpace(text)) == "null" {
		return m, m.undecodable(errors.New("the answer is null"))
	}
	if err := json.Unmarshal(text, into); err != nil {
		return m, m.undecodable(describeJSON(err))
	}
	return m, nil
}

// hasErrorCode reports whether a body has a code such as DBS.200602: it is a refusal then, whatever its status.
func hasErrorCode(body []byte) bool {
	if !bytes.Contains(body, []byte(`"error_code"`)) { // an answer can have megabytes
		return false
	}
	var refusal struct {
		Code lenient[scalar] `json:"error_code"`
	}
	return json.Unmarshal(body, &refusal) == nil && strings.Contains(refusal.Code.value.text(), ".")
}

func (m meta) undecodable(err error) error { return &DecodeError{RequestID: m.requestID, Err: err} }

// target returns the URL of an API. Version and project are the last two elements of the endpoint.
func (e Endpoint) target(version string, path []string, query url.Values) string {
	u := e.URL
	if version != v3 {
		u = u.JoinPath("..", "..", version, e.ProjectID)
	}
	u = u.JoinPath(path...)
	u.RawQuery = query.Encode()
	return u.String()
}

func newRequest(ctx context.Context, method, target string, body any) (*http.Request, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("building the request: %w", err)
		}
		reader = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, reader)
	if err != nil {
		return nil, fmt.Errorf("building the request: %w", err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Language", "en-us") // makes error_msg English (the slow log's page)
	return req, nil
}
