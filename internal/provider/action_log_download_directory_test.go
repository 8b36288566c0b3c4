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
	if err := os.WriteFile(filepath.Join(folder, oneFile), []byte("evidence"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		want := fmt.Sprintf("Error: Unable to save error log files (directory)\n\n%s already exists. "+
			"It belongs to the error log of DB instance %s.\n\nChoose another directory, or set overwrite = true.",
			filepath.Join(folder, oneFile), rdssim.InstanceHealthy)
		if diff := cmp.Diff([]string{want}, diags); diff != "" {
			t.Error(diff)
		}
	})
	if content(t, folder)[oneFile] != "evidence" {
		t.Fatal("the file was replaced")
	}
	synctest.Test(t, func(t *testing.T) {
		_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder, "overwrite": true})
		if len(diags) > 0 {
			t.Errorf("%q", diags)
		}
	})
	if content(t, folder)[oneFile] != realLog(t) {
		t.Error("the file was not replaced")
	}
}

// TestAction_DirectoryIsCheckedFirst: who has waited for an export does not want to read that the directory can't be
// used.
func TestAction_DirectoryIsCheckedFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file, "")
	for directory, cause := range map[string]string{
		filepath.Join(file, "below"):                                "not a directory",
		filepath.Join(filepath.Dir(file), strings.Repeat("n", 256)): "file name too long",
	} {
		cloud := rdstest.New(t)
		_, diags := invoke(t, cloud, map[string]any{"instance_id": rdssim.InstanceMissing, "directory": directory})
		onlyDiagnostic(t, diags, "Error: Unable to save error log files (directory)", "", "Cause:      "+cause+"\n")
		if len(cloud.Calls()) > 0 {
			t.Errorf("%q, %q", diags, cloud.Calls())
		}
	}
}

// TestAction_RunAgain: a file that is already saved and complete is neither transferred again nor an error.
func TestAction_RunAgain(t *testing.T) {
	folder := t.TempDir()
	again := func() (shown, diags []string, transfers int) {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t, rdssim.WithExportDuration(0))
			shown, diags = invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
			transfers = c.Count("obs.get")
		})
		return shown, diags, transfers
	}
	if _, diags, transfers := again(); len(diags) > 0 || transfers != 1 {
		t.Fatalf("%q, %d", diags, transfers)
	}
	shown, diags, transfers := again()
	want := fmt.Sprintf("Already saved, and unchanged: %s, 20590 bytes, SHA-256 %s.", filepath.Join(folder, oneFile), sum(realLog(t)))
	if len(diags) > 0 || transfers != 0 || len(shown) != 2 || shown[0] != want {
		t.Errorf("%q, %q, %d", shown, diags, transfers)
	}
	writeFile(t, filepath.Join(folder, oneFile), "evidence")
	if _, diags, transfers := again(); len(diags) != 1 || !strings.Contains(diags[0], " already exists. ") || transfers != 0 {
		t.Errorf("%q, %d", diags, transfers)
	}
}
