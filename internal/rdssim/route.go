// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// route is where a request leads.
type route struct {
	kind    string
	handler http.HandlerFunc
}

// route finds the way by hand: http.ServeMux cleans and redirects paths, and a client that sends an odd path must be
// told, not helped.
func (s *Server) route(r *http.Request) route {
	segments := strings.Split(strings.TrimPrefix(r.URL.EscapedPath(), "/"), "/")
	if len(segments) == 2 && segments[1] == "" {
		segments = segments[:1] // "/v3/" is "/v3"; below it, a "/" at the end is part of another path
	}
	if segments[0] == "obs" {
		return route{"obs." + strings.ToLower(r.Method), s.serveObject}
	}
	var allowed []string
	for _, k := range s.table() {
		if !k.matches(segments) {
			continue
		}
		if k.method != r.Method {
			allowed = append(allowed, k.method)
			continue
		}
		if k.inProject != nil {
			return route{k.kind, s.limited(s.forProject(segments, k.inProject))}
		}
		return route{k.kind, s.limited(k.handler)}
	}
	if allowed != nil {
		return route{"unknown", wrongMethod(strings.Join(allowed, ", "))}
	}
	return route{"unknown", unknownPath}
}

// known is one call of the cloud's APIs. Either handler or inProject is set.
type known struct {
	method, path, kind string
	handler            http.HandlerFunc
	inProject          projectHandler
}

func (s *Server) table() []known {
	return []known{
		{"GET", "", "iam.versions", s.showVersions, nil},
		{"GET", "v3", "iam.versions", s.showVersions, nil},
		{"POST", "v3/auth/tokens", "login", s.login, nil},
		{"GET", "v3/auth/tokens", "iam.token", s.showToken, nil},
		{"GET", "v3/auth/catalog", "iam.catalog", s.showCatalog, nil},
		{"GET", "v3/auth/projects", "iam.projects", s.listProjects, nil},
		{"GET", "v3/projects", "iam.projects", s.listProjects, nil},
		{"GET", "v3/auth/domains", "iam.domains", s.listDomains, nil},
		{"POST", "v3/*/instances/*/errorlog-download", "rds.errorlog", nil, s.errorLog},
		{"GET", "v3/*/jobs", "rds.job", nil, s.showJob},
	}
}

// matches compares segment by segment; "*" stands for any that is not empty.
func (k known) matches(segments []string) bool {
	return slices.EqualFunc(strings.Split(k.path, "/"), segments, func(pattern, segment string) bool {
		return pattern == segment || pattern == "*" && segment != ""
	})
}

func unknownPath(w http.ResponseWriter, r *http.Request) {
	p := problem{http.StatusNotFound, "APIGW.0101", fmt.Sprintf(
		"The API does not exist: the simulator knows no %s %s", r.Method, r.URL.EscapedPath())}
	p.writeGateway(w)
}

func wrongMethod(allowed string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", allowed)
		p := problem{http.StatusMethodNotAllowed, "APIGW.0101", fmt.Sprintf(
			"The method is not allowed: %s %s; try %s", r.Method, r.URL.EscapedPath(), allowed)}
		p.writeGateway(w)
	}
}
