//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// Server is a PostgreSQL server with one folder for all its files. Its Unix socket is in that folder too.
type Server struct {
	// Folder is short, because the path of a Unix socket has at most 107 bytes.
	Folder string
	// Listen is the addresses for TCP, as listen_addresses has them.
	Listen string
	Port   int

	settings string
	cmd      *exec.Cmd
	ended    chan struct{} // closed when the server has ended
}

// Data returns the path of the data folder.
func (s *Server) Data() string { return filepath.Join(s.Folder, "data") }

func (s *Server) stderr() string { return filepath.Join(s.Folder, "stderr.log") }

// Log returns what the server wrote to its standard error.
func (s *Server) Log() []byte {
	log, _ := os.ReadFile(s.stderr()) // there is none before the start
	return log
}

// Init makes an empty cluster. The superuser is postgres, the encoding UTF-8, and data pages have checksums.
func (s *Server) Init(ctx context.Context, options ...string) error {
	arguments := append([]string{
		"--pgdata", s.Data(), "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C",
		"--data-checksums", "--no-sync", "--no-instructions",
	}, options...)
	cmd := exec.CommandContext(ctx, "initdb", arguments...) //nolint:gosec // the callers are of this repository
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// Start starts the server and returns when it accepts connections. Settings has the form of postgresql.conf.
func (s *Server) Start(ctx context.Context, settings string) error {
	if err := s.configure(settings); err != nil {
		return err
	}
	stderr, err := os.OpenFile(s.stderr(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = stderr.Close() }()
	// The server outlives a context that has ended by the moment that Stop takes.
	arguments := []string{"-D", s.Data(), "-c", "config_file=" + s.configuration()}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), "postgres", arguments...) //nolint:gosec // as above
	s.cmd.Stdout, s.cmd.Stderr = stderr, stderr
	s.cmd.Env = append(os.Environ(), "LC_ALL=", "TZ=UTC")
	// Stop can kill the group. If this program dies, the server gets SIGQUIT and ends at once.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // the log has the reason
		close(s.ended)
	}()
	return s.Ready(ctx)
}

// Reload gives a running server more settings.
func (s *Server) Reload(settings string) error {
	if err := s.configure(settings); err != nil {
		return err
	}
	return s.cmd.Process.Signal(syscall.SIGHUP)
}

// configuration is a file outside of the data folder, so that it can be changed even if that has no space left.
func (s *Server) configuration() string { return filepath.Join(s.Folder, "postgresql.conf") }

func (s *Server) configure(settings string) error {
	s.settings += settings + "\n"
	text := fmt.Sprintf(`listen_addresses = '%s'
port = %d
unix_socket_directories = '%s'
fsync = off
timezone = 'UTC'
log_timezone = 'UTC'
%s`, s.Listen, s.Port, s.Folder, s.settings)
	return os.WriteFile(s.configuration(), []byte(text), 0o600)
}

// Ready waits until the server accepts connections, or has ended.
func (s *Server) Ready(ctx context.Context) error {
	var refusal error
	err := Eventually(ctx, "PostgreSQL to accept connections", func() bool {
		refusal = s.SQL(ctx, "postgres", "")
		select {
		case <-s.ended:
			return true
		default:
			return refusal == nil
		}
	})
	return errors.Join(err, refusal)
}

// Stop ends the server: with SIGINT it ends all sessions first, with SIGQUIT it does not even tidy up. A server that
// does not end by itself is killed, with all its processes.
func (s *Server) Stop(signal os.Signal) error {
	if s.ended == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(signal)
	select {
	case <-s.ended:
		return nil
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.ended
		return errors.New("PostgreSQL did not stop and was killed")
	}
}

// Eventually waits until ok, for 90 seconds at most: other work can keep both cores of a small machine busy.
func Eventually(ctx context.Context, what string, ok func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 90*time.Second, fmt.Errorf("waited 90 s for %s", what))
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
