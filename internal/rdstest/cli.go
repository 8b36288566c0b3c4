// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// CLI is a folder with a configuration for a real Terraform or OpenTofu, the built provider and a simulated cloud on
// loopback. It is for what terraform-plugin-testing cannot show: for_each, warnings, logs, signals, files.
type CLI struct {
	Dir   string
	Env   map[string]string
	Cloud *rdssim.Server
}

// Finished is the result of a command.
type Finished struct {
	Stdout, Stderr string
	ExitCode       int
}

// NewCLI starts a simulated cloud and copies the configuration's files into a new folder.
func NewCLI(tb testing.TB, files []string, options ...rdssim.Option) *CLI {
	tb.Helper()
	cloud := rdssim.New(options...)
	stop, err := cloud.Start()
	check(tb, err)
	tb.Cleanup(stop)
	c := &CLI{Dir: tb.TempDir(), Env: Password(cloud), Cloud: cloud}
	for _, file := range files {
		content, err := os.ReadFile(file)
		check(tb, err)
		c.Write(tb, filepath.Base(file), string(content))
	}
	folder, err := buildProvider()
	check(tb, err)
	home := tb.TempDir()
	overrides := filepath.Join(home, "terraformrc") // the provider's address means the built program
	check(tb, os.WriteFile(overrides, fmt.Appendf(nil, `provider_installation {
  dev_overrides {
    "registry.terraform.io/otc-rds/rds" = %[1]q
    "registry.opentofu.org/otc-rds/rds" = %[1]q
  }
  direct {}
}
`, folder), 0o600))
	maps.Copy(c.Env, map[string]string{
		"HOME": home, "PATH": os.Getenv("PATH"), "TMPDIR": os.TempDir(),
		"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0", "TF_CLI_CONFIG_FILE": overrides,
	})
	return c
}

// Write puts a file into the folder.
func (c *CLI) Write(tb testing.TB, name, content string) {
	tb.Helper()
	check(tb, os.WriteFile(filepath.Join(c.Dir, name), []byte(content), 0o600))
}

// Run runs a command, such as "apply", "-auto-approve", and waits for its end.
func (c *CLI) Run(tb testing.TB, arguments ...string) Finished {
	tb.Helper()
	var stdout, stderr bytes.Buffer
	cmd := c.Command(tb, arguments...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		tb.Fatal(err)
	}
	return Finished{Stdout: stdout.String(), Stderr: stderr.String(), ExitCode: cmd.ProcessState.ExitCode()}
}

// Command returns a command that is not started. It ends with the test at the latest.
func (c *CLI) Command(tb testing.TB, arguments ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), Terraform(tb), arguments...)
	cmd.Dir = c.Dir
	for name, value := range c.Env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}

// Terraform returns the path of the CLI for tests. Without a CLI the test fails, because a skipped test proves nothing.
func Terraform(tb testing.TB) string {
	tb.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	tb.Fatal("expected terraform or tofu on PATH, found none: run make test, which builds one, or set TF_ACC_TERRAFORM_PATH")
	return ""
}

// programs is the folder of the built provider. It is empty before the first build.
var programs string

// buildProvider builds the provider in a temporary folder, once: all tests of a run share it.
var buildProvider = sync.OnceValues(func() (folder string, err error) {
	programs, err = os.MkdirTemp("", "terraform-provider-rds-")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(context.Background(), "go", "build", "-ldflags", "-X main.version=9.9.9-test",
		"-o", filepath.Join(programs, "terraform-provider-rds"), "github.com/otc-rds/terraform-provider-rds")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	return programs, nil
})

// RemoveProvider removes the program that NewCLI built. TestMain calls it after all tests.
func RemoveProvider() {
	_ = os.RemoveAll(programs)
}

// NeedTerraform skips a test if the CLI is OpenTofu or a Terraform before 1.minor.
func NeedTerraform(tb testing.TB, minor int, what string) {
	tb.Helper()
	need(tb, what, minor, 0)
}

// NeedEphemerals skips a test on a CLI without ephemeral resources.
func NeedEphemerals(tb testing.TB) {
	tb.Helper()
	need(tb, "ephemeral resources", 10, 11)
}

// NeedFunctions skips a test on a CLI without functions of providers.
func NeedFunctions(tb testing.TB) {
	tb.Helper()
	need(tb, "functions of providers", 8, 7)
}

// NeedMocks skips a test on a CLI whose "test" cannot mock a provider.
func NeedMocks(tb testing.TB) {
	tb.Helper()
	need(tb, "mocks in tests", 7, 8)
}

// need skips a test on a CLI before these minor versions of Terraform 1 and OpenTofu 1. 0: no OpenTofu is new enough.
func need(tb testing.TB, what string, terraform, tofu int) {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), Terraform(tb), "version").Output()
	check(tb, err)
	var name string
	var major, minor int
	_, err = fmt.Sscanf(string(out), "%s v%d.%d", &name, &major, &minor) // Terraform v1.11.4
	check(tb, err)
	if least := map[string]int{"Terraform": terraform, "OpenTofu": tofu}[name]; least > 0 && (major > 1 || minor >= least) {
		return
	}
	needs := fmt.Sprintf("Terraform 1.%d", terraform)
	if tofu > 0 {
		needs += fmt.Sprintf(" or OpenTofu 1.%d", tofu)
	}
	tb.Skipf("%s %d.%d has no %s: they need %s", name, major, minor, what, needs)
}
