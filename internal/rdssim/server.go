// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// unstartedURL is the base URL of a server that does not listen. The name can never resolve (RFC 6761).
const unstartedURL = "https://rdssim.invalid"

// maxRequestBody bounds what the simulator reads of a request, in bytes.
const maxRequestBody = 1 << 20

// Server is a whole cloud on one address: IAM, RDS and the object store. It is an http.Handler, safe for concurrent
// use. Create one with [New].
type Server struct {
	options options

	mu       sync.Mutex
	url      string
	sequence int
	requests []*Request
	faults   []*Fault
	tokens   map[string]grant
	failures map[string]*keyFailures
	admitted []time.Time
	exports  map[string]*export    // by project and instance
	jobs     map[string]*export    // by workflow ID
	objects  map[string]exportFile // by name, the key in the bucket
	busy     map[string]time.Time  // by project and instance: the end of being busy
}

// New returns a server. It opens no socket: use [Server.Start], [Server.Transport], or the server as a handler.
func New(opts ...Option) *Server {
	s := &Server{
		options:  defaultOptions(),
		url:      unstartedURL,
		tokens:   map[string]grant{},
		failures: map[string]*keyFailures{},
	}
	for _, o := range opts {
		o(&s.options)
	}
	if s.options.url != "" {
		s.url = s.options.url
	}
	s.Reset()
	return s
}

// URL is the base URL, without a "/" at its end: http://127.0.0.1:4711. Before Start it is https://rdssim.invalid, an
// address that works through Transport only.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// AuthURL is what a user sets as auth_url.
func (s *Server) AuthURL() string {
	return s.URL() + "/v3"
}

// Reset forgets the recorded requests and all exports, with their files. Tokens stay good, and faults stay injected.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
	s.exports = map[string]*export{}
	s.jobs = map[string]*export{}
	s.objects = map[string]exportFile{}
	s.busy = map[string]time.Time{}
}

func (s *Server) now() time.Time {
	return s.options.clock()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Assumption 1. The Date header follows the simulator's clock: clients tell from it that their own clock is off.
	w.Header().Set("X-Request-Id", s.nextID("request"))
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))

	// Reading the body whole also lets net/http notice when the client hangs up.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	route := s.route(r)
	recorded := &recorder{ResponseWriter: w, server: s, entry: s.record(r, body, route.kind)}
	if err != nil {
		s.refuseBody(recorded, err)
		return
	}
	if fault := s.nextFault(r, route.kind); fault != nil {
		fault(recorded, r.WithContext(context.WithValue(r.Context(), realAnswer{}, route.handler)))
		return
	}
	route.handler(recorded, r)
}

func (s *Server) refuseBody(w http.ResponseWriter, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		p := problem{http.StatusRequestEntityTooLarge, "APIGW.0201", "The request body is too large."}
		p.writeGateway(w)
		return
	}
	panic(http.ErrAbortHandler) // the client broke off amid its body
}

// readBody reads the body, which is in memory, and puts it back: a signature covers it, whoever read it before.
func readBody(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body) // never fails: ServeHTTP read it from the wire
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// nextID returns 32 hex digits that no other call returns. They are the same in every run, so that transcripts can be
// compared.
func (s *Server) nextID(purpose string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	return hexID(fmt.Sprintf("%s %d", purpose, s.sequence))
}
