// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	smallLog = "2026-11-23 10:00:00.000 UTC::@:[1]:LOG:  database system is ready to accept connections\n" +
		"2026-11-23 10:00:10.400 UTC:10.1.2.3(4000):app@orders:[2]:ERROR:  duplicate key value violates unique constraint \"a_pkey\"\n" +
		"2026-11-23 10:00:10.400 UTC:10.1.2.3(4000):app@orders:[2]:DETAIL:  Key (id)=(1) already exists.\n" +
		"2026-11-23 10:00:10.400 UTC:10.1.2.3(4000):app@orders:[2]:STATEMENT:  insert into a\n" +
		"\tvalues (1)\n" +
		"2026-11-23 10:00:20.000 UTC:[local]:[unknown]@[unknown]:[3]:FATAL:  sorry, too many clients already\n" +
		"2026-11-23 10:01:00.900 UTC:::1(4000):app@orders:[2]:ERROR:  syntax error at or near \"selct\"\n" +
		"\tin two lines\n"

	// The same events, newest first, as rows. The clock is at 2020-05-15 08:06:14.589.
	syntaxRow    = `{"time":"2020-05-15T08:05:14","level":"ERROR","content":"syntax error at or near \"selct\"\n\tin two lines"}`
	clientsRow   = `{"time":"2020-05-15T08:04:33","level":"FATAL","content":"sorry, too many clients already"}`
	duplicateRow = `{"time":"2020-05-15T08:04:24","level":"ERROR","content":"duplicate key value violates unique constraint ` +
		`\"a_pkey\"\nDETAIL:  Key (id)=(1) already exists.\nSTATEMENT:  insert into a\n\tvalues (1)"}`
	readyRow = `{"time":"2020-05-15T08:04:13","level":"LOG","content":"database system is ready to accept connections"}`
)

func rowsAnswer(total int, rows ...string) string {
	return fmt.Sprintf(`{"error_log_list":[%s],"total_record":%d}`, strings.Join(rows, ","), total)
}

// rows asks for rows from 08:00 to 09:00, unless the query has other times.
func (c *cloud) rows(token, instance, query string) answer {
	c.t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		c.t.Fatal(err)
	}
	for name, value := range map[string]string{"start_date": "2020-05-15T08:00:00+0000", "end_date": "2020-05-15T09:00:00+0000"} {
		if !values.Has(name) {
			values.Set(name, value)
		}
	}
	path := "/v3/" + rdssim.ProjectID + "/instances/" + instance + "/errorlog?" + values.Encode()
	return c.do(c.request("GET", path, "", "X-Auth-Token", token))
}

func TestErrorRows(t *testing.T) {
	t.Parallel()
	const all = syntaxRow + "," + clientsRow + "," + duplicateRow + "," + readyRow
	for query, want := range map[string]string{
		"":                              rowsAnswer(4, all),
		"level=ALL":                     rowsAnswer(4, all),
		"level=ERROR":                   rowsAnswer(2, syntaxRow, duplicateRow),
		"level=FATAL":                   rowsAnswer(1, clientsRow),
		"level=PANIC":                   rowsAnswer(0),
		"limit=1":                       rowsAnswer(4, syntaxRow),
		"limit=1&offset=4":              rowsAnswer(4, readyRow),
		"limit=3&offset=2":              rowsAnswer(4, readyRow),
		"limit=100&offset=2":            rowsAnswer(4),
		"offset=1073741824&limit=100":   rowsAnswer(4),
		"level=ERROR&limit=1&offset=2":  rowsAnswer(2, duplicateRow),
		"end_date=2020-05-15T08:04:33Z": `{"error_code":"DBS.01010023","error_msg":"The time must have the form yyyy-mm-ddThh:mm:ss+0000."}`,
		"start_date=2020-05-15T08:04:24%2B0000&end_date=2020-05-15T08:04:33%2B0000": rowsAnswer(2, clientsRow, duplicateRow),
		"start_date=2020-05-15T16:04:25%2B0800&end_date=2020-05-15T16:05:13%2B0800": rowsAnswer(1, clientsRow),
		"start_date=1990-01-01T00:00:00%2B0000":                                     rowsAnswer(4, all),
		"start_date=2020-05-15T08:05:15%2B0000":                                     rowsAnswer(0),
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t, rdssim.WithErrorLog(smallLog))
			status := 200
			if strings.HasPrefix(want, `{"error_code"`) {
				status = 400
			}
			wantAnswer(t, c.rows(c.login(), rdssim.InstanceHealthy, query), status, want)
		})
	}
}

func TestErrorRowsThatAreRefused(t *testing.T) {
	t.Parallel()
	const badTime = `{"error_code":"DBS.01010023","error_msg":"The time must have the form yyyy-mm-ddThh:mm:ss+0000."}`
	refused := func(why string) string { return `{"error_code":"DBS.280001","error_msg":"` + why + `"}` }
	c := newCloud(t)
	token := c.login()
	for query, want := range map[string]string{
		"level=error":                            refused("The parameter level is not known."),
		"level=DEBUG":                            refused("The parameter level is not known."),
		"limit=0":                                refused("The parameter limit is out of range."),
		"limit=101":                              refused("The parameter limit is out of range."),
		"limit=ten":                              refused("The parameter limit is out of range."),
		"offset=0":                               refused("The parameter offset is out of range."),
		"offset=-1":                              refused("The parameter offset is out of range."),
		"start_date=":                            refused("The start or the end of the time is missing."),
		"end_date=":                              refused("The start or the end of the time is missing."),
		"end_date=2020-05-15T07:59:59%2B0000":    refused("The end of the time is before its start."),
		"start_date=2020-05-15T08:00:00Z":        badTime,
		"start_date=2020-05-15T08:00:00%2B00:00": badTime,
		"start_date=2020-05-15T08:00:00+0000":    badTime, // "+" is a space in a query
		"end_date=1589529974":                    badTime,
	} {
		wantAnswer(t, c.rows(token, rdssim.InstanceHealthy, query), 400, want)
	}
	equal(t, "recorded requests", c.Count("rds.errorlog_rows"), 14)
}

func TestErrorRowsOfOtherInstances(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(smallLog))
	token := c.login()
	for instance, want := range map[string]struct {
		status int
		body   string
	}{
		rdssim.InstanceMissing:  {404, `{"error_code":"DBS.200602","error_msg":"The DB instance does not exist."}`},
		rdssim.InstanceMySQL:    {400, `{"error_code":"DBS.280343","error_msg":"The DB engine does not support this operation."}`},
		rdssim.InstanceCreating: {400, `{"error_code":"DBS.200086","error_msg":"The DB instance status does not allow this operation."}`},
		rdssim.InstanceFails:    {409, `{"error_code":"DBS.200316","error_msg":"The storage of the DB instance is full."}`},
		rdssim.InstanceBusy: {
			409,
			`{"error_code":"DBS.200011","error_msg":"The DB instance is being operated on. Another operation is in progress. Try again later."}`,
		},
		rdssim.InstanceEmpty:       {200, rowsAnswer(0)},
		rdssim.InstanceStuck:       {200, rowsAnswer(1, clientsRow)},
		rdssim.InstanceNoLink:      {200, rowsAnswer(1, clientsRow)},
		rdssim.InstancePartlyFails: {200, rowsAnswer(1, clientsRow)},
		rdssim.FleetInstance(7):    {200, rowsAnswer(1, clientsRow)},
	} {
		wantAnswer(t, c.rows(token, instance, "level=FATAL"), want.status, want.body)
	}
	c.clock.Advance(10 * time.Second)
	equal(t, "status after the busy time", c.rows(token, rdssim.InstanceBusy, "").status, 200)
	equal(t, "status without a token", c.rows("", rdssim.InstanceHealthy, "").status, 401)
}

// longLog has one event a second.
func longLog(events int) string {
	var text strings.Builder
	begin := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for n := range events {
		at := begin.Add(time.Duration(n) * time.Second).Format("2006-01-02 15:04:05.000")
		fmt.Fprintf(&text, "%s UTC:[local]:app@orders:[2]:ERROR:  event %d\n", at, n)
	}
	return text.String()
}

func TestOnlyTheLatestRowsCanBeRead(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(longLog(2001)))
	token := c.login()
	const page = "start_date=2020-05-15T00:00:00%2B0000&limit=100&offset="
	last := c.rows(token, rdssim.InstanceHealthy, page+"20").body
	if want := `"content":"event 1"}],"total_record":2000}`; !strings.HasSuffix(last, want) {
		t.Errorf("page 20: expected the end %s, got …%s", want, last[max(0, len(last)-80):])
	}
	equal(t, "page 21", c.rows(token, rdssim.InstanceHealthy, page+"21").body, rowsAnswer(2000))
}

func TestRowsOlderThanAMonthAreLeftOut(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(smallLog), rdssim.WithOriginalTimes())
	query := "start_date=2026-01-01T00:00:00%2B0000&end_date=2027-01-01T00:00:00%2B0000"
	readyAt := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		now  time.Time
		want string
	}{
		{readyAt.AddDate(0, 0, 31), `"total_record":4}`},
		{readyAt.AddDate(0, 0, 31).Add(time.Second), `"total_record":3}`},
	} {
		c.clock.Advance(test.now.Sub(c.clock.Now()))
		token := c.login()
		if got := c.rows(token, rdssim.InstanceHealthy, query).body; !strings.HasSuffix(got, test.want) {
			t.Errorf("at %s: expected the end %s, got %s", test.now, test.want, got)
		}
	}
}

func TestTimesOfALogStayForAMinute(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(smallLog))
	token := c.login()
	query := "level=FATAL&end_date=2020-05-15T10:00:00%2B0000"
	first := rowsAnswer(1, clientsRow)
	equal(t, "at first", c.rows(token, rdssim.InstanceHealthy, query).body, first)
	c.clock.Advance(time.Minute - 1)
	equal(t, "a minute later, almost", c.rows(token, rdssim.InstanceHealthy, query).body, first)
	c.clock.Advance(1)
	equal(t, "a minute later", c.rows(token, rdssim.InstanceHealthy, query).body, strings.Replace(first, "08:04:33", "08:05:33", 1))
	equal(t, "of an instance that was not asked for before", c.rows(token, rdssim.InstanceTwoFiles, query).body,
		strings.Replace(first, "08:04:33", "08:05:33", 1))
}

func TestRowsAndFilesAgree(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(smallLog), rdssim.WithExportDuration(30*time.Second))
	token := c.login()
	c.links(token, rdssim.InstanceHealthy)
	c.clock.Advance(30 * time.Second)
	file := c.get(*c.links(token, rdssim.InstanceHealthy).List[0].FileLink).body
	want := smallLog
	for from, to := range map[string]string{
		"2026-11-23 10:00:00.000": "2020-05-15 08:04:13.689", "2026-11-23 10:00:10.400": "2020-05-15 08:04:24.089",
		"2026-11-23 10:00:20.000": "2020-05-15 08:04:33.689", "2026-11-23 10:01:00.900": "2020-05-15 08:05:14.589",
	} {
		want = strings.ReplaceAll(want, from, to)
	}
	equal(t, "file", file, want)
	equal(t, "rows", c.rows(token, rdssim.InstanceHealthy, "").body, rowsAnswer(4, syntaxRow, clientsRow, duplicateRow, readyRow))
	c.clock.Advance(10 * time.Minute)
	equal(t, "the file later", c.get(*c.links(token, rdssim.InstanceHealthy).List[0].FileLink).body, want)
}
