// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// invoke runs the action through the provider's protocol: Terraform has actions from 1.14 on.
func invoke(t *testing.T, c *rdstest.Cloud, arguments map[string]any) (told, diagnostics []string) {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("%q", diags)
	}
	return p.Invoke(t.Context(), dataSource, arguments)
}

// content is a folder's files by name.
func content(t *testing.T, folder string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(text)
	}
	return files
}

// realLog is what the simulated cloud serves for the healthy instance.
func realLog(t *testing.T) string {
	t.Helper()
	log, err := os.ReadFile("../rdssim/testdata/postgresql-15-errors.log")
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

const oneFile = "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20000101000000000"

func TestAction_SavesTheLog(t *testing.T) {
	log := realLog(t)
	folder := filepath.Join(t.TempDir(), "incident", "logs")
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(13400*time.Millisecond))
		told, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		want := []string{
			"Waiting for the export: 0s, the cloud says CREATING.",
			"Waiting for the export: 10s, the cloud says CREATING.",
			fmt.Sprintf("Saved %s, 20590 bytes, SHA-256 %s.", filepath.Join(folder, oneFile), sum(log)),
			"The checksums are in SHA256SUMS beside the files: verify them there with sha256sum -c SHA256SUMS.",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
		tellsNoSecret(t, strings.Join(told, "\n"))
		for _, r := range c.Requests() {
			if r.Kind == "obs.get" && (r.Header.Get("X-Auth-Token") != "" || r.Header.Get("Content-Type") != "" || !strings.HasPrefix(r.Header.Get("User-Agent"), "terraform-provider-rds/test")) {
				t.Errorf("a file was asked for with %v", r.Header)
			}
		}
	})
	want := map[string]string{oneFile: log, "SHA256SUMS": sum(log) + "  " + oneFile + "\n"}
	if diff := cmp.Diff(want, content(t, folder)); diff != "" {
		t.Error(diff)
	}
	checkModes(t, folder)
	if out, err := inFolder(folder, "sha256sum", "-c", "SHA256SUMS"); err != nil || out != oneFile+": OK\n" {
		t.Errorf("sha256sum says %q, %v", out, err)
	}
}

// checkModes: nobody but the owner may look.
func checkModes(t *testing.T, folder string) {
	t.Helper()
	for path, want := range map[string]os.FileMode{folder: 0o700 | os.ModeDir, filepath.Join(folder, oneFile): 0o600, filepath.Join(folder, "SHA256SUMS"): 0o600} {
		info, err := os.Stat(path)
		if err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
}

func inFolder(folder, name string, arguments ...string) (string, error) {
	cmd := exec.Command(name, arguments...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// TestAction_TellsHowFarAFileIs: once a second, with what is there, of how much, and how fast; and when it breaks off.
func TestAction_TellsHowFarAFileIs(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(4_000_000))
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4000000")
			w.Header().Set("ETag", `"1"`)
			for _, n := range []int{500_000, 1_500_000} {
				_, _ = w.Write(make([]byte, n))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second) // virtual
			}
			panic(http.ErrAbortHandler)
		}})
		told, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 || len(told) < 2 {
			t.Fatalf("%q %q", told, diags)
		}
		const file = "File 1 of 1, " + oneFile + ": "
		want := []string{
			file + "1.0 MB of 4.0 MB (26 %), 1.0 MB/s.", // a block is filled first
			file + "2.0 MB of 4.0 MB (50 %), 1.0 MB/s.",
			file + "broke off at 2.0 MB, goes on in 1s (the connection was closed before everything had arrived).",
			file + "1.0 MB of 4.0 MB (26 %), 349.5 kB/s.", // another ETag: it begins anew
		}
		if diff := cmp.Diff(want, told[:len(told)-2]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAction_PartlyFailedSavesWhatThereIs(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstancePartlyFails, "directory": folder})
		if len(diags) != 1 || !strings.HasPrefix(diags[0], "Warning: Some error log files are missing\n") || !strings.HasSuffix(diags[0], "\nThe other files are saved, if no error follows.") {
			t.Errorf("%q", diags)
		}
	})
	if files := content(t, folder); len(files) != 3 || strings.Count(files["SHA256SUMS"], "\n") != 2 {
		t.Errorf("%d files, %q", len(files), files["SHA256SUMS"])
	}
}

func TestAction_Overwrite(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, oneFile), []byte("evidence"), 0o600); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		want := fmt.Sprintf("Error: Unable to save error log files (directory)\n\n%s already exists. It belongs to the error log of DB instance %s.\n\nChoose another directory, or set overwrite = true.",
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
		if len(diags) != 1 || !strings.HasPrefix(diags[0], "Error: Unable to save error log files (directory)") || !strings.Contains(diags[0], "Cause:      "+cause+"\n") || len(cloud.Calls()) > 0 {
			t.Errorf("%q, %q", diags, cloud.Calls())
		}
	}
}

// TestAction_RunAgain: what was saved is not transferred again, and is no error as long as it is whole.
func TestAction_RunAgain(t *testing.T) {
	folder := t.TempDir()
	again := func() (told, diags []string, transfers int) {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t, rdssim.WithExportDuration(0))
			told, diags = invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
			transfers = c.Count("obs.get")
		})
		return told, diags, transfers
	}
	if _, diags, transfers := again(); len(diags) > 0 || transfers != 1 {
		t.Fatalf("%q, %d", diags, transfers)
	}
	told, diags, transfers := again()
	want := fmt.Sprintf("Already saved, and unchanged: %s, 20590 bytes, SHA-256 %s.", filepath.Join(folder, oneFile), sum(realLog(t)))
	if len(diags) > 0 || transfers != 0 || len(told) != 2 || told[0] != want {
		t.Errorf("%q, %q, %d", told, diags, transfers)
	}
	writeFile(t, filepath.Join(folder, oneFile), "evidence")
	if _, diags, transfers := again(); len(diags) != 1 || !strings.Contains(diags[0], " already exists. ") || transfers != 0 {
		t.Errorf("%q, %d", diags, transfers)
	}
}

func TestAction_BadInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(filepath.Dir(file), "link")
	if err := os.Symlink(filepath.Dir(file), link); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments map[string]any
		text      string
	}{
		"no directory":        {map[string]any{"instance_id": "a"}, "Missing Configuration for Required Attribute (directory)"},
		"empty directory":     {map[string]any{"instance_id": "a", "directory": ""}, `got: "", which is empty.`},
		"home":                {map[string]any{"instance_id": "a", "directory": "~/logs"}, `which is no home folder to Terraform: write pathexpand("~/logs").`},
		"interval short":      {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "1ms"}, "(poll_interval)"},
		"interval unreadable": {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "2"}, "(poll_interval)"},
		"another method":      {map[string]any{"instance_id": "a", "directory": "d", "poll_method": "foo"}, "(poll_method)"},
		"timeout unreadable":  {map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "x"}}, "Invalid Attribute Value (timeouts)\n\nAttribute timeouts.invoke must be a positive duration"},
		"directory is a file": {map[string]any{"instance_id": "a", "directory": file}, "must be a folder, or not exist yet"},
		"directory is blank":  {map[string]any{"instance_id": "a", "directory": " "}, "must be a folder, or not exist yet, got: \"\", which is empty."},
		"directory of a shell": {
			map[string]any{"instance_id": "a", "directory": "$HOME/logs"},
			"which is a shell's variable, which Terraform does not expand: write pathexpand(\"~/…\").",
		},
		"directory is a link": {map[string]any{"instance_id": "a", "directory": link}, "a symbolic link: name the folder that it leads to"},
		"timeout negative":    {map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "-1s"}}, "Invalid Attribute Value (timeouts)\n\nAttribute timeouts.invoke must be a positive duration"},
		"id with a slash":     {map[string]any{"instance_id": "a/b", "directory": "d"}, "(instance_id)"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.New(t)
			_, diags := invoke(t, cloud, c.arguments)
			if len(diags) != 1 || !strings.Contains(diags[0], c.text) || len(cloud.Calls()) > 0 {
				t.Errorf("%q, %q", diags, cloud.Calls())
			}
			if c.arguments["directory"] == nil {
				return
			}
			// The same where Terraform did not know the values when it asked for validation.
			p := cloud.Protocol(t)
			p.Configure(t.Context(), nil)
			told, late := p.InvokeLate(t.Context(), dataSource, c.arguments)
			if diff := cmp.Diff(diags, late); diff != "" || len(told) > 0 || len(cloud.Calls()) > 0 {
				t.Errorf("%q, %q: %s", told, cloud.Calls(), diff)
			}
		})
	}
}

func TestAction_ErrorsOfTheWait(t *testing.T) {
	for id, text := range map[string]string{
		rdssim.InstanceStuck:   "was still running after 30m0s and ",
		rdssim.InstanceMissing: "Code:       DBS.200602",
		rdssim.InstanceFails:   "no file was prepared",
	} {
		t.Run(id, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "logs")
			synctest.Test(t, func(t *testing.T) {
				_, diags := invoke(t, rdstest.New(t), map[string]any{"instance_id": id, "directory": folder})
				if len(diags) != 1 || !strings.HasPrefix(diags[0], "Error: Unable to obtain error log links") || !strings.Contains(diags[0], text) || strings.Contains(diags[0], "timeouts.read") {
					t.Errorf("%q", diags)
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
		c := rdstest.New(t, rdssim.WithLinkLife(40*time.Second))
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(25 * time.Second) // virtual
			rdssim.HalfBody()(w, r)
		}})
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.Delay(20 * time.Second)})
		told, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 {
			t.Fatalf("%q\n%q\n%q", diags, told, c.Calls())
		}
		if n := c.Count("rds.errorlog"); n != 4 { // three polls of an export of 4 s, and one for the fresh link
			t.Errorf("%d calls for links: %q", n, c.Calls())
		}
	})
	if content(t, folder)[oneFile] != realLog(t) {
		t.Error("the file is not the log")
	}
}

func TestAction_TimeoutHoldsTheDownloadToo(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "obs.get", Times: -1, Handler: rdssim.Hang()})
		start := time.Now()
		_, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder, "timeouts": map[string]any{"invoke": "50s"}})
		if time.Since(start) != 50*time.Second || len(diags) != 1 || !strings.HasPrefix(diags[0], "Error: Unable to save error log files\n") {
			t.Errorf("after %s: %q", time.Since(start), diags)
		}
	})
	if files := content(t, folder); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestAction_Interrupted: Ctrl-C in the middle of a download. Nothing is left behind, and nobody is told to raise a
// timeout.
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
		want := "Error: Unable to save error log files\n\nThe download of " + oneFile + " was interrupted. It belongs to the error log of DB instance " + rdssim.InstanceHealthy +
			".\n\nNo part of it was left behind. Run it again."
		if diff := cmp.Diff([]string{want}, diags); diff != "" || time.Since(start) != 10*time.Second {
			t.Errorf("after %s: %s", time.Since(start), diff)
		}
	})
	if files := content(t, folder); len(files) > 0 {
		t.Errorf("left behind: %v", files)
	}
}

// TestAction_Stopped: Terraform stops its providers after Ctrl-C. How the action ended must be told before that is
// answered, for nothing is heard after it; and no progress must come any more, for Terraform crashes then.
func TestAction_Stopped(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.Hang()}) // of the second file: the first one is saved
		p := c.Protocol(t)
		if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		var told, diags []string
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			told, diags = p.Invoke(t.Context(), dataSource, map[string]any{"instance_id": rdssim.InstanceTwoFiles, "directory": folder})
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
		if len(diags) != 1 || !strings.Contains(diags[0], "was interrupted") || !strings.Contains(diags[0], "These files were saved:\n\n  "+folder) {
			t.Errorf("%q", diags)
		}
		if diff := cmp.Diff([]string{"Waiting for the export: 0s, the cloud says CREATING."}, told); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAction_RefusalRepeatsTheLink: the object store quotes what it was asked with, at any place around the length at
// which texts are cut.
func TestAction_RefusalRepeatsTheLink(t *testing.T) {
	for filler := 330; filler < 410; filler += 10 {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t)
			var signature string
			c.Inject(rdssim.Fault{Kind: "obs.get", Times: -1, Handler: func(w http.ResponseWriter, r *http.Request) {
				signature = r.URL.Query().Get("Signature")
				rdssim.XMLError(http.StatusForbidden, "SignatureDoesNotMatch", strings.Repeat("x", filler)+" "+signature)(w, r)
			}})
			_, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir()})
			if len(diags) != 1 || signature == "" || strings.Contains(diags[0], signature[:6]) {
				t.Errorf("%d: %q", filler, diags)
			}
		})
	}
}
