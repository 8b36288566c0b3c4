// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const mebibyte = 1 << 20

// TestMemoryIsFlat: a file of 256 MiB takes no more memory than one of 1 MiB, within 32 MiB. Memory is what Go has from the
// system and has not given back.
func TestMemoryIsFlat(t *testing.T) {
	small, large := peakMemory(t, mebibyte), peakMemory(t, 256*mebibyte)
	if grown := int64(large) - int64(small); grown > 32*mebibyte {
		t.Errorf("%d MiB at 1 MiB, %d MiB at 256 MiB", small/mebibyte, large/mebibyte)
	}
}

func peakMemory(t *testing.T, size int64) uint64 {
	t.Helper()
	cloud := newCloud(rdssim.WithFileSize(size))
	stop, err := cloud.Start()
	must(t, err)
	defer stop()
	files := mustFiles(t, cloud, rdssim.InstanceHealthy)

	var peak atomic.Uint64
	look := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.Store(max(peak.Load(), m.Sys-m.HeapReleased))
	}
	stopped, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for ticker := time.NewTicker(5 * time.Millisecond); ; {
			look()
			select {
			case <-ticker.C:
			case <-stopped:
				return
			}
		}
	}()
	saved, err := download.Save(t.Context(), files, download.Options{Directory: t.TempDir()})
	close(stopped)
	<-done
	_ = wantErrors(t, err)
	if len(saved) != 1 || saved[0].Size != size {
		t.Fatalf("%+v", saved)
	}
	return peak.Load()
}
