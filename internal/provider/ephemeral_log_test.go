// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"archive/zip"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// needsEphemerals skips a test on a CLI without ephemeral resources.
var needsEphemerals = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_10_0)}

func ephemeral(id string, more ...string) string {
	return "ephemeral" + strings.TrimPrefix(ofInstance(id, more...), "data")
}

// TestEphemeral_Values: the echo provider puts into its state what the ephemeral resource gave, for the test's eyes
// only.
func TestEphemeral_Values(t *testing.T) {
	c := rdstest.NewWithClock(t)
	factories := c.Factories()
	factories["echo"] = echoprovider.NewProviderServer()
	echoed := func(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.log", path, check)
	}
	data := func(name string) tfjsonpath.Path { return tfjsonpath.New("data").AtMapKey(name) }
	// Each check builds a new path: paths share memory.
	file := func(name string) tfjsonpath.Path { return data("list").AtSliceIndex(0).AtMapKey(name) }
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   needsEphemerals,
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{{
			Config: ephemeral(rdssim.InstanceHealthy, `timeouts { open = "5m" }`) + `
				provider "echo" { data = ephemeral.rds_errorlog_download.orders }
				resource "echo" "log" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				echoed(data("instance_id"), knownvalue.StringExact(rdssim.InstanceHealthy)),
				echoed(data("status"), knownvalue.StringExact("FINISH")),
				echoed(tfjsonpath.New("data").AtMapKey("link_count"), knownvalue.Int64Exact(1)),
				echoed(file("file_size"), knownvalue.Int64Exact(20590)),
				echoed(file("file_link"), knownvalue.StringRegexp(regexp.MustCompile(`^https://rdssim\.invalid/obs/.+&Signature=`))),
				echoed(file("created_at"), knownvalue.StringRegexp(regexp.MustCompile(`^2026-11-23T03:00:04\.000Z$`))),
			},
		}},
	})
}

func TestEphemeral_BadInput(t *testing.T) {
	for name, c := range map[string]struct{ configuration, text string }{
		"timeout negative": {
			ephemeral("a", `timeouts { open = "-1m" }`),
			`Attribute timeouts.open must be a positive duration, such as 90s or 15m, got: "-1m".`,
		},
		"id with a slash": {ephemeral("a/b"), "Attribute instance_id must hold 1 to 64 letters, digits and hyphens"},
		"interval short":  {ephemeral("a", `poll_interval = "1ms"`), "Attribute poll_interval must be a duration from 1s to 5m"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			resource.UnitTest(t, resource.TestCase{
				TerraformVersionChecks:   needsEphemerals,
				ProtoV6ProviderFactories: cloud.Factories(),
				Steps:                    []resource.TestStep{{Config: c.configuration, ExpectError: wrapped(c.text)}},
			})
			if calls := cloud.Calls(); len(calls) > 0 {
				t.Errorf("requests went out: %q", calls)
			}
		})
	}
}

func TestEphemeral_Error(t *testing.T) {
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   needsEphemerals,
		ProtoV6ProviderFactories: rdstest.NewWithClock(t).Factories(),
		Steps: []resource.TestStep{{
			Config:      ephemeral(rdssim.InstanceStuck, `timeouts { open = "90s" }`),
			ExpectError: wrapped("was still running after 1 min 30 s and 22 calls"),
		}},
	})
}

// TestEphemeral_LinkIsNowhere: a provisioner gets the link and saves the file; plan and state do not hold it. The
// same search finds the link of a data source in both, so it can find.
func TestEphemeral_LinkIsNowhere(t *testing.T) {
	const provisioner = `
		resource "terraform_data" "save" {
		  provisioner "local-exec" {
		    command     = "printf '%s' \"$LINK\" > link"
		    environment = { LINK = KIND.rds_errorlog_download.orders.list[0].file_link }
		  }
		}`
	for kind, found := range map[string]bool{"ephemeral": false, "data": true} {
		t.Run(kind, func(t *testing.T) {
			if kind == "ephemeral" {
				rdstest.NeedEphemerals(t)
			}
			c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
			configuration := kind + strings.TrimPrefix(ofInstance(rdssim.InstanceHealthy), "data")
			c.Write(t, "main.tf", requirement+configuration+strings.Replace(provisioner, "KIND", kind, 1))
			for _, arguments := range [][]string{{"plan", "-no-color", "-out=plan.bin"}, {"apply", "-no-color", "plan.bin"}} {
				if run := c.Run(t, arguments...); run.ExitCode != 0 {
					t.Fatalf("%s\n%s", run.Stdout, run.Stderr)
				}
			}
			link, err := os.ReadFile(filepath.Join(c.Dir, "link"))
			if err != nil || !strings.Contains(string(link), "&Signature=") {
				t.Fatalf("the provisioner got %q, %v", link, err)
			}
			state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
			if err != nil {
				t.Fatal(err)
			}
			for file, text := range map[string]string{"plan": unzip(t, filepath.Join(c.Dir, "plan.bin")), "state": string(state)} {
				if strings.Contains(text, "Signature=") != found {
					t.Errorf("a link in the %s: %v, want %v", file, !found, found)
				}
			}
			want := 2 // a plan and an apply each ask anew
			if kind == "data" {
				want = 1
			}
			if got := c.Cloud.Count("rds.errorlog"); got != want {
				t.Errorf("%d calls, want %d", got, want)
			}
		})
	}
}

// unzip returns the content of all files in an archive, which is what a plan file is.
func unzip(t *testing.T, path string) string {
	t.Helper()
	archive, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }()
	var all strings.Builder
	for _, member := range archive.File {
		r, err := member.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return all.String()
}
