// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// call is one call of the cloud's APIs. Either iam or rds is set.
type call struct {
	method, path, kind string
	iam                http.HandlerFunc
	rds                projectHandler
}

// projectHandler answers a call to RDS after its authorization for a project. instanceID is empty if the path has none.
type projectHandler func(w http.ResponseWriter, r *http.Request, in project, instanceID string)

func (s *Server) calls() []call {
	return []call{
		{"GET", "", "iam.versions", s.showVersions, nil},
		{"GET", "v3", "iam.versions", s.showVersions, nil},
		{"POST", "v3/auth/tokens", "login", s.login, nil},
		{"GET", "v3/auth/tokens", "iam.token", s.showToken, nil},
		{"GET", "v3/auth/catalog", "iam.catalog", s.showCatalog, nil},
		{"GET", "v3/auth/projects", "iam.projects", s.listProjects, nil},
		{"GET", "v3/projects", "iam.projects", s.listProjects, nil},
		{"GET", "v3/auth/domains", "iam.domains", s.listDomains, nil},
		{"GET", "v3/*/instances", "rds.instances", nil, s.listInstances},
		{"POST", "v3/*/instances/*/errorlog-download", "rds.errorlog", nil, s.exportHandler(errorLog)},
		{"POST", "v3/*/instances/*/slowlog-download", "rds.slowlog", nil, s.exportHandler(slowLog)},
		{"GET", "v3/*/instances/*/errorlog", "rds.errorlog_rows", nil, s.listErrors},
		{"POST", "v3.1/*/instances/*/slow-logs/statistics", "rds.slowlog_statistics", nil, s.summarizeSlowLog},
		{"GET", "v3/*/jobs", "rds.job", nil, s.showJob},
	}
}

// Kinds lists the kinds of calls to IAM and RDS. The object store's are "obs.get" and "obs.head".
func Kinds() []string {
	var kinds []string
	for _, c := range new(Server).calls() {
		if !slices.Contains(kinds, c.kind) {
			kinds = append(kinds, c.kind)
		}
	}
	return kinds
}

// route is the kind of a request and the handler that answers it.
type route struct {
	kind    string
	handler http.HandlerFunc
}

// route does not use http.ServeMux, which cleans and redirects odd paths: they shall fail.
func (s *Server) route(r *http.Request) route {
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if len(segments) == 2 && segments[1] == "" {
		segments = segments[:1] // "/v3/" is "/v3", but no other path may end in "/"
	}
	if segments[0] == "obs" {
		return route{"obs." + strings.ToLower(r.Method), s.serveObject}
	}
	var allowed []string
	for _, c := range s.calls() {
		switch {
		case !c.matches(segments):
		case c.method != r.Method:
			allowed = append(allowed, c.method)
		case c.rds != nil:
			return route{c.kind, s.limited(s.forProject(segments, c.rds))}
		default:
			return route{c.kind, s.limited(c.iam)}
		}
	}
	if allowed != nil {
		return route{"unknown", wrongMethod(strings.Join(allowed, ", "))}
	}
	return route{"unknown", unknownPath}
}

// matches compares segment by segment. "*" matches any that is not empty.
func (c call) matches(segments []string) bool {
	return slices.EqualFunc(strings.Split(c.path, "/"), segments, func(pattern, segment string) bool {
		return pattern == segment || pattern == "*" && segment != ""
	})
}

func unknownPath(w http.ResponseWriter, r *http.Request) {
	problem{http.StatusNotFound, "APIGW.0101", fmt.Sprintf(
		"The API does not exist: the simulator knows no %s %s", r.Method, r.URL.EscapedPath())}.write(w)
}

func wrongMethod(allowed string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		problem{http.StatusMethodNotAllowed, "APIGW.0101", fmt.Sprintf(
			"The method is not allowed: %s %s; try %s", r.Method, r.URL.EscapedPath(), allowed)}.write(w)
	}
}

// forProject authorizes a call to RDS. Its path is /{version}/{project_id}/… or /{version}/{project_id}/instances/{id}/….
func (s *Server) forProject(segments []string, next projectHandler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := url.PathUnescape(segments[1])
		instanceID := ""
		if err == nil && len(segments) > 3 {
			instanceID, err = url.PathUnescape(segments[3])
		}
		if err != nil {
			unknownPath(w, r)
			return
		}
		in, refused := s.authorize(r, id)
		if refused != nil {
			refused.write(w)
			return
		}
		next(w, r, in, instanceID)
	}
}

// authorize returns the project in the path if the caller may work in it.
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
