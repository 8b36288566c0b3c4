// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

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

// surroundings returns an Environment with these variables and an empty folder.
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

// errorOf returns an error as an Error, which every error of the package must be.
func errorOf(t *testing.T, err error) *Error {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("want an Error, got %T: %v", err, err)
	}
	return failure
}

// complete is the least that works, by password.
func complete() Values {
	return Values{UserName: "u", Password: "pass-secret", DomainName: "d", TenantName: "eu-de_p"}
}

// resolved is what Resolve makes of complete.
func resolved(change func(*Values)) Values {
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
	if diff := cmp.Diff(describe(resolved(nil)), describe(got.Values)); diff != "" {
		t.Errorf("resolved (-want +got):\n%s", diff)
	}
}

// describe returns all values as text. cmp would print Values with their own Format, which hides secrets.
func describe(c Values) map[string]string {
	all := map[string]string{}
	for _, v := range Attributes {
		if text, ok := v.Get(c); ok {
			all[v.Name] = text
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
	for _, v := range Attributes {
		if v.Name == "cloud" {
			continue // needs a file, see the tests of clouds.yaml
		}
		value, ok := values[v.Name]
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
				base := baseFor(v.Name)
				if got := must(t, base, env)[v.Name]; got != value[0] {
					t.Errorf("%s is %q, want %q", v.Name, got, value[0])
				}
				if !v.Set(&base, value[1]) {
					t.Fatalf("%s does not take %q", v.Name, value[1])
				}
				if got := must(t, base, env)[v.Name]; got != value[1] {
					t.Errorf("configured %s is %q, want %q", v.Name, got, value[1])
				}
			})
		}
	}
}

// TestResolveFirstVariable checks that the first variable that is set wins. The order is that of the opentelekomcloud
// provider: an environment made for it must mean the same here.
func TestResolveFirstVariable(t *testing.T) {
	order := map[string][]string{
		"region":      {"OS_REGION_NAME", "OS_REGION"},
		"user_id":     {"OS_USER_ID", "OS_USERID"},
		"token":       {"OS_TOKEN", "OS_AUTH_TOKEN"},
		"tenant_id":   {"OS_TENANT_ID", "OS_PROJECT_ID"},
		"tenant_name": {"OS_TENANT_NAME", "OS_PROJECT_NAME"},
		"domain_id":   {"OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID"},
		"domain_name": {"OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_DEFAULT_DOMAIN"},
	}
	for attribute, names := range order {
		for first, winner := range names {
			t.Run(winner, func(t *testing.T) {
				env := map[string]string{}
				for _, name := range names[first:] {
					env[name] = "from-" + name
				}
				if got := must(t, baseFor(attribute), env)[attribute]; got != "from-"+winner {
					t.Errorf("%s is %q, want %q", attribute, got, "from-"+winner)
				}
			})
		}
	}
	for _, v := range Attributes {
		if len(v.Env) > 1 && len(v.Env) != len(order[v.Name]) {
			t.Errorf("%s: %d variables have their order tested, want all of %v", v.Name, len(order[v.Name]), v.Env)
		}
	}
}

// baseFor is a configuration that is complete but for one attribute.
func baseFor(name string) Values {
	c := Values{Region: "eu-de"}
	switch name {
	case "region":
		c.Region = ""
		c.AuthURL = "https://iam.example.com/v3"
		fallthrough
	case "token", "tenant_id", "tenant_name":
		if name != "token" {
			c.Token = "t"
		}
	case "access_key":
		c.SecretKey, c.TenantID = "s", "p"
	case "secret_key", "security_token":
		c.AccessKey, c.TenantID = "a", "p"
		if name == "security_token" {
			c.SecretKey = "s"
		}
	case "agency_name", "agency_domain_name", "delegated_project":
		c.Token = "t"
		c.AgencyName, c.AgencyDomainName, c.DelegatedProject = "a", "d", "p"
		attribute(name).Set(&c, "")
	default:
		c.UserName, c.UserID, c.Password, c.DomainName, c.TenantID = "u", "i", "p", "d", "p"
		switch name {
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

func must(t *testing.T, c Values, env map[string]string) map[string]string {
	t.Helper()
	got, err := Resolve(c, surroundings(t, env))
	if err != nil {
		t.Fatal(err)
	}
	return describe(got.Values)
}

// TestResolveAlternatives checks that a weaker source does not overrule a stronger one in other words. Within one
// source ids beat names.
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
		configured Values
		env        map[string]string
		want       map[string]string // "" is: not set
	}{
		"ids beat names in one source": {
			Values{},
			env,
			map[string]string{
				"user_id": "env-user-id", "user_name": "", "tenant_id": "env-project-id", "tenant_name": "",
				"domain_id": "env-domain-id", "domain_name": "", "region": "eu-nl",
			},
		},
		"configured names beat ids of the environment": {
			Values{UserName: "u", TenantName: "eu-de_p", DomainName: "d"},
			env,
			map[string]string{
				"user_id": "", "user_name": "u", "tenant_id": "", "tenant_name": "eu-de_p", "domain_id": "", "domain_name": "d",
				"region": "eu-de",
			},
		},
		"configured ids beat names of the environment": {
			Values{UserID: "i", TenantID: "p", DomainID: "d"},
			env,
			map[string]string{"user_id": "i", "user_name": "", "tenant_id": "p", "tenant_name": "", "domain_id": "d", "domain_name": ""},
		},
		"token beats AK/SK beats password in one source": {
			Values{},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk"}),
			map[string]string{"token": "env-token"},
		},
		"configured password beats token and key of the environment": {
			Values{Password: "p"},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_ACCESS_KEY": "ak", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"token": "", "access_key": "", "secret_key": "", "security_token": "", "password": "p"},
		},
		"configured key beats token of the environment": {
			Values{AccessKey: "a"},
			with(map[string]string{"OS_TOKEN": "env-token", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"token": "", "access_key": "a", "secret_key": "sk", "security_token": "st"},
		},
		"configured key does not mix with another key of the environment": {
			Values{AccessKey: "a", SecretKey: "s"},
			with(map[string]string{"OS_ACCESS_KEY": "other", "OS_SECRET_KEY": "sk", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"access_key": "a", "secret_key": "s", "security_token": ""},
		},
		"configured key takes the security token of the environment's same key": {
			Values{AccessKey: "a", SecretKey: "s"},
			with(map[string]string{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s", "OS_SECURITY_TOKEN": "st"}),
			map[string]string{"access_key": "a", "secret_key": "s", "security_token": "st"},
		},
		"TENANT before PROJECT": {
			Values{},
			with(map[string]string{"OS_PROJECT_ID": "other"}),
			map[string]string{"tenant_id": "env-project-id"},
		},
		"project in the endpoint": {
			Values{Token: "t", Endpoint: "https://rds.eu-nl.otc.t-systems.com/v3/abc"},
			nil,
			map[string]string{"tenant_id": "abc", "region": "eu-nl", "auth_url": ""},
		},
		"project in the endpoint, and a project's name": {
			Values{Token: "t", TenantName: "eu-de_p", Endpoint: "https://rds.example.com/v3/abc"},
			nil,
			map[string]string{"tenant_id": "", "tenant_name": "eu-de_p"},
		},
		"project in the endpoint, and an agency": {
			Values{
				Token: "t", Region: "eu-de", AgencyName: "a", AgencyDomainName: "d", DelegatedProject: "p",
				Endpoint: "https://rds.example.com/v3/abc",
			},
			nil,
			map[string]string{"tenant_id": ""},
		},
		"blanks around addresses": {
			Values{Token: "t", AuthURL: " https://iam.example.com/v3\n", Endpoint: "\thttps://rds.example.com/v3\r\n"},
			nil,
			map[string]string{"auth_url": "https://iam.example.com/v3", "endpoint": "https://rds.example.com/v3"},
		},
		"region from the agency's project": {
			Values{Token: "t", AgencyName: "a", AgencyDomainName: "d", DelegatedProject: "eu-nl_x", TenantName: "eu-de_p"},
			nil,
			map[string]string{"region": "eu-nl", "auth_url": "https://iam.eu-nl.otc.t-systems.com/v3"},
		},
		"long form of the endpoint type": {
			Values{Token: "t", Region: "eu-de", EndpointType: "internalURL"},
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
		"region":                {"eu-nl", "", "p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"region of Switzerland": {"eu-ch2", "", "p", "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
		"project":               {"", "", "eu-de_orders_2", "eu-de", "https://iam.eu-de.otc.t-systems.com/v3"},
		"default project":       {"", "", "eu-de", "eu-de", "https://iam.eu-de.otc.t-systems.com/v3"},
		"region beats project":  {"eu-nl", "", "eu-de_p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"auth_url":              {"", "https://iam.eu-nl.otc.t-systems.com/v3", "p", "eu-nl", "https://iam.eu-nl.otc.t-systems.com/v3"},
		"auth_url of Switzerland": {
			"", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3", "p", "eu-ch2", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3",
		},
		"project beats auth_url": {
			"", "https://iam.eu-nl.otc.t-systems.com/v3", "eu-de_p", "eu-de",
			"https://iam.eu-nl.otc.t-systems.com/v3",
		},
		"a project without a region": {"", "https://keystone.example.com/v3", "my_app", "", "https://keystone.example.com/v3"},
		"loopback":                   {"", "http://127.0.0.1:5000/v3", "p", "", "http://127.0.0.1:5000/v3"},
		"unknown region, own URL":    {"RegionOne", "http://127.0.0.1:5000/v3", "p", "RegionOne", "http://127.0.0.1:5000/v3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := Values{UserName: "u", Password: "p", DomainName: "d", Region: test.region, AuthURL: test.authURL, TenantName: test.project}
			got := must(t, c, nil)
			if got["region"] != test.wantRegion {
				t.Errorf("region is %q, want %q", got["region"], test.wantRegion)
			}
			if got["auth_url"] != test.wantURL {
				t.Errorf("auth_url is %q, want %q", got["auth_url"], test.wantURL)
			}
		})
	}
}

// TestResolvePaths resolves paths as users write them. PEM text stays.
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
		t.Errorf("paths (-want +got):\n%s", diff)
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

// TestValuesHideSecrets prints Values in every way.
func TestValuesHideSecrets(t *testing.T) {
	c := Values{
		UserName: "visible", Password: "secret-password", Passcode: "secret-passcode", Token: "secret-token",
		SecretKey: "secret-key", SecurityToken: "secret-security-token", Key: "secret-pem",
	}
	holder := struct{ C *Values }{&c}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("config", "c", c)
	texts := []string{log.String(), fmt.Sprint(c, &c, Config{Values: c})}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		texts = append(texts, fmt.Sprintf(verb, c), fmt.Sprintf(verb, &c), fmt.Sprintf(verb, []Values{c}), fmt.Sprintf(verb, holder))
	}
	for _, text := range texts {
		if strings.Contains(text, "secret-") {
			t.Errorf("a secret is printed: %s", text)
		}
	}
	// A control for the search.
	if !strings.Contains(fmt.Sprint(c), "user_name=visible password=(hidden)") {
		t.Errorf("printed as %v", c)
	}
}
