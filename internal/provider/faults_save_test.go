// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
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
	rows := []fault{
		{name: "The file is there", cause: "A file of that name is in the folder, and `overwrite` is not set. It is not touched.", words: "already exists", folder: func(t *testing.T, directory string) {
			writeFile(t, filepath.Join(directory, oneFile), "evidence")
		}},
		{name: "Something else is in the way", cause: "A folder or a symbolic link has the file's name.", words: "something else is in the way", folder: func(t *testing.T, directory string) {
			if err := os.Symlink("elsewhere", filepath.Join(directory, oneFile)); err != nil {
				t.Fatal(err)
			}
		}},
		{
			name: "The directory may not be written", cause: "The user who runs Terraform may not write there.", words: "may not be written",
			arguments: map[string]any{"directory": forbidden},
		},
		{name: "The directory is a file", cause: "`directory` names a file.", words: "directory must be a folder", folder: func(t *testing.T, directory string) {
			if err := os.Remove(directory); err != nil {
				t.Fatal(err)
			}
			writeFile(t, directory, "")
		}},
		{name: "Disk full", cause: "The disk has less room than the file needs. That is found out before the transfer, where the store tells the size.", words: "The disk is full", options: []rdssim.Option{rdssim.WithFileSize(1 << 60)}},
		{name: "Link expired", cause: "The link is refused as expired, and so is every fresh one.", words: "has expired, and there is no fresh one", faults: at("obs.get", forEver, rdssim.XMLError(403, "AccessDenied", "Request has expired"))},
		{name: "Link refused", cause: "The object store does not take the link, and a fresh one fares no better.", words: "The link's server refused", faults: at("obs.get", forEver, rdssim.XMLError(403, "SignatureDoesNotMatch", "The signature does not match."))},
		{name: "File gone", cause: "The object store does not know the file.", words: "The link's server refused", faults: at("obs.get", forEver, rdssim.XMLError(404, "NoSuchKey", "The specified key does not exist."))},
		{name: "Object store out of order", cause: "The object store answers 503 to every attempt.", words: "broke off", faults: at("obs.get", forEver, rdssim.XMLError(503, "ServiceUnavailable", "Please try again."))},
		{name: "Transfer breaks and goes on", cause: "The connection breaks in the middle of the file. The transfer goes on where it stopped.", faults: at("obs.get", 2, rdssim.HalfBody())},
		{name: "Transfer never begins", cause: "Each connection to the object store breaks.", words: "broke off", faults: at("obs.get", forEver, rdssim.Drop())},
		{name: "Time is up in a download", cause: "The object store hangs until `timeouts.invoke` has passed, here 50 s.", words: "raise timeouts.invoke", arguments: map[string]any{"timeouts": map[string]any{"invoke": "50s"}}, faults: at("obs.get", forEver, rdssim.Hang())},
		{name: "Interrupted download", cause: "Ctrl-C, nine seconds after the start.", words: "was interrupted", interrupt: 9 * time.Second, faults: at("obs.get", 1, rdssim.Hang())},
		{name: "Files missing from a partly failed export", words: "The other files are saved", cause: "The cloud could prepare two of three files. They are saved.", arguments: instance(rdssim.InstancePartlyFails)},
	}
	for i := range rows {
		rows[i].saves = true
	}
	return rows
}

// forbidden is a folder that nobody can make on Linux, not even root, who runs the tests in containers.
const forbidden = "/sys/error-logs"

// What differs from machine to machine.
var (
	freeBytes = regexp.MustCompile(`and \d+ are free`)
	denied    = regexp.MustCompile(`operation not permitted|read-only file system`)
)

// save invokes the action with a folder of its own, which the guide calls error-logs.
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
	told, diags := p.Invoke(ctx, dataSource, arguments)
	for i, text := range diags {
		text = strings.NewReplacer(directory, "error-logs", forbidden, "error-logs").Replace(text)
		text = freeBytes.ReplaceAllString(text, "and … are free")
		diags[i] = onScreen(denied.ReplaceAllString(text, "permission denied"))
	}
	tellsNoSecret(t, strings.Join(diags, "\n")+strings.Join(told, "\n"))
	end := "the files"
	switch {
	case slices.ContainsFunc(diags, tellsError):
		end = "an error"
	case len(diags) > 0:
		end = "a warning and the files that are there"
	}
	return seen{end, when(start), diags}
}

// onScreen is how Terraform shows what an action tells: under a line of its own, in one paragraph with the summary,
// and without the argument. What validation finds is shown like any other error.
func onScreen(text string) string {
	first, detail, _ := strings.Cut(text, "\n\n")
	severity, _, _ := strings.Cut(first, ": ")
	if summaryOf(text) == "Invalid Attribute Value" {
		return text
	}
	return fmt.Sprintf("%s: %s when invoking action\n\n%s: %s", severity, severity, summaryOf(text), detail)
}

// TestFaults_ActionOnScreen: the real Terraform shows them so, and several of them as one error.
func TestFaults_ActionOnScreen(t *testing.T) {
	c := actionCLI(t, saveAction(rdssim.InstancePartlyFails))
	invoke := func(want string) {
		t.Helper()
		run := c.Run(t, "apply", "-auto-approve", "-no-color", "-invoke=action.rds_errorlog_download.orders")
		if screen := run.Stdout + run.Stderr; !wrapped(want).MatchString(screen) || strings.HasPrefix(want, "Error: ") != strings.Contains(screen, "\nAction failed: ") {
			t.Errorf("%s: %s", want, screen)
		}
	}
	invoke("Warning: Warning when invoking action Some error log files are missing: The cloud prepared 2 of 3 files")
	for name := range content(t, filepath.Join(c.Dir, "logs")) {
		writeFile(t, filepath.Join(c.Dir, "logs", name), "") // other files than the cloud's, and no checksums
	}
	invoke("Error: Error when invoking action 3 problems: - Some error log files are missing: The cloud prepared 2 of 3 files")
	c.Write(t, "main.tf", requirement+saveAction(rdssim.InstanceHealthy))
	c.Cloud.Inject(rdssim.Fault{Kind: "obs.get", Times: forEver, Handler: rdssim.XMLError(404, "NoSuchKey", "The specified key does not exist.")})
	invoke("Error: Error when invoking action Unable to save error log files: The link's server refused")
}
