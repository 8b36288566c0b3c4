// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build release

package releasetest

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// maxBinary limits the size of a program, in bytes. "terraform init" downloads it on each new machine.
const maxBinary = 25_000_000

// systems lists the systems that a release has zips for.
var systems = []string{
	"darwin_amd64", "darwin_arm64",
	"freebsd_386", "freebsd_amd64", "freebsd_arm", "freebsd_arm64",
	"linux_386", "linux_amd64", "linux_arm", "linux_arm64",
	"windows_386", "windows_amd64", "windows_arm64",
}

// release is the folder that goreleaser filled, and its metadata.json.
type release struct {
	folder  string
	Version string    `json:"version"`
	Date    time.Time `json:"date"` // of the build; no file may have it
	Commit  string    `json:"commit"`
}

func finished(t *testing.T) release {
	t.Helper()
	r := release{folder: os.Getenv("RELEASE_FOLDER")}
	text, err := os.ReadFile(filepath.Join(r.folder, "metadata.json"))
	if err != nil {
		t.Fatalf("RELEASE_FOLDER is not a folder that goreleaser has filled: %v", err)
	}
	if err := json.Unmarshal(text, &r); err != nil || r.Version == "" {
		t.Fatalf("metadata.json is %q, %v; want a version", text, err)
	}
	return r
}

func (r release) path(ending string) string {
	return filepath.Join(r.folder, "terraform-provider-rds_"+r.Version+"_"+ending)
}

// TestFiles checks that there is one zip for each system, and a correct checksum for each of them and for the manifest.
func TestFiles(t *testing.T) {
	r := finished(t)
	text, err := os.ReadFile(r.path("SHA256SUMS"))
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(text)) {
		sum, name, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "  ")
		if !ok {
			t.Errorf("line %q of SHA256SUMS is not a checksum and a name", line)
		}
		sums[name] = sum
	}
	want := map[string]string{}
	for _, system := range systems {
		want[filepath.Base(r.path(system+".zip"))] = hashOf(t, r.path(system+".zip"))
	}
	want[filepath.Base(r.path("manifest.json"))] = hashOf(t, "../../terraform-registry-manifest.json")
	if diff := cmp.Diff(want, sums); diff != "" {
		t.Errorf("SHA256SUMS (-want +got):\n%s", diff)
	}
	zips, err := filepath.Glob(filepath.Join(r.folder, "*.zip"))
	if err != nil || len(zips) != len(systems) {
		t.Errorf("%d zips, want %d, %v", len(zips), len(systems), err)
	}
}

func hashOf(t *testing.T, path string) string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }() // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// TestZips checks that each zip has the license, and the program under the name that the registries need, and that no
// file has the time of the build.
func TestZips(t *testing.T) {
	r := finished(t)
	for _, system := range systems {
		t.Run(system, func(t *testing.T) {
			program := "terraform-provider-rds_v" + r.Version
			if strings.HasPrefix(system, "windows") {
				program += ".exe"
			}
			archive, err := zip.OpenReader(r.path(system + ".zip"))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = archive.Close() }() // it was only read
			var names []string
			for _, f := range archive.File {
				names = append(names, f.Name)
				if f.Name == program && f.Mode().Perm() != 0o755 {
					t.Errorf("%s has mode %s, want 0755", f.Name, f.Mode())
				}
				if f.UncompressedSize64 > maxBinary {
					t.Errorf("%s has %d bytes, want at most %d", f.Name, f.UncompressedSize64, maxBinary)
				}
				if f.Modified.After(r.Date.Add(-time.Second)) && r.Date.Sub(commitTime(t, r)) > 10*time.Second {
					t.Errorf("%s has the time of the build, %s", f.Name, f.Modified)
				}
			}
			if diff := cmp.Diff([]string{"LICENSE", program}, slices.Sorted(slices.Values(names))); diff != "" {
				t.Errorf("files (-want +got):\n%s", diff)
			}
		})
	}
}

func commitTime(t *testing.T, r release) time.Time {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "git", "show", "-s", "--format=%cI", r.Commit).Output()
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(out)))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestVersion checks that the program for this machine prints its version, and sends it with every request.
func TestVersion(t *testing.T) {
	r := finished(t)
	folder := t.TempDir()
	program := r.unpack(t, folder)
	out, err := exec.CommandContext(t.Context(), program, "-version").Output()
	if err != nil || string(out) != r.Version+"\n" {
		t.Errorf("-version printed %q, %v; want %s", out, err, r.Version)
	}

	cloud := rdssim.New(rdssim.WithExportDuration(0))
	stop, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	cli := &rdstest.CLI{Dir: t.TempDir(), Env: rdstest.Password(cloud), Cloud: cloud}
	cli.Write(t, "terraformrc", fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/otc-rds/rds" = %[1]q
    "registry.opentofu.org/otc-rds/rds" = %[1]q
  }
  direct {}
}
`, folder))
	cli.Env["HOME"], cli.Env["TF_CLI_CONFIG_FILE"], cli.Env["CHECKPOINT_DISABLE"] = cli.Dir, filepath.Join(cli.Dir, "terraformrc"), "1"
	cli.Write(t, "main.tf", "terraform {\n  required_providers {\n    rds = {\n      source = \"otc-rds/rds\"\n    }\n  }\n}\n\n"+
		"data \"rds_errorlog_download\" \"orders\" {\n  instance_id = \""+rdssim.InstanceHealthy+"\"\n}\n")
	if run := cli.Run(t, "plan", "-no-color"); run.ExitCode != 0 {
		t.Fatalf("plan returned %d:\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	for _, request := range cloud.Requests() {
		if agent := request.Header.Get("User-Agent"); !strings.HasPrefix(agent, "terraform-provider-rds/"+r.Version+" ") {
			t.Errorf("%s came from %q, want terraform-provider-rds/%s", request.Kind, agent, r.Version)
		}
	}
	if cloud.Count("rds.errorlog") == 0 {
		t.Error("the program did not request an error log")
	}
}

// unpack extracts the program for this machine from its zip and returns its path.
func (r release) unpack(t *testing.T, folder string) string {
	t.Helper()
	archive, err := zip.OpenReader(r.path(runtime.GOOS + "_" + runtime.GOARCH + ".zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = archive.Close() }() // it was only read
	name := "terraform-provider-rds_v" + r.Version
	member, err := archive.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(member)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, name)
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}
