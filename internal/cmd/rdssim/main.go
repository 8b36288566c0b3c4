// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Command rdssim runs the simulator of IAM, RDS and the object store as a program, for the demo and for rehearsing
// runbooks.
//
// It listens on a loopback address only, prints commands to paste into a shell, and ends on Ctrl-C.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.Is(err, errUsage):
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "rdssim:", err)
		os.Exit(1)
	}
}

// run serves until ctx is done.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parseSettings(args, stderr)
	if err != nil {
		return err
	}
	cloud := s.cloud()
	stop, err := cloud.StartAt(s.addr) //nolint:contextcheck // the simulator lives until stop
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	defer stop()
	if s.readyFile != "" {
		if err := writeReadyFile(s.readyFile, cloud.URL()); err != nil {
			return fmt.Errorf("write the ready file: %w", err)
		}
		// Programs wait for this file, so an old one must not remain.
		defer func() { _ = os.Remove(s.readyFile) }() //nolint:gosec // the user names the file
	}
	if err := greet(stdout, cloud.URL(), s); err != nil {
		return fmt.Errorf("print the greeting: %w", err)
	}
	<-ctx.Done()
	_, _ = fmt.Fprintln(stdout, "\nStopped.")
	return nil
}

// writeReadyFile writes the file in one step, so that nobody reads a part of the URL.
func writeReadyFile(path, url string) error {
	draft := path + ".draft"
	if err := os.WriteFile(draft, []byte(url+"\n"), 0o600); err != nil { //nolint:gosec // the user names the file
		return err
	}
	return os.Rename(draft, path)
}
