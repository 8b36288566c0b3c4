// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"net/url"
	"regexp"
	"strings"
)

// knownRegions are the regions whose identity service needs no auth_url.
// Source: the cloud's page "Regions and Endpoints".
var knownRegions = []struct{ name, authURL string }{
	{"eu-de", "https://iam.eu-de.otc.t-systems.com/v3"},
	{"eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
	{"eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
}

func authURLOf(region string) (string, bool) {
	for _, r := range knownRegions {
		if r.name == region {
			return r.authURL, true
		}
	}
	return "", false
}

func knownRegionNames() string {
	names := make([]string, 0, len(knownRegions))
	for _, r := range knownRegions {
		names = append(names, r.name)
	}
	return strings.Join(names, ", ")
}

// regionShape keeps a guess from going wrong: a project called my_app is not in
// a region called my.
var regionShape = regexp.MustCompile(`^[a-z]{2}-[a-z]+(-?[0-9]+)?$`)

// regionOfProject reads the region from a project's name: eu-de_orders is in
// eu-de, and the default project of a region is called like the region.
func regionOfProject(name string) string {
	region, _, _ := strings.Cut(name, "_")
	if regionShape.MatchString(region) {
		return region
	}
	return ""
}

// regionOfURL reads the region from a host such as iam.eu-de.otc.t-systems.com.
func regionOfURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	labels := strings.Split(u.Hostname(), ".")
	if len(labels) < 3 || !regionShape.MatchString(labels[1]) {
		return ""
	}
	return labels[1]
}
