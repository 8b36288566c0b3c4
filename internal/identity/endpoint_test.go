// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

func TestEndpointForms(t *testing.T) {
	for given, want := range map[string]string{
		"https://rds.example.com":                        "https://rds.example.com/v3/pid",
		"https://rds.example.com/":                       "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3":                     "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3/":                    "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3/pid":                 "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3/pid/":                "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3/$(project_id)s":      "https://rds.example.com/v3/pid",
		"https://rds.example.com/v3/{project_id}":        "https://rds.example.com/v3/pid",
		"https://gateway.example.com:8443/cloud/rds/v3/": "https://gateway.example.com:8443/cloud/rds/v3/pid",
		"http://127.0.0.1:4711":                          "http://127.0.0.1:4711/v3/pid",
	} {
		u, err := url.Parse(given)
		if err != nil {
			t.Fatal(err)
		}
		got := endpointAt(u, "pid", "eu-de")
		same(t, given, got.URL.String(), want)
		same(t, given+": project", got.ProjectID, "pid")
		same(t, given+": region", got.Region, "eu-de")
	}
}

func TestEndpointFromCatalogue(t *testing.T) {
	rds := func(endpoints ...tokens.Endpoint) []tokens.CatalogEntry {
		return []tokens.CatalogEntry{
			{Type: "rds", Endpoints: []tokens.Endpoint{{Interface: "public", Region: "eu-de", URL: "https://rds-v1.example.com"}}},
			{Type: "rdsv3", Endpoints: endpoints},
		}
	}
	var (
		de       = tokens.Endpoint{Interface: "public", Region: "eu-de", URL: "https://rds.de.example.com/v3/pid"}
		nl       = tokens.Endpoint{Interface: "public", RegionID: "eu-nl", URL: "https://rds.nl.example.com/v3/pid"}
		internal = tokens.Endpoint{Interface: "internal", Region: "eu-de", URL: "https://rds.internal.example.com/v3/pid"}
		broken   = tokens.Endpoint{Interface: "public", Region: "eu-de", URL: "rds.example.com"}
	)
	const iam = "https://iam.eu-de.otc.t-systems.com/v3"
	tests := map[string]struct {
		authURL, region, endpointType string
		catalogue                     []tokens.CatalogEntry
		want, wantRegion, wantMessage string
	}{
		"by region": {iam, "eu-nl", "public", rds(de, nl), "https://rds.nl.example.com/v3/pid", "eu-nl", ""},
		"by type":   {iam, "eu-de", "internal", rds(de, internal), "https://rds.internal.example.com/v3/pid", "eu-de", ""},
		"the first without a region": {
			"http://127.0.0.1/v3", "", "public", rds(internal, de, nl), "https://rds.de.example.com/v3/pid", "eu-de", "",
		},
		"a broken entry is skipped": {iam, "eu-de", "public", rds(broken, de), "https://rds.de.example.com/v3/pid", "eu-de", ""},
		"none, iam host":            {iam, "eu-de", "public", nil, "https://rds.eu-de.otc.t-systems.com/v3/pid", "eu-de", ""},
		"none, iam-pub host": {
			"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2", "public", nil, "https://rds.eu-ch2.sc.otc.t-systems.com/v3/pid",
			"eu-ch2", "",
		},
		"none, iam host with a port": {
			"https://iam.eu-de.example.com:8443/v3", "eu-de", "public", nil, "https://rds.eu-de.example.com:8443/v3/pid",
			"eu-de", "",
		},
		"none, iam host of another region": {iam, "eu-nl", "public", nil, "", "", "the service catalogue has no entry of type rdsv3"},
		"none, another host": {
			"https://keystone.example.com/v3", "", "public", nil, "", "", "the service catalogue has no entry of type rdsv3",
		},
		"placeholder": {iam, "eu-de", "public", rds(tokens.Endpoint{
			Interface: "public", Region: "eu-de",
			URL: "https://rds.example.com/v3/%(project_id)s",
		}), "https://rds.example.com/v3/pid", "eu-de", ""},
		"only in another region": {iam, "eu-de", "public", rds(nl), "", "", "the service catalogue has rdsv3 only as: public in eu-nl"},
		"only of another type": {
			iam, "eu-de", "admin", rds(de, internal), "", "",
			"the service catalogue has rdsv3 only as: public in eu-de; internal in eu-de",
		},
		"only broken": {
			iam, "eu-de", "public", rds(broken), "", "",
			"the service catalogue has rdsv3 only as: public in eu-de, with a URL that cannot be read",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSession(t, settings.Values{Token: "t", AuthURL: test.authURL, Region: test.region, EndpointType: test.endpointType}, nil)
			got, err := s.endpoint("pid", test.catalogue)
			if test.wantMessage != "" {
				failure := errorOf(t, err)
				same(t, "kind", failure.Kind, KindNoEndpoint)
				same(t, "message", failure.Message, test.wantMessage)
				return
			}
			if err != nil {
				t.Fatalf("want an endpoint, got %v", err)
			}
			same(t, "URL", got.URL.String(), test.want)
			same(t, "region", got.Region, test.wantRegion)
		})
	}
}

func TestEndpointOfAnotherProject(t *testing.T) {
	s := newSession(t, settings.Values{Token: "t", Endpoint: "https://rds.example.com/v3/p2"}, nil)
	_, err := s.endpoint("p1", nil)
	failure := errorOf(t, err)
	same(t, "kind", failure.Kind, KindProject)
	same(t, "message", failure.Message, "endpoint ends with project p2, but the login is for project p1")
	same(t, "hint", failure.Hint, "Leave /v3/{project_id} out of endpoint (OS_RDS_ENDPOINT_OVERRIDE), or set tenant_id (OS_TENANT_ID, "+
		"OS_PROJECT_ID) "+
		"to the project in it.")
}

// TestEndpointWords checks that the server's words are printable and hold no secret before they reach a screen.
func TestEndpointWords(t *testing.T) {
	const secret = "T0psecret-password"
	v := byPassword()
	v.Password, v.Region = secret, ""
	v.AuthURL, v.TenantName = "https://keystone.example.com/v3", "p"
	s := newSession(t, v, nil)
	catalogue := func(e tokens.Endpoint) []tokens.CatalogEntry {
		return []tokens.CatalogEntry{{Type: "rdsv3", Endpoints: []tokens.Endpoint{e}}}
	}
	_, err := s.endpoint("pid", catalogue(tokens.Endpoint{
		Interface: "\x1b[31m\u202e" + secret,
		Region:    "\x1b]0;x\a\u200b" + strings.Repeat("y", 200),
	}))
	same(t, "message", errorOf(t, err).Message, "the service catalogue has rdsv3 only as: ?[31m?(hidden) in (hidden)")
	got, err := s.endpoint("pid", catalogue(tokens.Endpoint{Interface: "public", Region: "eu-de\x1b[31m", URL: "https://rds.example.com"}))
	if err != nil {
		t.Fatalf("want an endpoint, got %v", err)
	}
	same(t, "region", got.Region, "eu-de?[31m")
	for _, id := range []string{"", "\x1b[31m", "a/b", "../x", "a b", strings.Repeat("x", 65)} {
		_, err := s.endpoint(id, nil)
		same(t, "kind for project "+strconv.Quote(id), errorOf(t, err).Kind, KindNotIdentity)
	}
}
