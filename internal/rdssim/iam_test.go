// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func decodeLoosely(t *testing.T, body string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
}

// rdsEndpoints reads a catalogue, as "region interface URL" for each endpoint of rdsv3.
func rdsEndpoints(t *testing.T, body string) string {
	t.Helper()
	type catalog []struct {
		Type      string
		Endpoints []struct{ Region, Interface, URL string }
	}
	var got struct {
		Catalog catalog
		Token   struct{ Catalog catalog }
	}
	decodeLoosely(t, body, &got)
	var list []string
	for _, entry := range append(got.Catalog, got.Token.Catalog...) {
		for _, e := range entry.Endpoints {
			if entry.Type == "rdsv3" {
				list = append(list, e.Region+" "+e.Interface+" "+e.URL)
			}
		}
	}
	return strings.Join(list, "\n")
}

func TestCatalog(t *testing.T) {
	const own = "eu-de public https://rdssim.invalid/v3/" + rdssim.ProjectID
	decoy := rdssim.WithCatalogEndpoint("eu-nl", "public", "https://rds.eu-nl.example/v3/{project_id}")
	for name, test := range map[string]struct {
		options []rdssim.Option
		body    string
		want    string
	}{
		"with a project":    {nil, passwordLogin, own},
		"without a project": {nil, loginBody(password(byID), ""), ""},
		"without the entry": {[]rdssim.Option{rdssim.WithoutCatalogEntry()}, passwordLogin, ""},
		"with a decoy": {
			[]rdssim.Option{decoy}, passwordLogin, "eu-nl public https://rds.eu-nl.example/v3/" + rdssim.ProjectID + "\n" + own,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, test.options...)
			a := c.tryLogin(test.body)
			equal(t, "at login", rdsEndpoints(t, a.body), test.want)
			shown := c.do(c.request("GET", "/v3/auth/catalog", "", "X-Auth-Token", a.header.Get("X-Subject-Token")))
			equal(t, "by catalog", rdsEndpoints(t, shown.body), test.want)
		})
	}
}

func TestListProjects(t *testing.T) {
	const (
		rest = `"domain_id":"` + rdssim.DomainID + `","parent_id":"` + rdssim.DomainID + `","is_domain":false,"enabled":true}`
		root = `{"id":"` + rdssim.RootProjectID + `","name":"eu-de",` + rest
		mine = `{"id":"` + rdssim.ProjectID + `","name":"eu-de_rehearsal",` + rest
	)
	c := newCloud(t)
	token := c.login()
	for query, want := range map[string]string{
		"":                                 root + "," + mine,
		"?name=" + rdssim.ProjectName:      mine,
		"?name=eu-de":                      root,
		"?name=EU-DE":                      "",
		"?name=" + rdssim.DelegatedProject: "",
		"?name=":                           "",
	} {
		for _, path := range []string{"/v3/projects", "/v3/auth/projects"} {
			wantAnswer(t, c.do(c.request("GET", path+query, "", "X-Auth-Token", token)), 200, `{"links":{},"projects":[`+want+`]}`)
		}
	}
}

func TestListDomains(t *testing.T) {
	c := newCloud(t)
	token := c.login()
	const mine = `{"enabled":true,"id":"` + rdssim.DomainID + `","name":"` + rdssim.DomainName + `"}`
	for query, want := range map[string]string{"": mine, "?name=" + rdssim.DomainName: mine, "?name=other": ""} {
		wantAnswer(t, c.do(c.request("GET", "/v3/auth/domains"+query, "", "X-Auth-Token", token)), 200, `{"domains":[`+want+`],"links":{}}`)
	}
}

func TestIAMRefusesUnknownTokens(t *testing.T) {
	c := newCloud(t)
	for _, path := range []string{"/v3/projects", "/v3/auth/projects", "/v3/auth/domains", "/v3/auth/catalog", "/v3/auth/tokens"} {
		wantAnswer(t, c.do(c.request("GET", path, "", "X-Auth-Token", "x")), 401,
			`{"error":{"code":401,"message":"The token is invalid or has expired.","title":"Unauthorized"}}`)
	}
}

func TestVersions(t *testing.T) {
	c := newCloud(t)
	for path, want := range map[string]int{"/": 300, "/v3": 200, "/v3/": 200} {
		a := c.do(c.request("GET", path, ""))
		equal(t, "status of "+path, a.status, want)
		if !strings.Contains(a.body, `"href":"https://rdssim.invalid/v3/"`) {
			t.Errorf("%s: expected a link to /v3/, got %s", path, a.body)
		}
	}
}

func TestTokenValidator(t *testing.T) {
	asked := ""
	c := newCloud(t, rdssim.WithTokenValidator(func(_ context.Context, token string) (string, bool) {
		asked = token
		return "a-keystone-project", token == "from-keystone"
	}))
	ask := func(token, project string) int {
		path := strings.Replace(errorLogPath(rdssim.InstanceHealthy), rdssim.ProjectID, project, 1)
		return c.do(c.request("POST", path, "", "X-Auth-Token", token)).status
	}
	equal(t, "good token", ask("from-keystone", "a-keystone-project"), 200)
	equal(t, "other project", ask("from-keystone", rdssim.ProjectID), 403)
	equal(t, "bad token", ask("other", "a-keystone-project"), 401)
	equal(t, "asked about", asked, "other")
	equal(t, "own token", ask(c.login(), rdssim.ProjectID), 200)
	equal(t, "not asked about own tokens", asked, "other")
}
