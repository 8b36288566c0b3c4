// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"strings"
)

// Fault replaces answers. It stands before everything else, authorization and rate limit too, as a broken gateway does.
type Fault struct {
	// Kind, Method and Path say which requests it meets; empty means any. Kind and Method must be equal to the
	// request's, Path must be contained in it.
	Kind, Method, Path string
	// Skip lets that many of them pass first.
	Skip int
	// Times is how many are met then. 0 means one, below 0 all that come.
	Times int
	// Handler answers in the place of the API. This package's functions make ready ones: Status, Hang, Drop and so on.
	Handler http.HandlerFunc
}

// Inject adds a fault. With several, the first one injected that meets a request answers it; the others do not count
// it.
func (s *Server) Inject(f Fault) {
	if f.Handler == nil {
		panic("rdssim: a fault without a handler")
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// nextFault returns what answers a request in the API's place, or nil.
func (s *Server) nextFault(r *http.Request, kind string) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if !f.meets(r, kind) || f.Times == 0 {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f.Handler
	}
	return nil
}

func (f *Fault) meets(r *http.Request, kind string) bool {
	return (f.Kind == "" || f.Kind == kind) &&
		(f.Method == "" || f.Method == r.Method) &&
		strings.Contains(r.URL.EscapedPath(), f.Path)
}
