// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// Which value counts when several are there: for every attribute of the provider block, set in configuration, in each
// of its environment variables, in clouds.yaml, in two of them, in all, and in none. What is compared is what the
// cloud received, or what else it shows.
//
// The table of settings is in provider_settings_test.go. Through a real Terraform go the two runs of each attribute
// that hold the most: all sources at once, and all but the configuration. All combinations go through the provider's
// protocol, which takes milliseconds.

// Sources, besides environment variables, which go by their names.
const (
	inConfiguration = "configuration"
	inFile          = "file"
)

// sources of an attribute, the strongest first.
func (s setting) sources(attribute string) []string {
	at := slices.IndexFunc(settings.Attributes, func(a settings.Attribute) bool { return a.Name == attribute })
	all := append([]string{inConfiguration}, settings.Attributes[at].Env...)
	if s.key != "" {
		all = append(all, inFile)
	}
	return all
}

// stage makes a cloud in which the sources set the attribute, and the provider block.
func (s setting) stage(t *testing.T, attribute string, sources []string) (*rdstest.Cloud, map[string]any) {
	t.Helper()
	c := rdstest.NewWithClock(t, s.options...)
	if s.prepare != nil {
		s.prepare(t, c)
	}
	clear(c.Env)
	maps.Copy(c.Env, s.besides)
	if _, given := s.besides["OS_AUTH_URL"]; !given && attribute != "auth_url" && attribute != "cloud" {
		c.Env["OS_AUTH_URL"] = c.AuthURL()
	}
	block := map[string]any{}
	for _, source := range sources {
		value := s.valueIn(source, sources[0])
		switch source {
		case inConfiguration:
			block[attribute] = value
		case inFile:
			c.Env["OS_CLOUD"] = "here"
			writeFile(t, filepath.Join(c.Outside.Environment.WorkDir, "clouds.yaml"), entry("here", s.key, fmt.Sprintf("%q", fmt.Sprint(value))))
		default:
			c.Env[source] = fmt.Sprint(value)
		}
	}
	return c, block
}

// entry is a clouds.yaml with one key such as auth.username.
func entry(name, key, value string) string {
	text, indent := "clouds:\n  "+name+":\n", "    "
	for part := range strings.SplitSeq(key, ".") {
		text += indent + part + ":\n"
		indent += "  "
	}
	return strings.TrimSuffix(text, "\n") + " " + value + "\n"
}

// combinations of sources: none, each alone, each two, all.
func combinations(sources []string) [][]string {
	all := [][]string{nil, sources}
	for i, stronger := range sources {
		all = append(all, []string{stronger})
		for _, weaker := range sources[i+1:] {
			all = append(all, []string{stronger, weaker})
		}
	}
	return all
}

func TestPrecedence(t *testing.T) {
	for name, s := range settingTable(t) {
		attribute, _, _ := strings.Cut(name, ",")
		for _, sources := range combinations(s.sources(attribute)) {
			t.Run(name+"/"+strings.Join(sources, " over "), func(t *testing.T) {
				c, block := s.stage(t, attribute, sources)
				p := c.Protocol(t)
				diagnostics := p.Configure(t.Context(), block)
				if !slices.ContainsFunc(diagnostics, isError) {
					diagnostics = append(diagnostics, p.Read(t.Context(), dataSource, instance(rdssim.InstanceHealthy)).Diagnostics...)
				}
				s.compare(t, c, diagnostics, sources)
				tellsNoSecret(t, strings.Join(diagnostics, "\n"))
			})
		}
	}
}

// compare looks at what took effect.
func (s setting) compare(t *testing.T, c *rdstest.Cloud, diagnostics, sources []string) {
	t.Helper()
	want := s.none
	if len(sources) > 0 {
		want = s.shows(sources[0])
	}
	got := s.effect(c)
	if i := slices.IndexFunc(diagnostics, isError); i >= 0 {
		got, _, _ = strings.Cut(diagnostics[i], "\n")
	}
	if got != want {
		t.Errorf("%q took effect, want %q\n%s", got, want, strings.Join(diagnostics, "\n"))
	}
}

func isError(diagnostic string) bool { return strings.HasPrefix(diagnostic, "Error: ") }

// TestPrecedence_ThroughTerraform: the same through the real CLI, for what the CLI adds: its own reading of the
// block, types and nulls.
func TestPrecedence_ThroughTerraform(t *testing.T) {
	for name, s := range settingTable(t) {
		attribute, other, _ := strings.Cut(name, ",")
		if other != "" {
			continue // ends in an error, by intention
		}
		all := s.sources(attribute)
		for _, sources := range [][]string{all, all[1:]} {
			t.Run(name+"/"+sources[0], func(t *testing.T) {
				t.Parallel()
				s := settingTable(t)[name] // what it notes is for one run
				c, block := s.stage(t, attribute, sources)
				resource.UnitTest(t, resource.TestCase{
					ProtoV6ProviderFactories: c.Factories(),
					Steps:                    []resource.TestStep{{Config: providerBlock(block) + ofInstance(rdssim.InstanceHealthy), PlanOnly: true}},
				})
				s.compare(t, c, nil, sources)
			})
		}
	}
}

// providerBlock writes a block as a user does.
func providerBlock(values map[string]any) string {
	text := "provider \"rds\" {\n"
	for _, name := range sortedKeys(values) {
		text += fmt.Sprintf("  %s = %#v\n", name, values[name])
	}
	return text + "}\n"
}

// TestPrecedence_EveryAttribute: none is left out of the table.
func TestPrecedence_EveryAttribute(t *testing.T) {
	table := settingTable(t)
	for _, a := range settings.Attributes {
		if _, ok := table[a.Name]; !ok {
			t.Errorf("want %s in the table of settings", a.Name)
		}
	}
}

// TestPrecedence_Empty checks that an empty text counts as not set: a variable without a value can be used.
func TestPrecedence_Empty(t *testing.T) {
	for name, s := range settingTable(t) {
		attribute, _, _ := strings.Cut(name, ",")
		if _, text := s.valueIn(inConfiguration, inConfiguration).(string); !text || attribute == "endpoint_type" {
			continue // a boolean or a number is never empty; an empty word is none of the three
		}
		t.Run(name, func(t *testing.T) {
			weaker := s.sources(attribute)[1:2]
			c, block := s.stage(t, attribute, weaker)
			block[attribute] = ""
			p := c.Protocol(t)
			diagnostics := p.Configure(t.Context(), block)
			if !slices.ContainsFunc(diagnostics, isError) {
				diagnostics = p.Read(t.Context(), dataSource, instance(rdssim.InstanceHealthy)).Diagnostics
			}
			s.compare(t, c, diagnostics, weaker)
		})
	}
}

// TestPrecedence_Alternatives checks that a weaker source does not overrule a stronger one in other words. Within
// one source an id beats a name, and a token beats AK/SK beats a password.
func TestPrecedence_Alternatives(t *testing.T) {
	tokenHere := func(c *rdstest.Cloud) string { return "token " + lastHeader(c, "rds.errorlog", "X-Auth-Token") }
	signed := func(c *rdstest.Cloud) string { return "access key " + accessKeyOf(c) }
	user := func(c *rdstest.Cloud) string {
		return "user " + sent(c, "identity", "password", "user", "name") + sent(c, "identity", "password", "user", "id")
	}
	domain := func(c *rdstest.Cloud) string {
		return "domain " + sent(c, "identity", "password", "user", "domain", "name") + sent(c, "identity", "password", "user", "domain", "id")
	}
	project := func(c *rdstest.Cloud) string {
		return "project " + sent(c, "scope", "project", "name") + sent(c, "scope", "project", "id")
	}
	where := map[string]string{"OS_TENANT_ID": rdssim.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE": "https://rdssim.invalid"}
	for name, c := range map[string]struct {
		block  map[string]any
		env    map[string]string
		effect func(*rdstest.Cloud) string
		want   string
	}{
		"name in the block over id in the environment, user": {
			map[string]any{"user_name": "here"},
			map[string]string{"OS_USERNAME": "", "OS_USER_ID": "there"},
			user, "user here",
		},
		"name in the block over id in the environment, domain": {
			map[string]any{"domain_name": "here"},
			map[string]string{"OS_USER_DOMAIN_ID": "there"},
			domain, "domain here",
		},
		"name in the block over id in the environment, project": {
			map[string]any{"tenant_name": "here"},
			map[string]string{"OS_PROJECT_ID": "there"},
			project, "project here",
		},
		"id over name in the block, user": {map[string]any{"user_name": "name", "user_id": "id"}, nil, user, "user id"},
		"id over name in the block, domain": {
			map[string]any{"domain_name": "name", "domain_id": "id"},
			nil, domain,
			"domain id",
		},
		"id over name in the block, project": {
			map[string]any{"tenant_name": "name", "tenant_id": "id"},
			nil, project,
			"project id",
		},
		"id over name in the environment, user":    {nil, map[string]string{"OS_USER_ID": "id"}, user, "user id"},
		"id over name in the environment, domain":  {nil, map[string]string{"OS_DOMAIN_ID": "id"}, domain, "domain id"},
		"id over name in the environment, project": {nil, map[string]string{"OS_TENANT_ID": "id"}, project, "project id"},
		"token over all in the environment": {
			nil,
			with(where, "OS_TOKEN", "t0ken", "OS_ACCESS_KEY", "AK", "OS_SECRET_KEY", "SK"), tokenHere, "token t0ken",
		},
		"AK/SK over password in the environment": {
			nil, with(where, "OS_ACCESS_KEY", "AK", "OS_SECRET_KEY", "SK"), signed,
			"access key AK",
		},
		"password in the block over token in the environment": {
			map[string]any{"password": "here"},
			map[string]string{"OS_TOKEN": "t0ken"},
			user, "user " + rdssim.UserName,
		},
		"password in the block over AK/SK in the environment": {
			map[string]any{"password": "here"},
			map[string]string{"OS_ACCESS_KEY": "AK", "OS_SECRET_KEY": "SK"},
			user, "user " + rdssim.UserName,
		},
		"AK/SK in the block over token in the environment": {
			map[string]any{"access_key": "AK", "secret_key": "SK"},
			with(where, "OS_TOKEN", "t0ken"), signed, "access key AK",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			takeAnyone(t, cloud)
			cloud.SetEnv(c.env)
			p := cloud.Protocol(t)
			diagnostics := append(p.Configure(t.Context(), c.block),
				p.Read(t.Context(), dataSource, instance(rdssim.InstanceHealthy)).Diagnostics...)
			if got := c.effect(cloud); got != c.want || slices.ContainsFunc(diagnostics, isError) {
				t.Errorf("got %q, want %q\n%s", got, c.want, strings.Join(diagnostics, "\n"))
			}
		})
	}
}

// with copies an environment and adds names and values to it.
func with(env map[string]string, more ...string) map[string]string {
	all := maps.Clone(env)
	for pair := range slices.Chunk(more, 2) {
		all[pair[0]] = pair[1]
	}
	return all
}

// TestPrecedence_Unknown has values that are known only after an apply: each is an error at its attribute, and all
// are reported together.
func TestPrecedence_Unknown(t *testing.T) {
	configuration := "resource \"terraform_data\" \"later\" {}\nprovider \"rds\" {\n"
	var expected []string
	for _, a := range settings.Attributes {
		c := rdstest.NewWithClock(t)
		want := "Error: Unable to configure provider with an unknown value (" + a.Name + ")\n\nThe value of " + a.Name + " is known only " +
			"after an apply, but the provider needs it now.\n\nApply what it depends on first (terraform apply -target=…), or take it from a " +
			"variable or from the environment."
		if got := c.Protocol(t).Configure(t.Context(), map[string]any{a.Name: rdstest.Unknown{}}); len(got) != 1 || got[0] != want {
			t.Errorf("%s: got %q, want %q", a.Name, got, want)
		}
		configuration += "  " + a.Name + " = terraform_data.later.id\n"
		expected = append(expected, "The value of "+a.Name+" is known only after an apply")
	}
	c := rdstest.NewWithClock(t)
	for _, text := range []string{expected[0], expected[len(expected)/2], expected[len(expected)-1]} {
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: c.Factories(),
			Steps: []resource.TestStep{{
				Config:      configuration + "}\n" + ofInstance(rdssim.InstanceHealthy),
				ExpectError: wrapped(text),
			}},
		})
	}
	if calls := c.Calls(); len(calls) > 0 {
		t.Errorf("want no requests, got %q", calls)
	}
}
