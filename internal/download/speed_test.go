// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// serveVariable makes this test program a server of large files, so that its own time and memory don't count as the
// download's.
const serveVariable = "DOWNLOAD_TEST_SERVE"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(serveVariable) != "":
		serveLargeFiles()
	case os.Getenv(saveVariable) != "":
		saveAndTellPeak(os.Getenv(saveVariable))
	default:
		goleak.VerifyTestMain(m)
	}
}

// serveLargeFiles prints its address and answers /{size} with a file of that many bytes, until its standard input ends.
func serveLargeFiles() {
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	piece := []byte(strings.Repeat("2026-11-23 16:05:50.000 UTC:[local]:app@orders:[12580]:LOG:\n", 8<<10))
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		size, _ := strconv.Atoi(r.URL.Path[1:])
		w.Header().Set("Content-Length", strconv.Itoa(size))
		w.Header().Set("ETag", etag)
		for size > 0 {
			n, err := w.Write(piece[:min(len(piece), size)])
			if err != nil {
				return
			}
			size -= n
		}
	})}
	go func() { _ = server.Serve(listener) }()
	fmt.Println("http://" + listener.Addr().String())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

func startServer(tb testing.TB) (url string) {
	tb.Helper()
	self, err := os.Executable()
	if err != nil {
		tb.Fatal(err)
	}
	server := exec.CommandContext(context.Background(), self)
	server.Env = append(os.Environ(), serveVariable+"=1")
	in, err := server.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := server.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = server.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(address)
}

// BenchmarkSave saves a file of 1 GiB over loopback, beside "curl -o" of the same file into the same folder, in
// turns. Saving does more than curl does: it hashes, and it waits until the file is on the disk. Memory is that of a
// program that saves one file, of 1 MiB and of 1 GiB.
func BenchmarkSave(b *testing.B) {
	const size = 1 << 30
	curl, err := exec.LookPath("curl")
	if err != nil {
		b.Skip("no curl on this machine")
	}
	server := startServer(b)
	url := fmt.Sprintf("%s/%d", server, size)
	directory := b.TempDir()
	path := filepath.Join(directory, "file")
	save := func(url string) {
		b.Helper()
		if _, err := download.Save(
			b.Context(),
			[]download.File{{Name: "file", Link: url, Size: -1}},
			download.Options{Directory: directory, Base: http.DefaultTransport},
		); err != nil {
			b.Fatal(err)
		}
	}
	little, much := peakMemory(b, server, mebibyte), peakMemory(b, server, size)
	var ours, theirs time.Duration
	for b.Loop() {
		start := time.Now()
		if out, err := exec.CommandContext(
			b.Context(),
			curl,
			"--silent",
			"--show-error",
			"--fail",
			"-o",
			path,
			url,
		).CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		theirs += time.Since(start)
		must(b, os.Remove(path))
		start = time.Now()
		save(url)
		ours += time.Since(start)
		must(b, os.Remove(path))
	}
	megabytes := float64(b.N) * size / 1e6
	b.ReportMetric(megabytes/ours.Seconds(), "MB/s")
	b.ReportMetric(megabytes/theirs.Seconds(), "curl-MB/s")
	b.ReportMetric(100*theirs.Seconds()/ours.Seconds(), "%-of-curl")
	b.ReportMetric(float64(little)/mebibyte, "MiB-memory-at-1MiB")
	b.ReportMetric(float64(much)/mebibyte, "MiB-memory-at-1GiB")
	b.ReportMetric(0, "ns/op")
}
