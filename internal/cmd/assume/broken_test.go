// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// edit replaces a pattern in an answer.
func edit(resp *http.Response, pattern, by string) {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(regexp.MustCompile(pattern).ReplaceAll(body, []byte(by))))
	resp.Header.Del("Content-Length")
}

// edited changes answers to requests whose path, query or body contains a text.
func edited(where, pattern, by string) tamper {
	return func(req *http.Request, sent string, resp *http.Response) {
		if strings.Contains(req.URL.String()+sent, where) {
			edit(resp, pattern, by)
		}
	}
}

// answered changes the status in the same way.
func answered(where string, status int) tamper {
	return func(req *http.Request, sent string, resp *http.Response) {
		if strings.Contains(req.URL.String()+sent, where) {
			resp.StatusCode = status
		}
	}
}

// loggedInWith changes the status of each successful login.
func loggedInWith(status int) tamper {
	return func(_ *http.Request, _ string, resp *http.Response) {
		if resp.StatusCode == http.StatusCreated {
			resp.StatusCode = status
		}
	}
}

// withHeader changes the status of answers to requests that have a header.
func withHeader(where, name string, status int) tamper {
	return func(req *http.Request, _ string, resp *http.Response) {
		if strings.Contains(req.URL.Path, where) && req.Header.Get(name) != "" {
			resp.StatusCode = status
		}
	}
}

// anew replaces a pattern by another text in each answer.
func anew(pattern, format string) tamper {
	n := 0
	return func(req *http.Request, _ string, resp *http.Response) {
		if strings.Contains(req.URL.Path, "errorlog-download") && resp.StatusCode == http.StatusOK {
			n++
			edit(resp, pattern, fmt.Sprintf(format, n))
		}
	}
}

func without(header, where string) tamper {
	return func(req *http.Request, _ string, resp *http.Response) {
		if strings.Contains(req.URL.Path, where) {
			resp.Header.Del(header)
		}
	}
}

// breaks has, for each question that can be asked, a cloud that is another one than assumed. Assumption 4 is not
// among them: where the login with a passcode goes another way, the program does not get to its checks.
var breaks = []struct {
	number  int
	also    []int // what the same thing breaks too
	name    string
	tamper  tamper
	id      string // "": healthy
	env     func(*rdssim.Server) map[string]string
	options []rdssim.Option
	patient bool
}{
	{number: 1, name: "no request id", tamper: without("X-Request-Id", "/jobs")},
	{number: 1, name: "no date", tamper: without("Date", "/auth/tokens")},
	{number: 1, name: "another request id in the body", tamper: edited("/jobs", `"request_id":"`, `"request_id":"f`)},
	{number: 2, name: "200", tamper: loggedInWith(http.StatusOK)},
	{number: 2, name: "short", options: []rdssim.Option{rdssim.WithTokenSize(200)}},
	{number: 2, name: "an hour", options: []rdssim.Option{rdssim.WithTokenLife(time.Hour)}},
	{number: 3, name: "404", tamper: answered(nobody, http.StatusNotFound)},
	{number: 3, name: "tells the domain", tamper: edited(`"domain":{"name":"`+nowhere, "username or password", "domain")},
	{number: 3, name: "one text for all", tamper: edited(`"project":{"domain"`, "Could not find[^\"]*", "The username or password is wrong.")},
	{number: 5, name: "lives on", tamper: edited(`"methods":["token"]`, `"expires_at":"20`, `"expires_at":"21`)},
	{number: 5, name: "refused", tamper: func(_ *http.Request, sent string, resp *http.Response) {
		if strings.Contains(sent, `"methods":["token"]`) && !strings.Contains(sent, "scope") {
			resp.StatusCode = http.StatusForbidden
		}
	}},
	{number: 6, name: "404", tamper: answered(noAgency, http.StatusNotFound)},
	{number: 7, name: "refused", tamper: answered(`"scope":{"project":{"name":"eu-de_rehearsal"}}`, http.StatusUnauthorized)},
	{number: 7, name: "another project", tamper: edited(
		`"scope":{"project":{"name":"eu-de_rehearsal"}}`, rdssim.ProjectID, rdssim.RootProjectID,
	)},
	{number: 8, name: "without a project too", tamper: edited(`"methods":["token"]`, `"type":"identity"`, `"type":"rdsv3"`)},
	{number: 9, name: "another project", env: byKey, tamper: edited("/auth/catalog", rdssim.ProjectID, rdssim.RootProjectID)},
	{number: 10, name: "another code", tamper: edited("/jobs", "APIGW.0301", "APIGW.0302")},
	{number: 11, name: "another code", tamper: edited("/jobs", "APIGW.0307", "APIGW.0301")},
	{number: 12, name: "404", tamper: answered(noProjectID+"/jobs", http.StatusNotFound)},
	{number: 12, name: "401", tamper: answered(noProjectID+"/jobs", http.StatusUnauthorized)},
	{number: 12, name: "401 for a key", env: byKey, tamper: answered(noProjectID+"/jobs", http.StatusUnauthorized)},
	{number: 17, name: "text is taken", tamper: func(req *http.Request, _ string, resp *http.Response) {
		if req.Header.Get("Content-Type") == "text/plain" {
			resp.StatusCode = http.StatusOK
		}
	}},
	{number: 17, name: "a body is a must", tamper: func(req *http.Request, sent string, resp *http.Response) {
		if strings.Contains(req.URL.Path, "errorlog-download") && sent == "" {
			resp.StatusCode = http.StatusUnsupportedMediaType
		}
	}},
	{number: 18, name: "a task for each call", tamper: anew(`"workflow_id":"........`, `"workflow_id":"%08d`)},
	{number: 19, name: "other files for each call", tamper: anew(`"file_name":"........`, `"file_name":"%08d`)},
	{number: 19, name: "never a new one", options: []rdssim.Option{rdssim.WithLogLife(time.Hour)}, patient: true},
	{number: 19, name: "too soon a new one", options: []rdssim.Option{rdssim.WithLogLife(5 * time.Minute)}, patient: true},
	{number: 20, name: "no file failed", id: rdssim.InstancePartlyFails, tamper: edited(
		"errorlog-download", `"status":"FAILED","create_at"`, `"status":"success","create_at"`,
	)},
	{number: 21, name: "400", tamper: answered(noInstanceID, http.StatusBadRequest)},
	{number: 23, name: "another form", id: "orders-db"},
	{number: 24, name: "a size at once", tamper: edited(
		"errorlog-download", `"status":"EXPORTING",("file_size":null,)?`, `"status":"EXPORTING","file_size":"0",`,
	)},
	{number: 24, also: []int{25}, name: "another word", tamper: edited("errorlog-download", `"EXPORTING"`, `"CREATING"`)},
	{number: 25, name: "upper case", tamper: edited("errorlog-download", `"finish"`, `"FINISH"`)},
	{number: 26, name: "stays", tamper: edited("errorlog-download", `"create_at":\d+`, `"create_at":1589529991385`)},
	{number: 26, name: "seconds", tamper: edited("errorlog-download", `"update_at":(\d+)\d\d\d`, `"update_at":$1`)},
	{number: 27, name: "a number", tamper: edited("errorlog-download", `"file_size":"(\d+)"`, `"file_size":$1`)},
	{number: 27, name: "kilobytes", tamper: edited("errorlog-download", `"file_size":"\d+"`, `"file_size":"20.11"`)},
	{number: 27, name: "another size", tamper: edited("errorlog-download", `"file_size":"\d+"`, `"file_size":"0"`)},
	{number: 28, name: "with an extension", tamper: edited("errorlog-download", `(_errorlog_download_\d{17})"`, `$1.log"`)},
	{number: 28, also: []int{18}, name: "a task for each file", id: rdssim.InstanceTwoFiles, tamper: edited(
		"errorlog-download", `^(\{"list":\[\{"workflow_id":")........`, `${1}00000000`,
	)},
	{number: 29, name: "another name", tamper: edited("/jobs", `"process"`, `"progress"`)},
	{number: 29, name: "never completed", tamper: edited("/jobs", `"Completed"`, `"Running"`)},
	{number: 30, name: "another code", tamper: edited("/jobs", "DBS.200543", "RDS.5041")},
	{number: 31, name: "lives 208 s", options: []rdssim.Option{rdssim.WithLinkLife(208 * time.Second)}},
	{number: 32, name: "another code", tamper: edited("/obs/", "SignatureDoesNotMatch", "AccessDenied")},
	{number: 32, name: "no XML", tamper: func(req *http.Request, _ string, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, "/obs/") && resp.StatusCode == http.StatusForbidden {
			resp.Header.Set("Content-Type", "text/html")
		}
	}},
	{number: 32, name: "expired is another text", tamper: edited("/obs/", "Request has expired", "Too late"), patient: true},
	{number: 33, name: "ignored", tamper: answered("&unsigned=1", http.StatusPartialContent)},
	{number: 34, name: "a token is ignored", tamper: withHeader("/obs/", "X-Auth-Token", http.StatusPartialContent)},
	{number: 35, name: "no ETag", tamper: without("Etag", "/obs/")},
	{number: 35, name: "If-Match ignored", tamper: func(req *http.Request, _ string, resp *http.Response) {
		if req.Header.Get("If-Match") != "" {
			resp.StatusCode = http.StatusPartialContent
		}
	}},
	{number: 37, name: "offset is an index", tamper: edited("limit=2&offset=3", `"content":"`, `"content":"other `)},
	{number: 38, name: "another total", tamper: edited("offset=1000", `"total_record":\d+`, `"total_record":7`)},
	{number: 39, name: "more rows", tamper: edited("level=ALL", `"total_record":\d+`, `"total_record":2001`)},
	{number: 40, name: "and above", tamper: edited("level=ERROR", `"level":"ERROR"`, `"level":"FATAL"`)},
	{number: 41, name: "another code", tamper: edited("level=NOPE", "DBS.280001", "DBS.200001")},
	{number: 42, name: "another code", tamper: edited("Z&start_date", "DBS.01010023", "DBS.280001")},
	{number: 43, name: "refused", tamper: func(req *http.Request, _ string, resp *http.Response) {
		from, err := time.Parse("2006-01-02T15:04:05-0700", req.URL.Query().Get("start_date"))
		if err == nil && time.Since(from) > 31*24*time.Hour {
			resp.StatusCode = http.StatusBadRequest
		}
	}},
	{number: 44, name: "with a prefix", tamper: edited("/errorlog?", `"content":"`, `"content":"ERROR:  `)},
	{number: 47, name: "offset is a page", tamper: edited("limit=1&offset=1", `"id":"`, `"id":"other`)},
	{number: 48, name: "exact", tamper: edited("name=rders", `"id":"`, `"id":"other-`)},
	{number: 49, name: "not found", tamper: answered("name=no-instance", http.StatusNotFound)},
	{number: 50, name: "another word", tamper: edited("/instances", "replica_of", "primary")},
	{number: 51, name: "a time", tamper: edited("/instances", `"created":""`, `"created":"0"`)},
	{number: 53, name: "with update_at", tamper: edited("slowlog-download", "create_at", "update_at")},
	{number: 54, name: "another name", tamper: edited("slowlog-download", "_slowlog_download_", "_log_")},
	{number: 55, name: "busy with the other export", tamper: func(req *http.Request, _ string, resp *http.Response) {
		if strings.Contains(req.URL.Path, "slowlog-download") {
			resp.StatusCode = http.StatusConflict
		}
	}},
	{number: 56, name: "offset is a page", tamper: edited(`"offset":1`, `"database":"`, `"database":"other`)},
	{number: 57, name: "milliseconds", tamper: edited("statistics", ` s"`, ` ms"`)},
	{number: 58, name: "the whole address", tamper: edited("statistics", `\*`, "0")},
	{number: 59, name: "another code", tamper: edited(`"type":"NOPE"`, "DBS.280001", "DBS.200001")},
	{number: 36, name: "no count", id: rdssim.InstanceEmpty, tamper: edited("errorlog-download", `"count":0`, `"count":null`)},
}

// TestBrokenAssumptionIsNoticed: in a cloud that differs from the simulator in one thing, that one does not hold.
func TestBrokenAssumptionIsNoticed(t *testing.T) {
	for _, b := range breaks {
		t.Run(fmt.Sprintf("%d %s", b.number, b.name), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New(b.options...)
				env, args := byPassword(cloud), []string{rdssim.InstanceHealthy}
				if b.env != nil {
					env = b.env(cloud)
				}
				if b.id != "" {
					args[0] = b.id
				}
				if b.patient {
					args = append([]string{"-patient"}, args...)
				}
				a := ask(t, cloud, env, b.tamper, args...)
				if diff := cmp.Diff(slices.Sorted(slices.Values(append(b.also, b.number))), a.verdicts(t)[doesNotHold]); diff != "" || a.status != 1 {
					t.Errorf("status %d, %s\n%s%s", a.status, diff, a.stdout, a.stderr)
				}
				a.tellsNoSecret(t)
			})
		})
	}
}

// TestEveryQuestionHasItsBreak: no question can say "holds" that could not say the contrary.
func TestEveryQuestionHasItsBreak(t *testing.T) {
	var broken []int
	for _, b := range breaks {
		broken = append(broken, b.number)
	}
	neverAsked := []int{4, 13, 14, 15, 16, 22, 45, 46, 52, 60} // 4: see breaks
	for number := range checks {
		if slices.Contains(broken, number) == slices.Contains(neverAsked, number) {
			t.Errorf("assumption %d", number)
		}
	}
}

// TestCloudOutOfOrder: an answer that has nothing to do with the question is not a verdict.
func TestCloudOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New()
		a := ask(t, cloud, byPassword(cloud), answered("/jobs", http.StatusServiceUnavailable), rdssim.InstanceHealthy)
		got := a.verdicts(t)
		for _, number := range []int{1, 10, 11, 12, 29, 30} {
			if !slices.Contains(got[notAsked], number) {
				t.Errorf("assumption %d was asked", number)
			}
		}
		if got[doesNotHold] != nil || !strings.Contains(a.stdout, "cannot be asked: the cloud answered 503 ") {
			t.Error(a.stdout)
		}
	})
}
