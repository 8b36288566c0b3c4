//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package postgrestest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// run is a server's settings under which it fails in every way.
type run struct {
	name, prefix string
	verbose      bool
	language     string
	zone         string
}

// The values of log_line_prefix are those of clouds, of PostgreSQL's default, and of common advice.
var runs = []run{
	{name: "AWS", prefix: "%m:%r:%u@%d:[%p]:"},
	{name: "AWS, seconds", prefix: "%t:%r:%u@%d:[%p]:"},
	{name: "Azure", prefix: "%t-%c-"},
	{name: "default", prefix: "%m [%p] "},
	{name: "names in brackets", prefix: "%m [%p] %q[user=%u,db=%d,app=%a] "},
	{name: "pgBadger", prefix: "%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h "},
	{name: "Google", prefix: "%m [%p]: [%l-1] db=%d,user=%u "},
	{name: "SQLSTATE", prefix: "%m %e %u@%d %p "},
	{name: "default, verbose", prefix: "%m [%p] ", verbose: true},
	{name: "Azure, verbose", prefix: "%t-%c-", verbose: true},
	{name: "AWS, German", prefix: "%m:%r:%u@%d:[%p]:", language: "de_DE.UTF-8", zone: "Europe/Berlin"},
	{name: "default, verbose, German", prefix: "%m [%p] ", verbose: true, language: "de_DE.UTF-8"},
}

// settings returns the server's configuration. max_connections and max_locks_per_transaction are small, so that their
// limits are reached soon.
func (r run) settings() string {
	verbosity, language, zone := "default", r.language, r.zone
	if r.verbose {
		verbosity = "verbose"
	}
	if language == "" {
		language = "C"
	}
	if zone == "" {
		zone = "UTC"
	}
	return fmt.Sprintf(`logging_collector = on
log_destination = 'stderr,csvlog,jsonlog'
log_directory = 'log'
log_filename = 'postgresql.log'
log_line_prefix = %s
log_error_verbosity = %s
lc_messages = %s
log_timezone = %s
log_lock_waits = on
log_min_duration_statement = '200ms'
log_temp_files = 0
deadlock_timeout = '100ms'
max_connections = 6
superuser_reserved_connections = 1
max_locks_per_transaction = 10
temp_file_limit = '1MB'
shared_buffers = '8MB'
autovacuum = off
max_parallel_workers_per_gather = 0
`, quoteGUC(r.prefix), verbosity, quoteGUC(language), quoteGUC(zone))
}

// TestReaderAgreesWithPostgreSQL makes a real server fail in every way under each prefix, and holds what the reader
// makes of its log in three formats against the jsonlog as encoding/json reads it.
func TestReaderAgreesWithPostgreSQL(t *testing.T) {
	cluster := newTemplate(t)
	t.Run("runs", func(t *testing.T) {
		for _, r := range runs {
			t.Run(r.name, func(t *testing.T) {
				t.Parallel()
				r.test(t, cluster)
			})
		}
	})
}

func (r run) test(t *testing.T, cluster *template) {
	server := cluster.copyOf(t)
	if err := server.Start(t.Context(), r.settings()); err != nil {
		t.Fatal(err)
	}
	f := &failures{t: t, server: server}
	f.all()
	if err := server.Stop(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	stderr, csv, jsonlog := server.logs(t)
	want := reference(t, jsonlog)
	happened(t, want)
	n := r.compare(t, "jsonlog", jsonlog, want, exact)
	r.compare(t, "csvlog", csv, want, exact)
	r.compare(t, "stderr", stderr, want, r.visible)
	if !t.Failed() {
		t.Logf("%d events are the same in stderr, csvlog and jsonlog", n)
	}
}

// event is an event as PostgreSQL's own jsonlog has it.
type event struct {
	pglog.Event
	way string
}

// levels is PostgreSQL's own German names of levels; the other names are the English ones.
var levels = map[string]pglog.Level{
	"LOG": pglog.LevelLog, "WARNING": pglog.LevelWarning, "WARNUNG": pglog.LevelWarning,
	"ERROR": pglog.LevelError, "FEHLER": pglog.LevelError,
	"FATAL": pglog.LevelFatal, "PANIC": pglog.LevelPanic, "PANIK": pglog.LevelPanic,
}

// line is a line of jsonlog.
type line struct {
	Timestamp     string `json:"timestamp"`
	User          string `json:"user"`
	Database      string `json:"dbname"`
	Process       int    `json:"pid"`
	Level         string `json:"error_severity"`
	State         string `json:"state_code"`
	Message       string `json:"message"`
	Detail        string `json:"detail"`
	Hint          string `json:"hint"`
	Query         string `json:"internal_query"`
	QueryPosition int    `json:"internal_position"`
	Context       string `json:"context"`
	Statement     string `json:"statement"`
	Position      int    `json:"cursor_position"`
	Function      string `json:"func_name"`
	File          string `json:"file_name"`
	FileLine      int    `json:"file_line_num"`
	Application   string `json:"application_name"`
}

// reference returns the events of a jsonlog.
func reference(t *testing.T, jsonlog []byte) []event {
	t.Helper()
	var events []event
	for text := range bytes.Lines(jsonlog) {
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			t.Fatalf("no line of jsonlog: %v\n%s", err, text)
		}
		location, err := time.LoadLocation(map[bool]string{true: "Europe/Berlin", false: "UTC"}[strings.Contains(l.Timestamp, " CE")])
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.ParseInLocation("2006-01-02 15:04:05.000 MST", l.Timestamp, location)
		if err != nil {
			t.Fatal(err)
		}
		level, ok := levels[l.Level]
		if !ok {
			t.Fatalf("level %q is unknown to the test:\n%s", l.Level, text)
		}
		e := event{way: l.Application, Event: pglog.Event{
			Time: at.UTC(), Level: level, SQLState: l.State, Message: l.Message, Detail: l.Detail, Hint: l.Hint,
			Query: l.Query, Context: l.Context, Statement: l.Statement, Position: max(l.Position, l.QueryPosition),
			Process: l.Process, User: l.User, Database: l.Database,
		}}
		if l.State == "00000" {
			e.SQLState = ""
		}
		if l.File != "" {
			e.Location = fmt.Sprintf("%s, %s:%d", l.Function, l.File, l.FileLine)
		}
		events = append(events, e)
	}
	return events
}

// happened checks that the server failed in each way.
func happened(t *testing.T, events []event) {
	t.Helper()
	seen := map[way]bool{}
	for _, e := range events {
		state := e.SQLState
		if state == "" {
			state = "00000"
		}
		seen[way{e.way, state}] = true
	}
	check := func(w way) {
		if w.state[:2] == "28" || w.state[:2] == "3D" || w.state == "53300" || w.state == "57P03" {
			w.name = "" // whoever is refused has no application_name yet
		}
		if !seen[w] {
			t.Errorf("%s: the jsonlog has no event with SQLSTATE %s", w.name, w.state)
		}
	}
	for _, w := range statements {
		check(w.way)
	}
	for _, w := range logins {
		check(w.way)
	}
	for _, w := range others {
		check(w.way)
	}
}

// exact is what csvlog and jsonlog have: all.
func exact(e pglog.Event) pglog.Event { return e }

// visible returns what the run's stderr format has of an event.
func (r run) visible(e pglog.Event) pglog.Event {
	if strings.Contains(r.prefix, "%t") {
		e.Time = e.Time.Truncate(time.Second)
	}
	if !r.verbose && !strings.Contains(r.prefix, "%e") {
		e.SQLState = ""
	}
	if !strings.Contains(r.prefix, "%u") {
		e.User = ""
	}
	if !strings.Contains(r.prefix, "%d") {
		e.Database = ""
	}
	return e
}

// compare holds the reader's events against the reference, process by process: two processes may write to one file in
// this order and to another in that. It returns the number of events.
func (r run) compare(t *testing.T, format string, log []byte, want []event, visible func(pglog.Event) pglog.Event) int {
	t.Helper()
	reader := pglog.NewReader(bytes.NewReader(log))
	got := map[int][]pglog.Event{}
	n := 0
	for e, err := range reader.All() {
		if err != nil {
			t.Errorf("%s: the reader failed: %v", format, err)
			return n
		}
		got[e.Process] = append(got[e.Process], e)
		n++
	}
	if lines := reader.UnknownLines(); lines != 0 {
		t.Errorf("%s, prefix %q: %d lines are of an unknown form, want 0", format, r.prefix, lines)
	}
	if n != len(want) {
		t.Errorf("%s, prefix %q: %d events, want %d", format, r.prefix, n, len(want))
	}
	for _, w := range want {
		expected := visible(w.Event)
		mine := got[w.Process]
		if len(mine) == 0 {
			t.Errorf("%s, prefix %q, %s: no event, want\n%+v", format, r.prefix, r.describe(w), expected)
			continue
		}
		e := mine[0]
		got[w.Process] = mine[1:]
		if r.sameSecond(e.Time, w.Time) {
			expected.Time = e.Time
		}
		if diff := cmp.Diff(expected, e); diff != "" {
			t.Errorf("%s, prefix %q, %s: PostgreSQL's jsonlog (-) and the reader (+) differ:\n%s", format, r.prefix, r.describe(w), diff)
		}
	}
	return n
}

// sameSecond reports whether got is right for a prefix with %t: PostgreSQL reads the clock again for it, so that it can
// be of the next second, or, as that clock is coarse, of the one before.
func (r run) sameSecond(got, want time.Time) bool {
	if !strings.Contains(r.prefix, "%t") {
		return false
	}
	late := got.Sub(want)
	return got.Nanosecond() == 0 && late > -2*time.Second && late <= time.Second
}

func (r run) describe(e event) string {
	if e.way == "" {
		return "of the server itself"
	}
	return fmt.Sprintf("way of failing %q", e.way)
}
