// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const simAuthURL = "https://rdssim.invalid/v3"

// byPassword is a configuration that is good for the simulator.
func byPassword() Config {
	return Config{
		AuthURL: simAuthURL, UserName: rdssim.UserName, Password: rdssim.Password,
		DomainName: rdssim.DomainName, TenantName: rdssim.ProjectName,
	}
}

func byAccessKey() Config {
	return Config{AuthURL: simAuthURL, AccessKey: rdssim.AccessKey, SecretKey: rdssim.SecretKey, TenantName: rdssim.ProjectName}
}

func withAgency(c Config) Config {
	c.TenantName, c.TenantID = "", ""
	c.AgencyName, c.AgencyDomainName, c.DelegatedProject = rdssim.AgencyName, rdssim.AgencyDomainName, rdssim.DelegatedProject
	return c
}

// newSession resolves a Config and makes a session for it, its requests going to
// the given server. No layer retries.
func newSession(t *testing.T, c Config, network http.RoundTripper) *Session {
	t.Helper()
	resolved, err := Resolve(c, surroundings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	return NewSession(resolved, func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
		return &http.Client{
			Transport:     outer(wrap(network)),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
}

// outer stands for the layer that retries.
var outer = func(next http.RoundTripper) http.RoundTripper { return next }

// call asks RDS for something, through the session, and returns the status.
func call(ctx context.Context, s *Session, network http.RoundTripper, instance string) (int, error) {
	endpoint, err := s.Endpoint(ctx)
	if err != nil {
		return 0, err
	}
	url := endpoint.URL.String() + "/instances/" + instance + "/errorlog-download"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := s.Transport(network).RoundTrip(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

// issueToken gets a token from the simulator without this package's help.
func issueToken(t *testing.T, sim *rdssim.Server, project string) string {
	t.Helper()
	scope := ""
	if project != "" {
		scope = fmt.Sprintf(`,"scope":{"project":{"id":%q}}`, project)
	}
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}}%s}}`,
		rdssim.UserID, rdssim.Password, scope)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, simAuthURL+"/auth/tokens", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := sim.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		t.Fatalf("the simulator answered %d", resp.StatusCode)
	}
	sim.Reset()
	return resp.Header.Get("X-Subject-Token")
}

func kinds(sim *rdssim.Server) string {
	var list []string
	for _, r := range sim.Requests() {
		list = append(list, r.Kind)
	}
	return strings.Join(list, " ")
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func answer(req *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: req,
	}
}
