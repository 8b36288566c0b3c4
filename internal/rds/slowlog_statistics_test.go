// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

func slowest(limit int) rds.SlowQuery {
	return rds.SlowQuery{InstanceID: instance, Start: noon.Add(-time.Hour), End: noon, Limit: limit}
}

func number(f float64) *float64 { return &f }

func TestSlowStatementsRequest(t *testing.T) {
	const window = `"start_time":"2026-11-23T11:00:00+0000","end_time":"2026-11-23T12:00:00+0000"`
	byTime := slowest(500)
	byTime.Sort, byTime.Database = rds.SortByTime, `a"<b>`
	for name, c := range map[string]struct {
		query rds.SlowQuery
		body  string
	}{
		"by count": {slowest(20), `{` + window + `,"offset":0,"limit":20,"order":"desc"}`},
		"by time": {
			byTime, `{` + window + `,"offset":0,"limit":100,"database":"a\"\u003cb\u003e","sort":"executeTime","order":"desc"}`,
		},
		"a limit below one": {slowest(0), `{` + window + `,"offset":0,"limit":1,"order":"desc"}`},
	} {
		t.Run(name, func(t *testing.T) {
			n := answering(200, `{"slow_log_list":[],"total_count":0}`)
			got, total, err := n.client().SlowStatements(t.Context(), c.query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]rds.SlowStatement{}, got); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
			if total != 0 {
				t.Errorf("got a total of %d, want 0", total)
			}
			want := []asked{{
				Method: "POST",
				URL:    "https://rds.eu-de.otc.t-systems.com/v3.1/" + project + "/instances/" + instance + "/slow-logs/statistics",
				Body:   c.body,
				Length: int64(len(c.body)),
				Header: http.Header{
					"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Language": {"en-us"}, "User-Agent": {"test"},
				},
			}}
			if diff := cmp.Diff(want, n.asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSlowStatementFields: what cannot be read is nil or "".
func TestSlowStatementFields(t *testing.T) {
	type statement = rds.SlowStatement
	cases := map[string]struct {
		body string // of one statement
		want statement
	}{
		"the page's example": {
			`{"count":"9 (100.00%)","time":"3.00018 s","lock_time":"0.00000 s","rows_sent":1,"rows_examined":0,"database":"test_db","users":"root",
				"query_sample":"SELECT sleep(N) LIMIT N, N;","client_ip":"100.*.*.247","type":"SELECT"}`,
			statement{
				Statement: "SELECT sleep(N) LIMIT N, N;", Count: size(9), Share: number(100), AverageTime: number(3.00018),
				Database: "test_db", Users: "root", Client: "100.*.*.247", Type: "SELECT",
			},
		},
		"nothing": {`{}`, statement{}},
		"all null": {
			`{"count":null,"time":null,"database":null,"users":null,"query_sample":null,"client_ip":null,"type":null}`, statement{},
		},
		"all of another type":    {`{"count":{},"time":[],"database":{},"users":[],"query_sample":{},"client_ip":[],"type":{}}`, statement{}},
		"a count alone":          {`{"count":"9"}`, statement{Count: size(9)}},
		"a count as a number":    {`{"count":9}`, statement{Count: size(9)}},
		"a share below one":      {`{"count":"1 (0.05%)"}`, statement{Count: size(1), Share: number(0.05)}},
		"no percent sign":        {`{"count":"1 (0.05)"}`, statement{Count: size(1)}},
		"no bracket":             {`{"count":"1 0.05%"}`, statement{}},
		"a share in words":       {`{"count":"1 (all%)"}`, statement{Count: size(1)}},
		"a share that is no one": {`{"count":"1 (NaN%)"}`, statement{Count: size(1)}},
		"a negative count":       {`{"count":"-1 (1%)"}`, statement{Share: number(1)}},
		"a time without a unit":  {`{"time":"3.5"}`, statement{}},
		"a time in ms":           {`{"time":"3.5 ms"}`, statement{}},
		"an endless time":        {`{"time":"Inf s"}`, statement{}},
		"a negative time":        {`{"time":"-1 s"}`, statement{}},
		"no time at all":         {`{"time":" s"}`, statement{}},
		"zero":                   {`{"time":"0.00000 s"}`, statement{AverageTime: number(0)}},
		"blanks in the text":     {`{"query_sample":" SELECT\n\tN "}`, statement{Statement: " SELECT\n\tN "}},
		"a type in lower case":   {`{"type":"select"}`, statement{Type: "SELECT"}},
		"control characters":     {`{"users":"\u001b[31mroot"}`, statement{Users: "?[31mroot"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := answering(200, `{"slow_log_list":[`+c.body+`]}`).client().SlowStatements(t.Context(), slowest(20))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]statement{c.want}, got); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
		})
	}
}

// statements is a server with slow statements.
func statements(t *testing.T, list func(request int) []string, total any) *network {
	t.Helper()
	return newNetwork(func(n int, req *http.Request) (*http.Response, error) {
		var body struct{ Offset, Limit int }
		reader, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		if err := json.NewDecoder(reader).Decode(&body); err != nil {
			t.Errorf("got a body that cannot be decoded: %v", err)
		}
		all := list(n)
		page := []map[string]string{}
		for _, text := range all[min(body.Offset, len(all)):min(body.Offset+body.Limit, len(all))] {
			page = append(page, map[string]string{"query_sample": text, "count": strconv.Itoa(n)}) // it grows meanwhile
		}
		text, err := json.Marshal(map[string]any{"slow_log_list": page, "total_count": total})
		return answer(req, 200, string(text)), err
	})
}

// TestSlowStatementsPages: at most the limit, in pages of at most 100, none of them twice.
func TestSlowStatementsPages(t *testing.T) {
	always := func(list []string) func(int) []string { return func(int) []string { return list } }
	cases := map[string]struct {
		list     func(request int) []string
		total    any
		limit    int
		want     []string
		requests int
		count    int64
	}{
		"fewer than the limit":      {always(numbered(1, 7)), 7, 20, numbered(1, 7), 1, 7},
		"the limit":                 {always(numbered(1, 50)), 50, 20, numbered(1, 20), 1, 50},
		"two pages":                 {always(numbered(1, 900)), 900, 150, numbered(1, 150), 2, 900},
		"the largest limit":         {always(numbered(1, 900)), 900, 500, numbered(1, 500), 5, 900},
		"a limit above the largest": {always(numbered(1, 900)), 900, 501, numbered(1, 500), 5, 900},
		"no total":                  {always(numbered(1, 120)), nil, 500, numbered(1, 120), 2, -1},
		"the total as a text":       {always(numbered(1, 120)), "120", 500, numbered(1, 120), 2, 120},
		"a total too large":         {always(numbered(1, 120)), 400, 500, numbered(1, 120), 3, 400},
		"a total too small":         {always(numbered(1, 120)), 2, 500, numbered(1, 120), 2, -1},
		"the order changes meanwhile": {
			func(n int) []string {
				list := numbered(1, 150)
				if n == 2 { // the last of the first page falls behind the first of the second
					list[99], list[100] = list[100], list[99]
				}
				return list
			}, 150, 500, slices.Concat(numbered(1, 100), numbered(102, 150)), 2, 150,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := statements(t, c.list, c.total)
			got, total, err := n.client().SlowStatements(t.Context(), slowest(c.limit))
			if err != nil {
				t.Fatal(err)
			}
			var texts []string
			for _, s := range got {
				texts = append(texts, s.Statement)
			}
			if diff := cmp.Diff(c.want, texts); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
			if len(n.asked) != c.requests {
				t.Errorf("got %d requests, want %d", len(n.asked), c.requests)
			}
			if total != c.count {
				t.Errorf("got a total of %d, want %d", total, c.count)
			}
		})
	}
}

// TestSlowStatementsEndlessServer: a server that repeats one statement and announces many ends the pages.
func TestSlowStatementsEndlessServer(t *testing.T) {
	n := answering(200, `{"slow_log_list":[{"query_sample":"same"}],"total_count":9007199254740991}`)
	got, _, err := n.client().SlowStatements(t.Context(), slowest(20))
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 1 {
		t.Errorf("got %d statements, want 1", len(got))
	}
	if len(n.asked) != 100 {
		t.Errorf("got %d requests, want 100", len(n.asked))
	}
}

func TestSlowStatementPrintsNoText(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, []rds.SlowStatement{{Statement: secret}}); strings.Contains(got, secret) {
			t.Errorf("%s: got %s, want no statement", verb, got)
		}
	}
}

func TestSlowStatementsInvalidInstance(t *testing.T) {
	n := answering(200, `{}`)
	if _, _, err := n.client().SlowStatements(t.Context(), rds.SlowQuery{InstanceID: ".."}); err == nil {
		t.Error("got no error, want one about the ID")
	}
	if n.asked != nil {
		t.Errorf("got the requests %v, want none", n.asked)
	}
}
