// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package costtest

import (
	"bytes"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const maxBinary = 25_000_000 // bytes

func TestBinarySize(t *testing.T) {
	info, err := os.Stat(program(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxBinary {
		t.Errorf("the program has %d bytes, want at most %d", info.Size(), maxBinary)
	}
}

// TestPeakMemory plans one instance, two hundred at once, and a thousand of which 200 are read at once, with tokens of
// 10 kB. Nothing of an instance that was read may stay in memory.
func TestPeakMemory(t *testing.T) {
	for name, test := range map[string]struct {
		n, limit int // limit: MiB
	}{
		"one":         {1, 28},
		"two hundred": {200, 40},
		"a thousand":  {1000, 48},
	} {
		n := test.n
		t.Run(name, func(t *testing.T) {
			c := newCLI(t, fleetOf("rds_errorlog_download", n), rdssim.WithExportDuration(0))
			provider := attach(t, c, program(t), nil)
			mustRun(t, c, "init", "-no-color")
			mustRun(t, c, "plan", "-no-color", "-parallelism=200")
			if got := c.Cloud.Count("login"); got != 1 {
				t.Errorf("%d logins, want 1", got)
			}
			if got := c.Cloud.Count("rds.errorlog"); got != n {
				t.Errorf("%d calls, want %d", got, n)
			}
			peak, ok := peakMemory(t, provider)
			if !ok {
				t.Skip("this system has no /proc with VmHWM, the peak memory of a process")
			}
			if peak > test.limit<<20 {
				t.Errorf("the provider needed %.1f MiB, want at most %d", float64(peak)/(1<<20), test.limit)
			}
			t.Logf("%.1f MiB", float64(peak)/(1<<20))
		})
	}
}

// TestNobodyReadsTheLog: a line that Terraform drops costs time on both sides.
func TestNobodyReadsTheLog(t *testing.T) {
	const (
		ours      = `"@message":"Waiting for the export of the error log","@module":"rds"`
		requests  = `"@module":"rds.requests"`
		libraries = `"@module":"sdk.`
	)
	for _, test := range []struct {
		name, variable, value string
		want, not             []string
	}{
		{name: "no variable", not: []string{ours, libraries}},
		{name: "switched off", variable: "TF_LOG", value: "off", not: []string{ours, libraries}},
		{name: "a level", variable: "TF_LOG_PROVIDER", value: "INFO", want: []string{ours}, not: []string{libraries, requests}},
		{name: "a level of Terraform and all", variable: "TF_LOG", value: "TRACE", want: []string{ours, libraries, requests}},
		{name: "a form", variable: "TF_LOG", value: "JSON", want: []string{ours, libraries, requests}},
		{name: "a level of a library", variable: "TF_LOG_SDK", value: "TRACE", want: []string{libraries}, not: []string{ours}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCLI(t, fleetOf("rds_errorlog_download", 1), rdssim.WithExportDuration(time.Second))
			if test.variable != "" {
				c.Env[test.variable] = test.value
			}
			log := new(lockedBuffer)
			attach(t, c, program(t), log)
			delete(c.Env, test.variable) // the CLI's own log is not what this test is about
			mustRun(t, c, "init")
			mustRun(t, c, "plan")
			for _, text := range test.want {
				if !strings.Contains(log.String(), text) {
					t.Errorf("no %s in the log:\n%s", text, log)
				}
			}
			for _, text := range test.not {
				if strings.Contains(log.String(), text) {
					t.Errorf("%s is in the log, want it not to be:\n%s", text, log)
				}
			}
		})
	}
}

// lockedBuffer is a buffer that is written to while it is read.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
