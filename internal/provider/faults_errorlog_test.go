// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// The part of the guide "When it fails" that is about rds_errorlog: rows without an export.

func rowsFaults() []fault {
	rows := append(rowsArguments(), rowsRefusals()...)
	rows = append(rows, rowsPassing()...)
	for i := range rows {
		rows[i].reads = rowsSource
		// One level, so one request at a time: the first error of several would have another request ID each time.
		arguments := map[string]any{"levels": []any{"ERROR"}}
		maps.Copy(arguments, rows[i].arguments)
		rows[i].arguments = arguments
	}
	return rows
}

func rowsArguments() []fault {
	return []fault{
		{
			name: "A time that is not RFC 3339", cause: "`start_time` has no zone.", words: "must be an RFC 3339 time with a zone",
			arguments: map[string]any{"start_time": "1999-12-31T23:00:00"},
		},
		{
			name: "A start in the future", cause: "`start_time` is later than now, often for a wrong zone.", words: "must not be in the future",
			arguments: map[string]any{"start_time": "2000-01-01T00:30:00Z"},
		},
		{
			name: "A start too long ago", cause: "`start_time` is more than a month ago.", words: "must not be more than 31 days ago",
			arguments: map[string]any{"start_time": "1999-11-01T00:00:00Z", "end_time": "1999-11-02T00:00:00Z"},
		},
		{
			name: "An end before the start", cause: "The two times are exchanged, or have different zones.",
			words:     "must not be before start_time",
			arguments: map[string]any{"start_time": "1999-12-31T23:00:00Z", "end_time": "1999-12-31T23:00:00+01:00"},
		},
		{
			name: "Too long a time", cause: "Between `start_time` and the end are more than 30 days.",
			words:     "must be at most 30 days before the end",
			arguments: map[string]any{"start_time": "1999-12-01T12:00:00Z"},
		},
		{
			name: "A duration in days", cause: "`last` has a unit that durations do not have.", words: "must be a duration from 1s to 720h",
			arguments: map[string]any{"last": "7d"},
		},
		{
			name: "Two ways to give the time", cause: "`last` is there, and `start_time` too.", words: "Use either last or start_time and end_time",
			arguments: map[string]any{"last": "1h", "start_time": "1999-12-31T23:00:00Z"},
		},
		{
			name: "An unknown level", cause: "`levels` holds a level that the API does not know.", words: "must hold only ALL",
			arguments: map[string]any{"levels": []any{"ERROR", "NOTICE"}},
		},
	}
}

func rowsRefusals() []fault {
	refuse := func(status int, code, message string) []rdssim.Fault {
		return at("rds.errorlog_rows", forEver, rdssim.APIError(status, code, message))
	}
	return []fault{
		{
			name: "No permission to read rows", cause: "The user may log in, and may not read logs.", words: "needs the permission rds:log:list",
			faults: refuse(403, "DBS.200604", "The DB instance ID or user ID may be null, or the operation is not authorized."),
		},
		{
			name: "No such instance to read from", cause: "The ID is wrong, or the instance is in another project or region.",
			words: "Check the ID first", arguments: instance(rdssim.InstanceMissing),
		},
		{
			name: "Another engine's rows", cause: "The instance is RDS for MySQL or for SQL Server.", words: "is not RDS for PostgreSQL",
			arguments: instance(rdssim.InstanceMySQL),
		},
		{
			name: "An instance that stays busy", cause: "Another operation runs for longer than `timeouts.read`, here its default of two minutes.",
			words:  "Wait until that operation has finished",
			faults: refuse(409, "DBS.200011", "The DB instance is being operated on. Another operation is in progress. Try again later."),
		},
		{
			name: "Rows never come", cause: "The API fails for longer than `timeouts.read`.", words: "The cloud may be out of order",
			faults: at("rds.errorlog_rows", forEver, rdssim.HTMLPage(503)),
		},
		{
			name: "Interrupted while rows are read", cause: "Ctrl-C, nine seconds after the start.", words: "Interrupted after",
			faults: at("rds.errorlog_rows", forEver, rdssim.Hang()), interrupt: 9 * time.Second,
		},
		{
			name: "A sick instance of a fleet", cause: "The instance does not exist, and `allow_failure` is true.",
			words: "This is a warning because", arguments: map[string]any{"instance_id": rdssim.InstanceMissing, "allow_failure": true},
		},
		{
			name: "More rows than the API gives", cause: "The instance has logged more than 2,000 errors in the last hour.",
			words: "only the newest 2,000 rows", options: []rdssim.Option{rdssim.WithErrorLog(manyErrors(2500))},
		},
	}
}

func rowsPassing() []fault {
	once := func(name, cause string, times int, f rdssim.Fault) fault {
		f.Kind, f.Times = "rds.errorlog_rows", times
		return fault{name: name, cause: cause, faults: []rdssim.Fault{f}}
	}
	return []fault{
		once("Busy while rows are read", "Another operation runs on the instance for a moment.", 3,
			rdssim.Fault{Handler: rdssim.APIError(409, "DBS.200011", "Another operation is in progress.")}),
		once("Too many requests for rows", "The gateway limits requests.", 2,
			rdssim.Fault{Handler: rdssim.APIError(429, "APIGW.0308", "The throttling threshold has been reached")}),
		once("Rows cut off", "The connection breaks in the middle of the answer.", 1, rdssim.Fault{Handler: rdssim.HalfBody()}),
		once("A page in place of rows", "A proxy answers once with its own page.", 1, rdssim.Fault{Handler: rdssim.HTMLPage(200)}),
	}
}

// manyErrors is a log of n deadlocks, one a second.
func manyErrors(n int) string {
	var log strings.Builder
	start := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for i := range n {
		stamp := start.Add(time.Duration(i) * time.Second).Format("2006-01-02 15:04:05.000")
		fmt.Fprintf(&log, "%s UTC:[local]:app@orders:[1]:ERROR:  deadlock detected\n", stamp)
	}
	return log.String()
}
