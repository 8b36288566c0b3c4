// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// noon is the newest second of the logs in these tests.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func rowsOf(levels ...string) rds.RowsQuery {
	return rds.RowsQuery{InstanceID: instance, Start: noon.Add(-time.Hour), End: noon, Levels: levels}
}

// wireRow is a row as the API sends it.
type wireRow struct {
	Time    string `json:"time"`
	Level   string `json:"level"`
	Content string `json:"content"`
}

// rowLog is the error log of a fake server, newest first.
type rowLog struct {
	rows  []wireRow
	total func(n int) any // from the number of rows; nil: the number itself
	page  int             // the longest page; 0: what is asked for
	event func(request int, l *rowLog)

	requests int // of one level, so never concurrent
}

// rowsAt returns n rows, one a second, the newest at noon. Their contents are "row 1" and so on from the oldest.
func rowsAt(n int) []wireRow {
	var rows []wireRow
	for i := range n {
		at := noon.Add(-time.Duration(i) * time.Second)
		rows = append(rows, wireRow{at.Format("2006-01-02T15:04:05"), "ERROR", fmt.Sprintf("row %d", n-i)})
	}
	return rows
}

func (l *rowLog) network() *network {
	return newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
		l.requests++
		if l.event != nil {
			l.event(l.requests, l)
		}
		page, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		size, _ := strconv.Atoi(req.URL.Query().Get("limit"))
		if l.page > 0 {
			size = min(size, l.page)
		}
		from := min((page-1)*size, len(l.rows))
		body := map[string]any{"error_log_list": l.rows[from:min(from+size, len(l.rows))], "total_record": len(l.rows)}
		if l.total != nil {
			body["total_record"] = l.total(len(l.rows))
		}
		text, err := json.Marshal(body)
		return answer(req, 200, string(text)), err
	})
}

// contents returns the contents of rows.
func contents(rows []rds.Row) []string {
	var all []string
	for _, r := range rows {
		all = append(all, r.Content)
	}
	return all
}

// numbered returns "row 1" to "row n".
func numbered(from, to int) []string {
	var all []string
	for i := from; i <= to; i++ {
		all = append(all, fmt.Sprintf("row %d", i))
	}
	return all
}

func TestErrorLogRowsRequest(t *testing.T) {
	n := answering(200, `{"error_log_list":[],"total_record":0}`)
	zone := time.FixedZone("", 8*3600)
	q := rds.RowsQuery{
		InstanceID: instance, Start: noon.Add(-time.Hour).In(zone), End: noon.Add(999 * time.Millisecond), Levels: []string{"error"},
	}
	if _, err := n.client().ErrorLogRows(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	want := []asked{{
		Method: "GET",
		URL: base + "/instances/" + instance +
			"/errorlog?end_date=2026-11-23T12%3A00%3A00%2B0000&level=ERROR&limit=100&offset=1&start_date=2026-11-23T11%3A00%3A00%2B0000",
		Header: http.Header{
			"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Language": {"en-us"}, "User-Agent": {"test"},
		},
	}}
	if diff := cmp.Diff(want, n.asked); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestErrorLogRowsWithoutLevels(t *testing.T) {
	n := answering(200, `{"error_log_list":[]}`)
	if _, err := n.client().ErrorLogRows(t.Context(), rowsOf()); err != nil {
		t.Fatal(err)
	}
	if len(n.asked) != 1 {
		t.Fatalf("got %d requests, want 1", len(n.asked))
	}
	if strings.Contains(n.asked[0].URL, "level") {
		t.Errorf("got %s, want no level", n.asked[0].URL)
	}
}

// TestErrorLogRowsAnswers lists forms of an answer, and what is read from them.
func TestErrorLogRowsAnswers(t *testing.T) {
	at := time.Date(2018, 12, 4, 14, 24, 42, 0, time.UTC)
	type row = rds.Row
	row1 := func(time, rest string) string {
		return `{"total_record":1,"error_log_list":[{"time":` + time + rest + `}]}`
	}
	cases := map[string]struct {
		body string
		want []row
	}{
		"the page's example": {
			body: `{"error_log_list": [{"time": "2018-12-04T14:24:42","level": "ERROR","content": "Slave I/O: 203"},
				{"time": "2018-12-04T14:24:42","level": "ERROR","content": "Slave I/O: 204"}],"total_record": 2}`,
			want: []row{{at, "ERROR", "Slave I/O: 204"}, {at, "ERROR", "Slave I/O: 203"}},
		},
		"an empty list":         {body: `{"error_log_list":[],"total_record":0}`},
		"a null list":           {body: `{"error_log_list":null,"total_record":null}`},
		"no list of no rows":    {body: `{"total_record":0}`},
		"numbers as strings":    {body: `{"error_log_list":[{"content":"a"}],"total_record":"1"}`, want: []row{{Level: "ERROR", Content: "a"}}},
		"all null":              {body: `{"error_log_list":[{"time":null,"level":null,"content":null}]}`, want: []row{{Level: "ERROR"}}},
		"a null row":            {body: `{"error_log_list":[null]}`, want: []row{{Level: "ERROR"}}},
		"other types":           {body: row1(`{}`, `,"level":[],"content":{"a":1}`), want: []row{{Level: "ERROR"}}},
		"a number as content":   {body: row1(`7`, `,"content":8`), want: []row{{Level: "ERROR", Content: "8"}}},
		"a level in lower case": {body: row1(`null`, `,"level":"error"`), want: []row{{Level: "ERROR"}}},
		"an unknown level":      {body: row1(`null`, `,"level":"Trouble"`), want: []row{{Level: "TROUBLE"}}},
		"blanks in the content": {
			body: row1(`null`, `,"content":" a\n\tDETAIL:  b \n"`), want: []row{{Level: "ERROR", Content: " a\n\tDETAIL:  b \n"}},
		},
		"a code in a content": {
			body: row1(`null`, `,"content":"{\"error_code\":\"DBS.1\"}"`), want: []row{{Level: "ERROR", Content: `{"error_code":"DBS.1"}`}},
		},
		"a code in a row":     {body: row1(`null`, `,"error_code":"DBS.1"`), want: []row{{Level: "ERROR"}}},
		"a code that is null": {body: `{"error_code":null,"error_log_list":[]}`},
		"a code of success":   {body: `{"error_code":"0","error_log_list":[]}`},
		"an offset":           {body: row1(`"2018-12-04T22:24:42+0800"`, ``), want: []row{{Time: at, Level: "ERROR"}}},
		"another offset":      {body: row1(`"2018-12-04T22:24:42+08:00"`, ``), want: []row{{Time: at, Level: "ERROR"}}},
		"Z":                   {body: row1(`"2018-12-04T14:24:42Z"`, ``), want: []row{{Time: at, Level: "ERROR"}}},
		"a blank in the time": {body: row1(`"2018-12-04 14:24:42"`, ``), want: []row{{Time: at, Level: "ERROR"}}},
		"milliseconds":        {body: row1(`"2018-12-04T14:24:42.5"`, ``), want: []row{{Time: at.Add(500 * time.Millisecond), Level: "ERROR"}}},
		"an unreadable time":  {body: row1(`"yesterday"`, ``), want: []row{{Level: "ERROR"}}},
		"a time before 1970":  {body: row1(`"0001-01-01T00:00:00"`, ``), want: []row{{Level: "ERROR"}}},
		"no such day":         {body: row1(`"2018-02-30T00:00:00"`, ``), want: []row{{Level: "ERROR"}}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := answering(200, c.body).client().ErrorLogRows(t.Context(), rowsOf("ERROR"))
			if err != nil {
				t.Fatal(err)
			}
			if c.want == nil {
				c.want = []row{}
			}
			if diff := cmp.Diff(&rds.Rows{Rows: c.want, Complete: true, Since: map[string]time.Time{}}, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorLogRowsWithoutALevel: a row has the level that was asked for. ALL is none.
func TestErrorLogRowsWithoutALevel(t *testing.T) {
	for asked, want := range map[string]string{"FATAL": "FATAL", "ALL": ""} {
		got, err := answering(200, `{"error_log_list":[{"content":"a"}],"total_record":1}`).client().ErrorLogRows(t.Context(), rowsOf(asked))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]rds.Row{{Level: want, Content: "a"}}, got.Rows); diff != "" {
			t.Errorf("rows of level %s (-want +got):\n%s", asked, diff)
		}
	}
}

// TestErrorLogRowsUndecodable: such an answer is asked for again until the time is up.
func TestErrorLogRowsUndecodable(t *testing.T) {
	for body, want := range map[string]string{
		``:                         "the answer is no complete JSON: it breaks after 0 bytes",
		`null`:                     "the answer is null",
		`[]`:                       "the answer holds a JSON array where another type was promised",
		`{"error_log_list":"x"}`:   "error_log_list holds a JSON string where another type was promised",
		`{"error_log_list":["x"]}`: "error_log_list holds a JSON string where another type was promised",
	} {
		t.Run(body, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				n := answering(200, body, "X-Request-Id", "r1")
				_, err := n.client().ErrorLogRows(ctx, rowsOf("ERROR"))
				var timeout *rds.TimeoutError
				if !errors.As(err, &timeout) {
					t.Fatalf("got %T %v, want a TimeoutError", err, err)
				}
				expectDecodeError(t, timeout.Fault, want)
				if diff := cmp.Diff([]string{"0s GET errorlog", "2s GET errorlog", "4s GET errorlog"}, n.calls()); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestErrorLogRowsPages: how many pages are asked for, and whether the rows are complete.
func TestErrorLogRowsPages(t *testing.T) {
	fixed := func(total any) func(int) any { return func(int) any { return total } }
	cases := map[string]struct {
		log      rowLog
		requests int
		rows     []string
		since    time.Time // zero: complete
	}{
		"none":                 {log: rowLog{}, requests: 1},
		"one page":             {log: rowLog{rows: rowsAt(100)}, requests: 1, rows: numbered(1, 100)},
		"three pages":          {log: rowLog{rows: rowsAt(250)}, requests: 3, rows: numbered(1, 250)},
		"no total":             {log: rowLog{rows: rowsAt(250), total: fixed(nil)}, requests: 3, rows: numbered(1, 250)},
		"no total, full pages": {log: rowLog{rows: rowsAt(200), total: fixed(nil)}, requests: 3, rows: numbered(1, 200)},
		"the total as a text": {
			log: rowLog{rows: rowsAt(200), total: func(n int) any { return fmt.Sprint(n) }}, requests: 2, rows: numbered(1, 200),
		},
		"an unreadable total":          {log: rowLog{rows: rowsAt(20), total: fixed("many")}, requests: 1, rows: numbered(1, 20)},
		"a negative total":             {log: rowLog{rows: rowsAt(20), total: fixed(-1)}, requests: 1, rows: numbered(1, 20)},
		"shorter pages than asked for": {log: rowLog{rows: rowsAt(250), page: 50}, requests: 5, rows: numbered(1, 250)},
		"fewer rows than the total": {
			log: rowLog{rows: rowsAt(150), total: fixed(170)}, requests: 3, rows: numbered(1, 150), since: noon.Add(-149 * time.Second),
		},
		"a total that counts only the page": {log: rowLog{rows: rowsAt(250), total: fixed(50)}, requests: 3, rows: numbered(1, 250)},
		"a total of none":                   {log: rowLog{rows: rowsAt(250), total: fixed(0)}, requests: 3, rows: numbered(1, 250)},
		"one row below the limit":           {log: rowLog{rows: rowsAt(1999)}, requests: 20, rows: numbered(1, 1999)},
		"the limit": {
			log: rowLog{rows: rowsAt(2000)}, requests: 20, rows: numbered(1, 2000), since: noon.Add(-1999 * time.Second),
		},
		"more rows than the limit": {
			log: rowLog{rows: rowsAt(2500)}, requests: 20, rows: numbered(501, 2500), since: noon.Add(-1999 * time.Second),
		},
		"more rows, and no total": {
			log: rowLog{rows: rowsAt(2500), total: fixed(nil)}, requests: 20, rows: numbered(501, 2500),
			since: noon.Add(-1999 * time.Second),
		},
		"a total of 5000 with only 50 rows": {
			log: rowLog{rows: rowsAt(50), total: fixed(5000)}, requests: 2, rows: numbered(1, 50), since: noon.Add(-49 * time.Second),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := c.log.network()
			got, err := n.client().ErrorLogRows(t.Context(), rowsOf("ERROR"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.rows, contents(got.Rows)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if len(n.asked) != c.requests {
				t.Errorf("got %d requests, want %d", len(n.asked), c.requests)
			}
			want := map[string]time.Time{}
			if !c.since.IsZero() {
				want["ERROR"] = c.since
			}
			if diff := cmp.Diff(want, got.Since); diff != "" {
				t.Errorf("since (-want +got):\n%s", diff)
			}
			if got.Complete != c.since.IsZero() {
				t.Errorf("got complete %t, want %t", got.Complete, c.since.IsZero())
			}
		})
	}
}

// TestErrorLogRowsEndlessServer: a server that always has another row, and only one a page, ends the pages.
func TestErrorLogRowsEndlessServer(t *testing.T) {
	n := newNetwork(func(n int, req *http.Request) (*http.Response, error) {
		body := fmt.Sprintf(`{"error_log_list":[{"time":"2018-12-04T14:24:42","content":"%d"}],"total_record":1999}`, n)
		return answer(req, 200, body), nil
	})
	got, err := n.client().ErrorLogRows(t.Context(), rowsOf("ERROR"))
	if err != nil {
		t.Fatal(err)
	}
	if len(n.asked) != 200 {
		t.Errorf("got %d requests, want 200", len(n.asked))
	}
	if got.Complete {
		t.Error("got complete rows, want incomplete: 200 of 1999")
	}
}

// TestErrorLogRowsArriveMeanwhile: new rows move others to the next page, where they must not count twice. Real repeats
// must.
func TestErrorLogRowsArriveMeanwhile(t *testing.T) {
	newRow := func(i int) wireRow {
		return wireRow{noon.Add(time.Duration(i) * time.Second).Format("2006-01-02T15:04:05"), "ERROR", fmt.Sprintf("new %d", i)}
	}
	// arrive puts n new rows before the second page is asked for.
	arrive := func(n int) func(int, *rowLog) {
		return func(request int, l *rowLog) {
			for i := 1; request == 2 && i <= n; i++ {
				l.rows = slices.Insert(l.rows, 0, newRow(i))
			}
		}
	}
	same := func(n int) []wireRow {
		return slices.Repeat([]wireRow{{noon.Format("2006-01-02T15:04:05"), "ERROR", "same"}}, n)
	}
	ascending := func(n int) []wireRow {
		rows := rowsAt(n)
		slices.Reverse(rows)
		return rows
	}
	limit := func(int) any { return 2000 }
	cases := map[string]struct {
		log  rowLog
		want []string
	}{
		"one":                                {rowLog{rows: rowsAt(150), event: arrive(1)}, numbered(1, 150)},
		"three":                              {rowLog{rows: rowsAt(150), event: arrive(3)}, numbered(1, 150)},
		"a page full":                        {rowLog{rows: rowsAt(150), event: arrive(100)}, numbered(1, 150)},
		"none, and equal rows at the border": {rowLog{rows: same(150)}, slices.Repeat([]string{"same"}, 150)},
		"two, and all rows are equal":        {rowLog{rows: same(150), event: arrive(2)}, slices.Repeat([]string{"same"}, 150)},
		"one, and the order is oldest first": {rowLog{rows: ascending(150), event: func(request int, l *rowLog) {
			if request == 2 {
				l.rows = append(l.rows, newRow(1))
			}
		}}, append(numbered(1, 150), "new 1")},
		"three, and the total is at its limit": {rowLog{rows: rowsAt(250), total: limit, event: arrive(3)}, numbered(1, 250)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.log.network().client().ErrorLogRows(t.Context(), rowsOf("ERROR"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, contents(got.Rows)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorLogRowsOrder: all levels together, oldest first. Rows of one second keep their level's order.
func TestErrorLogRowsOrder(t *testing.T) {
	byLevel := func(lists map[string]string) *network {
		return newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
			return answer(req, 200, `{"error_log_list":[`+lists[req.URL.Query().Get("level")]+`]}`), nil
		})
	}
	row := func(second int, content string) string {
		return fmt.Sprintf(`{"time":"2018-12-04T14:24:%02d","content":%q}`, second, content)
	}
	list := func(rows ...string) string { return strings.Join(rows, ",") }
	unreadable := `{"time":"?","content":"unreadable"}`
	for name, c := range map[string]struct {
		lists map[string]string
		want  []string
	}{
		"two levels": {
			map[string]string{"ERROR": list(row(9, "e9"), row(5, "e5b"), row(5, "e5a")), "FATAL": list(row(7, "f7"), row(5, "f5"))},
			[]string{"e5a", "e5b", "f5", "f7", "e9"},
		},
		"the API's order is oldest first": {
			map[string]string{"ERROR": list(row(5, "e5a"), row(5, "e5b"), row(9, "e9"))},
			[]string{"e5a", "e5b", "e9"},
		},
		"one second": {
			map[string]string{"ERROR": list(row(5, "third"), row(5, "second"), row(5, "first"))},
			[]string{"first", "second", "third"},
		},
		"an unreadable time between two": {
			map[string]string{"ERROR": list(row(9, "e9"), unreadable, row(5, "e5"))}, []string{"e5", "unreadable", "e9"},
		},
		"an unreadable time at the end": {
			map[string]string{"ERROR": list(row(9, "e9"), row(5, "e5"), unreadable)}, []string{"unreadable", "e5", "e9"},
		},
		"an unreadable time at the begin": {
			map[string]string{"ERROR": list(unreadable, row(9, "e9"), row(5, "e5"))}, []string{"e5", "e9", "unreadable"},
		},
		"the API does not filter by level": {
			map[string]string{
				"ERROR": `{"time":"2018-12-04T14:24:07","level":"FATAL","content":"f"},{"time":"2018-12-04T14:24:05","level":"ERROR","content":"e"}`,
				"FATAL": `{"time":"2018-12-04T14:24:07","level":"FATAL","content":"f"},{"time":"2018-12-04T14:24:05","level":"ERROR","content":"e"}`,
			},
			[]string{"e", "f"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := byLevel(c.lists).client().ErrorLogRows(t.Context(), rowsOf("ERROR", "FATAL"))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, contents(got.Rows)); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

// TestErrorLogRowsSideBySide: at most four levels at a time.
func TestErrorLogRowsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		n := newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return answer(req, 200, `{"error_log_list":[]}`), nil
		})
		if _, err := n.client().ErrorLogRows(t.Context(), rowsOf("LOG", "INFO", "NOTE", "WARNING", "ERROR", "FATAL", "PANIC")); err != nil {
			t.Fatal(err)
		}
		if got := time.Since(n.start); got != 2*time.Second {
			t.Errorf("got %s for seven requests, want 2s", got)
		}
		if most.Load() != 4 {
			t.Errorf("got %d requests at a time, want 4", most.Load())
		}
	})
}

func TestErrorLogRowsPrintsNoContent(t *testing.T) {
	rows := rds.Rows{Rows: []rds.Row{{Time: noon, Level: "ERROR", Content: secret}}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, rows); strings.Contains(got, secret) {
			t.Errorf("%s: got %s, want no content", verb, got)
		}
	}
}

func TestErrorLogRowsInvalidInstance(t *testing.T) {
	n := answering(200, `{}`)
	_, err := n.client().ErrorLogRows(t.Context(), rds.RowsQuery{InstanceID: "../jobs"})
	if err == nil {
		t.Error("got no error, want one about the ID")
	}
	if n.asked != nil {
		t.Errorf("got the requests %v, want none", n.asked)
	}
}
