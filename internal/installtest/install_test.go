// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package installtest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const requirement = `terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}
`

// root has a backend, a second provider and a module, none of which works with a development override.
const root = requirement + `
terraform {
  backend "local" {
    path = "here.tfstate"
  }
}

resource "terraform_data" "other" {}

module "logs" {
  source = "./logs"
}

output "status" {
  value = module.logs.status
}
`

const module = requirement + `
data "rds_errorlog_download" "orders" {
  instance_id = "` + rdssim.InstanceHealthy + `"
}

output "status" {
  value = data.rds_errorlog_download.orders.status
}
`

// TestInstall goes through a user's commands, from installation to removal.
func TestInstall(t *testing.T) {
	home := newHome(t)
	out := mustMake(t, home, "install", "VERSION=0.0.7")
	plugins := filepath.Join(home, ".terraform.d", "plugins")
	if want := "Installed version 0.0.7 in " + plugins + ", for Terraform and OpenTofu.\n"; !strings.Contains(out, want) {
		t.Errorf("make install printed:\n%s\nwant a line:\n%s", out, want)
	}
	if strings.Contains(out, "warning") {
		t.Errorf("make install warned without a reason:\n%s", out)
	}
	system := runtime.GOOS + "_" + runtime.GOARCH
	want := []string{
		"registry.opentofu.org/otc-rds/rds/0.0.7/" + system + "/terraform-provider-rds_v0.0.7",
		"registry.terraform.io/otc-rds/rds/0.0.7/" + system + "/terraform-provider-rds_v0.0.7",
	}
	if diff := cmp.Diff(want, files(t, plugins)); diff != "" {
		t.Errorf("installed files (-want +got):\n%s", diff)
	}
	version, err := exec.CommandContext(t.Context(), filepath.Join(plugins, want[0]), "-version").Output()
	if err != nil || string(version) != "0.0.7\n" {
		t.Errorf("the program printed version %q, %v; want 0.0.7", version, err)
	}

	c := newCLI(t, home)
	run(t, c, 0, "init")
	lock, err := os.ReadFile(filepath.Join(c.Dir, ".terraform.lock.hcl"))
	if err != nil || !strings.Contains(string(lock), `version = "0.0.7"`) {
		t.Errorf("the lock file is %q, %v; want version 0.0.7", lock, err)
	}
	run(t, c, 0, "init") // the lock file's checksums fit
	run(t, c, 0, "validate")
	run(t, c, 0, "plan")
	if calls := c.Cloud.Count("rds.errorlog"); calls == 0 {
		t.Error("plan sent no request to the cloud")
	}

	mustMake(t, home, "uninstall", "VERSION=0.0.7")
	if left, err := os.ReadDir(plugins); err != nil || len(left) != 0 {
		t.Errorf("make uninstall left %v, %v; want an empty folder", left, err)
	}
	run(t, newCLI(t, home), 1, "init")
}

func TestUninstallKeepsOthers(t *testing.T) {
	home := newHome(t)
	folder := filepath.Join(home, ".terraform.d", "plugins", "registry.terraform.io", "otc-rds", "rds", "1.2.3")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(folder, "other")
	if err := os.WriteFile(other, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := runMake(t, []string{"HOME=" + home}, "uninstall", "VERSION=0.0.7")
	if err == nil {
		t.Error("make uninstall succeeded, but the version was not there")
	}
	if want := "Version 0.0.7 is not in " + filepath.Join(home, ".terraform.d", "plugins") + ".\n"; !strings.HasPrefix(out, want) {
		t.Errorf("make uninstall printed %q, want %q first", out, want)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("a file of another version is lost: %v", err)
	}
}

// TestProviderInstallation warns of each CLI configuration that makes the CLIs ignore the local mirror.
func TestProviderInstallation(t *testing.T) {
	home := newHome(t)
	plugins := filepath.Join(home, ".terraform.d", "plugins")
	var want string
	for _, name := range []string{"named.tfrc", ".terraformrc", ".tofurc", ".config/opentofu/tofurc"} {
		config := filepath.Join(home, name)
		if err := os.MkdirAll(filepath.Dir(config), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(config, []byte("provider_installation {\n  direct {}\n}\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		want += "warning: " + config + " has a block provider_installation. With it, the CLIs ignore " + plugins +
			" unless the block has:\n  filesystem_mirror { path = \"" + plugins + "\" }\n"
	}
	out, err := runMake(t, []string{"HOME=" + home, "TF_CLI_CONFIG_FILE=" + filepath.Join(home, "named.tfrc")}, "install")
	if err != nil {
		t.Fatalf("make install: %v\n%s", err, out)
	}
	if !strings.HasSuffix(out, want) {
		t.Errorf("make install printed:\n%s\nwant at its end:\n%s", out, want)
	}
}

func TestWrongVersion(t *testing.T) {
	for _, version := range []string{"1", "v0.0.1", "0.0", "0.0.01", "dev", "0.0.1 "} {
		home := newHome(t)
		out, err := runMake(t, []string{"HOME=" + home}, "install", "VERSION="+version)
		if err == nil {
			t.Errorf("make install took version %q", version)
		}
		if want := "VERSION is \"" + version + "\", but the CLIs need one such as 0.0.1.\n"; !strings.Contains(out, want) {
			t.Errorf("make install VERSION=%q printed:\n%s\nwant:\n%s", version, out, want)
		}
		if _, err := os.Stat(filepath.Join(home, ".terraform.d")); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("make install VERSION=%q made .terraform.d: %v", version, err)
		}
	}
}

// TestNoHome runs without HOME: the system knows the home folder. It changes nothing there, because nobody has this version.
func TestNoHome(t *testing.T) {
	home, err := exec.CommandContext(t.Context(), "sh", "-c", `eval echo "~$(id -un)"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	out, err := runMake(t, nil, "uninstall", "VERSION=0.0.0-nobody.has.it")
	if err == nil {
		t.Error("make uninstall succeeded, but the version was not there")
	}
	want := "Version 0.0.0-nobody.has.it is not in " + strings.TrimSpace(string(home)) + "/.terraform.d/plugins.\n"
	if !strings.HasPrefix(out, want) {
		t.Errorf("make uninstall printed %q, want %q first", out, want)
	}
}

func newCLI(t *testing.T, home string) *rdstest.CLI {
	t.Helper()
	cloud := rdssim.New(rdssim.WithExportDuration(0))
	stop, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	c := &rdstest.CLI{Dir: t.TempDir(), Env: rdstest.Password(cloud), Cloud: cloud}
	c.Env["HOME"], c.Env["PATH"], c.Env["CHECKPOINT_DISABLE"] = home, os.Getenv("PATH"), "1"
	// No registry is asked: a proxy that refuses makes a search for one fail at once.
	c.Env["HTTPS_PROXY"] = "http://127.0.0.1:1"
	c.Write(t, "main.tf", root)
	if err := os.Mkdir(filepath.Join(c.Dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	c.Write(t, "logs/main.tf", module)
	return c
}

func run(t *testing.T, c *rdstest.CLI, want int, command string) {
	t.Helper()
	if got := c.Run(t, command, "-no-color"); got.ExitCode != want {
		t.Fatalf("%s returned %d, want %d:\n%s\n%s", command, got.ExitCode, want, got.Stdout, got.Stderr)
	}
}

func mustMake(t *testing.T, home string, arguments ...string) string {
	t.Helper()
	out, err := runMake(t, []string{"HOME=" + home}, arguments...)
	if err != nil {
		t.Fatalf("make %q: %v\n%s", arguments, err, out)
	}
	return out
}

// runMake runs make without the settings of whoever runs this test, and without the home folder, where Go's caches are.
func runMake(t *testing.T, env []string, arguments ...string) (string, error) {
	t.Helper()
	caches, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal(err)
	}
	values := strings.Split(strings.TrimSpace(string(caches)), "\n")
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--silent", "-C", "../.."}, arguments...)...)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GOCACHE=" + values[0], "GOMODCACHE=" + values[1], "GOPROXY=" + values[2]}, env...)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), err
}

// files lists the files below a folder, sorted.
func files(t *testing.T, folder string) []string {
	t.Helper()
	var found []string
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	return found
}

// newHome returns a home folder in which the go command keeps no counters: it would still write them, in the background, when
// the test has ended.
func newHome(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	folder := filepath.Join(home, ".config", "go", "telemetry")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "mode"), []byte("off"), 0o600); err != nil {
		t.Fatal(err)
	}
	return home
}
