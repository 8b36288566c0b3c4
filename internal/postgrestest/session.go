//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Login is how a client connects.
type Login struct {
	// Host is an address; empty is the Unix socket.
	Host     string
	Role     string
	Password string
	Database string
	// Application is application_name; empty is the client's own.
	Application string
}

// client returns a command that connects to the server.
func (s *Server) client(ctx context.Context, login Login, program string, arguments ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, arguments...) //nolint:gosec // a program of PostgreSQL's
	cmd.Env = append(os.Environ(),
		"PGHOST="+cmp.Or(login.Host, s.Folder), "PGPORT="+strconv.Itoa(s.Port), "PGUSER="+login.Role, "PGPASSWORD="+login.Password,
		"PGDATABASE="+login.Database, "PGAPPNAME="+login.Application, "PGOPTIONS=", "PGSSLMODE=disable", "PGGSSENCMODE=disable",
		"PGPASSFILE=/nonexistent")
	return cmd
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
	cmd := s.client(ctx, login, "psql", "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--no-password")
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

// SQL runs statements as the superuser. The error is what psql prints: none of the statements may return rows.
func (s *Server) SQL(ctx context.Context, database, statements string) error {
	session, err := s.Connect(ctx, Login{Role: "postgres", Database: database})
	if err != nil {
		return err
	}
	if out := session.Do(statements) + session.Close(); out != "" {
		return errors.New(out)
	}
	return ctx.Err()
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
	end := fmt.Sprintf("mark %d\n", c.marks)
	for {
		line, err := c.out.ReadString('\n')
		if !strings.HasPrefix(line, "mark ") {
			text.WriteString(line)
		}
		if line == end || err != nil {
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
	if c.cmd.Process != nil {
		_ = c.cmd.Process.Kill()
	}
	_ = c.cmd.Wait()
}

// Bench runs a script of pgbench once, with the extended protocol: its variables become the statements' parameters.
// A variable is NAME=VALUE.
func (s *Server) Bench(ctx context.Context, login Login, script string, variables ...string) error {
	arguments := []string{"--no-vacuum", "--protocol=extended", "--transactions=1", "--file=/dev/stdin"}
	for _, v := range variables {
		arguments = append(arguments, "--define", v)
	}
	cmd := s.client(ctx, login, "pgbench", arguments...)
	cmd.Stdin = strings.NewReader(script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgbench: %w\n%s", err, out)
	}
	return nil
}
