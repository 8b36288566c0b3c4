//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeystone runs the data source with each kind of credential that Keystone has, from the environment alone. One
// Keystone serves all of them: it takes far longer to start than to ask.
func TestKeystone(t *testing.T) {
	f := newFixture(t)
	t.Run("links", f.testLinks)
	t.Run("refusals", f.testRefusals)
	t.Run("revoked in a wait", f.testRevoked)
	t.Run("cli", f.testCLI)
}

// byName is a user and a project by name.
func byName(more map[string]string) map[string]string {
	env := map[string]string{
		"OS_USERNAME": UserName, "OS_PASSWORD": Password, "OS_USER_DOMAIN_NAME": DomainName, "OS_PROJECT_NAME": ProjectName,
	}
	maps.Copy(env, more)
	return env
}

func (f *fixture) token(t *testing.T, project string) string {
	t.Helper()
	return f.keystone.Login(t, Login{UserName: UserName, Password: Password, DomainName: DomainName, ProjectName: project})
}

func (f *fixture) withMFA(passcode string) map[string]string {
	return map[string]string{
		"OS_USER_ID": f.world.MFAUserID, "OS_PASSWORD": Password, "OS_PASSCODE": passcode,
		"OS_PROJECT_ID": f.world.ProjectID,
	}
}

// withEndpoint is all that RDS needs: Keystone is not asked for anything.
func (f *fixture) withEndpoint(token string) map[string]string {
	return map[string]string{"OS_TOKEN": token, "OS_PROJECT_ID": f.world.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE": f.URL()}
}

const (
	oneLogin = "login 201, links 200 ×4"
	noLogin  = "token 200, links 200 ×4"
)

func (f *fixture) testLinks(t *testing.T) {
	w := f.world
	cases := []struct {
		kind, project, calls string
		env                  map[string]string
	}{
		{"password: user, domain and project by name", w.ProjectID, oneLogin, byName(nil)},
		{"password: domain by id", w.ProjectID, oneLogin, byName(map[string]string{"OS_USER_DOMAIN_NAME": "", "OS_USER_DOMAIN_ID": w.DomainID})},
		{"password: domain by id and by name", w.ProjectID, oneLogin, byName(map[string]string{"OS_USER_DOMAIN_ID": w.DomainID})},
		{
			"password: project by id", w.SecondProjectID, oneLogin,
			byName(map[string]string{"OS_PROJECT_NAME": "", "OS_PROJECT_ID": w.SecondProjectID}),
		},
		{"password: user by id, project by name", w.ProjectID, oneLogin, byName(map[string]string{"OS_USERNAME": "", "OS_USER_ID": w.UserID})},
		{
			"password: user and project by id, no domain", w.ProjectID, oneLogin,
			map[string]string{"OS_USER_ID": w.UserID, "OS_PASSWORD": Password, "OS_PROJECT_ID": w.ProjectID},
		},
		{
			"password: auth_url without version", w.ProjectID, oneLogin,
			byName(map[string]string{"OS_AUTH_URL": strings.TrimSuffix(f.keystone.AuthURL, "/v3")}),
		},
		{"password: region named", w.ProjectID, oneLogin, byName(map[string]string{"OS_REGION_NAME": "eu-de"})},
		{"password: RDS's endpoint named", w.ProjectID, oneLogin, byName(map[string]string{"OS_RDS_ENDPOINT_OVERRIDE": f.URL()})},
		{"passcode (MFA): user and project by id", w.ProjectID, oneLogin, f.withMFA(currentPasscode)},
		{"token for the project", w.ProjectID, noLogin, map[string]string{"OS_TOKEN": f.token(t, ProjectName)}},
		{"token for the project, as OS_AUTH_TOKEN", w.ProjectID, noLogin, map[string]string{"OS_AUTH_TOKEN": f.token(t, ProjectName)}},
		{"token, project and endpoint named: no call to Keystone", w.ProjectID, "links 200 ×4", f.withEndpoint(f.token(t, ProjectName))},
		{
			"token for another project, project by name", w.SecondProjectID, "token 200, login 201, links 200 ×4",
			map[string]string{"OS_TOKEN": f.token(t, ProjectName), "OS_PROJECT_NAME": SecondProjectName, "OS_USER_DOMAIN_NAME": DomainName},
		},
		{
			"token for no project, project by id", w.ProjectID, "token 200, login 201, links 200 ×4",
			map[string]string{"OS_TOKEN": f.token(t, ""), "OS_PROJECT_ID": w.ProjectID},
		},
	}
	for _, c := range cases {
		t.Run(c.kind, func(t *testing.T) {
			met(t, c.kind, "links")
			f.with(t, c.env)
			f.links(t, c.project, c.calls)
		})
	}
	t.Run("clouds.yaml", f.testCloudsFile)
}

// testCloudsFile has OS_CLOUD alone. The password is in secure.yaml.
func (f *fixture) testCloudsFile(t *testing.T) {
	met(t, "clouds.yaml with secure.yaml, OS_CLOUD alone", "links")
	folder := f.Outside.Environment.WorkDir
	write(t, filepath.Join(folder, "clouds.yaml"), "clouds:\n  real:\n    region_name: eu-de\n    auth:\n      auth_url: "+f.keystone.AuthURL+
		"\n      username: "+UserName+"\n      user_domain_name: "+DomainName+"\n      project_name: "+ProjectName+"\n")
	write(t, filepath.Join(folder, "secure.yaml"), "clouds:\n  real:\n    auth:\n      password: "+Password+"\n")
	t.Cleanup(func() {
		_ = os.Remove(filepath.Join(folder, "clouds.yaml"))
		_ = os.Remove(filepath.Join(folder, "secure.yaml"))
	})
	f.with(t, map[string]string{"OS_AUTH_URL": "", "OS_CLOUD": "real"})
	f.links(t, f.world.ProjectID, oneLogin)
}
