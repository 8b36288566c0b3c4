// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

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
	log, err := os.ReadFile("../rdssim/incidents/mixed.log")
	if err != nil {
		t.Fatal(err)
	}
	return string(log)
}

func sum(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

// checkSumFiles does what sha256sum -c *.sha256 does, on every system: each file has its checksum beside it.
func checkSumFiles(t *testing.T, folder string) {
	t.Helper()
	files, want := content(t, folder), map[string]string{}
	for name, text := range files {
		if !strings.HasSuffix(name, ".sha256") {
			want[name], want[name+".sha256"] = text, sum(text)+"  "+name+"\n"
		}
	}
	if len(want) == 0 {
		t.Error("got no files, want some")
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error("files (-want +got):", diff)
	}
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
