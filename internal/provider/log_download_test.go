// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

func TestDataSource_OneFile(t *testing.T) {
	c := rdstest.NewWithClock(t, rdssim.WithExportDuration(13400*time.Millisecond))
	file := tfjsonpath.New("list").AtSliceIndex(0)
	is := func(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, path, check)
	}
	plan(t, c, ofInstance(rdssim.InstanceHealthy),
		is(tfjsonpath.New("status"), knownvalue.StringExact("FINISH")),
		is(tfjsonpath.New("link_count"), knownvalue.Int64Exact(1)),
		is(tfjsonpath.New("list"), knownvalue.ListSizeExact(1)),
		is(file.AtMapKey("status"), knownvalue.StringExact("SUCCESS")),
		is(file.AtMapKey("file_size"), knownvalue.Int64Exact(20590)),
		is(file.AtMapKey("file_name"), knownvalue.StringExact("054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20261123030000000")),
		is(file.AtMapKey("created_at"), knownvalue.StringExact("2026-11-23T03:00:14.000Z")),
		is(file.AtMapKey("updated_at"), knownvalue.StringExact("2026-11-23T03:00:14.000Z")),
		is(file.AtMapKey("expires_at"), knownvalue.StringExact("2026-11-23T03:05:14Z")),
		is(file.AtMapKey("file_link"), knownvalue.StringRegexp(regexp.MustCompile(`^https://rdssim\.invalid/obs/.+&Signature=[0-9A-Za-z%]+$`))),
		statecheck.ExpectSensitiveValue(address, file.AtMapKey("file_link")),
	)
	if got := c.Calls()[:9]; !slices.Equal(got, append([]string{"login 201"}, slices.Repeat([]string{"rds.errorlog 200"}, 8)...)) {
		t.Errorf("got %q", got)
	}
}

func TestDataSource_FileIsTheRealLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		o := read(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy})
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link(t, o, 0), nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := c.Transport().RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		var log strings.Builder
		if err := resp.Write(&log); err != nil {
			t.Fatal(err)
		}
		const line = `ERROR:  duplicate key value violates unique constraint "account_pkey"`
		if resp.StatusCode != http.StatusOK || !strings.Contains(log.String(), line) {
			t.Errorf("status %d, and the log does not hold %q", resp.StatusCode, line)
		}
	})
}

// TestDataSource_PartlyFailed: a postcondition turns the warning into an error.
func TestDataSource_PartlyFailed(t *testing.T) {
	plan(t, rdstest.NewWithClock(t), ofInstance(rdssim.InstancePartlyFails),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("status"), knownvalue.StringExact("FAILED")),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("list").AtSliceIndex(1).AtMapKey("file_link"), knownvalue.Null()),
		statecheck.ExpectKnownValue(address, tfjsonpath.New("list").AtSliceIndex(2).AtMapKey("file_link"), knownvalue.NotNull()),
	)
	postcondition := "lifecycle {\n postcondition {\n condition = self.status == \"FINISH\"\n error_message = \"Files are missing.\"\n }\n}"
	planFails(t, rdstest.NewWithClock(t), ofInstance(rdssim.InstancePartlyFails, postcondition), "Files are missing.")
}

func TestDataSource_ErrorsThroughTerraform(t *testing.T) {
	for id, text := range map[string]string{
		rdssim.InstanceFails:   "Unable to obtain error log links",
		rdssim.InstanceMissing: "Code: DBS.200602 Message: The DB instance does not exist.",
		rdssim.InstanceMySQL:   "This instance is not RDS for PostgreSQL.",
		rdssim.InstanceStuck:   "was still running after 10 min and 41 calls",
		rdssim.InstanceNoLink:  "SUCCESS without a link",
	} {
		t.Run(id, func(t *testing.T) { planFails(t, rdstest.NewWithClock(t), ofInstance(id), text) })
	}
}

// TestDataSource_BadInput: an error at its attribute, before any request.
func TestDataSource_BadInput(t *testing.T) {
	cases := map[string]struct {
		configuration, text string
	}{
		"id empty":        {ofInstance(""), "Attribute instance_id must hold 1 to 64 letters, digits and hyphens"},
		"id with a slash": {ofInstance("a/../b"), `got: "a/../b"`},
		"id with a dot":   {ofInstance(".."), "Attribute instance_id must hold"},
		"id with a space": {ofInstance("a b"), "Attribute instance_id must hold"},
		"id of 10,000":    {ofInstance(strings.Repeat("x", 10000)), "(10000 characters)"},
		"id missing":      {"data \"rds_errorlog_download\" \"orders\" {}", `Which DB instance? Set instance_name or instance_id.`},
		"id null": {
			"data \"rds_errorlog_download\" \"orders\" { instance_id = null }",
			"Which DB instance? Set instance_name or instance_id.",
		},
		"method unknown": {
			ofInstance("a", `poll_method = "push"`), `Attribute poll_method value must be one of: ["repeat" "task"], got: "push"`,
		},
		"method in upper case": {ofInstance("a", `poll_method = "TASK"`), `got: "TASK"`},
		"interval short": {
			ofInstance("a", `poll_interval = "999ms"`),
			"Attribute poll_interval must be a duration from 1s to 5m, such as 10s, because the API should not be polled often " +
				"and links live for some minutes only, got: \"999ms\".",
		},
		"interval long":       {ofInstance("a", `poll_interval = "5m1s"`), `got: "5m1s".`},
		"interval negative":   {ofInstance("a", `poll_interval = "-5s"`), `got: "-5s".`},
		"interval unreadable": {ofInstance("a", `poll_interval = "5 seconds"`), `got: "5 seconds".`},
		"interval empty":      {ofInstance("a", `poll_interval = ""`), `got: "".`},
		"interval a number":   {ofInstance("a", `poll_interval = 5`), `got: "5". The unit is missing: 5s are seconds, 5m are minutes.`},
		"timeout negative": {
			ofInstance("a", `timeouts { read = "-1.5h" }`),
			"Attribute timeouts.read must be a positive duration, such as 90s or 15m, got: \"-1.5h\".",
		},
		"timeout zero": {ofInstance("a", `timeouts { read = "0s" }`), "Attribute timeouts.read must be a positive duration"},
		"timeout unreadable": {
			ofInstance("a", `timeouts { read = "ten minutes" }`),
			`Attribute timeouts.read must be a positive duration, such as 90s or 15m, got: "ten minutes".`,
		},
		"timeout misspelt": {
			ofInstance("a", `timeouts { reed = "1m" }`),
			`An argument named "reed" is not expected here. Did you mean "read"?`,
		},
		"timeout of another kind": {ofInstance("a", `timeouts { invoke = "1m" }`), `An argument named "invoke" is not expected here.`},
		"two timeouts blocks":     {ofInstance("a", "timeouts {}\n timeouts {}"), `Duplicate timeouts block`},
		"failure set":             {ofInstance("a", `failure = { reason = "x" }`), "Cannot set value for this attribute"},
		"status set":              {ofInstance("a", `status = "FINISH"`), "Cannot set value for this attribute"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			planFails(t, cloud, c.configuration, c.text)
			if calls := cloud.Calls(); len(calls) > 0 {
				t.Errorf("requests went out: %q", calls)
			}
		})
	}
}

// TestDataSource_UnknownInstance: an id that is known only after an apply postpones the read.
func TestDataSource_UnknownInstance(t *testing.T) {
	c := rdstest.NewWithClock(t)
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps: []resource.TestStep{{
			Config: `
				resource "terraform_data" "id" { input = "` + rdssim.InstanceHealthy + `" }
				data "rds_errorlog_download" "orders" { instance_id = terraform_data.id.output }`,
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, tfjsonpath.New("list"))},
			},
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownValue(address, tfjsonpath.New("link_count"), knownvalue.Int64Exact(1))},
		}},
	})
}

// TestDataSource_Timing: one login and one call for links that are there; the export's own time and little more for
// others.
func TestDataSource_Timing(t *testing.T) {
	cases := map[string]struct {
		export time.Duration
		after  time.Duration
		calls  int
	}{
		"links are ready":     {0, 0, 1},
		"an export of 13.4 s": {13400 * time.Millisecond, 14 * time.Second, 8},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(c.export))
				start := time.Now()
				o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy})
				want := append([]string{"login 201"}, slices.Repeat([]string{"rds.errorlog 200"}, c.calls)...)
				expectDuration(t, start, c.after)
				if o.Diagnostics != nil {
					t.Errorf("got %q, want no diagnostics", o.Diagnostics)
				}
				if diff := cmp.Diff(want, cloud.Calls()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDataSource_TimeoutEndsTheWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		o := read(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceStuck, "timeouts": map[string]any{"read": "90s"}})
		expectDuration(t, start, 90*time.Second)
		onlyDiagnostic(t, o.Diagnostics, unable, "", "was still running after 1 min 30 s and 22 calls")
	})
}

// TestDataSource_HowItPolls: poll_interval and poll_method reach the wait.
func TestDataSource_HowItPolls(t *testing.T) {
	post, job := "rds.errorlog 200", "rds.job 200"
	for name, c := range map[string]struct {
		arguments map[string]any
		after     time.Duration
		calls     []string
	}{
		"a fixed pause": {map[string]any{"poll_interval": "5s"}, 15 * time.Second, []string{post, post, post, post}},
		"by task":       {map[string]any{"poll_method": "task", "poll_interval": "7s"}, 14 * time.Second, []string{post, job, job, post}},
		"by repetition": {map[string]any{"poll_method": "repeat", "poll_interval": "7s"}, 14 * time.Second, []string{post, post, post}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(13400*time.Millisecond))
				start := time.Now()
				c.arguments["instance_id"] = rdssim.InstanceHealthy
				o := read(t, cloud, c.arguments)
				expectDuration(t, start, c.after)
				if o.Values == nil {
					t.Errorf("got no links: %q", o.Diagnostics)
				}
				if diff := cmp.Diff(append([]string{"login 201"}, c.calls...), cloud.Calls()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}
