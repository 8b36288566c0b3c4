// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The part of the guide "When it fails" that is about the action: links are there, and files can't be saved.

func saveFaults() []fault {
	rows := []fault{
		{name: "The file is there", cause: "A file of that name is in the folder, and `overwrite` is not set. It is not touched.", folder: func(t *testing.T, directory string) {
			writeFile(t, filepath.Join(directory, oneFile), "evidence")
		}},
		{name: "Something else is in the way", cause: "A folder or a symbolic link has the file's name.", folder: func(t *testing.T, directory string) {
			if err := os.Symlink("elsewhere", filepath.Join(directory, oneFile)); err != nil {
				t.Fatal(err)
			}
		}},
		{name: "The directory is a file", cause: "`directory` names a file.", folder: func(t *testing.T, directory string) {
			if err := os.Remove(directory); err != nil {
				t.Fatal(err)
			}
			writeFile(t, directory, "")
		}},
		{name: "Disk full", cause: "The disk has less room than the file needs. That is found out before the transfer, where the store tells the size.", options: []rdssim.Option{rdssim.WithFileSize(1 << 60)}},
		{name: "Link expired", cause: "The link is refused as expired, and so is every fresh one.", faults: at("obs.get", forEver, rdssim.XMLError(403, "AccessDenied", "Request has expired"))},
		{name: "Link refused", cause: "The object store does not take the link, and a fresh one fares no better.", faults: at("obs.get", forEver, rdssim.XMLError(403, "SignatureDoesNotMatch", "The signature does not match."))},
		{name: "File gone", cause: "The object store does not know the file.", faults: at("obs.get", forEver, rdssim.XMLError(404, "NoSuchKey", "The specified key does not exist."))},
		{name: "Object store out of order", cause: "The object store answers 503 to every attempt.", faults: at("obs.get", forEver, rdssim.XMLError(503, "ServiceUnavailable", "Please try again."))},
		{name: "Transfer breaks and goes on", cause: "The connection breaks in the middle of the file. The transfer goes on where it stopped.", faults: at("obs.get", 2, rdssim.HalfBody())},
		{name: "Transfer never begins", cause: "Each connection to the object store breaks.", faults: at("obs.get", forEver, rdssim.Drop())},
		{name: "Time is up in a download", cause: "The object store hangs until `timeouts.invoke` has passed, here 50 s.", arguments: map[string]any{"timeouts": map[string]any{"invoke": "50s"}}, faults: at("obs.get", forEver, rdssim.Hang())},
		{name: "Interrupted download", cause: "Ctrl-C, nine seconds after the start.", interrupt: 9 * time.Second, faults: at("obs.get", 1, rdssim.Hang())},
		{name: "Files missing from a partly failed export", cause: "The cloud could prepare two of three files. They are saved.", arguments: instance(rdssim.InstancePartlyFails)},
	}
	for i := range rows {
		rows[i].saves = true
	}
	return rows
}

// What differs from machine to machine.
var freeBytes = regexp.MustCompile(`and \d+ are free`)

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
	arguments["directory"] = directory
	start := time.Now()
	told, diags := p.Invoke(ctx, dataSource, arguments)
	for i, text := range diags {
		text = strings.ReplaceAll(text, directory, "error-logs")
		diags[i] = freeBytes.ReplaceAllString(text, "and … are free")
	}
	tellsNoSecret(t, strings.Join(diags, "\n")+strings.Join(told, "\n"))
	end := "the files"
	switch {
	case len(diags) > 0 && strings.HasPrefix(diags[0], "Warning: "):
		end = "a warning and the files that are there"
	case len(diags) > 0:
		end = "an error"
	}
	return seen{end + when(start), diags}
}
