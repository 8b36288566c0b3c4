// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// checkURL never shows the URL: it may hold a password.
func checkURL(name, address, sample string) *Error {
	if address == "" {
		return nil
	}
	fault := func(what string) *Error { return newError(name, "Unable to use "+name, "The URL %s", what) }
	if lower := strings.ToLower(address); !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
		return fault("must begin with https:// (or http://), such as " + sample + ".")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return fault("cannot be read. It looks like " + sample + ".")
	case u.Hostname() == "":
		return fault("has no host. It looks like " + sample + ".")
	case u.User != nil:
		return fault("has a user or password in it. Use user_name and password.")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fault("has a query or fragment. Leave out everything from ? or # on.")
	}
	return nil
}

// Unencrypted lists the attributes whose URL sends credentials and logs over a network without TLS.
func (c Config) Unencrypted() []string {
	var names []string
	for _, name := range []string{"auth_url", "endpoint"} {
		if address, _ := attribute(name).Get(c.Values); Unencrypted(address) {
			names = append(names, name)
		}
	}
	return names
}

// Unencrypted reports whether requests to a URL cross a network without TLS. A server on this machine does not count.
func Unencrypted(address string) bool {
	u, err := url.Parse(address)
	return err == nil && u.Scheme == "http" && u.Hostname() != "localhost" && !net.ParseIP(u.Hostname()).IsLoopback()
}

func projectInURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, project := SplitEndpoint(u)
	return project
}

// SplitEndpoint splits the path of RDS's URL into what is before /v3 and the project after it. A placeholder such as
// {project_id} is not a project.
func SplitEndpoint(u *url.URL) (base, project string) {
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	at := slices.Index(segments, "v3")
	if at < 0 {
		return strings.TrimRight(u.Path, "/"), ""
	}
	if at+1 < len(segments) && !strings.ContainsAny(segments[at+1], "$({") {
		project = segments[at+1]
	}
	return strings.TrimRight("/"+strings.Join(segments[:at], "/"), "/"), project
}

// authURLs has the regions whose identity service needs no auth_url.
// Source: the cloud's page "Regions and Endpoints".
var authURLs = map[string]string{
	"eu-de":  "https://iam.eu-de.otc.t-systems.com/v3",
	"eu-nl":  "https://iam.eu-nl.otc.t-systems.com/v3",
	"eu-ch2": "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3",
}

// regionShape prevents wrong guesses: project my_app is not in a region my.
var regionShape = regexp.MustCompile(`^[a-z]{2}-[a-z]+(-?[0-9]+)?$`)

// RegionOfProject returns the region in a project's name, or "". Project eu-de_orders is in eu-de. A region's default
// project has the region's name.
func RegionOfProject(name string) string {
	region, _, _ := strings.Cut(name, "_")
	if regionShape.MatchString(region) {
		return region
	}
	return ""
}

// RegionOfURL returns the region in a host such as iam.eu-de.otc.t-systems.com, or "".
func RegionOfURL(address string) string {
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

// iamURL matches the addresses of the public cloud's identity service.
var iamURL = regexp.MustCompile(`^https?://(?:iam\.([a-z0-9-]+)\.otc|iam-pub\.([a-z0-9-]+)\.sc\.otc)\.t-systems\.com(?:[:/]|$)`)

// ForeignAuthURL reports whether the provider block names a region and the environment has the auth_url of another. It
// returns the variable and that other region. This happens with one provider per region, by alias.
func (c Config) ForeignAuthURL() (variable, region string, foreign bool) {
	source, set := c.origins["region"]
	variable = c.origins["auth_url"].variable
	match := iamURL.FindStringSubmatch(strings.ToLower(c.AuthURL))
	if !set || !source.isBlock() || variable == "" || match == nil {
		return "", "", false
	}
	region = match[1] + match[2] // one of them is empty
	return variable, region, region != c.Region
}
