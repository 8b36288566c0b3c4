// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func normalised(message string) string {
	var c pglog.Collector
	c.Add(pglog.Event{Level: pglog.LevelError, Message: message})
	return c.Summary().Groups[0].Message
}

func TestValuesAreMasked(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`invalid input syntax for type integer: "abc"`:                        `invalid input syntax for type integer: "…"`,
		`invalid input syntax for type integer: "a"b "c"`:                     `invalid input syntax for type integer: "…"`,
		"invalid input syntax for type integer: \"a\nb\"":                     `invalid input syntax for type integer: "…"`,
		`invalid input syntax for type timestamp with time zone: "x"`:         `invalid input syntax for type timestamp with time zone: "…"`,
		`invalid input value for enum mood: "sad"`:                            `invalid input value for enum mood: "…"`,
		`value too long for type character varying(10)`:                       `value too long for type character varying(10)`,
		`value "99999999999" is out of range for type integer`:                `value "…" is out of range for type integer`,
		`date/time field value out of range: "2024-13-45"`:                    `date/time field value out of range: "…"`,
		`syntax error at or near "Max" at character 7`:                        `syntax error at or near "…"`,
		`unterminated quoted string at or near "'geheim"`:                     `unterminated quoted string at or near "…"`,
		`column "hunter2" does not exist`:                                     `column "…" does not exist`,
		`column "email" of relation "account" does not exist`:                 `column "email" of relation "account" does not exist`,
		`column a.email does not exist`:                                       `column a.email does not exist`,
		`relation "public.invoices" does not exist`:                           `relation "public.invoices" does not exist`,
		`relation "Max Mustermann" does not exist`:                            `relation "…" does not exist`,
		`relation "a"b" does not exist`:                                       `relation "…" does not exist`,
		`relation "` + strings.Repeat("x", 200) + `" does not exist`:          `relation "…" does not exist`,
		`invalid byte sequence for encoding "UTF8": 0xe4 0x72`:                `invalid byte sequence for encoding "UTF8": …`,
		`role "max@example.com" does not exist`:                               `role "max@example.com" does not exist`,
		`function f(integer, text) does not exist`:                            `function f(integer, text) does not exist`,
		`operator does not exist: integer = text`:                             `operator does not exist: integer = text`,
		`invalid value for parameter "work_mem": "lots"`:                      `invalid value for parameter "work_mem": "…"`,
		`malformed array literal: "{1,2"`:                                     `malformed array literal: "…"`,
		`"account" is not a table`:                                            `"account" is not a table`,
		`"1e400" is out of range for type double precision`:                   `"…" is out of range for type double precision`,
		`user "Max" is blocked`:                                               `user "…" is blocked`,
		`user "Max" and 'Moritz' are blocked`:                                 `user "…" are blocked`,
		`user "Max is blocked`:                                                `user "…"`,
		`user 'it's Max' is blocked`:                                          `user "…" is blocked`,
		`can't find it's owner`:                                               `can't find it's owner`,
		`l'objet « Max » n'existe pas`:                                        `l'objet "…" n'existe pas`,
		`Benutzer »Max« und »Moritz« gesperrt`:                                `Benutzer "…" gesperrt`,
		`Benutzer „Max“ gesperrt`:                                             `Benutzer "…" gesperrt`,
		`customer 4711 (max@example.com) has 12.50 EUR`:                       `customer … (…) has … EUR`,
		`see 2026-11-23, 10.0.0.7:5432, 0/16B3748, 00000001000000000000002A.`: `see …, …, …, ….`,
		`no connection: password=geheim host=db, code=`:                       `no connection: … …, code=`,
		`first line` + "\n" + `second line`:                                   `first line`,
		"first \"quoted\nsecond\" line":                                       `first "…" line`,
		"a \x1b[31mred\x00 \xff word":                                         `a  […    word`,
		`from remote: STATEMENT:  select secret`:                              `from remote:`,
		strings.Repeat("long ", 100):                                          strings.Repeat("long ", 59) + "lo…",
		`process 1 still waiting for ShareLock on "x" LOCK on y after 1 ms`:   `process … still waiting for ShareLock on … after … ms`,
		`no pg_hba.conf entry for host "::1", user "a b", database "d", SSL on`: "" +
			`no pg_hba.conf entry for host "…", user "…", database "d", SSL on`,
	} {
		equal(t, want, normalised(message))
	}
}

// A message that was cut has lost its closing quote.
func TestCutMessageIsMaskedToItsEnd(t *testing.T) {
	t.Parallel()
	log := `2026-11-23 16:05:52 UTC [1] ERROR:  bad value "a" secret "` + strings.Repeat("x", 100_000)
	equal(t, "other ERROR 1 bad value \"…\"\n", summarize(t, log))
}

// The same text can be a whole message and one that was cut.
func TestCutMessageIsNotTakenFromTheCache(t *testing.T) {
	t.Parallel()
	var c pglog.Collector
	e := pglog.Event{Level: pglog.LevelError, Message: `bad "a" and "b" rest`}
	for range 3 {
		c.Add(e)
	}
	e.MessageCut = true
	c.Add(e)
	equal(t, "other ERROR 3 bad \"…\" rest\nother ERROR 1 bad \"…\"\n", table(c.Summary()))
}
