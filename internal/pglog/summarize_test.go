// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// table prints the groups of a summary, one a line.
func table(s *pglog.Summary) string {
	var b strings.Builder
	for _, g := range s.Groups {
		fmt.Fprintf(&b, "%s %s %d %s\n", g.Class, g.Level, g.Count, g.Message)
	}
	return b.String()
}

// summarize returns the groups of a log, one a line.
func summarize(t *testing.T, log string) string {
	t.Helper()
	s, err := pglog.Summarize(strings.NewReader(log))
	if err != nil {
		t.Fatalf("expected a summary, got %v", err)
	}
	return table(s)
}

func equal(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("expected (-), got (+):\n%s", diff)
	}
}

const sampleGroups = `crash LOG 1 server process (PID …) was terminated by signal 9: Killed
crash LOG 1 terminating any other active server processes
crash LOG 1 all server processes terminated; reinitializing
out_of_connections FATAL 5 remaining connection slots are reserved for non-replication superuser connections
restart LOG 2 database system is ready to accept connections
restart LOG 1 database system was shut down at …
restart LOG 1 database system was interrupted; last known up at …
restart LOG 1 database system was not properly shut down; automatic recovery in progress
restart LOG 1 received fast shutdown request
restart LOG 1 database system is shut down
deadlock ERROR 1 deadlock detected
deadlock LOG 1 process … detected deadlock while waiting for ShareLock on … after … ms
timeout ERROR 1 canceling statement due to statement timeout
authentication FATAL 1 role "nobody" does not exist
authentication FATAL 1 database "missing" does not exist
constraint ERROR 1 duplicate key value violates unique constraint "account_pkey"
constraint ERROR 1 new row for relation "account" violates check constraint "account_balance_check"
constraint ERROR 1 insert or update on table "event" violates foreign key constraint "event_account_fkey"
sql ERROR 1 relation "invoices" does not exist
sql ERROR 1 division by zero
sql ERROR 1 invalid input syntax for type json
sql ERROR 1 syntax error at or near "…"
`

func TestSummarizeRealLog(t *testing.T) {
	t.Parallel()
	s, err := pglog.Summarize(bytes.NewReader(sample))
	if err != nil {
		t.Fatalf("expected a summary, got %v", err)
	}
	equal(t, sampleGroups, table(s))
	equal(t, int64(146), s.Events)
	equal(t, int64(0), s.UnknownLines)
	equal(t, time.Date(2026, 11, 23, 16, 5, 50, 446e6, time.UTC), s.First)
	equal(t, time.Date(2026, 11, 23, 16, 5, 57, 152e6, time.UTC), s.Last)
	g := s.Groups[3]
	equal(t, time.Date(2026, 11, 23, 16, 5, 52, 386e6, time.UTC), g.First)
	equal(t, time.Date(2026, 11, 23, 16, 5, 52, 431e6, time.UTC), g.Last)
	equal(t, "        █                     ", g.Chart(s.First, s.Last, 30))
}

// Each line of the real log is a message, a part, or a further line of one.
func TestReaderAccountsForEachLine(t *testing.T) {
	t.Parallel()
	r := pglog.NewReader(bytes.NewReader(sample))
	lines, levels := 0, map[pglog.Level]int{}
	for e, err := range r.All() {
		if err != nil {
			t.Fatalf("expected events, got %v", err)
		}
		levels[e.Level]++
		for _, text := range []string{e.Message, e.Detail, e.Hint, e.Query, e.Context, e.Statement, e.Location, e.Backtrace} {
			if text != "" {
				lines += 1 + strings.Count(text, "\n")
			}
		}
	}
	equal(t, 171, lines)
	equal(t, int64(0), r.UnknownLines())
	equal(t, map[pglog.Level]int{pglog.LevelLog: 129, pglog.LevelError: 9, pglog.LevelFatal: 7, pglog.LevelWarning: 1}, levels)
}

func TestReaderKeepsAllParts(t *testing.T) {
	t.Parallel()
	var got []pglog.Event
	for e, err := range pglog.NewReader(bytes.NewReader(sample)).All() {
		if err != nil {
			t.Fatal(err)
		}
		if e.Message == "deadlock detected" || e.Message == "syntax error at or near \"selec\"" {
			got = append(got, e)
		}
	}
	equal(t, []pglog.Event{
		{
			Time: time.Date(2026, 11, 23, 16, 5, 50, 795e6, time.UTC), Level: pglog.LevelError, Message: `syntax error at or near "selec"`,
			Statement: "selec 1", Position: 1, Process: 12598, User: "app", Database: "orders",
		},
		{
			Time: time.Date(2026, 11, 23, 16, 5, 52, 291e6, time.UTC), Level: pglog.LevelError, Message: "deadlock detected",
			Detail: "Process 12686 waits for ShareLock on transaction 730; blocked by process 12687.\n" +
				"Process 12687 waits for ShareLock on transaction 729; blocked by process 12686.\n" +
				"Process 12686: update account set balance = balance + 1 where id = 1;\n" +
				"Process 12687: update account set balance = balance + 1 where id = 2;",
			Hint: "See server log for query details.", Context: `while updating tuple (0,1) in relation "account"`,
			Statement: "update account set balance = balance + 1 where id = 1;", Process: 12686, User: "app", Database: "orders",
		},
	}, got)
}

func TestSummarizeSortsWorstFirst(t *testing.T) {
	t.Parallel()
	equal(t, `corruption PANIC 1 could not locate a valid checkpoint record
disk_full ERROR 1 could not extend file "…": No space left on device
constraint ERROR 2 duplicate key value violates unique constraint "b"
constraint ERROR 1 duplicate key value violates unique constraint "a"
other ERROR 1 something new
`, summarize(t, `2026-11-23 16:05:50 UTC [1] ERROR:  something new
2026-11-23 16:05:51 UTC [1] ERROR:  duplicate key value violates unique constraint "a"
2026-11-23 16:05:52 UTC [1] ERROR:  duplicate key value violates unique constraint "b"
2026-11-23 16:05:53 UTC [1] ERROR:  duplicate key value violates unique constraint "b"
2026-11-23 16:05:54 UTC [1] ERROR:  could not extend file "base/1/2": No space left on device
2026-11-23 16:05:55 UTC [1] PANIC:  could not locate a valid checkpoint record
`))
}

// Below ERROR an event counts only if it has a class.
func TestSummarizeLeavesOutWhatIsNoTrouble(t *testing.T) {
	t.Parallel()
	equal(t, "wraparound WARNING 1 database \"orders\" must be vacuumed within … transactions\nother ERROR 1 new\n",
		summarize(t, `2026-11-23 16:05:50 UTC [1] LOG:  statement: insert into t values ('deadlock detected')
2026-11-23 16:05:50 UTC [1] WARNING:  there is no transaction in progress
2026-11-23 16:05:50 UTC [1] NOTICE:  42P07: relation "x" already exists, skipping
2026-11-23 16:05:50 UTC [1] WARNING:  database "orders" must be vacuumed within 9999 transactions
2026-11-23 16:05:50 UTC [1] DEBUG:  name: unnamed
2026-11-23 16:05:50 UTC [1] ERROR:  new
`))
}

func TestLinesOfAnUnknownFormAreCounted(t *testing.T) {
	t.Parallel()
	s, err := pglog.Summarize(strings.NewReader(`	Process 1: a line of an event before the file
2026-11-23 16:05:50 UTC [1] STATEMENT:  of an event before the file
	and its second line
2026-11-23 16:05:50 UTC [1] ERROR:  new

cp: cannot stat 'archive/000000010000000000000001'
	after it
2026-11-23 16:05:50 UTC [1] STATEMENT:  select 1
`))
	equal(t, nil, err)
	equal(t, int64(1), s.Events)
	equal(t, int64(5), s.UnknownLines)
	equal(t, "other ERROR 1 new\nunknown  5 (lines of an unknown form)\n", table(s))
}

func TestCollectorGroupsEventsAndRows(t *testing.T) {
	t.Parallel()
	var c pglog.Collector
	at := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	for i := range 3 {
		c.Add(pglog.Event{
			Time: at.Add(time.Duration(i) * time.Minute), Level: pglog.LevelError, SQLState: "22P02",
			Message: fmt.Sprintf("invalid input syntax for type integer: %q at character %d", strings.Repeat("x", i), i+8),
		})
	}
	c.Add(pglog.Event{Level: pglog.LevelFatal, Message: "sorry, too many clients already"})
	s := c.Summary()
	equal(t, "out_of_connections FATAL 1 sorry, too many clients already\n"+
		"sql ERROR 3 invalid input syntax for type integer: \"…\"\n", table(s))
	equal(t, at, s.Groups[1].First)
	equal(t, at.Add(2*time.Minute), s.Groups[1].Last)
	equal(t, time.Time{}, s.Groups[0].First)
	equal(t, "", s.Groups[0].Chart(s.First, s.Last, 10))
	equal(t, "█   █    █", s.Groups[1].Chart(s.First, s.Last, 10))
}

// A template or format() of a configuration fails with a message that is missing.
func TestAnEventWithoutTextHasAMessage(t *testing.T) {
	t.Parallel()
	equal(t, "other ERROR 3 (no message)\n", summarize(t, "2026-11-23 16:05:50 UTC [1] ERROR:  \n"+
		"2026-11-23 16:05:50 UTC [1] CONTEXT:  PL/pgSQL function inline_code_block line 1 at RAISE\n"+
		"2026-11-23 16:05:51 UTC [1] ERROR:      \n"+
		"2026-11-23 16:05:52 UTC [1] ERROR:  \n\tthe message begins on the second line\n"))
	for _, content := range []string{"", "  ", "\r\n", "ERROR:  \nDETAIL:  more"} {
		var c pglog.Collector
		c.Add(pglog.ParseRow(time.Time{}, "ERROR", content))
		equal(t, "other ERROR 1 (no message)\n", table(c.Summary()))
	}
}

// A flood of one kind of trouble must not hide another one.
func TestGroupsAreBoundedInEachClass(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "2026-11-23 16:05:50 UTC [1] ERROR:  relation \"t%d\" does not exist\n", i)
	}
	b.WriteString("2026-11-23 16:05:51 UTC [1] LOG:  server process (PID 7) was terminated by signal 11: Segmentation fault\n")
	s, err := pglog.Summarize(strings.NewReader(b.String()))
	equal(t, nil, err)
	equal(t, 42, len(s.Groups))
	equal(t, "server process (PID …) was terminated by signal 11: Segmentation fault", s.Groups[0].Message)
	equal(t, pglog.MoreKinds, s.Groups[1].Message)
	equal(t, int64(960), s.Groups[1].Count)
	equal(t, pglog.LevelError, s.Groups[1].Level)
}
