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
	"runtime"
	"strings"
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
	home := tb.TempDir()
	maps.Copy(c.Env, map[string]string{
		"HOME": home, "PATH": os.Getenv("PATH"), "TMPDIR": os.TempDir(),
		"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1", "TF_INPUT": "0",
		"TF_CLI_CONFIG_FILE": c.overrides(tb, home),
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

// overrides writes a CLI configuration in which the provider's address means the built program.
func (c *CLI) overrides(tb testing.TB, home string) string {
	tb.Helper()
	folder := filepath.Dir(providerProgram(tb))
	file := filepath.Join(home, "terraformrc")
	text := fmt.Sprintf(`provider_installation {
  dev_overrides {
    "registry.terraform.io/otc-rds/rds" = %[1]q
    "registry.opentofu.org/otc-rds/rds" = %[1]q
  }
  direct {}
}
`, folder)
	check(tb, os.WriteFile(file, []byte(text), 0o600))
	return file
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

// built is the provider program. All tests of a run share it.
var built struct {
	once sync.Once
	path string
	err  error
}

func providerProgram(tb testing.TB) string {
	tb.Helper()
	built.once.Do(func() { built.path, built.err = buildProvider(context.Background()) })
	if built.err != nil {
		tb.Fatal(built.err)
	}
	return built.path
}

// buildProvider builds the program into a temporary folder, which RemoveProvider removes.
func buildProvider(ctx context.Context) (string, error) {
	folder, err := os.MkdirTemp("", "terraform-provider-rds-")
	if err != nil {
		return "", err
	}
	_, here, _, _ := runtime.Caller(0)
	path := filepath.Join(folder, "terraform-provider-rds")
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.version=9.9.9-test", "-o", path, ".")
	cmd.Dir = filepath.Join(filepath.Dir(here), "..", "..")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	return path, nil
}

// RemoveProvider removes the program that NewCLI built. TestMain calls it after all tests.
func RemoveProvider() {
	if strings.Contains(built.path, "terraform-provider-rds-") {
		_ = os.RemoveAll(filepath.Dir(built.path))
	}
}

// NeedTerraform skips a test if the CLI is OpenTofu or an older Terraform.
func NeedTerraform(tb testing.TB, major, minor int, what string) {
	tb.Helper()
	if line := cliVersion(tb); !atLeast(line, "Terraform", major, minor) {
		tb.Skipf("%s has no %s: they need Terraform %d.%d", line, what, major, minor)
	}
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

// need skips a test on a CLI that is older than these minor versions of Terraform 1 and OpenTofu 1.
func need(tb testing.TB, what string, terraform, tofu int) {
	tb.Helper()
	if line := cliVersion(tb); !atLeast(line, "Terraform", 1, terraform) && !atLeast(line, "OpenTofu", 1, tofu) {
		tb.Skipf("%s has no %s: they need Terraform 1.%d or OpenTofu 1.%d", line, what, terraform, tofu)
	}
}

// cliVersion returns the CLI's name and version: "Terraform v1.11.4".
func cliVersion(tb testing.TB) string {
	tb.Helper()
	out, err := exec.CommandContext(tb.Context(), Terraform(tb), "version").Output()
	check(tb, err)
	line, _, _ := strings.Cut(string(out), "\n")
	return line
}

func atLeast(line, name string, major, minor int) bool {
	var hasMajor, hasMinor int
	if _, err := fmt.Sscanf(line, name+" v%d.%d", &hasMajor, &hasMinor); err != nil {
		return false
	}
	return hasMajor > major || hasMajor == major && hasMinor >= minor
}
