// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestLogin uses each credential with the simulator, and compares the requests and the endpoint.
func TestLogin(t *testing.T) {
	const (
		home   = "https://rdssim.invalid/v3/" + rdssim.ProjectID
		agency = "https://rdssim.invalid/v3/" + rdssim.DelegatedProjectID
	)
	tests := map[string]struct {
		config       func(c *settings.Values, token string)
		requests     string // before the call to RDS
		wantEndpoint string
	}{
		"password, all by name": {func(c *settings.Values, _ string) { *c = byPassword() }, "login", home},
		"password, all by id": {func(c *settings.Values, _ string) {
			*c = settings.Values{AuthURL: simAuthURL, UserID: rdssim.UserID, Password: rdssim.Password, TenantID: rdssim.ProjectID}
		}, "login", home},
		"password, user id and project name": {func(c *settings.Values, _ string) {
			*c = settings.Values{
				AuthURL: simAuthURL, UserID: rdssim.UserID, Password: rdssim.Password, TenantName: rdssim.ProjectName,
				DomainName: rdssim.DomainName,
			}
		}, "login", home},
		"password, domain id": {func(c *settings.Values, _ string) {
			*c = byPassword()
			c.DomainID, c.DomainName = rdssim.DomainID, "is-not-used"
		}, "login", home},
		"password and endpoint": {func(c *settings.Values, _ string) {
			*c = byPassword()
			c.Endpoint = "http://rds.example.com"
		}, "login", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"password, project and endpoint": {func(c *settings.Values, _ string) {
			*c = byPassword()
			c.TenantID, c.Endpoint = rdssim.ProjectID, "http://rds.example.com/v3/"
		}, "login", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"passcode": {func(c *settings.Values, _ string) {
			*c = settings.Values{
				AuthURL: simAuthURL, UserID: rdssim.MFAUserID, Password: rdssim.Password, Passcode: rdssim.MFAPasscode,
				DomainName: rdssim.DomainName, TenantName: rdssim.ProjectName,
			}
		}, "login", home},
		"auth_url without version": {func(c *settings.Values, _ string) {
			*c = byPassword()
			c.AuthURL = "https://rdssim.invalid/"
		}, "login", home},
		"auth_url with the path of the login": {func(c *settings.Values, _ string) {
			*c = byPassword()
			c.AuthURL = "https://rdssim.invalid/v3/auth/tokens"
		}, "login", home},
		"token": {func(c *settings.Values, token string) {
			*c = settings.Values{AuthURL: simAuthURL, Token: token}
		}, "iam.token", home},
		"token and the name of its project": {func(c *settings.Values, token string) {
			*c = settings.Values{
				AuthURL: simAuthURL, Token: token, TenantName: rdssim.ProjectName, UserName: "is-not-used",
				DomainName: "is-not-used",
			}
		}, "iam.token", home},
		"token for another project": {func(c *settings.Values, token string) {
			*c = settings.Values{AuthURL: simAuthURL, Token: token, TenantName: rdssim.RootProjectName}
		}, "iam.token login", "https://rdssim.invalid/v3/" + rdssim.RootProjectID},
		"token, project and endpoint": {func(c *settings.Values, token string) {
			*c = settings.Values{Token: token, TenantID: rdssim.ProjectID, Endpoint: "http://rds.example.com"}
		}, "", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"token and endpoint with project": {func(c *settings.Values, token string) {
			*c = settings.Values{Token: token, Endpoint: "http://rds.example.com/v3/" + rdssim.ProjectID}
		}, "", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"AK/SK":                {func(c *settings.Values, _ string) { *c = byAccessKey() }, "iam.projects iam.catalog", home},
		"AK/SK and project id": {func(c *settings.Values, _ string) { *c = byAccessKey(); c.TenantID = rdssim.ProjectID }, "iam.catalog", home},
		"AK/SK and endpoint": {func(c *settings.Values, _ string) {
			*c = byAccessKey()
			c.Endpoint = "http://rds.example.com/v3"
		}, "iam.projects", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"AK/SK, project and endpoint": {func(c *settings.Values, _ string) {
			*c = byAccessKey()
			c.AuthURL, c.TenantID, c.Endpoint = "", rdssim.ProjectID, "http://rds.example.com"
		}, "", "http://rds.example.com/v3/" + rdssim.ProjectID},
		"temporary AK/SK": {func(c *settings.Values, _ string) {
			*c = byAccessKey()
			c.AccessKey, c.SecretKey, c.SecurityToken = rdssim.TemporaryAccessKey, rdssim.TemporarySecretKey, rdssim.SecurityToken
		}, "iam.projects iam.catalog", home},
		"agency by password": {func(c *settings.Values, _ string) { *c = withAgency(byPassword()) }, "login login", agency},
		"agency by token": {func(c *settings.Values, token string) {
			*c = withAgency(settings.Values{AuthURL: simAuthURL, Token: token})
		}, "login", agency},
		"agency by AK/SK": {func(c *settings.Values, _ string) { *c = withAgency(byAccessKey()) }, "login", agency},
		"agency by AK/SK of a domain": {
			func(c *settings.Values, _ string) { *c = withAgency(byAccessKey()); c.DomainName = rdssim.DomainName },
			"iam.domains login", agency,
		},
		"agency by passcode": {func(c *settings.Values, _ string) {
			*c = withAgency(settings.Values{AuthURL: simAuthURL, UserID: rdssim.MFAUserID, Password: rdssim.Password, Passcode: rdssim.MFAPasscode})
		}, "login login", agency},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			var c settings.Values
			test.config(&c, issueToken(t, sim, rdssim.ProjectID))
			s := newSession(t, c, sim.Transport())
			same(t, "requests of an unused session", sim.Count(""), 0)
			endpoint, err := s.Endpoint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			same(t, "endpoint", endpoint.URL.String(), test.wantEndpoint)
			same(t, "project", "/v3/"+endpoint.ProjectID, endpoint.URL.Path)
			want := http.StatusOK
			if endpoint.ProjectID == rdssim.RootProjectID {
				want = http.StatusNotFound // it has no instances
			}
			status, err := call(t.Context(), s, sim.Transport(), rdssim.InstanceHealthy)
			if err != nil {
				t.Fatalf("the call to RDS failed: %v", err)
			}
			same(t, "status of RDS", status, want)
			same(t, "requests", kinds(sim), strings.TrimSpace(test.requests+" rds.errorlog"))
		})
	}
}

// TestLoginBodies compares the bodies sent to the identity service, with sorted keys.
func TestLoginBodies(t *testing.T) {
	tests := map[string]struct {
		config settings.Values
		want   string // all bodies, separated by spaces
	}{
		"names": {
			settings.Values{UserName: "u", Password: "p", DomainName: "d", TenantName: "t"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"d"},"name":"u","password":"p"}}},` +
				`"scope":{"project":{"domain":{"name":"d"},"name":"t"}}}}`,
		},
		"ids win, the user's domain stays out": {
			settings.Values{UserID: "ui", UserName: "u", Password: "p", DomainID: "di", DomainName: "d", TenantID: "ti", TenantName: "t"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"ui","password":"p"}}},"scope":{"project":{"id":"ti"}}}}`,
		},
		"with a user id the domain is in the scope only": {
			settings.Values{UserID: "ui", Password: "p", DomainID: "di", DomainName: "d", TenantName: "t"},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":"ui","password":"p"}}},` +
				`"scope":{"project":{"domain":{"id":"di"},"name":"t"}}}}`,
		},
		"passcode": {
			settings.Values{UserID: "ui", Password: "p", Passcode: "123456", TenantID: "ti"},
			`{"auth":{"identity":{"methods":["password","totp"],"password":{"user":{"id":"ui","password":"p"}},"totp":{"user":{"id":"ui",` +
				`"passcode":"123456"}}},"scope":{"project":{"id":"ti"}}}}`,
		},
		"agency": {
			settings.Values{
				UserName: "u", Password: "p", DomainName: "d", TenantName: "is-not-used", AgencyName: "a", AgencyDomainName: "ad",
				DelegatedProject: "dp",
			},
			`{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"d"},"name":"u","password":"p"}}},` +
				`"scope":{"domain":{"name":"d"}}}} ` +
				`{"auth":{"identity":{"assume_role":{"agency_name":"a","domain_name":"ad"},"methods":["assume_role"]},` +
				`"scope":{"project":{"domain":{"name":"ad"},"name":"dp"}}}}`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var bodies, tokens []string
			network := roundTrip(func(req *http.Request) (*http.Response, error) {
				text, err := io.ReadAll(req.Body)
				if err != nil {
					return nil, err
				}
				var value any
				if err := json.Unmarshal(text, &value); err != nil {
					return nil, err
				}
				sorted, err := json.Marshal(value)
				if err != nil {
					return nil, err
				}
				bodies, tokens = append(bodies, string(sorted)), append(tokens, req.Header.Get("X-Auth-Token"))
				resp := answer(req, http.StatusOK,
					`{"token":{"project":{"id":"pid"},"catalog":[{"type":"rdsv3","endpoints":[{"interface":"public",`+
						`"url":"https://rds.example.com/v3/pid"}]}]}}`)
				resp.Header.Set("X-Subject-Token", "issued")
				return resp, nil
			})
			test.config.AuthURL = "https://iam.example.com/v3"
			s := newSession(t, test.config, network)
			if _, err := s.Endpoint(t.Context()); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, strings.Join(bodies, " ")); diff != "" {
				t.Errorf("bodies (-want +got):\n%s", diff)
			}
			wantTokens := []string{"", "issued"}[:len(bodies)]
			if diff := cmp.Diff(wantTokens, tokens); diff != "" {
				t.Errorf("tokens sent with the logins (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSignedQuestions looks at the signed requests to the identity service.
func TestSignedQuestions(t *testing.T) {
	ask := func(config settings.Values, answers map[string]string) (asked []string, endpoint Endpoint, err error) {
		s := newSession(t, config, roundTrip(func(req *http.Request) (*http.Response, error) {
			asked = append(asked, strings.TrimSpace(fmt.Sprintf("%s %s %s", req.URL.RequestURI(), req.Header.Get("X-Project-Id"),
				req.Header.Get("X-Domain-Id"))))
			resp := answer(req, http.StatusOK, answers[req.URL.Path])
			resp.Header.Set("X-Subject-Token", "issued")
			return resp, nil
		}))
		endpoint, err = s.Endpoint(t.Context())
		return asked, endpoint, err
	}
	c := settings.Values{AuthURL: "https://iam.eu-de.example.com", AccessKey: "AK", SecretKey: "SK", TenantName: "eu-de_p&q", DomainID: "did"}
	answers := map[string]string{
		"/v3/projects": `{"projects":[{"id":"1","name":"eu-de_p&q","domain_id":"other"},{"id":"2","name":"eu-de_p",` +
			`"domain_id":"did"},{"id":"3","name":"eu-de_p&q","domain_id":"did"}]}`,
		"/v3/auth/catalog": `{"catalog":[{"type":"rdsv3","endpoints":[{"interface":"public","region":"eu-de",` +
			`"url":"https://rds.example.com/v3/x"}]}]}`,
		"/v3/auth/domains": `{"domains":[{"id":"x","name":"dd"},{"id":"did","name":"d"}]}`,
		"/v3/auth/tokens":  `{"token":{"project":{"id":"4"}}}`,
	}
	asked, endpoint, err := ask(c, answers)
	if err != nil {
		t.Fatalf("want an endpoint, got %v", err)
	}
	same(t, "endpoint", endpoint.URL.String(), "https://rds.example.com/v3/3")
	if diff := cmp.Diff([]string{"/v3/projects?name=eu-de_p%26q  did", "/v3/auth/catalog 3"}, asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	c.DomainID = ""
	_, _, err = ask(c, answers)
	failure := errorOf(t, err)
	same(t, "kind", failure.Kind, KindProject)
	same(t, "message", failure.Message, "2 projects of that name are visible to this access key")

	c.DomainName, c.AgencyName, c.AgencyDomainName, c.DelegatedProject = "d", "a", "ad", "eu-de_x"
	asked, endpoint, err = ask(c, answers)
	if err != nil {
		t.Fatalf("want an endpoint, got %v", err)
	}
	same(t, "endpoint with an agency", endpoint.URL.String(), "https://rds.eu-de.example.com/v3/4")
	if diff := cmp.Diff([]string{"/v3/auth/domains", "/v3/auth/tokens  did"}, asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}

	// Without the domain's id, the agency is asked for anyway.
	answers["/v3/auth/domains"] = "<html>"
	asked, _, err = ask(c, answers)
	if err != nil {
		t.Errorf("without the domain's id: want an endpoint, got %v", err)
	}
	if diff := cmp.Diff([]string{"/v3/auth/domains", "/v3/auth/tokens"}, asked); diff != "" {
		t.Errorf("requests without the domain's id (-want +got):\n%s", diff)
	}
}
