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
		if _, err := os.Stat(filepath.Join(filepath.Dir(folder), "README.md")); err != nil {
			t.Error(err)
		}
	}
	want := []string{
		"check", "fleet", "gate", "postcondition", "save-with-action", "save-with-curl", "watch", "what-broke", "what-broke-ephemeral",
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
	if len(files) == 0 {
		t.Fatal("no runbook has a file runbook.tftest.hcl")
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
				rdstest.NeedTerraform(t, 1, 14, "actions")
			}
			c := rdstest.NewCLI(t, []string{filepath.Join(folder, "main.tf"), file}, rdssim.WithExportDuration(0))
			run := c.Run(t, "test", "-no-color")
			if run.ExitCode != 0 || !regexp.MustCompile(`Success! [1-9][0-9]* passed, 0 failed\.`).MatchString(run.Stdout) {
				t.Errorf("exit code %d, want 0 and a test that passed\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
			}
		})
	}
}

func TestRunbooks_Fleet(t *testing.T) {
	c := runbook(t, "fleet")
	apply(t, c)
	want := map[string]any{
		"orders":   map[string]any{"status": "FINISH", "files": 1.0, "bytes": 20590.0},
		"invoices": map[string]any{"status": "FINISH", "files": 2.0, "bytes": 20590.0},
	}
	if diff := cmp.Diff(want, outputs(t, c)["summary"]); diff != "" {
		t.Error(diff)
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
	rdstest.NeedTerraform(t, 1, 14, "actions")
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
