// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package costtest

import (
	"os"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	maxBinary = 25_000_000 // bytes
	maxMemory = 40 << 20   // bytes
)

func TestBinarySize(t *testing.T) {
	info, err := os.Stat(program(t))
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() > maxBinary {
		t.Errorf("the program has %d bytes, want at most %d", info.Size(), maxBinary)
	}
}

// TestPeakMemory plans one instance, and two hundred at once, with tokens of 10 kB.
func TestPeakMemory(t *testing.T) {
	for name, n := range map[string]int{"one": 1, "two hundred": 200} {
		t.Run(name, func(t *testing.T) {
			c := newCLI(t, fleetOf(n), rdssim.WithExportDuration(0))
			provider := attach(t, c)
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
			if peak > maxMemory {
				t.Errorf("the provider needed %.1f MiB, want at most %d", float64(peak)/(1<<20), maxMemory>>20)
			}
			t.Logf("%.1f MiB", float64(peak)/(1<<20))
		})
	}
}
