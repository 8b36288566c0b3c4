// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The part of the guide "When it fails" that is about the action: links are there, and files can't be saved.

func saveFaults() []fault {
	healthy := func(prepare func(t *testing.T, path string)) func(*testing.T, string) {
		return func(t *testing.T, directory string) { prepare(t, filepath.Join(directory, oneFile)) }
	}
	link := func(t *testing.T, path string) {
		if err := os.Symlink("elsewhere", path); err != nil {
			t.Fatal(err)
		}
	}
	rows := []fault{
		{
			name: "The file is there", words: "already exists",
			cause:  "A file of that name is in the folder, and `overwrite` is not set. It is not touched.",
			folder: healthy(func(t *testing.T, path string) { writeFile(t, path, "evidence") }),
		},
		{
			name: "Something else is in the way", words: "something else is in the way",
			cause: "A folder or a symbolic link has the file's name.", folder: healthy(link),
		},
		{
			name: "Something else is in the checksum's way", words: ".sha256: something else is in the way",
			cause:  "A folder or a symbolic link has the name of the file with the checksum.",
			folder: healthy(func(t *testing.T, path string) { link(t, path+".sha256") }),
		},
		{
			name: "No permission to write to the directory", words: "No permission to write to",
			cause:     "The user who runs Terraform is not allowed to write there.",
			arguments: map[string]any{"directory": forbidden},
		},
		{
			name: "The directory is a file", words: "something else is in the way", cause: "`directory` names a file.",
			folder: func(t *testing.T, directory string) {
				if err := os.Remove(directory); err != nil {
					t.Fatal(err)
				}
				writeFile(t, directory, "")
			},
		},
		{
			name: "Disk full", words: "The disk is full", options: []rdssim.Option{rdssim.WithFileSize(1 << 60)},
			cause: "The disk has less room than the file needs. That is known before the transfer, if the store announces the size.",
		},
		{
			name: "Link expired", words: "has expired, and there is no fresh one",
			cause:  "The link is refused as expired, and so is every fresh one.",
			faults: at("obs.get", forEver, rdssim.XMLError(403, "AccessDenied", "Request has expired")),
		},
		{
			name: "Link refused", words: "The link's server refused",
			cause:  "The object store refuses the link, and a fresh one too.",
			faults: at("obs.get", forEver, rdssim.XMLError(403, "SignatureDoesNotMatch", "The signature does not match.")),
		},
		{
			name: "File gone", words: "The link's server refused", cause: "The object store does not know the file.",
			faults: at("obs.get", forEver, rdssim.XMLError(404, "NoSuchKey", "The specified key does not exist.")),
		},
		{
			name: "Object store out of order", words: "broke off", cause: "The object store answers 503 to every attempt.",
			faults: at("obs.get", forEver, rdssim.XMLError(503, "ServiceUnavailable", "Please try again.")),
		},
		{
			name: "A page in place of the file", words: "a web page or an error message came in place of the file",
			cause:  "A portal or a proxy answers every attempt with a web page and status 200. It is not saved.",
			faults: at("obs.get", forEver, rdssim.Status(200, "<!DOCTYPE html><title>Sign in</title>", nil)),
		},
		{
			name: "Another size than announced", words: "The cloud announced another size",
			cause:  "The file has another size than the cloud announced. It is saved.",
			faults: at("obs.get", 1, rdssim.Status(200, "LOG:  short\n", nil)),
		},
		{
			name:   "Transfer breaks and goes on",
			cause:  "The connection breaks in the middle of the file. The transfer resumes.",
			faults: at("obs.get", 2, rdssim.HalfBody()),
		},
		{
			name: "Transfer never begins", words: "broke off", cause: "Each connection to the object store breaks.",
			faults: at("obs.get", forEver, rdssim.Drop()),
		},
		{
			name: "Time is up in a download", words: "raise timeouts.invoke",
			cause:     "The object store hangs until `timeouts.invoke` has passed, here 50 s.",
			arguments: map[string]any{"timeouts": map[string]any{"invoke": "50s"}}, faults: at("obs.get", forEver, rdssim.Hang()),
		},
		{
			name: "Interrupted download", words: "was interrupted", cause: "Ctrl-C, nine seconds after the start.",
			interrupt: 9 * time.Second, faults: at("obs.get", 1, rdssim.Hang()),
		},
		{
			name: "Files missing from a partly failed export", words: "The other files are saved",
			cause: "The cloud could prepare two of three files. They are saved.", arguments: instance(rdssim.InstancePartlyFails),
		},
	}
	for i := range rows {
		rows[i].saves = true
	}
	return rows
}

// forbidden is a folder that nobody can create on Linux, not even root, who runs the tests in containers.
const forbidden = "/sys/error-logs"

// What differs from machine to machine.
var (
	freeBytes = regexp.MustCompile(`and \d+ are free`)
	denied    = regexp.MustCompile(`operation not permitted|read-only file system`)
)

// save invokes the action with a new folder, which the guide calls error-logs.
func (f fault) save(ctx context.Context, t *testing.T, p *rdstest.Protocol, arguments map[string]any) seen {
	t.Helper()
	directory := filepath.Join(t.TempDir(), "error-logs")
	if err := os.Mkdir(directory, 0o700); err != nil {
		t.Fatal(err)
	}
	if f.folder != nil {
		f.folder(t, directory)
	}
	if arguments["directory"] == nil {
		arguments["directory"] = directory
	}
	start := time.Now()
	progress, diags := p.Invoke(ctx, dataSource, arguments)
	for i, text := range diags {
		text = strings.NewReplacer(directory, "error-logs", forbidden, "error-logs").Replace(text)
		text = freeBytes.ReplaceAllString(text, "and … are free")
		diags[i] = denied.ReplaceAllString(text, "permission denied")
	}
	tellsNoSecret(t, strings.Join(diags, "\n")+strings.Join(progress, "\n"))
	end := "the files"
	switch {
	case slices.ContainsFunc(diags, isError):
		end = "an error"
	case len(diags) > 0:
		end = "a warning and the files that are there"
	}
	return seen{end, when(start), diags}
}

// TestFaults_ActionOnScreen: Terraform 1.16 and later show them so, each one by itself.
func TestFaults_ActionOnScreen(t *testing.T) {
	rdstest.NeedTerraform(t, 16, "diagnostics of actions with their own first lines")
	c := actionCLI(t, saveAction(rdssim.InstancePartlyFails))
	invoke := func(failed bool, want ...string) {
		t.Helper()
		run := c.Run(t, "apply", "-auto-approve", "-no-color", "-invoke=action.rds_errorlog_download.orders")
		screen := run.Stdout + run.Stderr
		for _, text := range want {
			if !wrapped(text).MatchString(screen) {
				t.Errorf("got %s, want %q on the screen", screen, text)
			}
		}
		if got := strings.Contains(screen, "\nAction failed: "); got != failed {
			t.Errorf("a line of the failed action: got %t, want %t: %s", got, failed, screen)
		}
	}
	invoke(false, "Warning: Some error log files are missing", "The cloud prepared 2 of 3 files")
	for name := range content(t, filepath.Join(c.Dir, "logs")) {
		writeFile(t, filepath.Join(c.Dir, "logs", name), "") // other files than the cloud's, without checksums
	}
	invoke(
		true,
		" - 3 problems: - Some error log files are missing: The cloud prepared 2 of 3 files",
		"Warning: Some error log files are missing", "The cloud prepared 2 of 3 files",
		"Error: Unable to save error log files", "already exists. Instance: ",
	)
	c.Write(t, "main.tf", requirement+saveAction(rdssim.InstanceHealthy))
	notFound := rdssim.XMLError(404, "NoSuchKey", "The specified key does not exist.")
	c.Cloud.Inject(rdssim.Fault{Kind: "obs.get", Times: forEver, Handler: notFound})
	invoke(true, "Error: Unable to save error log files", "The link's server refused")
}
