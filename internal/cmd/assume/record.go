// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// maxBody is how much of an answer is kept, in bytes. A service catalogue has some 100 kB.
const maxBody = 8 << 20

// exchange is one request and its answer, as they went over the wire.
type exchange struct {
	method        string
	url           *url.URL
	requestHeader http.Header
	requestBody   []byte
	status        int       // 0: there was no answer
	at            time.Time // when it was complete, by this machine's clock
	header        http.Header
	body          []byte
	secrets       []string // what the cloud may repeat: cut out of a text before that is cut to its length
}

// refusal returns the refusal in an answer, in whichever form.
func (e exchange) refusal() apierror.Refusal {
	return apierror.Parse(e.status, e.header, e.body, e.secrets...)
}

// String is an answer's status, code and message, for evidence.
func (e exchange) String() string {
	if e.status >= 200 && e.status <= 299 {
		return fmt.Sprintf("%d", e.status)
	}
	r := e.refusal()
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.status, strings.TrimSuffix(strings.TrimSpace(r.Code+" "+r.Message), ".")))
}

// record keeps every exchange. It stands right above the network, below everything that adds a credential or reads an
// answer.
type record struct {
	next http.RoundTripper

	mu  sync.Mutex
	all []exchange
}

// RoundTrip implements http.RoundTripper.
func (r *record) RoundTrip(req *http.Request) (*http.Response, error) {
	e := exchange{method: req.Method, url: req.URL, requestHeader: req.Header.Clone()}
	if req.Body != nil && req.Body != http.NoBody {
		sent, err := io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("reading the request: %w", err)
		}
		e.requestBody = sent
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller's layers distinguish errors
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody))
	_ = resp.Body.Close() // what is wanted of it has been read
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e.status, e.at, e.header, e.body = resp.StatusCode, time.Now(), resp.Header.Clone(), body
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, e)
	return resp, nil
}

// exchanges are all so far, in order.
func (r *record) exchanges() []exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]exchange(nil), r.all...)
}
