// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
)

// useAccessKey finds project and endpoint with signed requests; there is no
// login and no token.
func (s *Session) useAccessKey(ctx context.Context) (*grant, error) {
	if given, ok := s.cfg.givenEndpoint(); ok {
		return &grant{endpoint: given}, nil
	}
	projectID := s.cfg.TenantID
	if projectID == "" {
		id, err := s.projectByName(ctx)
		if err != nil {
			return nil, err
		}
		projectID = id
	}
	var catalogue struct {
		Entries []tokens.CatalogEntry `json:"catalog"`
	}
	if s.cfg.Endpoint == "" {
		if err := s.getSigned(ctx, s.signer(projectID), "/auth/catalog", &catalogue); err != nil {
			return nil, err
		}
	}
	endpoint, err := s.cfg.endpoint(projectID, catalogue.Entries)
	if err != nil {
		return nil, err
	}
	return &grant{endpoint: endpoint}, nil
}

func (s *Session) projectByName(ctx context.Context) (string, error) {
	var list struct {
		Projects []struct {
			ID, Name string
			DomainID string `json:"domain_id"`
		} `json:"projects"`
	}
	path := "/projects?name=" + url.QueryEscape(s.cfg.TenantName)
	if err := s.getSigned(ctx, s.signer(""), path, &list); err != nil {
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
	return "", &Error{
		Kind: KindProject, URL: s.cfg.identityURL() + "/projects", Tried: s.cfg.caller(), Source: s.cfg.source,
		Message: fmt.Sprintf("%d projects of that name are visible to this access key", len(ids)),
		Hint:    "Check tenant_name, or set tenant_id (OS_TENANT_ID): the console shows it under My Credentials.",
	}
}

// domainClient signs for the caller's own domain. The identity service wants the
// domain's id; where only its name is known it is looked up. Not to find it is no
// fault yet: what follows may work without. known says that the service has
// answered and so takes the key.
func (s *Session) domainClient(ctx context.Context) (client *http.Client, known bool, err error) {
	domain := s.signer("")
	if s.cfg.DomainID == "" && s.cfg.DomainName != "" {
		var list struct {
			Domains []struct{ ID, Name string } `json:"domains"`
		}
		err := s.getSigned(ctx, domain, "/auth/domains", &list)
		if err != nil && (final(err) || ctx.Err() != nil) {
			return nil, false, err
		}
		known = err == nil
		for _, d := range list.Domains {
			if d.Name == s.cfg.DomainName {
				domain.domainID = d.ID
			}
		}
	}
	return s.signedClient(domain), known, nil
}

func (s *Session) signer(projectID string) signer {
	sign := signer{
		accessKey: s.cfg.AccessKey, secretKey: s.cfg.SecretKey, securityToken: s.cfg.SecurityToken,
		projectID: projectID,
	}
	if projectID == "" {
		sign.domainID = s.cfg.DomainID
	}
	return sign
}

// signedClient is the identity service's client with signatures.
func (s *Session) signedClient(sign signer) *http.Client {
	return s.connect(func(next http.RoundTripper) http.RoundTripper {
		return s.cfg.concealAttempts(signing{sign: sign, now: s.now, next: next})
	})
}

// getSigned asks the identity service and decodes its JSON answer.
func (s *Session) getSigned(ctx context.Context, sign signer, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.cfg.identityURL()+path, nil)
	if err != nil {
		return s.loginFailure(err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.signedClient(sign).Do(req)
	if err != nil {
		return s.loginFailure(err)
	}
	defer func() { _ = resp.Body.Close() }()
	const limit = 8 << 20 // a service catalogue has some 100 kB
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit))
	if err != nil {
		return s.loginFailure(err)
	}
	if resp.StatusCode != http.StatusOK {
		return s.answerFailure(resp.StatusCode, resp.Header, body)
	}
	s.probe.pass()
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(into); err != nil {
		return s.notIdentity("the answer is not JSON")
	}
	return nil
}
