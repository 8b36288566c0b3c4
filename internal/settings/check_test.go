// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestResolveRefuses compares whole errors.
func TestResolveRefuses(t *testing.T) {
	change := func(f func(*Values)) Values { c := complete(); f(&c); return c }
	tests := map[string]struct {
		configured Values
		env        map[string]string
		want       Error
	}{
		"boolean": {complete(), map[string]string{"OS_INSECURE": "maybe"}, Error{
			"insecure", "Unable to read insecure", `The environment variable OS_INSECURE is "maybe". It takes true or false.`,
		}},
		"boolean that is configured too": {
			change(func(c *Values) { c.AllowReauth = ptr(true) }), map[string]string{"OS_ALLOW_REAUTH": "2"}, Error{
				"allow_reauth", "Unable to read allow_reauth", `The environment variable OS_ALLOW_REAUTH is "2". It takes true or false.`,
			},
		},
		"number": {complete(), map[string]string{"OS_MAX_RETRIES": "many"}, Error{
			"max_retries", "Unable to read max_retries", `The environment variable OS_MAX_RETRIES is "many". It takes a whole number.`,
		}},
		"negative number in the environment": {complete(), map[string]string{"OS_MAX_RETRIES": "-1"}, Error{
			"max_retries", "Unable to use max_retries",
			"The number of retries is -1. It must be between 0 and 100.\n\nThe value comes from environment variable OS_MAX_RETRIES.",
		}},
		"URL in the environment": {complete(), map[string]string{"OS_AUTH_URL": "127.0.0.1:5000/v3"}, Error{
			"auth_url", "Unable to use auth_url",
			"The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.\n\nThe value comes from environment " +
				"variable OS_AUTH_URL.",
		}},
		"second variable of two in the environment": {change(func(c *Values) { c.Region = "" }), map[string]string{"OS_REGION": "eu-xx"}, Error{
			"region", "Unable to find the identity service",
			"The address of the identity service in region \"eu-xx\" is not known. Known regions: eu-de, eu-nl, eu-ch2. For another region set " +
				"auth_url (OS_AUTH_URL)." +
				"\n\nThe value comes from environment variable OS_REGION.",
		}},
		"negative number": {change(func(c *Values) { c.MaxRetries = ptr(int64(-1)) }), nil, Error{
			"max_retries", "Unable to use max_retries", "The number of retries is -1. It must be between 0 and 100.",
		}},
		"number beyond the bound": {change(func(c *Values) { c.MaxRetries = ptr(int64(101)) }), nil, Error{
			"max_retries", "Unable to use max_retries", "The number of retries is 101. It must be between 0 and 100.",
		}},
		"endpoint type": {change(func(c *Values) { c.EndpointType = "private" }), nil, Error{
			"endpoint_type", "Unable to use endpoint_type", `The endpoint type is "private". It must be one of: public, internal, admin.`,
		}},
		"secret key missing beside a password": {
			Values{DomainName: "d", TenantName: "eu-de_p"},
			map[string]string{"OS_ACCESS_KEY": "a", "OS_USERNAME": "u", "OS_PASSWORD": "p"},
			Error{
				"secret_key", "Unable to find secret_key",
				"access_key is set, secret_key is not. An access key signs requests only together with its secret. Set secret_key (OS_SECRET_KEY), " +
					"or unset OS_ACCESS_KEY: the password is set too.",
			},
		},
		"access key missing beside a password in the block": {
			change(func(c *Values) { c.SecretKey = "s" }), nil,
			Error{
				"access_key", "Unable to find access_key",
				"secret_key is set, access_key is not. A secret key signs requests only together with its access key. Set access_key " +
					"(OS_ACCESS_KEY), or remove secret_key from the provider block: the password is set too.",
			},
		},
		"secret key missing beside a password without a user": {
			Values{DomainName: "d", TenantName: "eu-de_p"},
			map[string]string{"OS_ACCESS_KEY": "a", "OS_PASSWORD": "p"},
			Error{
				"secret_key", "Unable to find secret_key",
				"access_key is set, secret_key is not. An access key signs requests only together with its secret. Set secret_key (OS_SECRET_KEY).",
			},
		},
		"token with a line break, in the environment": {
			Values{TenantName: "eu-de_p"},
			map[string]string{"OS_AUTH_TOKEN": "token-secret\n"},
			Error{
				"token", "Unable to use token",
				"The value has a space or line break at its beginning or end: set OS_AUTH_TOKEN again without it.\n\n" +
					"The value comes from environment variable OS_AUTH_TOKEN.",
			},
		},
		"secret key missing": {Values{AccessKey: "a", TenantName: "eu-de_p"}, nil, Error{
			"secret_key", "Unable to find secret_key",
			"access_key is set, secret_key is not. An access key signs requests only together with its secret. Set secret_key (OS_SECRET_KEY).",
		}},
		"access key missing": {Values{SecretKey: "s", TenantName: "eu-de_p"}, nil, Error{
			"access_key", "Unable to find access_key",
			"secret_key is set, access_key is not. A secret key signs requests only together with its access key. Set access_key (OS_ACCESS_KEY).",
		}},
		"passcode without user id": {change(func(c *Values) { c.Passcode = "123456" }), nil, Error{
			"user_id", "Unable to find user_id",
			"passcode is set, user_id is not. A passcode works only for a user given by ID, not by name. Set user_id (OS_USER_ID, OS_USERID).",
		}},
		"passcode without password": {Values{UserID: "i", Passcode: "123456", TenantID: "p", Region: "eu-de"}, nil, Error{
			"password", "Unable to find password",
			"passcode is set, password is not. A passcode is the second factor: it needs the password, and the user by ID (user_id). Set " +
				"password (OS_PASSWORD).",
		}},
		"passcode alone, in the environment": {Values{TenantName: "eu-de_p"}, map[string]string{"OS_PASSCODE": "123456"}, Error{
			"password", "Unable to find password",
			"passcode is set, password is not. A passcode is the second factor: it needs the password, and the user by ID (user_id). Set " +
				"password (OS_PASSWORD).",
		}},
		"user without password": {Values{UserName: "u", DomainName: "d", TenantName: "eu-de_p"}, nil, Error{
			"password", "Unable to find password",
			"user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).",
		}},
		"user id without password": {Values{TenantName: "eu-de_p"}, map[string]string{"OS_USER_ID": "i"}, Error{
			"password", "Unable to find password",
			"user_id is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).",
		}},
		"endpoint without scheme": {change(func(c *Values) { c.Endpoint = "127.0.0.1:8080" }), nil, Error{
			"endpoint", "Unable to use endpoint", "The URL must begin with https:// (or http://), such as https://rds.eu-de.otc.t-systems.com.",
		}},
		"password without user": {Values{Password: "p", DomainName: "d", TenantName: "eu-de_p"}, nil, Error{
			"user_name", "Unable to find user_name",
			"password is set, user_name is not. A password belongs to a user, given by name or by ID (user_id). Set user_name (OS_USERNAME).",
		}},
		"agency without project": {change(func(c *Values) { c.AgencyName, c.AgencyDomainName = "a", "d" }), nil, Error{
			"delegated_project", "Unable to find delegated_project",
			"agency_domain_name is set, delegated_project is not. Assuming an agency needs its name, the account that offers it " +
				"(agency_domain_name), and the project there. Set delegated_project (OS_DELEGATED_PROJECT).",
		}},
		"agency without name": {change(func(c *Values) { c.AgencyDomainName, c.DelegatedProject = "d", "eu-de_p" }), nil, Error{
			"agency_name", "Unable to find agency_name",
			"delegated_project is set, agency_name is not. Assuming an agency needs its name, the account that offers it (agency_domain_name), " +
				"and the project there. Set agency_name (OS_AGENCY_NAME).",
		}},
		"project missing": {change(func(c *Values) { c.TenantName = ""; c.Region = "eu-de" }), nil, Error{
			"tenant_name", "Unable to find the project",
			"No project is set. DB instances belong to a project: set tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME), such as eu-de_myproject, or " +
				"tenant_id (OS_TENANT_ID, OS_PROJECT_ID).",
		}},
		"user's domain missing": {change(func(c *Values) { c.DomainName = "" }), nil, Error{
			"domain_name", "Unable to find the domain",
			"The name of user \"u\" is unique only within its domain. Set domain_name (OS_USER_DOMAIN_NAME), such as " +
				"OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).",
		}},
		"project's domain missing": {Values{UserID: "i", Password: "p", TenantName: "eu-de_p"}, nil, Error{
			"domain_name", "Unable to find the domain",
			"The name of project \"eu-de_p\" is unique only within its domain. Set domain_name (OS_USER_DOMAIN_NAME), such as " +
				"OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).",
		}},
		"nowhere to log in": {change(func(c *Values) { c.TenantName = "p" }), nil, Error{
			"auth_url", "Unable to find the identity service",
			"Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin with a region. Set one " +
				"of them.",
		}},
		"unknown region": {change(func(c *Values) { c.Region = "eu-xx" }), nil, Error{
			"region", "Unable to find the identity service",
			"The address of the identity service in region \"eu-xx\" is not known. Known regions: eu-de, eu-nl, eu-ch2. For another region set " +
				"auth_url (OS_AUTH_URL).",
		}},
		"unknown region, read from a project's name": {change(func(c *Values) { c.TenantName = "eu-xx_p" }), nil, Error{
			"region", "Unable to find the identity service",
			"The address of the identity service in region \"eu-xx\" is not known. Known regions: eu-de, eu-nl, eu-ch2. For another region set " +
				"auth_url (OS_AUTH_URL).",
		}},
		"auth_url of another scheme": {change(func(c *Values) { c.AuthURL = "ftp://iam.example.com/v3" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url without scheme": {change(func(c *Values) { c.AuthURL = "iam.example.com/v3" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url with a password": {change(func(c *Values) { c.AuthURL = "https://u:hunter2@iam.example.com/v3" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL has a user or password in it. Use user_name and password.",
		}},
		"auth_url that is none": {change(func(c *Values) { c.AuthURL = "https://u:hunter2@iam\x7f/" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL cannot be read. It looks like https://iam.eu-de.otc.t-systems.com/v3.",
		}},
		"auth_url with a query": {change(func(c *Values) { c.AuthURL = "https://iam.example.com/v3?x=1" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"auth_url with a fragment": {change(func(c *Values) { c.AuthURL = "https://iam.example.com/v3#x" }), nil, Error{
			"auth_url", "Unable to use auth_url", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"endpoint with a lone question mark": {change(func(c *Values) { c.Endpoint = "https://rds.example.com/v3?" }), nil, Error{
			"endpoint", "Unable to use endpoint", "The URL has a query or fragment. Leave out everything from ? or # on.",
		}},
		"endpoint without host": {change(func(c *Values) { c.Endpoint = "https:///v3" }), nil, Error{
			"endpoint", "Unable to use endpoint", "The URL has no host. It looks like https://rds.eu-de.otc.t-systems.com.",
		}},
		"endpoint of another project": {change(func(c *Values) { c.TenantID = "p1"; c.Endpoint = "https://rds.example.com/v3/p2" }), nil, Error{
			"endpoint", "Unable to use endpoint", "The endpoint ends with project p2, but tenant_id is p1. Leave /v3/{project_id} out of endpoint.",
		}},
		"token with a line break at its end": {Values{Token: "token-secret\n", TenantName: "eu-de_p"}, nil, Error{
			"token", "Unable to use token",
			"The value has a space or line break at its beginning or end: if the value comes from a file or a command, wrap it in trimspace().",
		}},
		"token that splits a header": {Values{Token: "token\r\nX-Evil: 1", TenantName: "eu-de_p"}, nil, Error{
			"token", "Unable to use token",
			"The value has a character that cannot be sent: a space, a line break or a letter with an accent. Copy it again.",
		}},
		"token with another alphabet": {Values{Token: "tokén", TenantName: "eu-de_p"}, nil, Error{
			"token", "Unable to use token",
			"The value has a character that cannot be sent: a space, a line break or a letter with an accent. Copy it again.",
		}},
		"agency without a place to log in": {Values{
			Token: "t", AgencyName: "a", AgencyDomainName: "d", DelegatedProject: "p", TenantID: "t",
			Endpoint: "https://rds.example.com",
		}, nil, Error{
			"auth_url", "Unable to find the identity service",
			"Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin with a region. Set one " +
				"of them.",
		}},
		"access key that splits a header": {Values{AccessKey: "a, Signature=x", SecretKey: "s", TenantName: "eu-de_p"}, nil, Error{
			"access_key", "Unable to use access_key",
			"The value has a character that cannot be sent: a space, a line break or a letter with an accent. Copy it again.",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Resolve(test.configured, surroundings(t, test.env))
			failure := errorOf(t, err)
			if diff := cmp.Diff(test.want, *failure); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}

// TestResolveTakes has values at the edge of what is good.
func TestResolveTakes(t *testing.T) {
	for name, c := range map[string]Values{
		"the most retries":                 {Token: "t", Region: "eu-de", MaxRetries: ptr(int64(100))},
		"no retries":                       {Token: "t", Region: "eu-de", MaxRetries: ptr(int64(0))},
		"every character that can be sent": {Token: "!~", Region: "eu-de"},
		"schemes in capitals":              {Token: "t", AuthURL: "HTTPS://iam.example.com/v3", Endpoint: "Http://rds.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := Resolve(c, surroundings(t, nil)); err != nil {
				t.Errorf("want no error, got %v", err)
			}
		})
	}
}

// TestUnencrypted lists URLs that send credentials and logs in clear over a network. Those to this machine do not.
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
		if diff := cmp.Diff(want, Config{Values: Values{AuthURL: address, Endpoint: address}}.Unencrypted()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
	if diff := cmp.Diff([]string{"endpoint"}, Config{Values: Values{
		AuthURL:  "https://a.example.com",
		Endpoint: "http://b.example.com",
	}}.Unencrypted()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"auth_url"}, Config{Values: Values{
		AuthURL:  "http://a.example.com",
		Endpoint: "http://127.0.0.1",
	}}.Unencrypted()); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

func TestResolveNoCredentials(t *testing.T) {
	for found, c := range map[string]Values{
		"No credentials are set.":                                   {},
		"security_token is set, access_key and secret_key are not.": {SecurityToken: "st", TenantName: "eu-de_p"},
	} {
		_, err := Resolve(c, surroundings(t, nil))
		failure := errorOf(t, err)
		if got, want := failure.Attribute+"/"+failure.Summary, "/Unable to find credentials"; got != want {
			t.Errorf("%s: got %q, want %q", found, got, want)
		}
		if want := found + " Set one of these, as attributes"; !strings.HasPrefix(failure.Detail, want) {
			t.Errorf("%s: the detail begins with %.80q, want %q", found, failure.Detail, want)
		}
		for _, part := range []string{
			"token", "access_key", "secret_key", "password", "user_name", "OS_TOKEN", "OS_ACCESS_KEY",
			"OS_SECRET_KEY", "OS_PASSWORD", "OS_USERNAME", "OS_CLOUD",
		} {
			if !strings.Contains(failure.Detail, part) {
				t.Errorf("%s: want %s in the detail, got:\n%s", found, part, failure.Detail)
			}
		}
	}
}
