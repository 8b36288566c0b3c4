//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"bufio"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// testCLI: three programs as people start them: the real CLI with the real provider, the simulator with -keystone,
// and Keystone. The environment has the credentials; the region chooses the simulator among two in the catalogue.
func (f *fixture) testCLI(t *testing.T) {
	f.keystone.AddRegion(t, f.world, "eu-nl", f.simulator(t))
	c := rdstest.NewCLI(t, []string{"../../examples/data-sources/rds_errorlog_download/data-source.tf"})
	c.Write(t, "versions.tf", "terraform {\n  required_providers {\n    rds = {\n      source = \"otc-rds/rds\"\n    }\n  }\n}\n")
	for name := range c.Env {
		if strings.HasPrefix(name, "OS_") {
			delete(c.Env, name)
		}
	}
	maps.Copy(c.Env, byName(map[string]string{"OS_AUTH_URL": f.keystone.AuthURL, "OS_REGION_NAME": "eu-nl"}))

	t.Run("password", func(t *testing.T) {
		met(t, "real CLI, rdssim -keystone: password by name", "links")
		run := c.Run(t, "apply", "-auto-approve", "-no-color")
		if run.ExitCode != 0 || !strings.Contains(run.Stdout, "_errorlog_download_") {
			t.Fatalf("exit code %d, want 0\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
		}
		if links := c.Run(t, "output", "-json", "links"); !strings.Contains(links.Stdout, "Signature=") {
			t.Errorf("want a link, got %s\n%s", links.Stdout, links.Stderr)
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		met(t, "real CLI: wrong password", "error, as it must be")
		c.Env["OS_PASSWORD"] = "wr0ng-Passw0rd"
		run := c.Run(t, "plan", "-no-color")
		// The CLI breaks lines where it likes.
		screen := strings.Join(strings.Fields(run.Stderr), " ")
		if run.ExitCode != 1 || !strings.Contains(screen, "Error: Unable to log in ") || !strings.Contains(screen,
			f.keystone.AuthURL+" refused the credentials.") {
			t.Errorf("want exit code 1 and a refusal, got exit code %d\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
		}
		if strings.Contains(run.Stdout+run.Stderr, c.Env["OS_PASSWORD"]) {
			t.Errorf("want no password on the screen, got\n%s", screen)
		}
	})
	if n := c.Cloud.Count(""); n != 0 {
		t.Errorf("%d requests went to the other cloud, want none", n)
	}
}

// simulator runs the simulator's program until the test's end and returns its URL.
func (f *fixture) simulator(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "rdssim")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../cmd/rdssim")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(t.Context(), program, "-export", "1s", "-keystone", f.keystone.AuthURL)
	// The end of the test's context is Ctrl-C's twin.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(stdout)
	t.Cleanup(func() {
		_, _ = io.Copy(io.Discard, lines)
		if _ = cmd.Wait(); cmd.ProcessState.ExitCode() != 0 {
			t.Errorf("the simulator ended with %s, want success", cmd.ProcessState)
		}
	})
	first, err := lines.ReadString('\n')
	url := strings.TrimPrefix(strings.TrimSpace(first), "The simulated cloud listens at ")
	if err != nil || !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("the simulator printed %q, %v, want its address", first, err)
	}
	return url
}
