// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build bench

package costtest

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const (
	runs     = 15
	maxRatio = 1.3 // of a plan with ready links to one that reads a page
)

// yardstick is the folder of hashicorp/http's program, which many configurations use and which does as little as a
// provider can: one GET.
func yardstick(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("HTTP_PROVIDER_FOLDER")
	if folder == "" {
		t.Fatal("HTTP_PROVIDER_FOLDER must name the folder of terraform-provider-http: make bench does")
	}
	return folder
}

// times are of several runs of the same.
type times []time.Duration

func (t times) median() time.Duration { return slices.Sorted(slices.Values(t))[len(t)/2] }

// fastest is what counts: whatever else the machine does can only add to it.
func (t times) fastest() time.Duration { return slices.Min(t) }

func (t times) String() string {
	return fmt.Sprintf("%4d ms  (median %d)", t.fastest().Milliseconds(), t.median().Milliseconds())
}

// sideBySide takes turns, so that what else the machine does meets both alike.
func sideBySide(ours, theirs func()) (a, b times) {
	ours() // the first of each warms the caches
	theirs()
	for range runs {
		start := time.Now()
		ours()
		between := time.Now()
		theirs()
		a, b = append(a, between.Sub(start)), append(b, time.Since(between))
	}
	return a, b
}

// TestCost prints what everything costs, with -v.
func TestCost(t *testing.T) {
	var table strings.Builder
	line := func(name string, a, b fmt.Stringer) { fmt.Fprintf(&table, "%-44s │ %-24s │ %s\n", name, a, b) }
	line("", text("rds"), text("hashicorp/http"))

	theirs := filepath.Join(yardstick(t), "terraform-provider-http")
	line("size of the program", size(t, program(t)), size(t, theirs))
	a, b := sideBySide(func() { handshake(t, program(t)) }, func() { handshake(t, theirs) })
	line("start, until the CLI can speak to it", a, b)

	rds := newCLI(t, fleetOf(1), rdssim.WithExportDuration(0))
	override(t, rds, "otc-rds/rds", filepath.Dir(program(t)))
	page := newCLI(t, "")
	page.Write(t, "main.tf", "data \"http\" \"page\" {\n  url = \""+page.Cloud.URL()+"/v3\"\n}\n")
	override(t, page, "hashicorp/http", yardstick(t))
	a, b = sideBySide(func() { mustRun(t, rds, "providers", "schema", "-json") }, func() { mustRun(t, page, "providers", "schema", "-json") })
	line("schema, through the CLI", a, b)
	a, b = sideBySide(func() { mustRun(t, rds, "plan") }, func() { mustRun(t, page, "plan") })
	line("plan: ready links / one GET of a page", a, b)
	ratio := float64(a.fastest()) / float64(b.fastest())
	line("", text(fmt.Sprintf("%.2f times the other", ratio)), text(""))
	if ratio > maxRatio {
		t.Errorf("a plan takes %.2f times one that reads a page, more than %.1f", ratio, maxRatio)
	}
	if logins, calls := rds.Cloud.Count("login"), rds.Cloud.Count("rds.errorlog"); logins != runs+1 || calls != runs+1 {
		t.Errorf("%d logins and %d calls in %d plans", logins, calls, runs+1)
	}
	for _, n := range []int{1, 200} {
		took, peak := fleet(t, n)
		line(fmt.Sprintf("plan of %d, provider running: time, memory", n), text(fmt.Sprintf("%4d ms, %.1f MiB", took.Milliseconds(), float64(peak)/(1<<20))), text(""))
	}
	t.Logf("What it costs (%s; the fastest of %d runs by turns):\n\n%s", version(t, rds), runs, table.String())
}

type text string

func (t text) String() string { return string(t) }

func size(t *testing.T, path string) text {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return text(fmt.Sprintf("%4.1f MB", float64(info.Size())/1e6))
}

func version(t *testing.T, c *rdstest.CLI) string {
	t.Helper()
	first, _, _ := strings.Cut(c.Run(t, "version").Stdout, "\n")
	return first
}

// handshake starts a provider as the CLI does and ends it once it has said where it listens.
func handshake(t *testing.T, path string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path)
	// The cookie is no secret: with it a CLI tells a provider that it was not started by hand.
	cmd.Env = []string{"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=5,6", "TMPDIR=" + os.TempDir()}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, err := bufio.NewReader(stdout).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil || !strings.Contains(said, "|grpc|") {
		t.Fatalf("%s said %q, %v", path, said, err)
	}
}

// fleet plans n instances whose links are ready.
func fleet(t *testing.T, n int) (took time.Duration, peak int) {
	t.Helper()
	c := newCLI(t, fleetOf(n), rdssim.WithExportDuration(0))
	provider := attach(t, c)
	mustRun(t, c, "init")
	start := time.Now()
	mustRun(t, c, "plan", "-parallelism=200")
	took = time.Since(start)
	peak, _ = peakMemory(t, provider)
	return took, peak
}

// override makes an address mean the program in a folder, for Terraform and for OpenTofu.
func override(t *testing.T, c *rdstest.CLI, name, folder string) {
	t.Helper()
	const format = "provider_installation {\n  dev_overrides {\n    \"registry.terraform.io/%[1]s\" = %[2]q\n    \"registry.opentofu.org/%[1]s\" = %[2]q\n  }\n  direct {}\n}\n"
	c.Write(t, "overrides.tfrc", fmt.Sprintf(format, name, folder))
	c.Env["TF_CLI_CONFIG_FILE"] = filepath.Join(c.Dir, "overrides.tfrc")
}
