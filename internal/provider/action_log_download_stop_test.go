// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

func TestAction_TimeoutHoldsTheDownloadToo(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "obs.get", Times: -1, Handler: rdssim.Hang()})
		start := time.Now()
		_, diags := invoke(
			t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder, "timeouts": map[string]any{"invoke": "50s"}},
		)
		if time.Since(start) != 50*time.Second || len(diags) != 1 || !strings.HasPrefix(diags[0], "Error: Unable to save error log files\n") {
			t.Errorf("after %s: %q", time.Since(start), diags)
		}
	})
	if files := content(t, folder); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestAction_Interrupted: Ctrl-C in the middle of a download leaves nothing behind. The advice is not to raise a timeout.
func TestAction_Interrupted(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		interrupt, press := context.WithCancel(t.Context())
		c.Outside.Interrupt = interrupt //nolint:fatcontext // it is a setting, not a chain
		c.Inject(rdssim.Fault{Kind: "obs.get", Times: -1, Handler: rdssim.Hang()})
		time.AfterFunc(10*time.Second, press)
		start := time.Now()
		_, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		want := "Error: Unable to save error log files\n\nThe download of " + oneFile + " was interrupted.\n\n" +
			"Instance:   " + rdssim.InstanceHealthy + "\n\nNo part of it was left behind. Run it again."
		if diff := cmp.Diff([]string{want}, diags); diff != "" || time.Since(start) != 10*time.Second {
			t.Errorf("after %s: %s", time.Since(start), diff)
		}
	})
	if files := content(t, folder); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestAction_Stopped: Terraform stops its providers after Ctrl-C. The stop must be answered after the action's last event,
// which is lost otherwise; and no progress may come after the stop, because Terraform crashes then.
func TestAction_Stopped(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.Hang()}) // of the second file: the first one is saved
		p := c.Protocol(t)
		if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		var shown, diags []string
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			shown, diags = p.Invoke(t.Context(), dataSource, map[string]any{"instance_id": rdssim.InstanceTwoFiles, "directory": folder})
		}()
		time.Sleep(10 * time.Second) // virtual
		p.Stop(t.Context())
		select {
		case <-ended:
		default:
			synctest.Wait()
			t.Error("the stop was answered before the action had ended")
		}
		<-ended
		onlyDiagnostic(t, diags, "Error: ", "", "was interrupted", "These files were saved:\n\n  "+folder)
		if diff := cmp.Diff([]string{"Waiting for the export of the error log: 0 s, status CREATING."}, shown); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAction_InterruptedSummary: Ctrl-C while the summary is shown ends the action. The files are saved, so it is no error,
// and nothing is shown but the line that was on its way.
func TestAction_InterruptedSummary(t *testing.T) {
	for name, c := range map[string]struct {
		pressed string // Ctrl-C comes after this line
		want    int    // lines
	}{
		"after the first file": {"Each file has its checksum", 4},
		"after the second":     {"What broke in ", 5},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(0))
				interrupt, press := context.WithCancel(t.Context())
				cloud.Outside.Interrupt = interrupt //nolint:fatcontext // it is a setting, not a chain
				p := cloud.Protocol(t)
				p.Shown = func(line string) {
					if strings.HasPrefix(line, c.pressed) {
						synctest.Wait() // until the next line is on its way
						press()
						synctest.Wait() // until the action's context has ended
					}
				}
				if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
					t.Fatalf("got %q, want no diagnostics", diags)
				}
				shown, diags := p.Invoke(t.Context(), dataSource, map[string]any{"instance_id": rdssim.InstanceTwoFiles, "directory": folder})
				if len(diags) > 0 {
					t.Errorf("got %q, want no diagnostics", diags)
				}
				if len(shown) != c.want || !strings.HasPrefix(shown[len(shown)-1], "What broke in ") {
					t.Errorf("got %q, want %d lines, and what broke in a file last", shown, c.want)
				}
			})
			if files := content(t, folder); len(files) != 4 {
				t.Errorf("got %d files, want two logs and their checksums", len(files))
			}
		})
	}
}
