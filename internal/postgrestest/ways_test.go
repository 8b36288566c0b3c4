//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// way is a way of failing. Its name is the session's application_name, so that the log itself shows who failed.
type way struct {
	name string
	// state is the SQLSTATE that the log must have for it.
	state string
}

// statements is the ways of failing that need one connection.
var statements = []struct {
	way
	sql string
}{
	{way{"unique", "23505"}, "INSERT INTO customers VALUES (3, 'a@example.com', 1);"},
	{way{"foreign key", "23503"}, "INSERT INTO orders VALUES (2, 99);"},
	{way{"not null", "23502"}, "INSERT INTO customers VALUES (3);"},
	{way{"check", "23514"}, "UPDATE customers SET age = -5 WHERE id = 1;"},
	{way{"exclusion", "23P01"}, "INSERT INTO orders VALUES (2, 1, '[3,8)');"},
	{way{"strange name", "23505"}, `INSERT INTO "strange: ERROR:  name" VALUES (1);`},
	{way{"syntax", "42601"}, "SELEC 1;"},
	{way{"undefined table", "42P01"}, "SELECT *\nFROM no_such_table;"},
	{way{"undefined column", "42703"}, "SELECT emial FROM customers;"},
	{way{"undefined function", "42883"}, "SELECT 'ä€😀' || no_such_function(1);"},
	{way{"privileges", "42501"}, "SELECT * FROM pg_authid;"},
	{way{"division", "22012"}, "SELECT 1 / 0;"},
	{way{"bad number", "22P02"}, "SELECT 'abc\"d,e'::int;"},
	{way{"bad JSON", "22P02"}, "SELECT '{bad'::json;"},
	{way{"aborted transaction", "25P02"}, "BEGIN; SELECT 1 / 0; SELECT 1; ROLLBACK;"},
	{way{"function", "42P01"}, "SELECT outer_call(7);"},
	{way{"lines like a log's", "22012"}, "SELECT 1 / 0 AS \"\nERROR:  no event\n\t\tDETAIL:  no part\n" +
		"2026-01-01 00:00:00 UTC [1] FATAL:  no event\";"},
	{way{"raised lines", "P0001"}, "DO $$ BEGIN RAISE EXCEPTION E'first\\n\\tsecond\\n\\nlast \"quoted\", 100%% \\\\ done'\n" +
		"USING DETAIL = E'a\\n\\n\\tb', HINT = 'h: x'; END $$;"},
	{way{"raised warning", "01000"}, "DO $$ BEGIN RAISE WARNING 'replication slot % is inactive', 'standby1'; END $$;"},
	{way{"raised state", "22012"}, "DO $$ BEGIN RAISE EXCEPTION 'sum: %', 1 USING ERRCODE = '22012'; END $$;"},
	{way{"statement timeout", "57014"}, "SET statement_timeout = 10; SELECT pg_sleep(5); RESET statement_timeout;"},
	{way{"read-only transaction", "25006"}, "BEGIN READ ONLY; DELETE FROM customers; ROLLBACK;"},
	{way{"temp_file_limit", "53400"}, "SET work_mem = '64kB'; SELECT i FROM generate_series(1, 200000) i ORDER BY -i; RESET work_mem;"},
	{way{"shared memory", "53200"}, "DO $$ BEGIN FOR i IN 1..100000 LOOP PERFORM pg_advisory_xact_lock(i); END LOOP; END $$;"},
	{way{"damaged page", "XX001"}, "SELECT count(*) FROM damaged;"},
	{way{"too long", "54000"}, "SELECT repeat('x', 2000000000);"},
	{way{"windows line", "22012"}, "SELECT 1,\r\n\t1 / 0;"},
	{way{"slow", "00000"}, "SELECT pg_sleep(0.25);"},
}

// logins is the ways of failing before there is a session.
var logins = []struct {
	way
	role, database, password string
}{
	{way{"wrong password", "28P01"}, "wordy", "shop", "wrong"},
	{way{"no such database", "3D000"}, "app", "no_such_database", ""},
	{way{"no such role", "28000"}, "missing", "shop", ""},
	{way{"no pg_hba entry", "28000"}, "stranger", "shop", ""},
	{way{"login not permitted", "28000"}, "nologin", "shop", ""},
	{way{"limit of the role", "53300"}, "limited", "shop", ""},
	{way{"limit of the database", "53300"}, "app", "closed", ""},
}

// others is the ways of failing that need more: a method of failure each.
var others = []struct {
	way
	fail func(*failures, string)
}{
	{way{"deadlock", "40P01"}, (*failures).deadlock},
	{way{"lock timeout", "55P03"}, (*failures).lockTimeout},
	{way{"NOWAIT", "55P03"}, (*failures).noWait},
	{way{"user's cancel", "57014"}, (*failures).cancel},
	{way{"administrator", "57P01"}, (*failures).terminate},
	{way{"idle in transaction", "25P03"}, (*failures).idleInTransaction},
	{way{"idle session", "57P05"}, (*failures).idleSession},
	{way{"serialization", "40001"}, (*failures).serialization},
	{way{"lost client", "08006"}, (*failures).lostClient},
	{way{"parameters", "00000"}, (*failures).parameters},
	{way{"limit of the server", "53300"}, (*failures).serverLimit},
	{way{"disk full", "53100"}, (*failures).diskFull},
	{way{"crash", "57P03"}, (*failures).crash},
}

// failures makes a server fail.
type failures struct {
	t      *testing.T
	server *Server
	// admin is the superuser's session. It ends with a crash. one and two are sessions that survive their failures.
	admin, one, two *Session
}

// all makes the server fail in each way.
func (f *failures) all() {
	f.admin = f.open(Login{Role: "postgres", Database: "shop"})
	f.one, f.two = f.connect("app", ""), f.connect("app", "")
	for _, w := range statements {
		named(f.one, w.name).Do(w.sql)
	}
	for _, w := range logins {
		session := f.open(Login{Host: "127.0.0.1", Role: w.role, Password: w.password, Database: w.database, Application: w.name})
		session.Close()
	}
	for _, w := range others {
		w.fail(f, w.name)
	}
}

// named gives a session an application_name.
func named(session *Session, name string) *Session {
	session.Do("SET application_name = '" + strings.ReplaceAll(name, "'", "''") + "';")
	return session
}

func (f *failures) open(login Login) *Session {
	f.t.Helper()
	session, err := f.server.Connect(f.t.Context(), login)
	if err != nil {
		f.t.Fatal(err)
	}
	return session
}

// connect returns a session whose application_name is name.
func (f *failures) connect(role, name string) *Session {
	f.t.Helper()
	return f.open(Login{Host: "127.0.0.1", Role: role, Database: "shop", Application: name})
}

func (f *failures) pid(session *Session) int {
	f.t.Helper()
	pid, err := session.PID()
	if err != nil {
		f.t.Fatal(err)
	}
	return pid
}

// sql runs statements as the administrator.
func (f *failures) sql(statements string) string {
	f.t.Helper()
	return f.admin.Do(statements)
}

// waits waits until a backend waits for a lock.
func (f *failures) waits(pid int) {
	f.t.Helper()
	query := fmt.Sprintf("SELECT wait_event_type FROM pg_stat_activity WHERE pid = %d;", pid)
	if err := Eventually(f.t.Context(), "a backend to wait for a lock", func() bool { return f.sql(query) == "Lock" }); err != nil {
		f.t.Fatal(err)
	}
}

// ends waits until a backend has ended.
func (f *failures) ends(pid int) {
	f.t.Helper()
	if err := Eventually(f.t.Context(), "a backend to end", func() bool { return syscall.Kill(pid, 0) != nil }); err != nil {
		f.t.Fatal(err)
	}
}

func (f *failures) deadlock(name string) {
	one, two := named(f.one, name), named(f.two, name)
	one.Do("BEGIN; UPDATE customers SET age = 31 WHERE id = 1;")
	two.Do("BEGIN; UPDATE customers SET age = 41 WHERE id = 2;")
	pid := f.pid(one)
	one.Send("UPDATE customers\n\tSET age = 42\nWHERE id = 2;")
	f.waits(pid)
	two.Do("UPDATE customers SET age = 32 WHERE id = 1;")
	one.Wait()
	one.Do("ROLLBACK;")
	two.Do("ROLLBACK;")
}

// held runs statements while another session holds a row.
func (f *failures) held(name, statements string) {
	f.two.Do("BEGIN; UPDATE customers SET age = 31 WHERE id = 1;")
	named(f.one, name).Do(statements)
	f.two.Do("ROLLBACK;")
}

func (f *failures) lockTimeout(name string) {
	f.held(name, "SET lock_timeout = 150; UPDATE customers SET age = 32 WHERE id = 1; RESET lock_timeout;")
}

func (f *failures) noWait(name string) { f.held(name, "SELECT * FROM customers FOR UPDATE NOWAIT;") }

func (f *failures) cancel(name string) {
	pid := f.pid(named(f.one, name))
	f.one.Send("SELECT pg_sleep(30);")
	query := fmt.Sprintf("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE pid = %d AND wait_event = 'PgSleep';", pid)
	if err := Eventually(f.t.Context(), "a backend to sleep", func() bool { return f.sql(query) == "t" }); err != nil {
		f.t.Fatal(err)
	}
	f.one.Wait()
}

func (f *failures) terminate(name string) {
	session := f.connect("app", name)
	f.sql(fmt.Sprintf("SELECT pg_terminate_backend(%d, 10000);", f.pid(session)))
	session.Close()
}

func (f *failures) idleInTransaction(name string) {
	session := f.connect("app", name)
	pid := f.pid(session)
	session.Do("SET idle_in_transaction_session_timeout = 20; BEGIN; SELECT 1;")
	f.ends(pid)
	session.Close()
}

func (f *failures) idleSession(name string) {
	session := f.connect("app", name)
	pid := f.pid(session)
	session.Do("SET idle_session_timeout = 20;")
	f.ends(pid)
	session.Close()
}

func (f *failures) serialization(name string) {
	one, two := named(f.one, name), named(f.two, name)
	one.Do("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM customers;")
	two.Do("UPDATE customers SET age = 50 WHERE id = 1;")
	one.Do("UPDATE customers SET age = 51 WHERE id = 1; ROLLBACK;")
}

// lostClient dies while the server sends it rows: its kernel answers with a reset.
func (f *failures) lostClient(name string) {
	session := f.connect("app", name)
	pid := f.pid(session)
	session.Do("BEGIN;")
	session.Kill()
	f.ends(pid)
}

func (f *failures) parameters(name string) {
	login := Login{Host: "127.0.0.1", Role: "app", Database: "shop", Application: name}
	script := "SELECT pg_sleep(0.25), email FROM customers\nWHERE age > :age AND email <> :email AND id = 1;\n"
	if err := f.server.Bench(f.t.Context(), login, script, "age=17", "email=it's me, \"you\""); err != nil {
		f.t.Fatal(err)
	}
}

func (f *failures) serverLimit(name string) {
	var open []*Session
	for {
		session := f.connect("app", name)
		open = append(open, session)
		if out := session.Do("SELECT 'in';"); out != "in" {
			break
		}
		if len(open) > 100 {
			f.t.Fatal("100 sessions were let in, want an error at the server's limit")
		}
	}
	for _, session := range open {
		session.Close()
	}
}

// diskFull reaches a limit of a file's size in the middle of a page, which PostgreSQL takes for a full disk.
func (f *failures) diskFull(name string) {
	session := named(f.one, name)
	session.Do("CREATE TEMP TABLE filling (text text);") // before the limit, which the write-ahead log would reach
	limit := unix.Rlimit{Cur: 300_000, Max: 300_000}
	if err := unix.Prlimit(f.pid(session), unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		f.t.Fatal(err)
	}
	session.Do("INSERT INTO filling SELECT repeat('x', 1000) FROM generate_series(1, 1000);")
}

// crash kills a backend. Another one does not end at once, so that a client meets the server while it recovers.
func (f *failures) crash(name string) {
	victim, late := named(f.one, name), named(f.two, name)
	pid, latePID := f.pid(victim), f.pid(late)
	victim.Send("SELECT pg_sleep(30),\n\t'the report';")
	for _, step := range []struct {
		pid    int
		signal syscall.Signal
	}{{latePID, syscall.SIGSTOP}, {pid, syscall.SIGKILL}} {
		if err := syscall.Kill(step.pid, step.signal); err != nil {
			f.t.Fatal(err)
		}
	}
	f.ends(pid)
	refused := func() bool {
		session := f.connect("app", name)
		out := session.Do("SELECT 'in';")
		session.Close()
		return out != "in"
	}
	if err := Eventually(f.t.Context(), "the server to refuse a client", refused); err != nil {
		f.t.Fatal(err)
	}
	if err := syscall.Kill(latePID, syscall.SIGCONT); err != nil {
		f.t.Fatal(err)
	}
	f.ends(latePID)
	if err := f.server.Ready(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	victim.Close()
	late.Close()
	f.admin.Close()
}
