// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// surroundings is an Environment with these variables and nothing else: no file
// of the machine that runs the test is found, unless it is put into the folder.
func surroundings(t *testing.T, variables map[string]string) Environment {
	t.Helper()
	folder := t.TempDir()
	return Environment{
		LookupEnv: func(name string) (string, bool) { value, ok := variables[name]; return value, ok },
		WorkDir:   folder,
		HomeDir:   filepath.Join(folder, "home"),
	}
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func ptr[T any](value T) *T { return &value }

// complete is the least that works, by password.
func complete() Config {
	return Config{UserName: "u", Password: "pass-secret", DomainName: "d", TenantName: "eu-de_p"}
}

// resolved is what Resolve makes of complete.
func resolved(change func(*Config)) Config {
	c := complete()
	c.Region, c.AuthURL = "eu-de", "https://iam.eu-de.otc.t-systems.com/v3"
	c.EndpointType, c.Insecure, c.AllowReauth, c.MaxRetries = "public", ptr(false), ptr(true), ptr(int64(5))
	if change != nil {
		change(&c)
	}
	return c
}

func TestResolveDefaults(t *testing.T) {
	got, err := Resolve(complete(), surroundings(t, nil))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(describe(resolved(nil)), describe(got)); diff != "" {
		t.Error(diff)
	}
}

// describe shows a Config in full, for comparisons. cmp would print through
// Config's own Format, which hides what differs.
func describe(c Config) map[string]string {
	all := map[string]string{}
	for _, v := range Variables {
		if text, ok := v.get(c); ok {
			all[v.Attribute] = text
		}
	}
	return all
}

// TestResolveEachVariable sets each attribute from each of its variables, from
// the provider block, and from both.
func TestResolveEachVariable(t *testing.T) {
	values := map[string][2]string{
		"auth_url": {"https://iam.example.com/v3", "https://iam.example.org/v3"},
		"endpoint": {"https://rds.example.com", "https://rds.example.org"}, "endpoint_type": {"internal", "admin"},
		"insecure": {"true", "false"}, "allow_reauth": {"false", "true"}, "max_retries": {"7", "0"},
		"cacert_file": {"/ca1", "/ca2"}, "cert": {"/cert1", "/cert2"}, "key": {"/key1", "/key2"},
	}
	for _, v := range Variables {
		if v.Attribute == "cloud" {
			continue // needs a file, see the tests of clouds.yaml
		}
		value, ok := values[v.Attribute]
		if !ok {
			value = [2]string{"first-value", "second-value"}
		}
		for i, name := range v.Env {
			t.Run(name, func(t *testing.T) {
				env := map[string]string{name: value[0]}
				for _, weaker := range v.Env[i+1:] {
					env[weaker] = value[1]
				}
				for _, stronger := range v.Env[:i] {
					env[stronger] = "" // set to nothing is not set
				}
				base := baseFor(v.Attribute)
				if got := must(t, base, env)[v.Attribute]; got != value[0] {
					t.Errorf("%s is %q, want %q", v.Attribute, got, value[0])
				}
				if err := v.set(&base, value[1], ""); err != nil {
					t.Fatal(err)
				}
				if got := must(t, base, env)[v.Attribute]; got != value[1] {
					t.Errorf("configured %s is %q, want %q", v.Attribute, got, value[1])
				}
			})
		}
	}
}

// baseFor is a configuration that is complete but for one attribute.
func baseFor(attribute string) Config {
	c := Config{Region: "eu-de"}
	switch attribute {
	case "region":
		c.Region = ""
		c.AuthURL = "https://iam.example.com/v3"
		fallthrough
	case "token", "tenant_id", "tenant_name":
		if attribute != "token" {
			c.Token = "t"
		}
	case "access_key":
		c.SecretKey, c.TenantID = "s", "p"
	case "secret_key", "security_token":
		c.AccessKey, c.TenantID = "a", "p"
		if attribute == "security_token" {
			c.SecretKey = "s"
		}
	case "agency_name", "agency_domain_name", "delegated_project":
		c.Token = "t"
		c.AgencyName, c.AgencyDomainName, c.DelegatedProject = "a", "d", "p"
		if err := variable(attribute).set(&c, "", ""); err != nil {
			panic(err)
		}
	default:
		c.UserName, c.UserID, c.Password, c.DomainName, c.TenantID = "u", "i", "p", "d", "p"
		switch attribute {
		case "user_name":
			c.UserName, c.UserID = "", ""
		case "user_id":
			c.UserName, c.UserID = "", ""
		case "password":
			c.Password = ""
		case "domain_id", "domain_name":
			c.DomainName = ""
		}
	}
	return c
}

func must(t *testing.T, c Config, env map[string]string) map[string]string {
	t.Helper()
	got, err := Resolve(c, surroundings(t, env))
	if err != nil {
		t.Fatal(err)
	}
	return describe(got)
}

// TestResolveAlternatives: a stronger source is not overruled by another word for
// the same thing in a weaker one; within one source ids beat names.
func TestResolveAlternatives(t *testing.T) {
	env := map[string]string{
		"OS_USERNAME": "env-user", "OS_USER_ID": "env-user-id", "OS_PASSWORD": "env-password",
		"OS_TENANT_ID": "env-project-id", "OS_PROJECT_NAME": "eu-nl_env", "OS_DOMAIN_ID": "env-domain-id", "OS_DOMAIN_NAME": "env-domain",
		"OS_AUTH_URL": "https://iam.example.com/v3",
	}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, m := range []map[string]string{env, more} {
			for k, v := range m {
				all[k] = v
			}
		}
		return all
	}
	tests := map[string]struct {
		configured Config
		env        map[string]string
		want       map[string]string // "" is: not set
	}{
		"ids beat names in one source": {
			Config{},
			env,
			map[string]string{"user_id": "env-user-id", "user_name": "", "tenant_id": "env-project-id", "tenant_name": "", "domain_id": "env-domain-id", "domain_name": "", "region": "eu-nl"},
		},
		"configured names beat ids of the environment": {
			Config{UserName: "u", TenantName: "eu-de_p", DomainName: "d"},
			env,
			map[string]string{"user_id": "", "user_name": "u", "tenant_id": "", "tenant_name": "eu-de_p", "domain_id": "", "domain_name": "d", "region": "eu-de"},
		},
		"configured ids beat names of the environment": {
			Config{UserID: "i", TenantID: "p", DomainID: "d"},
			env,
			map[string]string{"user_id": "i", "user_name": "", "tenant_id": "p", "tenant_name": "", "domain_id": "d", "domain_name": ""},
		},
		"token beats AK/SK beats password in one source": {
			Config{},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk"}),
			map[string]string{"token": "env-token"},
		},
		"configured password beats token and key of the environment": {
			Config{Password: "p"},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"token": "", "access_key": "", "secret_key": "", "security_token": "", "password": "p"},
		},
		"configured key beats token of the environment": {
			Config{AccessKey: "a"},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"token": "", "access_key": "a", "secret_key": "sk", "security_token": "st"},
		},
		"TENANT before PROJECT": {
			Config{},
			with(map[string]string{"OS_PROJECT_ID": "other"}),
			map[string]string{"tenant_id": "env-project-id"},
		},
		"project in the endpoint": {
			Config{Token: "t", Endpoint: "https://rds.eu-nl.otc.t-systems.com/v3/abc"},
			nil,
			map[string]string{"tenant_id": "abc", "region": "eu-nl", "auth_url": ""},
		},
		"agency's project tells the region": {
			Config{Token: "t", AgencyName: "a", AgencyDomainName: "d", DelegatedProject: "eu-nl_x", TenantName: "eu-de_p"},
			nil,
			map[string]string{"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3"},
		},
		"long form of the endpoint type": {
			Config{Token: "t", Region: "eu-de", EndpointType: "internalURL"},
			nil,
			map[string]string{"endpoint_type": "internal"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := must(t, test.configured, test.env)
			for attribute, want := range test.want {
				if got[attribute] != want {
					t.Errorf("%s is %q, want %q", attribute, got[attribute], want)
				}
			}
		})
	}
}

func TestResolveRegionAndAuthURL(t *testing.T) {
	tests := map[string]struct{ region, authURL, project, wantRegion, wantURL string }{
		"region":                      {"eu-nl", "", "p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"region of Switzerland":       {"eu-ch2", "", "p", "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
		"project":                     {"", "", "eu-de_orders_2", "eu-de", "https://iam.eu-de.otc.t-systems.com/v3"},
		"default project":             {"", "", "eu-de", "eu-de", "https://iam.eu-de.otc.t-systems.com/v3"},
		"region beats project":        {"eu-nl", "", "eu-de_p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"auth_url":                    {"", "https://iam.eu-nl.otc.t-systems.com/v3", "p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"auth_url of Switzerland":     {"", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "p", "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
		"project beats auth_url":      {"", "https://iam.eu-nl.otc.t-systems.com/v3", "eu-de_p", "eu-de", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"a project that is no region": {"", "https://keystone.example.com/v3", "my_app", "", "https://keystone.example.com/v3"},
		"loopback":                    {"", "http://127.0.0.1:5000/v3", "p", "", "http://127.0.0.1:5000/v3"},
		"unknown region, own URL":     {"RegionOne", "http://127.0.0.1:5000/v3", "p", "RegionOne", "http://127.0.0.1:5000/v3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := Config{UserName: "u", Password: "p", DomainName: "d", Region: test.region, AuthURL: test.authURL, TenantName: test.project}
			got := must(t, c, nil)
			if got["region"] != test.wantRegion || got["auth_url"] != test.wantURL {
				t.Errorf("got region %q, auth_url %q; want %q, %q", got["region"], got["auth_url"], test.wantRegion, test.wantURL)
			}
		})
	}
}

// TestResolvePaths: paths are as a user writes them, PEM text is left alone.
func TestResolvePaths(t *testing.T) {
	c := complete()
	c.CACertFile, c.Cert, c.Key = "~/ca.pem", "sub/cert.pem", "-----BEGIN PRIVATE KEY-----\n"
	env := surroundings(t, nil)
	got, err := Resolve(c, env)
	if err != nil {
		t.Fatal(err)
	}
	want := [3]string{filepath.Join(env.HomeDir, "ca.pem"), filepath.Join(env.WorkDir, "sub/cert.pem"), c.Key}
	if diff := cmp.Diff(want, [3]string{got.CACertFile, got.Cert, got.Key}); diff != "" {
		t.Error(diff)
	}
}

func TestResolveFlags(t *testing.T) {
	for text, want := range map[string]string{
		"1": "true", "True": "true", "yes": "true", "ON": "true", "t": "true", " true ": "true",
		"0": "false", "FALSE": "false", "no": "false", "off": "false", "n": "false",
	} {
		if got := must(t, complete(), map[string]string{"OS_INSECURE": text})["insecure"]; got != want {
			t.Errorf("OS_INSECURE=%q gives %q, want %q", text, got, want)
		}
	}
}

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
		"negative number": {change(func(c *Config) { c.MaxRetries = ptr(int64(-1)) }), nil, ConfigError{
			"max_retries", "Unable to use max_retries", "The number of retries is -1. It must be between 0 and 100.",
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
		"auth_url of another scheme": {change(func(c *Config) { c.AuthURL = "ftp://iam.example.com/v3" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://).",
		}},
		"auth_url without scheme": {change(func(c *Config) { c.AuthURL = "iam.example.com/v3" }), nil, ConfigError{
			"auth_url", "Unable to use auth_url", "The URL must begin with https:// (or http://).",
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
		"endpoint without host": {change(func(c *Config) { c.Endpoint = "https:///v3" }), nil, ConfigError{
			"endpoint", "Unable to use endpoint", "The URL names no host.",
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

func TestResolveNoCredentials(t *testing.T) {
	for name, c := range map[string]Config{
		"nothing":             {},
		"a user alone":        {UserName: "u", DomainName: "d", TenantName: "eu-de_p"},
		"security token only": {SecurityToken: "st", TenantName: "eu-de_p"},
	} {
		_, err := Resolve(c, surroundings(t, nil))
		var failure *ConfigError
		if !errors.As(err, &failure) || failure.Attribute != "" && name != "nothing" || failure.Summary != "Unable to find credentials" {
			t.Fatalf("%s: %v", name, err)
		}
		for _, part := range []string{"token", "access_key", "secret_key", "password", "user_name", "OS_TOKEN", "OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_PASSWORD", "OS_USERNAME", "OS_CLOUD"} {
			if !strings.Contains(failure.Detail, part) {
				t.Errorf("%s: %s is not named in:\n%s", name, part, failure.Detail)
			}
		}
	}
}

// TestConfigHidesSecrets prints a Config in every way that there is.
func TestConfigHidesSecrets(t *testing.T) {
	c := Config{
		UserName: "visible", Password: "secret-password", Passcode: "secret-passcode", Token: "secret-token",
		SecretKey: "secret-key", SecurityToken: "secret-security-token", Key: "secret-pem",
	}
	holder := struct{ C *Config }{&c}
	session := NewSession(c, nil)
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "c", c)
	texts := []string{log.String(), fmt.Sprint(c, &c), fmt.Sprint(session), fmt.Sprintf("%+v %#v %s %q %d %x", session, session, session, session, session, session)}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, c), fmt.Sprintf(verb, &c), fmt.Sprintf(verb, []Config{c}), fmt.Sprintf(verb, holder))
	}
	for _, text := range texts {
		if strings.Contains(text, "secret-") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
	// The control: the search finds what is there.
	if !strings.Contains(fmt.Sprint(c), "user_name=visible password=(hidden)") {
		t.Errorf("printed as %v", c)
	}
}
