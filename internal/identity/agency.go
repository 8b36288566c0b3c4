// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// agencyOptions asks for a token of an agency, a role in another account. OpenStack and gophercloud do not have it.
// Source: the cloud's page "Obtaining an Agency Token".
type agencyOptions struct {
	*tokens.AuthOptions // has the project and its domain
	agency              string
}

// ToTokenV3CreateMap returns the body of the request.
func (o agencyOptions) ToTokenV3CreateMap(scope map[string]any) (map[string]any, error) {
	return map[string]any{"auth": map[string]any{
		"identity": map[string]any{
			"methods":     []string{"assume_role"},
			"assume_role": map[string]any{"agency_name": o.agency, "domain_name": o.Scope.DomainName},
		},
		"scope": scope,
	}}, nil
}

// assumeAgency gets a token of the agency, with the caller's own credential.
func (s *Session) assumeAgency(ctx context.Context) (*grant, error) {
	client, at, err := s.agencyCaller(ctx)
	if err != nil {
		return nil, s.loginFailure(atOwnLogin, err)
	}
	project := tokens.Scope{ProjectName: s.cfg.DelegatedProject, DomainName: s.cfg.AgencyDomainName}
	options := agencyOptions{&tokens.AuthOptions{Scope: project}, s.cfg.AgencyName}
	return s.granted(at, tokens.Create(ctx, client, options))
}

// agencyCaller returns a client that sends the caller's own credential, and the step that follows: after atAgency a 401
// is about the agency alone.
func (s *Session) agencyCaller(ctx context.Context) (client *gophercloud.ServiceClient, at *step, err error) {
	client = s.gopher(s.client)
	switch s.cfg.Credential() {
	case settings.Token:
		client.SetToken(s.cfg.Token)
		return client, atAgencyFirst, nil
	case settings.AccessKey:
		return s.domainClient(ctx)
	default:
		// The caller's own token is for the domain, not for a project.
		domain := tokens.Scope{DomainID: s.cfg.DomainID, DomainName: s.cfg.DomainName}
		own := tokens.Create(ctx, client, s.passwordOptions(domain))
		token, err := own.ExtractTokenID()
		if err == nil && token == "" {
			err = s.failWith(notIdentity, noToken)
		}
		if err != nil {
			return nil, atOwnLogin, err
		}
		client.SetToken(token)
		return client, atAgency, nil
	}
}
