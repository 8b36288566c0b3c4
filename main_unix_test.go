// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package main

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestIdleProviderEnds: a provider with nothing under way ends after one signal, or when its parent is gone.
func TestIdleProviderEnds(t *testing.T) {
	const itself = `echo $$; exec "$0"`
	program := filepath.Join(t.TempDir(), "terraform-provider-rds")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("building the provider: %v\n%s", err, out)
	}
	for name, c := range map[string]struct {
		script string // starts the provider; prints its process ID first
		end    func(parent, provider int) error
	}{
		"SIGTERM": {itself, func(_, provider int) error { return syscall.Kill(provider, syscall.SIGTERM) }},
		"SIGINT":  {itself, func(_, provider int) error { return syscall.Kill(provider, syscall.SIGINT) }},
		"parent is gone": {
			`"$0" & echo $!; exec >/dev/null; wait`, // only the provider holds the output open
			func(parent, _ int) error { return syscall.Kill(parent, syscall.SIGKILL) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent, provider, output := startProvider(t, c.script, program)
			if err := c.end(parent, provider); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				for output.Scan() { // to the end: the provider holds the other end of the pipe
				}
			}()
			select {
			case <-ended:
			case <-time.After(20 * time.Second):
				t.Errorf("after 20 s the provider still runs, want it to end")
				_ = syscall.Kill(provider, syscall.SIGKILL)
			}
		})
	}
}

// startProvider runs a shell script that starts the provider as Terraform does, and returns when the provider is ready.
func startProvider(t *testing.T, script, program string) (parent, provider int, output *bufio.Scanner) {
	t.Helper()
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
	output = bufio.NewScanner(pipe)
	if !output.Scan() {
		t.Fatal("got no process ID from the shell")
	}
	provider, err = strconv.Atoi(output.Text())
	if err != nil {
		t.Fatalf("got the process ID %q, want a number", output.Text())
	}
	if !output.Scan() || !strings.HasPrefix(output.Text(), "1|6|unix|") {
		t.Fatalf("got the handshake %q, want one of protocol 6", output.Text())
	}
	return shell.Process.Pid, provider, output
}
