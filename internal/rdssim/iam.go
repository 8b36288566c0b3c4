// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"mime"
	"net/http"
	"slices"
	"strings"
)

// iamTime is how IAM writes times.
const iamTime = "2006-01-02T15:04:05.000000Z"

// catalogEndpoint is an additional endpoint of RDS in the catalogue.
type catalogEndpoint struct{ region, iface, url string }

// describe returns what IAM shows of a token.
func (s *Server) describe(g grant, r *http.Request) object {
	token := object{
		"methods": g.methods, "user": g.user, "roles": []object{{"id": "0", "name": "te_admin"}},
		"issued_at": g.issued.UTC().Format(iamTime), "expires_at": g.expires.UTC().Format(iamTime),
	}
	if g.project.ID == "" {
		token["domain"] = g.domain
	} else {
		token["project"] = g.project
	}
	if !r.URL.Query().Has("nocatalog") {
		token["catalog"] = s.catalog(g.project)
	}
	return object{"token": token}
}

// catalog lists the services. RDS is in it only for a project, whose ID is part of the URL. Assumption 8.
func (s *Server) catalog(of project) []object {
	service := func(kind, name string, endpoints ...catalogEndpoint) object {
		var list []object
		for _, e := range endpoints {
			list = append(list, object{
				"id": hexID("endpoint " + kind + e.region + e.iface), "interface": e.iface, "region": e.region, "region_id": e.region,
				"url": strings.ReplaceAll(e.url, "{project_id}", of.ID),
			})
		}
		return object{"id": hexID("service " + kind), "type": kind, "name": name, "endpoints": list}
	}
	base := s.URL()
	services := []object{
		service("identity", "keystone", catalogEndpoint{Region, "public", base + "/v3"}),
		service("object", "obs", catalogEndpoint{Region, "public", base + "/obs"}),
	}
	if of.ID == "" || s.options.withoutCatalog {
		return services
	}
	own := catalogEndpoint{Region, "public", base + "/v3/{project_id}"}
	return append(services, service("rdsv3", "rdsv3", append(slices.Clone(s.options.extraEndpoints), own)...))
}

// caller returns who sends a request to IAM with a token or a signature.
func (s *Server) caller(r *http.Request) (grant, *problem) {
	if r.Header.Get("Authorization") != "" {
		return s.verifySigned(r)
	}
	known, ok := s.lookUp(r.Header.Get("X-Auth-Token"))
	if !ok {
		return grant{}, &badToken
	}
	return known, nil
}

// showVersions answers GET / and GET /v3. Some clients begin with it.
func (s *Server) showVersions(w http.ResponseWriter, r *http.Request) {
	version := object{
		"id": "v3.6", "status": "stable", "updated": "2016-04-04T00:00:00Z",
		"links": []map[string]string{{"rel": "self", "href": s.AuthURL() + "/"}},
	}
	if r.URL.Path == "/v3" || r.URL.Path == "/v3/" {
		writeJSON(w, http.StatusOK, object{"version": version})
		return
	}
	writeJSON(w, http.StatusMultipleChoices, object{"versions": object{"values": []any{version}}})
}

// showToken answers GET /v3/auth/tokens: the description of the token in X-Subject-Token.
func (s *Server) showToken(w http.ResponseWriter, r *http.Request, _ grant) (any, *problem) {
	subject := r.Header.Get("X-Subject-Token")
	known, ok := s.lookUp(subject)
	if !ok {
		return nil, &problem{http.StatusNotFound, "", "Could not find the token."}
	}
	w.Header().Set("X-Subject-Token", subject)
	return s.describe(known, r), nil
}

// showCatalog answers GET /v3/auth/catalog. For a signed request, X-Project-Id names the project. Assumption 9.
func (s *Server) showCatalog(_ http.ResponseWriter, r *http.Request, caller grant) (any, *problem) {
	of := caller.project
	if id := r.Header.Get("X-Project-Id"); id != "" && r.Header.Get("Authorization") != "" {
		if of = findProject(caller.domain, id, ""); of.ID == "" {
			return nil, &noProject
		}
	}
	return object{"catalog": s.catalog(of), "links": object{"self": s.AuthURL() + "/auth/catalog"}}, nil
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
func (s *Server) listProjects(_ http.ResponseWriter, r *http.Request, caller grant) (any, *problem) {
	query := r.URL.Query()
	list := []projectSummary{}
	for _, p := range projects {
		if p.Domain == caller.user.Domain && (!query.Has("name") || query.Get("name") == p.Name) {
			list = append(list, projectSummary{p.ID, p.Name, p.Domain.ID, p.Domain.ID, false, true})
		}
	}
	return object{"projects": list, "links": object{}}, nil
}

// listDomains answers GET /v3/auth/domains: the caller's account.
func (s *Server) listDomains(_ http.ResponseWriter, r *http.Request, caller grant) (any, *problem) {
	list := []object{}
	own := caller.user.Domain
	if name := r.URL.Query().Get("name"); name == "" || name == own.Name {
		list = append(list, object{"id": own.ID, "name": own.Name, "enabled": true})
	}
	return object{"domains": list, "links": object{}}, nil
}

// isJSON reports whether the Content-Type is JSON, with any parameters.
func isJSON(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && kind == "application/json"
}
