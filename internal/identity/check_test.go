// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestResolveRefuses compares whole errors.
func TestResolveRefuses(t *testing.T) {
	change := func(f func(*Config)) Config { c := complete(); f(&c); return c }
	tests := map[string]struct {
		configured Config
		env        map[string]string
		want       ConfigError
	}{
		"boolean": {complete(), map[string]string{"OS_INSECURE": "maybe"}, ConfigError{
			"insecure", "Unable to read insecure", `The environment variable OS_INSECURE is "maybe". It takes true or false.`,
		}},
		"boolean that is configured too": {change(func(c *Config) { c.AllowReauth = ptr(true) }), map[string]string{"OS_ALLOW_REAUTH": "2"}, ConfigError{
			"allow_reauth", "Unable to read allow_reauth", `The environment variable OS_ALLOW_REAUTH is "2". It takes true or false.`,
		}},
		"number": {complete(), map[string]string{"OS_MAX_RETRIES": "many"}, ConfigError{
			"max_retries", "Unable to read max_retries", `The environment variable OS_MAX_RETRIES is "many". It takes a whole number.`,
		}},
		"negative number in the environment": {complete(), map[string]string{"OS_MAX_RETRIES": "-1"}, ConfigError{
			"max_retries", "Unable to use max_retries",
			"The number of retries is -1. It must be between 0 and 100.\n\nThe value comes from environment variable OS_MAX_RETRIES.",
		}},
		"URL in the environment": {complete(), map[string]string{"OS_AUTH_URL": "127.0.0.1:5000/v3"}, ConfigError{
			"auth_url", "Unable to use auth_url",
			"The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.\n\nThe value comes from environment variable OS_AUTH_URL.",
		}},
		"second variable of two in the environment": {change(func(c *Config) { c.Region = "" }), map[string]string{"OS_REGION": "eu-xx"}, ConfigError{
			"region", "Unable to find the identity service",
			`The address of the identity service in region "eu-xx" is not known. Known are eu-de, eu-nl, eu-ch2. For another region set auth_url (OS_AUTH_URL).` +
				"\n\nThe value comes from environment variable OS_REGION.",
		}},
		"negative number": {change(func(c *Config) { c.MaxRetries = ptr(int64(-1)) }), nil, ConfigError{
			"max_retries", "Unable to use max_retries", "The number of retries is -1. It must be between 0 and 100.",
		}},
		"number beyond the bound": {change(func(c *Config) { c.MaxRetries = ptr(int64(101)) }), nil, ConfigError{
			"max_retries", "Unable to use max_retries", "The number of retries is 101. It must be between 0 and 100.",
		}},
		"endpoint type": {change(func(c *Config) { c.EndpointType = "private" }), nil, ConfigError{
			"endpoint_type", "Unable to use endpoint_type", `The endpoint type is "private". It is one of public, internal and admin.`,
		}},
		"secret key missing": {Config{AccessKey: "a", TenantName: "eu-de_p"}, nil, ConfigError{
			"secret_key", "Unable to find secret_key",
			"access_key is set, secret_key is not. An access key signs requests only together with its secret. Set secret_key (OS_SECRET_KEY).",
		}},
		"access key missing": {Config{SecretKey: "s", TenantName: "eu-de_p"}, nil, ConfigError{
			"access_key", "Unable to find access_key",
			"secret_key is set, access_key is not. A secret key signs requests only together with its access key. Set access_key (OS_ACCESS_KEY).",
		}},
		"passcode without user id": {change(func(c *Config) { c.Passcode = "123456" }), nil, ConfigError{
			"user_id", "Unable to find user_id",
			"passcode is set, user_id is not. A passcode belongs to a user given by id, not by name. Set user_id (OS_USER_ID, OS_USERID).",
		}},
		"passcode without password": {Config{UserID: "i", Passcode: "123456", TenantID: "p", Region: "eu-de"}, nil, ConfigError{
			"password", "Unable to find password",
			"passcode is set, password is not. A passcode is a second factor: it goes with the password of a user given by id (user_id). Set password (OS_PASSWORD).",
		}},
		"passcode alone, in the environment": {Config{TenantName: "eu-de_p"}, map[string]string{"OS_PASSCODE": "123456"}, ConfigError{
			"password", "Unable to find password",
			"passcode is set, password is not. A passcode is a second factor: it goes with the password of a user given by id (user_id). Set password (OS_PASSWORD).",
		}},
		"user without password": {Config{UserName: "u", DomainName: "d", TenantName: "eu-de_p"}, nil, ConfigError{
			"password", "Unable to find password",
			"user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).",
		}},
		"user id without password": {Config{TenantName: "eu-de_p"}, map[string]string{"OS_USER_ID": "i"}, ConfigError{
			"password", "Unable to find password",
			"user_id is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).",
		}},
		"endpoint without scheme": {change(func(c *Config) { c.Endpoint = "127.0.0.1:8080" }), nil, ConfigError{
			"endpoint", "Unable to use endpoint", "The URL must begin with https:// (or http://), such as https://rds.eu-de.otc.t-systems.com.",
		}},
		"password without user": {Config{Password: "p", DomainName: "d", TenantName: "eu-de_p"}, nil, ConfigError{
			"user_name", "Unable to find user_name",
			"password is set, user_name is not. A password belongs to a user, given by name or by id (user_id). Set user_name (OS_USERNAME).",
		}},
		"agency without project": {change(func(c *Config) { c.AgencyName, c.AgencyDomainName = "a", "d" }), nil, ConfigError{
			"delegated_project", "Unable to find delegated_project",
			"agency_domain_name is set, delegated_project is not. Assuming an agency needs its name, the domain that offers it, and the project there. " +
				"Set delegated_project (OS_DELEGATED_PROJECT).",
		}},
		"agency without name": {change(func(c *Config) { c.AgencyDomainName, c.DelegatedProject = "d", "eu-de_p" }), nil, ConfigError{
			"agency_name", "Unable to find agency_name",
			"delegated_project is set, agency_name is not. Assuming an agency needs its name, the domain that offers it, and the project there. " +
				"Set agency_name (OS_AGENCY_NAME).",
		}},
		"project missing": {change(func(c *Config) { c.TenantName = ""; c.Region = "eu-de" }), nil, ConfigError{
			"tenant_name", "Unable to find the project",
			"No project is set. DB instances belong to a project: set tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME), such as eu-de_myproject, " +
				"or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).",
		}},
		"user's domain missing": {change(func(c *Config) { c.DomainName = "" }), nil, ConfigError{
			"domain_name", "Unable to find the domain",
			`The name of user "u" is unique only within its domain. Set domain_name (OS_USER_DOMAIN_NAME), such as OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).`,
		}},
		"project's domain missing": {Config{UserID: "i", Password: "p", TenantName: "eu-de_p"}, nil, ConfigError{
			"domain_name", "Unable to find the domain",
			`The name of project "eu-de_p" is unique only within its domain. Set domain_name (OS_USER_DOMAIN_NAME), such as OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).`,
		}},
		"nowhere to log in": {change(func(c *Config) { c.TenantName = "p" }), nil, ConfigError{
			"auth_url", "Unable to find the identity service",
			"Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin with a region. Set one of them.",
		}},
		"unknown region": {change(func(c *Config) { c.Region = "eu-xx" }), nil, ConfigError{
			"region", "Unable to find the identity service",
			`The address of the identity service in region "eu-xx" is not known. Known are eu-de, eu-nl, eu-ch2. For another region set auth_url (OS_AUTH_URL).`,
		}},
		"unknown region, read from a project's name": {change(func(c *Config) { c.TenantName = "eu-xx_p" }), nil, ConfigError{
			"region", "Unable to find the identity service",
			`The address of the identity service in region "eu-xx" is not known. Known are eu-de, eu-nl, eu-ch2. For another region set auth_url (OS_AUTH_URL).`,
		}},
		"auth_url of another scheme": {change(func(c *Config) { c.AuthURL = "ftp://iam.example.com/v3" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url without scheme": {change(func(c *Config) { c.AuthURL = "iam.example.com/v3" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url with a password": {change(func(c *Config) { c.AuthURL = "https://u:hunter2@iam.example.com/v3" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL has a user or password in it. Use user_name and password.",
		}},
		"auth_url that is none": {change(func(c *Config) { c.AuthURL = "https://u:hunter2@iam\x7f/" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL cannot be read. It looks like https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url with a query": {change(func(c *Config) { c.AuthURL = "https://iam.example.com/v3?x=1" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"auth_url with a fragment": {change(func(c *Config) { c.AuthURL = "https://iam.example.com/v3#x" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"endpoint with a lone question mark": {change(func(c *Config) { c.Endpoint = "https://rds.example.com/v3?" }), nil, ConfigError{
			"endpoint", "Unable to use endpoint", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"endpoint without host": {change(func(c *Config) { c.Endpoint = "https:///v3" }), nil, ConfigError{
			"endpoint", "Unable to use endpoint", "The URL names no host. It looks like https://rds.eu-de.otc.t-systems.com.",
		}},
		"endpoint of another project": {change(func(c *Config) { c.TenantID = "p1"; c.Endpoint = "https://rds.example.com/v3/p2" }), nil, ConfigError{
			"endpoint", "Unable to use endpoint", "The endpoint ends in project p2, but tenant_id is p1. Leave /v3/{project_id} out of endpoint.",
		}},
		"token with a line break at its end": {Config{Token: "token-secret\n", TenantName: "eu-de_p"}, nil, ConfigError{
			"token", "Unable to use token",
			"The value has a space or line break at its beginning or end. Where it comes from a file or a command, wrap it in trimspace().",
		}},
		"token that splits a header": {Config{Token: "token\r\nX-Evil: 1", TenantName: "eu-de_p"}, nil, ConfigError{
			"token", "Unable to use token",
			"The value has a character that cannot be sent. Where it comes from a file or a command, wrap it in trimspace().",
		}},
		"token with another alphabet": {Config{Token: "tokén", TenantName: "eu-de_p"}, nil, ConfigError{
			"token", "Unable to use token",
			"The value has a character that cannot be sent. Where it comes from a file or a command, wrap it in trimspace().",
		}},
		"agency without a place to log in": {Config{Token: "t", AgencyName: "a", AgencyDomainName: "d", DelegatedProject: "p", TenantID: "t", Endpoint: "https://rds.example.com"}, nil, ConfigError{
			"auth_url", "Unable to find the identity service",
			"Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin with a region. Set one of them.",
		}},
		"access key that splits a header": {Config{AccessKey: "a, Signature=x", SecretKey: "s", TenantName: "eu-de_p"}, nil, ConfigError{
			"access_key", "Unable to use access_key",
			"The value has a character that cannot be sent. Where it comes from a file or a command, wrap it in trimspace().",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Resolve(test.configured, surroundings(t, test.env))
			var failure *ConfigError
			if !errors.As(err, &failure) {
				t.Fatalf("no ConfigError but %v: %v", err, got)
			}
			if diff := cmp.Diff(test.want, *failure); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestResolveTakes: what is just good.
func TestResolveTakes(t *testing.T) {
	for name, c := range map[string]Config{
		"the most retries":          {Token: "t", Region: "eu-de", MaxRetries: ptr(int64(100))},
		"no retries":                {Token: "t", Region: "eu-de", MaxRetries: ptr(int64(0))},
		"each sign that can be one": {Token: "!~", Region: "eu-de"},
		"schemes in capitals":       {Token: "t", AuthURL: "HTTPS://iam.example.com/v3", Endpoint: "Http://rds.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Resolve(c, surroundings(t, nil)); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnencrypted: whose URLs send credentials and logs in clear over a network. One to this machine does not.
func TestUnencrypted(t *testing.T) {
	both := []string{"auth_url", "endpoint"}
	for address, want := range map[string][]string{
		"":                                   nil,
		"https://iam.example.com/v3":         nil,
		"HTTPS://iam.example.com":            nil,
		"http://iam.example.com/v3":          both,
		"HTTP://iam.example.com:80":          both,
		"http://192.0.2.1":                   both,
		"http://[2001:db8::1]:8080":          both,
		"http://localhost":                   nil,
		"http://localhost:5000/v3":           nil,
		"http://127.0.0.1":                   nil,
		"http://127.1.2.3:5000":              nil,
		"http://[::1]:5000/v3":               nil,
		"http://[::ffff:127.0.0.1]":          nil,
		"http://localhost.example.com":       both,
		"http://127.0.0.1.example.com":       both,
		"http://localhost@iam.example.com/":  both,
		"http://iam.example.com/#@localhost": both,
		"http://0.0.0.0:5000":                both,
	} {
		if diff := cmp.Diff(want, Config{AuthURL: address, Endpoint: address}.Unencrypted()); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
	if diff := cmp.Diff([]string{"endpoint"}, Config{AuthURL: "https://a.example.com", Endpoint: "http://b.example.com"}.Unencrypted()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"auth_url"}, Config{AuthURL: "http://a.example.com", Endpoint: "http://127.0.0.1"}.Unencrypted()); diff != "" {
		t.Error(diff)
	}
}

func TestResolveNoCredentials(t *testing.T) {
	for found, c := range map[string]Config{
		"No credentials are set.":                                   {},
		"security_token is set, access_key and secret_key are not.": {SecurityToken: "st", TenantName: "eu-de_p"},
	} {
		_, err := Resolve(c, surroundings(t, nil))
		var failure *ConfigError
		if !errors.As(err, &failure) || failure.Attribute != "" || failure.Summary != "Unable to find credentials" || !strings.HasPrefix(failure.Detail, found+" Set one of these kinds") {
			t.Fatalf("%s: %v", found, err)
		}
		for _, part := range []string{"token", "access_key", "secret_key", "password", "user_name", "OS_TOKEN", "OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_PASSWORD", "OS_USERNAME", "OS_CLOUD"} {
			if !strings.Contains(failure.Detail, part) {
				t.Errorf("%s: %s is not named in:\n%s", found, part, failure.Detail)
			}
		}
	}
}
