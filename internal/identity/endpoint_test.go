// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"net/url"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
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
		if got.URL.String() != want || got.ProjectID != "pid" || got.Region != "eu-de" {
			t.Errorf("%s gives %s, want %s", given, got.URL, want)
		}
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
		"by region":                  {iam, "eu-nl", "public", rds(de, nl), "https://rds.nl.example.com/v3/pid", "eu-nl", ""},
		"by type":                    {iam, "eu-de", "internal", rds(de, internal), "https://rds.internal.example.com/v3/pid", "eu-de", ""},
		"the first without a region": {"http://127.0.0.1/v3", "", "public", rds(internal, de, nl), "https://rds.de.example.com/v3/pid", "eu-de", ""},
		"a broken entry is skipped":  {iam, "eu-de", "public", rds(broken, de), "https://rds.de.example.com/v3/pid", "eu-de", ""},
		"none, iam host":             {iam, "eu-de", "public", nil, "https://rds.eu-de.otc.t-systems.com/v3/pid", "eu-de", ""},
		"none, iam-pub host": {
			"https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "eu-ch2", "public", nil, "https://rds.eu-ch2.sc.otc.t-systems.com/v3/pid", "eu-ch2", "",
		},
		"none, iam host with a port":       {"https://iam.eu-de.example.com:8443/v3", "eu-de", "public", nil, "https://rds.eu-de.example.com:8443/v3/pid", "eu-de", ""},
		"none, iam host of another region": {iam, "eu-nl", "public", nil, "", "", "the service catalogue has no entry of type rdsv3"},
		"none, another host":               {"https://keystone.example.com/v3", "", "public", nil, "", "", "the service catalogue has no entry of type rdsv3"},
		"placeholder":                      {iam, "eu-de", "public", rds(tokens.Endpoint{Interface: "public", Region: "eu-de", URL: "https://rds.example.com/v3/%(project_id)s"}), "https://rds.example.com/v3/pid", "eu-de", ""},
		"only in another region":           {iam, "eu-de", "public", rds(nl), "", "", "the service catalogue has rdsv3 only as: public in eu-nl"},
		"only of another type":             {iam, "eu-de", "admin", rds(de, internal), "", "", "the service catalogue has rdsv3 only as: public in eu-de; internal in eu-de"},
		"only broken":                      {iam, "eu-de", "public", rds(broken), "", "", "the service catalogue has rdsv3 only as: public in eu-de, whose URL cannot be read"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := Config{Token: "t", AuthURL: test.authURL, Region: test.region, EndpointType: test.endpointType}
			got, err := c.endpoint("pid", test.catalogue)
			if test.wantMessage != "" {
				var failure *Error
				if !errors.As(err, &failure) || failure.Kind != KindNoEndpoint || failure.Message != test.wantMessage {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || got.URL.String() != test.want || got.Region != test.wantRegion {
				t.Errorf("got %v in %q, %v; want %s in %q", got.URL, got.Region, err, test.want, test.wantRegion)
			}
		})
	}
}

func TestEndpointOfAnotherProject(t *testing.T) {
	c := Config{Token: "t", Endpoint: "https://rds.example.com/v3/p2"}
	_, err := c.endpoint("p1", nil)
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindProject || failure.Message != "endpoint ends in project p2, but the login is for project p1" {
		t.Error(err)
	}
}
