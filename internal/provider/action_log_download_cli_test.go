// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The action as users have it: with a CLI that has actions. What it does in all cases is tested through the protocol.

// saveAction is an action that saves an instance's log to the folder logs.
func saveAction(id string) string {
	return fmt.Sprintf(
		"action \"rds_errorlog_download\" \"orders\" {\n  config {\n    instance_id = %q\n    directory   = \"logs\"\n  }\n}\n", id,
	)
}

func actionCLI(t *testing.T, configuration string) *rdstest.CLI {
	t.Helper()
	rdstest.NeedTerraform(t, 14, "actions")
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+configuration)
	return c
}

// shown returns the lines of the action itself.
func shown(screen string) []string {
	var lines []string
	for line := range strings.Lines(screen) {
		if _, text, ok := strings.Cut(line, "action.rds_errorlog_download.orders (triggered by "); ok {
			if _, text, ok = strings.Cut(text, "): "); ok {
				lines = append(lines, strings.TrimSpace(text))
			}
		}
	}
	return lines
}

func TestCLI_ActionInvoked(t *testing.T) {
	configuration := strings.Replace(saveAction(rdssim.InstanceTwoFiles), "directory", "summarize = false\n    directory", 1)
	c := actionCLI(t, configuration)
	run := apply(t, c, "-invoke=action.rds_errorlog_download.orders")
	var want []string
	names, err := filepath.Glob(filepath.Join(c.Dir, "logs", "*_errorlog_download_*"))
	if err != nil {
		t.Fatal(err)
	}
	names = slices.DeleteFunc(names, func(name string) bool { return filepath.Ext(name) == ".sha256" })
	if len(names) != 2 {
		t.Fatalf("got the files %q, want two without their checksums", names)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		want = append(
			want, fmt.Sprintf("Saved %s, %d bytes, SHA-256 %s.", filepath.Join("logs", filepath.Base(name)), len(text), sum(string(text))),
		)
	}
	want = append(want, "Each file has its checksum beside it. In the directory, verify with: sha256sum -c *.sha256")
	if diff := cmp.Diff(want, shown(run.Stdout)); diff != "" {
		t.Errorf("%s\n%s", diff, run.Stdout)
	}
	checkSumFiles(t, filepath.Join(c.Dir, "logs"))
	if state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate")); err != nil || strings.Contains(string(state), "Signature=") {
		t.Errorf("a link in the state, %v", err)
	}
}

// TestCLI_ActionTriggered: a resource that is made triggers it, and the state holds no link.
func TestCLI_ActionTriggered(t *testing.T) {
	c := actionCLI(t, saveAction(rdssim.InstanceHealthy)+`
		resource "terraform_data" "incident" {
		  lifecycle {
		    action_trigger {
		      events  = [after_create]
		      actions = [action.rds_errorlog_download.orders]
		    }
		  }
		}`)
	apply(t, c)
	if files := content(t, filepath.Join(c.Dir, "logs")); len(files) != 2 {
		t.Errorf("%d files", len(files))
	}
	state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if err != nil || strings.Contains(string(state), "Signature=") {
		t.Errorf("a link in the state, %v", err)
	}
}

func TestCLI_ActionFails(t *testing.T) {
	for id, text := range map[string]string{
		rdssim.InstanceMissing: "RDS refused to export the error log of DB instance " + rdssim.InstanceMissing,
		rdssim.InstanceFails:   "no file was prepared",
	} {
		t.Run(id, func(t *testing.T) {
			c := actionCLI(t, saveAction(id))
			run := c.Run(t, "apply", "-auto-approve", "-no-color", "-invoke=action.rds_errorlog_download.orders")
			if run.ExitCode != 1 || !wrapped(text).MatchString(run.Stderr) || !wrapped("Unable to obtain error log links").MatchString(run.Stderr) {
				t.Errorf("%s\n%s", run.Stdout, run.Stderr)
			}
			if _, err := os.Stat(filepath.Join(c.Dir, "logs")); err == nil {
				t.Error("a folder was made for nothing")
			}
		})
	}
}
