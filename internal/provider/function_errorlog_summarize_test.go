// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfversion"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// needsFunctions skips a test on a CLI without functions of providers.
var needsFunctions = []tfversion.TerraformVersionCheck{tfversion.SkipBelow(tfversion.Version1_8_0)}

// call calls the function without a configured provider: it needs no credentials.
func call(t *testing.T, text any) (result any, failure string) {
	t.Helper()
	c := rdstest.New(t)
	result, failure = c.Protocol(t).Call(t.Context(), "errorlog_summarize", text)
	if calls := c.Calls(); len(calls) > 0 {
		t.Errorf("got the requests %q, want none", calls)
	}
	return result, failure
}

// group is a group as Terraform gets it.
func group(class, level string, count int64, first, last any, message string) map[string]any {
	g := map[string]any{"class": class, "level": level, "count": count, "first_time": first, "last_time": last, "message": message}
	if level == "" {
		g["level"] = nil
	}
	return g
}

func TestErrorLogSummarize(t *testing.T) {
	t.Parallel()
	const at = "2026-11-23T16:05:50Z"
	for name, c := range map[string]struct {
		text string
		want []any
	}{
		"empty":      {"", []any{}},
		"no trouble": {"2026-11-23 16:05:50 UTC [1] LOG:  connection received: host=[local]\n", []any{}},
		"two of one kind, a worse one": {
			"2026-11-23 16:05:50.9 UTC [1] ERROR:  duplicate key value violates unique constraint \"a_pkey\"\n" +
				"2026-11-23 16:05:50.9 UTC [1] DETAIL:  Key (id)=(4711) already exists.\n" +
				"2026-11-23 17:05:52 CET [1] ERROR:  duplicate key value violates unique constraint \"a_pkey\"\n" +
				"2026-11-23 16:05:53 UTC [2] FATAL:  sorry, too many clients already\n",
			[]any{
				group("out_of_connections", "FATAL", 1, "2026-11-23T16:05:53Z", "2026-11-23T16:05:53Z", "sorry, too many clients already"),
				group("constraint", "ERROR", 2, at, "2026-11-23T16:05:52Z", `duplicate key value violates unique constraint "a_pkey"`),
			},
		},
		"no time": {"[1] ERROR:  deadlock detected\n", []any{group("deadlock", "ERROR", 1, nil, nil, "deadlock detected")}},
		"a zone with several meanings": {
			"2026-11-23 16:05:50 IST [1] ERROR:  deadlock detected\n", []any{group("deadlock", "ERROR", 1, nil, nil, "deadlock detected")},
		},
		"unknown lines": {
			"2026-11-23 16:05:50 UTC [1] ERROR:  deadlock detected\n\ncp: cannot stat 'x'\n",
			[]any{
				group("deadlock", "ERROR", 1, at, at, "deadlock detected"),
				group("unknown", "", 1, nil, nil, "(lines of an unknown form)"),
			},
		},
		"jsonlog": {
			`{"timestamp":"2026-11-23 16:05:50.000 UTC","pid":7,"error_severity":"ERROR","state_code":"40P01",` +
				`"message":"deadlock detected","detail":"secret"}` + "\n",
			[]any{group("deadlock", "ERROR", 1, at, at, "deadlock detected")},
		},
		"German": {
			"2026-11-23 16:05:50 UTC [1] FEHLER:  23505: doppelter Schlüsselwert verletzt Unique-Constraint »a_pkey«\n",
			[]any{group("constraint", "ERROR", 1, at, at, `doppelter Schlüsselwert verletzt Unique-Constraint "…"`)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, failure := call(t, c.text)
			if failure != "" {
				t.Fatalf("got the error %q, want none", failure)
			}
			if diff := cmp.Diff(any(c.want), got); diff != "" {
				t.Errorf("groups (-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorLogSummarize_Failures: a wrong text is an error, so that nobody takes it for a database without errors.
func TestErrorLogSummarize_Failures(t *testing.T) {
	t.Parallel()
	const notALog = `the text has no line of a PostgreSQL log. Pass the content of a log file, such as file("error.log"), not its name`
	for name, c := range map[string]struct{ text, want string }{
		"a path":       {"error-logs/orders.log", notALog},
		"a page":       {"<html><body>Bad gateway</body></html>\n", notALog},
		"JSON":         {`{"error_msg":"s3cret"}`, notALog},
		"binary":       {"\x00\x01\x02s3cret\n", notALog},
		"another log":  {"Nov 23 16:05:50 host sshd[1]: Failed password for s3cret\n", notALog},
		"broken gzip":  {"\x1f\x8b\x08s3cret", "the text cannot be read as a PostgreSQL log: reading gzip: "},
		"broken zip":   {"PK\x03\x04s3cret", "the text cannot be read as a PostgreSQL log: reading zip: "},
		"only details": {"2026-11-23 16:05:50 UTC [1] DETAIL:  s3cret\n", notALog},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, failure := call(t, c.text)
			if !strings.HasPrefix(failure, c.want) {
				t.Errorf("got %v and the error %q, want it to begin with %q", got, failure, c.want)
			}
			if strings.Contains(failure, "s3cret") {
				t.Errorf("got the error %q, want nothing of the text in it", failure)
			}
		})
	}
}

// incidents maps each incident of the simulator to the class that must come first.
var incidents = map[string]string{
	"connections": "out_of_connections", "crash": "crash", "deadlock": "deadlock", "disk": "disk_full", "locks": "lock_wait",
	"quiet": "constraint", "mixed": "crash",
}

func incidentLog(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "rdssim", "incidents", name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestErrorLogSummarize_Incidents(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(sortedKeys(incidents), rdssim.Incidents()); diff != "" {
		t.Errorf("incidents (-want +got):\n%s", diff)
	}
	for name, class := range incidents {
		got, failure := call(t, incidentLog(t, name))
		groups, _ := got.([]any)
		if len(groups) == 0 {
			t.Fatalf("%s: got no groups and the error %q, want some", name, failure)
		}
		first, _ := groups[0].(map[string]any)
		if first["class"] != class {
			t.Errorf("%s: got the class %q first, want %q", name, first["class"], class)
		}
	}
}

// TestErrorLogSummarize_Terraform calls the function in a configuration. No provider block, no credentials.
func TestErrorLogSummarize_Terraform(t *testing.T) {
	configuration := func(expression string, sensitive string) string {
		return "locals {\n  log = <<-EOT\n2026-11-23 16:05:50 UTC [1] ERROR:  deadlock detected\n  EOT\n}\n" +
			"output \"groups\" {\n  " + sensitive + "\n  value = " + expression + "\n}\n"
	}
	summarize := "provider::rds::errorlog_summarize"
	step := func(configuration, failure string, checks ...statecheck.StateCheck) resource.TestStep {
		s := resource.TestStep{Config: configuration, ConfigStateChecks: checks}
		if failure != "" {
			s.ExpectError = wrapped(failure)
		}
		return s
	}
	at := knownvalue.StringExact("2026-11-23T16:05:50Z")
	c := rdstest.New(t)
	c.Env = map[string]string{}
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   needsFunctions,
		ProtoV6ProviderFactories: c.Factories(),
		Steps: []resource.TestStep{
			step(configuration(summarize+"(local.log)", ""), "", statecheck.ExpectKnownOutputValue("groups", knownvalue.ListExact(
				[]knownvalue.Check{knownvalue.ObjectExact(map[string]knownvalue.Check{
					"class": knownvalue.StringExact("deadlock"), "level": knownvalue.StringExact("ERROR"), "count": knownvalue.Int64Exact(1),
					"first_time": at, "last_time": at, "message": knownvalue.StringExact("deadlock detected"),
				})}))),
			step(configuration(summarize+"(sensitive(local.log))", ""), "Output refers to sensitive values"),
			step(configuration(summarize+"(sensitive(local.log))", "sensitive = true"), ""),
			step(configuration(summarize+"(null)", ""), "argument must not be null"),
			step(configuration(summarize+"()", ""), "Not enough function arguments"),
			step(configuration(summarize+"(\"no log\")", ""), "the text has no line of a PostgreSQL log."),
			step(configuration("try("+summarize+"(\"no log\"), [])", ""), "", statecheck.ExpectKnownOutputValue("groups",
				knownvalue.TupleExact([]knownvalue.Check{}))),
		},
	})
}

// TestErrorLogSummarize_Console: one command without credentials, as on an empty laptop.
func TestErrorLogSummarize_Console(t *testing.T) {
	c := rdstest.NewCLI(t, nil)
	rdstest.NeedTerraform(t, 8, "functions of providers in its console")
	for name := range c.Env {
		if strings.HasPrefix(name, "OS_") {
			delete(c.Env, name)
		}
	}
	c.Write(t, "main.tf", requirement)
	c.Write(t, "error.log", incidentLog(t, "disk"))
	console := c.Command(t, "console")
	console.Stdin = strings.NewReader(`provider::rds::errorlog_summarize(file("error.log"))[0].class` + "\n")
	out, err := console.CombinedOutput()
	if err != nil || !regexp.MustCompile(`(?m)^"disk_full"$`).Match(out) {
		t.Errorf("got %s and %v, want \"disk_full\"", out, err)
	}
	if calls := c.Cloud.Requests(); len(calls) > 0 {
		t.Errorf("got %d requests, want none", len(calls))
	}
}

// TestErrorLogSummarize_Check: a check with a log that is sensitive shows neither the log nor its groups.
func TestErrorLogSummarize_Check(t *testing.T) {
	rdstest.NeedFunctions(t)
	c := rdstest.NewCLI(t, nil)
	c.Write(t, "error.log", incidentLog(t, "mixed"))
	c.Write(t, "main.tf", requirement+`
locals {
  broke = provider::rds::errorlog_summarize(sensitive(file("error.log")))
}
check "log" {
  assert {
    condition     = length(local.broke) == 0
    error_message = "Something broke."
  }
}
`)
	run := c.Run(t, "plan", "-no-color")
	if run.ExitCode != 0 || !strings.Contains(run.Stdout, "Something broke.") {
		t.Errorf("got exit code %d and %s, want 0 and the message of the check\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	for _, hidden := range []string{"account_pkey", "Key (id)"} {
		if strings.Contains(run.Stdout+run.Stderr, hidden) {
			t.Errorf("got %q on the screen, want it hidden: %s", hidden, run.Stdout)
		}
	}
}
