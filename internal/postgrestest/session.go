//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Login is how a session connects.
type Login struct {
	// Host is an address; empty is the Unix socket.
	Host     string
	Role     string
	Password string
	Database string
	// Application is application_name; empty is psql's own.
	Application string
	// Options is the settings of the session: "-c lock_timeout=1s".
	Options string
}

// Session is a connection that stays open: psql reads statements from a pipe.
type Session struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	marks int
}

// Connect starts psql. It does not wait for the connection, and a connection that the server refuses is no error: Wait
// returns what psql printed about it.
func (s *Server) Connect(ctx context.Context, login Login) (*Session, error) {
	host := login.Host
	if host == "" {
		host = s.Folder
	}
	cmd := exec.CommandContext(ctx, program("psql"), s.client(host, login.Role, login.Database)...) //nolint:gosec // a program of Debian's
	cmd.Env = append(os.Environ(), "PGPASSWORD="+login.Password, "PGAPPNAME="+login.Application, "PGOPTIONS="+login.Options,
		"PGSSLMODE=disable", "PGGSSENCMODE=disable", "PGPASSFILE=/nonexistent")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = cmd.Stdout
	return &Session{cmd: cmd, in: in, out: bufio.NewReader(out)}, cmd.Start()
}

// Send gives psql statements and does not wait for their results.
func (c *Session) Send(statements string) {
	c.marks++
	// An error is not lost: psql has ended, and Wait returns why.
	_, _ = fmt.Fprintf(c.in, "%s\n\\echo mark %d\n", statements, c.marks)
}

// Wait returns what psql prints up to the end of all statements that it was given, or up to its own end.
func (c *Session) Wait() string {
	var text strings.Builder
	for {
		line, err := c.out.ReadString('\n')
		if line == "mark "+strconv.Itoa(c.marks)+"\n" {
			return strings.TrimSpace(text.String())
		}
		if !strings.HasPrefix(line, "mark ") {
			text.WriteString(line)
		}
		if err != nil {
			return strings.TrimSpace(text.String())
		}
	}
}

// Do runs statements and returns what psql prints.
func (c *Session) Do(statements string) string {
	c.Send(statements)
	return c.Wait()
}

// PID returns the process id of the connection's server process.
func (c *Session) PID() (int, error) {
	text := c.Do("SELECT pg_backend_pid();")
	pid, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("no process id: %s", text)
	}
	return pid, nil
}

// Close ends the connection and returns the last that psql printed.
func (c *Session) Close() string {
	_ = c.in.Close()
	text, _ := io.ReadAll(c.out)
	_ = c.cmd.Wait() // psql's exit code repeats what it printed
	return string(text)
}

// Kill ends psql as a crash would: the server finds a closed connection.
func (c *Session) Kill() {
	_ = c.cmd.Process.Kill()
	_ = c.cmd.Wait()
}

// Bench runs a script of pgbench once, with the extended protocol: its variables become the statements' parameters.
// A variable is NAME=VALUE.
func (s *Server) Bench(ctx context.Context, login Login, script string, variables ...string) error {
	arguments := []string{
		"--no-vacuum", "--protocol=extended", "--transactions=1", "--file=/dev/stdin",
		"--host", login.Host, "--port", strconv.Itoa(s.Port), "--username", login.Role,
	}
	for _, v := range variables {
		arguments = append(arguments, "--define", v)
	}
	cmd := exec.CommandContext(ctx, program("pgbench"), append(arguments, login.Database)...) //nolint:gosec // Debian's
	cmd.Stdin = strings.NewReader(script)
	cmd.Env = append(os.Environ(), "PGPASSWORD="+login.Password, "PGAPPNAME="+login.Application)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	return nil
}
