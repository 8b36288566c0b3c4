// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const slowSource = "rds_slowlog"

// A day in a slow query log. The simulator moves the last event to 23:59:00, a minute before virtual time begins.
const slowDay = "2026-11-23 10:00:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 17\n" +
	"2026-11-23 11:30:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 17\n" +
	"2026-11-23 11:40:00.000 UTC:10.20.0.11(4001):app@shop:[2]:LOG:  duration: 3000.360 ms  statement: " +
	"SELECT card_number FROM patient WHERE id = 18\n" +
	"2026-11-23 12:00:00.000 UTC:[local]:batch@warehouse:[4]:LOG:  duration: 9000.000 ms  statement: VACUUM\n"

var (
	slowSelect = map[string]any{
		"statement": "SELECT card_number FROM patient WHERE id = N", "count": int64(2), "share": 66.67, "average_time": 3.00018,
		"database": "shop", "user": "app", "client": "10.*.*.11", "type": "SELECT",
	}
	slowVacuum = map[string]any{
		"statement": "VACUUM", "count": int64(1), "share": 33.33, "average_time": int64(9),
		"database": "warehouse", "user": "batch", "client": "[local]", "type": "VACUUM",
	}
)

// readSlow reads the data source, of a healthy instance by default.
func readSlow(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	return p.Read(t.Context(), slowSource, slowArguments(arguments))
}

func slowArguments(more map[string]any) map[string]any {
	all := map[string]any{"instance_id": rdssim.InstanceHealthy}
	for name, value := range more {
		all[name] = value
	}
	return all
}

// slowRequests returns what the requests asked for, without the times.
func slowRequests(t *testing.T, c *rdstest.Cloud) []string {
	t.Helper()
	var all []string
	for _, r := range c.Requests() {
		if r.Kind != "rds.slowlog_statistics" {
			continue
		}
		var body map[string]any
		if err := json.Unmarshal(r.Body, &body); err != nil {
			t.Fatal(err)
		}
		delete(body, "start_time")
		delete(body, "end_time")
		all = append(all, fmt.Sprint(body))
	}
	return all
}

func TestSlowLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithSlowLog(slowDay))
		o := readSlow(t, c, nil)
		if len(o.Diagnostics) > 0 {
			t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
		}
		want := map[string]any{
			"instance_id": rdssim.InstanceHealthy, "instance_name": nil, "last": nil, "sort_by": nil, "limit": nil, "database": nil,
			"allow_failure": nil, "failure": nil, "timeouts": nil,
			"start_time": "1999-12-31T23:00:00Z", "end_time": "2000-01-01T00:00:00Z",
			"statements": []any{slowSelect, slowVacuum}, "total": int64(2),
		}
		if diff := cmp.Diff(want, o.Values); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"login 201", "rds.slowlog_statistics 200"}, c.Calls()); diff != "" {
			t.Errorf("calls (-want +got):\n%s", diff)
		}
	})
}

// TestSlowLog_Arguments: each argument reaches the API and changes the answer.
func TestSlowLog_Arguments(t *testing.T) {
	whole := func(s map[string]any) map[string]any {
		changed := map[string]any{}
		for name, value := range s {
			changed[name] = value
		}
		changed["share"] = int64(100)
		return changed
	}
	for name, c := range map[string]struct {
		arguments map[string]any
		request   string
		want      []any
		total     int64
	}{
		"by count": {map[string]any{"sort_by": "count"}, "map[limit:20 offset:0 order:desc]", []any{slowSelect, slowVacuum}, 2},
		"by time": {
			map[string]any{"sort_by": "time"},
			"map[limit:20 offset:0 order:desc sort:executeTime]",
			[]any{slowVacuum, slowSelect},
			2,
		},
		"one":         {map[string]any{"limit": 1}, "map[limit:1 offset:0 order:desc]", []any{slowSelect}, 2},
		"a database":  {map[string]any{"database": "shop"}, "map[database:shop limit:20 offset:0 order:desc]", []any{whole(slowSelect)}, 1},
		"ten minutes": {map[string]any{"last": "10m"}, "map[limit:20 offset:0 order:desc]", []any{whole(slowVacuum)}, 1},
		"a name": {
			map[string]any{"instance_id": nil, "instance_name": "orders"},
			"map[limit:20 offset:0 order:desc]",
			[]any{slowSelect, slowVacuum},
			2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithSlowLog(slowDay))
				o := readSlow(t, cloud, c.arguments)
				if len(o.Diagnostics) > 0 {
					t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
				}
				if diff := cmp.Diff([]string{c.request}, slowRequests(t, cloud)); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(any(c.want), o.Values["statements"]); diff != "" {
					t.Errorf("statements (-want +got):\n%s", diff)
				}
				if o.Values["total"] != c.total {
					t.Errorf("got a total of %v, want %d", o.Values["total"], c.total)
				}
				if o.Values["instance_id"] != rdssim.InstanceHealthy {
					t.Errorf("got the ID %v, want %s", o.Values["instance_id"], rdssim.InstanceHealthy)
				}
			})
		})
	}
}

// manySlow is a log of n statements that differ, and were slow as often as each other.
func manySlow(n int) string {
	var log strings.Builder
	for i := range n {
		fmt.Fprintf(&log, "2026-11-23 11:00:%02d.%03d UTC:[local]:app@shop:[1]:LOG:  duration: 2000.000 ms  statement: SELECT c%04d\n",
			i/1000, i%1000, i)
	}
	return log.String()
}

// TestSlowLog_Pages: a limit beyond the API's takes several pages, and no warning comes for what is left out.
func TestSlowLog_Pages(t *testing.T) {
	for limit, want := range map[int][]string{
		100: {"map[limit:100 offset:0 order:desc]"},
		250: {"map[limit:100 offset:0 order:desc]", "map[limit:100 offset:100 order:desc]", "map[limit:50 offset:200 order:desc]"},
	} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithSlowLog(manySlow(620)))
				o := readSlow(t, cloud, map[string]any{"limit": limit})
				if len(o.Diagnostics) > 0 {
					t.Errorf("got %q, want no diagnostics", o.Diagnostics)
				}
				if diff := cmp.Diff(want, slowRequests(t, cloud)); diff != "" {
					t.Errorf("requests (-want +got):\n%s", diff)
				}
				list, _ := o.Values["statements"].([]any)
				if len(list) != limit {
					t.Errorf("got %d statements, want %d", len(list), limit)
				}
				if o.Values["total"] != int64(620) {
					t.Errorf("got a total of %v, want 620", o.Values["total"])
				}
			})
		})
	}
}

// TestSlowLog_Unreadable: what cannot be read is null, and the rest is there.
func TestSlowLog_Unreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "rds.slowlog_statistics", Times: 1, Handler: rdssim.Status(http.StatusOK, `{"total_count":"many",
			"slow_log_list":[{"count":"often","time":"3 minutes","query_sample":"SELECT\n\u202e1","database":"a&lt;b","type":""}]}`, nil)})
		o := readSlow(t, c, nil)
		if len(o.Diagnostics) > 0 {
			t.Errorf("got %q, want no diagnostics", o.Diagnostics)
		}
		want := []any{map[string]any{
			"statement": "SELECT\n\u202e1", "count": nil, "share": nil, "average_time": nil, "database": "a&lt;b", "user": nil, "client": nil,
			"type": nil,
		}}
		if diff := cmp.Diff(any(want), o.Values["statements"]); diff != "" {
			t.Errorf("statements (-want +got):\n%s", diff)
		}
		if o.Values["total"] != nil {
			t.Errorf("got a total of %v, want null", o.Values["total"])
		}
	})
}

// TestSlowLog_Empty: no statements are a warning, with the two parameters that can be the cause.
func TestSlowLog_Empty(t *testing.T) {
	const end = "-1 means that nothing is logged. log_statement must not be all: the log then has another form, which the cloud cannot " +
		"parse. rds_slowlog_download has the log as it is."
	for name, c := range map[string]struct {
		arguments map[string]any
		begin     string
	}{
		"all":        {map[string]any{"last": "30s"}, " from 1999-12-31T23:59:30Z to 2000-01-01T00:00:00Z.\n\n"},
		"a database": {map[string]any{"database": "hosp"}, " in database \"hosp\" from 1999-12-31T23:00:00Z to 2000-01-01T00:00:00Z.\n\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithSlowLog(slowDay))
				begin := "Warning: No slow statements\n\nThe cloud lists no slow statement of DB instance " + rdssim.InstanceHealthy + c.begin
				for _, o := range []rdstest.Outcome{readSlow(t, cloud, c.arguments), slowEphemeral(t, cloud, c.arguments)} {
					onlyDiagnostic(t, o.Diagnostics, begin, end, "log_min_duration_statement decides what is slow")
					if diff := cmp.Diff(any([]any{}), o.Values["statements"]); diff != "" {
						t.Errorf("statements (-want +got):\n%s", diff)
					}
					if o.Values["total"] != int64(0) {
						t.Errorf("got a total of %v, want 0", o.Values["total"])
					}
				}
			})
		})
	}
}

func slowEphemeral(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	return p.Open(t.Context(), slowSource, slowArguments(arguments))
}

// TestSlowLog_BadInput: an error at its argument before any request. The times have their tests with rds_errorlog.
func TestSlowLog_BadInput(t *testing.T) {
	const number = "Attribute limit must be a whole number between 1 and 500, got: "
	const database = "Attribute database must be the name of a database, without any of < > &, got: "
	for name, c := range map[string]struct {
		arguments map[string]any
		at, text  string
	}{
		"limit 0":          {map[string]any{"limit": 0}, "limit", number + "0."},
		"limit 501":        {map[string]any{"limit": 501}, "limit", number + "501."},
		"limit negative":   {map[string]any{"limit": -1}, "limit", number + "-1."},
		"limit a fraction": {map[string]any{"limit": 1.5}, "limit", number + "1.5."},
		"sort_by unknown":  {map[string]any{"sort_by": "executeTime"}, "sort_by", `value must be one of: ["count" "time"], got: "executeTime"`},
		"sort_by empty":    {map[string]any{"sort_by": ""}, "sort_by", `got: ""`},
		"database empty":   {map[string]any{"database": ""}, "database", database + `"".`},
		"database <":       {map[string]any{"database": "a<b"}, "database", database + `"a<b".`},
		"database &":       {map[string]any{"database": "a&b"}, "database", database + `"a&b".`},
		"last in days":     {map[string]any{"last": "1d"}, "last", "Attribute last must be a duration from 1s to 720h"},
		"no instance":      {map[string]any{"instance_id": nil}, "", "Which DB instance? Set instance_name or instance_id."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, o := range []rdstest.Outcome{readSlow(t, cloud, c.arguments), slowEphemeral(t, cloud, c.arguments)} {
					at := ""
					if c.at != "" {
						at = "(" + c.at + ")"
					}
					onlyDiagnostic(t, o.Diagnostics, "Error: Invalid Attribute ", "", at, c.text)
				}
				if calls := cloud.Calls(); len(calls) > 0 {
					t.Errorf("got the calls %q, want none", calls)
				}
			})
		})
	}
}

// TestSlowLog_Failure: with allow_failure, a refusal is a warning, and the lists are empty.
func TestSlowLog_Failure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		arguments := map[string]any{"instance_id": rdssim.InstanceMissing}
		c := rdstest.New(t)
		onlyDiagnostic(t, readSlow(t, c, arguments).Diagnostics, "Error: Unable to read slow statements (instance_id)\n\n"+
			"RDS refused to read the slow statements of DB instance "+rdssim.InstanceMissing, "", "Check the ID first")
		arguments["allow_failure"] = true
		o := readSlow(t, c, arguments)
		onlyDiagnostic(t, o.Diagnostics, "Warning: Unable to read slow statements", "This is a warning because allow_failure is true.")
		if diff := cmp.Diff(any([]any{}), o.Values["statements"]); diff != "" {
			t.Errorf("statements (-want +got):\n%s", diff)
		}
		if o.Values["total"] != nil {
			t.Errorf("got a total of %v, want null", o.Values["total"])
		}
		failure, _ := o.Values["failure"].(map[string]any)
		if failure["status"] != int64(http.StatusNotFound) {
			t.Errorf("got the failure %v, want status 404", failure)
		}
	})
}

// TestSlowLog_Timeout: the timeout ends the read, for both kinds.
func TestSlowLog_Timeout(t *testing.T) {
	for kind, ask := range map[string]func(*testing.T, *rdstest.Cloud, map[string]any) rdstest.Outcome{
		"read": readSlow, "open": slowEphemeral,
	} {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t)
				c.Inject(rdssim.Fault{Kind: "rds.slowlog_statistics", Times: forEver, Handler: rdssim.APIError(409, "DBS.200011", "busy")})
				start := time.Now()
				o := ask(t, c, map[string]any{"timeouts": map[string]any{kind: "45s"}})
				onlyDiagnostic(t, o.Diagnostics, "Error: Unable to read slow statements\n\nRDS gave no usable answer to the request to read "+
					"the slow statements of DB instance "+rdssim.InstanceHealthy+" in 45 s and ",
					"Then run it again, or raise timeouts."+kind+" to wait longer.")
				expectDuration(t, start, 45*time.Second)
			})
		})
	}
}

// TestSlowLog_Sensitive: Terraform hides the statement, and nothing else.
func TestSlowLog_Sensitive(t *testing.T) {
	const address = "data.rds_slowlog.orders"
	c := rdstest.NewWithClock(t, rdssim.WithSlowLog(slowDay))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps: []resource.TestStep{{
			Config: fmt.Sprintf("data \"rds_slowlog\" \"orders\" {\n  instance_id = %q\n}\n"+
				"output \"counts\" {\n  value = data.rds_slowlog.orders.statements[*].count\n}\n", rdssim.InstanceHealthy),
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectSensitiveValue(address, jsonPath("", "statements.0.statement")),
				statecheck.ExpectKnownOutputValue("counts", knownvalue.ListExact([]knownvalue.Check{
					knownvalue.Int64Exact(2), knownvalue.Int64Exact(1),
				})),
			},
		}},
	})
}

// TestSlowLog_Endpoint: the statistics are an API of v3.1. An override that ends in the other API's version leads to both.
func TestSlowLog_Endpoint(t *testing.T) {
	const statistics = "/v3.1/" + rdssim.ProjectID + "/instances/" + rdssim.InstanceHealthy + "/slow-logs/statistics"
	const export = "/v3/" + rdssim.ProjectID + "/instances/" + rdssim.InstanceHealthy + "/slowlog-download"
	for _, ending := range []string{"", "/", "/v3", "/v3/", "/v3/" + rdssim.ProjectID, "/v3/" + rdssim.ProjectID + "/"} {
		t.Run("ending "+ending, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t, rdssim.WithSlowLog(slowDay), rdssim.WithExportDuration(0))
				endpoint := c.URL() + ending
				p := c.Protocol(t)
				diags := p.Configure(t.Context(), map[string]any{"endpoint": endpoint})
				if slices.ContainsFunc(diags, isError) {
					t.Fatalf("got %q, want no error", diags)
				}
				for name, path := range map[string]string{slowSource: statistics, "rds_slowlog_download": export} {
					before := len(c.Requests())
					o := p.Read(t.Context(), name, slowArguments(nil))
					if len(o.Diagnostics) > 0 {
						t.Errorf("%s: got %q, want no diagnostics", name, o.Diagnostics)
					}
					var paths []string
					for _, r := range c.Requests()[before:] {
						if r.Kind != "login" {
							paths = append(paths, r.Path)
						}
					}
					if diff := cmp.Diff([]string{path}, paths); diff != "" {
						t.Errorf("%s: paths (-want +got):\n%s", name, diff)
					}
				}
			})
		})
	}
}

// TestSlowLogDownload: the texts and names are those of the slow query log.
func TestSlowLogDownload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		p := c.Protocol(t)
		if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
			t.Fatalf("got %q, want no diagnostics", diags)
		}
		o := p.Read(t.Context(), "rds_slowlog_download", slowArguments(nil))
		if len(o.Diagnostics) > 0 {
			t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
		}
		files, _ := o.Values["list"].([]any)
		if len(files) != 1 {
			t.Fatalf("got %d files, want one", len(files))
		}
		file, _ := files[0].(map[string]any)
		if name, _ := file["file_name"].(string); !strings.Contains(name, "_slowlog_download_") {
			t.Errorf("got the name %q, want _slowlog_download_ in it", name)
		}
		if file["updated_at"] != nil {
			t.Errorf("got updated_at %v, want null: the API does not send it", file["updated_at"])
		}
		link, _ := file["file_link"].(string)
		if text := fetched(t, c, link); !strings.Contains(text, "LOG:  duration: ") {
			t.Errorf("got %.100q behind the link, want durations", text)
		}
	})
}

// fetched returns what is behind a link.
func fetched(t *testing.T, c *rdstest.Cloud, link string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestSlowLogDownload_Texts: errors, warnings and lines of progress name the log and its permission.
func TestSlowLogDownload_Texts(t *testing.T) {
	for name, c := range map[string]struct {
		instance    string
		faults      []rdssim.Fault
		begin, part string
	}{
		"forbidden": {
			rdssim.InstanceHealthy, at("rds.slowlog", forEver, rdssim.APIError(403, "DBS.200604", "no")),
			"Error: Unable to obtain slow query log links\n\nRDS refused to export the slow query log of DB instance ",
			"The user needs the permission rds:log:download in this project.",
		},
		"fails": {
			rdssim.InstanceFails, nil,
			"Error: Unable to obtain slow query log links\n\nThe cloud could not export the slow query log of DB instance ",
			"_slowlog_download_",
		},
		"partly": {
			rdssim.InstancePartlyFails, nil, "Warning: Some slow query log files are missing\n\n", "The other links are good.",
		},
		"empty": {rdssim.InstanceEmpty, nil, "Warning: No slow query log files\n\n", "Run it again later."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range c.faults {
					cloud.Inject(fault)
				}
				p := cloud.Protocol(t)
				if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
					t.Fatalf("got %q, want no diagnostics", diags)
				}
				o := p.Read(t.Context(), "rds_slowlog_download", map[string]any{"instance_id": c.instance})
				onlyDiagnostic(t, o.Diagnostics, c.begin, "", c.part)
			})
		})
	}
}

// TestSlowLogDownload_Action: the action saves the log and does not look for errors in it.
func TestSlowLogDownload_Action(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		p := c.Protocol(t)
		if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
			t.Fatalf("got %q, want no diagnostics", diags)
		}
		shown, diags := p.Invoke(t.Context(), "rds_slowlog_download", slowArguments(map[string]any{"directory": folder + "/slow"}))
		if len(diags) > 0 {
			t.Fatalf("got %q, want no diagnostics", diags)
		}
		if len(shown) != 3 {
			t.Fatalf("got %q, want three lines", shown)
		}
		if shown[0] != "Waiting for the export of the slow query log: 0 s, status CREATING." {
			t.Errorf("got %q first, want the wait for the slow query log", shown[0])
		}
		if !strings.HasPrefix(shown[1], "Saved "+folder+"/slow/054bc9c1f680d55c1f36c006e5a9f67b_slowlog_download_") {
			t.Errorf("got %q second, want the saved file", shown[1])
		}
		if !strings.HasPrefix(shown[2], "Each file has its checksum beside it.") {
			t.Errorf("got %q third, want the hint about checksums", shown[2])
		}
	})
}
