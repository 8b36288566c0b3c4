// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"strings"
)

// iamTime is how IAM writes times.
const iamTime = "2006-01-02T15:04:05.000000Z"

// catalogEndpoint is one more endpoint of RDS in the catalogue.
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

// catalog lists the services. RDS's address holds the project's ID, so RDS is there only for a project. Assumption 8.
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

// caller tells who sends a request to IAM, by token or signature. A problem with a code is the gateway's.
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
