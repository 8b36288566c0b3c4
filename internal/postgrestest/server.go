//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// program returns the path of a program of the newest PostgreSQL that Debian's packages installed. Most are not on PATH.
func program(name string) string {
	paths, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(paths) == 0 {
		return name
	}
	slices.Sort(paths)
	return paths[len(paths)-1]
}

// startTimeout is long: other work can keep both cores of a small machine busy.
const startTimeout = 60 * time.Second

// Server is a PostgreSQL server with one folder for all its files. Its Unix socket is in that folder too.
type Server struct {
	// Folder is short, because the path of a Unix socket has at most 107 bytes.
	Folder string
	// Listen is the addresses for TCP, as listen_addresses has them.
	Listen string
	Port   int

	cmd  *exec.Cmd
	done chan error
}

// Data returns the path of the data folder.
func (s *Server) Data() string { return filepath.Join(s.Folder, "data") }

// Stderr returns the path of the file that has what the server wrote to its standard error.
func (s *Server) Stderr() string { return filepath.Join(s.Folder, "stderr.log") }

// Init makes an empty cluster. The superuser is postgres, the encoding UTF-8, and data pages have checksums.
func (s *Server) Init(ctx context.Context, options ...string) error {
	if err := Own(s.Folder); err != nil {
		return err
	}
	arguments := append([]string{
		"--pgdata", s.Data(), "--username=postgres", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C",
		"--data-checksums", "--no-sync", "--no-instructions",
	}, options...)
	cmd := exec.CommandContext(ctx, program("initdb"), arguments...) //nolint:gosec // a program of Debian's
	if err := asOwner(cmd); err != nil {
		return err
	}
	cmd.Dir = s.Folder
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
	stderr, err := os.OpenFile(s.Stderr(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = stderr.Close() }()
	// The server outlives a context that has ended by the moment that Stop takes.
	arguments := []string{"-D", s.Data(), "-c", "config_file=" + s.configuration()}
	s.cmd = exec.CommandContext(context.WithoutCancel(ctx), program("postgres"), arguments...) //nolint:gosec // a program of Debian's
	if err := asOwner(s.cmd); err != nil {
		return err
	}
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = s.Folder, stderr, stderr
	s.cmd.Env = append(os.Environ(), "LC_ALL=", "TZ=UTC")
	if err := s.cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan error, 1)
	go func() { s.done <- s.cmd.Wait() }()
	return s.Ready(ctx)
}

// Reload gives a running server new settings in place of all that it had.
func (s *Server) Reload(settings string) error {
	if err := s.configure(settings); err != nil {
		return err
	}
	return s.cmd.Process.Signal(syscall.SIGHUP)
}

// configuration is a file outside of the data folder, so that it can be changed even if that has no space left.
func (s *Server) configuration() string { return filepath.Join(s.Folder, "postgresql.conf") }

func (s *Server) configure(settings string) error {
	settings = fmt.Sprintf(`listen_addresses = '%s'
port = %d
unix_socket_directories = '%s'
fsync = off
timezone = 'UTC'
log_timezone = 'UTC'
%s
`, s.Listen, s.Port, s.Folder, settings)
	if err := os.WriteFile(s.configuration(), []byte(settings), 0o600); err != nil {
		return err
	}
	return Own(s.configuration())
}

// Ready waits until the server accepts connections.
func (s *Server) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		out, err := s.SQL(ctx, "postgres", "postgres", "SELECT 1")
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL is not ready: %w\n%s", ctx.Err(), out)
		case err := <-s.done:
			s.done <- err
			log, _ := os.ReadFile(s.Stderr())
			return fmt.Errorf("PostgreSQL ended: %w\n%s", err, log)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Stop ends the server: with SIGINT it ends all sessions first, with SIGQUIT it does not even tidy up. A server that
// does not end by itself is killed, with all its processes.
func (s *Server) Stop(signal os.Signal) error {
	if s.cmd == nil {
		return nil
	}
	_ = s.cmd.Process.Signal(signal)
	defer func() { s.cmd = nil }()
	select {
	case <-s.done: //nolint:errcheck // its status does not matter
		return nil
	case <-time.After(30 * time.Second):
		_ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL)
		<-s.done //nolint:errcheck // its status does not matter
		return errors.New("PostgreSQL did not stop and was killed")
	}
}

// Signal sends a signal to the server's first process.
func (s *Server) Signal(signal os.Signal) error { return s.cmd.Process.Signal(signal) }

// SQL runs statements in a connection through the Unix socket and returns what psql prints.
func (s *Server) SQL(ctx context.Context, role, database, statements string) (string, error) {
	cmd := exec.CommandContext(ctx, program("psql"), s.client(s.Folder, role, database)...) //nolint:gosec // a program of Debian's
	cmd.Stdin = strings.NewReader(statements)
	cmd.Env = append(os.Environ(), "PGOPTIONS=", "PGAPPNAME=", "PGPASSFILE=/nonexistent")
	out, err := cmd.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}

// client returns psql's arguments.
func (s *Server) client(host, role, database string) []string {
	return []string{
		"--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password",
		"--host", host, "--port", strconv.Itoa(s.Port), "--username", role, "--dbname", database,
	}
}

// owner returns the account that the server runs as: PostgreSQL refuses to run as root. Nil is the account that runs
// this program.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil //nolint:nilnil // no other account is needed
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(account.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(account.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}

// Own gives a path to the account that the server runs as.
func Own(path string) error {
	account, err := owner()
	if err != nil || account == nil {
		return err
	}
	return os.Chown(path, int(account.Uid), int(account.Gid))
}

// asOwner makes cmd run as the server's account, in a process group of its own. If this program dies, the server gets
// SIGQUIT and ends at once.
func asOwner(cmd *exec.Cmd) error {
	account, err := owner()
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	return err
}
