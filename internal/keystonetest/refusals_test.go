//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"context"
	"testing"
)

// What users read when Keystone refuses. Names in braces are replaced by what differs from run to run.
const (
	fromPassword = "Source:     environment variable OS_PASSWORD\n"
	fromToken    = "Source:     environment variable OS_TOKEN\n"

	byKeystone = "URL:        {auth_url}\nStatus:     401 Unauthorized\nMessage:    The request you have made requires " +
		"authentication.\nRequest ID: {request}\n\n"
	byRDS = "URL:        {rds}\nStatus:     401 Unauthorized\nCode:       APIGW.0307\nMessage:    The token must be updated.\nRequest " +
		"ID: {request}\n\n"

	refused  = "Error: Unable to log in\n\n{auth_url} refused the credentials.\n\nTried:      "
	badToken = "Error: Unable to use the token\n\nThe token was refused and cannot be renewed.\n\nTried:      "

	lookAlike = "Check user_name (OS_USERNAME), password (OS_PASSWORD), domain_name (OS_USER_DOMAIN_NAME) and "
	once      = ": the answer is the same, whichever of them is wrong. The password may also have expired. This run does not try again, " +
		"because a few failures in a row lock the user."
	checkAll = lookAlike + "tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME)" + once
	checkID  = lookAlike + "tenant_id (OS_TENANT_ID, OS_PROJECT_ID)" + once

	checkBoth = "Check user_id (OS_USER_ID, OS_USERID), password (OS_PASSWORD), passcode (OS_PASSCODE) and tenant_id (OS_TENANT_ID, " +
		"OS_PROJECT_ID): the answer is the same, whichever of them is wrong. The password may also have expired. A passcode works once, and " +
		"only while the device shows it. This run does not try again, because a few failures in a row lock the user."
	getAnother = "It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN, OS_AUTH_TOKEN), or use " +
		"a password or AK/SK, which the provider can renew by itself."

	oncall   = `the password of user "oncall" in domain "` + DomainName + `", for project "` + ProjectName + `"`
	noRegion = "Error: Unable to find the RDS endpoint\n\nThe address of RDS could not be found.\n\nTried:      " + oncall + "; "
	inEuDe   = "\nSource:     environment variable OS_PASSWORD\nURL:        {auth_url}\n" +
		"Message:    the service catalogue has rdsv3 only as: public in eu-de\n\n"
	whichRDS = "Check region (OS_REGION_NAME, OS_REGION) and endpoint_type (OS_ENDPOINT_TYPE), or set endpoint (OS_RDS_ENDPOINT_OVERRIDE) " +
		"to the URL of RDS."
)

func (f *fixture) testRefusals(t *testing.T) {
	revoked := f.token(t, ProjectName)
	if err := f.keystone.Revoke(t.Context(), revoked); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		what  string
		env   map[string]string
		calls string
		text  string
	}{
		{
			"wrong password", byName(map[string]string{"OS_PASSWORD": "wr0ng-Passw0rd"}), "login 401",
			refused + oncall + "\n" + fromPassword + byKeystone + checkAll,
		},
		{
			"unknown user", byName(map[string]string{"OS_USERNAME": "nobody"}), "login 401",
			refused + "the password of user \"nobody\" in domain \"" + DomainName + "\", for " +
				"project \"" + ProjectName + "\"\n" + fromPassword + byKeystone + checkAll,
		},
		{
			"unknown domain", byName(map[string]string{"OS_USER_DOMAIN_NAME": "OTC-EU-DE-00000000001000099999"}), "login 401",
			refused + "the password of user \"oncall\" in domain \"OTC-EU-DE-00000000001000099999\", for " +
				"project \"" + ProjectName + "\"\n" + fromPassword + byKeystone + checkAll,
		},
		{
			"unknown project", byName(map[string]string{"OS_PROJECT_NAME": "eu-de_nothing"}), "login 401",
			refused + `the password of user "oncall" in domain "` + DomainName + "\", for project " +
				"\"eu-de_nothing\"\n" + fromPassword + byKeystone + checkAll,
		},
		{
			"project that is closed to the user", byName(map[string]string{"OS_PROJECT_NAME": "", "OS_PROJECT_ID": f.world.ClosedProjectID}),
			"login 401",
			refused + `the password of user "oncall" in domain "` + DomainName + "\", for project id " +
				"{closed}\n" + fromPassword + byKeystone + checkID,
		},
		{
			"password without the passcode that MFA asks for", f.withMFA(""), "login 401",
			"Error: Unable to log in\n\n{auth_url} wants a passcode as well: the user has multi-factor authentication (MFA).\n\n" +
				"Tried:      the password of user id {mfa user}, for project id {project}\n" + fromPassword + "URL:        {auth_url}\nStatus:     " +
				"401 Unauthorized\n" +
				"Request ID: {request}\n\nSet passcode (OS_PASSCODE) to the current code of the MFA device, and user_id (OS_USER_ID, OS_USERID) " +
				"instead of user_name.",
		},
		{
			// Five digits: never what the device shows.
			"wrong passcode", f.withMFA("00000"), "login 401",
			refused + "password and passcode of user id {mfa user}, for project id {project}\n" + fromPassword + byKeystone + checkBoth,
		},
		{
			"token revoked before the run",
			map[string]string{"OS_TOKEN": revoked},
			"token 401",
			badToken + "the given token\n" + fromToken + byKeystone + getAnother,
		},
		{
			"token revoked before the run, project and endpoint named", f.withEndpoint(revoked), "links 401",
			badToken + "the given token, for project id {project}\n" + fromToken + byRDS + getAnother,
		},
		{
			"a forged token",
			map[string]string{"OS_TOKEN": "MIIF0rged-T0ken"},
			"token 401",
			badToken + "the given token\n" + fromToken + byKeystone + getAnother,
		},
		{
			"token for another project, and a project that is closed",
			map[string]string{"OS_TOKEN": f.token(t, ProjectName), "OS_PROJECT_ID": f.world.ClosedProjectID},
			"token 200, login 401",
			"Error: Unable to use the project\n\nThe project does not exist, or these credentials may not use it.\n\n" +
				"Tried:      the given token, for project id {closed}\n" + fromToken + byKeystone +
				"The token is good, but not for this project. Check tenant_id (OS_TENANT_ID, OS_PROJECT_ID), or get a token for the project.",
		},
		{
			"token for no project, and none named",
			map[string]string{"OS_TOKEN": f.token(t, "")},
			"token 200",
			"Error: Unable to use the project\n\nThe project does not exist, or these credentials may not use it.\n\n" +
				"Tried:      the given token\n" + fromToken + "URL:        {auth_url}\nMessage:    the token is not for a project\n\n" +
				"Set tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME) or tenant_id (OS_TENANT_ID, OS_PROJECT_ID), or get a token for a project.",
		},
		{
			"region without RDS in the catalogue", byName(map[string]string{"OS_REGION_NAME": "eu-nl"}), "login 201",
			noRegion + "endpoint type public, region \"eu-nl\"" + inEuDe + "Project \"" + ProjectName + "\" is in region eu-de by its name, but " +
				"the region is eu-nl. " + whichRDS,
		},
		{
			"endpoint type without RDS in the catalogue", byName(map[string]string{"OS_ENDPOINT_TYPE": "internal"}), "login 201",
			noRegion + `endpoint type internal, region "eu-de"` + inEuDe + whichRDS,
		},
		{
			"AK/SK, which Keystone does not know",
			map[string]string{"OS_ACCESS_KEY": "AK-5e2b", "OS_SECRET_KEY": "SK-5e2b", "OS_PROJECT_ID": f.world.ProjectID},
			"other 401",
			refused + "access key AK-5e2b, for project id {project}\n" + "Source:     environment variable " +
				"OS_ACCESS_KEY\n" + byKeystone + "Check access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY). A temporary key needs its " +
				"security_token (OS_SECURITY_TOKEN) and works only for a while. This run does not try again, because a few failures in a row lock " +
				"the key for five minutes.",
		},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			met(t, c.what, "error, as it must be")
			f.with(t, c.env)
			f.fails(t, c.text, c.calls)
		})
	}
}

// testRevoked: the token becomes bad in the middle of a wait, after RDS has answered. Without a text, the wait goes
// on to its links.
func (f *fixture) testRevoked(t *testing.T) {
	type event = func(ctx context.Context, call int, token string) error
	revoke := func(after ...int) event {
		return func(ctx context.Context, call int, token string) error {
			for _, n := range after {
				if call == n {
					return f.keystone.Revoke(ctx, token)
				}
			}
			return nil
		}
	}
	changePassword := func(ctx context.Context, call int, _ string) error {
		if call != 2 {
			return nil
		}
		return f.keystone.SetPassword(ctx, f.world.OtherUserID, "An0ther-Passw0rd-5e2b")
	}
	const until = "login 201, links 200 ×2, links 401"
	cases := []struct {
		what    string
		env     map[string]string
		happens event
		calls   string
		text    string
	}{
		{"password, token revoked in a wait", byName(nil), revoke(2), until + ", login 201, links 200 ×2", ""},
		{
			"password, token revoked twice in a wait", byName(nil), revoke(1, 3),
			"login 201, links 200, links 401, login 201, links 200, links 401, login 201, links 200 ×2", "",
		},
		{
			"password changed in a wait", byName(map[string]string{"OS_USERNAME": OtherUserName}), changePassword, until + ", login 401",
			refused + "the password of user \"night-shift\" in domain \"" + DomainName + "\", for " +
				"project \"" + ProjectName + "\"\n" + fromPassword + byKeystone + checkAll,
		},
		{
			"password, token revoked in a wait, allow_reauth false", byName(map[string]string{"OS_ALLOW_REAUTH": "false"}), revoke(2), until,
			badToken + oncall + "\n" + fromPassword + byRDS + "allow_reauth (OS_ALLOW_REAUTH) is false, so the provider does not log in again. " +
				"Run again, or set it to true.",
		},
		{
			"token that was given, revoked in a wait",
			map[string]string{"OS_TOKEN": f.token(t, ProjectName)},
			revoke(2), "token 200, links 200 ×2, links 401",
			badToken + "the given token\n" + fromToken + byRDS + getAnother,
		},
		{
			"passcode (MFA), token revoked in a wait", f.withMFA(currentPasscode), revoke(2), until,
			badToken + "password and passcode of user id {mfa user}, for project id {project}\n" + fromPassword + byRDS +
				"A passcode works once, so the token cannot be renewed. Run again with the current passcode (OS_PASSCODE).",
		},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			met(t, c.what, map[bool]string{true: "renewed, links", false: "error, as it must be"}[c.text == ""])
			f.with(t, c.env)
			f.network.answered = func(ctx context.Context, call int, token string) {
				if err := c.happens(ctx, call, token); err != nil {
					t.Errorf("the event of the case failed: %v", err)
				}
			}
			if c.text == "" {
				f.links(t, f.world.ProjectID, c.calls)
			} else {
				f.fails(t, c.text, c.calls)
			}
		})
	}
}
