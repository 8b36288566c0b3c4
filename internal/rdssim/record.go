// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"slices"
	"time"
)

// Request is one request as the simulator received it.
type Request struct {
	// Time is when it came, by the simulator's clock.
	Time time.Time
	// Kind says what was asked for: "login", "iam.projects", "iam.domains", "iam.catalog", "iam.token", "iam.versions",
	// "rds.errorlog", "rds.job", "obs.get", "obs.head" and so on, or "unknown".
	Kind   string
	Method string
	// Host is the host that the client meant to speak to.
	Host string
	// Path is as it was sent, escapes and all.
	Path     string
	RawQuery string
	Header   http.Header
	Body     []byte
	// Status is that of the answer; 0 where none was given: the connection was dropped, or the request still hangs.
	Status int
}

// Requests returns all requests since the start or the last Reset, in the order of their coming.
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

// Count returns how many requests of one kind there were; "" counts all.
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

func (s *Server) record(r *http.Request, body []byte, kind string) *Request {
	entry := &Request{
		Time: s.now(), Kind: kind, Method: r.Method, Host: r.Host,
		Path: r.URL.EscapedPath(), RawQuery: r.URL.RawQuery, Header: r.Header.Clone(), Body: body,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, entry)
	return entry
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

// Unwrap lets http.ResponseController find what it can do.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) note(status int) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	if r.entry.Status == 0 && status >= http.StatusOK {
		r.entry.Status = status
	}
}
