// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// serviceType is RDS's entry in the service catalogue.
const serviceType = "rdsv3"

// Endpoint is where RDS is for the caller.
type Endpoint struct {
	// URL ends in /v3/{project_id}, without a slash after it.
	URL *url.URL
	// ProjectID is the project that URL ends in.
	ProjectID string
	// Region is the region's name, or "" where nothing tells it.
	Region string
}

// projectInURL returns the project id of a URL that ends in /v3/{project_id}.
func projectInURL(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	_, project := splitEndpoint(u)
	return project
}

// splitEndpoint cuts a URL into what stands before /v3 and the project after it,
// "" where there is none. A placeholder such as {project_id} counts as none.
func splitEndpoint(u *url.URL) (base, project string) {
	segments := strings.Split(strings.Trim(u.Path, "/"), "/")
	at := slices.Index(segments, "v3")
	if at < 0 {
		return strings.TrimRight(u.Path, "/"), ""
	}
	if at+1 < len(segments) && !strings.ContainsAny(segments[at+1], "$({") {
		project = segments[at+1]
	}
	base = strings.Join(segments[:at], "/")
	if base != "" {
		base = "/" + base
	}
	return base, project
}

// endpointAt makes the Endpoint of a project from any form of RDS's URL.
func endpointAt(u *url.URL, projectID, region string) Endpoint {
	base, _ := splitEndpoint(u)
	return Endpoint{
		URL:       &url.URL{Scheme: u.Scheme, Host: u.Host, Path: base + "/v3/" + projectID},
		ProjectID: projectID,
		Region:    region,
	}
}

// givenEndpoint is the Endpoint where configuration alone determines it.
func (c Config) givenEndpoint() (Endpoint, bool) {
	if c.Endpoint == "" || c.TenantID == "" || c.hasAgency() {
		return Endpoint{}, false
	}
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return Endpoint{}, false
	}
	return endpointAt(u, c.TenantID, c.Region), true
}

// endpoint finds RDS for a project whose service catalogue is known.
func (c Config) endpoint(projectID string, catalogue []tokens.CatalogEntry) (Endpoint, error) {
	if c.Endpoint != "" {
		return c.overriddenEndpoint(projectID)
	}
	var offered []string
	for _, entry := range catalogue {
		if entry.Type != serviceType {
			continue
		}
		for _, e := range entry.Endpoints {
			region := e.Region
			if region == "" {
				region = e.RegionID
			}
			if strings.TrimSuffix(e.Interface, "URL") != c.EndpointType || !c.inRegion(e) {
				offered = append(offered, fmt.Sprintf("%s in %s", e.Interface, region))
				continue
			}
			// A placeholder that the server left in, %(project_id)s, is no URL.
			u, err := url.Parse(strings.ReplaceAll(e.URL, "%(", "$("))
			if err != nil || u.Host == "" {
				offered = append(offered, fmt.Sprintf("%s in %s, whose URL cannot be read", e.Interface, region))
				continue
			}
			return endpointAt(u, projectID, region), nil
		}
	}
	if len(offered) == 0 {
		if e, ok := c.siblingEndpoint(projectID); ok {
			return e, nil
		}
	}
	return Endpoint{}, c.noEndpoint(offered)
}

func (c Config) inRegion(e tokens.Endpoint) bool {
	return c.Region == "" || e.Region == c.Region || e.RegionID == c.Region
}

func (c Config) overriddenEndpoint(projectID string) (Endpoint, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil {
		return Endpoint{}, c.noEndpoint(nil)
	}
	if _, inURL := splitEndpoint(u); inURL != "" && inURL != projectID {
		return Endpoint{}, &Error{
			Kind:    KindProject,
			URL:     c.Endpoint,
			Tried:   c.caller(),
			Message: fmt.Sprintf("endpoint ends in project %s, but the login is for project %s", inURL, projectID),
			Hint:    "Leave /v3/{project_id} out of endpoint, or set tenant_id to the project in it.",
		}
	}
	return endpointAt(u, projectID, c.Region), nil
}

// siblingEndpoint guesses RDS's address from that of the identity service: the
// cloud's hosts differ in the first label only, iam.eu-de.… and rds.eu-de.…
func (c Config) siblingEndpoint(projectID string) (Endpoint, bool) {
	u, err := url.Parse(c.AuthURL)
	if err != nil {
		return Endpoint{}, false
	}
	first, rest, found := strings.Cut(u.Host, ".")
	if !found || first != "iam" && first != "iam-pub" {
		return Endpoint{}, false
	}
	if c.Region != "" && regionOfURL(c.AuthURL) != c.Region {
		return Endpoint{}, false // RDS of another region would be the wrong one
	}
	return endpointAt(&url.URL{Scheme: u.Scheme, Host: "rds." + rest}, projectID, c.Region), true
}

func (c Config) noEndpoint(offered []string) *Error {
	message := "the service catalogue has no entry of type " + serviceType
	if len(offered) > 0 {
		message = fmt.Sprintf("the service catalogue has %s only as: %s", serviceType, strings.Join(offered, "; "))
	}
	return &Error{
		Kind:    KindNoEndpoint,
		URL:     c.AuthURL,
		Tried:   fmt.Sprintf("%s; endpoint type %s, region %q", c.caller(), c.EndpointType, c.Region),
		Message: message,
		Hint:    c.regionHint() + "Check region (OS_REGION_NAME) and endpoint_type, or set endpoint (OS_RDS_ENDPOINT_OVERRIDE) to the URL of RDS.",
	}
}
