// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The runbooks that read rows are applied as they are, for each incident.

func rowsRunbook(t *testing.T, name, incident string) *rdstest.CLI {
	t.Helper()
	return rdstest.NewCLI(t, []string{runbooks + name + "/main.tf"}, rdssim.WithIncident(incident))
}

func TestRunbooks_WhatBroke(t *testing.T) {
	for incident, class := range incidents {
		t.Run(incident, func(t *testing.T) {
			c := rowsRunbook(t, "what-broke", incident)
			apply(t, c)
			answer, _ := outputs(t, c)["what_broke"].(string)
			lines := strings.Split(answer, "\n")
			if len(lines) < 3 || !strings.HasPrefix(lines[2], class+" ") {
				t.Errorf("got %q, want the class %s first", answer, class)
			}
		})
	}
}

// TestRunbooks_WhatBroke_Nothing: an instance that has logged nothing.
func TestRunbooks_WhatBroke_Nothing(t *testing.T) {
	c := rowsRunbook(t, "what-broke", "quiet")
	apply(t, c, "-var=instance_name=stock")
	if answer, _ := outputs(t, c)["what_broke"].(string); !strings.HasSuffix(answer, " worst first:\n\nnothing\n") {
		t.Errorf("got %q, want it to end with nothing", answer)
	}
}

func TestRunbooks_WhatBrokeEphemeral(t *testing.T) {
	rdstest.NeedEphemerals(t)
	c := rowsRunbook(t, "what-broke-ephemeral", "disk")
	apply(t, c)
	files := content(t, filepath.Join(c.Dir, "error-logs"))
	if !strings.HasPrefix(files["what-broke.txt"], "disk_full             12  ") {
		t.Errorf("got %q, want the full disk first", files["what-broke.txt"])
	}
	if !strings.Contains(files["rows.txt"], "ERROR could not extend file \"base/") {
		t.Errorf("got %q, want the rows", files["rows.txt"])
	}
	for name := range files {
		if info, err := os.Stat(filepath.Join(c.Dir, "error-logs", name)); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: got %v and %v, want a file for its owner only", name, info, err)
		}
	}
	state, err := os.ReadFile(filepath.Join(c.Dir, "terraform.tfstate"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"disk_full", "extend"} {
		if strings.Contains(string(state), text) {
			t.Errorf("got %q in the state, want nothing of the log", text)
		}
	}
}

// TestRunbooks_WhatBroke_BareRows: rows without a time or a text are shown too.
func TestRunbooks_WhatBroke_BareRows(t *testing.T) {
	rdstest.NeedEphemerals(t)
	rds := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case strings.HasSuffix(r.URL.Path, "/instances"):
			_, _ = w.Write([]byte(`{"instances":[{"id":"3d39c18788b54a919bab633874c159dfin03","name":"orders",` +
				`"datastore":{"type":"PostgreSQL"}}],"total_count":1}`))
		case r.URL.Query().Get("level") == "ERROR":
			_, _ = w.Write([]byte(`{"error_log_list":[{"time":null,"content":"deadlock detected"},{"level":"ERROR"}],"total_record":2}`))
		default:
			_, _ = w.Write([]byte(`{"error_log_list":[],"total_record":0}`))
		}
	}))
	t.Cleanup(rds.Close)
	c := rowsRunbook(t, "what-broke-ephemeral", "quiet")
	c.Env["OS_RDS_ENDPOINT_OVERRIDE"] = rds.URL
	apply(t, c)
	files := content(t, filepath.Join(c.Dir, "error-logs"))
	want := "deadlock               1  no time - no time  deadlock detected\nother                  1  no time - no time  (no message)\n"
	if files["what-broke.txt"] != want {
		t.Errorf("got %q, want %q", files["what-broke.txt"], want)
	}
	if want := "no time ERROR \nno time ERROR deadlock detected\n"; files["rows.txt"] != want {
		t.Errorf("got %q, want %q", files["rows.txt"], want)
	}

	c = rowsRunbook(t, "what-broke", "quiet")
	c.Env["OS_RDS_ENDPOINT_OVERRIDE"] = rds.URL
	apply(t, c)
	if answer, _ := outputs(t, c)["what_broke"].(string); !strings.HasSuffix(answer, "\n"+want) {
		t.Errorf("got %q, want it to end with %q", answer, want)
	}
}

// TestRunbooks_Gate: the four classes stop a pipeline; other errors, and those before the deployment, do not.
func TestRunbooks_Gate(t *testing.T) {
	hours := func(d time.Duration) string {
		return "-var=started_at=" + time.Now().Add(-d).UTC().Format(time.RFC3339)
	}
	for incident, class := range map[string]string{
		"connections": "out_of_connections, 24 times: sorry, too many clients already",
		"crash":       "crash, 2 times: server process (PID …) was terminated by signal 9: Killed",
		"disk":        "disk_full, 12 times: could not extend file",
		"deadlock":    "", "locks": "", "quiet": "",
	} {
		t.Run(incident, func(t *testing.T) {
			c := rowsRunbook(t, "gate", incident)
			run := c.Run(t, "plan", "-no-color", hours(time.Hour))
			if class == "" && run.ExitCode != 0 {
				t.Errorf("got exit code %d and %s, want 0", run.ExitCode, run.Stderr)
			}
			if class != "" && (run.ExitCode != 1 || !wrapped(class).MatchString(run.Stderr)) {
				t.Errorf("got exit code %d and %s, want 1 and %q", run.ExitCode, run.Stderr, class)
			}
			if run := c.Run(t, "plan", "-no-color", hours(time.Second)); run.ExitCode != 0 {
				t.Errorf("after the incident: got exit code %d and %s, want 0", run.ExitCode, run.Stderr)
			}
		})
	}
	c := rowsRunbook(t, "gate", "quiet")
	for argument, text := range map[string]string{
		hours(-time.Hour):                  "must not be in the future",
		"-var=started_at=yesterday":        "must be an RFC 3339 time with a zone",
		"-var=started_at=":                 "must be an RFC 3339 time with a zone",
		"-var=instance_name=no-such-thing": "No value for required variable",
	} {
		run := c.Run(t, "plan", "-no-color", argument)
		if run.ExitCode != 1 || !wrapped(text).MatchString(run.Stderr) {
			t.Errorf("%s: got exit code %d and %s, want 1 and %q", argument, run.ExitCode, run.Stderr, text)
		}
	}
}

// TestRunbooks_Watch: a warning at the apply; the plan is silent.
func TestRunbooks_Watch(t *testing.T) {
	rdstest.NeedEphemerals(t)
	warning := wrapped("has been in serious trouble in the last 15 minutes")
	for incident, warns := range map[string]bool{"connections": true, "crash": true, "deadlock": false, "quiet": false} {
		c := rowsRunbook(t, "watch", incident)
		if run := apply(t, c); warning.MatchString(run.Stdout) != warns {
			t.Errorf("%s: got %s, want a warning: %v", incident, run.Stdout, warns)
		}
	}
}

// TestExamples_Function runs the function's example without a cloud.
func TestExamples_Function(t *testing.T) {
	rdstest.NeedFunctions(t)
	c := rdstest.NewCLI(t, []string{"../../examples/functions/errorlog_summarize/function.tf"})
	c.Write(t, "versions.tf", requirement)
	c.Write(t, "error.log", incidentLog(t, "deadlock"))
	apply(t, c)
	groups, _ := outputs(t, c)["what_broke"].([]any)
	if len(groups) != 8 {
		t.Fatalf("got %d groups, want 8", len(groups))
	}
	if first, _ := groups[0].(map[string]any); first["class"] != "deadlock" {
		t.Errorf("got %v first, want a deadlock", first)
	}
	if state := content(t, c.Dir)["terraform.tfstate"]; strings.Contains(state, "Key (") || strings.Contains(state, "Process ") {
		t.Errorf("got the state %s, want nothing of the log's details", state)
	}
	if calls := c.Cloud.Requests(); len(calls) > 0 {
		t.Errorf("got %d requests, want none", len(calls))
	}
}
