// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

const mebibyte = 1 << 20

// saveVariable makes this test program save the file of a link and print its peak of memory: what other tests leave
// in memory, or a collection at another moment, must not count.
const saveVariable = "DOWNLOAD_TEST_SAVE"

// TestMemoryIsFlat: a file of 256 MiB takes no more memory than one of 1 MiB, within 32 MiB.
func TestMemoryIsFlat(t *testing.T) {
	server := startServer(t)
	little, much := peakMemory(t, server, mebibyte), peakMemory(t, server, 256*mebibyte)
	t.Logf("%d MiB at 1 MiB, %d MiB at 256 MiB", little/mebibyte, much/mebibyte)
	if much > little+32*mebibyte {
		t.Errorf("%d bytes more for the large file, want at most 32 MiB", much-little)
	}
}

// peakMemory is the most memory, in bytes, of a program that saves a file of some size. Memory is what Go has from the
// system and has not given back.
func peakMemory(tb testing.TB, server string, size int) uint64 {
	tb.Helper()
	self, err := os.Executable()
	must(tb, err)
	saving := exec.CommandContext(tb.Context(), self)
	saving.Dir = tb.TempDir()
	saving.Env = append(os.Environ(), fmt.Sprintf("%s=%s/%d", saveVariable, server, size))
	out, err := saving.Output()
	must(tb, err)
	peak, err := strconv.ParseUint(strings.TrimSpace(string(out)), 10, 64)
	must(tb, err)
	info, err := os.Stat(saving.Dir + "/file")
	must(tb, err)
	if info.Size() != int64(size) {
		tb.Fatalf("saved %d bytes of %d", info.Size(), size)
	}
	return peak
}

// saveAndTellPeak saves into the folder where this program was started.
func saveAndTellPeak(link string) {
	peak := peakOf(func() {
		if _, err := download.Save(
			context.Background(),
			[]download.File{{Name: "file", Link: link, Size: -1}},
			download.Options{Directory: ".", Base: http.DefaultTransport},
		); err != nil {
			panic(err)
		}
	})
	fmt.Println(peak)
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
