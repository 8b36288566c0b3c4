// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

func TestAction_Overwrite(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, oneFile)
	writeFile(t, path, "evidence")
	synctest.Test(t, func(t *testing.T) {
		_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		want := fmt.Sprintf("Error: Unable to save error log files (directory)\n\n%s already exists.\n\nInstance:   %s\n\n"+
			"Choose another directory, or set overwrite = true.", path, rdssim.InstanceHealthy)
		if diff := cmp.Diff([]string{want}, diags); diff != "" {
			t.Error("diagnostics (-want +got):", diff)
		}
	})
	if got := content(t, folder)[oneFile]; got != "evidence" {
		t.Fatalf("the file has %d bytes, want it unchanged", len(got))
	}
	synctest.Test(t, func(t *testing.T) {
		arguments := map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder, "overwrite": true}
		if _, diags := invoke(t, rdstest.New(t, rdssim.WithOriginalTimes()), arguments); len(diags) > 0 {
			t.Errorf("got %q, want no diagnostics", diags)
		}
	})
	if got := content(t, folder)[oneFile]; got != realLog(t) {
		t.Errorf("the file has %d bytes, want the log", len(got))
	}
}

// TestAction_DirectoryIsCheckedFirst: a directory that can't be used is an error before the export, and before any
// other request.
func TestAction_DirectoryIsCheckedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(filepath.Dir(file), link); err != nil {
		t.Fatal(err)
	}
	const inTheWay, name = "something else is in the way", "Name a folder that exists or can be created, not a file or a symbolic link."
	for directory, want := range map[string][]string{
		file:                         {inTheWay, "Cause:      it is a file\n", name},
		link:                         {inTheWay, "Cause:      it is a symbolic link\n", name},
		filepath.Join(file, "below"): {inTheWay, "Cause:      not a directory\n", name},
		filepath.Join(filepath.Dir(file), strings.Repeat("n", 256)): {"Unable to write ", "Cause:      file name too long\n", "Check the path"},
	} {
		cloud := rdstest.New(t)
		_, diags := invoke(t, cloud, map[string]any{"instance_id": rdssim.InstanceMissing, "directory": directory})
		if len(diags) != 1 {
			t.Fatalf("got %q, want one error", diags)
		}
		for _, part := range append(want, "Error: Unable to save error log files (directory)\n\n") {
			if !strings.Contains(diags[0], part) {
				t.Errorf("got %q, want it to hold %q", diags[0], part)
			}
		}
		if calls := cloud.Calls(); len(calls) > 0 {
			t.Errorf("got the requests %q, want none", calls)
		}
	}
}

// TestAction_RunAgain: what was saved is not transferred again, and is not an error as long as it is unchanged.
func TestAction_RunAgain(t *testing.T) {
	folder := t.TempDir()
	again := func() (progress, diags []string, transfers int) {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithOriginalTimes())
			progress, diags = invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
			transfers = c.Count("obs.get")
		})
		return progress, diags, transfers
	}
	wantTransfers := func(got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("got %d transfers, want %d", got, want)
		}
	}
	_, diags, transfers := again()
	if len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	wantTransfers(transfers, 1)

	progress, diags, transfers := again()
	if len(diags) > 0 {
		t.Errorf("got %q, want no diagnostics", diags)
	}
	wantTransfers(transfers, 0)
	want := []string{
		fmt.Sprintf("Already saved, and unchanged: %s, 20590 bytes, SHA-256 %s.", filepath.Join(folder, oneFile), sum(realLog(t))),
		"Each file has its checksum beside it. In the directory, verify with: sha256sum -c *.sha256",
	}
	if diff := cmp.Diff(want, progress); diff != "" {
		t.Error("progress (-want +got):", diff)
	}

	writeFile(t, filepath.Join(folder, oneFile), "evidence")
	_, diags, transfers = again()
	wantTransfers(transfers, 0)
	if len(diags) != 1 || !strings.Contains(diags[0], oneFile+" already exists.\n") {
		t.Errorf("got %q, want an error that the file already exists", diags)
	}
}

// TestAction_SizesThatDiffer are a warning: the file is saved.
func TestAction_SizesThatDiffer(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.Status(200, "LOG:  short\n", nil)})
		_, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		want := fmt.Sprintf("Warning: Size of a saved file differs\n\nThe cloud announced another size for these files:\n\n"+
			"  %s: 12 bytes, announced: 20590\n\nThe file may be incomplete, or the cloud counts in another unit. Look at the end of the file.",
			filepath.Join(folder, oneFile))
		if diff := cmp.Diff([]string{want}, diags); diff != "" {
			t.Error("diagnostics (-want +got):", diff)
		}
	})
}

// TestAction_LinksWithoutTLS are a warning, because the API's URLs begin with https://.
func TestAction_LinksWithoutTLS(t *testing.T) {
	for scheme, want := range map[string]int{"https": 0, "HTTP": 1} {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t)
			export := `{"status":"FINISH","count":1,"list":[{"workflow_id":"w","file_name":"log","status":"SUCCESS","file_size":"1",` +
				`"file_link":"` + scheme + `://rdssim.invalid/none","create_at":1,"update_at":2}]}`
			c.Inject(rdssim.Fault{Kind: "rds.errorlog", Handler: rdssim.Status(200, export, nil)})
			_, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir()})
			warning := "Warning: Requests are not encrypted\n\nA link to the error log of DB instance " + rdssim.InstanceHealthy +
				" begins with http://: anyone between here and the cloud can read the log. The cloud's own links begin with https://."
			count := 0
			for _, text := range diags {
				if text == warning {
					count++
				}
			}
			if count != want {
				t.Errorf("%s: got %q, want %d times %q", scheme, diags, want, warning)
			}
		})
	}
}
