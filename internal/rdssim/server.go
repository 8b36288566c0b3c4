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
	"slices"
	"sync"
	"time"
)

// unstartedURL is the base URL of a server that does not listen. The name never resolves (RFC 6761).
const unstartedURL = "https://rdssim.invalid"

// maxRequestBody bounds what the simulator reads of a request, in bytes.
const maxRequestBody = 1 << 20

// Server is a cloud on one address: IAM, RDS and the object store. It is an http.Handler and safe for concurrent use.
// Create one with [New].
type Server struct {
	options options

	mu          sync.Mutex
	url         string
	sequence    int
	requests    []*Request
	faults      []*Fault
	tokens      map[string]grant
	failures    map[string]int       // failed signatures in a row, by access key
	lockedUntil map[string]time.Time // by access key
	limiter     limiter
	exports     map[string]*export    // by project, instance and log
	jobs        map[string]*export    // by workflow ID
	objects     map[string]exportFile // by name in the bucket
	busy        map[string]time.Time  // when the busy instance becomes free, by project and instance
	anchors     map[string]time.Time  // what an instance's log takes for now, by project and instance
}

// New returns a server. It opens no socket: use [Server.Start], [Server.Transport], or the server as a handler.
func New(opts ...Option) *Server {
	s := &Server{
		options:     defaultOptions(),
		url:         unstartedURL,
		tokens:      map[string]grant{},
		failures:    map[string]int{},
		lockedUntil: map[string]time.Time{},
	}
	for _, o := range opts {
		o(&s.options)
	}
	s.Reset()
	return s
}

// URL returns the base URL without a "/" at its end, such as http://127.0.0.1:4711. Before Start it is
// https://rdssim.invalid, which works only through Transport.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.url
}

// AuthURL returns the value for a user's auth_url.
func (s *Server) AuthURL() string {
	return s.URL() + "/v3"
}

// Reset forgets the recorded requests and all exports with their files. Tokens and faults stay.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
	s.exports = map[string]*export{}
	s.jobs = map[string]*export{}
	s.objects = map[string]exportFile{}
	s.busy = map[string]time.Time{}
	s.anchors = map[string]time.Time{}
}

func (s *Server) now() time.Time {
	return s.options.clock()
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	// Assumption 1. Clients compare Date with their own clock, so it follows the simulator's.
	w.Header().Set("X-Request-Id", s.nextID("request"))
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))

	// After the body is read, net/http notices if the client hangs up.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequestBody))
	r.Body = io.NopCloser(bytes.NewReader(body))
	kind, handler := s.route(r)
	entry := &Request{
		Time: s.now(), Kind: kind, Method: r.Method, Host: r.Host,
		Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Header: r.Header.Clone(), Body: body,
	}
	s.mu.Lock()
	s.requests = append(s.requests, entry)
	s.mu.Unlock()
	recorded := &recorder{ResponseWriter: w, server: s, entry: entry}
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		problem{http.StatusRequestEntityTooLarge, "APIGW.0201", "The request body is too large."}.write(recorded)
		return
	}
	if err != nil {
		panic(http.ErrAbortHandler) // the client broke off
	}
	if fault := s.nextFault(r, kind); fault != nil {
		r = r.WithContext(context.WithValue(r.Context(), realAnswer{}, handler))
		handler = fault
	}
	handler(recorded, r)
}

// readBody returns the body and puts it back, because a signature covers it.
func readBody(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body) // never fails: ServeHTTP holds it in memory
	r.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// nextID returns 32 hex digits that no other call returns. Each run gives the same ones, so that transcripts can be
// compared.
func (s *Server) nextID(purpose string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sequence++
	return hexID(fmt.Sprintf("%s %d", purpose, s.sequence))
}

// Request is one request as the simulator received it.
type Request struct {
	Time time.Time // when it came, by the simulator's clock
	// Kind names the call, such as "login", "iam.projects", "rds.errorlog", "rds.instances" or "obs.get", or is
	// "unknown". [Kinds] lists the calls of IAM and RDS.
	Kind     string
	Method   string
	Host     string // the host that the client addressed
	Path     string // the path as it was sent, with its escapes
	RawQuery string
	Header   http.Header
	Body     []byte
	Status   int // the answer's status, or 0 if no answer was given
}

// Requests returns all requests since the start or the last Reset, in the order in which they came.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Request, len(s.requests))
	for i, r := range s.requests {
		list[i] = *r
		list[i].Header = r.Header.Clone()
		list[i].Body = slices.Clone(r.Body)
	}
	return list
}

// Count returns the number of requests of one kind, or of all if kind is empty.
func (s *Server) Count(kind string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.requests {
		if kind == "" || r.Kind == kind {
			n++
		}
	}
	return n
}

// recorder notes the status of an answer.
type recorder struct {
	http.ResponseWriter
	server *Server
	entry  *Request
}

// WriteHeader notes the first final status.
func (r *recorder) WriteHeader(status int) {
	r.note(status)
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	r.note(http.StatusOK)
	return r.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) note(status int) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	if r.entry.Status == 0 && status >= http.StatusOK {
		r.entry.Status = status
	}
}
