// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
	"time"

	_ "embed"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

//go:embed testdata/postgresql-15.log
var sample []byte

// endless returns a log of n bytes without holding it: the sample again and again, later each time, with other process
// IDs and other values.
func endless(n int64, text func(round int) []byte) io.Reader {
	round := 0
	var rest []byte
	return io.LimitReader(readerFunc(func(p []byte) (int, error) {
		if len(rest) == 0 {
			rest = text(round)
			round++
		}
		size := copy(p, rest)
		rest = rest[size:]
		return size, nil
	}), n)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// later returns the sample with its times moved by 10 seconds a round and its process IDs and durations changed.
// It allocates nothing after the first round.
func later() func(round int) []byte {
	start := time.Date(2026, time.November, 23, 16, 5, 50, 0, time.UTC)
	out := bytes.Clone(sample)
	return func(round int) []byte {
		base := start.Add(time.Duration(round) * 10 * time.Second)
		at := 0
		for at < len(out) {
			end := bytes.IndexByte(out[at:], '\n')
			if end < 0 {
				break
			}
			if line := out[at : at+end]; len(line) > 23 && line[0] == '2' {
				old := sample[at+17 : at+19]
				second := int(old[0]-'0')*10 + int(old[1]-'0') - 50
				t := base.Add(time.Duration(second) * time.Second)
				copy(line, t.AppendFormat(nil, "2006-01-02 15:04:05"))
				if i := bytes.Index(line, []byte("[1")); i > 0 {
					copy(line[i+1:], strconv.Itoa(10000 + (round*131+at)%80000)[:5])
				}
				if i := bytes.Index(line, []byte("time: 0:00:")); i > 0 {
					copy(line[i+11:], fmt.Sprintf("%02d.%03d", round%60, at%1000))
				}
			}
			at += end + 1
		}
		return out
	}
}

// onlyErrors returns one error with another value each round, and no two with the same text.
func onlyErrors() func(round int) []byte {
	var b bytes.Buffer
	return func(round int) []byte {
		b.Reset()
		for i := range 100 {
			fmt.Fprintf(&b, "2026-11-23 16:05:50.446 UTC:[local]:app@orders:[%d]:ERROR:  no way %d from the depot \"%d\"\n"+
				"2026-11-23 16:05:50.446 UTC:[local]:app@orders:[%d]:STATEMENT:  select %d\n", 100+i, round*100+i, i, 100+i, i)
		}
		return b.Bytes()
	}
}

// distinct returns errors whose normalised messages all differ.
func distinct() func(round int) []byte {
	var b bytes.Buffer
	return func(round int) []byte {
		b.Reset()
		for i := range 100 {
			n := round*100 + i
			fmt.Fprintf(&b, "2026-11-23 16:05:50.446 UTC:[local]:app@orders:[%d]:ERROR:  relation \"t%d\" does not exist\n", 100+i, n)
		}
		return b.Bytes()
	}
}

func benchmarkSummarize(b *testing.B, text func() func(int) []byte) {
	const size = 64 << 20
	// The text is made first: its making must not be measured.
	all, err := io.ReadAll(endless(size, text()))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		s, err := pglog.Summarize(bytes.NewReader(all))
		if err != nil || s.Events == 0 {
			b.Fatalf("expected events, got %+v, %v", s, err)
		}
	}
}

func BenchmarkSummarizeStderr(b *testing.B) { benchmarkSummarize(b, later) }

func BenchmarkSummarizeErrors(b *testing.B) { benchmarkSummarize(b, onlyErrors) }

func BenchmarkSummarizeDistinct(b *testing.B) { benchmarkSummarize(b, distinct) }

func BenchmarkReaderStderr(b *testing.B) {
	const size = 16 << 20
	all, err := io.ReadAll(endless(size, later()))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range pglog.NewReader(bytes.NewReader(all)).All() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkSummarizeFile reads a file of 64 MiB. Beside its own speed it reports that of grep on the same file, and of
// pgbadger, where it is installed, on an eighth of it.
func BenchmarkSummarizeFile(b *testing.B) {
	const size = 64 << 20
	file, part := logFile(b, size), logFile(b, size/8)
	b.SetBytes(size)
	for b.Loop() {
		f, err := os.Open(file)
		if err != nil {
			b.Fatal(err)
		}
		s, err := pglog.Summarize(f)
		if err != nil || s.Events == 0 {
			b.Fatalf("expected events, got %+v, %v", s, err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(speed(b, size, "grep", "-cE", "ERROR|FATAL|PANIC", file), "grep-MB/s")
	if _, err := exec.LookPath("pgbadger"); err == nil {
		badger := speed(b, size/8, "pgbadger", "-q", "-j", "1", "-f", "stderr", "-p", "%m:%r:%u@%d:[%p]:", "-o", b.TempDir()+"/out.txt", part)
		b.ReportMetric(badger, "pgbadger-MB/s")
	}
}

// logFile writes a log of n bytes. It is in the system's cache then.
func logFile(b *testing.B, n int64) string {
	b.Helper()
	all, err := io.ReadAll(endless(n, later()))
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "error.log")
	if err := os.WriteFile(path, all, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// speed returns how many megabytes of a file of n bytes a program reads in a second.
func speed(b *testing.B, n int, program string, arguments ...string) float64 {
	b.Helper()
	start := time.Now()
	if out, err := exec.CommandContext(b.Context(), program, arguments...).CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", program, err, out)
	}
	return float64(n) / 1e6 / time.Since(start).Seconds()
}

// heap returns the bytes in use after a collection.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
