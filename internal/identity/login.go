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

// identityURL returns auth_url with /v3 at its end. People also write it without the version, or with the path of the
// login.
func (s *Session) identityURL() string {
	base := strings.TrimRight(s.cfg.AuthURL, "/")
	base = strings.TrimSuffix(base, "/auth/tokens")
	base = strings.TrimSuffix(base, "/v2.0")
	if base == "" || strings.HasSuffix(base, "/v3") {
		return base
	}
	return base + "/v3"
}

// gopher returns a gophercloud client for one login. Its hooks for retries and renewal stay unset: package transport
// retries, and the Session renews.
func (s *Session) gopher(client *http.Client) *gophercloud.ServiceClient {
	login := *client
	login.Transport = created{client.Transport}
	provider := &gophercloud.ProviderClient{HTTPClient: login}
	return &gophercloud.ServiceClient{ProviderClient: provider, Endpoint: s.identityURL() + "/", Type: "identity"}
}

// created turns a login's 200 into 201: gophercloud accepts nothing else.
type created struct{ next http.RoundTripper }

func (c created) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.next.RoundTrip(req)
	if err == nil && req.Method == http.MethodPost && resp.StatusCode == http.StatusOK {
		resp.StatusCode = http.StatusCreated
	}
	return resp, err
}

// usePassword exchanges a password, and a passcode if there is one, for a token.
func (s *Session) usePassword(ctx context.Context) (*grant, error) {
	result := tokens.Create(ctx, s.gopher(s.client), s.passwordOptions(s.projectScope()))
	return s.granted(atLogin, result)
}

// passwordOptions names the user by id, or by name and domain.
func (s *Session) passwordOptions(scope tokens.Scope) *tokens.AuthOptions {
	c := s.cfg
	options := &tokens.AuthOptions{UserID: c.UserID, Username: c.UserName, Password: c.Password, Passcode: c.Passcode, Scope: scope}
	if c.UserID == "" {
		options.DomainID, options.DomainName = c.DomainID, c.DomainName
	}
	return options
}

// projectScope names the project by id, or by name and domain.
func (s *Session) projectScope() tokens.Scope {
	if s.cfg.TenantID != "" {
		return tokens.Scope{ProjectID: s.cfg.TenantID}
	}
	return tokens.Scope{ProjectName: s.cfg.TenantName, DomainID: s.cfg.DomainID, DomainName: s.cfg.DomainName}
}

// useToken takes the user's token as it is. It asks the identity service only if the token's project or the address of
// RDS is not configured.
func (s *Session) useToken(ctx context.Context) (*grant, error) {
	if given, ok := s.givenEndpoint(); ok {
		return &grant{token: s.cfg.Token, endpoint: given}, nil
	}
	client := s.gopher(s.client)
	client.SetToken(s.cfg.Token)
	result := tokens.Get(ctx, client, s.cfg.Token)
	project, err := result.ExtractProject()
	if err != nil {
		return nil, s.loginFailure(atTokenLookup, err)
	}
	if project == nil || s.cfg.TenantID != "" && s.cfg.TenantID != project.ID ||
		s.cfg.TenantName != "" && s.cfg.TenantName != project.Name {
		return s.rescopeToken(ctx, result)
	}
	return s.grantFor(s.cfg.Token, project.ID, result.ExtractServiceCatalog)
}

// rescopeToken exchanges a token of another project, or of none, for one of the configured project.
func (s *Session) rescopeToken(ctx context.Context, own tokens.GetResult) (*grant, error) {
	scope := s.projectScope()
	if scope.ProjectID == "" && scope.ProjectName == "" {
		return nil, s.failWith(tokenWithoutProject, "the token is not for a project")
	}
	if scope.ProjectName != "" && scope.DomainID == "" && scope.DomainName == "" {
		if user, err := own.ExtractUser(); err == nil && user != nil {
			scope.DomainID = user.Domain.ID
		}
	}
	result := tokens.Create(ctx, s.gopher(s.client), &tokens.AuthOptions{TokenID: s.cfg.Token, Scope: scope})
	return s.granted(atTokenRescope, result)
}

const noToken = "the answer to the login has no token"

// granted turns the answer to a login into a grant.
func (s *Session) granted(at *step, result tokens.CreateResult) (*grant, error) {
	project, err := result.ExtractProject()
	if err != nil {
		return nil, s.loginFailure(at, err)
	}
	token, err := result.ExtractTokenID()
	if err != nil || token == "" {
		return nil, s.failWith(notIdentity, noToken)
	}
	if project == nil || project.ID == "" {
		return nil, s.failWith(projectMissing, "the identity service issued a token that is not for a project")
	}
	return s.grantFor(token, project.ID, result.ExtractServiceCatalog)
}

func (s *Session) grantFor(token, projectID string, extract func() (*tokens.ServiceCatalog, error)) (*grant, error) {
	catalogue, err := extract()
	if err != nil {
		return nil, s.loginFailure(atLogin, err)
	}
	endpoint, err := s.endpoint(projectID, catalogue.Entries)
	if err != nil {
		return nil, err
	}
	return &grant{token: token, endpoint: endpoint}, nil
}
