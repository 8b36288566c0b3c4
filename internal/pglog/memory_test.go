// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// memory returns the most bytes that were in use while a log of this size was read.
func memory(t *testing.T, size int64, text func(round int) []byte) (peak uint64) {
	t.Helper()
	before := heap()
	read := int64(0)
	r := endless(size, text)
	_, err := pglog.Summarize(readerFunc(func(p []byte) (int, error) {
		n, err := r.Read(p)
		if read += int64(n); read>>20 != (read-int64(n))>>20 {
			if now := heap(); now > before {
				peak = max(peak, now-before)
			}
		}
		return n, err
	}))
	if err != nil {
		t.Fatalf("expected a summary, got %v", err)
	}
	return peak
}

// What is kept does not grow with the log, be it ordinary, or full of messages that all differ.
// Not parallel: it measures the heap.
func TestMemoryIsFlat(t *testing.T) {
	for name, text := range map[string]func() func(int) []byte{
		"ordinary": later, "distinct values": onlyErrors, "distinct groups": distinct,
		"one line without end": func() func(int) []byte { return func(int) []byte { return []byte("ERROR:  x") } },
	} {
		t.Run(name, func(t *testing.T) {
			if name == "one line without end" {
				if peak := memory(t, 16<<20, text()); peak > 2<<20 {
					t.Errorf("expected at most 2 MiB, got %d bytes", peak)
				}
				return
			}
			small, large := memory(t, 2<<20, text()), memory(t, 40<<20, text())
			if large > small+1<<20 {
				t.Errorf("expected at most 1 MiB more for a log 20 times as long, got %d and %d bytes", small, large)
			}
			if large > 8<<20 {
				t.Errorf("expected at most 8 MiB, got %d bytes", large)
			}
		})
	}
}

// The reader keeps a bounded number of events with bounded texts.
// Not parallel: it measures the heap.
func TestMemoryOfReader(t *testing.T) {
	log := "2026-11-23 16:05:52 UTC [1] ERROR:  one\n2026-11-23 16:05:52 UTC [1] STATEMENT:  select\n"
	line := []byte("\t'a line of a statement without end',\n")
	before := heap()
	var peak uint64
	r := pglog.NewReader(io.MultiReader(readerOf(log), endless(16<<20, func(round int) []byte {
		if round%100_000 == 0 {
			if now := heap(); now > before {
				peak = max(peak, now-before)
			}
		}
		return line
	})))
	e, err := r.Next()
	equal(t, nil, err)
	equal(t, true, e.Cut)
	equal(t, true, len(e.Statement) > 200_000 && len(e.Statement) <= 256<<10)
	if peak > 2<<20 {
		t.Errorf("expected at most 2 MiB, got %d bytes", peak)
	}
	runtime.KeepAlive(r)
}
