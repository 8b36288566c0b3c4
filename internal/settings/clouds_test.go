// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"path/filepath"
	"slices"
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
	got, err := Resolve(Values{}, env)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"cloud": "otc", "user_name": "oncall", "password": "yaml-secret-password", "tenant_name": "eu-de_orders",
		"domain_name": "OTC00000000001000012345", "region": "eu-de", "auth_url": "https://iam.eu-de.otc.t-systems.com/v3",
		"endpoint_type": "public", "insecure": "false", "allow_reauth": "true", "max_retries": "5",
	}
	if diff := cmp.Diff(want, describe(got.Values)); diff != "" {
		t.Errorf("resolved (-want +got):\n%s", diff)
	}
}

// TestCloudsYAMLEachKey reads each attribute from each of its keys.
func TestCloudsYAMLEachKey(t *testing.T) {
	values := map[string]string{
		"auth_url": "https://iam.example.com/v3", "endpoint": "https://rds.example.com", "endpoint_type": "internal", "insecure": "true",
		"cacert_file": "/ca", "cert": "/cert", "key": "/key",
	}
	for _, attribute := range Attributes {
		for _, key := range attribute.Keys {
			if key == "!verify" {
				continue // see TestCloudsYAMLForms
			}
			t.Run(key, func(t *testing.T) {
				value, ok := values[attribute.Name]
				if !ok {
					value = "0x1F: yes # text" // stays as it is written
				}
				text := "clouds:\n  c:\n    " + key + ": '" + value + "'\n"
				if inner, found := strings.CutPrefix(key, "auth."); found {
					text = "clouds:\n  c:\n    auth:\n      " + inner + ": '" + value + "'\n"
				}
				if diff := cmp.Diff(map[string]string{attribute.Name: value}, describe(entryOf(t, text).Values)); diff != "" {
					t.Errorf("entry (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// TestCloudsYAMLFirstKey checks that the first key that is set wins. Other programs that read the file have this order.
func TestCloudsYAMLFirstKey(t *testing.T) {
	order := map[string][]string{
		"user_name":          {"auth.username", "auth.user_name"},
		"token":              {"auth.token", "token"},
		"tenant_id":          {"auth.project_id", "auth.tenant_id"},
		"tenant_name":        {"auth.project_name", "auth.tenant_name"},
		"domain_id":          {"auth.user_domain_id", "auth.project_domain_id", "auth.domain_id", "auth.default_domain"},
		"domain_name":        {"auth.user_domain_name", "auth.project_domain_name", "auth.domain_name"},
		"access_key":         {"auth.ak", "auth.access_key", "ak", "access_key"},
		"secret_key":         {"auth.sk", "auth.secret_key", "sk", "secret_key"},
		"security_token":     {"auth.security_token", "security_token"},
		"agency_name":        {"auth.target_agency_name", "auth.agency_name"},
		"agency_domain_name": {"auth.target_domain_name", "auth.agency_domain_name"},
		"delegated_project":  {"auth.target_project_name", "auth.delegated_project"},
		"endpoint":           {"rds_endpoint_override", "rdsv3_endpoint_override"},
		"endpoint_type":      {"endpoint_type", "interface"},
	}
	for attribute, keys := range order {
		for first, winner := range keys {
			t.Run(winner, func(t *testing.T) {
				var top, auth []string
				for _, key := range slices.Backward(keys[first:]) { // the file's own order does not count
					if inner, found := strings.CutPrefix(key, "auth."); found {
						auth = append(auth, inner+": from "+key)
					} else {
						top = append(top, key+": from "+key)
					}
				}
				text := "clouds: {c: {" + strings.Join(append(top, "auth: {"+strings.Join(auth, ", ")+"}"), ", ") + "}}"
				if diff := cmp.Diff(map[string]string{attribute: "from " + winner}, describe(entryOf(t, text).Values)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", text, diff)
				}
			})
		}
	}
	for _, a := range Attributes {
		if len(a.Keys) > 1 && len(a.Keys) != len(order[a.Name]) && a.Name != "insecure" {
			t.Errorf("%s: %d keys have their order tested, want all of %v", a.Name, len(order[a.Name]), a.Keys)
		}
	}
}

// entryOf reads entry "c" of a file.
func entryOf(t *testing.T, text string) cloudEntry {
	t.Helper()
	file, err := parseClouds([]byte(text), "clouds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	entry, found, err := file.entry("c")
	if err != nil || !found {
		t.Fatalf("entry c: found is %v and the error %v, want true and none", found, err)
	}
	return entry
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
		"an agency's domain must have a name": {
			"clouds: {c: {auth: {target_agency_name: a, target_domain_id: 0123abcd, target_project_name: p}}}",
			map[string]string{"agency_name": "a", "delegated_project": "p"},
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
			"base: &base {region_name: eu-nl, interface: admin}\nsecret: &s {password: p}\nclouds:\n  c:\n    <<: *base\n    region_name: " +
				"eu-de\n    auth: {<<: [*s, {username: u}]}\n",
			map[string]string{"region": "eu-de", "endpoint_type": "admin", "password": "p", "user_name": "u"},
		},
		"a list of one to merge": {
			"secret: &s {password: p}\nclouds: {c: {auth: {<<: [*s]}}}",
			map[string]string{"password": "p"},
		},
		"an alias for a key": {
			"name: &sk other\nclouds: {c: {*sk : not-this, sk: S}}",
			map[string]string{"secret_key": "S"},
		},
		"a value that repeats": {
			"clouds: {c: {ak: sk, sk: ak, regions: [eu-de, eu-nl, eu-de]}, d: {ak: A}}\nother: {[ak]: 1, [sk]: 2, {}: 3}",
			map[string]string{"access_key": "sk", "secret_key": "ak"},
		},
		"auth_type password": {
			"clouds: {c: {auth_type: password, token: t, ak: A, sk: S, security_token: ST, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"password": "p", "passcode": "1"},
		},
		"auth_type v3password": {
			"clouds: {c: {auth_type: v3password, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"password": "p", "passcode": "1"},
		},
		"auth_type v3multifactor": {
			"clouds: {c: {auth_type: v3multifactor, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"password": "p", "passcode": "1"},
		},
		"auth_type token": {
			"clouds: {c: {auth_type: token, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"token": "t"},
		},
		"auth_type v3token": {
			"clouds: {c: {auth_type: v3token, ak: A, sk: S, security_token: ST, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"token": "t"},
		},
		"another auth_type": {
			"clouds: {c: {auth_type: v3totp, auth: {token: t, password: p, passcode: '1'}}}",
			map[string]string{"token": "t", "password": "p", "passcode": "1"},
		},
		"unknown keys do not matter": {
			"clouds: {c: {regions: [eu-de, {name: x}], auth: {system_scope: all}, region_name: r}, d: [1]}",
			map[string]string{"region": "r"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			entry := entryOf(t, test.text)
			entry.obeyAuthType()
			if diff := cmp.Diff(test.want, describe(entry.Values)); diff != "" {
				t.Errorf("entry (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCloudsYAMLBroken compares whole texts. Each names file and line, and none shows a value: it may be a secret.
func TestCloudsYAMLBroken(t *testing.T) {
	const mapping = ": must be a mapping, with one key: value on each line."
	tests := map[string]struct{ text, want string }{
		"syntax": {
			"clouds:\n  c:\n   auth: [secret\n",
			"F, line 3: is not valid YAML: did not find expected ',' or ']' in the block that begins there.",
		},
		"wrong indent": {
			"clouds:\n  c:\n    ak: b\n   sk: secret\n",
			"F, line 2: is not valid YAML: did not find expected key in the block that begins there.",
		},
		"no colon":           {"clouds:\n  c:\n    ak: b\n    secret\n", "F, line 4: is not valid YAML: could not find expected ':'."},
		"tab":                {"clouds:\n\tc:\n", "F, line 2: is not valid YAML: indent with spaces, not with tabs."},
		"unquoted star":      {"clouds:\n  c:\n    auth:\n      password: *secret\n", "F, line 4: a value that begins with * needs quotes."},
		"a list":             {"- clouds\n", "F, line 1" + mapping},
		"a word":             {"secret", "F, line 1" + mapping},
		"clouds is a list":   {"clouds:\n  - secret\n", "F, line 2" + mapping},
		"entry is a word":    {"clouds:\n  c: secret\n", "F, line 2" + mapping},
		"auth is a word":     {"clouds:\n  c:\n    auth: secret\n", "F, line 3" + mapping},
		"password is a list": {"clouds:\n  c:\n    auth:\n      password:\n      - secret\n", "F, line 5: auth.password is not a plain value."},
		"verify is a path":   {"clouds:\n  c:\n    verify: /secret\n", "F, line 3: verify is neither true nor false."},
		"insecure is a word": {"clouds:\n  c:\n    insecure: secret\n", "F, line 3: insecure is neither true nor false."},
		"key that repeats": {
			"clouds:\n  c:\n    auth:\n      password: secret\n      username: u\n      password: secret2\n",
			"F, line 6: the key is there twice.",
		},
		"entry that repeats":         {"clouds:\n  c: {ak: secret}\n  d: {}\n  c: {ak: secret2}\n", "F, line 4: the key is there twice."},
		"key that repeats elsewhere": {"base: &b {ak: secret, ak: secret2}\nclouds:\n  c:\n    <<: *b\n", "F, line 1: the key is there twice."},
		"two merges": {
			"a: &a {ak: secret}\nb: &b {sk: secret}\nclouds:\n  c:\n    <<: *a\n    <<: *b\n",
			"F, line 6: the key is there twice.",
		},
		"auth_type is a list":  {"clouds:\n  c:\n    auth_type: [secret]\n", "F, line 3: auth_type is not a plain value."},
		"profile is a mapping": {"clouds:\n  c:\n    profile: {a: secret}\n", "F, line 3: profile is not a plain value."},
		"merge with a word": {
			"clouds:\n  c:\n    <<: secret\n",
			"F: is not valid YAML: map merge requires map or sequence of maps as the value.",
		},
		"character of no script": {"clouds: \x00secret\n", "F: is not valid YAML: control characters are not allowed."},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			env := surroundings(t, nil)
			path := write(t, filepath.Join(env.WorkDir, "clouds.yaml"), test.text)
			_, err := Resolve(Values{Cloud: "c"}, env)
			want := Error{"cloud", "Unable to read clouds.yaml", strings.Replace(test.want, "F", path, 1)}
			failure := errorOf(t, err)
			if diff := cmp.Diff(want, *failure); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
			if strings.Contains(failure.Error(), "secret") {
				t.Errorf("want no value in the error, got %v", failure)
			}
		})
	}
}

// FuzzCloudsYAML checks that reading any file ends, does not panic, and shows no value of the file in an error.
func FuzzCloudsYAML(f *testing.F) {
	f.Add(documentedFile)
	f.Add("clouds: {otc: {ak: A, sk: S, auth: {ak: B}, verify: false}}")
	f.Add("a: &a\n  <<: *a\nclouds:\n  otc: &x\n    <<: [*x, *a]\n    auth: *x\n")
	f.Add("x: &x\n  <<: [" + strings.Repeat("*x,", 200) + "]\nclouds:\n  otc:\n    <<: [" + strings.Repeat("*x,", 200) + "]\n")
	f.Add("clouds:\n  otc:\n    auth:\n      password: *sup3rs3cret\n")
	f.Add("clouds:\n  otc:\n    verify: 'sup3rs3cret'\n")
	f.Add("clouds: [sup3rs3cret")
	f.Fuzz(func(t *testing.T, text string) {
		file, err := parseClouds([]byte(text), "clouds.yaml")
		var entry cloudEntry
		if err == nil {
			file.names()
			entry, _, err = file.entry("otc")
		}
		if err == nil {
			if _, err := Resolve(entry.Values, surroundings(t, nil)); err != nil {
				_ = errorOf(t, err)
			}
			return
		}
		failure := errorOf(t, err)
		if failure.Summary == "" || failure.Detail == "" {
			t.Errorf("want a summary and a detail, got %+v", failure)
		}
		if strings.Contains(err.Error(), "sup3rs3cret") {
			t.Errorf("want no value in the error, got %v", err)
		}
	})
}
