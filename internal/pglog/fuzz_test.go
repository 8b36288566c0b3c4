// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func readerOf(text string) io.Reader { return strings.NewReader(text) }

func seed(f *testing.F) {
	f.Helper()
	for _, name := range []string{"aws", "german", "french"} {
		for _, format := range []string{".log", ".json", ".csv"} {
			text, err := os.ReadFile("testdata/" + name + format)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text[:3000])
			f.Add(text[len(text)/2 : len(text)/2+3000])
		}
	}
	f.Add([]byte("2026-11-23 16:05:52 UTC [1] ERROR:  23505: a \"b\" at character 3\n\tc\r\n2026-11-23 16:05:52 UTC [1] DETAIL:  d\n"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("ERROR:  x\nSTATEMENT :  y"))
}

// FuzzSummarize checks that no input makes it panic, that each line is counted once at most, and that the groups are
// well-formed and bounded.
func FuzzSummarize(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := pglog.Summarize(readerOf(string(text)))
		packed := strings.HasPrefix(string(text), "\x1f\x8b") || strings.HasPrefix(string(text), "PK")
		if err != nil && !packed && !errors.Is(err, pglog.ErrNotALog) {
			t.Errorf("expected no error but ErrNotALog, got %v", err)
		}
		lines := int64(strings.Count(string(text), "\n")) + 1
		if !packed && s.Events+s.UnknownLines > lines {
			t.Errorf("expected at most %d events and unknown lines, got %d and %d", lines, s.Events, s.UnknownLines)
		}
		total := int64(0)
		for i, g := range s.Groups {
			total += g.Count
			if !utf8.ValidString(g.Message) || len(g.Message) > 400 || strings.ContainsAny(g.Message, "\r\n\t\x00\x1b") {
				t.Errorf("expected a short line of text, got %q", g.Message)
			}
			if i > 0 && g.Class < s.Groups[i-1].Class {
				t.Errorf("expected the worst class first, got %s after %s", g.Class, s.Groups[i-1].Class)
			}
			if width := utf8.RuneCountInString(g.Chart(s.First, s.Last, 20)); width != 20 && !g.First.IsZero() {
				t.Errorf("expected a chart of 20 signs, got %d", width)
			}
		}
		if total > s.Events+s.UnknownLines {
			t.Errorf("expected at most %d events in groups, got %d", s.Events+s.UnknownLines, total)
		}
	})
}

// FuzzReader checks that the reader finds as many events as Summarize, and the same summary.
func FuzzReader(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		want, _ := pglog.Summarize(readerOf(string(text)))
		var c pglog.Collector
		r := pglog.NewReader(readerOf(string(text)))
		for e, err := range r.All() {
			if err == nil {
				c.Add(e)
			}
		}
		got := c.Summary()
		equal(t, want.Events, got.Events)
		if r.UnknownLines() < want.UnknownLines {
			t.Errorf("expected at least %d unknown lines, got %d", want.UnknownLines, r.UnknownLines())
		}
		c.AddUnknown(want.UnknownLines)
		equal(t, table(want), table(c.Summary()))
	})
}

func FuzzRow(f *testing.F) {
	f.Add("ERROR", "deadlock detected\nDETAIL:  a\n\tb")
	f.Add("", "2026-11-23 16:05:52 UTC [1] ERROR:  23505: a at character 3\nSTATEMENT:  select")
	f.Add("LOG", "HINT:  first")
	f.Fuzz(func(t *testing.T, level, content string) {
		e := pglog.ParseRow(time.Time{}, level, content)
		var c pglog.Collector
		c.Add(e)
		texts := len(e.Message) + len(e.Detail) + len(e.Hint) + len(e.Query) + len(e.Context) + len(e.Statement)
		if texts > len(content) {
			t.Errorf("expected at most %d bytes of text, got %d", len(content), texts)
		}
	})
}
