// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The questions about rows of the error log, the list of instances and the slow query log.

// fields are a JSON object as it came.
type fields = map[string]any

// zoned is how RDS takes times: with an offset, without a colon.
const zoned = "2006-01-02T15:04:05-0700"

// read asks RDS and decodes a good answer.
func (c *cloud) read(ctx context.Context, method, address, body string) (fields, error) {
	e, err := c.send(ctx, call{client: c.session, method: method, url: address, body: body})
	if err != nil {
		return nil, err
	}
	if e.status != http.StatusOK {
		return nil, fmt.Errorf("the cloud answered %s", e)
	}
	var answer fields
	if json.Unmarshal(e.body, &answer) != nil {
		return nil, fmt.Errorf("the answer is not a JSON object")
	}
	return answer, nil
}

// objects returns a list of an answer.
func objects(answer fields, name string) []fields {
	list, _ := answer[name].([]any)
	var all []fields
	for _, entry := range list {
		if o, ok := entry.(fields); ok {
			all = append(all, o)
		}
	}
	return all
}

// rowsURL asks for the rows of a day. more overrides parameters.
func (c *cloud) rowsURL(more ...string) string {
	now := time.Now().UTC()
	query := url.Values{"start_date": {now.Add(-24 * time.Hour).Format(zoned)}, "end_date": {now.Format(zoned)}, "limit": {"100"}}
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "errorlog") + "?" + query.Encode()
}

func (c *cloud) rows(ctx context.Context, more ...string) ([]fields, string, error) {
	answer, err := c.read(ctx, http.MethodGet, c.rowsURL(more...), "")
	return objects(answer, "error_log_list"), fmt.Sprint(answer["total_record"]), err
}

func askRowPages(ctx context.Context, c *cloud) finding {
	first, total, err := c.rows(ctx, "limit", "2")
	if err != nil {
		return cannot("%v", err)
	}
	second, _, err := c.rows(ctx, "limit", "1", "offset", "2")
	if err != nil {
		return cannot("%v", err)
	}
	if len(first) < 2 {
		return cannot("there are fewer than two rows in the last 24 hours")
	}
	if len(second) != 1 || fmt.Sprint(second[0]) != fmt.Sprint(first[1]) {
		return no("of %s rows, the second page of one row is not the second row of the first page", total)
	}
	return yes("of %s rows, the second page of one row is the second row of the first page", total)
}

func askRowOrder(ctx context.Context, c *cloud) finding {
	rows, total, err := c.rows(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	beyond, same, err := c.rows(ctx, "offset", "1000")
	if err != nil {
		return cannot("%v", err)
	}
	newestFirst := slices.IsSortedFunc(rows, func(a, b fields) int { return strings.Compare(fmt.Sprint(b["time"]), fmt.Sprint(a["time"])) })
	const text = "%d rows, newest first: %t; page 1000 has %d rows and total_record %s, the first page %s"
	if !newestFirst || len(beyond) > 0 || same != total {
		return no(text, len(rows), newestFirst, len(beyond), same, total)
	}
	return yes(text, len(rows), newestFirst, len(beyond), same, total)
}

func askRowTotal(ctx context.Context, c *cloud) finding {
	_, text, err := c.rows(ctx, "level", "ALL")
	if err != nil {
		return cannot("%v", err)
	}
	if total, err := strconv.ParseFloat(text, 64); err != nil || total > 2000 {
		return no("total_record is %s", text)
	}
	f := yes("total_record is %s", text)
	f.leaves("more than 2,000 rows were not seen")
	return f
}

func askRowLevels(ctx context.Context, c *cloud) finding {
	rows, _, err := c.rows(ctx, "level", "ERROR")
	if err != nil {
		return cannot("%v", err)
	}
	if len(rows) == 0 {
		return cannot("there is no row of level ERROR in the last 24 hours")
	}
	for _, row := range rows {
		if row["level"] != "ERROR" {
			return no("asked for ERROR, got a row of level %v", row["level"])
		}
	}
	return yes("%d rows, all of level ERROR", len(rows))
}

// refusedRows expects that rows are refused with 400 and a code.
func refusedRows(code string, more ...string) func(context.Context, *cloud) finding {
	return func(ctx context.Context, c *cloud) finding {
		return c.refusedWith(ctx, http.StatusBadRequest, code, call{client: c.session, method: http.MethodGet, url: c.rowsURL(more...)})
	}
}

func askOldRows(ctx context.Context, c *cloud) finding {
	if _, _, err := c.rows(ctx); err != nil {
		return cannot("%v", err)
	}
	_, total, err := c.rows(ctx, "start_date", time.Now().UTC().AddDate(0, 0, -60).Format(zoned))
	if err != nil {
		return no("from 60 days ago on: %v", err)
	}
	f := yes("from 60 days ago on: 200, total_record %s", total)
	f.leaves("whether older rows are left out was not seen")
	return f
}

func askRowForm(ctx context.Context, c *cloud) finding {
	rows, _, err := c.rows(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	if len(rows) == 0 {
		return cannot("there is no row in the last 24 hours")
	}
	prefix := regexp.MustCompile(`(DEBUG\d|INFO|NOTICE|LOG|WARNING|ERROR|FATAL|PANIC):  `)
	parts := 0
	for _, row := range rows {
		content, at := fmt.Sprint(row["content"]), fmt.Sprint(row["time"])
		head, rest, _ := strings.Cut(content, "\n")
		if prefix.MatchString(head) {
			return no("a content begins with a prefix: it has a level before the message")
		}
		if _, err := time.Parse("2006-01-02T15:04:05", at); err != nil {
			return no("a time is %q", at)
		}
		if rest != "" {
			parts++
		}
	}
	return yes("%d rows without a prefix, %d of them with further lines; times such as %v", len(rows), parts, rows[0]["time"])
}

func (c *cloud) instances(ctx context.Context, pairs ...string) ([]fields, string, error) {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		query.Set(pairs[i], pairs[i+1])
	}
	answer, err := c.read(ctx, http.MethodGet, c.rds(c.endpoint.ProjectID, "instances")+"?"+query.Encode(), "")
	return objects(answer, "instances"), fmt.Sprint(answer["total_count"]), err
}

func askInstancePages(ctx context.Context, c *cloud) finding {
	two, total, err := c.instances(ctx, "limit", "2")
	if err != nil {
		return cannot("%v", err)
	}
	second, same, err := c.instances(ctx, "limit", "1", "offset", "1")
	if err != nil {
		return cannot("%v", err)
	}
	if len(two) < 2 {
		return cannot("there are fewer than two instances")
	}
	if len(second) != 1 || second[0]["id"] != two[1]["id"] || same != total {
		return no("offset 1 is not the second instance, or total_count %s became %s", total, same)
	}
	return yes("offset 1 is the second of %s instances", total)
}

func askNameFilter(ctx context.Context, c *cloud) finding {
	own, _, err := c.instances(ctx, "id", c.settings.instanceID)
	if err != nil {
		return cannot("%v", err)
	}
	if len(own) != 1 {
		return cannot("the filter id gave %d instances", len(own))
	}
	name := fmt.Sprint(own[0]["name"])
	if len(name) < 3 {
		return cannot("the instance's name is too short for a part of it")
	}
	for _, part := range []string{name[1:], "*" + name[1:]} {
		found, _, err := c.instances(ctx, "name", part)
		if err != nil {
			return cannot("%v", err)
		}
		if !slices.ContainsFunc(found, func(o fields) bool { return o["name"] == name }) {
			return no("the filter name with a part of the name, * before it: %t, does not find the instance", part[0] == '*')
		}
	}
	return yes("the filter name finds the instance by a part of its name, with and without *")
}

func askNoMatch(ctx context.Context, c *cloud) finding {
	found, total, err := c.instances(ctx, "name", "no-instance-has-this-name-0")
	if err != nil {
		return no("a name that no instance has: %v", err)
	}
	if len(found) != 0 {
		return no("a name that no instance has gave %d instances", len(found))
	}
	lower, _, err := c.instances(ctx, "datastore_type", "postgresql")
	if err == nil && len(lower) > 0 {
		return no("datastore_type=postgresql gave %d instances", len(lower))
	}
	return yes("a name that no instance has: 200, total_count %s; datastore_type=postgresql finds none", total)
}

func askReplicas(ctx context.Context, c *cloud) finding {
	all, _, err := c.instances(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	for _, o := range all {
		if o["type"] != "Replica" {
			continue
		}
		if !slices.ContainsFunc(objects(o, "related_instance"), func(r fields) bool { return r["type"] == "replica_of" }) {
			return no("a read replica has no replica_of")
		}
		return yes("a read replica has its primary as replica_of")
	}
	return cannot("the project has no read replica on its first page")
}

func askCreating(ctx context.Context, c *cloud) finding {
	all, _, err := c.instances(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	for _, o := range all {
		if o["status"] != "BUILD" {
			continue
		}
		if o["created"] != "" {
			return no("an instance in status BUILD has created %v", o["created"])
		}
		return yes("an instance in status BUILD has an empty created and the addresses %v", o["private_ips"])
	}
	return cannot("no instance is being created")
}

func askSlowExport(ctx context.Context, c *cloud) finding {
	address := c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "slowlog-download")
	answer, err := c.read(ctx, http.MethodPost, address, "{}")
	if err != nil {
		return cannot("%v", err)
	}
	for _, entry := range objects(answer, "list") {
		if entry["update_at"] != nil {
			return no("an entry has update_at")
		}
	}
	f := yes("status %v, %d entries without update_at", answer["status"], len(objects(answer, "list")))
	f.leaves("the end of the export was not waited for")
	return f
}

func askSlowNames(ctx context.Context, c *cloud) finding {
	address := c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "slowlog-download")
	answer, err := c.read(ctx, http.MethodPost, address, "{}")
	if err != nil {
		return cannot("%v", err)
	}
	list := objects(answer, "list")
	if len(list) == 0 {
		return cannot("the first answers list no file")
	}
	if name := fmt.Sprint(list[0]["file_name"]); !strings.Contains(name, "_slowlog_download_") {
		return no("a file's name is %s", name)
	}
	f := yes("a file's name is %v", list[0]["file_name"])
	f.leaves("the file was not read")
	return f
}

func (c *cloud) statisticsCall(more fields) call {
	now := time.Now().UTC()
	body := fields{"start_time": now.Add(-24 * time.Hour).Format(zoned), "end_time": now.Format(zoned), "limit": 100}
	for name, value := range more {
		body[name] = value
	}
	text, _ := json.Marshal(body) // never fails: texts and numbers
	address := c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "slow-logs", "statistics")
	return call{client: c.session, method: http.MethodPost, url: strings.Replace(address, "/v3/", "/v3.1/", 1), body: string(text)}
}

func (c *cloud) statistics(ctx context.Context, more fields) ([]fields, error) {
	what := c.statisticsCall(more)
	answer, err := c.read(ctx, what.method, what.url, what.body)
	return objects(answer, "slow_log_list"), err
}

func askStatisticsPages(ctx context.Context, c *cloud) finding {
	all, err := c.statistics(ctx, nil)
	if err != nil {
		return cannot("%v", err)
	}
	if len(all) < 2 {
		return cannot("there are fewer than two slow statements in the last 24 hours")
	}
	second, err := c.statistics(ctx, fields{"offset": 1, "limit": 1})
	if err != nil {
		return cannot("%v", err)
	}
	if len(second) != 1 || fmt.Sprint(second[0]) != fmt.Sprint(all[1]) {
		return no("offset 1 is not the second of %d statements", len(all))
	}
	f := yes("offset 1 is the second of %d statements", len(all))
	f.leaves("sort and order were not tried")
	return f
}

func askStatisticsForm(ctx context.Context, c *cloud) finding {
	all, err := c.statistics(ctx, nil)
	if err != nil {
		return cannot("%v", err)
	}
	if len(all) == 0 {
		return cannot("there is no slow statement in the last 24 hours")
	}
	count, average := fmt.Sprint(all[0]["count"]), fmt.Sprint(all[0]["time"])
	if !regexp.MustCompile(`^\d+ \(\d+\.\d\d%\)$`).MatchString(count) || !regexp.MustCompile(`^\d+\.\d+ s$`).MatchString(average) {
		return no("count is %q and time %q", count, average)
	}
	return yes("count is %q and time %q; lock_time is there: %t", count, average, all[0]["lock_time"] != nil)
}

func askStatisticsGroups(ctx context.Context, c *cloud) finding {
	all, err := c.statistics(ctx, nil)
	if err != nil {
		return cannot("%v", err)
	}
	if len(all) == 0 {
		return cannot("there is no slow statement in the last 24 hours")
	}
	for _, o := range all {
		if client := fmt.Sprint(o["client_ip"]); !strings.Contains(client, "*") {
			return no("the address of a client is not masked")
		}
	}
	return yes("the addresses of %d statements' clients are masked", len(all))
}

func askBadStatistics(ctx context.Context, c *cloud) finding {
	return c.refusedWith(ctx, http.StatusBadRequest, "DBS.280001", c.statisticsCall(fields{"type": "NOPE"}))
}
