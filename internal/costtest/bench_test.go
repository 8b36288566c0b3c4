// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build bench

package costtest

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const (
	runs = 15
	// Of a plan to one that reads a page.
	maxRatioLinks = 1.3 // with ready links
	maxRatioRows  = 1.4 // with the rows of three levels
)

// yardstick returns the folder with the program of hashicorp/http. Many use that provider, and it does as little as
// one can: one GET.
func yardstick(t *testing.T) string {
	t.Helper()
	folder := os.Getenv("HTTP_PROVIDER_FOLDER")
	if folder == "" {
		t.Fatal("HTTP_PROVIDER_FOLDER is not set: run make bench")
	}
	return folder
}

// times are the durations of several equal runs.
type times []time.Duration

func (t times) median() time.Duration { return slices.Sorted(slices.Values(t))[len(t)/2] }

// fastest returns the time to compare: other work on the machine only adds to it.
func (t times) fastest() time.Duration { return slices.Min(t) }

func (t times) String() string {
	return fmt.Sprintf("%4d ms  (median %d)", t.fastest().Milliseconds(), t.median().Milliseconds())
}

// sideBySide runs both by turns, so that other work on the machine slows both down.
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

// measurement is one line of the table. Its function returns a value for this provider and one for the other.
type measurement struct {
	name    string
	measure func(*testing.T) (rds, http fmt.Stringer)
}

// measurements are all lines of the table. To measure something else, add a line.
var measurements = []measurement{
	{"size of the program", sizes},
	{"start, until the CLI can speak to it", starts},
	{"schema, through the CLI", schemas},
	{"plan: ready links / one GET of a page", plans("rds_errorlog_download", "rds.errorlog", 1, maxRatioLinks)},
	{"plan: rows of the last hour / one GET of a page", plans("rds_errorlog", "rds.errorlog_rows", 3, maxRatioRows)},
	{"plan of 1, provider running", fleetPlan(1)},
	{"plan of 200, provider running", fleetPlan(200)},
	{"plan of 200, exports of 14 s, 40 calls a second", gatewayPlan(200)},
	{"plan of 1000, exports of 14 s, 40 calls a second", gatewayPlan(1000)},
}

// TestCost prints what everything costs, with -v.
func TestCost(t *testing.T) {
	var table strings.Builder
	line := func(name string, rds, http fmt.Stringer) {
		fmt.Fprintf(&table, "%-48s │ %-24s │ %s\n", name, rds, http)
	}
	line("", text("rds"), text("hashicorp/http"))
	for _, m := range measurements {
		rds, http := m.measure(t)
		line(m.name, rds, http)
	}
	t.Logf("What it costs (%s; the fastest of %d runs by turns):\n\n%s", version(t, newCLI(t, "")), runs, table.String())
}

func otherProgram(t *testing.T) string {
	t.Helper()
	return filepath.Join(yardstick(t), "terraform-provider-http")
}

func sizes(t *testing.T) (rds, http fmt.Stringer) {
	t.Helper()
	return size(t, program(t)), size(t, otherProgram(t))
}

func starts(t *testing.T) (rds, http fmt.Stringer) {
	t.Helper()
	return sideBySide(func() { handshake(t, program(t)) }, func() { handshake(t, otherProgram(t)) })
}

func schemas(t *testing.T) (rds, http fmt.Stringer) {
	t.Helper()
	ours, theirs := configurations(t, "rds_errorlog_download")
	arguments := []string{"providers", "schema", "-json"}
	return sideBySide(func() { mustRun(t, ours, arguments...) }, func() { mustRun(t, theirs, arguments...) })
}

// plans compares the plan of a data source, which makes so many calls of a kind, with one that reads a page.
func plans(dataSource, kind string, calls int, maxRatio float64) func(*testing.T) (rds, http fmt.Stringer) {
	return func(t *testing.T) (rds, http fmt.Stringer) {
		t.Helper()
		ours, theirs := configurations(t, dataSource)
		a, b := sideBySide(func() { mustRun(t, ours, "plan") }, func() { mustRun(t, theirs, "plan") })
		ratio := float64(a.fastest()) / float64(b.fastest())
		if ratio > maxRatio {
			t.Errorf("a plan of %s takes %.2f times as long as one that reads a page, want at most %.1f", dataSource, ratio, maxRatio)
		}
		if got := ours.Cloud.Count("login"); got != runs+1 {
			t.Errorf("%d logins in %d plans, want one in each", got, runs+1)
		}
		if got, want := ours.Cloud.Count(kind), calls*(runs+1); got != want {
			t.Errorf("%d calls of %s in %d plans, want %d", got, kind, runs+1, want)
		}
		return text(fmt.Sprintf("%s: %.2f times", a, ratio)), b
	}
}

// fleetPlan plans n instances at once whose links are ready.
func fleetPlan(n int) func(*testing.T) (rds, http fmt.Stringer) {
	return func(t *testing.T) (rds, http fmt.Stringer) {
		t.Helper()
		c := newCLI(t, fleetOf("rds_errorlog_download", n), rdssim.WithExportDuration(0))
		return planAttached(t, c, program(t), n), text("")
	}
}

const export = 14 * time.Second

// gatewayPlan plans n instances at once, behind a gateway that refuses what is too fast. The other provider makes n requests
// at once that take as long as an export: what that costs, the plugin framework and the system cost.
func gatewayPlan(n int) func(*testing.T) (rds, http fmt.Stringer) {
	return func(t *testing.T) (ours, theirs fmt.Stringer) {
		t.Helper()
		c := newCLI(t, fleetOf("rds_errorlog_download", n), rdssim.WithExportDuration(export), rdssim.WithGateway(rdssim.Gateway{PerSecond: 40}))
		cost := planAttached(t, c, program(t), n)
		refused := 0
		for _, r := range c.Cloud.Requests() {
			if r.Status == http.StatusTooManyRequests {
				refused++
			}
		}
		return text(fmt.Sprintf("%s, %d calls, %d times 429", cost, len(c.Cloud.Requests()), refused)), slowPages(t, n)
	}
}

// slowPages plans n pages at once, each of which takes as long as an export, with hashicorp/http.
func slowPages(t *testing.T, n int) text {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(export):
		}
	}))
	defer server.Close()
	var configuration strings.Builder
	for i := range n {
		fmt.Fprintf(&configuration, "data \"http\" \"page%d\" {\n  url = %q\n}\n", i, server.URL)
	}
	return planAttached(t, newCLI(t, configuration.String()), otherProgram(t), n)
}

// planAttached plans n objects at once and returns the time of the plan, and the provider's memory and CPU time.
func planAttached(t *testing.T, c *rdstest.CLI, provider string, n int) text {
	t.Helper()
	process := attach(t, c, provider, nil)
	mustRun(t, c, "init")
	start := time.Now()
	mustRun(t, c, "plan", fmt.Sprintf("-parallelism=%d", n))
	took := time.Since(start)
	peak, _ := peakMemory(t, process)
	return text(fmt.Sprintf("%.1f s, %.1f MiB, CPU %.1f s", took.Seconds(), float64(peak)/(1<<20), cpu(t, process).Seconds()))
}

// cpu returns the time that a process has used so far, 0 if the system does not count it.
func cpu(t *testing.T, pid int) time.Duration {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, fields, _ := strings.Cut(string(stat), ") ") // the program's name may hold spaces
	const tick = 10 * time.Millisecond
	var sum time.Duration
	for _, field := range strings.Fields(fields)[11:13] { // utime and stime, see proc(5)
		n, err := strconv.Atoi(field)
		if err != nil {
			t.Fatal(err)
		}
		sum += time.Duration(n) * tick
	}
	return sum
}

// configurations are one with this provider, whose links are ready, and one that reads a page with the other.
func configurations(t *testing.T, dataSource string) (ours, theirs *rdstest.CLI) {
	t.Helper()
	ours = newCLI(t, fleetOf(dataSource, 1), rdssim.WithExportDuration(0))
	override(t, ours, "otc-rds/rds", filepath.Dir(program(t)))
	theirs = newCLI(t, "")
	theirs.Write(t, "main.tf", "data \"http\" \"page\" {\n  url = \""+theirs.Cloud.URL()+"/v3\"\n}\n")
	override(t, theirs, "hashicorp/http", yardstick(t))
	return ours, theirs
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

// handshake starts a provider as the CLI does, and ends it when it has printed its address.
func handshake(t *testing.T, path string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), path)
	// The cookie is not a secret: a provider refuses to run without it, because somebody may have started it by hand.
	cmd.Env = []string{
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		"PLUGIN_PROTOCOL_VERSIONS=5,6",
		"TMPDIR=" + os.TempDir(),
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if err != nil || !strings.Contains(address, "|grpc|") {
		t.Fatalf("%s printed %q, %v; want an address with |grpc|", path, address, err)
	}
}

// override makes an address mean the program in a folder, for Terraform and for OpenTofu.
func override(t *testing.T, c *rdstest.CLI, name, folder string) {
	t.Helper()
	const format = `provider_installation {
  dev_overrides {
    "registry.terraform.io/%[1]s" = %[2]q
    "registry.opentofu.org/%[1]s" = %[2]q
  }
  direct {}
}
`
	c.Write(t, "overrides.tfrc", fmt.Sprintf(format, name, folder))
	c.Env["TF_CLI_CONFIG_FILE"] = filepath.Join(c.Dir, "overrides.tfrc")
}
