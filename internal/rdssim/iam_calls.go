// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"mime"
	"net/http"
)

// showVersions answers GET / and GET /v3, which some clients ask first.
func (s *Server) showVersions(w http.ResponseWriter, r *http.Request) {
	version := map[string]any{
		"id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z",
		"links": []map[string]string{{"rel": "self", "href": s.AuthURL() + "/"}},
	}
	if r.URL.Path == "/v3" || r.URL.Path == "/v3/" {
		writeJSON(w, http.StatusOK, map[string]any{"version": version})
		return
	}
	writeJSON(w, http.StatusMultipleChoices, map[string]any{"versions": map[string]any{"values": []any{version}}})
}

// showToken answers GET /v3/auth/tokens: what another token, X-Subject-Token, stands for.
func (s *Server) showToken(w http.ResponseWriter, r *http.Request) {
	if _, refused := s.caller(r); refused != nil {
		refused.write(w)
		return
	}
	subject := r.Header.Get("X-Subject-Token")
	known, ok := s.lookUp(subject)
	if !ok {
		p := problem{http.StatusNotFound, "", "Could not find the token."}
		p.writeIAM(w)
		return
	}
	w.Header().Set("X-Subject-Token", subject)
	writeJSON(w, http.StatusOK, s.describe(known, r.URL.Query().Has("nocatalog")))
}

// showCatalog answers GET /v3/auth/catalog. With a signature, the project is that of X-Project-Id. Assumption 9.
func (s *Server) showCatalog(w http.ResponseWriter, r *http.Request) {
	who, refused := s.caller(r)
	if refused != nil {
		refused.write(w)
		return
	}
	var of *project
	if r.Header.Get("Authorization") == "" {
		known, _ := s.lookUp(r.Header.Get("X-Auth-Token"))
		of = known.project
	} else if id := r.Header.Get("X-Project-Id"); id != "" {
		found, ok := findProject(who.domain, id, "")
		if !ok {
			noProject.writeIAM(w)
			return
		}
		of = &found
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"catalog": s.catalog(of), "links": map[string]any{"self": s.AuthURL() + "/auth/catalog"},
	})
}

type projectSummary struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	DomainID string `json:"domain_id"`
	ParentID string `json:"parent_id"`
	IsDomain bool   `json:"is_domain"`
	Enabled  bool   `json:"enabled"`
}

// listProjects answers GET /v3/projects and GET /v3/auth/projects, with or without ?name=, which must match whole.
func (s *Server) listProjects(w http.ResponseWriter, r *http.Request) {
	who, refused := s.caller(r)
	if refused != nil {
		refused.write(w)
		return
	}
	query := r.URL.Query()
	list := []projectSummary{}
	for _, p := range projects {
		if p.domain != who.domain || query.Has("name") && query.Get("name") != p.name {
			continue
		}
		list = append(list, projectSummary{p.id, p.name, p.domain.id, p.domain.id, false, true})
	}
	writeJSON(w, http.StatusOK, map[string]any{"projects": list, "links": map[string]any{}})
}

// listDomains answers GET /v3/auth/domains: the caller's own account.
func (s *Server) listDomains(w http.ResponseWriter, r *http.Request) {
	who, refused := s.caller(r)
	if refused != nil {
		refused.write(w)
		return
	}
	list := []map[string]any{}
	if name := r.URL.Query().Get("name"); name == "" || name == who.domain.name {
		list = append(list, map[string]any{"id": who.domain.id, "name": who.domain.name, "enabled": true})
	}
	writeJSON(w, http.StatusOK, map[string]any{"domains": list, "links": map[string]any{}})
}

// isJSON says whether the body is declared as JSON, whatever the parameters.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
