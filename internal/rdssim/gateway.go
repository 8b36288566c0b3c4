// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// projectHandler answers a call to RDS that was authorized for a project. segments are the path's, still escaped.
type projectHandler func(w http.ResponseWriter, r *http.Request, in project, segments []string)

// forProject authorizes a call to RDS. Its path is /v3/{project_id}/….
func (s *Server) forProject(segments []string, next projectHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := url.PathUnescape(segments[1])
		if err != nil {
			unknownPath(w, r)
			return
		}
		in, refused := s.authorize(r, id)
		if refused != nil {
			refused.write(w)
			return
		}
		next(w, r, in, segments)
	}
}

// authorize tells which project the caller may work in, and refuses if that is not the one the path names.
func (s *Server) authorize(r *http.Request, projectID string) (project, *problem) {
	if r.Header.Get("Authorization") != "" {
		return s.authorizeSigned(r, projectID)
	}
	token := r.Header.Get("X-Auth-Token")
	if token == "" { // Assumption 10.
		return project{}, &problem{
			http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: x-auth-token not found",
		}
	}
	if known, ok := s.lookUp(token); ok {
		if known.project == nil || known.project.id != projectID {
			return project{}, &wrongProject
		}
		return *known.project, nil
	}
	if s.options.validateElsewhere != nil {
		if id, ok := s.options.validateElsewhere(r.Context(), token); ok {
			if id != projectID {
				return project{}, &wrongProject
			}
			return project{id: id, instances: true}, nil
		}
	}
	// Assumption 11.
	return project{}, &problem{http.StatusUnauthorized, "APIGW.0307", "The token must be updated."}
}

// Assumption 12.
var wrongProject = problem{
	http.StatusForbidden, "DBS.200010", "The project ID in the URL is not the one that the credentials are for.",
}

func (s *Server) authorizeSigned(r *http.Request, projectID string) (project, *problem) {
	who, refused := s.verifySigned(r)
	if refused != nil {
		return project{}, refused
	}
	header := r.Header.Get("X-Project-Id")
	in, ok := findProject(who.domain, projectID, "")
	if !ok || header != "" && header != projectID {
		return project{}, &wrongProject
	}
	return in, nil
}

// limited puts the gateway's limit before a call. Assumption 13.
func (s *Server) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.admit() {
			p := problem{http.StatusTooManyRequests, "APIGW.0308", fmt.Sprintf(
				"The throttling threshold has been reached: policy user over ratelimit, limit:%d, time:1 second",
				s.options.callsPerSecond)}
			w.Header().Set("Retry-After", "1")
			p.writeGateway(w)
			return
		}
		next(w, r)
	}
}

// admit lets through as many calls as the limit says within any second, however it is cut out of time.
func (s *Server) admit() bool {
	limit := s.options.callsPerSecond
	if limit <= 0 {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	for len(s.admitted) > 0 && now.Sub(s.admitted[0]) >= time.Second {
		s.admitted = s.admitted[1:]
	}
	if len(s.admitted) >= limit {
		return false
	}
	s.admitted = append(s.admitted, now)
	return true
}
