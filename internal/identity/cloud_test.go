// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

const simAuthURL = "https://rdssim.invalid/v3"

// byPassword returns values that are good for the simulator.
func byPassword() settings.Values {
	return settings.Values{
		AuthURL: simAuthURL, UserName: rdssim.UserName, Password: rdssim.Password,
		DomainName: rdssim.DomainName, TenantName: rdssim.ProjectName,
	}
}

func byAccessKey() settings.Values {
	return settings.Values{AuthURL: simAuthURL, AccessKey: rdssim.AccessKey, SecretKey: rdssim.SecretKey, TenantName: rdssim.ProjectName}
}

func withAgency(c settings.Values) settings.Values {
	c.TenantName, c.TenantID = "", ""
	c.AgencyName, c.AgencyDomainName, c.DelegatedProject = rdssim.AgencyName, rdssim.AgencyDomainName, rdssim.DelegatedProject
	return c
}

// resolve completes values, without the environment of the machine.
func resolve(t *testing.T, v settings.Values) settings.Config {
	t.Helper()
	return resolveIn(t, v, nil)
}

func resolveIn(t *testing.T, v settings.Values, env map[string]string) settings.Config {
	t.Helper()
	c, err := settings.Resolve(v, settings.Environment{
		LookupEnv: func(name string) (string, bool) { value, ok := env[name]; return value, ok },
		WorkDir:   t.TempDir(), HomeDir: t.TempDir(),
	})
	if err != nil {
		t.Fatalf("Resolve failed: %v", err)
	}
	return c
}

// errorOf returns an error as an Error, which every error of a session must be.
func errorOf(t *testing.T, err error) *Error {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("want an Error, got %T: %v", err, err)
	}
	return failure
}

// endpointError returns the error of a session's first use.
func endpointError(t *testing.T, s *Session) *Error {
	t.Helper()
	endpoint, err := s.Endpoint(t.Context())
	if err == nil {
		t.Fatalf("want an error, got endpoint %v", endpoint)
	}
	return errorOf(t, err)
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// newSession returns a session for a server. Nothing is retried.
func newSession(t *testing.T, c settings.Values, network http.RoundTripper) *Session {
	t.Helper()
	return NewSession(resolve(t, c), func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
		return &http.Client{
			Transport:     outer(wrap(network)),
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
}

// outer is in the place of the layer that retries.
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

// issueToken gets a token from the simulator with a request of its own.
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
		t.Fatalf("the simulator answered %d, want 201", resp.StatusCode)
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
