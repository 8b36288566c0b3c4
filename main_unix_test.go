// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"io"
	"net"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestProviderEndsWithItsParent: one signal ends no provider, because Terraform may still need it to close what is open. If
// Terraform is gone, the provider ends.
func TestProviderEndsWithItsParent(t *testing.T) {
	program := filepath.Join(t.TempDir(), "terraform-provider-rds")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, out)
	}
	for name, signal := range map[string]syscall.Signal{"SIGTERM": syscall.SIGTERM, "SIGINT": syscall.SIGINT, "no signal": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := startProvider(t, program)
			if signal != 0 {
				p.kill(t, p.provider, signal)
				select {
				case <-p.ended:
					t.Fatalf("the provider ended after %s, want it to go on", name)
				case <-time.After(3 * time.Second): // real time: it is another process
				}
				p.answers(t)
			}
			p.kill(t, p.parent, syscall.SIGKILL)
			select {
			case <-p.ended:
			case <-time.After(20 * time.Second):
				t.Error("the provider still runs 20 s after the end of its parent, want it to end")
				p.kill(t, p.provider, syscall.SIGKILL)
			}
		})
	}
}

// process is a provider that runs as Terraform starts it, with a shell as its parent.
type process struct {
	parent, provider int
	socket           string
	ended            chan struct{} // closed when the provider has ended
}

func (p *process) kill(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

// answers fails unless the server answers the beginning of HTTP/2.
func (p *process) answers(t *testing.T) {
	t.Helper()
	var dialer net.Dialer
	connection, err := dialer.DialContext(t.Context(), "unix", p.socket)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = connection.Close() }()
	const emptySettings = "\x00\x00\x00\x04\x00\x00\x00\x00\x00"
	if _, err := io.WriteString(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"+emptySettings); err != nil {
		t.Fatal(err)
	}
	_ = connection.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.ReadFull(connection, make([]byte, len(emptySettings))); err != nil {
		t.Errorf("got %v after the signal, want an answer of the server", err)
	}
}

// startProvider returns when the provider is ready.
func startProvider(t *testing.T, program string) *process {
	t.Helper()
	const script = `"$0" & echo $!; exec >/dev/null; wait` // only the provider holds the output open
	shell := exec.CommandContext(t.Context(), "/bin/sh", "-c", script, program)
	shell.Env = []string{
		"TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", "PLUGIN_PROTOCOL_VERSIONS=6",
		"TMPDIR=" + t.TempDir(),
	}
	pipe, err := shell.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := shell.Start(); err != nil {
		t.Fatal(err)
	}
	output := bufio.NewScanner(pipe)
	if !output.Scan() {
		t.Fatal("got no process ID from the shell")
	}
	provider, err := strconv.Atoi(output.Text())
	if err != nil {
		t.Fatalf("got the process ID %q, want a number", output.Text())
	}
	if !output.Scan() || !strings.HasPrefix(output.Text(), "1|6|unix|") {
		t.Fatalf("got the handshake %q, want one of protocol 6", output.Text())
	}
	p := &process{parent: shell.Process.Pid, provider: provider, socket: strings.Split(output.Text(), "|")[3], ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		for output.Scan() { // to the end: the provider holds the other end of the pipe
		}
	}()
	return p
}
