// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"

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
	options := agencyOptions{agency: s.cfg.AgencyName, domain: s.cfg.AgencyDomainName, project: s.cfg.DelegatedProject}
	client := s.gopher(s.client)
	switch s.cfg.kind() {
	case kindToken:
		client.SetToken(s.cfg.Token)
	case kindAKSK:
		signed, err := s.domainClient(ctx)
		if err != nil {
			return nil, err
		}
		client = s.gopher(signed)
	default:
		// The caller's own token is for the domain, not for a project of theirs.
		own := tokens.Create(ctx, client, s.cfg.passwordOptions(s.cfg.domainScope()))
		token, err := own.ExtractTokenID()
		if err != nil {
			return nil, s.loginFailure(err)
		}
		client.SetToken(token)
	}
	result := tokens.Create(ctx, client, options)
	if result.Err != nil {
		return nil, s.agencyFailure(result.Err)
	}
	return s.granted(result)
}
