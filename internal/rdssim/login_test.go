// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// loginBody makes the body of a login from the JSON of identity and, unless it is empty, of scope.
func loginBody(identity, scope string) string {
	if scope != "" {
		scope = `,"scope":` + scope
	}
	return `{"auth":{"identity":` + identity + scope + `}}`
}

func password(user string) string {
	return `{"methods":["password"],"password":{"user":` + user + `}}`
}

func mfa(user, totp string) string {
	return `{"methods":["password","totp"],"password":{"user":` + user + `},"totp":{"user":` + totp + `}}`
}

const (
	byID      = `{"id":"` + rdssim.UserID + `","password":"` + rdssim.Password + `"}`
	mfaUser   = `{"id":"` + rdssim.MFAUserID + `","password":"` + rdssim.Password + `"}`
	mfaByName = `{"name":"` + rdssim.MFAUserName + `","domain":{"id":"` + rdssim.DomainID + `"},"password":"` + rdssim.Password + `"}`
	mfaCode   = `{"id":"` + rdssim.MFAUserID + `","passcode":"` + rdssim.MFAPasscode + `"}`

	inProject = `{"project":{"id":"` + rdssim.ProjectID + `"}}`
)

func TestLoginsThatSucceed(t *testing.T) {
	type describedToken struct {
		Token struct {
			User struct {
				ID string `json:"id"`
			} `json:"user"`
			Project *struct {
				ID string `json:"id"`
			} `json:"project"`
		} `json:"token"`
	}
	for name, test := range map[string]struct{ body, user, project string }{
		"name, domain name, project name": {passwordLogin, rdssim.UserID, rdssim.ProjectID},
		"name, domain id, project id": {
			loginBody(password(`{"name":"`+rdssim.UserName+`","domain":{"id":"`+rdssim.DomainID+`"},"password":"`+rdssim.Password+`"}`), inProject),
			rdssim.UserID, rdssim.ProjectID,
		},
		"user id, project name, domain name": {
			loginBody(password(byID), `{"project":{"name":"`+rdssim.ProjectName+`","domain":{"name":"`+rdssim.DomainName+`"}}}`),
			rdssim.UserID, rdssim.ProjectID,
		},
		"user id, domain":   {loginBody(password(byID), `{"domain":{"id":"`+rdssim.DomainID+`"}}`), rdssim.UserID, ""},
		"user id, no scope": {loginBody(password(byID), ""), rdssim.UserID, ""},
		"passcode":          {loginBody(mfa(mfaUser, mfaCode), inProject), rdssim.MFAUserID, rdssim.ProjectID},
		"passcode, password by name": {
			loginBody(mfa(mfaByName, mfaCode), inProject), rdssim.MFAUserID, rdssim.ProjectID,
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			token := c.loginWith(test.body)
			equal(t, "length of the token", len(token), 10_000)
			if strings.Count(token, rdssim.TokenMark) < 10_000/64-1 {
				t.Error("expected TokenMark every 64 characters, got a longer run without it")
			}
			shown := c.do(c.request("GET", "/v3/auth/tokens?nocatalog", "", "X-Auth-Token", token, "X-Subject-Token", token))
			equal(t, "shown token", shown.header.Get("X-Subject-Token"), token)
			var got describedToken
			decodeLoosely(t, shown.body, &got)
			equal(t, "user", got.Token.User.ID, test.user)
			project := ""
			if got.Token.Project != nil {
				project = got.Token.Project.ID
			}
			equal(t, "project", project, test.project)
		})
	}
}

func TestLoginsThatFail(t *testing.T) {
	const (
		wrong     = `{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}`
		noProject = `{"error":{"code":401,"message":"Could not find the project of the scope, or the user may not work in ` +
			`it.","title":"Unauthorized"}}`
		badToken = `{"error":{"code":401,"message":"The token is invalid or has expired.","title":"Unauthorized"}}`
		methods  = `{"error":{"code":400,"message":"` +
			`The identity must hold each of its methods: password, totp with password, token or assume_role.","title":"Bad Request"}}`
	)
	for name, test := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"wrong password": {strings.Replace(passwordLogin, rdssim.Password, "x", 1), 401, wrong},
		"empty password": {strings.Replace(passwordLogin, rdssim.Password, "", 1), 401, wrong},
		"wrong user":     {strings.Replace(passwordLogin, rdssim.UserName, "nobody", 1), 401, wrong},
		"wrong user id": {
			loginBody(password(`{"id":"x",`+strings.TrimPrefix(mfaByName, "{")), inProject), 401, wrong,
		},
		"wrong domain":  {strings.Replace(passwordLogin, rdssim.DomainName, "OTC", 1), 401, wrong},
		"no domain":     {loginBody(password(`{"name":"`+rdssim.UserName+`","password":"`+rdssim.Password+`"}`), ""), 401, wrong},
		"wrong project": {strings.Replace(passwordLogin, rdssim.ProjectName, "eu-de_other", 1), 401, noProject},
		"another account's project": {
			loginBody(password(byID), `{"project":{"id":"`+rdssim.DelegatedProjectID+`"}}`), 401, noProject,
		},
		"project with another domain": {
			loginBody(password(byID), `{"project":{"name":"`+rdssim.ProjectName+`","domain":{"name":"`+rdssim.AgencyDomainName+`"}}}`),
			401, noProject,
		},
		"another domain": {loginBody(password(byID), `{"domain":{"id":"`+rdssim.AgencyDomainID+`"}}`), 401, noProject},
		"MFA user without passcode": {
			loginBody(password(mfaUser), inProject), 401,
			`{"error":{"code":401,"message":"The user has MFA: methods must be password and totp.","title":"Unauthorized"}}`,
		},
		"wrong passcode": {
			loginBody(mfa(mfaUser, strings.Replace(mfaCode, rdssim.MFAPasscode, "000000", 1)), inProject), 401, wrong,
		},
		"passcode, wrong password": {loginBody(mfa(strings.Replace(mfaUser, rdssim.Password, "x", 1), mfaCode), inProject), 401, wrong},
		"passcode of another user": {loginBody(mfa(byID, mfaCode), inProject), 401, wrong},
		"passcode for one without it": {
			loginBody(mfa(byID, strings.Replace(mfaCode, rdssim.MFAUserID, rdssim.UserID, 1)), inProject), 401, wrong,
		},
		"passcode without user id": {
			loginBody(mfa(mfaByName, strings.Replace(mfaCode, `"id"`, `"name"`, 1)), inProject), 400,
			`{"error":{"code":400,"message":"totp needs the user's id.","title":"Bad Request"}}`,
		},
		"unknown token":        {loginBody(`{"methods":["token"],"token":{"id":"x"}}`, inProject), 401, badToken},
		"method without value": {loginBody(`{"methods":["password"]}`, inProject), 400, methods},
		"unknown method":       {loginBody(`{"methods":["saml2"]}`, inProject), 400, methods},
		"no method":            {`{}`, 400, methods},
		"no JSON":              {`{"auth"`, 400, `{"error":{"code":400,"message":"The request body is not JSON.","title":"Bad Request"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			got := newCloud(t).tryLogin(test.body)
			wantAnswer(t, got, test.status, test.want)
			equal(t, "token", got.header.Get("X-Subject-Token"), "")
		})
	}
	for _, identity := range []string{
		`{"methods":["token"]}`,
		`{"methods":["assume_role"]}`,
		`{"methods":["totp"],"totp":{"user":` + mfaCode + `}}`,
		`{"methods":["password","totp"],"password":{"user":` + mfaUser + `}}`,
		`{"methods":["password","totp"],"totp":{"user":` + mfaCode + `}}`,
		`{"methods":["saml2"],"token":{"id":"x"}}`,
		`{"methods":["saml2"],"assume_role":{}}`,
		`{"methods":["saml2"],"password":{"user":` + byID + `}}`,
		`{"methods":["saml2"],"password":{"user":` + mfaUser + `},"totp":{"user":` + mfaCode + `}}`,
	} {
		t.Run(identity, func(t *testing.T) {
			wantAnswer(t, newCloud(t).tryLogin(loginBody(identity, inProject)), 400, methods)
		})
	}
	t.Run("content type", func(t *testing.T) {
		c := newCloud(t)
		got := c.do(c.request("POST", "/v3/auth/tokens", passwordLogin))
		wantAnswer(t, got, 400, `{"error":{"code":400,"message":"Content-Type must be application/json.","title":"Bad Request"}}`)
	})
}

func TestLoginWithAToken(t *testing.T) {
	c := newCloud(t)
	old := c.login()
	c.clock.Advance(23 * time.Hour)
	made := c.loginWith(loginBody(`{"methods":["token"],"token":{"id":"`+old+`"}}`, inProject))
	equal(t, "call with it", c.ask(made, rdssim.InstanceHealthy).status, 200)
	c.clock.Advance(time.Hour)
	equal(t, "it ends with the first one", c.ask(made, rdssim.InstanceHealthy).status, 401)
}

func TestAgency(t *testing.T) {
	const refused = `{"error":{"code":403,"message":"Could not find the agency, or it does not trust the caller's ` +
		`account.","title":"Forbidden"}}`
	delegated := `{"project":{"name":"` + rdssim.DelegatedProject + `"}}`
	role := func(fields string) string { return `{"methods":["assume_role"],"assume_role":{` + fields + `}}` }
	const (
		byName  = `"domain_name":"` + rdssim.AgencyDomainName + `","agency_name":"` + rdssim.AgencyName + `"`
		byID    = `"domain_id":"` + rdssim.AgencyDomainID + `","agency_name":"` + rdssim.AgencyName + `"`
		oldName = `"domain_name":"` + rdssim.AgencyDomainName + `","xrole_name":"` + rdssim.AgencyName + `"`
	)
	for _, fields := range []string{byName, byID, oldName} {
		c := newCloud(t)
		token := c.loginWith(loginBody(role(fields), delegated), "X-Auth-Token", c.login())
		path := strings.Replace(errorLogPath(rdssim.InstanceHealthy), rdssim.ProjectID, rdssim.DelegatedProjectID, 1)
		equal(t, "call to the delegated project", c.do(c.request("POST", path, "", "X-Auth-Token", token)).status, 200)
		equal(t, "call to the caller's own project", c.ask(token, rdssim.InstanceHealthy).status, 403)
	}

	c := newCloud(t)
	token := c.login()
	for _, fields := range []string{
		strings.Replace(byName, rdssim.AgencyName, "other", 1),
		strings.Replace(byName, rdssim.AgencyDomainName, rdssim.DomainName, 1),
		`"agency_name":"` + rdssim.AgencyName + `"`,
	} {
		wantAnswer(t, c.tryLogin(loginBody(role(fields), delegated), "X-Auth-Token", token), 403, refused)
	}
	equal(t, "caller without a token", c.tryLogin(loginBody(role(byName), delegated)).status, 401)
	equal(t, "own project through the agency", c.tryLogin(loginBody(role(byName), inProject), "X-Auth-Token", token).status, 401)
}

func TestTokensEnd(t *testing.T) {
	const renew = `{"error_code":"APIGW.0307","error_msg":"The token must be updated.","request_id":"{id}"}`
	t.Run("by time", func(t *testing.T) {
		c := newCloud(t, rdssim.WithTokenLife(time.Minute))
		token := c.login()
		c.clock.Advance(time.Minute - 1)
		equal(t, "status just before", c.ask(token, rdssim.InstanceHealthy).status, 200)
		c.clock.Advance(1)
		wantAnswer(t, c.ask(token, rdssim.InstanceHealthy), 401, renew)
		equal(t, "IAM's", c.do(c.request("GET", "/v3/projects", "", "X-Auth-Token", token)).status, 401)
		equal(t, "shown", c.do(c.request("GET", "/v3/auth/tokens", "", "X-Auth-Token", c.login(), "X-Subject-Token", token)).status, 404)
	})
	t.Run("by revocation", func(t *testing.T) {
		c := newCloud(t)
		token := c.login()
		c.RevokeTokens()
		wantAnswer(t, c.ask(token, rdssim.InstanceHealthy), 401, renew)
		equal(t, "a new one", c.ask(c.login(), rdssim.InstanceHealthy).status, 200)
	})
	t.Run("at another cloud's door", func(t *testing.T) {
		wantAnswer(t, newCloud(t).ask(newCloud(t).login(), rdssim.InstanceHealthy), 401, renew)
	})
	t.Run("where there is none", func(t *testing.T) {
		wantAnswer(t, newCloud(t).ask("", rdssim.InstanceHealthy), 401,
			`{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: x-auth-token not found","request_id":"{id}"}`)
	})
	t.Run("in another project", func(t *testing.T) {
		const other = `{"error_code":"DBS.200010","error_msg":"The project ID in the URL is not the one that the credentials are for."}`
		c := newCloud(t)
		path := strings.Replace(errorLogPath(rdssim.InstanceHealthy), rdssim.ProjectID, rdssim.RootProjectID, 1)
		wantAnswer(t, c.do(c.request("POST", path, "", "X-Auth-Token", c.login())), 403, other)
		wantAnswer(t, c.ask(c.loginWith(loginBody(password(byID), "")), rdssim.InstanceHealthy), 403, other)
	})
}

func TestLoginOptions(t *testing.T) {
	equal(t, "length", len(newCloud(t, rdssim.WithTokenSize(200)).login()), 200)
	equal(t, "least length", len(newCloud(t, rdssim.WithTokenSize(1)).login()), 96)
}
