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
		t.Errorf("%d bytes, more than %d", info.Size(), maxBinary)
	}
}

// TestPeakMemory: one instance and two hundred at once, tokens of 10 kB and all.
func TestPeakMemory(t *testing.T) {
	for name, n := range map[string]int{"one": 1, "two hundred": 200} {
		t.Run(name, func(t *testing.T) {
			c := newCLI(t, fleetOf(n), rdssim.WithExportDuration(0))
			provider := attach(t, c)
			mustRun(t, c, "init", "-no-color")
			mustRun(t, c, "plan", "-no-color", "-parallelism=200")
			if logins, calls := c.Cloud.Count("login"), c.Cloud.Count("rds.errorlog"); logins != 1 || calls != n {
				t.Errorf("%d logins and %d calls", logins, calls)
			}
			peak, ok := peakMemory(t, provider)
			if !ok {
				t.Skip("this system does not tell how much memory a process held (VmHWM)")
			}
			if peak > maxMemory {
				t.Errorf("%.1f MiB, more than %d", float64(peak)/(1<<20), maxMemory>>20)
			}
			t.Logf("%.1f MiB", float64(peak)/(1<<20))
		})
	}
}
