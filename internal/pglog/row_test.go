// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func TestRows(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 16, 5, 52, 291e6, time.UTC)
	row := at.Truncate(time.Second)
	for name, test := range map[string]struct {
		at      time.Time
		level   string
		content string
		want    pglog.Event
	}{
		"message alone": {
			row, "ERROR", `relation "invoices" does not exist at character 15`,
			pglog.Event{Time: row, Level: pglog.LevelError, Message: `relation "invoices" does not exist`, Position: 15},
		},
		"message with parts": {
			row, "error", "deadlock detected\nDETAIL:  Process 1 waits\n\tProcess 2 waits\nHINT:  See log.\nSTATEMENT:  select\n'ERROR:  x'\n",
			pglog.Event{
				Time: row, Level: pglog.LevelError, Message: "deadlock detected", Detail: "Process 1 waits\nProcess 2 waits",
				Hint: "See log.", Statement: "select\n'ERROR:  x'",
			},
		},
		"whole line": {
			row, "FATAL", `2026-11-23 16:05:52.291 UTC:[local]:app@orders:[12781]:FATAL:  sorry, too many clients already`,
			pglog.Event{
				Time: row, Level: pglog.LevelFatal, Message: "sorry, too many clients already", Process: 12781, User: "app", Database: "orders",
			},
		},
		"whole lines without time and level of the row": {
			time.Time{},
			"", "2026-11-23 16:05:52.291 UTC [7] ERROR:  23505: dup\n2026-11-23 16:05:52.291 UTC [7] DETAIL:  Key (id)=(1)",
			pglog.Event{Time: at, Level: pglog.LevelError, SQLState: "23505", Message: "dup", Detail: "Key (id)=(1)", Process: 7},
		},
		"level without a prefix": {
			row, "", "FEHLER:  Division durch Null\r\nANWEISUNG:  select 1/0",
			pglog.Event{Time: row, Level: pglog.LevelError, Message: "Division durch Null", Statement: "select 1/0"},
		},
		"message that holds a level": {
			row, "ERROR", "remote server reports ERROR:  out of disk",
			pglog.Event{Time: row, Level: pglog.LevelError, Message: "remote server reports ERROR:  out of disk"},
		},
		"part first": {
			row, "ERROR", "DETAIL:  Key (id)=(1)",
			pglog.Event{Time: row, Level: pglog.LevelError, Detail: "Key (id)=(1)"},
		},
		"nothing":       {row, "ERROR", "", pglog.Event{Time: row, Level: pglog.LevelError}},
		"unknown level": {row, "Note", "hello", pglog.Event{Time: row, Message: "hello"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, test.want, pglog.ParseRow(test.at, test.level, test.content))
		})
	}
}
