// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// Tests with the real CLI and the real provider program, as a user has them.

func TestMain(m *testing.M) {
	code := m.Run()
	rdstest.RemoveProvider()
	os.Exit(code)
}

// requirement is the block that examples leave out.
const requirement = "terraform {\n  required_providers {\n    rds = {\n      source = \"otc-rds/rds\"\n    }\n  }\n}\n"

// TestExamples applies every example of an object, as it is.
func TestExamples(t *testing.T) {
	examples, err := filepath.Glob("../../examples/*s/rds_*/*.tf")
	if err != nil || len(examples) < 6 {
		t.Fatalf("only %d examples, %v", len(examples), err)
	}
	for _, example := range examples {
		t.Run(filepath.Base(example), func(t *testing.T) {
			c := rdstest.NewCLI(t, []string{example}, rdssim.WithExportDuration(0))
			c.Write(t, "versions.tf", requirement)
			if strings.Contains(example, "/ephemeral-resources/") {
				rdstest.NeedEphemerals(t)
			}
			if strings.Contains(example, "/actions/") {
				rdstest.NeedTerraform(t, 14, "actions")
				if run := c.Run(t, "validate", "-no-color"); run.ExitCode != 0 {
					t.Errorf("%s\n%s", run.Stdout, run.Stderr)
				}
				return // an apply alone does not invoke it
			}
			if run := c.Run(t, "apply", "-auto-approve", "-no-color"); run.ExitCode != 0 {
				t.Errorf("%s\n%s", run.Stdout, run.Stderr)
			}
			if !slices.ContainsFunc(objects, func(o object) bool { return c.Cloud.Count(o.calls) > 0 }) {
				t.Error("the example asked RDS for nothing")
			}
		})
	}
}

// TestCLI_Fleet: what a for_each gives.
func TestCLI_Fleet(t *testing.T) {
	c := rdstest.NewCLI(t, []string{"../../examples/data-sources/rds_errorlog_download/fleet.tf"}, rdssim.WithExportDuration(0))
	c.Write(
		t, "more.tf",
		requirement+`output "sizes" { value = { for name, log in data.rds_errorlog_download.fleet : name => log.list[*].file_size } }`,
	)
	if run := c.Run(t, "apply", "-auto-approve", "-no-color"); run.ExitCode != 0 {
		t.Fatalf("%s\n%s", run.Stdout, run.Stderr)
	}
	var outputs map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(c.Run(t, "output", "-json").Stdout), &outputs); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"orders": []any{20590.0}, "invoices": []any{11244.0, 9346.0}}
	if diff := cmp.Diff(want, outputs["sizes"].Value); diff != "" {
		t.Error(diff)
	}
	if c.Cloud.Count("login") != 1 {
		t.Errorf("%d logins for two instances", c.Cloud.Count("login"))
	}
}

// TestCLI_WarningIsShown: what a person reads on the screen when an export fails in part.
func TestCLI_WarningIsShown(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstancePartlyFails))
	run := c.Run(t, "plan", "-no-color")
	if run.ExitCode != 0 || !strings.Contains(run.Stdout, "Warning: Some error log files are missing") ||
		!wrapped("To stop here instead, add a postcondition on status.").MatchString(run.Stdout) {
		t.Errorf("%s\n%s", run.Stdout, run.Stderr)
	}
}

func TestCLI_UserAgent(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstanceHealthy))
	if run := c.Run(t, "plan", "-no-color"); run.ExitCode != 0 {
		t.Fatalf("%s\n%s", run.Stdout, run.Stderr)
	}
	for _, r := range c.Cloud.Requests() {
		if agent := r.Header.Get("User-Agent"); !strings.HasPrefix(agent, "terraform-provider-rds/9.9.9-test ") {
			t.Errorf("%s came from %q", r.Kind, agent)
		}
	}
}

// TestCLI_ByName: 200 data sources by name cost the pages of one listing, and one login, in a plan of the real CLI.
func TestCLI_ByName(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithFleet(200))
	c.Write(t, "main.tf", requirement+`
data "rds_errorlog" "fleet" {
  count         = 200
  instance_name = format("fleet-%04d", count.index + 1)
  levels        = ["ERROR"]
}
`)
	run := c.Run(t, "plan", "-no-color", "-parallelism=50")
	if run.ExitCode != 0 {
		t.Fatalf("got exit code %d, want 0: %s\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	want := map[string]int{"login": 1, "rds.instances": 3, "rds.errorlog_rows": 200} // 214 instances on pages of 100
	got := map[string]int{}
	for kind := range want {
		got[kind] = c.Cloud.Count(kind)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// TestCLI_Typo: a typo leads to the right name on the screen, at the line that has it.
func TestCLI_Typo(t *testing.T) {
	c := rdstest.NewCLI(t, nil)
	c.Write(t, "main.tf", requirement+`
data "rds_errorlog" "incident" {
  instance_name = "invocies"
}
`)
	run := c.Run(t, "plan", "-no-color")
	if run.ExitCode == 0 {
		t.Errorf("got exit code 0, want an error: %s", run.Stdout)
	}
	for _, want := range []string{`instance_name = "invocies"`, "\n  invoices\n"} {
		if !strings.Contains(run.Stderr, want) {
			t.Errorf("got %s, want %q in it", run.Stderr, want)
		}
	}
}
