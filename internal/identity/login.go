// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"net/http"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// identityURL is auth_url in the one form that is used: it ends in /v3, without
// a slash. People also write it without the version, or with the whole path of
// the login.
func (c Config) identityURL() string {
	base := strings.TrimRight(c.AuthURL, "/")
	base = strings.TrimSuffix(base, "/auth/tokens")
	base = strings.TrimSuffix(base, "/v2.0")
	if base == "" || strings.HasSuffix(base, "/v3") {
		return base
	}
	return base + "/v3"
}

// gopher makes a client of gophercloud for one login. It is thrown away after
// it: renewal is this package's own, and gophercloud's hooks for retries and
// renewal stay unset, because one layer retries and it is not this one.
func (s *Session) gopher(client *http.Client) *gophercloud.ServiceClient {
	login := *client
	login.Transport = created{transportOf(client)}
	provider := &gophercloud.ProviderClient{HTTPClient: login}
	provider.UseTokenLock()
	return &gophercloud.ServiceClient{ProviderClient: provider, Endpoint: s.cfg.identityURL() + "/", Type: "identity"}
}

func transportOf(client *http.Client) http.RoundTripper {
	if client.Transport != nil {
		return client.Transport
	}
	return http.DefaultTransport
}

// created turns a login that is answered with 200 into the 201 that gophercloud
// insists on.
type created struct{ next http.RoundTripper }

func (c created) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err == nil && req.Method == http.MethodPost && resp.StatusCode == http.StatusOK {
		resp.StatusCode = http.StatusCreated
	}
	return resp, err
}

// usePassword exchanges a password, with MFA together with a passcode, for a token.
func (s *Session) usePassword(ctx context.Context) (*grant, error) {
	result := tokens.Create(ctx, s.gopher(s.client), s.cfg.passwordOptions(s.cfg.projectScope()))
	return s.granted(result)
}

// passwordOptions names the user by id, or by name and domain, never both.
func (c Config) passwordOptions(scope tokens.Scope) *tokens.AuthOptions {
	options := &tokens.AuthOptions{Password: c.Password, Passcode: c.Passcode, Scope: scope}
	switch {
	case c.UserID != "":
		options.UserID = c.UserID
	case c.DomainID != "":
		options.Username, options.DomainID = c.UserName, c.DomainID
	default:
		options.Username, options.DomainName = c.UserName, c.DomainName
	}
	return options
}

// projectScope names the project by id alone, or by name and domain.
func (c Config) projectScope() tokens.Scope {
	if c.TenantID != "" {
		return tokens.Scope{ProjectID: c.TenantID}
	}
	scope := c.domainScope()
	scope.ProjectName = c.TenantName
	return scope
}

func (c Config) domainScope() tokens.Scope {
	if c.DomainID != "" {
		return tokens.Scope{DomainID: c.DomainID}
	}
	return tokens.Scope{DomainName: c.DomainName}
}

// useToken takes the user's token as it is. The identity service is asked only
// where configuration does not say which project it is for or where RDS is.
func (s *Session) useToken(ctx context.Context) (*grant, error) {
	if given, ok := s.cfg.givenEndpoint(); ok {
		return &grant{token: s.cfg.Token, endpoint: given}, nil
	}
	client := s.gopher(s.client)
	client.SetToken(s.cfg.Token)
	result := tokens.Get(ctx, client, s.cfg.Token)
	if result.Err != nil {
		return nil, s.tokenFailure(result.Err)
	}
	project, err := result.ExtractProject()
	if err != nil {
		return nil, s.notIdentity(otherJSON)
	}
	if project == nil || s.cfg.TenantID != "" && s.cfg.TenantID != project.ID ||
		s.cfg.TenantName != "" && s.cfg.TenantName != project.Name {
		return s.rescopeToken(ctx, result)
	}
	catalogue, err := result.ExtractServiceCatalog()
	if err != nil {
		return nil, s.notIdentity(otherJSON)
	}
	endpoint, err := s.cfg.endpoint(project.ID, catalogue.Entries)
	if err != nil {
		return nil, err
	}
	return &grant{token: s.cfg.Token, endpoint: endpoint}, nil
}

// rescopeToken exchanges a token that is for another project, or for none, for
// one of the project that the configuration names.
func (s *Session) rescopeToken(ctx context.Context, own tokens.GetResult) (*grant, error) {
	scope := s.cfg.projectScope()
	if scope.ProjectID == "" && scope.ProjectName == "" {
		return nil, &Error{
			Kind: KindProject, URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Source: s.cfg.source,
			Message: "the token is for no project",
			Hint:    "Set tenant_name or tenant_id, or get a token for a project.",
		}
	}
	if scope.ProjectName != "" && scope.DomainID == "" && scope.DomainName == "" {
		if user, err := own.ExtractUser(); err == nil && user != nil {
			scope.DomainID = user.Domain.ID
		}
	}
	result := tokens.Create(ctx, s.gopher(s.client), &tokens.AuthOptions{TokenID: s.cfg.Token, Scope: scope})
	if result.Err != nil {
		return nil, s.rescopeFailure(result.Err)
	}
	return s.granted(result)
}

// granted turns the answer to a login into a grant.
func (s *Session) granted(result tokens.CreateResult) (*grant, error) {
	token, err := result.ExtractTokenID()
	if err != nil {
		return nil, s.loginFailure(err)
	}
	project, err := result.ExtractProject()
	if err != nil {
		return nil, s.notIdentity(otherJSON)
	}
	catalogue, err := result.ExtractServiceCatalog()
	if err != nil {
		return nil, s.notIdentity(otherJSON)
	}
	if token == "" {
		return nil, s.notIdentity("the answer to the login holds no token")
	}
	if project == nil || project.ID == "" {
		return nil, &Error{
			Kind: KindProject, URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Source: s.cfg.source,
			Message: "the token that the identity service issued is for no project",
			Hint:    "Check tenant_name or tenant_id, with an agency delegated_project.",
		}
	}
	endpoint, err := s.cfg.endpoint(project.ID, catalogue.Entries)
	if err != nil {
		return nil, err
	}
	return &grant{token: token, endpoint: endpoint}, nil
}
