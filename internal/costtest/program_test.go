// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package costtest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// built is the provider, built as for a release. All tests share it.
var built struct {
	once   sync.Once
	folder string
	err    error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.folder != "" {
		_ = os.RemoveAll(built.folder)
	}
	os.Exit(code)
}

// program returns the path of the provider, built with the flags of .goreleaser.yml.
func program(t *testing.T) string {
	t.Helper()
	built.once.Do(func() {
		if built.folder, built.err = os.MkdirTemp("", "terraform-provider-rds-cost-"); built.err != nil {
			return
		}
		cmd := exec.CommandContext(context.Background(), "go", "build", "-trimpath",
			"-ldflags", "-s -w -X main.version=9.9.9-cost", "-o", built.folder+"/", "../..")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			built.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.folder, "terraform-provider-rds")
}

const requirement = `terraform {
  required_providers {
    rds = {
      source = "otc-rds/rds"
    }
  }
}
`

// fleetOf returns a configuration that reads a data source for each of n instances at once. It has a block for each: with for_each,
// Terraform itself needs 40 s of CPU time for a thousand.
func fleetOf(dataSource string, n int) string {
	var text strings.Builder
	text.WriteString(requirement)
	for i := range n {
		fmt.Fprintf(&text, "data %q \"instance%d\" {\n  instance_id = %q\n}\n", dataSource, i, rdssim.FleetInstance(i))
	}
	return text.String()
}

// newCLI returns a folder with a configuration, and a cloud on loopback. The CLI does not know where the provider is yet.
func newCLI(t *testing.T, configuration string, options ...rdssim.Option) *rdstest.CLI {
	t.Helper()
	cloud := rdssim.New(options...)
	stop, err := cloud.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	c := &rdstest.CLI{Dir: t.TempDir(), Env: rdstest.Password(cloud), Cloud: cloud}
	c.Write(t, "main.tf", configuration)
	maps.Copy(c.Env, map[string]string{
		"HOME": c.Dir, "PATH": os.Getenv("PATH"), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0",
	})
	return c
}

func mustRun(t *testing.T, c *rdstest.CLI, arguments ...string) {
	t.Helper()
	if run := c.Run(t, arguments...); run.ExitCode != 0 {
		t.Fatalf("%q returned %d:\n%s\n%s", arguments, run.ExitCode, run.Stdout, run.Stderr)
	}
}

var reattach = regexp.MustCompile(`TF_REATTACH_PROVIDERS='(.+)'`)

// attach starts a provider and returns its process ID. The CLI uses that process, so it still runs when the CLI has
// ended, and can be measured. Its log goes to stderr.
func attach(t *testing.T, c *rdstest.CLI, provider string, stderr io.Writer) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), provider, "-debug")
	cmd.Stderr = stderr
	for name, value := range c.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		m := reattach.FindStringSubmatch(lines.Text())
		if m == nil {
			continue
		}
		// OpenTofu looks under its own registry's name.
		var servers map[string]json.RawMessage
		if err := json.Unmarshal([]byte(m[1]), &servers); err != nil {
			t.Fatal(err)
		}
		for name, server := range maps.Clone(servers) {
			servers[strings.Replace(name, "registry.terraform.io", "registry.opentofu.org", 1)] = server
		}
		text, err := json.Marshal(servers)
		if err != nil {
			t.Fatal(err)
		}
		c.Env["TF_REATTACH_PROVIDERS"] = string(text)
		return cmd.Process.Pid
	}
	t.Fatalf("the provider did not print its address: %v", lines.Err())
	return 0
}

var highWater = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// peakMemory returns the most memory that a process ever had, in bytes. ok is false if the system does not count it.
func peakMemory(t *testing.T, pid int) (bytes int, ok bool) {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, false
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		t.Fatalf("no VmHWM in:\n%s", status)
	}
	kib, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return kib << 10, true
}
