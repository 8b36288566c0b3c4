// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"mime"
	"net/http"
	"strings"
)

// iamTime is how IAM writes times.
const iamTime = "2006-01-02T15:04:05.000000Z"

// catalogEndpoint is an additional endpoint of RDS in the catalogue.
type catalogEndpoint struct{ region, iface, url string }

type named struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain *named `json:"domain,omitempty"`
}

func (d domain) json() *named  { return &named{ID: d.id, Name: d.name} }
func (p project) json() *named { return &named{p.id, p.name, p.domain.json()} }

type tokenAnswer struct {
	Token struct {
		Methods   []string       `json:"methods"`
		ExpiresAt string         `json:"expires_at"`
		IssuedAt  string         `json:"issued_at"`
		User      *named         `json:"user"`
		Project   *named         `json:"project,omitempty"`
		Domain    *named         `json:"domain,omitempty"`
		Roles     []named        `json:"roles"`
		Catalog   []catalogEntry `json:"catalog,omitempty"`
	} `json:"token"`
}

type catalogEntry struct {
	ID        string            `json:"id"`
	Type      string            `json:"type"`
	Name      string            `json:"name"`
	Endpoints []endpointSummary `json:"endpoints"`
}

type endpointSummary struct {
	ID        string `json:"id"`
	Interface string `json:"interface"`
	Region    string `json:"region"`
	RegionID  string `json:"region_id"`
	URL       string `json:"url"`
}

func (s *Server) describe(g grant, withoutCatalog bool) tokenAnswer {
	var a tokenAnswer
	t := &a.Token
	t.Methods = g.methods
	t.ExpiresAt = g.expires.UTC().Format(iamTime)
	t.IssuedAt = g.issued.UTC().Format(iamTime)
	t.User = &named{g.user.id, g.user.name, g.user.domain.json()}
	t.Roles = []named{{ID: "0", Name: "te_admin"}}
	if g.project == nil {
		t.Domain = g.domain.json()
	} else {
		t.Project = g.project.json()
	}
	if !withoutCatalog {
		t.Catalog = s.catalog(g.project)
	}
	return a
}

// catalog lists the services. RDS is in it only for a project, whose ID is part of the URL. Assumption 8.
func (s *Server) catalog(of *project) []catalogEntry {
	base := s.URL()
	own := func(service, url string) endpointSummary {
		return endpointSummary{hexID("endpoint " + service), "public", Region, Region, url}
	}
	entries := []catalogEntry{
		{hexID("service iam"), "identity", "keystone", []endpointSummary{own("iam", base+"/v3")}},
		{hexID("service obs"), "object", "obs", []endpointSummary{own("obs", base+"/obs")}},
	}
	if of == nil || s.options.withoutCatalog {
		return entries
	}
	var endpoints []endpointSummary
	for _, extra := range s.options.extraEndpoints {
		endpoints = append(endpoints, endpointSummary{
			hexID("endpoint " + extra.region + extra.iface), extra.iface, extra.region, extra.region,
			strings.ReplaceAll(extra.url, "{project_id}", of.id),
		})
	}
	endpoints = append(endpoints, own("rdsv3", base+"/v3/"+of.id))
	return append(entries, catalogEntry{hexID("service rdsv3"), "rdsv3", "rdsv3", endpoints})
}

// caller returns the user who sends a request to IAM with a token or a signature.
func (s *Server) caller(r *http.Request) (user, *problem) {
	if r.Header.Get("Authorization") != "" {
		return s.verifySigned(r)
	}
	known, ok := s.lookUp(r.Header.Get("X-Auth-Token"))
	if !ok {
		return user{}, &badToken
	}
	return known.user, nil
}

// showVersions answers GET / and GET /v3. Some clients begin with it.
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

// showToken answers GET /v3/auth/tokens: the description of the token in X-Subject-Token.
func (s *Server) showToken(w http.ResponseWriter, r *http.Request) {
	if _, refused := s.caller(r); refused != nil {
		refused.write(w)
		return
	}
	subject := r.Header.Get("X-Subject-Token")
	known, ok := s.lookUp(subject)
	if !ok {
		problem{http.StatusNotFound, "", "Could not find the token."}.write(w)
		return
	}
	w.Header().Set("X-Subject-Token", subject)
	writeJSON(w, http.StatusOK, s.describe(known, r.URL.Query().Has("nocatalog")))
}

// showCatalog answers GET /v3/auth/catalog. For a signed request, X-Project-Id names the project. Assumption 9.
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
			noProject.write(w)
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

// listProjects answers GET /v3/projects and GET /v3/auth/projects. With ?name=, the name must be equal.
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

// listDomains answers GET /v3/auth/domains: the caller's account.
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

// isJSON reports whether the Content-Type is JSON, with any parameters.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
