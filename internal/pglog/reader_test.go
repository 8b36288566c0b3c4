// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func events(t *testing.T, log string) (all []pglog.Event, unknown int64) {
	t.Helper()
	r := pglog.NewReader(strings.NewReader(log))
	for e, err := range r.All() {
		if err != nil {
			t.Fatalf("expected events, got %v", err)
		}
		all = append(all, e)
	}
	return all, r.UnknownLines()
}

// Each text is two events of one log_line_prefix: one of a process in the background, one of a session.
func TestAnyPrefix(t *testing.T) {
	t.Parallel()
	second := time.Date(2026, 11, 23, 16, 5, 52, 0, time.UTC)
	millis := second.Add(291 * time.Millisecond)
	background := pglog.Event{Time: millis, Level: pglog.LevelLog, Message: "hello", Process: 568}
	session := pglog.Event{
		Time: millis, Level: pglog.LevelError, Message: "oops", Detail: "more", Process: 12570, User: "app", Database: "orders",
	}
	for _, test := range []struct {
		format string
		log    string
		change func(e *pglog.Event)
	}{
		{"%m:%r:%u@%d:[%p]:", `2026-11-23 16:05:52.291 UTC::@:[568]:LOG:  hello
2026-11-23 16:05:52.291 UTC:10.0.0.7(5432):app@orders:[12570]:ERROR:  oops
2026-11-23 16:05:52.291 UTC:10.0.0.7(5432):app@orders:[12570]:DETAIL:  more`, nil},
		{"%t:%r:%u@%d:[%p]:", `2026-11-23 16:05:52 UTC::[unknown]@[unknown]:[568]:LOG:  hello
2026-11-23 16:05:52 UTC:::1(5432):app@orders:[12570]:ERROR:  oops
2026-11-23 16:05:52 UTC:::1(5432):app@orders:[12570]:DETAIL:  more`, func(e *pglog.Event) { e.Time = second }},
		{"%t-%c-", `2026-11-23 16:05:52 UTC-6743abcd.238-LOG:  hello
2026-11-23 16:05:52 UTC-6743abcd.311a-ERROR:  oops
2026-11-23 16:05:52 UTC-6743abcd.311a-DETAIL:  more`, func(e *pglog.Event) { e.Time, e.User, e.Database = second, "", "" }},
		{"%m [%p] ", `2026-11-23 16:05:52.291 UTC [568] LOG:  hello
2026-11-23 16:05:52.291 UTC [12570] ERROR:  oops
2026-11-23 16:05:52.291 UTC [12570] DETAIL:  more`, func(e *pglog.Event) { e.User, e.Database = "", "" }},
		{"%m [%p] %q[user=%u,db=%d,app=%a] ", `2026-11-23 17:05:52.291 CET [568] LOG:  hello
2026-11-23 17:05:52.291 CET [12570] [user=app,db=orders,app=my app: x] ERROR:  oops
2026-11-23 17:05:52.291 CET [12570] [user=app,db=orders,app=my app: x] DETAIL:  more`, nil},
		{"%t [%p]: [%l-1] user=%u,db=%d,app=%a,client=%h ", `2026-11-23 16:05:52 GMT [568]: [7-1] user=,db=,app=,client= LOG:  hello
2026-11-23 16:05:52 GMT [12570]: [8-1] user=app,db=orders,app=x,client=::1 ERROR:  oops
2026-11-23 16:05:52 GMT [12570]: [9-1] user=app,db=orders,app=x,client=::1 DETAIL:  more`,
			func(e *pglog.Event) { e.Time = second }},
		{"%m [%p]: [%l-1] db=%d,user=%u ", `2026-11-23 16:05:52.291 UTC [568]: [1-1] db=,user= LOG:  hello
2026-11-23 16:05:52.291 UTC [12570]: [3-1] db=orders,user=app ERROR:  oops
2026-11-23 16:05:52.291 UTC [12570]: [4-1] db=orders,user=app DETAIL:  more`, nil},
		{"%m %e %u@%d %p ", `2026-11-23 21:35:52.291 +0530 00000 @ 568 LOG:  hello
2026-11-23 21:35:52.291 +0530 23505 app@orders 12570 ERROR:  oops
2026-11-23 21:35:52.291 +0530 23505 app@orders 12570 DETAIL:  more`, func(e *pglog.Event) {
			if e.Level == pglog.LevelError {
				e.SQLState = "23505"
			}
		}},
		{"%n|%u@%d|%p|", `1795449952.291|@|568|LOG:  hello
1795449952.291|app@orders|12570|ERROR:  oops
1795449952.291|app@orders|12570|DETAIL:  more`, nil},
		{"[%p] %m %u@%d ", `[568] 2026-11-23 13:05:52.291 -03 @ LOG:  hello
[12570] 2026-11-23 13:05:52.291 -03 app@orders ERROR:  oops
[12570] 2026-11-23 13:05:52.291 -03 app@orders DETAIL:  more`, nil},
		{"pid=%p u=%u d=%d: ", `pid=568 u= d=: LOG:  hello
pid=12570 u=app d=orders: ERROR:  oops
pid=12570 u=app d=orders: DETAIL:  more`, func(e *pglog.Event) { e.Time = time.Time{} }},
		{"", "LOG:  hello\nERROR:  oops\nDETAIL:  more", func(e *pglog.Event) {
			e.Time, e.Process, e.User, e.Database = time.Time{}, 0, "", ""
		}},
		{"%m [%p] with a zone that is not known", `2026-11-23 16:05:52.291 CST [568] LOG:  hello
2026-11-23 16:05:52.291 CST [12570] app@orders ERROR:  oops
2026-11-23 16:05:52.291 CST [12570] app@orders DETAIL:  more`, func(e *pglog.Event) { e.Time = time.Time{} }},
	} {
		t.Run(test.format, func(t *testing.T) {
			t.Parallel()
			want := []pglog.Event{background, session}
			if test.change != nil {
				test.change(&want[0])
				test.change(&want[1])
			}
			got, unknown := events(t, test.log)
			equal(t, want, got)
			equal(t, int64(0), unknown)
		})
	}
}

func TestPartsBelongToTheirProcess(t *testing.T) {
	t.Parallel()
	got, unknown := events(t, `2026-11-23 16:05:52 UTC [1] ERROR:  one
2026-11-23 16:05:52 UTC [2] ERROR:  two
2026-11-23 16:05:52 UTC [1] DETAIL:  of one
	and more
2026-11-23 16:05:52 UTC [2] STATEMENT:  of two
2026-11-23 16:05:52 UTC [1] STATEMENT:  select
		'ERROR:  x'
	2026-11-23 16:05:52 UTC [1] ERROR:  a line of the statement
2026-11-23 16:05:52 UTC [3] HINT:  of nothing
2026-11-23 16:05:53 UTC [1] LOG:  three
`)
	at := time.Date(2026, 11, 23, 16, 5, 52, 0, time.UTC)
	equal(t, []pglog.Event{
		{
			Time: at, Level: pglog.LevelError, Message: "one", Detail: "of one\nand more", Process: 1,
			Statement: "select\n\t'ERROR:  x'\n2026-11-23 16:05:52 UTC [1] ERROR:  a line of the statement",
		},
		{Time: at, Level: pglog.LevelError, Message: "two", Statement: "of two", Process: 2},
		{Time: at.Add(time.Second), Level: pglog.LevelLog, Message: "three", Process: 1},
	}, got)
	equal(t, int64(1), unknown)
}

func TestLinesOfManyLengthsAndEnds(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 300_000)
	got, unknown := events(t, "\xef\xbb\xbf2026-11-23 16:05:52 UTC [1] ERROR:  one\r\n\ttwo\r\n2026-11-23 16:05:52 UTC [1] STATEMENT:  "+
		long+"\r\n2026-11-23 16:05:52 UTC [1] ERROR:  last")
	equal(t, 2, len(got))
	equal(t, "one\ntwo", got[0].Message)
	equal(t, 65_536, len(got[0].Statement)+len("2026-11-23 16:05:52 UTC [1] STATEMENT:  "))
	equal(t, true, got[0].Cut)
	equal(t, false, got[0].MessageCut)
	equal(t, "last", got[1].Message)
	equal(t, int64(0), unknown)
}

// Without a test of the prefix, the rest of a statement at the start of a file would be an event.
func TestFileThatBeginsWithinALine(t *testing.T) {
	t.Parallel()
	got, unknown := events(t, `name = 'secret' or x = 'ERROR:  secret'
	ERROR:  secret
2026-11-23 16:05:52 UTC [1] ERROR:  one
2026-11-23 16:05:53 UTC [1] ERROR:  two
`)
	equal(t, 2, len(got))
	equal(t, int64(2), unknown)
}

func TestVerboseErrors(t *testing.T) {
	t.Parallel()
	got, _ := events(t, `2026-11-23 16:05:52 UTC [1] ERROR:  23505: duplicate key
2026-11-23 16:05:52 UTC [1] LOCATION:  _bt_check_unique, nbtinsert.c:670
2026-11-23 16:05:52 UTC [1] ERROR:  HELLO: no SQLSTATE
`)
	equal(t, "23505", got[0].SQLState)
	equal(t, "duplicate key", got[0].Message)
	equal(t, "_bt_check_unique, nbtinsert.c:670", got[0].Location)
	equal(t, "", got[1].SQLState)
	equal(t, "HELLO: no SQLSTATE", got[1].Message)
}

// 100 processes are open at once. The events come in their order, and none waits for ever.
func TestReaderBoundsWhatWaits(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100 {
		fmt.Fprintf(&b, "2026-11-23 16:05:52 UTC [%d] ERROR:  new\n", i+10)
	}
	r := pglog.NewReader(iotest.ErrReader(errors.New("gone")))
	_, err := r.Next()
	equal(t, "gone", err.Error())
	got, _ := events(t, b.String())
	equal(t, 100, len(got))
	for i, e := range got {
		equal(t, i+10, e.Process)
	}
}

func TestReaderReturnsEventsBeforeAnError(t *testing.T) {
	t.Parallel()
	gone := errors.New("gone")
	r := pglog.NewReader(iotest.OneByteReader(iotest.DataErrReader(readerThenError("2026-11-23 16:05:52 UTC [1] ERROR:  one\n", gone))))
	e, err := r.Next()
	equal(t, nil, err)
	equal(t, "one", e.Message)
	for range 2 {
		if _, err = r.Next(); !errors.Is(err, gone) {
			t.Errorf("expected the read error, got %v", err)
		}
	}
}

func readerThenError(text string, err error) readerFunc {
	r := strings.NewReader(text)
	return func(p []byte) (int, error) {
		if n, _ := r.Read(p); n > 0 {
			return n, nil
		}
		return 0, err
	}
}

// Without a time the first byte of a prefix shows that a line is the rest of a statement.
func TestFileWithoutTimesThatBeginsWithinALine(t *testing.T) {
	t.Parallel()
	got, unknown := events(t, "x = '[7] ERROR:  secret'\n[7] ERROR:  one\n[7] ERROR:  two\n")
	equal(t, 2, len(got))
	equal(t, int64(1), unknown)
}

func TestZonesThatBeginAlike(t *testing.T) {
	t.Parallel()
	got, _ := events(t, `2026-11-23 16:05:52 WESTX [7] ERROR:  unknown zone
2026-11-23 16:05:52 WEST [7] ERROR:  known zone
2026-11-23 16:05:52 WES [7] ERROR:  unknown zone
`)
	equal(t, time.Time{}, got[0].Time)
	equal(t, time.Date(2026, 11, 23, 15, 5, 52, 0, time.UTC), got[1].Time)
	equal(t, time.Time{}, got[2].Time)
}
