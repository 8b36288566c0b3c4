// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// chart draws events that happened so many seconds after the start, over 100 seconds.
func chart(width int, seconds ...int) string {
	var c pglog.Collector
	start := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	for _, s := range seconds {
		c.Add(pglog.Event{Time: start.Add(time.Duration(s) * time.Second), Level: pglog.LevelError, Message: "new"})
	}
	return c.Summary().Groups[0].Chart(start, start.Add(100*time.Second), width)
}

func TestChart(t *testing.T) {
	t.Parallel()
	steps := []int{}
	for i := range 8 {
		for range i + 1 {
			steps = append(steps, i*12+5)
		}
	}
	for _, test := range []struct {
		want, got string
	}{
		{"█       █", chart(9, 0, 100)},
		{"█       █", chart(9, 100, 0)},
		{"    █    ", chart(9, 50)},
		{"▁▂▃▄▅▆▇█", chart(8, steps...)},
		{"█", chart(1, 1, 2, 3)},
		{"", chart(0, 1)},
		{"", chart(-1, 1)},
		{"█         ", chart(10, -50)}, // before the span
		{"         █", chart(10, 1000)},
	} {
		equal(t, test.want, test.got)
	}
}

// One event among thousands is still visible.
func TestChartShowsASingleEvent(t *testing.T) {
	t.Parallel()
	seconds := []int{95}
	for range 5000 {
		seconds = append(seconds, 10)
	}
	equal(t, " █       ▁", chart(10, seconds...))
}

func TestChartWithoutTime(t *testing.T) {
	t.Parallel()
	var c pglog.Collector
	c.Add(pglog.Event{Level: pglog.LevelError, Message: "new"})
	g := c.Summary().Groups[0]
	equal(t, "", g.Chart(time.Now(), time.Now(), 10))
	at := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
	c.Add(pglog.Event{Time: at, Level: pglog.LevelError, Message: "new"})
	g = c.Summary().Groups[0]
	equal(t, "", g.Chart(time.Time{}, time.Time{}, 10))
	equal(t, "", g.Chart(at, at.Add(-time.Second), 10))
	equal(t, "█         ", g.Chart(at, at, 10))
}

// The spans of the histogram grow from milliseconds to years without losing an event.
func TestChartOfAnySpan(t *testing.T) {
	t.Parallel()
	for exponent := range 40 {
		var c pglog.Collector
		start := time.Date(2026, 11, 23, 16, 0, 0, 0, time.UTC)
		span := time.Duration(math.Pow(2, float64(exponent))) * time.Millisecond
		if span <= 0 || span > 200*365*24*time.Hour {
			continue
		}
		for i := range 1000 {
			// Neither ascending nor descending.
			c.Add(pglog.Event{Time: start.Add(span / 1000 * time.Duration(i*617%1000)), Level: pglog.LevelError, Message: "new"})
		}
		s := c.Summary()
		got := s.Groups[0].Chart(s.First, s.Last, 10)
		equal(t, 10, utf8.RuneCountInString(got))
		if exponent > 10 && strings.ContainsAny(got, " ▁▂▃▄") {
			t.Errorf("expected an even chart over %v, got %q", span, got)
		}
	}
}

func TestTimesFarApart(t *testing.T) {
	t.Parallel()
	var c pglog.Collector
	for _, at := range []time.Time{time.Unix(math.MinInt64/2000, 0), time.Unix(0, 0), time.Unix(math.MaxInt64/2000, 0)} {
		c.Add(pglog.Event{Time: at, Level: pglog.LevelError, Message: "new"})
	}
	s := c.Summary()
	equal(t, int64(3), s.Groups[0].Count)
	equal(t, 10, utf8.RuneCountInString(s.Groups[0].Chart(s.First, s.Last, 10)))
}
