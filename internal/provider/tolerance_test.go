// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestAllowFailure: an error of this instance is a warning and the attribute failure.
func TestAllowFailure(t *testing.T) {
	const place = " in project " + rdssim.ProjectName + " (" + rdssim.ProjectID + "), region eu-de"
	for name, c := range map[string]struct {
		id           string
		faults       []rdssim.Fault
		reason       string
		status, code any
	}{
		"refused": {
			id: rdssim.InstanceMissing, status: int64(404), code: "DBS.200602",
			reason: "RDS refused to export the error log of DB instance " + rdssim.InstanceMissing + place + ": The DB instance does not exist.",
		},
		"another engine": {
			id: rdssim.InstanceMySQL, status: int64(400), code: "DBS.280343",
			reason: "RDS refused to export the error log of DB instance " + rdssim.InstanceMySQL + place + ": ",
		},
		"failed": {
			id: rdssim.InstanceFails, status: int64(200),
			reason: "The cloud could not export the error log of DB instance " + rdssim.InstanceFails + ": no file was prepared",
		},
		"no link": {
			id: rdssim.InstanceNoLink, status: int64(200),
			reason: "The export for DB instance " + rdssim.InstanceNoLink + " is done, but the cloud did not give every file a usable link in 10 s",
		},
		"never done": {
			id: rdssim.InstanceStuck, status: int64(200),
			reason: "The export for DB instance " + rdssim.InstanceStuck + " was still running after 10 min and 41 calls",
		},
		"busy": {
			id: rdssim.InstanceHealthy, faults: at("rds.errorlog", forEver, rdssim.APIError(409, "DBS.200011", "Busy.")),
			status: int64(409), code: "DBS.200011",
			reason: "The export for DB instance " + rdssim.InstanceHealthy + " could not be started in 10 min and ",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := readTolerant(t, c.id, c.faults)
				onlyDiagnostic(t, o.Diagnostics, "Warning: Unable to obtain error log links", "\n\nThis is a warning because allow_failure is true.")
				failure, _ := o.Values["failure"].(map[string]any)
				if reason, _ := failure["reason"].(string); !strings.HasPrefix(reason, c.reason) {
					t.Errorf("got the reason %q, want it to begin with %q", reason, c.reason)
				}
				if failure["status"] != c.status || failure["code"] != c.code {
					t.Errorf("got status %v and code %v, want %v and %v", failure["status"], failure["code"], c.status, c.code)
				}
				if id, _ := failure["request_id"].(string); len(id) != 32 {
					t.Errorf("got the request ID %q, want 32 characters", id)
				}
				want := map[string]any{"status": nil, "link_count": int64(0), "list": []any{}}
				got := map[string]any{"status": o.Values["status"], "link_count": o.Values["link_count"], "list": o.Values["list"]}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("other attributes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestAllowFailure_Fine: without a failure the attribute is null.
func TestAllowFailure_Fine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := readTolerant(t, rdssim.InstanceHealthy, nil)
		if len(o.Diagnostics) > 0 {
			t.Errorf("got %q, want no diagnostics", o.Diagnostics)
		}
		if failure, ok := o.Values["failure"]; failure != nil || !ok {
			t.Errorf("got failure %v, want null", failure)
		}
		if o.Values["link_count"] != int64(1) {
			t.Errorf("got %v links, want 1", o.Values["link_count"])
		}
	})
}

// TestAllowFailure_NotTheInstance: what would hit every instance stays an error.
func TestAllowFailure_NotTheInstance(t *testing.T) {
	for name, c := range map[string]struct {
		faults    []rdssim.Fault
		beginning string
	}{
		"login refused":  {at("login", forEver, rdssim.IAMError(401, "wrong")), "Error: Unable to log in"},
		"login hangs":    {at("login", forEver, rdssim.Hang()), "Error: Unable to log in"},
		"token refused":  {at("rds.errorlog", forEver, rdssim.APIError(401, "APIGW.0301", "no")), unable},
		"no such API":    {at("rds.errorlog", forEver, rdssim.APIError(404, "APIGW.0101", "no")), unable},
		"redirect":       {at("rds.errorlog", forEver, rdssim.Redirect("https://login.example.com/")), unable},
		"endless answer": {at("rds.errorlog", forEver, rdssim.HugeBody(64<<20)), unable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := readTolerant(t, rdssim.InstanceHealthy, c.faults)
				onlyDiagnostic(t, o.Diagnostics, c.beginning, "")
				if o.Values != nil {
					t.Errorf("got %v, want no values", o.Values)
				}
			})
		})
	}
}

// TestAllowFailure_LongStatements: one instance's statements are too long for an answer. The others still give theirs.
func TestAllowFailure_LongStatements(t *testing.T) {
	for source, c := range map[string]struct{ kind, unable, advice string }{
		"rds_errorlog": {
			"rds.errorlog_rows", "Warning: Unable to read error log",
			"Ask for a shorter time, or read the whole log with rds_errorlog_download.",
		},
		"rds_slowlog": {
			"rds.slowlog_statistics", "Warning: Unable to read slow statements",
			"Lower limit, ask for a shorter time, or read the whole log with rds_slowlog_download.",
		},
	} {
		t.Run(source, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range at(c.kind, forEver, rdssim.HugeBody(64<<20)) {
					cloud.Inject(fault)
				}
				p := cloud.Protocol(t)
				if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
					t.Fatalf("%q", diags)
				}
				o := p.Read(t.Context(), source, map[string]any{"instance_id": rdssim.InstanceHealthy, "allow_failure": true})
				onlyDiagnostic(t, o.Diagnostics, c.unable, "\n\nThis is a warning because allow_failure is true.")
				if len(o.Diagnostics) == 1 && !strings.Contains(o.Diagnostics[0], c.advice) {
					t.Errorf("got %q, want %q in it", o.Diagnostics[0], c.advice)
				}
				if failure, _ := o.Values["failure"].(map[string]any); failure["reason"] == nil {
					t.Errorf("got failure %v, want a reason", failure)
				}
			})
		})
	}
}

// TestAllowFailure_Interrupted: an interrupt is an error too.
func TestAllowFailure_Interrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fault{interrupt: 9 * time.Second, arguments: map[string]any{"instance_id": rdssim.InstanceStuck, "allow_failure": true}}
		onlyDiagnostic(t, f.run(t).texts, unable+"Interrupted after 9 s", "")
	})
}

func readTolerant(t *testing.T, id string, faults []rdssim.Fault) rdstest.Outcome {
	t.Helper()
	cloud := rdstest.New(t)
	for _, fault := range faults {
		cloud.Inject(fault)
	}
	return read(t, cloud, map[string]any{"instance_id": id, "allow_failure": true})
}

// TestAllowFailure_Fleet: one sick instance does not hide the others, with a real Terraform.
func TestAllowFailure_Fleet(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+`
data "rds_errorlog_download" "fleet" {
  for_each      = { orders = "`+rdssim.InstanceHealthy+`", sick = "`+rdssim.InstanceMissing+`" }
  instance_id   = each.value
  allow_failure = true
}
output "summary" {
  value = {
    for name, log in data.rds_errorlog_download.fleet :
    name => log.failure == null ? "${length(log.list[*].file_link)} files" : log.failure.code
  }
}
`)
	run := c.Run(t, "apply", "-auto-approve", "-no-color")
	if run.ExitCode != 0 {
		t.Fatalf("got exit code %d, want 0: %s\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	for _, want := range []string{`"orders" = "1 files"`, `"sick" = "DBS.200602"`, "Warning: Unable to obtain error log links"} {
		if !strings.Contains(run.Stdout, want) {
			t.Errorf("got %s, want %q in it", run.Stdout, want)
		}
	}
}

// TestAllowFailure_LoginLost: a login that fails until the time is up is an error too: it would hit every instance.
func TestAllowFailure_LoginLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdstest.New(t)
		time.AfterFunc(11*time.Second, func() {
			cloud.RevokeTokens()
			cloud.Inject(rdssim.Fault{Kind: "login", Times: forEver, Handler: rdssim.IAMError(503, "later")})
		})
		o := read(t, cloud, map[string]any{
			"instance_id": rdssim.InstanceStuck, "allow_failure": true, "timeouts": map[string]any{"read": "90s"},
		})
		onlyDiagnostic(t, o.Diagnostics, unable, "", "no usable answer came: the timeout of 1 min 30 s ended after ")
	})
}

// TestAllowFailure_Outage: if RDS fails in the middle of an export, the last answer is the fault.
func TestAllowFailure_Outage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdstest.New(t)
		time.AfterFunc(11*time.Second, func() {
			cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: rdssim.APIError(503, "DBS.108000", "later")})
		})
		o := read(t, cloud, map[string]any{
			"instance_id": rdssim.InstanceStuck, "allow_failure": true, "timeouts": map[string]any{"read": "90s"},
		})
		onlyDiagnostic(t, o.Diagnostics, "Warning: Unable to obtain error log links", "")
		failure, _ := o.Values["failure"].(map[string]any)
		if failure["status"] != int64(503) || failure["code"] != "DBS.108000" {
			t.Errorf("got status %v and code %v, want 503 and DBS.108000", failure["status"], failure["code"])
		}
	})
}
