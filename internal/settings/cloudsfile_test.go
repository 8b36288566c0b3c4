// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
			map[string]string{
				"clouds.yaml": documentedFile, "secure.yaml": "clouds: {otc: {region_name: eu-nl}}",
				"s.yaml": "clouds: {otc: {cacert: /ca}}",
			},
			map[string]string{"OS_CLIENT_SECURE_FILE": "@s.yaml"},
			map[string]string{"region": "eu-de", "cacert_file": "/ca"},
		},
		"an entry in secure.yaml alone": {
			map[string]string{"clouds.yaml": "clouds: {}", "secure.yaml": documentedFile}, nil, map[string]string{"user_name": "oncall"},
		},
		"auth_type password": {
			map[string]string{"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth_type: v3password, auth: {token: t, username: " +
				"u, password: p, project_name: p, domain_name: d}}}"},
			nil,
			map[string]string{"token": "", "password": "p"},
		},
		"auth_type password, and a token in secure.yaml": {
			map[string]string{
				"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth_type: password, auth: {username: u, password: p, " +
					"project_name: p, domain_name: d}}}",
				"secure.yaml": "clouds: {otc: {auth: {token: t}}}",
			},
			nil,
			map[string]string{"token": "", "password": "p"},
		},
		"auth_type token": {
			map[string]string{"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth_type: token, auth: {token: t, username: u, " +
				"password: p, project_name: p, domain_name: d}}}"},
			nil,
			map[string]string{"token": "t", "password": ""},
		},
		"environment beats the file": {
			map[string]string{"clouds.yaml": documentedFile},
			map[string]string{"OS_USER_ID": "env-id", "OS_TENANT_ID": "env-project"},
			map[string]string{
				"user_id": "env-id", "user_name": "", "tenant_id": "env-project", "tenant_name": "",
				"password": "yaml-secret-password",
			},
		},
		"password of the environment beats a token of the file": {
			map[string]string{"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth: {token: t, project_name: p, domain_name: d}}}"},
			map[string]string{"OS_PASSWORD": "p", "OS_USERNAME": "u"},
			map[string]string{"token": "", "password": "p"},
		},
		"passcode of the environment chooses no other credential than the file": {
			map[string]string{"clouds.yaml": "clouds: {otc: {profile: otc, region_name: eu-de, auth: {token: t, project_name: p, domain_name: d}}}"},
			map[string]string{"OS_PASSCODE": "123456"},
			map[string]string{"token": "t"},
		},
		"cloud: otc is a profile too": {
			map[string]string{"clouds.yaml": strings.Replace(documentedFile, "profile: otc", "cloud: otc\n    region_name: eu-new1", 1)},
			nil,
			map[string]string{"auth_url": "https://iam.eu-new1.otc.t-systems.com/v3"},
		},
		"region of a project that another replaced": {
			map[string]string{"clouds.yaml": documentedFile},
			map[string]string{"OS_TENANT_ID": "pid"},
			map[string]string{"auth_url": "https://iam.eu-de.otc.t-systems.com/v3", "tenant_id": "pid", "tenant_name": ""},
		},
		"profile before cloud": {
			map[string]string{"clouds.yaml": strings.Replace(documentedFile, "profile: otc", "cloud: acme\n    profile: otc\n    region_name: "+
				"eu-new1", 1)},
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
			resolved, err := Resolve(Values{}, env)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(resolved.Values)
			for attribute, want := range test.want {
				if got[attribute] != want {
					t.Errorf("%s is %q, want %q", attribute, got[attribute], want)
				}
			}
		})
	}
}

func TestCloudsYAMLUnfit(t *testing.T) {
	variables := map[string]string{}
	env := surroundings(t, variables)
	home := filepath.Join(env.HomeDir, ".config", "openstack", "clouds.yaml")
	here := filepath.Join(env.WorkDir, "clouds.yaml")
	check := func(name string, want Error) {
		t.Helper()
		_, err := Resolve(Values{Cloud: "prod"}, env)
		if diff := cmp.Diff(want, *errorOf(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := os.Stat("/etc/openstack/clouds.yaml"); err == nil {
		t.Log("this machine has a clouds.yaml, so the case without any is left out")
	} else {
		check("no file", Error{
			"cloud", "Unable to find clouds.yaml",
			"cloud (OS_CLOUD) is \"prod\", but none of these files exists:\n\n  " + here + "\n  " + home +
				"\n  /etc/openstack/clouds.yaml\n\nCreate one of them, or set OS_CLIENT_CONFIG_FILE to the path of another.",
		})
	}
	write(t, here, "clouds: {test: {}, stage: {}}")
	check("unknown entry", Error{"cloud", "Unable to find the cloud", here + ` has no entry "prod". It has: stage, test.`})
	write(t, here, "base: &b {other: {}}\nclouds: {<<: *b, test: {}}")
	check("unknown entry, and a merge", Error{"cloud", "Unable to find the cloud", here + ` has no entry "prod". It has: other, test.`})
	write(t, here, "clouds: {prod: {auth: {auth_url: iam.example.com, token: t, project_id: p}}}")
	check("value of an entry", Error{
		"auth_url", "Unable to use auth_url",
		"The URL must begin with https:// (or http://), such as https://iam.eu-de.otc.t-systems.com/v3.\n\nThe value comes from entry " +
			"\"prod\" of " + here + ".",
	})
	write(t, here, "clouds: {prod: {profile: otc, region_name: eu-de, auth: {username: u, pasword: p, project_name: p}}}")
	check("misspelt key", Error{
		"password", "Unable to find password",
		"user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).\n\n" +
			"Found in entry \"prod\" of " + here + ": profile, region_name, auth.pasword, auth.project_name, auth.username.",
	})
	write(t, here, "who: &w {username: u, pasword: p, project_name: p}\nclouds: {prod: {profile: otc, region_name: eu-de, auth: *w}}")
	check("misspelt key behind an alias", Error{
		"password", "Unable to find password",
		"user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password (OS_PASSWORD).\n\n" +
			"Found in entry \"prod\" of " + here + ": profile, region_name, auth.pasword, auth.project_name, auth.username.",
	})
	write(t, here, "clouds: {prod: {region_name: eu-de, auth: {tokn: t}}}")
	check("misspelt key, and no credential", Error{
		"", "Unable to find credentials",
		noCredentialsText(t) + "\n\nFound in entry \"prod\" of " + here + ": region_name, auth.tokn.",
	})
	noPassword := "user_name is set, password is not. A user logs in with a password; a token or AK/SK needs no user. Set password " +
		"(OS_PASSWORD).\n\n"
	write(t, here, "base: &b {region_name: eu-de}\nclouds: {prod: {<<: *b, auth: {username: u, password:T0psecret-7f1c, project_name: p}}}")
	check("no blank behind a colon, and a merge", Error{
		"password", "Unable to find password",
		noPassword + "Found in entry \"prod\" of " + here + ": region_name, auth.… (not a key's name), auth.project_name, auth.username.",
	})
	secure := write(t, filepath.Join(env.WorkDir, "secure.yaml"), "clouds: {prod: {auth: {pasword: T0psecret-7f1c}}}")
	write(t, here, "clouds: {prod: {region_name: eu-de, auth: {username: u, project_name: p}}}")
	check("misspelt key in secure.yaml", Error{
		"password", "Unable to find password",
		noPassword + "Found in entry \"prod\" of " + here + ": region_name, auth.project_name, auth.username.\nFound in entry " +
			"\"prod\" of " + secure + ": auth.pasword.",
	})
	write(t, secure, "{}")
	write(t, here, "clouds: {prod: }")
	check("empty entry, and an empty secure.yaml", Error{
		"", "Unable to find credentials", noCredentialsText(t) + "\n\nFound in entry \"prod\" of " + here + ": nothing.",
	})
	write(t, here, "cloud: {prod: {}}")
	check("misspelt top", Error{
		"cloud", "Unable to find the cloud",
		here + ` has no entry "prod". There is no entry at all below its key clouds.`,
	})
	write(t, here, "# nothing\n")
	check("no entries", Error{
		"cloud", "Unable to find the cloud",
		here + ` has no entry "prod". There is no entry at all below its key clouds.`,
	})

	variables["OS_CLIENT_SECURE_FILE"] = "gone.yaml"
	check("variable for the secrets", Error{
		"cloud", "Unable to find clouds.yaml",
		"OS_CLIENT_SECURE_FILE is " + filepath.Join(env.WorkDir, "gone.yaml") + ", but this file does not exist.",
	})
	variables["OS_CLIENT_CONFIG_FILE"] = env.WorkDir
	check("folder", Error{"cloud", "Unable to read clouds.yaml", env.WorkDir + ": cannot be read: is a directory."})
	variables["OS_CLIENT_CONFIG_FILE"] = os.DevNull // reading another device, or a pipe, could never end
	check("device", Error{"cloud", "Unable to read clouds.yaml", os.DevNull + ": cannot be read: it is not a regular file."})
	large := write(t, filepath.Join(env.WorkDir, "large.yaml"), strings.Repeat(" ", 4<<20+1))
	variables["OS_CLIENT_CONFIG_FILE"] = large
	check("large", Error{"cloud", "Unable to read clouds.yaml", large + ": cannot be read: it is larger than 4 MiB."})
	variables["OS_CLIENT_CONFIG_FILE"] = "/gone/clouds.yaml"
	check("variable", Error{
		"cloud", "Unable to find clouds.yaml",
		"OS_CLIENT_CONFIG_FILE is /gone/clouds.yaml, but this file does not exist.",
	})
}

// noCredentialsText returns the error for no credentials at all.
func noCredentialsText(t *testing.T) string {
	t.Helper()
	_, err := Resolve(Values{}, surroundings(t, nil))
	return errorOf(t, err).Detail
}

// TestCloudsYAMLOffered checks that a clouds.yaml is named if there are no credentials and no cloud.
func TestCloudsYAMLOffered(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		block Values
		want  string // what follows the usual text; {file} is the path
	}{
		"one entry": {"clouds: {otc: {}}", Values{}, "\n\n{file} is here and has: otc. To use an entry, set cloud (OS_CLOUD) to its name."},
		"two entries": {
			"clouds: {b: {}, a: {}}",
			Values{},
			"\n\n{file} is here and has: a, b. To use an entry, set cloud (OS_CLOUD) to its name.",
		},
		"no entry":      {"clouds: {}", Values{}, ""},
		"a broken file": {"clouds: [", Values{}, ""},
		"a project is set": {
			"clouds: {a: {}}",
			Values{TenantName: "eu-de_p"},
			"\n\n{file} is here and has: a. To use an entry, set cloud (OS_CLOUD) to its name.",
		},
		"without such a file": {"", Values{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := surroundings(t, nil)
			path := filepath.Join(env.WorkDir, "clouds.yaml")
			if c.file != "" {
				write(t, path, c.file)
			}
			_, err := Resolve(c.block, env)
			if got, want := errorOf(t, err).Detail, noCredentialsText(t)+strings.Replace(c.want, "{file}", path, 1); got != want {
				t.Errorf("got %q\nwant %q", got, want)
			}
		})
	}
}
