// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// documented is the example of the API's page, unchanged.
const documented = `{ "list" : [ { "workflow_id" : "44fb1d85-2fcc-4d63-ad3b-c3d1ecd7000e",` +
	` "file_name" : "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589", "status" : "success",` +
	` "file_size" : "0", "file_link" : "` +
	documentedLink + `", "create_at" : 1589529991385, "update_at" : 1589529991385 } ], "status" : "finish", "count" : 1 }`

const documentedLink = `****.com:443/054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589` +
	`?AWSAccessKeyId=1BQ38TBCQHAVQXBUMUTC&Expires=1589530200` +
	`&response-cache-control=no-cache%2Cno-store&Signature=Fgi4%2BLOJ9frAXyOkz5hRoW5O%2BUM%3D`

func size(n int64) *int64 { return &n }

func TestDocumentedAnswers(t *testing.T) {
	created := time.Date(2020, 5, 15, 8, 6, 31, 385_000_000, time.UTC)
	cases := map[string]struct {
		body string
		want rds.Export
	}{
		"the page's example": {
			body: documented,
			want: rds.Export{Status: "FINISH", Count: 1, Files: []rds.ExportFile{{
				WorkflowID: "44fb1d85-2fcc-4d63-ad3b-c3d1ecd7000e",
				FileName:   "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589",
				Status:     "SUCCESS",
				Size:       size(0),
				Link:       "https://" + documentedLink,
				CreatedAt:  created,
				UpdatedAt:  created,
				ExpiresAt:  time.Date(2020, 5, 15, 8, 10, 0, 0, time.UTC),
			}}},
		},
		"as the page's tables have it": {
			body: `{"list":[{"workflow_id":"w","file_name":"f","status":"SUCCESS","file_size":"20590",` +
				`"file_link":"https://obs.example.com/f","create_at":1,"update_at":2}],"status":"FINISH","count":1}`,
			want: rds.Export{Status: "FINISH", Count: 1, Files: []rds.ExportFile{{
				WorkflowID: "w", FileName: "f", Status: "SUCCESS", Size: size(20590), Link: "https://obs.example.com/f",
				CreatedAt: time.UnixMilli(1).UTC(), UpdatedAt: time.UnixMilli(2).UTC(),
			}}},
		},
		"while it is made": {
			body: `{"list":[{"workflow_id":"w","file_name":"f","status":"EXPORTING","file_size":null,"file_link":null,` +
				`"create_at":1589529991385,"update_at":null}],"status":"CREATING","count":1}`,
			want: rds.Export{
				Status: "CREATING", Count: 1,
				Files: []rds.ExportFile{{WorkflowID: "w", FileName: "f", Status: "EXPORTING", CreatedAt: created}},
			},
		},
		"while it is made, shorter": {
			body: `{"list":[{"workflow_id":"w","status":"exporting"}],"status":"creating"}`,
			want: rds.Export{Status: "CREATING", Count: 1, Files: []rds.ExportFile{{WorkflowID: "w", Status: "EXPORTING"}}},
		},
		"partly failed, several files in their order": {
			body: `{"list":[{"file_name":"b","status":"failed","file_link":"https://obs.example.com/b"}` +
				`,{"file_name":"a","status":"success","file_link":"https://obs.example.com/a","updated_at":1589529991385}],` +
				`"status":"failed","count":2}`,
			want: rds.Export{Status: "FAILED", Count: 2, Files: []rds.ExportFile{
				{FileName: "b", Status: "FAILED"},
				{FileName: "a", Status: "SUCCESS", Link: "https://obs.example.com/a", UpdatedAt: created},
			}},
		},
		"a first answer": {body: `{"list":[],"status":"CREATING","count":0}`, want: rds.Export{Status: "CREATING", Files: []rds.ExportFile{}}},
		"a null list": {
			body: `{"list":null,"status":"CREATING","count":null}`, want: rds.Export{Status: "CREATING", Files: []rds.ExportFile{}},
		},
		"nothing": {body: `{}`, want: rds.Export{Files: []rds.ExportFile{}}},
		"more than is known": {
			body: `{"status":"FINISH","list":[{"file_name":"f","node":{"id":[1,{}]}}],"count":1,"region":null,"extra":{"status":"FAILED"}}`,
			want: rds.Export{Status: "FINISH", Count: 1, Files: []rds.ExportFile{{FileName: "f"}}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, 200, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinks(t *testing.T) {
	got, err := ask(
		t, 200,
		`{"status":"failed","list":[{"status":"success","file_link":"a.example.com/1"},{"status":"failed"},{"status":"exporting"}`+
			`,{"status":"failed","file_link":"a.example.com/2"},{"file_link":"a.example.com/3"}]}`,
	)
	if err != nil {
		t.Fatal(err)
	}
	if got.Links() != 2 {
		t.Errorf("links: expected 2, got %d", got.Links())
	}
	var states []string
	for _, f := range got.Files {
		states = append(states, fmt.Sprintf("failed %v, pending %v", f.Failed(), f.Pending()))
	}
	want := []string{
		"failed false, pending false", "failed true, pending false", "failed false, pending true", "failed true, pending false",
		"failed false, pending false",
	}
	if diff := cmp.Diff(want, states); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestFields takes every field in every type.
func TestFields(t *testing.T) {
	type file = rds.ExportFile
	at := func(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
	cases := []struct {
		field, value string
		want         file
	}{
		{"workflow_id", `""`, file{}},
		{"workflow_id", `null`, file{}},
		{"workflow_id", `7`, file{WorkflowID: "7"}},
		{"workflow_id", `true`, file{WorkflowID: "true"}},
		{"file_name", `" a "`, file{FileName: "a"}},
		{"file_name", `"\ud800"`, file{FileName: "\ufffd"}},
		{"file_name", `12.50`, file{FileName: "12.50"}},
		{"status", `"Success "`, file{Status: "SUCCESS"}},
		{"status", `"in\u001b progress"`, file{Status: "IN? PROGRESS"}},
		{"status", `false`, file{Status: "FALSE"}},
		{"status", `"` + strings.Repeat("x", 5000) + `"`, file{Status: strings.Repeat("X", 400) + "…"}},

		{"file_size", `"0"`, file{Size: size(0)}},
		{"file_size", `0`, file{Size: size(0)}},
		{"file_size", `"20590"`, file{Size: size(20590)}},
		{"file_size", `20590`, file{Size: size(20590)}},
		{"file_size", `"9223372036854775807"`, file{Size: size(9223372036854775807)}},
		{"file_size", `"9223372036854775808"`, file{SizeText: "9223372036854775808"}},
		{"file_size", `9007199254740993.0`, file{SizeText: "9007199254740993.0"}}, // a float64 would make it one less
		{"file_size", `9007199254740991.0`, file{Size: size(9007199254740991)}},
		{"file_size", `1e3`, file{Size: size(1000)}},
		{"file_size", `"1e3"`, file{Size: size(1000)}},
		{"file_size", `1.5e3`, file{Size: size(1500)}},
		{"file_size", `"3.59"`, file{SizeText: "3.59"}},
		{"file_size", `3.59`, file{SizeText: "3.59"}},
		{"file_size", `-1`, file{SizeText: "-1"}},
		{"file_size", `"-1"`, file{SizeText: "-1"}},
		{"file_size", `1e999`, file{SizeText: "1e999"}},
		{"file_size", `-1e999`, file{SizeText: "-1e999"}},
		{"file_size", `1e30`, file{SizeText: "1e30"}},
		{"file_size", `"NaN"`, file{SizeText: "NaN"}},
		{"file_size", `"Inf"`, file{SizeText: "Inf"}},
		{"file_size", `"12 KB"`, file{SizeText: "12 KB"}},
		{"file_size", `"1,024"`, file{SizeText: "1,024"}},
		{"file_size", `""`, file{}},
		{"file_size", `null`, file{}},
		{"file_size", `true`, file{SizeText: "true"}},
		{"file_size", `"\u0007` + strings.Repeat("9", 5000) + `"`, file{SizeText: "?" + strings.Repeat("9", 399) + "…"}},

		{"create_at", `1589529991385`, file{CreatedAt: at(1589529991385)}},
		{"create_at", `"1589529991385"`, file{CreatedAt: at(1589529991385)}},
		{"create_at", `1589529991385.0`, file{CreatedAt: at(1589529991385)}},
		{"create_at", `1.589529991385e12`, file{CreatedAt: at(1589529991385)}},
		{"create_at", `1589529991385.5`, file{}},
		{"create_at", `1`, file{CreatedAt: at(1)}},
		{"create_at", `0`, file{}},
		{"create_at", `-1`, file{}},
		{"create_at", `253402300799999`, file{CreatedAt: time.Date(9999, 12, 31, 23, 59, 59, 999_000_000, time.UTC)}},
		{"create_at", `253402300800000`, file{}},
		{"create_at", `9223372036854775807`, file{}},
		{"create_at", `"2020-05-15T08:06:31+0000"`, file{}},
		{"create_at", `"yesterday"`, file{}},
		{"create_at", `null`, file{}},
		{"create_at", `false`, file{}},
		{"update_at", `1589529991385`, file{UpdatedAt: at(1589529991385)}},
		{"updated_at", `"1589529991385"`, file{UpdatedAt: at(1589529991385)}},
		{"update_at", `null,"updated_at":2`, file{UpdatedAt: at(2)}},
		{"update_at", `1,"updated_at":2`, file{UpdatedAt: at(1)}},
		{"update_at", `-1,"updated_at":-2`, file{}},

		{"file_link", `null`, file{}},
		{"file_link", `""`, file{}},
		{"file_link", `" https://obs.example.com/f\n"`, file{Link: "https://obs.example.com/f"}},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s %.40s", c.field, c.value), func(t *testing.T) {
			got, err := ask(t, 200, fmt.Sprintf(`{"list":[{%q:%s}]}`, c.field, c.value))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]file{c.want}, got.Files); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestStatusAndCount(t *testing.T) {
	one := `,"list":[{"file_name":"a"}]`
	cases := map[string]struct {
		body   string
		status string
		count  int64
	}{
		"a number for a status":  {`{"status":7` + one + `}`, "7", 1},
		"an unknown word":        {`{"status":"Half done"` + one + `}`, "HALF DONE", 1},
		"another language":       {`{"status":"erfüllt"}`, "ERFÜLLT", 0},
		"the count as a text":    {`{"count":"3"` + one + `}`, "", 3},
		"another count":          {`{"count":3` + one + `}`, "", 3},
		"no count of that size":  {`{"count":1e300` + one + `}`, "", 1},
		"half a count":           {`{"count":1.5` + one + `}`, "", 1},
		"a negative count":       {`{"count":-1` + one + `}`, "", 1},
		"no count at all":        {`{"count":"many"` + one + `}`, "", 1},
		"the last of two counts": {`{"count":5,"count":6` + one + `}`, "", 6},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, 200, c.body)
			if err != nil {
				t.Fatal(err)
			}
			if got.Status != c.status || got.Count != c.count {
				t.Errorf("expected %q, %d, got %q, %d", c.status, c.count, got.Status, got.Count)
			}
		})
	}
}

// TestAnswersThatCannotBeUnderstood: the error has the place and the reason, and repeats nothing of the answer.
func TestAnswersThatCannotBeUnderstood(t *testing.T) {
	const plain = "a field holds an object or a list where a plain value was promised"
	cases := map[string]struct{ body, want string }{
		"empty":                   {"", "the answer is no complete JSON: it breaks after 0 bytes"},
		"null":                    {"null", "the answer is null"},
		"a list":                  {"[]", "the answer holds a JSON array where another type was promised"},
		"a text":                  {`"` + secret + `"`, "the answer holds a JSON string where another type was promised"},
		"a number":                {"12345", "the answer holds a JSON number where another type was promised"},
		"half":                    {documented[:200], "the answer is no complete JSON: it breaks after 200 bytes"},
		"something after":         {"{}" + secret, "the answer is no complete JSON: it breaks after 3 bytes"},
		"a token in clear":        {secret, "the answer is no complete JSON: it breaks after 3 bytes"},
		"a list that is a text":   {`{"list":"` + secret + `"}`, "list holds a JSON string where another type was promised"},
		"a list that is a number": {`{"list":5}`, "list holds a JSON number where another type was promised"},
		"a list that is one":      {`{"list":{"file_link":"` + secret + `"}}`, "list holds a JSON object where another type was promised"},
		"an entry that is null":   {`{"list":[{},null]}`, "entry 2 of the list is null"},
		"an entry that is a text": {`{"list":["` + secret + `"]}`, "list holds a JSON string where another type was promised"},
		"a list in a list":        {`{"list":[[{}]]}`, "list holds a JSON array where another type was promised"},
		"a link in parts":         {`{"list":[{"file_link":{"href":"` + secret + `"}}]}`, plain},
		"a size in parts":         {`{"list":[{"file_size":["` + secret + `"]}]}`, plain},
		"a status in parts":       {`{"status":["` + secret + `"]}`, plain},
		"a count in parts":        {`{"count":{}}`, plain},
		"very deep": {
			`{"list":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}`,
			"the answer is no complete JSON: it breaks after 10008 bytes",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := ask(t, 200, c.body, "X-Request-Id", "r1")
			if got != nil {
				t.Errorf("expected no export, got %+v", got)
			}
			expectDecodeError(t, err, c.want)
		})
	}
}

func TestFileShowsNoLink(t *testing.T) {
	f := rds.ExportFile{FileName: "a", Status: "SUCCESS", Link: "https://obs.example.com/a?Signature=secret"}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, []rds.ExportFile{f}); strings.Contains(got, "secret") {
			t.Errorf("%s: expected no link, got %s", verb, got)
		}
	}
}
