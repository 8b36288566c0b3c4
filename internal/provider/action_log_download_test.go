// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// invoke runs the action through the provider's protocol: Terraform has actions from 1.14 on. Without the argument
// summarize it shows no summary, which has tests of its own.
func invoke(t *testing.T, c *rdstest.Cloud, arguments map[string]any) (shown, diagnostics []string) {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("%q", diags)
	}
	quiet := map[string]any{"summarize": false}
	maps.Copy(quiet, arguments)
	return p.Invoke(t.Context(), dataSource, quiet)
}

const oneFile = "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20000101000000000"

func TestAction_SavesTheLog(t *testing.T) {
	log := realLog(t)
	folder := filepath.Join(t.TempDir(), "incident", "logs")
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(13400*time.Millisecond), rdssim.WithOriginalTimes())
		shown, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		want := []string{
			"Waiting for the export of the error log: 0 s, status CREATING.",
			"Waiting for the export of the error log: 10 s, status CREATING.",
			fmt.Sprintf("Saved %s, 20590 bytes, SHA-256 %s.", filepath.Join(folder, oneFile), sum(log)),
			"Each file has its checksum beside it. In the directory, verify with: sha256sum -c *.sha256",
		}
		if diff := cmp.Diff(want, shown); diff != "" {
			t.Error(diff)
		}
		tellsNoSecret(t, strings.Join(shown, "\n"))
		for _, r := range c.Requests() {
			if r.Kind != "obs.get" {
				continue
			}
			if token, kind := r.Header.Get("X-Auth-Token"), r.Header.Get("Content-Type"); token != "" || kind != "" {
				t.Errorf("got the headers %v with a request for a file, want no token and no content type", r.Header)
			}
			if agent := r.Header.Get("User-Agent"); !strings.HasPrefix(agent, "terraform-provider-rds/test") {
				t.Errorf("got the user agent %q, want the provider's", agent)
			}
		}
	})
	want := map[string]string{oneFile: log, oneFile + ".sha256": sum(log) + "  " + oneFile + "\n"}
	if diff := cmp.Diff(want, content(t, folder)); diff != "" {
		t.Error(diff)
	}
	checkModes(t, folder)
}

// checkModes: nobody but the owner may look.
func checkModes(t *testing.T, folder string) {
	t.Helper()
	for path, want := range map[string]os.FileMode{
		folder:                                   0o700 | os.ModeDir,
		filepath.Join(folder, oneFile):           0o600,
		filepath.Join(folder, oneFile+".sha256"): 0o600,
	} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func TestAction_PartlyFailedSavesWhatThereIs(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		shown, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstancePartlyFails, "directory": folder})
		if len(shown) < 2 || shown[1] != "1 of 3 files failed in the cloud." {
			t.Errorf("got the progress %q, want the failed file behind the first line", shown)
		}
		onlyDiagnostic(t, diags, "Warning: Some error log files are missing\n", "\nThe other files are saved unless an error shows otherwise.")
	})
	if files := content(t, folder); len(files) != 4 {
		t.Errorf("got %d files, want two with their checksums: %q", len(files), slices.Sorted(maps.Keys(files)))
	}
}

func TestAction_ErrorsOfTheWait(t *testing.T) {
	for id, text := range map[string]string{
		rdssim.InstanceStuck:   "was still running after 30 min and ",
		rdssim.InstanceMissing: "Code:       DBS.200602",
		rdssim.InstanceFails:   "no file was prepared",
	} {
		t.Run(id, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "logs")
			synctest.Test(t, func(t *testing.T) {
				_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": id, "directory": folder})
				onlyDiagnostic(t, diags, "Error: Unable to obtain error log links", "", text)
				if strings.Contains(diags[0], "timeouts.read") {
					t.Errorf("got %q, want no word about timeouts.read", diags[0])
				}
			})
			if _, err := os.Stat(folder); err == nil {
				t.Error("a folder was made for nothing")
			}
		})
	}
}

// TestAction_LinkExpiresOnTheWay: the transfer breaks, the link is dead by then, and a fresh one brings the rest.
func TestAction_LinkExpiresOnTheWay(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithLinkLife(40*time.Second), rdssim.WithOriginalTimes())
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(25 * time.Second) // virtual
			rdssim.HalfBody()(w, r)
		}})
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.Delay(20 * time.Second)})
		shown, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 {
			t.Fatalf("%q\n%q\n%q", diags, shown, c.Calls())
		}
		if n := c.Count("rds.errorlog"); n != 4 { // three polls of an export of 4 s, and one for the fresh link
			t.Errorf("%d calls for links: %q", n, c.Calls())
		}
	})
	if content(t, folder)[oneFile] != realLog(t) {
		t.Error("the file is not the log")
	}
}
