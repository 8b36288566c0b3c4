// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// call is one call of the cloud's APIs.
type call struct {
	method, path, kind string
	handler            http.HandlerFunc
}

func (s *Server) calls() []call {
	return []call{
		{"GET", "", "iam.versions", s.showVersions},
		{"GET", "v3", "iam.versions", s.showVersions},
		{"POST", "v3/auth/tokens", "login", s.login},
		{"GET", "v3/auth/tokens", "iam.token", s.forUser(s.showToken)},
		{"GET", "v3/auth/catalog", "iam.catalog", s.forUser(s.showCatalog)},
		{"GET", "v3/auth/projects", "iam.projects", s.forUser(s.listProjects)},
		{"GET", "v3/projects", "iam.projects", s.forUser(s.listProjects)},
		{"GET", "v3/auth/domains", "iam.domains", s.forUser(s.listDomains)},
		{"GET", "v3/*/instances", "rds.instances", s.forProject(s.listInstances)},
		{"POST", "v3/*/instances/*/errorlog-download", "rds.errorlog", s.forProject(s.exporter(errorLog))},
		{"POST", "v3/*/instances/*/slowlog-download", "rds.slowlog", s.forProject(s.exporter(slowLog))},
		{"GET", "v3/*/instances/*/errorlog", "rds.errorlog_rows", s.forProject(s.listErrors)},
		{"POST", "v3.1/*/instances/*/slow-logs/statistics", "rds.slowlog_statistics", s.forProject(s.summarizeSlowLog)},
		{"GET", "v3/*/jobs", "rds.job", s.forProject(s.showJob)},
	}
}

// Kinds lists the kinds of calls to IAM and RDS. The object store's are "obs.get" and "obs.head".
func Kinds() []string {
	var kinds []string
	for _, c := range new(Server).calls() {
		kinds = append(kinds, c.kind)
	}
	return slices.Compact(kinds)
}

// route returns the kind of a request and the handler that answers it. It does not use http.ServeMux, which cleans and
// redirects odd paths: they shall fail.
func (s *Server) route(r *http.Request) (kind string, handler http.HandlerFunc) {
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if len(segments) == 2 && segments[1] == "" {
		segments = segments[:1] // "/v3/" is "/v3", but no other path may end in "/"
	}
	if segments[0] == "obs" {
		return "obs." + strings.ToLower(r.Method), s.serveObject
	}
	var allowed []string
	for _, c := range s.calls() {
		if !c.matches(segments) {
			continue
		}
		if c.method == r.Method {
			return c.kind, s.limited(c.handler)
		}
		allowed = append(allowed, c.method)
	}
	return "unknown", unknownCall(strings.Join(allowed, ", "))
}

// matches compares segment by segment. "*" matches any that is not empty.
func (c call) matches(segments []string) bool {
	return slices.EqualFunc(strings.Split(c.path, "/"), segments, func(pattern, segment string) bool {
		return pattern == segment || pattern == "*" && segment != ""
	})
}

// unknownCall refuses a path that does not exist or, if it has other methods, the method.
func unknownCall(allowed string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		refused := problem{http.StatusNotFound, "APIGW.0101", fmt.Sprintf(
			"The API does not exist: the simulator knows no %s %s", r.Method, r.URL.EscapedPath())}
		if allowed != "" {
			w.Header().Set("Allow", allowed)
			refused.status = http.StatusMethodNotAllowed
			refused.message = fmt.Sprintf("The method is not allowed: %s %s; try %s", r.Method, r.URL.EscapedPath(), allowed)
		}
		refused.write(w)
	}
}

// forUser finds out who sends a call to IAM.
func (s *Server) forUser(next func(http.ResponseWriter, *http.Request, grant) (any, *problem)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var answer any
		caller, refused := s.caller(r)
		if refused == nil {
			answer, refused = next(w, r, caller)
		}
		respond(w, answer, refused)
	}
}

// projectHandler answers a call to RDS after its authorization for a project. instanceID is empty if the path has none.
type projectHandler func(r *http.Request, in project, instanceID string) (any, *problem)

// forProject authorizes a call to RDS. Its path is /{version}/{project_id}/… or /{version}/{project_id}/instances/{id}/….
func (s *Server) forProject(next projectHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		segments := strings.Split(r.URL.EscapedPath(), "/")
		for i := range segments {
			segments[i], _ = url.PathUnescape(segments[i]) // EscapedPath escapes well
		}
		instanceID := ""
		if len(segments) > 4 {
			instanceID = segments[4]
		}
		var answer any
		in, refused := s.authorize(r, segments[2])
		if refused == nil {
			answer, refused = next(r, in, instanceID)
		}
		respond(w, answer, refused)
	}
}

// authorize returns the project in the path if the caller may work in it.
func (s *Server) authorize(r *http.Request, projectID string) (project, *problem) {
	var in project // the one that the credentials are for
	token := r.Header.Get("X-Auth-Token")
	if r.Header.Get("Authorization") != "" {
		signer, refused := s.verifySigned(r)
		if refused != nil {
			return project{}, refused
		}
		in = findProject(signer.domain, cmp.Or(r.Header.Get("X-Project-Id"), projectID), "")
	} else if token == "" { // Assumption 10.
		return project{}, badSignature("x-auth-token not found")
	} else if known, ok := s.lookUp(token); ok {
		in = known.project
	} else if id, ok := s.options.validateElsewhere(r.Context(), token); ok {
		in = project{ID: id, instances: true}
	} else { // Assumption 11.
		return project{}, &problem{http.StatusUnauthorized, "APIGW.0307", "The token must be updated."}
	}
	if in.ID != projectID { // Assumption 12.
		return project{}, &problem{
			http.StatusForbidden, "DBS.200010", "The project ID in the URL is not the one that the credentials are for.",
		}
	}
	return in, nil
}
