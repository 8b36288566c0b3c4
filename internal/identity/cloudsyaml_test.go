// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// documentedFile is the sample of the cloud's own documentation, filled in.
const documentedFile = `clouds:
  otc:
    profile: otc
    auth:
      username: 'oncall'
      password: 'yaml-secret-password'
      project_name: 'eu-de_orders'
      user_domain_name: 'OTC00000000001000012345'
    interface: 'public'
    identity_api_version: 3
`

func TestCloudsYAMLDocumentedFile(t *testing.T) {
	env := surroundings(t, map[string]string{"OS_CLOUD": "otc"})
	write(t, filepath.Join(env.WorkDir, "clouds.yaml"), documentedFile)
	got, err := Resolve(Config{}, env)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"cloud": "otc", "user_name": "oncall", "password": "yaml-secret-password", "tenant_name": "eu-de_orders",
		"domain_name": "OTC00000000001000012345", "region": "eu-de", "auth_url": "https://iam.eu-de.otc.t-systems.com/v3",
		"endpoint_type": "public", "insecure": "false", "allow_reauth": "true", "max_retries": "5",
	}
	if diff := cmp.Diff(want, describe(got)); diff != "" {
		t.Error(diff)
	}
}

// TestCloudsYAMLEachKey reads each attribute from each key that it may stand at.
func TestCloudsYAMLEachKey(t *testing.T) {
	values := map[string]string{
		"auth_url": "https://iam.example.com/v3", "endpoint": "https://rds.example.com", "endpoint_type": "internal", "insecure": "true",
		"cacert_file": "/ca", "cert": "/cert", "key": "/key",
	}
	for _, attribute := range cloudKeys {
		for _, key := range attribute.keys {
			t.Run(key, func(t *testing.T) {
				value, ok := values[attribute.attribute]
				if !ok {
					value = "0x1F: yes # text" // stays as it is written
				}
				text := "clouds:\n  c:\n    " + key + ": '" + value + "'\n"
				if inner, found := strings.CutPrefix(key, "auth."); found {
					text = "clouds:\n  c:\n    auth:\n      " + inner + ": '" + value + "'\n"
				}
				file, err := parseYAML(strings.NewReader(text), "clouds.yaml", "clouds")
				if err != nil {
					t.Fatal(err)
				}
				entry, found, err := file.entry("c")
				if err != nil || !found {
					t.Fatalf("found %v, %v", found, err)
				}
				if diff := cmp.Diff(map[string]string{attribute.attribute: value}, describe(entry.config)); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestCloudsYAMLForms(t *testing.T) {
	tests := map[string]struct {
		text string
		want map[string]string
	}{
		"plain numbers and words stay text": {
			"clouds: {c: {auth: {username: yes, password: 0123, project_id: 1e5}}}",
			map[string]string{"user_name": "yes", "password": "0123", "tenant_id": "1e5"},
		},
		"verify: false":          {"clouds: {c: {verify: false}}", map[string]string{"insecure": "true"}},
		"verify: no":             {"clouds: {c: {verify: no}}", map[string]string{"insecure": "true"}},
		"verify: true":           {"clouds: {c: {verify: true}}", map[string]string{"insecure": "false"}},
		"insecure beats verify":  {"clouds: {c: {verify: true, insecure: true}}", map[string]string{"insecure": "true"}},
		"null and empty are not": {"clouds: {c: {region_name: ~, cacert: '', auth: }}", map[string]string{}},
		"an empty entry":         {"clouds: {c: }", map[string]string{}},
		"user domain first": {
			"clouds: {c: {auth: {domain_name: c, project_domain_name: b, user_domain_name: a}}}",
			map[string]string{"domain_name": "a"},
		},
		"AK/SK at the top": {
			"clouds: {c: {ak: A, sk: S, security_token: T}}",
			map[string]string{"access_key": "A", "secret_key": "S", "security_token": "T"},
		},
		"AK/SK under auth beats the top": {
			"clouds: {c: {ak: A, auth: {ak: B, sk: S}}}",
			map[string]string{"access_key": "B", "secret_key": "S"},
		},
		"anchors and merges": {
			"base: &base {region_name: eu-nl, interface: admin}\nsecret: &s {password: p}\nclouds:\n  c:\n    <<: *base\n    region_name: eu-de\n    auth: {<<: [*s, {username: u}]}\n",
			map[string]string{"region": "eu-de", "endpoint_type": "admin", "password": "p", "user_name": "u"},
		},
		"endpoint type beats interface": {
			"clouds: {c: {interface: public, endpoint_type: internal}}",
			map[string]string{"endpoint_type": "internal"},
		},
		"unknown keys do not matter": {
			"clouds: {c: {regions: [eu-de, {name: x}], auth: {system_scope: all}, region_name: r}, d: [1]}",
			map[string]string{"region": "r"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			file, err := parseYAML(strings.NewReader(test.text), "clouds.yaml", "clouds")
			if err != nil {
				t.Fatal(err)
			}
			entry, found, err := file.entry("c")
			if err != nil || !found {
				t.Fatalf("found %v, %v", found, err)
			}
			if diff := cmp.Diff(test.want, describe(entry.config)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCloudsYAMLBroken compares whole texts. Each names file and line, and none
// the value that is wrong: it may be a secret.
func TestCloudsYAMLBroken(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"syntax":               {"clouds:\n  c:\n   auth: [secret\n", "F, line 3: is not valid YAML: did not find expected ',' or ']' in what begins there."},
		"wrong indent":         {"clouds:\n  c:\n    ak: b\n   sk: secret\n", "F, line 2: is not valid YAML: did not find expected key in what begins there."},
		"no colon":             {"clouds:\n  c:\n    ak: b\n    secret\n", "F, line 4: is not valid YAML: could not find expected ':'."},
		"tab":                  {"clouds:\n\tc:\n", "F, line 2: is not valid YAML: found character that cannot start any token."},
		"unquoted star":        {"clouds:\n  c:\n    auth:\n      password: *secret\n", "F, line 4: a value that begins with * must stand in quotes."},
		"a list":               {"- clouds\n", "F, line 1: does not begin with a mapping such as clouds:."},
		"a word":               {"secret", "F, line 1: does not begin with a mapping such as clouds:."},
		"clouds is a list":     {"clouds:\n  - secret\n", "F, line 2: clouds is not a mapping from names to entries."},
		"entry is a word":      {"clouds:\n  c: secret\n", `F, line 2: entry "c" is not a mapping.`},
		"auth is a word":       {"clouds:\n  c:\n    auth: secret\n", "F, line 3: auth is not a mapping."},
		"password is a list":   {"clouds:\n  c:\n    auth:\n      password:\n      - secret\n", "F, line 5: auth.password is not a plain value."},
		"verify is a path":     {"clouds:\n  c:\n    verify: /secret\n", "F, line 3: verify is neither true nor false."},
		"profile is a mapping": {"clouds:\n  c:\n    profile: {a: secret}\n", "F, line 3: profile is not a plain value."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := surroundings(t, nil)
			path := write(t, filepath.Join(env.WorkDir, "clouds.yaml"), test.text)
			_, err := Resolve(Config{Cloud: "c"}, env)
			var failure *ConfigError
			if !errors.As(err, &failure) {
				t.Fatalf("no ConfigError but %v", err)
			}
			want := ConfigError{"cloud", "Unable to read clouds.yaml", strings.Replace(test.want, "F", path, 1)}
			if diff := cmp.Diff(want, *failure); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(failure.Error(), "secret") {
				t.Errorf("the value is shown: %v", failure)
			}
		})
	}
}

func TestCloudsYAMLBadValue(t *testing.T) {
	env := surroundings(t, nil)
	path := write(t, filepath.Join(env.WorkDir, "clouds.yaml"), "clouds:\n  c:\n    insecure: perhaps\n")
	_, err := Resolve(Config{Cloud: "c"}, env)
	want := &ConfigError{"insecure", "Unable to read insecure", `The key insecure in ` + path + `, line 3, is "perhaps". It takes true or false.`}
	if diff := cmp.Diff(error(want).Error(), err.Error()); diff != "" {
		t.Error(diff)
	}
}

func TestCloudsYAMLSearch(t *testing.T) {
	entry := func(user string) string {
		return strings.Replace(documentedFile, "oncall", user, 1)
	}
	tests := map[string]struct {
		files map[string]string // by path below WorkDir; the home is in "home"
		env   map[string]string // values are paths below WorkDir where they begin with @
		want  map[string]string
	}{
		"working directory first": {
			map[string]string{"clouds.yaml": entry("here"), "home/.config/openstack/clouds.yaml": entry("home")},
			nil,
			map[string]string{"user_name": "here"},
		},
		"other suffix": {map[string]string{"clouds.yml": entry("here")}, nil, map[string]string{"user_name": "here"}},
		"home":         {map[string]string{"home/.config/openstack/clouds.yaml": entry("home")}, nil, map[string]string{"user_name": "home"}},
		"XDG before home": {
			map[string]string{"xdg/openstack/clouds.yaml": entry("xdg"), "home/.config/openstack/clouds.yaml": entry("home")},
			map[string]string{"XDG_CONFIG_HOME": "@xdg"},
			map[string]string{"user_name": "xdg"},
		},
		"variable": {
			map[string]string{"clouds.yaml": entry("here"), "elsewhere.yaml": entry("elsewhere")},
			map[string]string{"OS_CLIENT_CONFIG_FILE": "@elsewhere.yaml"},
			map[string]string{"user_name": "elsewhere"},
		},
		"variable with a tilde": {
			map[string]string{"home/c.yaml": entry("tilde")},
			map[string]string{"OS_CLIENT_CONFIG_FILE": "~/c.yaml"},
			map[string]string{"user_name": "tilde"},
		},
		"variable with a relative path": {
			map[string]string{"sub/c.yaml": entry("relative")},
			map[string]string{"OS_CLIENT_CONFIG_FILE": "sub/c.yaml"},
			map[string]string{"user_name": "relative"},
		},
		"secure.yaml beside it fills gaps only": {
			map[string]string{
				"clouds.yaml": strings.Replace(documentedFile, "      password: 'yaml-secret-password'\n", "", 1),
				"secure.yaml": "clouds:\n  otc:\n    auth:\n      password: from-secure\n      username: not-this\n",
			}, nil, map[string]string{"user_name": "oncall", "password": "from-secure"},
		},
		"secure.yaml of another folder does not count": {
			map[string]string{"clouds.yaml": documentedFile, "home/.config/openstack/secure.yaml": "clouds: {otc: {region_name: eu-nl}}"},
			nil,
			map[string]string{"region": "eu-de"},
		},
		"variable for secure.yaml": {
			map[string]string{"clouds.yaml": documentedFile, "secure.yaml": "clouds: {otc: {region_name: eu-nl}}", "s.yaml": "clouds: {otc: {cacert: /ca}}"},
			map[string]string{"OS_CLIENT_SECURE_FILE": "@s.yaml"},
			map[string]string{"region": "eu-de", "cacert_file": "/ca"},
		},
		"an entry in secure.yaml alone": {
			map[string]string{"clouds.yaml": "clouds: {}", "secure.yaml": documentedFile}, nil, map[string]string{"user_name": "oncall"},
		},
		"vendor file": {
			map[string]string{
				"clouds.yaml":        strings.Replace(documentedFile, "profile: otc", "profile: acme", 1),
				"clouds-public.yaml": "public-clouds: {acme: {auth: {auth_url: 'https://iam.{region_name}.acme.example/v3', username: not-this}, interface: admin}}",
			}, nil, map[string]string{"auth_url": "https://iam.eu-de.acme.example/v3", "user_name": "oncall", "endpoint_type": "public"},
		},
		"environment beats the file": {
			map[string]string{"clouds.yaml": documentedFile},
			map[string]string{"OS_USER_ID": "env-id", "OS_TENANT_ID": "env-project"},
			map[string]string{"user_id": "env-id", "user_name": "", "tenant_id": "env-project", "tenant_name": "", "password": "yaml-secret-password"},
		},
		"password of the environment beats a token of the file": {
			map[string]string{"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth: {token: t, project_name: p, domain_name: d}}}"},
			map[string]string{"OS_PASSWORD": "p", "OS_USERNAME": "u"},
			map[string]string{"token": "", "password": "p"},
		},
		"cloud: otc is a profile too": {
			map[string]string{"clouds.yaml": strings.Replace(documentedFile, "profile: otc", "cloud: otc\n    region_name: eu-new1", 1)},
			nil,
			map[string]string{"auth_url": "https://iam.eu-new1.otc.t-systems.com/v3"},
		},
		"profile otc in Switzerland": {
			map[string]string{"clouds.yaml": strings.Replace(documentedFile, "profile: otc", "profile: otc\n    region_name: eu-ch2", 1)},
			nil,
			map[string]string{"auth_url": "https://iam-pub.eu-ch2.sc.otc.t-systems.com/v3"},
		},
		"region of the environment": {
			map[string]string{"clouds.yaml": documentedFile},
			map[string]string{"OS_REGION_NAME": "eu-nl"},
			map[string]string{"auth_url": "https://iam.eu-nl.otc.t-systems.com/v3", "region": "eu-nl"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			variables := map[string]string{"OS_CLOUD": "otc"}
			env := surroundings(t, variables)
			for key, value := range test.env {
				if rest, ok := strings.CutPrefix(value, "@"); ok {
					value = filepath.Join(env.WorkDir, rest)
				}
				variables[key] = value
			}
			for path, text := range test.files {
				write(t, filepath.Join(env.WorkDir, path), text)
			}
			resolved, err := Resolve(Config{}, env)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(resolved)
			for attribute, want := range test.want {
				if got[attribute] != want {
					t.Errorf("%s is %q, want %q", attribute, got[attribute], want)
				}
			}
		})
	}
}

func TestCloudsYAMLMissing(t *testing.T) {
	variables := map[string]string{}
	env := surroundings(t, variables)
	home := filepath.Join(env.HomeDir, ".config", "openstack", "clouds.yaml")
	here := filepath.Join(env.WorkDir, "clouds.yaml")
	check := func(name string, want ConfigError) {
		t.Helper()
		_, err := Resolve(Config{Cloud: "prod"}, env)
		var failure *ConfigError
		if !errors.As(err, &failure) {
			t.Fatalf("%s: no ConfigError but %v", name, err)
		}
		if diff := cmp.Diff(want, *failure); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := os.Stat("/etc/openstack/clouds.yaml"); err == nil {
		t.Log("the machine has a clouds.yaml of its own: the case without any cannot be shown")
	} else {
		check("no file", ConfigError{
			"cloud", "Unable to find clouds.yaml",
			"cloud (OS_CLOUD) is \"prod\", but no file that could describe it is there:\n\n  " + here + "\n  " + home +
				"\n  /etc/openstack/clouds.yaml\n\nCreate one, or set OS_CLIENT_CONFIG_FILE to the path of another.",
		})
	}
	write(t, here, "clouds: {test: {}, stage: {}, test: {}}")
	check("unknown entry", ConfigError{"cloud", "Unable to find the cloud", here + ` has no entry "prod". It has: test, stage.`})
	write(t, here, "# nothing\n")
	check("no entries", ConfigError{"cloud", "Unable to find the cloud", here + ` has no entry "prod". It has no entries at all.`})

	variables["OS_CLIENT_SECURE_FILE"] = "gone.yaml"
	check("variable for the secrets", ConfigError{
		"cloud", "Unable to find clouds.yaml", "OS_CLIENT_SECURE_FILE says " + filepath.Join(env.WorkDir, "gone.yaml") + ", but there is no such file.",
	})
	variables["OS_CLIENT_CONFIG_FILE"] = "/gone/clouds.yaml"
	check("variable", ConfigError{"cloud", "Unable to find clouds.yaml", "OS_CLIENT_CONFIG_FILE says /gone/clouds.yaml, but there is no such file."})
}

func TestCloudsYAMLTooLarge(t *testing.T) {
	_, err := parseYAML(strings.NewReader(strings.Repeat("# x\n", 300_000)), "clouds.yaml", "clouds")
	if err == nil || !strings.HasSuffix(err.Error(), "clouds.yaml: is larger than 1 MiB.") {
		t.Error(err)
	}
}

// FuzzCloudsYAML: whatever the file holds, reading it ends, does not panic, and
// an error never shows a value of the file.
func FuzzCloudsYAML(f *testing.F) {
	f.Add(documentedFile)
	f.Add("clouds: {otc: {ak: A, sk: S, auth: {ak: B}, verify: false}}")
	f.Add("a: &a\n  <<: *a\nclouds:\n  otc: &x\n    <<: [*x, *a]\n    auth: *x\n")
	f.Add("x: &x\n  <<: [" + strings.Repeat("*x,", 200) + "]\nclouds:\n  otc:\n    <<: [" + strings.Repeat("*x,", 200) + "]\n")
	f.Add("clouds:\n  otc:\n    auth:\n      password: *sup3rs3cret\n")
	f.Add("clouds:\n  otc:\n    verify: 'sup3rs3cret'\n")
	f.Add("clouds: [sup3rs3cret")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseYAML(strings.NewReader(text), "clouds.yaml", "clouds")
		var entry cloudEntry
		if err == nil {
			file.names()
			entry, _, err = file.entry("otc")
		}
		if err == nil {
			if _, err := Resolve(entry.config, surroundings(t, nil)); err != nil {
				var failure *ConfigError
				if !errors.As(err, &failure) {
					t.Errorf("no ConfigError but %T: %v", err, err)
				}
			}
			return
		}
		var failure *ConfigError
		if !errors.As(err, &failure) || failure.Summary == "" || failure.Detail == "" {
			t.Errorf("no ConfigError but %T: %v", err, err)
		}
		if strings.Contains(err.Error(), "sup3rs3cret") {
			t.Errorf("a value is shown: %v", err)
		}
	})
}
