// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// canary is in each text that must not reach a group.
const canary = "Kanarienvogel"

var (
	pieces = []string{
		canary, "\n", "\t", `"`, `'`, `""`, ",", ":", " ", "\\", "= ERROR:  ", " FATAL:  ", "' STATEMENT:  ", " DETAIL:  ", "}", "{", "\r\n",
		"»", "duplicate key value violates unique constraint ", strings.Repeat("x", 1000),
	}
	// imitations look like lines of a log.
	imitations = []string{
		"ERROR:  ", "DETAIL:  ", "2026-11-23 16:05:52.291 UTC [7] ERROR:  ", "2026-11-23 16:05:52.291 UTC,",
		`2026-11-23 16:05:52.291 UTC,"a","b",7,"`,
		`{"timestamp":"2026-11-23 16:05:52.291 UTC","error_severity":"ERROR","message":"`,
	}
)

// hidden returns a random text of a part: with quotes, line breaks, tabs, levels, and lines of all formats.
func hidden(r *rand.Rand, imitate bool) string {
	pieces := pieces
	if imitate {
		pieces = slices.Concat(pieces, imitations)
	}
	var b strings.Builder
	for range 1 + r.IntN(12) {
		b.WriteString(pieces[r.IntN(len(pieces))])
		b.WriteString(canary)
	}
	if r.IntN(200) == 0 {
		b.WriteString(strings.Repeat(canary+"\n\"", 10_000))
	}
	return b.String()
}

// record is an event as a server has it before it writes it.
type record struct {
	message, detail, hint, context, statement string
	process                                   int
}

func tabbed(text string) string { return strings.ReplaceAll(text, "\n", "\n\t") }

func (e record) stderr(prefix string) string {
	var b strings.Builder
	p := prefix
	if p != "" {
		p = fmt.Sprintf(prefix, e.process)
	}
	fmt.Fprintf(&b, "%sERROR:  %s at character 9\n", p, tabbed(e.message))
	fmt.Fprintf(&b, "%sDETAIL:  %s\n", p, tabbed(e.detail))
	fmt.Fprintf(&b, "%sHINT:  %s\n", p, tabbed(e.hint))
	fmt.Fprintf(&b, "%sCONTEXT:  %s\n", p, tabbed(e.context))
	fmt.Fprintf(&b, "%sSTATEMENT:  %s\n", p, tabbed(e.statement))
	return b.String()
}

func (e record) json() string {
	b, _ := json.Marshal(struct {
		Timestamp string `json:"timestamp"`
		PID       int    `json:"pid"`
		Severity  string `json:"error_severity"`
		Message   string `json:"message"`
		Detail    string `json:"detail"`
		Hint      string `json:"hint"`
		Context   string `json:"context"`
		Statement string `json:"statement"`
	}{"2026-11-23 16:05:52.291 UTC", e.process, "ERROR", e.message, e.detail, e.hint, e.context, e.statement})
	return string(b) + "\n"
}

func (e record) csv() string {
	row := make([]string, 26)
	row[0], row[1], row[2], row[3] = "2026-11-23 16:05:52.291 UTC", "app", "orders", fmt.Sprint(e.process)
	row[11], row[13], row[14], row[15], row[18], row[19] = "ERROR", e.message, e.detail, e.hint, e.context, e.statement
	for i, column := range row {
		if column != "" && i != 0 && i != 3 {
			row[i] = `"` + strings.ReplaceAll(column, `"`, `""`) + `"`
		}
	}
	return strings.Join(row, ",") + "\n"
}

// No byte of a part reaches a group, in any format, whatever is in it, and wherever the file begins or ends.
func TestNoPartReachesAGroup(t *testing.T) {
	t.Parallel()
	messages := []string{
		`relation "invoices" does not exist`, "division by zero", `duplicate key value violates unique constraint "account_pkey"`,
		"nobody knows this", "with\nanother line",
	}
	formats := map[string]func(record) string{
		"json":          record.json,
		"csv":           record.csv,
		"time and ID":   func(e record) string { return e.stderr("2026-11-23 16:05:52.291 UTC [%d] ") },
		"session":       func(e record) string { return e.stderr("2026-11-23 16:05:52 UTC-6743abcd.%x-") },
		"epoch":         func(e record) string { return e.stderr("1795449952.291 [%d] ") },
		"time at last":  func(e record) string { return e.stderr("[%d] 2026-11-23 16:05:52 UTC ") },
		"without time":  func(e record) string { return e.stderr("[%d] ") },
		"without names": func(e record) string { return e.stderr("") },
	}
	for name, format := range formats {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, 2))
			for round := range 60 {
				// A file that begins within an imitation of a line cannot be distinguished from one that begins with a line.
				imitate := round%2 == 0
				var b strings.Builder
				n := 1 + r.IntN(30)
				for range n {
					b.WriteString(format(record{
						messages[r.IntN(len(messages))], hidden(r, imitate), hidden(r, imitate), hidden(r, imitate), hidden(r, imitate), 1 + r.IntN(5),
					}))
				}
				text := b.String()
				checkHidden(t, text, int64(n))
				checkHidden(t, text[:r.IntN(len(text))], -1)
				if !imitate {
					// Enough lines follow to learn the form of a prefix.
					checkHidden(t, text[r.IntN(len(text)):]+strings.Repeat(format(record{message: messages[0], process: 1}), 30), -1)
				}
			}
		})
	}
}

// A record that is broken in the middle leaves lines between records. They can hold a level, as any statement.
func TestNoPartOfABrokenRecordReachesAGroup(t *testing.T) {
	t.Parallel()
	e := record{message: "division by zero", statement: "insert into t values ('" + canary + " ERROR:  " + canary + " is ill')", process: 7}
	for name, format := range map[string]func(record) string{"json": record.json, "csv": record.csv} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			whole := format(e)
			for at := range len(whole) {
				broken := whole[:at] + "\n" + whole[at:]
				checkHidden(t, whole+broken+whole, -1)
				checkHidden(t, broken, -1)
				checkHidden(t, whole[:at]+"\n"+whole, -1)
				checkHidden(t, whole[at:]+whole, -1)
			}
		})
	}
}

// PostgreSQL speaks more languages than this package reads. Only its levels are alike in most of them.
func TestNoPartInAnotherLanguageReachesAGroup(t *testing.T) {
	t.Parallel()
	hidden := "select '" + canary + " ERROR:  " + canary
	for _, word := range []string{"DETALLE", "SENTENCIA", "CONTEXTO", "ISTRUZIONE", "DICA", "SZCZEGÓŁY", "ОПЕРАТОР", "詳細", "文"} {
		for _, prefix := range []string{"2026-11-23 16:05:52.291 UTC [7] ", "[7] ", ""} {
			log := prefix + "ERROR:  foo\n" + prefix + word + ":  " + hidden + "\n\tERROR:  " + canary + "\n"
			checkHidden(t, log+log, -1)
			if len(prefix) > 20 {
				s, err := pglog.Summarize(strings.NewReader(log + log))
				equal(t, nil, err)
				equal(t, "other ERROR 2 foo\nunknown  4 (lines of an unknown form)\n", table(s))
			}

			var c pglog.Collector
			c.Add(pglog.ParseRow(time.Time{}, "ERROR", "foo\n"+word+":  "+hidden))
			c.Add(pglog.ParseRow(time.Time{}, "ERROR", prefix+word+":  "+hidden))
			for _, g := range c.Summary().Groups {
				if strings.Contains(g.Message, canary) {
					t.Errorf("expected no text of a part, got %q", g.Message)
				}
			}
		}
	}
}

// The API's rows may have all parts in one line, with one space.
func TestNoPartInARowOfOneLineReachesAGroup(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		`foo DETAIL: Key (name)=(` + canary + `) already exists.`:       "foo",
		`foo DETAIL:  the "x" of ` + canary:                             "foo",
		`foo "bar" baz STATEMENT: select ` + canary:                     `foo "…" baz`,
		`foo "bar" baz KONTEXT:  "x" ` + canary:                         `foo "…" baz`,
		`foo: ERROR:  "x" ` + canary:                                    "foo:",
		"STATEMENT: select " + canary:                                   "(no message)",
		"connection to 10.0.0.1: FATAL: bar":                            "connection to …: FATAL: bar",
		`division by zero STATEMENT: select "` + canary + `" ` + canary: "division by zero",
	} {
		var c pglog.Collector
		c.Add(pglog.ParseRow(time.Time{}, "ERROR", content))
		equal(t, "other ERROR 1 "+want+"\n", table(c.Summary()))
	}
}

// checkHidden looks for the canary in the groups of a log. events is their expected number, or -1.
func checkHidden(t *testing.T, log string, events int64) {
	t.Helper()
	s, err := pglog.Summarize(strings.NewReader(log))
	if events >= 0 {
		equal(t, nil, err)
		equal(t, events, s.Events)
	}
	for _, g := range s.Groups {
		if strings.Contains(g.Message, canary[:5]) {
			t.Fatalf("expected no text of a part, got %q from:\n%.2000q", g.Message, log)
		}
	}
}

func TestNoPartOfARowReachesAGroup(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		e := record{"division by zero", hidden(r, true), hidden(r, true), hidden(r, true), hidden(r, true), 7}
		var c pglog.Collector
		for _, prefix := range []string{"2026-11-23 16:05:52.291 UTC [%d] ", ""} {
			content := e.stderr(prefix)
			c.Add(pglog.ParseRow(time.Time{}, "ERROR", content))
			c.Add(pglog.ParseRow(time.Time{}, "ERROR", strings.ReplaceAll(content, "\n\t", "\n")))
			_, alone, _ := strings.Cut(content, "ERROR:  ")
			c.Add(pglog.ParseRow(time.Time{}, "ERROR", alone))
		}
		equal(t, "sql ERROR 6 division by zero\n", table(c.Summary()))
	}
}

// A check that finds nothing must be able to find something.
func TestCanaryIsFoundInAMessage(t *testing.T) {
	t.Parallel()
	for _, format := range []func(record) string{record.json, record.csv, func(e record) string { return e.stderr("[%d] ") }} {
		s, _ := pglog.Summarize(strings.NewReader(format(record{message: "a " + canary, process: 7})))
		equal(t, "other ERROR 1 a "+canary+"\n", table(s))
	}
}
