// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestConfigure_Errors compares whole errors of configurations that cannot work. There is no request.
func TestConfigure_Errors(t *testing.T) {
	const secret = "T0psecret-7f1c"
	secrets := map[string]string{"OS_PASSWORD": secret}
	for name, c := range map[string]struct {
		block map[string]any
		env   map[string]string
		want  string
	}{
		"no password": {nil, map[string]string{"OS_PASSWORD": ""}, "Unable to find password (password)\n\n" +
			"user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD)."},
		"no credentials": {nil, map[string]string{"OS_PASSWORD": "", "OS_USERNAME": ""}, `Unable to find credentials

No credentials are set. Set one of these, as attributes of the provider block, as environment variables, or in an entry ` +
			`of clouds.yaml that cloud (OS_CLOUD) names:

  token:            token (OS_TOKEN, OS_AUTH_TOKEN)
  AK/SK:            access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY)
  temporary AK/SK:  the same, and security_token (OS_SECURITY_TOKEN)
  password:         password (OS_PASSWORD), user_name (OS_USERNAME) and domain_name (OS_USER_DOMAIN_NAME)
  password, by ID:  password (OS_PASSWORD) and user_id (OS_USER_ID)

Each needs a project too: tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME) or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).`},
		"no user": {nil, with(secrets, "OS_USERNAME", ""), "Unable to find user_name (user_name)\n\n" +
			"password is set, user_name is not. A password belongs to a user, given by name or by ID (user_id). Set user_name (OS_USERNAME)."},
		"no domain": {nil, with(secrets, "OS_USER_DOMAIN_NAME", ""), "Unable to find the domain (domain_name)\n\n" +
			"The name of user \"oncall\" is unique only within its domain. Set domain_name (OS_USER_DOMAIN_NAME), such as " +
			"OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID)."},
		"no project": {nil, with(secrets, "OS_PROJECT_NAME", ""), "Unable to find the project (tenant_name)\n\n" +
			"No project is set. DB instances belong to a project: set tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME), such as eu-de_myproject, or " +
			"tenant_id (OS_TENANT_ID, OS_PROJECT_ID)."},
		"no identity service": {
			nil, with(secrets, "OS_AUTH_URL", "", "OS_PROJECT_NAME", "orders"),
			"Unable to find the identity service (auth_url)\n\n" +
				"Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin with a region. Set one " +
				"of them.",
		},
		"region unknown": {
			map[string]any{"region": "eu-xx"},
			with(secrets, "OS_AUTH_URL", ""),
			"Unable to find the identity service (region)\n\n" +
				"The address of the identity service in region \"eu-xx\" is not known. Known regions: eu-de, eu-nl, eu-ch2. For another region set " +
				"auth_url (OS_AUTH_URL).",
		},
		"passcode without user id": {map[string]any{"passcode": "719263"}, secrets, "Unable to find user_id (user_id)\n\n" +
			"passcode is set, user_id is not. A passcode works only for a user given by ID, not by name. Set user_id (OS_USER_ID, OS_USERID)."},
		"passcode without password": {
			map[string]any{"passcode": "719263", "user_id": rdssim.MFAUserID},
			map[string]string{"OS_USERNAME": "", "OS_PASSWORD": ""},
			"Unable to find password (password)\n\n" +
				"passcode is set, password is not. A passcode is the second factor: it needs the password, and the user by ID (user_id). Set " +
				"password (OS_PASSWORD).",
		},
		"half a key": {map[string]any{"access_key": "AK"}, nil, "Unable to find secret_key (secret_key)\n\n" +
			"access_key is set, secret_key is not. An access key signs requests only together with its secret. Set secret_key (OS_SECRET_KEY), " +
			"or remove access_key from the provider block: the password is set too."},
		"half an agency": {map[string]any{"agency_name": "readers"}, secrets, "Unable to find agency_domain_name (agency_domain_name)\n\n" +
			"agency_name is set, agency_domain_name is not. Assuming an agency needs its name, the account that offers it (agency_domain_name), " +
			"and the project there. Set agency_domain_name (OS_AGENCY_DOMAIN_NAME)."},
		"password in auth_url": {
			map[string]any{"auth_url": "https://oncall:" + secret + "@iam.example.com/v3"},
			secrets,
			"Unable to use auth_url (auth_url)\n\n" +
				"The URL has a user or password in it. Use user_name and password.",
		},
		"auth_url without scheme": {
			map[string]any{"auth_url": "iam.eu-de.otc.t-systems.com/v3"},
			secrets,
			"Unable to use auth_url (auth_url)\n\nThe URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.",
		},
		"endpoint of another kind": {map[string]any{"endpoint": "ftp://rds.example.com"}, secrets, "Unable to use endpoint (endpoint)\n\n" +
			"The URL must begin with https:// (or http://), such as https://rds.eu-de.otc.t-systems.com."},
		"token with a line break": {map[string]any{"token": secret + "\n"}, nil, "Unable to use token (token)\n\n" +
			"The value has a space or line break at its beginning or end: if the value comes from a file or a command, wrap it in trimspace()."},
		"a word for a boolean": {nil, with(secrets, "OS_INSECURE", "perhaps"), "Unable to read insecure (insecure)\n\n" +
			"The environment variable OS_INSECURE is \"perhaps\". It takes true or false."},
		"a word for a number": {nil, with(secrets, "OS_MAX_RETRIES", "many"), "Unable to read max_retries (max_retries)\n\n" +
			"The environment variable OS_MAX_RETRIES is \"many\". It takes a whole number."},
		"endpoint type in the environment": {
			nil, with(secrets, "OS_ENDPOINT_TYPE", "private"),
			"Unable to use endpoint_type (endpoint_type)\n\n" +
				"The endpoint type is \"private\". It must be one of: public, internal, admin.\n\nThe value comes from environment variable " +
				"OS_ENDPOINT_TYPE.",
		},
		"endpoint type in the block": {map[string]any{"endpoint_type": "private"}, secrets, "Invalid Attribute Value Match (endpoint_type)\n\n" +
			"Attribute endpoint_type value must be one of: [\"public\" \"internal\" \"admin\"], got: \"private\""},
		"negative number": {map[string]any{"max_retries": -1}, secrets, "Invalid Attribute Value (max_retries)\n\n" +
			"Attribute max_retries must be a whole number between 0 and 100, got: -1."},
		"number that is too large": {map[string]any{"max_retries": 101}, secrets, "Invalid Attribute Value (max_retries)\n\n" +
			"Attribute max_retries must be a whole number between 0 and 100, got: 101."},
		"fraction": {map[string]any{"max_retries": 1.5}, secrets, "Invalid Attribute Value (max_retries)\n\n" +
			"Attribute max_retries must be a whole number between 0 and 100, got: 1.5."},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			cloud.SetEnv(c.env)
			got := cloud.Protocol(t).Configure(t.Context(), c.block)
			if diff := cmp.Diff([]string{"Error: " + c.want}, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			if calls := cloud.Calls(); len(calls) > 0 {
				t.Errorf("want no requests, got %q", calls)
			}
			if strings.Contains(strings.Join(got, ""), secret) {
				t.Errorf("want no secret in %q", got)
			}
		})
	}
}

// TestConfigure_FileErrors has a clouds.yaml that is missing, broken, or without the entry.
func TestConfigure_FileErrors(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"no file": {"", "Unable to find clouds.yaml (cloud)"},
		"no entry": {"clouds:\n  otc-prod: {}\n  otc-test: {}\n", "Unable to find the cloud (cloud)\n\n" +
			"{folder}/clouds.yaml has no entry \"otc\". It has: otc-prod, otc-test."},
		"a tab": {"clouds:\n\totc: {}\n", "Unable to read clouds.yaml (cloud)\n\n" +
			"{folder}/clouds.yaml, line 2: is not valid YAML: indent with spaces, not with tabs."},
		"a list for a password": {"clouds:\n  otc:\n    auth:\n      password: [T0psecret-7f1c]\n", "Unable to read clouds.yaml (cloud)\n\n" +
			"{folder}/clouds.yaml, line 4: auth.password is not a plain value."},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			folder := cloud.Outside.Environment.WorkDir
			if c.file != "" {
				writeFile(t, folder+"/clouds.yaml", c.file)
			}
			got := cloud.Protocol(t).Configure(t.Context(), map[string]any{"cloud": "otc"})
			text := strings.ReplaceAll(strings.Join(got, "\n"), folder, "{folder}")
			if !strings.HasPrefix(text, "Error: "+c.want) {
				t.Errorf("got %q, want %q at its beginning", text, "Error: "+c.want)
			}
			if strings.Contains(text, "T0psecret") {
				t.Errorf("want no secret in %q", text)
			}
		})
	}
}

// TestLogin_Errors compares whole texts of refusals that the guide "When it fails" does not have.
func TestLogin_Errors(t *testing.T) {
	agency := map[string]string{
		"OS_AGENCY_NAME": "nobody", "OS_AGENCY_DOMAIN_NAME": rdssim.AgencyDomainName,
		"OS_DELEGATED_PROJECT": rdssim.DelegatedProject,
	}
	for name, c := range map[string]struct {
		env    map[string]string
		answer http.HandlerFunc
		want   string
	}{
		"user locked": {nil, rdssim.IAMError(http.StatusUnauthorized, "The account is locked."), `Unable to log in

https://rdssim.invalid/v3 has locked the credentials for a while, after too many failures in a row.

Tried:      the password of user "oncall" in domain "OTC-EU-DE-00000000001000012345", for project "eu-de_rehearsal"
Source:     environment variable OS_PASSWORD
URL:        https://rdssim.invalid/v3
Status:     401 Unauthorized
Message:    The account is locked.
Request ID: {request}

Wait without trying: five minutes for an access key, fifteen for a user. Then try again with the right credentials.`},
		"unknown project of an agency": {
			with(agency, "OS_AGENCY_NAME", rdssim.AgencyName, "OS_DELEGATED_PROJECT", "eu-de_elsewhere"), nil, `Unable to assume the agency

The agency does not exist, or these credentials may not assume it.

Tried:      the password of user "oncall" in domain "OTC-EU-DE-00000000001000012345", assuming agency "rds-log-readers" ` +
				`of domain "OTC-EU-DE-00000000001000067890" for project "eu-de_elsewhere"
Source:     environment variable OS_PASSWORD
URL:        https://rdssim.invalid/v3
Status:     401 Unauthorized
Message:    Could not find the project of the scope, or the user may not work in it.
Request ID: {request}

Check agency_name (OS_AGENCY_NAME), agency_domain_name (OS_AGENCY_DOMAIN_NAME) and delegated_project ` +
				`(OS_DELEGATED_PROJECT). The agency must delegate to the caller's account and may work in that project, and the ` +
				`caller needs the role Agent Operator.`,
		},
		"wrong password before an agency": {with(agency, "OS_PASSWORD", "not-this-one"), nil, `Unable to log in

https://rdssim.invalid/v3 refused the credentials.

Tried:      the password of user "oncall" in domain "OTC-EU-DE-00000000001000012345"
Source:     environment variable OS_PASSWORD
URL:        https://rdssim.invalid/v3
Status:     401 Unauthorized
Message:    The username or password is wrong.
Request ID: {request}

This was the caller's own login: the agency was not asked for yet. Check user_name (OS_USERNAME), password ` +
			`(OS_PASSWORD) and domain_name (OS_USER_DOMAIN_NAME): the answer is the same, whichever of them is wrong. The ` +
			`password may also have expired. This run does not try again, because a few failures in a row lock the user.`},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			cloud.SetEnv(c.env)
			if c.answer != nil {
				cloud.Inject(rdssim.Fault{Kind: "login", Times: forEver, Handler: c.answer})
			}
			got := read(t, cloud, instance(rdssim.InstanceHealthy)).Diagnostics
			for i := range got {
				got[i] = regexp.MustCompile(`[0-9a-f]{32}(\n|$)`).ReplaceAllString(got[i], "{request}$1")
			}
			if diff := cmp.Diff([]string{"Error: " + c.want}, got); diff != "" {
				t.Errorf("diagnostics (-want +got):\n%s", diff)
			}
			tellsNoSecret(t, strings.Join(got, "\n"))
		})
	}
}
