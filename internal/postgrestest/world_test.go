//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// hba lets most roles in without a password. wordy needs one, and stranger has no entry.
const hba = `local all postgres trust
host all wordy 127.0.0.1/32 scram-sha-256
host all app,reader,limited,missing,nologin 127.0.0.1/32 trust
`

// schema is what the ways of failing need. The excluded ranges, the function and the table have names that a log
// reader must not stumble over.
const schema = `
CREATE ROLE app LOGIN;
CREATE ROLE reader LOGIN;
CREATE ROLE limited LOGIN CONNECTION LIMIT 0;
CREATE ROLE nologin NOLOGIN;
CREATE ROLE wordy LOGIN PASSWORD 'right';
CREATE DATABASE shop;
CREATE DATABASE closed CONNECTION LIMIT 0;
\connect shop
CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL UNIQUE, age int CHECK (age >= 0));
CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customers, days int4range, EXCLUDE USING gist (days WITH &&));
CREATE TABLE "strange: ERROR:  name" (id int PRIMARY KEY);
CREATE TABLE damaged AS SELECT i AS id FROM generate_series(1, 2000) i;
INSERT INTO customers VALUES (1, 'a@example.com', 30), (2, 'b@example.com', 40);
INSERT INTO orders VALUES (1, 1, '[1,5)');
INSERT INTO "strange: ERROR:  name" VALUES (1);
CREATE FUNCTION outer_call(n int) RETURNS int LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE 'SELECT
	count(*) FROM no_such_table WHERE x = ' || n;
	RETURN n;
END $$;
GRANT ALL ON ALL TABLES IN SCHEMA public TO app;
`

// template is a cluster that each run copies: initdb takes seconds.
type template struct {
	folder string
	// damaged is the path of the file of table damaged, below the data folder.
	damaged string
}

func newTemplate(t *testing.T) *template {
	t.Helper()
	s := newServer(t)
	if err := s.Init(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Data(), "pg_hba.conf"), []byte(hba), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Start(t.Context(), "autovacuum = off"); err != nil {
		t.Fatal(err)
	}
	if err := s.SQL(t.Context(), "postgres", schema); err != nil {
		t.Fatalf("the schema: %v", err)
	}
	admin, err := s.Connect(t.Context(), Login{Role: "postgres", Database: "shop"})
	if err != nil {
		t.Fatal(err)
	}
	path := admin.Do("CHECKPOINT; SELECT pg_relation_filepath('damaged');")
	admin.Close()
	if err := s.Stop(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	damage(t, filepath.Join(s.Data(), path))
	return &template{folder: s.Data(), damaged: path}
}

// damage overwrites bytes in the middle of the file's second page.
func damage(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte("no data of PostgreSQL's"), 8192+5000); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// newServer returns a server that is not started and ends with the test. t.TempDir would be too long for a socket.
func newServer(t *testing.T) *Server {
	t.Helper()
	folder, err := os.MkdirTemp("", "s")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Folder: folder, Listen: "127.0.0.1", Port: freePort(t)}
	t.Cleanup(func() {
		if err := s.Stop(syscall.SIGQUIT); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("PostgreSQL wrote:\n%s", s.Log())
		}
		if err := os.RemoveAll(folder); err != nil {
			t.Error(err)
		}
	})
	return s
}

// copyOf returns a server with a copy of the template's data.
func (c *template) copyOf(t *testing.T) *Server {
	t.Helper()
	s := newServer(t)
	if out, err := exec.CommandContext(t.Context(), "cp", "-a", "--reflink=auto", c.folder, s.Data()).CombinedOutput(); err != nil {
		t.Fatalf("the copy of the cluster: %v\n%s", err, out)
	}
	return s
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		t.Fatalf("the address is %v, want one of TCP", listener.Addr())
	}
	return address.Port
}

// logs returns the server's log in its three formats.
func (s *Server) logs(t *testing.T) (stderr, csv, json []byte) {
	t.Helper()
	var texts [3][]byte
	for i, ending := range []string{"log", "csv", "json"} {
		text, err := os.ReadFile(filepath.Join(s.Data(), "log", "postgresql."+ending))
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = text
	}
	return texts[0], texts[1], texts[2]
}

// quoteGUC quotes a value for postgresql.conf.
func quoteGUC(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }
