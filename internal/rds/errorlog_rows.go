// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

const (
	rowsPage   = 100  // the API's longest page
	rowsLimit  = 2000 // the API has only the newest rows of a level, up to this many
	rowsPages  = 10 * rowsLimit / rowsPage
	rowsAtOnce = 4 // levels that are asked for side by side

	allLevels = "ALL" // no level of a row
)

// maxText is how many bytes a page with text of a log may have. A statement can be a megabyte long, and a page has a hundred
// rows. A read has up to twenty pages a level, so it is no more.
const maxText = 16 << 20

// RowsQuery selects rows of an instance's error log.
type RowsQuery struct {
	InstanceID string
	Start, End time.Time // at most a month ago; to the second
	Levels     []string  // such as ERROR; none: all levels, in one request
}

// Rows are rows of an error log.
type Rows struct {
	Rows     []Row // oldest first
	Complete bool  // false: the API has older rows that it does not give
	// Since has the time of the oldest row of each level that was cut off. The zero time is a time that cannot be read.
	Since map[string]time.Time
}

// Row is one row of an error log.
type Row struct {
	Time    time.Time // UTC, to the second; zero: it cannot be read
	Level   string    // upper case
	Content string    // as the API sent it; it may hold data of the database
}

// Format prints a row without its content, for every verb.
func (r Row) Format(s fmt.State, _ rune) {
	_, _ = fmt.Fprintf(s, "{%s %s %d bytes}", r.Time.Format(time.RFC3339), r.Level, len(r.Content))
}

// ErrorLogRows returns the newest rows of each level: GET /v3/{project_id}/instances/{instance_id}/errorlog. The API takes one
// level a request. Faults that may pass are repeated until the context ends: then the error is an [*InterruptedError]
// or a [*TimeoutError]. Needs the permission rds:log:list.
func (c *Client) ErrorLogRows(ctx context.Context, q RowsQuery) (*Rows, error) {
	if !ValidInstanceID(q.InstanceID) {
		return nil, errInstanceID
	}
	levels := make([]string, max(1, len(q.Levels))) // "" is the API's default, ALL
	for i, level := range q.Levels {
		levels[i] = strings.ToUpper(level)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		all   sync.WaitGroup
		once  sync.Once
		first error
		e     = c.begin(ctx, q.InstanceID)
		parts = make([]*levelRows, len(levels))
		turns = make(chan struct{}, rowsAtOnce)
	)
	for i, level := range levels {
		parts[i] = &levelRows{level: level, total: -1}
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			if err := parts[i].read(ctx, e, q); err != nil {
				once.Do(func() { first = err })
				cancel() // ends the other levels
			}
		})
	}
	all.Wait()
	if first != nil {
		return nil, first
	}
	return merged(parts, levels), nil
}

// levelRows are the rows of one level, in the API's order.
type levelRows struct {
	level string
	rows  []Row
	total int64 // the API's count; -1: not known
	cut   bool  // older rows are missing
}

func (l *levelRows) read(ctx context.Context, e *effort, q RowsQuery) error {
	for page := 1; page <= rowsPages; page++ {
		var got []Row
		var total int64
		err := e.repeat(ctx, func(ctx context.Context) (err error) {
			got, total, err = e.client.rowsPage(ctx, q, l.level, page)
			return err
		})
		if err != nil {
			return err
		}
		grown := int64(0)
		if page > 1 && l.total >= 0 {
			grown = total - l.total
		}
		l.total = total
		l.rows = append(l.rows, got[overlap(l.rows, got, grown):]...)
		if len(l.rows) >= rowsLimit || lastPage(len(got), rowsPage, len(l.rows), total) {
			break
		}
	}
	l.cut = len(l.rows) >= rowsLimit || l.total >= rowsLimit || int64(len(l.rows)) < l.total
	return nil
}

// overlap returns how many rows at the beginning of a page were on the pages before. Rows have no ID, and equal rows may
// be real repeats. But the API's order is probably newest first, so that new rows move older ones to the next page:
//   - If the total grew by n, the page begins with the last n rows again.
//   - At its limit the total does not grow. Then only a page that begins later than the one before ended is proof.
func overlap(before, page []Row, grown int64) int {
	if len(before) == 0 || len(page) == 0 {
		return 0
	}
	if grown > 0 && grown <= int64(len(before)) {
		return repeated(before[int64(len(before))-grown:], page)
	}
	if grown == 0 && page[0].Time.After(before[len(before)-1].Time) {
		for i := max(0, len(before)-len(page)); i < len(before); i++ {
			if n := repeated(before[i:], page); n > 0 {
				return n
			}
		}
	}
	return 0
}

// repeated returns how many rows a page has in common with the end of the rows before, or 0 if it does not begin with
// that end.
func repeated(end, page []Row) int {
	n := min(len(end), len(page))
	if !slices.Equal(end[:n], page[:n]) {
		return 0
	}
	return n
}

func (c *Client) rowsPage(ctx context.Context, q RowsQuery, level string, page int) ([]Row, int64, error) {
	query := url.Values{
		"start_date": {requestTime(q.Start)},
		"end_date":   {requestTime(q.End)},
		"offset":     {strconv.Itoa(page)}, // a page number here, unlike in other APIs
		"limit":      {strconv.Itoa(rowsPage)},
	}
	if level != "" {
		query.Set("level", level)
	}
	var wire struct {
		List list[struct {
			Time    lenient[scalar] `json:"time"`
			Level   lenient[scalar] `json:"level"`
			Content lenient[scalar] `json:"content"`
		}] `json:"error_log_list"`
		Total lenient[scalar] `json:"total_record"`
	}
	m, err := c.get(transport.WithMaxBody(ctx, maxText), query, &wire, "instances", q.InstanceID, "errorlog")
	if err != nil {
		return nil, 0, err
	}
	total := wire.Total.value.count()
	rows := make([]Row, len(wire.List.items))
	for i, r := range wire.List.items {
		rows[i] = Row{Time: r.Time.value.timestamp(), Level: r.Level.value.upper(), Content: r.Content.value.verbatim}
		if rows[i].Level == "" && level != allLevels {
			rows[i].Level = level
		}
	}
	return rows, total, wire.List.check(m, "error_log_list", total)
}

// merged returns the rows of all levels, oldest first. Rows of the same second stay in the order of their level's log.
func merged(parts []*levelRows, levels []string) *Rows {
	all := &Rows{Rows: []Row{}, Complete: true, Since: map[string]time.Time{}}
	var keyed []keyedRow
	for _, l := range parts {
		rows := oldestFirst(l.rows)
		if l.cut {
			all.Complete = false
			all.Since[l.level] = time.Time{}
			if len(rows) > 0 {
				all.Since[l.level] = rows[0].at
			}
		}
		for _, r := range rows {
			// A row of another level that is asked for comes with that level, if the API did not filter.
			if r.Level == l.level || !slices.Contains(levels, r.Level) {
				keyed = append(keyed, r)
			}
		}
	}
	slices.SortStableFunc(keyed, func(a, b keyedRow) int { return a.at.Compare(b.at) })
	for _, r := range keyed {
		all.Rows = append(all.Rows, r.Row)
	}
	return all
}

// keyedRow is a row with the time by which it is sorted.
type keyedRow struct {
	Row
	at time.Time // a row without a readable time has that of its neighbour
}

// oldestFirst returns rows of one level, oldest first. Their order is probably newest first; if all readable times are
// equal, that is assumed.
func oldestFirst(rows []Row) []keyedRow {
	timed := slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.Time.IsZero() })
	rows = slices.Clone(rows)
	if len(timed) == 0 || !timed[0].Time.Before(timed[len(timed)-1].Time) {
		slices.Reverse(timed)
		slices.Reverse(rows)
	}
	keyed := make([]keyedRow, 0, len(rows))
	var at time.Time
	if len(timed) > 0 {
		at = timed[0].Time
	}
	for _, r := range rows {
		if !r.Time.IsZero() {
			at = r.Time
		}
		keyed = append(keyed, keyedRow{r, at})
	}
	return keyed
}
