// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// The part of the guide "When it fails" about slow queries: rds_slowlog, and the texts of rds_slowlog_download that differ.

func slowFaults() []fault {
	rows := []fault{
		{
			name: "Nothing is slow", words: "log_min_duration_statement decides what is slow",
			cause:     "Nothing was slow, or the instance's parameters hide it from the cloud.",
			arguments: map[string]any{"last": "10s"},
		},
		{
			name: "A limit beyond 500", words: "must be a whole number between 1 and 500", cause: "`limit` is too high.",
			arguments: map[string]any{"limit": 1000},
		},
		{
			name: "An unknown order", words: `must be one of: ["count" "time"]`, cause: "`sort_by` has the API's own word.",
			arguments: map[string]any{"sort_by": "executeTime"},
		},
		{
			name: "A database that the API refuses", words: "without any of < > &", cause: "`database` has a character that the API excludes.",
			arguments: map[string]any{"database": "sales&marketing"},
		},
		{
			name: "No such instance to look for slow statements", words: "Check the ID first",
			cause: "The ID is wrong, or the instance is in another project or region.", arguments: instance(rdssim.InstanceMissing),
		},
		{
			name: "No permission to read slow statements", words: "needs the permission rds:log:list",
			cause:  "The user may log in, and may not read logs.",
			faults: at("rds.slowlog_statistics", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized.")),
		},
		{
			name: "No API for statistics", words: "has no API to read", cause: "`endpoint` leads to a gateway that has only v3, not v3.1.",
			faults: at("rds.slowlog_statistics", forEver, rdssim.APIError(404, "APIGW.0101", "The API does not exist")),
		},
		{
			name: "Statistics never come", words: "The cloud may be out of order", cause: "The API fails for longer than `timeouts.read`.",
			faults: at("rds.slowlog_statistics", forEver, rdssim.HTMLPage(503)),
		},
		{
			name: "Interrupted while statistics are read", words: "Interrupted after", cause: "Ctrl-C, nine seconds after the start.",
			faults: at("rds.slowlog_statistics", forEver, rdssim.Hang()), interrupt: 9 * time.Second,
		},
		{
			name: "Busy while statistics are read", cause: "Another operation runs on the instance for a moment.",
			faults: at("rds.slowlog_statistics", 3, rdssim.APIError(409, "DBS.200011", "Another operation is in progress.")),
		},
		{
			name: "Statistics cut off", cause: "The connection breaks in the middle of the answer.",
			faults: at("rds.slowlog_statistics", 1, rdssim.HalfBody()),
		},
	}
	for i := range rows {
		rows[i].reads = slowSource
	}
	return append(rows, slowExportFaults()...)
}

func slowExportFaults() []fault {
	rows := []fault{
		{
			name: "The slow query log cannot be exported", words: "no file was prepared", cause: "The cloud could prepare no file.",
			arguments: instance(rdssim.InstanceFails),
		},
		{
			name: "No right to the slow query log", words: "needs the permission rds:log:download",
			cause:  "The user may log in, and may not download logs.",
			faults: at("rds.slowlog", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized.")),
		},
		{
			name: "No slow query log", words: "listed no file", cause: "Nothing was slow yet: the export is done and lists nothing.",
			arguments: instance(rdssim.InstanceEmpty),
		},
	}
	for i := range rows {
		rows[i].reads = "rds_slowlog_download"
	}
	return rows
}
