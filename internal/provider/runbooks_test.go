// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// Runbooks are applied as they are, with the real CLI. Each has its own idea of success.

const runbooks = "../../examples/runbooks/"

func runbook(t *testing.T, name string) *rdstest.CLI {
	t.Helper()
	return rdstest.NewCLI(t, []string{runbooks + name + "/main.tf"}, rdssim.WithExportDuration(0), rdssim.WithOriginalTimes())
}

func apply(t *testing.T, c *rdstest.CLI, arguments ...string) rdstest.Finished {
	t.Helper()
	run := c.Run(t, append([]string{"apply", "-auto-approve", "-no-color"}, arguments...)...)
	if run.ExitCode != 0 {
		t.Fatalf("%s\n%s", run.Stdout, run.Stderr)
	}
	tellsNoSecret(t, run.Stdout+run.Stderr)
	return run
}

func outputs(t *testing.T, c *rdstest.CLI) map[string]any {
	t.Helper()
	var raw map[string]struct{ Value any }
	if err := json.Unmarshal([]byte(c.Run(t, "output", "-json").Stdout), &raw); err != nil {
		t.Fatal(err)
	}
	values := map[string]any{}
	for name, output := range raw {
		values[name] = output.Value
	}
	return values
}

// TestRunbooks_AllAreTested: a runbook that no test applies is a promise that nobody keeps.
func TestRunbooks_AllAreTested(t *testing.T) {
	folders, err := filepath.Glob(runbooks + "*/main.tf")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, folder := range folders {
		names = append(names, filepath.Base(filepath.Dir(folder)))
		for _, file := range []string{"README.md", "runbook.tftest.hcl"} {
			if _, err := os.Stat(filepath.Join(filepath.Dir(folder), file)); err != nil {
				t.Error(err)
			}
		}
	}
	want := []string{
		"check", "fleet", "fleet-save", "gate", "postcondition", "save-with-action", "save-with-curl", "slow", "watch", "what-broke",
		"what-broke-ephemeral",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
}

// TestRunbooks_TestThemselves runs each runbook's own tests, as a team does that has changed its copy.
func TestRunbooks_TestThemselves(t *testing.T) {
	rdstest.NeedMocks(t)
	files, err := filepath.Glob(runbooks + "*/runbook.tftest.hcl")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		folder := filepath.Dir(file)
		t.Run(filepath.Base(folder), func(t *testing.T) {
			t.Parallel()
			configuration, err := os.ReadFile(filepath.Join(folder, "main.tf"))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(configuration), "\nephemeral ") {
				rdstest.NeedEphemerals(t)
			}
			if strings.Contains(string(configuration), "\naction ") {
				rdstest.NeedTerraform(t, 14, "actions")
			}
			c := rdstest.NewCLI(t, []string{filepath.Join(folder, "main.tf"), file}, rdssim.WithExportDuration(0))
			run := c.Run(t, "test", "-no-color")
			if run.ExitCode != 0 || !regexp.MustCompile(`Success! [1-9][0-9]* passed, 0 failed\.`).MatchString(run.Stdout) {
				t.Errorf("exit code %d, want 0 and a test that passed\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
			}
		})
	}
}

// TestRunbooks_Fleet: the worst instance comes first, and sick ones hide nothing.
func TestRunbooks_Fleet(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "fleet/main.tf"}, rdssim.WithExportDuration(0), rdssim.WithBusyFor(0),
		rdssim.WithIncident("crash", rdssim.InstanceHealthy), rdssim.WithIncident("deadlock", rdssim.InstanceShop),
		rdssim.WithIncident("connections", rdssim.InstanceBusy))
	before := time.Now().Truncate(time.Second)
	apply(t, c, "-var=links=true", "-var=timeout=3s")
	values := outputs(t, c)
	summary, _ := values["summary"].(map[string]any)
	var order []string
	worst, _ := summary["worst_first"].([]any)
	for _, line := range worst {
		text, _ := line.(string)
		name, _, _ := strings.Cut(text, ":")
		if slices.Contains([]string{"orders", "payments", "shop"}, name) {
			order = append(order, name)
		}
	}
	if diff := cmp.Diff([]string{"orders", "payments", "shop"}, order); diff != "" {
		t.Errorf("the worst first (-want +got):\n%s", diff)
	}
	if n := len(worst); n != 10 { // all but stock, search and archive
		t.Errorf("got %d instances with errors, want 10: %v", n, worst)
	}
	if diff := cmp.Diff([]any{"stock"}, summary["quiet"]); diff != "" {
		t.Errorf("quiet instances (-want +got):\n%s", diff)
	}
	for output, want := range map[string][]string{"not_read": {"search"}, "not_exported": {"reports", "search", "warehouse"}} {
		failures, _ := values[output].(map[string]any)
		if output == "not_read" {
			failures, _ = summary[output].(map[string]any)
		}
		if diff := cmp.Diff(want, sortedKeys(failures)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", output, diff)
		}
	}
	links, _ := values["links"].(map[string]any)
	if orders, _ := links["orders"].([]any); len(orders) != 1 {
		t.Errorf("got the links %v of orders, want one", orders)
	}
	text, _ := summary["read_at"].(string)
	if at, err := time.Parse(time.RFC3339, text); err != nil || at.Before(before) {
		t.Errorf("got read_at %q, want the time of this run", text)
	}
}

// TestRunbooks_FleetStale: after an apply that failed, the time in the summary is the one of the apply before.
func TestRunbooks_FleetStale(t *testing.T) {
	c := runbook(t, "fleet")
	apply(t, c, "-var=name_prefix=orders")
	before := outputs(t, c)["summary"]
	c.Cloud.Inject(rdssim.Fault{Kind: "rds.instances", Times: forEver, Handler: rdssim.APIError(403, "DBS.200604", "no")})
	if run := c.Run(t, "apply", "-auto-approve", "-no-color"); run.ExitCode == 0 {
		t.Errorf("got exit code 0, want an error: %s", run.Stdout)
	}
	if diff := cmp.Diff(before, outputs(t, c)["summary"]); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// TestRunbooks_FleetSave: each instance has a folder, and one that fails stops no other.
func TestRunbooks_FleetSave(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "fleet-save/main.tf"}, rdssim.WithExportDuration(0), rdssim.WithBusyFor(0))
	rdstest.NeedTerraform(t, 14, "actions")
	run := c.Run(t, "apply", "-auto-approve", "-no-color", "-var=timeout=5s", "-invoke=action.rds_errorlog_download.fleet")
	if run.ExitCode == 0 {
		t.Errorf("got exit code 0, want an error for the instances that fail: %s", run.Stdout)
	}
	sums, err := filepath.Glob(filepath.Join(c.Dir, "error-logs", "*", "*Z", "*.sha256"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, sum := range sums {
		names = append(names, filepath.Base(filepath.Dir(filepath.Dir(sum))))
		checkSumFiles(t, filepath.Dir(sum))
	}
	names = slices.Compact(names)
	want := []string{
		"billing", "invoices", "orders", "orders-replica", "payments", "shop", "twin-" + rdssim.InstanceTwin, "twin-" + rdssim.InstanceOtherTwin,
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("folders with files (-want +got):\n%s", diff)
	}
}

// TestRunbooks_FleetSave_Nothing: Terraform invokes nothing for a prefix that no name has, and succeeds. A warning shows it.
func TestRunbooks_FleetSave_Nothing(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "fleet-save/main.tf"})
	rdstest.NeedTerraform(t, 14, "actions")
	run := c.Run(t, "apply", "-auto-approve", "-no-color", "-var=name_prefix=odrers", "-invoke=action.rds_errorlog_download.fleet")
	if !wrapped(`No PostgreSQL instance of the project has a name that begins with "odrers": there is nothing to save.`).MatchString(
		run.Stdout + run.Stderr) {
		t.Errorf("got %s%s, want a warning", run.Stdout, run.Stderr)
	}
}

// runFolder returns the only folder with an instance's evidence.
func runFolder(t *testing.T, c *rdstest.CLI, instanceName string) string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join(c.Dir, "error-logs", instanceName, "*Z"))
	if err != nil || len(folders) != 1 {
		t.Fatalf("got folders %q, error %v, want one folder", folders, err)
	}
	return folders[0]
}

func TestRunbooks_SaveWithCurl(t *testing.T) {
	rdstest.NeedEphemerals(t)
	c := runbook(t, "save-with-curl")
	apply(t, c, "-var=instance_name=invoices")
	folder := runFolder(t, c, "invoices")
	files := content(t, folder)
	names := slices.Sorted(maps.Keys(files))
	if len(names) != 4 {
		t.Fatalf("got %q, want two files and their checksums", names)
	}
	checkSumFiles(t, folder)
	var whole strings.Builder
	for _, name := range names {
		if !strings.HasSuffix(name, ".sha256") {
			whole.WriteString(files[name])
		}
	}
	if whole.String() != realLog(t) {
		t.Error("the two files are not the log")
	}
	for _, name := range names {
		if info, err := os.Stat(filepath.Join(folder, name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	if state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate")); err != nil || strings.Contains(string(state), "Signature=") {
		t.Errorf("a link in the state, %v", err)
	}
}

func TestRunbooks_SaveWithAction(t *testing.T) {
	c := runbook(t, "save-with-action")
	rdstest.NeedTerraform(t, 14, "actions")
	run := apply(t, c, "-invoke=action.rds_errorlog_download.incident")
	if !strings.Contains(run.Stdout, "SHA-256 "+sum(realLog(t))) {
		t.Error(run.Stdout)
	}
	checkSumFiles(t, runFolder(t, c, "orders"))
}

func TestRunbooks_Check(t *testing.T) {
	c := runbook(t, "check")
	for name, text := range map[string]string{
		"orders":  "",
		"billing": "The error log of billing is not complete.",
		"search":  "Unable to obtain error log links",
	} {
		run := apply(t, c, "-var=instance_name="+name) // a check warns, and the apply goes on
		if text == "" && strings.Contains(run.Stdout, "Check block assertion") || !wrapped(text).MatchString(run.Stdout) {
			t.Errorf("%s: %s", name, run.Stdout)
		}
	}
}

func TestRunbooks_Postcondition(t *testing.T) {
	c := runbook(t, "postcondition")
	apply(t, c)
	run := c.Run(t, "plan", "-no-color", "-var=instance_name=billing")
	if run.ExitCode == 0 || !wrapped("A part of the error log of billing is missing: ").MatchString(run.Stderr) {
		t.Errorf("%s\n%s", run.Stdout, run.Stderr)
	}
}
