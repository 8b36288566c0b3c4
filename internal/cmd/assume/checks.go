// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// judge collects what speaks for and against one assumption.
type judge struct {
	*walk
	wrong    bool
	lacking  string // why it cannot be judged; what comes later does not count
	open     string // the part that nothing was found out about
	evidence []string
}

// check looks at the record. It must cope with JSON of any form: parts that are not there are nil.
type check func(*judge)

// need ends the judgement unless a condition holds.
func (j *judge) need(condition bool, format string, values ...any) {
	if !condition {
		j.lacking = cmp.Or(j.lacking, fmt.Sprintf(format, values...))
	}
}

// want adds evidence, which speaks against the assumption unless a condition holds.
func (j *judge) want(condition bool, format string, values ...any) {
	if !condition {
		format = "NOT SO: " + format
	}
	if j.lacking == "" {
		j.wrong = j.wrong || !condition
		j.evidence = append(j.evidence, fmt.Sprintf(format, values...))
	}
}

// answers returns the exchanges of a step. Each must be the API's. If there is none, it returns an empty one.
func (j *judge) answers(step string) []exchange {
	all := j.of(step)
	if len(all) == 0 {
		all = []exchange{{fault: cmp.Or(reasons[step], "the walk did not come to: "+step)}}
	}
	for _, e := range all {
		j.need(!e.foreign(), "%s", j.show(e))
	}
	return all
}

// values returns texts of a step's answers: status, code and message for the path "", a header for "#Name", or parts of
// the JSON of good ones.
func (j *judge) values(step, path string) []string {
	var all []string
	for _, e := range j.answers(step) {
		switch name, isHeader := strings.CutPrefix(path, "#"); {
		case isHeader:
			all = append(all, e.header.Get(name))
		case path == "":
			all = append(all, j.show(e))
		default:
			j.need(e.good(), "the cloud answered %s", j.show(e))
			for _, v := range find(e.json, path) {
				all = append(all, write(v))
			}
		}
	}
	return all
}

// is returns a check: each value of each step has a form. A status can have a message behind it. The evidence is some
// values, those of another form first.
func is(path, form string, steps ...string) check {
	return func(j *judge) {
		known := func(name string) string { return regexp.QuoteMeta(j.known[name]) }
		pattern := regexp.MustCompile("^(?:" + os.Expand(form, known) + ")" + map[string]string{"": "( .*)?"}[path] + "$")
		for _, step := range steps {
			values := j.values(step, path)
			other := slices.DeleteFunc(slices.Clone(values), pattern.MatchString)
			shown := slices.Compact(append(slices.Clone(other), values...))
			j.need(len(values)+len(j.evidence) > 0, "%s: there is no %s", step, path)
			j.want(len(other) == 0, "%s: %s %s", step, path, strings.Join(shown[:min(3, len(shown))], ", "))
		}
	}
}

// same returns a check: all values at a path are the same.
func same(path string, steps ...string) check {
	return func(j *judge) {
		j.known["same"] = append(j.values(steps[0], path), "")[0]
		is(path, "${same}", steps...)(j)
	}
}

// page returns a check: one step's list is a part of another's.
func page(path, part, whole string, from, to int) check {
	return func(j *judge) {
		all := j.values(whole, path)
		j.need(len(all) >= to, "%s: there are only %d", whole, len(all))
		j.want(len(all) >= to && slices.Equal(j.values(part, path), all[from:to]), "%s: %d to %d of %d", part, from+1, to, len(all))
	}
}

// sorted returns a check: a step's values are in order, by the numbers at their start. A sign of -1 turns it round.
func sorted(path, step string, sign int) check {
	return func(j *judge) {
		all := j.values(step, path)
		j.want(slices.IsSortedFunc(all, func(a, b string) int {
			var x, y float64
			_, _ = fmt.Sscanf(a, `"%g`, &x) // 0 if there is none
			_, _ = fmt.Sscanf(b, `"%g`, &y)
			return sign * cmp.Or(cmp.Compare(x, y), strings.Compare(a, b))
		}), "%s: %d in the order of %s", step, len(all), path)
	}
}

// none returns a check: the steps find nothing.
func none(path string, steps ...string) check {
	return func(j *judge) {
		for _, step := range steps {
			e := j.answers(step)[0]
			j.want(len(find(e.json, path)) == 0, "%s: %s has none", step, j.show(e))
		}
	}
}

func open(part string) check { return func(j *judge) { j.open = part } }

// ifPatient returns a check that is open unless the walk was a patient one.
func ifPatient(part string, c check) check {
	return func(j *judge) {
		if j.open = part; j.patient {
			j.open = ""
			c(j)
		}
	}
}

// readable returns a check: without a good answer to the step, a refusal of another has another reason.
func readable(step string) check { return func(j *judge) { j.values(step, "-") } }

// never returns a check for what would disturb somebody, or takes more than one instance and one caller.
func never(because string) check { return func(j *judge) { j.need(false, "%s", because) } }

const (
	rows       = "error_log_list.*"
	statements = "slow_log_list.*"
	rdsURL     = "catalog.*type=rdsv3.endpoints.*.url"
	xml        = ".*xml.*"
	slowDown   = "reaching the limit would slow down everybody who works in this project"
	locking    = "a signature that fails counts towards locking the access key"
)

// checks has the checks for each assumption, by its number.
var checks = map[int][]check{
	1: {func(j *judge) {
		e := j.answers("no credential")[0]
		header, body := e.header.Get("X-Request-Id"), text(e.json, "request_id")
		j.want(header == body, "the gateway answered with X-Request-Id %s and request_id %s", header, body)
	}, is("#X-Request-Id", ".+", api), is("#Date", ".+", api)},
	2: {func(j *judge) {
		e, length := j.answers("login")[0], len(j.known["token"])
		j.need(j.config.Password != "", "%s", reasons["token"])
		issued, _ := time.Parse(time.RFC3339, text(e.json, "token.issued_at"))
		expires, _ := time.Parse(time.RFC3339, text(e.json, "token.expires_at"))
		life := expires.Sub(issued).Round(time.Second)
		j.want(e.status == http.StatusCreated && length >= 1_000 && length <= 50_000 && (life-24*time.Hour).Abs() <= time.Minute,
			"the login was answered %d, X-Subject-Token has %d bytes, and the token lives %s", e.status, length, life)
	}},
	3: {
		open("a wrong password was not tried, a few lock the user"), is("", "401", "unknown user", "unknown domain", "unknown project"),
		func(j *judge) {
			user, domain, project := j.values("unknown user", "")[0], j.values("unknown domain", "")[0], j.values("unknown project", "")[0]
			j.want(user == domain && user != project, "user and domain have the same message, and the project another one")
		},
	},
	4: {func(j *judge) {
		j.need(j.config.Passcode != "", "log in as a user with MFA, by OS_USER_ID, OS_PASSWORD and OS_PASSCODE, to ask it")
	}, is("", "20.", "login")},
	5: {is("", "20.", "token from a token"), same("token.expires_at", "login", "token from a token")},
	6: {is("", "403", "unknown agency"), func(j *judge) {
		if j.config.AgencyName == "" {
			j.open = "an agency that exists was not tried"
		}
	}},
	7:  {is("", "20.", "project without a domain"), same("token.project.id", "login", "project without a domain")},
	8:  {is("token."+rdsURL, `".*/${project ID}"`, "login"), readable("token from a token"), none("token."+rdsURL, "token from a token")},
	9:  {is("", "200", "signed catalogue"), is(rdsURL, `".*/${signed project}"`, "signed catalogue")},
	10: {is("", `401 APIGW\.0301`, "no credential")},
	11: {open("an expired and a revoked token were not tried"), is("", `401 APIGW\.0307`, "unknown token")},
	12: {is("", `403 DBS\.200010`, "another project")},
	13: {never(slowDown)}, 14: {never("it would lock the access key")}, 15: {never(locking)}, 16: {never(locking)},
	17: {is("", `415|400 DBS\.280001`, "a list as body", "text/plain as body"), func(j *judge) {
		bare := slices.DeleteFunc(append(j.of(errorExport), j.of(errorExport+" refused")...), func(e exchange) bool {
			return e.foreign() || e.status == http.StatusConflict || e.request.ContentLength > 0
		})
		j.need(len(bare) > 0, "no answer came to a call without a body")
		j.want(!slices.ContainsFunc(bare, func(e exchange) bool { return !e.good() }), "%d calls without a body were good", len(bare))
	}},
	18: {same("list.*.workflow_id", working)},
	19: {func(j *judge) {
		first, later := j.answers(ended)[0], j.answers(again)
		j.want(first.names() == later[len(later)-1].names(), "in %d answers after its end, the same files were there", len(later))
	}, ifPatient("that a call after some 15 minutes starts a new one was not tried (-patient does)", func(j *judge) {
		first, calls := j.answers(ended)[0], j.answers(nextExport.name)
		next := calls[len(calls)-1]
		after := next.at.Sub(first.at).Round(time.Minute)
		j.want(next.names() != first.names() && after >= 10*time.Minute && after <= 20*time.Minute,
			"a new export was there %s after the end of the first", after)
	})},
	20: {func(j *judge) {
		e := j.answers(ended)[0]
		failed := append(find(e.json, "list.*status=FAILED"), find(e.json, "list.*status=failed")...)
		j.need(strings.EqualFold(text(e.json, "status"), "FAILED"), "this export did not fail")
		j.want(len(failed) > 0, "%d of %d files failed", len(failed), len(find(e.json, "list.*")))
	}, is("list.*.status", `(?i)"(failed|success)"`, ended)},
	21: {open("a busy instance and one of another engine were not tried"), is("", `404 DBS\.200602`, "unknown instance")},
	22: {never("it takes an instance of a second project")},
	23: {func(j *judge) {
		j.want(regexp.MustCompile(`^[0-9a-f]{32}in0[13]$`).MatchString(j.id), "this instance is %s", j.id)
	}},
	24: {
		is("list.*.status", `"EXPORTING"`, working), is("list.*.file_size", "null", working),
		is("list.*.file_link", "null", working), is("list.*.update_at", "null", working),
	},
	25: {is("status", `"(finish|CREATING|FAILED)"`, errorExport), is("list.*.status", `"(success|EXPORTING|FAILED)"`, errorExport)},
	26: {func(j *judge) {
		created := append(j.values(ended, "list.*.create_at"), j.values(again, "list.*.create_at")...)
		j.need(len(created) > 0, "the export has no file")
		j.want(len(slices.Compact(slices.Clone(created))) > 1, "create_at is %s", strings.Join(created, ", "))
		for _, e := range append(j.answers(ended), j.answers(again)...) {
			for _, v := range append(find(e.json, "list.*.create_at"), find(e.json, "list.*.update_at")...) {
				ms, _ := v.(float64)
				off := time.UnixMilli(int64(ms)).Sub(e.date()) // Date has whole seconds
				j.want(off >= -2*time.Second && off <= 3*time.Second, "%s from Date to a time in the list", off)
			}
		}
	}},
	27: {func(j *judge) {
		size := j.known[errorExport+" size"]
		_, total, _ := strings.Cut(j.values("link", "#Content-Range")[0], "/")
		j.want(size == strconv.Quote(total), "file_size is %s, and the file has %s bytes", size, total)
	}},
	28: {is("list.*.file_name", `"[0-9a-f]{32}_errorlog_download_[0-9]{17}"`, ended), same("list.*.workflow_id", ended)},
	29: {
		is("job.id", "[^n].*", "job"), is("job.name", "[^n].*", "job"), is("job.created", "[^n].*", "job"), is("job.ended", "[^n].*", "job"),
		is("job.process", "[^n].*", "job"), is("job.instance", "[^n].*", "job"), is("job.status", `"(Completed|Failed)"`, "job"),
	},
	30: {open("the job of an export that failed in part was not seen"), is("", `400 DBS\.200543`, "unknown job")},
	31: {func(j *judge) {
		link, _ := url.Parse(j.known[errorExport+" link"])
		query, answers := link.Query(), j.answers(again)
		signature, _ := base64.StdEncoding.DecodeString(query.Get("Signature"))
		expires, _ := strconv.ParseInt(query.Get("Expires"), 10, 64)
		life := time.Unix(expires, 0).Sub(answers[len(answers)-1].date())
		j.need(link.Host != "", "the export gave no link")
		j.want((query.Has("AWSAccessKeyId") || query.Has("AccessKeyId")) && query.Has("response-cache-control") && len(signature) == 20 &&
			(life-5*time.Minute).Abs() <= 5*time.Second, "the query has %s; the signature has %d bytes (HMAC-SHA1: 20); the link lives %s",
			strings.Join(slices.Sorted(maps.Keys(query)), ", "), len(signature), life)
	}},
	32: {
		is("", "403 SignatureDoesNotMatch", "link with another signature"), is("#Content-Type", xml, "link with another signature"),
		ifPatient("an expired link was not tried (-patient does)", is("", "403 AccessDenied Request has expired", "expired link")),
		ifPatient("an expired link was not tried (-patient does)", is("#Content-Type", xml, "expired link")),
	},
	33: {is("", "400 InvalidArgument", "link with one more parameter")},
	34: {is("", "400 InvalidArgument", "link with X-Auth-Token", "link with Authorization", "link with Content-Type")},
	35: {
		is("#Etag", ".+", "link"), is("#Last-Modified", ".+", "link"), is("#Content-Encoding", "", "link"),
		is("#Content-Range", `bytes 0-0/\d+`, "link"),
		func(j *judge) { j.want(len(j.answers("link")[0].body) == 1, "the answer has one byte") },
		is("", "206", "link", "link, If-Range with its tag", "link, If-Match with its tag"),
		is("", "200", "link, If-Range with another tag"), is("", "412", "link, If-Match with another tag"),
	},
	36: {func(j *judge) {
		for _, e := range j.answers(errorExport) {
			if count := write(find(e.json, "count")[0]); len(find(e.json, "list.*")) == 0 {
				j.want(count == "0", "an empty list came with count %s", count)
			}
		}
		j.need(len(j.evidence) > 0, "no answer had an empty list")
	}},
	37: {page(rows, "rows, page 3 of 2", "rows", 4, 6), is("", `400 DBS\.280001`, "rows, limit 101"), func(j *judge) {
		standard, all := len(j.values("rows without a limit", rows)), len(j.values("rows", rows))
		j.want(standard == min(10, all), "%d rows came without a limit", standard)
	}},
	38: {sorted(rows+".time", "rows", -1), none(rows, "rows, page 1000"), same("total_record", "rows", "rows, page 1000")},
	39: {
		open("more than 2,000 rows were not seen"), is("total_record", `\d{1,3}|1\d{3}|2000`, "rows of a month"),
		none(rows, "rows of a month, page 21 of 100"),
	},
	40: {is(rows+".level", `"ERROR"`, "rows of ERROR")},
	41: {open("an unknown engine was not tried"), is("", `400 DBS\.280001`, "rows of level NOPE", "rows, limit 101")},
	42: {is("", `400 DBS\.01010023`, "rows until Z")},
	43: {open("whether older rows are left out was not seen"), readable("rows"), is("", "200", "rows of two months")},
	44: {is(rows+".time", `"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"`, "rows"), func(j *judge) {
		prefix := regexp.MustCompile(`^"[^\\]*(DEBUG\d|INFO|NOTICE|LOG|WARNING|ERROR|FATAL|PANIC):  `)
		j.want(!slices.ContainsFunc(j.values("rows", rows+".content"), prefix.MatchString), "no content begins with a prefix")
	}},
	45: {never("it takes an error that is caused on purpose")}, 46: {never("it takes an instance whose storage is full")},
	47: {page("instances.*", "instances, offset 1", "instances", 1, 2), same("total_count", "instances", "instances, offset 1")},
	48: {func(j *judge) {
		for _, by := range []string{"its name", "a part of its name", "* and a part of its name", "a part of its ID", "* and a part of its ID"} {
			j.want(len(j.values("the instance by "+by, "instances.*id="+j.id)) == 1, "it is found by %s", by)
		}
	}},
	49: {
		readable("instances"), is("", "200", "instances of an unknown name"),
		none("instances.*", "instances of an unknown name", "instances of postgresql", "instances of type ha"),
	},
	50: {is("instances.*type=Replica.related_instance.*.type", `"replica_of"`, "instances")},
	51: {
		is("instances.*status=BUILD.created", `""`, "instances"), is("instances.*status=BUILD.updated", `""`, "instances"),
		is("instances.*status=BUILD.private_ips.*", `" *"`, "instances"),
	},
	52: {never("it takes an instance that is being created")},
	53: {
		is("status", `(?i)"(finish|creating|failed)"`, slowExport), is("list.*.update_at", "null", slowExport, meanwhile),
		is("list.*.status", `(?i)"(success|exporting|failed)"`, slowExport, meanwhile),
	},
	54: {is("list.*.file_name", `".*_slowlog_download_.*"`, slowExport), func(j *judge) {
		form := regexp.MustCompile(`LOG:  duration: [0-9.]+ ms  (statement|parse|bind|execute)\b`)
		j.want(form.Match(j.answers("slow query log")[0].body), "the start of the file has a line of that form")
	}},
	55: {readable(working), func(j *judge) {
		j.need(len(j.of(errorExport+" refused")) == 0, "the first call of errorlog-download was refused, too")
	}, is("", "200", meanwhile)},
	56: {
		page(statements, "statistics, offset 1", "statistics", 1, 2), sorted(statements+".count", "statistics", -1),
		sorted(statements+".time", "statistics by time", -1), sorted(statements+".time", "statistics by time, asc", 1),
	},
	57: {
		is(statements+".count", `"\d+ \(\d+\.\d\d%\)"`, "statistics"), is(statements+".time", `"\d+\.\d+ s"`, "statistics"),
		is(statements+".lock_time", "null", "statistics"), is(statements+".rows_sent", "null", "statistics"),
		is(statements+".rows_examined", "null", "statistics"),
	},
	58: {func(j *judge) {
		clients := j.values("statistics", statements+".client_ip")
		whole := slices.DeleteFunc(slices.Clone(clients), func(client string) bool { return strings.Contains(client, "*") })
		j.need(len(clients) > 0, "there is no slow statement in the last 24 hours")
		j.want(len(whole) == 0, "of %d statements, %d have a whole address", len(clients), len(whole))
	}},
	59: {is("", `400 DBS\.280001`, "statistics of type NOPE", "statistics in order NOPE", "statistics of database <")},
	60: {never(slowDown)},
}
