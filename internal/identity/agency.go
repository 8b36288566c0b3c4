// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"net/http"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// agencyOptions asks for a token of an agency: a role in another account. It is
// no part of OpenStack, so gophercloud does not have it.
// Source: the cloud's page "Obtaining an Agency Token".
type agencyOptions struct{ agency, domain, project string }

// ToTokenV3CreateMap makes the body of the request.
func (o agencyOptions) ToTokenV3CreateMap(scope map[string]any) (map[string]any, error) {
	return map[string]any{"auth": map[string]any{
		"identity": map[string]any{
			"methods":     []string{"assume_role"},
			"assume_role": map[string]any{"agency_name": o.agency, "domain_name": o.domain},
		},
		"scope": scope,
	}}, nil
}

// ToTokenV3ScopeMap names the project together with its domain.
func (o agencyOptions) ToTokenV3ScopeMap() (map[string]any, error) {
	return map[string]any{"project": map[string]any{
		"name": o.project, "domain": map[string]any{"name": o.domain},
	}}, nil
}

// ToTokenV3HeadersMap adds no header.
func (o agencyOptions) ToTokenV3HeadersMap(map[string]any) (map[string]string, error) {
	return map[string]string{}, nil
}

// CanReauth is false: the session renews tokens itself.
func (o agencyOptions) CanReauth() bool { return false }

// assumeAgency gets a token of the agency, with whatever the caller has.
func (s *Session) assumeAgency(ctx context.Context) (*grant, error) {
	client, known, err := s.agencyCaller(ctx)
	if err != nil {
		return nil, err
	}
	options := agencyOptions{agency: s.cfg.AgencyName, domain: s.cfg.AgencyDomainName, project: s.cfg.DelegatedProject}
	result := tokens.Create(ctx, client, options)
	if result.Err != nil {
		return nil, s.agencyFailure(result.Err, known)
	}
	return s.granted(result)
}

// agencyCaller returns a client that tells who asks for the agency. known says that the identity service has just taken
// the caller's credential, so that what it refuses next is the agency.
func (s *Session) agencyCaller(ctx context.Context) (client *gophercloud.ServiceClient, known bool, err error) {
	client = s.gopher(s.client)
	switch s.cfg.kind() {
	case kindToken:
		client.SetToken(s.cfg.Token)
		return client, false, nil
	case kindAKSK:
		signed, known, err := s.domainClient(ctx)
		if err != nil {
			return nil, false, s.ownFailure(err)
		}
		return s.gopher(signed), known, nil
	default:
		// The caller's own token is for the domain, not for a project of theirs.
		own := tokens.Create(ctx, client, s.cfg.passwordOptions(s.cfg.domainScope()))
		token, err := own.ExtractTokenID()
		if err == nil && token == "" {
			err = s.notIdentity("the answer to the login holds no token")
		}
		if err != nil {
			return nil, false, s.ownFailure(err)
		}
		client.SetToken(token)
		return client, true, nil
	}
}

// ownFailure is for the caller's own login, which comes first: the agency and its project have no part in it.
func (s *Session) ownFailure(err error) *Error {
	failure := s.loginFailure(err)
	failure.Tried = s.cfg.self()
	if failure.Kind == KindProject {
		failure.Kind = KindRefused
		failure.Hint = "Check " + s.cfg.domainHint() + ", the caller's groups in IAM, and that the caller may use the API."
	}
	if failure.Kind == KindRefused {
		failure.Hint = "This was the caller's own login, the agency was not asked for yet. " + failure.Hint
	}
	return failure
}

const agencyHint = "that agency_name, agency_domain_name and delegated_project are right, that the agency delegates to the caller's account " +
	"and may work in that project, and that the caller has the role Agent Operator."

// agencyFailure is for the agency's login. Where the caller is not known before it, a 401 may mean either.
func (s *Session) agencyFailure(err error, known bool) *Error {
	failure := s.loginFailure(err)
	switch {
	case failure.Kind == KindProject, failure.StatusCode == http.StatusUnauthorized && known:
		failure.Kind, failure.Hint = KindAgency, "Check "+agencyHint
	case failure.Kind == KindRejected:
		failure.Hint = "Check " + agencyHint
	case failure.Kind == KindRefused:
		failure.Hint += " If the key is good, check " + agencyHint
	case failure.Kind == KindTokenExpired:
		failure.Hint += " If the token is good, check " + agencyHint
	}
	return failure
}
