// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestSource: where the credential comes from that is used, and what it beats. A forgotten variable is found by that.
func TestSource(t *testing.T) {
	for name, c := range map[string]struct {
		configured Config
		env        map[string]string
		file       string // the entry "c" of clouds.yaml
		secure     string // that of secure.yaml
		want       string // {file} and {secure} are their paths
	}{
		"the provider block, alone": {
			configured: Config{UserName: "u", Password: "p"}, want: "",
		},
		"the environment": {
			configured: Config{UserName: "u"}, env: map[string]string{"OS_PASSWORD": "p"}, want: "environment variable OS_PASSWORD",
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
			want: `environment variable OS_TOKEN; it takes precedence over access_key (entry "c" of {file}) and password (environment variable OS_PASSWORD)`,
		},
		"a key in the provider block that beats its password": {
			configured: Config{AccessKey: "a", SecretKey: "s", Password: "p"},
			want:       "the provider block; it takes precedence over password (the provider block)",
		},
		"a password in the provider block, which beats a key of the environment": {
			configured: Config{UserName: "u", Password: "p"}, env: map[string]string{"OS_ACCESS_KEY": "a", "OS_SECRET_KEY": "s"}, want: "",
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
			if want := strings.NewReplacer("{file}", path, "{secure}", secure).Replace(c.want); got.source != want {
				t.Errorf("got %q, want %q", got.source, want)
			}
		})
	}
}
