// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const rowsSource = "rds_errorlog"

// A day in a log. The simulator moves the last event to 23:59:00, a minute before virtual time begins.
const dayLog = "2026-11-23 10:00:00.000 UTC::@:[1]:LOG:  database system is ready to accept connections\n" +
	"2026-11-23 11:50:00.400 UTC:10.1.2.3(4000):app@orders:[2]:ERROR:  duplicate key value violates unique constraint \"a_pkey\"\n" +
	"2026-11-23 11:50:00.400 UTC:10.1.2.3(4000):app@orders:[2]:DETAIL:  Key (id)=(4711) already exists.\n" +
	"2026-11-23 11:50:00.400 UTC:10.1.2.3(4000):app@orders:[2]:STATEMENT:  insert into a values (4711)\n" +
	"2026-11-23 11:55:00.000 UTC:[local]:[unknown]@[unknown]:[3]:FATAL:  sorry, too many clients already\n" +
	"2026-11-23 12:00:00.000 UTC:10.1.2.3(4000):app@orders:[2]:ERROR:  duplicate key value violates unique constraint \"a_pkey\"\n"

// readRows reads the data source, as a real Terraform calls it.
func readRows(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("%q", diags)
	}
	all := map[string]any{"instance_id": rdssim.InstanceHealthy}
	maps.Copy(all, arguments)
	return p.Read(t.Context(), rowsSource, all)
}

// queries returns the queries of all requests for rows, sorted.
func queries(c *rdstest.Cloud) []string {
	var all []string
	for _, r := range c.Requests() {
		if r.Kind == "rds.errorlog_rows" {
			all = append(all, strings.ReplaceAll(r.RawQuery, "%3A", ":"))
		}
	}
	slices.Sort(all)
	return all
}

func TestErrorLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithErrorLog(dayLog))
		o := readRows(t, c, nil)
		if len(o.Diagnostics) > 0 {
			t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
		}
		want := map[string]any{
			"instance_id": rdssim.InstanceHealthy, "instance_name": nil, "last": nil, "levels": nil, "allow_failure": nil, "failure": nil,
			"timeouts":   nil,
			"start_time": "1999-12-31T23:00:00Z", "end_time": "2000-01-01T00:00:00Z", "complete": true,
			"summary": []any{
				group("out_of_connections", "FATAL", 1, "1999-12-31T23:54:00Z", "1999-12-31T23:54:00Z", "sorry, too many clients already"),
				group("constraint", "ERROR", 2, "1999-12-31T23:49:00Z", "1999-12-31T23:59:00Z",
					`duplicate key value violates unique constraint "a_pkey"`),
			},
			"entries": []any{
				map[string]any{
					"time": "1999-12-31T23:49:00Z", "level": "ERROR", "content": "duplicate key value violates unique constraint \"a_pkey\"\n" +
						"DETAIL:  Key (id)=(4711) already exists.\nSTATEMENT:  insert into a values (4711)",
				},
				map[string]any{"time": "1999-12-31T23:54:00Z", "level": "FATAL", "content": "sorry, too many clients already"},
				map[string]any{
					"time": "1999-12-31T23:59:00Z", "level": "ERROR", "content": `duplicate key value violates unique constraint "a_pkey"`,
				},
			},
		}
		if diff := cmp.Diff(want, o.Values); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
		if got := slices.Sorted(slices.Values(c.Calls())); !slices.Equal(got, []string{
			"login 201", "rds.errorlog_rows 200", "rds.errorlog_rows 200", "rds.errorlog_rows 200",
		}) {
			t.Errorf("got the calls %q, want a login and one request a level", got)
		}
	})
}

// TestErrorLog_Window: what is asked for, and what the attributes then are.
func TestErrorLog_Window(t *testing.T) {
	const midnight, query = "2000-01-01T00:00:00Z", "end_date=%s%%2B0000&level=FATAL&limit=100&offset=1&start_date=%s%%2B0000"
	for name, c := range map[string]struct {
		arguments        map[string]any
		askFrom, askTo   string // in the request
		wantFrom, wantTo string // the attributes
	}{
		"last": {
			map[string]any{"last": "1s"}, "1999-12-31T23:59:59", "2000-01-01T00:00:00", "1999-12-31T23:59:59Z", midnight,
		},
		"the longest": {
			map[string]any{"last": "720h"}, "1999-12-02T00:00:00", "2000-01-01T00:00:00", "1999-12-02T00:00:00Z", midnight,
		},
		"start": {
			map[string]any{"start_time": "2000-01-01T00:30:00+01:00"},
			"1999-12-31T23:30:00", "2000-01-01T00:00:00",
			"2000-01-01T00:30:00+01:00", midnight,
		},
		"start and end": {
			map[string]any{"start_time": "1999-12-31T22:00:00Z", "end_time": "1999-12-31T22:30:00.5Z"},
			"1999-12-31T22:00:00", "1999-12-31T22:30:00", "1999-12-31T22:00:00Z", "1999-12-31T22:30:00.5Z",
		},
		"an end in the future": {
			map[string]any{"start_time": "1999-12-31T22:00:00Z", "end_time": "2000-01-02T00:00:00Z"},
			"1999-12-31T22:00:00", "2000-01-02T00:00:00", "1999-12-31T22:00:00Z", "2000-01-02T00:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				c.arguments["levels"] = []any{"FATAL"}
				o := readRows(t, cloud, c.arguments)
				if len(o.Diagnostics) > 0 {
					t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
				}
				if diff := cmp.Diff([]string{fmt.Sprintf(query, c.askTo, c.askFrom)}, queries(cloud)); diff != "" {
					t.Errorf("queries (-want +got):\n%s", diff)
				}
				if got := []any{o.Values["start_time"], o.Values["end_time"]}; !slices.Equal(got, []any{c.wantFrom, c.wantTo}) {
					t.Errorf("got the window %q, want %s and %s", got, c.wantFrom, c.wantTo)
				}
			})
		})
	}
}

// badWindows are arguments that are refused at one of them, before any request.
func badWindows() map[string]struct {
	arguments map[string]any
	at, text  string
} {
	const needsTime = " must be an RFC 3339 time with a zone, such as 2026-11-23T16:05:00Z or 2026-11-23T17:05:00+01:00, got: "
	const needsDuration = "Attribute last must be a duration from 1s to 720h (30 days), such as 30m or 24h, got: "
	return map[string]struct {
		arguments map[string]any
		at, text  string
	}{
		"last in days": {map[string]any{"last": "1d"}, "last", needsDuration + `"1d".`},
		"last without unit": {
			map[string]any{"last": "30"}, "last", needsDuration + `"30". The unit is missing: 30s are seconds, 30m are minutes.`,
		},
		"last negative": {map[string]any{"last": "-5m"}, "last", needsDuration + `"-5m".`},
		"last zero":     {map[string]any{"last": "0s"}, "last", needsDuration + `"0s".`},
		"last too long": {map[string]any{"last": "720h1s"}, "last", needsDuration + `"720h1s".`},
		"last empty":    {map[string]any{"last": ""}, "last", needsDuration + `"".`},
		"last and start": {
			map[string]any{"last": "1h", "start_time": "1999-12-31T23:00:00Z"}, "last", "Use either last or start_time and end_time.",
		},
		"last and end":     {map[string]any{"last": "1h", "end_time": "1999-12-31T23:00:00Z"}, "last", "but end_time is set too."},
		"end alone":        {map[string]any{"end_time": "1999-12-31T23:00:00Z"}, "end_time", "end_time needs start_time."},
		"start a date":     {map[string]any{"start_time": "1999-12-31"}, "start_time", "Attribute start_time" + needsTime + `"1999-12-31".`},
		"start no zone":    {map[string]any{"start_time": "1999-12-31T23:00:00"}, "start_time", "Attribute start_time" + needsTime},
		"start the API's":  {map[string]any{"start_time": "1999-12-31T23:00:00+0000"}, "start_time", "Attribute start_time" + needsTime},
		"start with space": {map[string]any{"start_time": "1999-12-31 23:00:00Z"}, "start_time", "Attribute start_time" + needsTime},
		"start 31st June":  {map[string]any{"start_time": "1999-11-31T23:00:00Z"}, "start_time", "Attribute start_time" + needsTime},
		"start empty":      {map[string]any{"start_time": ""}, "start_time", "Attribute start_time" + needsTime + `"".`},
		"start in future": {
			map[string]any{"start_time": "2000-01-01T00:00:01Z"},
			"start_time",
			`Attribute start_time must not be in the future, got: "2000-01-01T00:00:01Z". It is 2000-01-01T00:00:00Z now.`,
		},
		"start too old": {
			map[string]any{"start_time": "1999-11-30T23:59:59Z", "end_time": "1999-12-01T00:00:00Z"},
			"start_time",
			`Attribute start_time must not be more than 31 days ago, got: "1999-11-30T23:59:59Z".`,
		},
		"end no time": {
			map[string]any{"start_time": "1999-12-31T23:00:00Z", "end_time": "now"}, "end_time", "Attribute end_time" + needsTime + `"now".`,
		},
		"end before start": {
			map[string]any{"start_time": "1999-12-31T23:00:00Z", "end_time": "1999-12-31T22:59:59Z"},
			"end_time",
			`Attribute end_time must not be before start_time, 1999-12-31T23:00:00Z, got: "1999-12-31T22:59:59Z".`,
		},
		"too long": {
			map[string]any{"start_time": "1999-12-01T23:59:59Z"},
			"start_time",
			`Attribute start_time must be at most 30 days before the end, 2000-01-01T00:00:00Z, got: "1999-12-01T23:59:59Z".`,
		},
		"last with a blank":  {map[string]any{"last": " 30m"}, "last", `got: " 30m".`},
		"last in colour":     {map[string]any{"last": "\x1b[31m30m"}, "last", `got: "\x1b[31m30m".`},
		"start with a blank": {map[string]any{"start_time": "1999-12-31T23:00:00Z "}, "start_time", `got: "1999-12-31T23:00:00Z ".`},
		"level with a blank": {map[string]any{"levels": []any{" ERROR"}}, "levels", `got: " ERROR".`},
		"level unknown":      {map[string]any{"levels": []any{"ERROR", "DEBUG"}}, "levels", "got: \"DEBUG\"."},
		"level lower case": {
			map[string]any{"levels": []any{"error"}},
			"levels",
			`Attribute levels must hold only ALL, INFO, LOG, WARNING, ERROR, FATAL, PANIC, NOTE, got: "error".`,
		},
		"level null": {map[string]any{"levels": []any{nil}}, "levels", "got: \"\"."},
		"no level": {
			map[string]any{"levels": []any{}}, "levels", "Attribute levels must have at least one level. Leave it out for the default.",
		},
		"bad instance": {map[string]any{"instance_id": "a/b"}, "instance_id", "Attribute instance_id must hold 1 to 64 letters"},
	}
}

// TestErrorLog_BadInput: an error at its argument, while Terraform validates and, if values were unknown then, at the read.
func TestErrorLog_BadInput(t *testing.T) {
	for name, c := range badWindows() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				want := "(" + c.at + ")\n"
				o := readRows(t, cloud, c.arguments)
				onlyDiagnostic(t, o.Diagnostics, "Error: Invalid Attribute ", "", want, c.text)
				all := map[string]any{"instance_id": rdssim.InstanceHealthy}
				maps.Copy(all, c.arguments)
				o = cloud.Protocol(t).Open(t.Context(), rowsSource, all)
				onlyDiagnostic(t, o.Diagnostics, "Error: Invalid Attribute ", "", want, c.text)
				if c.at != "instance_id" { // Terraform validates it again
					o = cloud.Protocol(t).ReadLate(t.Context(), rowsSource, all)
					onlyDiagnostic(t, o.Diagnostics, "Error: Invalid Attribute ", "", want, c.text)
				}
				if calls := cloud.Calls(); len(calls) > 0 {
					t.Errorf("got the requests %q, want none", calls)
				}
			})
		})
	}
}

// TestErrorLog_UnknownValues: what is not known yet is no error.
func TestErrorLog_UnknownValues(t *testing.T) {
	for name, arguments := range map[string]map[string]any{
		"last":                        {"last": rdstest.Unknown{}},
		"start":                       {"start_time": rdstest.Unknown{}, "end_time": "1999-12-31T23:00:00Z"},
		"end":                         {"start_time": "1999-12-31T23:00:00Z", "end_time": rdstest.Unknown{}},
		"all of a module's variables": {"last": rdstest.Unknown{}, "start_time": rdstest.Unknown{}, "end_time": rdstest.Unknown{}},
		"last, with a start":          {"last": rdstest.Unknown{}, "start_time": "1999-12-31T23:00:00Z"},
		"start, with last":            {"last": "1h", "start_time": rdstest.Unknown{}, "end_time": rdstest.Unknown{}},
		"only the end":                {"end_time": rdstest.Unknown{}},
		"levels":                      {"levels": rdstest.Unknown{}},
		"level":                       {"levels": []any{"ERROR", rdstest.Unknown{}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := map[string]any{"instance_id": rdssim.InstanceHealthy}
				maps.Copy(all, arguments)
				diags := rdstest.New(t).Protocol(t).Validate(t.Context(), rowsSource, all)
				if len(diags) > 0 {
					t.Errorf("got %q, want no diagnostics", diags)
				}
			})
		})
	}
}

// TestErrorLog_LongStatements: a page can have a hundred rows with statements of many kilobytes each.
func TestErrorLog_LongStatements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		statement := strings.Repeat("x", 100<<10)
		c := rdstest.New(t, rdssim.WithErrorLog(strings.Repeat(
			"2026-11-23 12:00:00.000 UTC:[local]:a@b:[1]:ERROR:  deadlock detected\n"+
				"2026-11-23 12:00:00.000 UTC:[local]:a@b:[1]:STATEMENT:  "+statement+"\n", 60)))
		o := readRows(t, c, nil)
		if len(o.Diagnostics) > 0 {
			t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
		}
		want := []any{group("deadlock", "ERROR", 60, "1999-12-31T23:59:00Z", "1999-12-31T23:59:00Z", "deadlock detected")}
		if diff := cmp.Diff(any(want), o.Values["summary"]); diff != "" {
			t.Errorf("summary (-want +got):\n%s", diff)
		}
		entries, _ := o.Values["entries"].([]any)
		for _, e := range entries {
			entry, _ := e.(map[string]any)
			if entry["content"] != "deadlock detected\nSTATEMENT:  "+statement {
				t.Fatalf("got %.100q, want the whole text", entry["content"])
			}
		}
	})
}

// TestErrorLog_Incomplete: more rows than the API gives.
func TestErrorLog_Incomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := readRows(t, rdstest.New(t, rdssim.WithErrorLog(manyErrors(2500))), nil)
		onlyDiagnostic(t, o.Diagnostics, "Warning: Error log is not complete\n\nThe API returns only the newest 2,000 rows of a level. "+
			"Of DB instance "+rdssim.InstanceHealthy+" these rows are there:\n\n  ERROR: from 1999-12-31T23:25:41Z on\n\n",
			"Ask for a shorter time, or read the whole log with rds_errorlog_download.")
		if o.Values["complete"] != false {
			t.Errorf("got complete %v, want false", o.Values["complete"])
		}
		entries, _ := o.Values["entries"].([]any)
		if len(entries) != 2000 {
			t.Errorf("got %d entries, want 2000", len(entries))
		}
		want := []any{group("deadlock", "ERROR", 2000, "1999-12-31T23:25:41Z", "1999-12-31T23:59:00Z", "deadlock detected")}
		if diff := cmp.Diff(any(want), o.Values["summary"]); diff != "" {
			t.Errorf("summary (-want +got):\n%s", diff)
		}
	})
}

// TestErrorLog_Incidents: with all levels, each incident's cause comes first.
func TestErrorLog_Incidents(t *testing.T) {
	for name, class := range incidents {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := readRows(t, rdstest.New(t, rdssim.WithIncident(name)), map[string]any{"levels": []any{"ALL"}})
				summary, _ := o.Values["summary"].([]any)
				if len(summary) == 0 {
					t.Fatalf("got no groups and %q, want some", o.Diagnostics)
				}
				first, _ := summary[0].(map[string]any)
				if first["class"] != class {
					t.Errorf("got the class %q first, want %q", first["class"], class)
				}
				fromFile, _ := call(t, incidentLog(t, name))
				if files, _ := fromFile.([]any); len(files) != len(summary) {
					t.Errorf("got %d groups from rows, want %d, as from the file", len(summary), len(files))
				}
			})
		})
	}
}

// TestErrorLog_Refusals: what the API refuses is an error at once, or a warning with allow_failure.
func TestErrorLog_Refusals(t *testing.T) {
	const unable = "Error: Unable to read error log"
	for name, c := range map[string]struct {
		id     string
		faults []rdssim.Fault
		begin  string
		parts  []string
	}{
		"missing": {
			rdssim.InstanceMissing, nil,
			unable + " (instance_id)\n\nRDS refused to read the error log of DB instance " + rdssim.InstanceMissing, nil,
		},
		"MySQL": {rdssim.InstanceMySQL, nil, unable + " (instance_id)\n\n", []string{"This instance is not RDS for PostgreSQL."}},
		"full":  {rdssim.InstanceFails, nil, unable + "\n\n", []string{"The instance's storage is full."}},
		"no permission": {
			rdssim.InstanceHealthy, at("rds.errorlog_rows", forEver, rdssim.APIError(403, "DBS.200604", "no")), unable + "\n\n",
			[]string{"The user needs the permission rds:log:list in this project."},
		},
		"token": {
			rdssim.InstanceHealthy, at("rds.errorlog_rows", forEver, rdssim.APIError(401, "APIGW.0301", "no")), unable + "\n\n",
			[]string{"IAM accepted the credential but RDS did not"},
		},
		"login": {rdssim.InstanceHealthy, at("login", forEver, rdssim.IAMError(401, "wrong")), "Error: Unable to log in", nil},
		"busy that lasts": {
			rdssim.InstanceHealthy, at("rds.errorlog_rows", forEver, rdssim.APIError(409, "DBS.200011", "busy")),
			unable + "\n\nRDS gave no usable answer to the request to read the error log of DB instance " + rdssim.InstanceHealthy +
				" in 2 min and ",
			[]string{"Wait until that operation has finished", "or raise timeouts.read to wait longer."},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range c.faults {
					cloud.Inject(fault)
				}
				o := readRows(t, cloud, map[string]any{"instance_id": c.id})
				onlyDiagnostic(t, o.Diagnostics, c.begin, "", c.parts...)
			})
		})
	}
}

// TestErrorLog_AllowFailure: a fleet's sick instance has empty lists and the reason.
func TestErrorLog_AllowFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := readRows(t, rdstest.New(t), map[string]any{"instance_id": rdssim.InstanceMissing, "allow_failure": true})
		onlyDiagnostic(t, o.Diagnostics, "Warning: Unable to read error log", "\n\nThis is a warning because allow_failure is true.")
		failure, _ := o.Values["failure"].(map[string]any)
		if failure["code"] != "DBS.200602" {
			t.Errorf("got the code %v, want DBS.200602", failure["code"])
		}
		want := map[string]any{"summary": []any{}, "entries": []any{}, "complete": false}
		got := map[string]any{"summary": o.Values["summary"], "entries": o.Values["entries"], "complete": o.Values["complete"]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("other attributes (-want +got):\n%s", diff)
		}
	})
}

// TestErrorLog_Passing: faults that pass only take time.
func TestErrorLog_Passing(t *testing.T) {
	for name, fault := range map[string]rdssim.Fault{
		"busy":   {Times: 3, Handler: rdssim.APIError(409, "DBS.200011", "busy")},
		"429":    {Times: 2, Handler: rdssim.APIError(429, "APIGW.0308", "slow down")},
		"503":    {Times: 2, Handler: rdssim.HTMLPage(503)},
		"broken": {Times: 1, Handler: rdssim.HalfBody()},
		"page":   {Times: 1, Handler: rdssim.HTMLPage(200)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithErrorLog(dayLog))
				fault.Kind = "rds.errorlog_rows"
				cloud.Inject(fault)
				o := readRows(t, cloud, nil)
				if len(o.Diagnostics) > 0 {
					t.Errorf("got %q, want no diagnostics", o.Diagnostics)
				}
				if summary, _ := o.Values["summary"].([]any); len(summary) != 2 {
					t.Errorf("got %v, want two groups", o.Values["summary"])
				}
			})
		})
	}
}

// TestErrorLog_Terraform: the content is sensitive, the summary is not.
func TestErrorLog_Terraform(t *testing.T) {
	c := rdstest.NewWithClock(t, rdssim.WithErrorLog(dayLog))
	const address = "data.rds_errorlog.orders"
	is := func(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue(address, path, check)
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps: []resource.TestStep{
			{
				Config:      rowsOf("data") + `output "rows" { value = data.rds_errorlog.orders.entries }`,
				ExpectError: wrapped("Output refers to sensitive values"),
			},
			{Config: rowsOf("data", `last = "1d"`), ExpectError: wrapped("Attribute last must be a duration from 1s to 720h (30 days)")},
			{Config: rowsOf("data", `timeouts { reed = "1m" }`), ExpectError: wrapped(`An argument named "reed" is not expected here.`)},
			{Config: rowsOf("data", `timeouts { read = "0s" }`), ExpectError: wrapped("Attribute timeouts.read must be a positive duration")},
			{
				Config: rowsOf("data", `last = "30m"`) + `output "what" { value = data.rds_errorlog.orders.summary[0].class }`,
				ConfigStateChecks: []statecheck.StateCheck{
					is(tfjsonpath.New("end_time"), knownvalue.StringExact("2026-11-23T03:00:00Z")),
					is(tfjsonpath.New("start_time"), knownvalue.StringExact("2026-11-23T02:30:00Z")),
					is(tfjsonpath.New("entries"), knownvalue.ListSizeExact(3)),
					statecheck.ExpectSensitiveValue(address, tfjsonpath.New("entries").AtSliceIndex(0).AtMapKey("content")),
					statecheck.ExpectKnownOutputValue("what", knownvalue.StringExact("out_of_connections")),
				},
			},
			{Config: rowsOf("data", `start_time = "2026-11-23T04:00:00+01:00"`), ConfigStateChecks: []statecheck.StateCheck{
				is(tfjsonpath.New("start_time"), knownvalue.StringExact("2026-11-23T04:00:00+01:00")),
				is(tfjsonpath.New("summary"), knownvalue.ListSizeExact(0)),
			}},
		},
	})
}

func rowsOf(kind string, more ...string) string {
	return fmt.Sprintf("%s \"rds_errorlog\" \"orders\" {\n  instance_id = %q\n  %s\n}\n",
		kind, rdssim.InstanceHealthy, strings.Join(more, "\n  "))
}

// TestErrorLog_Ephemeral: the same values, through the echo provider.
func TestErrorLog_Ephemeral(t *testing.T) {
	c := rdstest.NewWithClock(t, rdssim.WithErrorLog(dayLog))
	factories := c.Factories()
	factories["echo"] = echoprovider.NewProviderServer()
	data := func(name string) tfjsonpath.Path { return tfjsonpath.New("data").AtMapKey(name) }
	echoed := func(path tfjsonpath.Path, check knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("echo.log", path, check)
	}
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   needsEphemerals,
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{{
			Config: rowsOf("ephemeral", `levels = ["FATAL", "LOG"]`, `last = "3h"`, `timeouts { open = "1m" }`) + `
				provider "echo" { data = ephemeral.rds_errorlog.orders }
				resource "echo" "log" {}`,
			ConfigStateChecks: []statecheck.StateCheck{
				echoed(data("complete"), knownvalue.Bool(true)),
				echoed(data("entries"), knownvalue.ListSizeExact(2)),
				echoed(data("summary").AtSliceIndex(0).AtMapKey("class"), knownvalue.StringExact("out_of_connections")),
				echoed(data("summary").AtSliceIndex(1).AtMapKey("class"), knownvalue.StringExact("restart")),
				echoed(data("start_time"), knownvalue.StringExact("2026-11-23T00:00:00Z")),
			},
		}},
	})
}

// TestErrorLog_EphemeralStoresNothing: neither plan nor state holds a row or a group.
func TestErrorLog_EphemeralStoresNothing(t *testing.T) {
	rdstest.NeedEphemerals(t)
	c := rdstest.NewCLI(t, nil, rdssim.WithErrorLog(dayLog))
	c.Write(t, "main.tf", requirement+rowsOf("ephemeral")+`
resource "terraform_data" "one" {
  provisioner "local-exec" {
    command     = "printf '%s' \"$CLASS\" > class"
    environment = { CLASS = ephemeral.rds_errorlog.orders.summary[0].class }
  }
}
`)
	apply(t, c)
	files := content(t, c.Dir)
	if files["class"] != "out_of_connections" {
		t.Errorf("got the class %q in the provisioner, want out_of_connections", files["class"])
	}
	for _, text := range []string{"4711", "too many clients", "out_of_connections"} {
		if strings.Contains(files["terraform.tfstate"], text) {
			t.Errorf("got %q in the state, want nothing of the log", text)
		}
	}
}

// open opens the ephemeral resource.
func open(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	all := map[string]any{"instance_id": rdssim.InstanceHealthy}
	maps.Copy(all, arguments)
	return p.Open(t.Context(), rowsSource, all)
}

func TestErrorLog_EphemeralIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := open(t, rdstest.New(t, rdssim.WithErrorLog(manyErrors(2500))), nil)
		onlyDiagnostic(t, o.Diagnostics, "Warning: Error log is not complete\n\n", "", "ERROR: from 1999-12-31T23:25:41Z on")
		if o.Values["complete"] != false {
			t.Errorf("got complete %v, want false", o.Values["complete"])
		}
	})
}

func TestErrorLog_EphemeralErrors(t *testing.T) {
	for name, c := range map[string]struct {
		arguments map[string]any
		faults    []rdssim.Fault
		part      string
	}{
		"missing": {map[string]any{"instance_id": rdssim.InstanceMissing}, nil, "Check the ID first"},
		"permission": {
			nil, at("rds.errorlog_rows", forEver, rdssim.APIError(403, "DBS.200604", "no")), "needs the permission rds:log:list",
		},
		"never": {
			map[string]any{"timeouts": map[string]any{"open": "30s"}},
			at("rds.errorlog_rows", forEver, rdssim.Hang()),
			"or raise timeouts.open to wait longer.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range c.faults {
					cloud.Inject(fault)
				}
				onlyDiagnostic(t, open(t, cloud, c.arguments).Diagnostics, "Error: Unable to read error log", "", c.part)
			})
		})
	}
}

// TestErrorLog_Interrupted: Ctrl-C ends the read at once.
func TestErrorLog_Interrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fault{
			interrupt: 9 * time.Second, faults: at("rds.errorlog_rows", forEver, rdssim.Hang()), reads: rowsSource,
		}
		start := time.Now()
		onlyDiagnostic(t, f.run(t).texts, "Error: Unable to read error log\n\nInterrupted after 9 s", "")
		expectDuration(t, start, 9*time.Second)
	})
}
