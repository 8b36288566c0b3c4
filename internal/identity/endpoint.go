// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// serviceType is RDS's entry in the service catalogue.
const serviceType = "rdsv3"

// Endpoint is the address of RDS for the caller's project.
type Endpoint struct {
	URL       *url.URL // ends with /v3/{project_id}
	ProjectID string   // the project in URL
	Region    string   // the region's name, or "" if it is not known
}

// endpointAt returns the Endpoint of a project, from any form of RDS's URL.
func endpointAt(u *url.URL, projectID, region string) Endpoint {
	base, _ := settings.SplitEndpoint(u)
	u = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: base + "/v3/" + projectID}
	return Endpoint{URL: u, ProjectID: projectID, Region: region}
}

// givenEndpoint returns the Endpoint if the configuration is enough for it.
func (s *Session) givenEndpoint() (given Endpoint, enough bool) {
	if s.cfg.Endpoint == "" || s.cfg.TenantID == "" || s.cfg.HasAgency() {
		return Endpoint{}, false
	}
	given, err := s.configuredEndpoint(s.cfg.TenantID)
	return given, err == nil
}

// projectIDShape keeps everything else out of URLs and texts.
var projectIDShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// endpoint returns the Endpoint of a project that the identity service named, together with its catalogue.
func (s *Session) endpoint(projectID string, catalogue []tokens.CatalogEntry) (Endpoint, error) {
	if !projectIDShape.MatchString(projectID) {
		return Endpoint{}, s.failWith(notIdentity, "the project's ID in the answer is not an ID")
	}
	if s.cfg.Endpoint != "" {
		return s.configuredEndpoint(projectID)
	}
	var offered []string
	for _, entry := range catalogue {
		if entry.Type != serviceType {
			continue
		}
		for _, e := range entry.Endpoints {
			// These words of the server's are shown.
			region := s.safeWord(cmp.Or(e.Region, e.RegionID))
			offer := s.safeWord(e.Interface) + " in " + region
			isHere := s.cfg.Region == "" || e.Region == s.cfg.Region || e.RegionID == s.cfg.Region
			// %(project_id)s, which some servers leave in, would make the URL invalid.
			u, err := url.Parse(strings.ReplaceAll(e.URL, "%(", "$("))
			switch {
			case !isHere || strings.TrimSuffix(e.Interface, "URL") != s.cfg.EndpointType:
			case err != nil || u.Host == "":
				offer += ", with a URL that cannot be read"
			default:
				return endpointAt(u, projectID, region), nil
			}
			offered = append(offered, offer)
		}
	}
	if len(offered) > 0 {
		return Endpoint{}, s.noEndpoint("the service catalogue has " + serviceType + " only as: " + strings.Join(offered, "; "))
	}
	if e, ok := s.siblingEndpoint(projectID); ok {
		return e, nil
	}
	return Endpoint{}, s.noEndpoint("the service catalogue has no entry of type " + serviceType)
}

// safeWord makes a word of the server's safe to show.
func (s *Session) safeWord(word string) string {
	return apierror.Message(Conceal(word, s.secrets()))
}

func (s *Session) configuredEndpoint(projectID string) (Endpoint, error) {
	u, err := url.Parse(s.cfg.Endpoint)
	if err != nil {
		return Endpoint{}, s.noEndpoint("the URL in endpoint cannot be read")
	}
	if _, inURL := settings.SplitEndpoint(u); inURL != "" && inURL != projectID {
		failure := s.failWith(endpointOfOther, fmt.Sprintf("endpoint ends with project %s, but the login is for project %s", inURL, projectID))
		failure.URL = s.cfg.Endpoint
		return Endpoint{}, failure
	}
	return endpointAt(u, projectID, s.cfg.Region), nil
}

// siblingEndpoint derives RDS's address from the identity service's: the cloud's hosts are iam.eu-de.… and rds.eu-de.…
func (s *Session) siblingEndpoint(projectID string) (Endpoint, bool) {
	u, err := url.Parse(s.cfg.AuthURL)
	if err != nil {
		return Endpoint{}, false
	}
	first, rest, found := strings.Cut(u.Host, ".")
	isIAM := found && (first == "iam" || first == "iam-pub")
	// Otherwise it would be another region's RDS.
	isHere := s.cfg.Region == "" || settings.RegionOfURL(s.cfg.AuthURL) == s.cfg.Region
	return endpointAt(&url.URL{Scheme: u.Scheme, Host: "rds." + rest}, projectID, s.cfg.Region), isIAM && isHere
}

func (s *Session) noEndpoint(message string) *Error {
	failure := s.failWith(noEndpoint, message)
	failure.Tried += fmt.Sprintf("; endpoint type %s, region %q", s.cfg.EndpointType, s.cfg.Region)
	return failure
}
