// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSource checks that the source of the credential is named, and what it hides. That finds a forgotten variable.
func TestSource(t *testing.T) {
	for name, c := range map[string]struct {
		configured Values
		env        map[string]string
		file       string // the entry "c" of clouds.yaml
		secure     string // that of secure.yaml
		want       string // {file} and {secure} are their paths
	}{
		"the provider block, alone": {
			configured: Values{UserName: "u", Password: "p"}, want: "",
		},
		"the environment": {
			configured: Values{UserName: "u"}, env: map[string]string{"OS_PASSWORD": "p"}, want: "environment variable OS_PASSWORD",
		},
		"the second variable of two": {
			env: map[string]string{"OS_AUTH_TOKEN": "t"}, want: "environment variable OS_AUTH_TOKEN",
		},
		"clouds.yaml": {
			file: "auth: {username: u, password: p}", want: `entry "c" of {file}`,
		},
		"secure.yaml": {
			file: "auth: {username: u}", secure: "auth: {password: p}", want: `entry "c" of {secure}`,
		},
		"a key that beats a password": {
			env:  map[string]string{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s", "OS_PASSWORD": "p"},
			want: "environment variable OS_ACCESS_KEY; it takes precedence over password (environment variable OS_PASSWORD)",
		},
		"a token that beats both": {
			env: map[string]string{"OS_TOKEN": "t", "OS_PASSWORD": "p"}, file: "auth: {ak: a, sk: s}",
			want: "environment variable OS_TOKEN; it takes precedence over access_key (entry \"c\" of {file}) and password (environment variable " +
				"OS_PASSWORD)",
		},
		"a key in the provider block that beats its password": {
			configured: Values{AccessKey: "a", SecretKey: "s", Password: "p"},
			want:       "the provider block; it takes precedence over password (the provider block)",
		},
		"a password in the provider block, which beats a key of the environment": {
			configured: Values{UserName: "u", Password: "p"}, env: map[string]string{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}, want: "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := surroundings(t, c.env)
			c.configured.DomainName, c.configured.TenantName = "d", "eu-de_p"
			path := filepath.Join(env.WorkDir, "clouds.yaml")
			if c.file != "" {
				c.configured.Cloud = "c"
				write(t, path, "clouds: {c: {"+c.file+"}}")
			}
			secure := filepath.Join(env.WorkDir, "secure.yaml")
			if c.secure != "" {
				write(t, secure, "clouds: {c: {"+c.secure+"}}")
			}
			got, err := Resolve(c.configured, env)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.NewReplacer("{file}", path, "{secure}", secure).Replace(c.want); got.CredentialSource() != want {
				t.Errorf("got %q, want %q", got.CredentialSource(), want)
			}
		})
	}
}

// TestForeignAuthURL checks the warning for a region in the block with another region's auth_url in the environment.
func TestForeignAuthURL(t *testing.T) {
	const dutch, swiss = "https://iam.eu-nl.otc.t-systems.com/v3", "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"
	for name, c := range map[string]struct {
		block Values
		env   map[string]string
		want  string // variable and region
	}{
		"another region": {Values{Region: "eu-de"}, map[string]string{"OS_AUTH_URL": dutch}, "OS_AUTH_URL eu-nl"},
		"another region, in capitals": {
			Values{Region: "eu-de"}, map[string]string{"OS_AUTH_URL": "https://IAM.EU-NL.otc.t-systems.com"}, "OS_AUTH_URL eu-nl",
		},
		"Switzerland":                   {Values{Region: "eu-de"}, map[string]string{"OS_AUTH_URL": swiss}, "OS_AUTH_URL eu-ch2"},
		"the same region":               {Values{Region: "eu-nl"}, map[string]string{"OS_AUTH_URL": dutch}, ""},
		"Switzerland, the same region":  {Values{Region: "eu-ch2"}, map[string]string{"OS_AUTH_URL": swiss}, ""},
		"both in the environment":       {Values{}, map[string]string{"OS_AUTH_URL": dutch, "OS_REGION": "eu-de"}, ""},
		"both in the block":             {Values{Region: "eu-de", AuthURL: dutch}, nil, ""},
		"region from the project alone": {Values{}, map[string]string{"OS_AUTH_URL": dutch}, ""},
		"another cloud":                 {Values{Region: "eu-de"}, map[string]string{"OS_AUTH_URL": "https://iam.eu-nl.example.com"}, ""},
		"this machine":                  {Values{Region: "eu-de"}, map[string]string{"OS_AUTH_URL": "http://127.0.0.1:5000/v3"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.block.UserName, c.block.Password, c.block.DomainName, c.block.TenantName = "u", "p", "d", "eu-de_p"
			config, err := Resolve(c.block, surroundings(t, c.env))
			if err != nil {
				t.Fatalf("Resolve failed: %v", err)
			}
			variable, region, foreign := config.ForeignAuthURL()
			got := ""
			if foreign {
				got = variable + " " + region
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
