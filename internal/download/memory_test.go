// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const mebibyte = 1 << 20

// TestMemoryIsFlat: a file of 256 MiB takes no more memory than one of 1 MiB, within 32 MiB. Memory is what Go has
// from the system and has not given back.
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

	var saved []download.Saved
	peak := peakOf(func() { saved, err = download.Save(t.Context(), files, download.Options{Directory: t.TempDir()}) })
	_ = wantErrors(t, err)
	if len(saved) != 1 || saved[0].Size != size {
		t.Fatalf("%+v", saved)
	}
	return peak
}

// peakOf is the most memory, in bytes, that this program held while something was done.
func peakOf(do func()) uint64 {
	var peak uint64
	look := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.Sys-m.HeapReleased)
	}
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for ticker := time.NewTicker(5 * time.Millisecond); ; {
			look()
			select {
			case <-ticker.C:
			case <-done:
				ticker.Stop()
				return
			}
		}
	})
	do()
	close(done)
	watch.Wait()
	return peak
}
