// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// useAccessKey finds project and endpoint with signed requests. There is no token.
func (s *Session) useAccessKey(ctx context.Context) (*grant, error) {
	projectID, err := s.projectID(ctx)
	if err != nil {
		return nil, err
	}
	var catalogue tokens.ServiceCatalog
	if s.cfg.Endpoint == "" {
		if err := s.getSigned(ctx, atLogin, s.signer(projectID), "/auth/catalog", &catalogue); err != nil {
			return nil, err
		}
	}
	endpoint, err := s.endpoint(projectID, catalogue.Entries)
	if err != nil {
		return nil, err
	}
	return &grant{endpoint: endpoint}, nil
}

// projectID returns the configured ID. Without one, it asks for the project's name.
func (s *Session) projectID(ctx context.Context) (string, error) {
	if s.cfg.TenantID != "" {
		return s.cfg.TenantID, nil
	}
	var list struct {
		Projects []struct {
			ID, Name string
			DomainID string `json:"domain_id"`
		} `json:"projects"`
	}
	path := "/projects?name=" + url.QueryEscape(s.cfg.TenantName)
	if err := s.getSigned(ctx, atLogin, s.signer(""), path, &list); err != nil {
		return "", err
	}
	var ids []string
	for _, p := range list.Projects {
		if p.Name == s.cfg.TenantName && (s.cfg.DomainID == "" || p.DomainID == "" || p.DomainID == s.cfg.DomainID) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 1 && ids[0] != "" {
		return ids[0], nil
	}
	failure := s.failWith(projectNotListed, fmt.Sprintf("%d projects of that name are visible to this access key", len(ids)))
	failure.URL += "/projects"
	return "", failure
}

// domainClient returns a client that signs for the caller's own domain, and the step that follows. The identity service
// wants the domain's id: if only its name is configured, it is looked up. The request for the agency may work without
// it.
func (s *Session) domainClient(ctx context.Context) (client *gophercloud.ServiceClient, at *step, err error) {
	domain, at := s.signer(""), atAgencyFirst
	if s.cfg.DomainName != "" {
		var list struct {
			Domains []struct{ ID, Name string } `json:"domains"`
		}
		err := s.getSigned(ctx, atOwnLogin, domain, "/auth/domains", &list)
		if err != nil && (err.final() || ctx.Err() != nil) {
			return nil, at, err
		}
		if err == nil {
			at = atAgency // the key was accepted
		}
		for _, d := range list.Domains {
			if d.Name == s.cfg.DomainName {
				domain.domainID = d.ID
			}
		}
	}
	return s.signedClient(domain), at, nil
}

func (s *Session) signer(projectID string) signer {
	sign := signer{accessKey: s.cfg.AccessKey, secretKey: s.cfg.SecretKey, securityToken: s.cfg.SecurityToken, projectID: projectID}
	if projectID == "" {
		sign.domainID = s.cfg.DomainID
	}
	return sign
}

// signedClient returns a client for the identity service that signs each attempt.
func (s *Session) signedClient(sign signer) *gophercloud.ServiceClient {
	return s.gopher(s.connect(func(next http.RoundTripper) http.RoundTripper {
		return concealing{session: s, next: signing{sign: sign, now: s.now, next: next}}
	}))
}

// getSigned asks the identity service and decodes its JSON answer.
func (s *Session) getSigned(ctx context.Context, at *step, sign signer, path string, into any) *Error {
	resp, err := s.signedClient(sign).Get(ctx, s.identityURL()+path, nil, &gophercloud.RequestOpts{
		MoreHeaders:      map[string]string{"Content-Type": "application/json"},
		KeepResponseBody: true,
	})
	if err != nil {
		return s.loginFailure(at, err)
	}
	defer func() { _ = resp.Body.Close() }()
	s.proven.Store(true)
	if err := json.Unmarshal(peek(resp), into); err != nil {
		return s.failWith(notIdentity, "the answer is not JSON")
	}
	return nil
}
