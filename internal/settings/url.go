// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// checkURL never shows the URL: it may hold a password.
func checkURL(name, address, sample string) error {
	if address == "" {
		return nil
	}
	fault := func(what string) error { return newError(name, "Unable to use "+name, "The URL %s", what) }
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
	if Unencrypted(c.AuthURL) {
		names = append(names, "auth_url")
	}
	if Unencrypted(c.Endpoint) {
		names = append(names, "endpoint")
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
