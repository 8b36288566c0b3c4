// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

// step is one request of the walk. Its texts have values such as ${token}.
type step struct {
	name, as      string // as: who sends it
	request, body string // request: method and URL
	header        string // Name: value
}

const (
	caller = "with the caller's credential"
	bare   = "without a credential"
	files  = "without a credential and a client certificate" // to a link's host

	awaited = "until its end"
	patient = "if there is time"
)

// The exports, as in the address. Their answers have names of their own before the end, at the end, and afterwards.
const (
	errorExport = "errorlog-download"
	working     = errorExport + ": working"
	ended       = errorExport + ": ended"
	again       = errorExport + ": again"
	slowExport  = "slowlog-download"
	meanwhile   = "slowlog-download meanwhile"
	api         = "all answers of the API"
)

// reasons has why a value is not known, or a step has no answer.
var reasons = map[string]string{
	"token":               "the caller has no token from IAM: log in by password to ask it",
	"login":               "the caller has no token from IAM: log in by password to ask it",
	"own token":           "the caller has no token from IAM, or works in another account through an agency: log in by password to ask it",
	"signed catalogue":    "use AK/SK without OS_RDS_ENDPOINT_OVERRIDE to ask it",
	"name":                "the list has no instance of this ID with a name of 3 letters or more",
	working:               "the export was done before the first call: run it again half an hour after the last export",
	ended:                 "the export did not come to its end",
	again:                 "the export did not come to its end",
	errorExport + " task": "the export did not come to its end, or named no task",
	errorExport + " link": "the export gave no link",
	slowExport + " link":  "the export of the slow query log gave no link",
}

// Names and IDs that nobody has, and addresses.
const (
	nobody       = "nobody-asks-as-this-user"
	nowhere      = "no-such-project-anywhere"
	noAgency     = "no-such-agency-anywhere"
	noProjectID  = "00000000000000000000000000000000"
	noInstanceID = "00000000000000000000000000000000in03"
	noToken      = "not-a-token"
	noTag        = `"00000000000000000000000000000000"`
	noJob        = "/jobs?id=00000000-0000-0000-0000-000000000000"
	own          = "${rds}/instances/${id}"
	start        = "POST " + own + "/errorlog-download"
	errorLog     = "GET " + own + "/errorlog?end_date=${now}%2B0000&start_date="
	day          = "${a day ago}%2B0000"
	today        = `{"start_time":"${a day ago}+0000","end_time":"${now}+0000"`
	list         = "GET ${rds}/instances?"
	slow         = "POST ${rds v3.1}/instances/${id}/slow-logs/statistics"
	link         = "GET ${errorlog-download link}"
	tokens       = "POST ${iam}/auth/tokens" //nolint:gosec // an address
	withPassword = `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"` + nobody + `","password":"` + nobody + `",`
	withToken    = `{"auth":{"identity":{"methods":["token"],"token":{"id":"` //nolint:gosec // it has a placeholder
	inProject    = `"}},"scope":{"project":{`
)

// steps is the walk: what is refused, what is read, and the exports with their links.
var steps = []step{
	{"unknown user", bare, tokens, withPassword + `"domain":{"id":"${home}"}}}}}}`, ""},
	{"unknown domain", bare, tokens, withPassword + `"domain":{"name":"` + nowhere + `"}}}}}}`, ""},
	{"unknown project", bare, tokens, withToken + "${token}" + inProject + `"domain":{"id":"${home}"},"name":"` + nowhere + `"}}}}`, ""},
	{
		"unknown agency", bare, tokens, `{"auth":{"identity":{"methods":["assume_role"],"assume_role":{"domain_id":"${home}","agency_name":"` +
			noAgency + `"}}}}`, "X-Auth-Token: ${token}",
	},
	{"token from a token", bare, tokens, withToken + `${own token}"}}}}`, ""},
	{"project without a domain", bare, tokens, withToken + "${own token}" + inProject + `"name":"${project}"}}}}`, ""},
	{"no credential", bare, "GET ${rds}" + noJob, "", ""},
	{"unknown token", bare, "GET ${rds}" + noJob, "", "X-Auth-Token: " + noToken},
	{"unknown job", caller, "GET ${rds}" + noJob, "", ""},
	{"unknown instance", caller, "POST ${rds}/instances/" + noInstanceID + "/errorlog-download", "{}", ""},
	{"a list as body", caller, start, "[]", ""},
	{"text/plain as body", caller, start, "{}", "Content-Type: text/plain"},
	{"rows", caller, errorLog + day + "&limit=100", "", ""},
	{"rows, page 3 of 2", caller, errorLog + day + "&limit=2&offset=3", "", ""},
	{"rows, page 1000", caller, errorLog + day + "&limit=100&offset=1000", "", ""},
	{"rows without a limit", caller, errorLog + day, "", ""},
	{"rows of a month", caller, errorLog + "${30 days ago}%2B0000&limit=100&level=ALL", "", ""},
	{"rows of a month, page 21 of 100", caller, errorLog + "${30 days ago}%2B0000&limit=100&level=ALL&offset=21", "", ""},
	{"rows of two months", caller, errorLog + "${60 days ago}%2B0000", "", ""},
	{"rows of ERROR", caller, errorLog + day + "&limit=100&level=ERROR", "", ""},
	{"rows of level NOPE", caller, errorLog + day + "&level=NOPE", "", ""},
	{"rows, limit 101", caller, errorLog + day + "&limit=101", "", ""},
	{"rows until Z", caller, "GET " + own + "/errorlog?end_date=${now}Z&start_date=${a day ago}Z", "", ""},
	{"instances", caller, list, "", ""},
	{"instances, offset 1", caller, list + "limit=1&offset=1", "", ""},
	{"instances of an unknown name", caller, list + "name=no-instance-has-this-name-0", "", ""},
	{"instances of postgresql", caller, list + "datastore_type=postgresql", "", ""},
	{"instances of type ha", caller, list + "type=ha", "", ""},
	{"the instance by its ID", caller, list + "id=${id}", "", ""},
	{"the instance by its name", caller, list + "name=${name}", "", ""},
	{"the instance by a part of its name", caller, list + "name=${part of the name}", "", ""},
	{"the instance by * and a part of its name", caller, list + "name=*${part of the name}", "", ""},
	{"the instance by a part of its ID", caller, list + "id=${part of the ID}", "", ""},
	{"the instance by * and a part of its ID", caller, list + "id=*${part of the ID}", "", ""},
	{"statistics", caller, slow, today + `,"limit":100}`, ""},
	{"statistics, offset 1", caller, slow, today + `,"limit":1,"offset":1}`, ""},
	{"statistics by time", caller, slow, today + `,"limit":100,"sort":"executeTime"}`, ""},
	{"statistics by time, asc", caller, slow, today + `,"limit":100,"sort":"executeTime","order":"asc"}`, ""},
	{"statistics of type NOPE", caller, slow, today + `,"type":"NOPE"}`, ""},
	{"statistics in order NOPE", caller, slow, today + `,"order":"NOPE"}`, ""},
	{"statistics of database <", caller, slow, today + `,"database":"<"}`, ""},
	{errorExport, caller, start, "{}", ""},
	{meanwhile, caller, "POST " + own + "/slowlog-download", "{}", ""},
	{errorExport, awaited, "", "", ""},
	{"job", caller, "GET ${rds}/jobs?id=${errorlog-download task}", "", ""},
	{"link", files, link, "", "Accept-Encoding: gzip"},
	{"link, If-Range with its tag", files, link, "", "If-Range: ${tag}"},
	{"link, If-Range with another tag", files, link, "", "If-Range: " + noTag},
	{"link, If-Match with its tag", files, link, "", "If-Match: ${tag}"},
	{"link, If-Match with another tag", files, link, "", "If-Match: " + noTag},
	{"link with X-Auth-Token", files, link, "", "X-Auth-Token: " + noToken}, // a credential never goes to a link's host
	{"link with Authorization", files, link, "", "Authorization: " + noToken},
	{"link with Content-Type", files, link, "", "Content-Type: application/json"},
	{"link with one more parameter", files, link + "&unsigned=1", "", ""},
	{"link with another signature", files, "GET ${errorlog-download forgery}", "", ""},
	{slowExport, awaited, "", "", ""},
	{"slow query log", files, "GET ${slowlog-download link}", "", "Range: bytes=0-65535"},
	{"a link's end, and the next export", patient, "", "", ""},
	{"another project", caller, "GET ${rds of another project}" + noJob, "", ""}, // the last: the session ends with a 401
}

// The steps of a patient walk.
var (
	expiredLink = step{"expired link", files, link, "", ""}
	nextExport  = step{"next export", caller, start, "{}", ""}
)
