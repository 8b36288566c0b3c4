// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"slices"
)

// Assumption is something about the cloud that the simulator assumes. The code refers to it by its number.
type Assumption struct {
	Number int
	// Source is the page that states or shows it, or "guess".
	Source string
	Text   string
}

// String returns it as one line: Assumption 7 (guess): …
func (a Assumption) String() string {
	return fmt.Sprintf("Assumption %d (%s): %s", a.Number, a.Source, a.Text)
}

// Assumptions lists all of them, by number.
func Assumptions() []Assumption {
	return slices.Clone(assumptions)
}

// Pages of the cloud's public documentation, and others.
const (
	errorLogPage  = `API page "Obtaining Links for Downloading Error Logs"`
	slowLogPage   = `API page "Obtaining Links for Downloading Slow Query Logs"`
	jobPage       = `API page "Obtaining Information About a Task with a Specified ID"`
	errorCodePage = `API page "Error Codes"`
	tokenPage     = `IAM page "Obtaining a User Token"` //nolint:gosec // a title
	agencyPage    = `IAM page "Obtaining an Agency Token"`
	signingPage   = `guide "Signing and Authenticating API Requests"`
	linkPage      = `OBS page "Authentication of Signature in a URL"`
	rowsPage      = `API page "Querying Database Error Logs"`
	instancesPage = `API page "Querying DB Instances"`
	slowStatsPage = `API page "Querying Slow Query Log Statistics"`
	sisterPage    = "the sister cloud's page of the same API"
	seenInExample = "seen in published examples"
	guess         = "guess"
)

var assumptions = []Assumption{
	{1, guess, "Each answer has X-Request-Id and Date; the gateway repeats the ID in its error bodies as request_id."},
	{2, tokenPage, "POST /v3/auth/tokens answers 201 with the token in X-Subject-Token. A token is good for 24 hours and about 10 kB long."},
	{3, guess, "A wrong user name, domain or password is 401, always with the same message. A project that does not exist or is not the " +
		"user's is 401 with another message."},
	{4, `IAM page "Obtaining a User Token Through Password and Virtual MFA Authentication"`, "MFA: methods password and totp together, " +
		"totp with the user's id and passcode."},
	{5, guess, "A token made from a token ends when that one ends."},
	{6, agencyPage, "Agency: method assume_role with the trusting account's domain_name or domain_id and agency_name (xrole_name in older " +
		"clients); the caller is known by X-Auth-Token or signature. Unknown agency: 403."},
	{7, guess, "A project's name in the scope needs no domain: it belongs to the account of the login."},
	{8, guess, "The catalogue of a token with a project has rdsv3, whose URL ends in the project's ID. Without a project it has no rdsv3."},
	{9, guess, "GET /v3/auth/catalog with a signature takes the project from X-Project-Id."},
	{10, guess, "No credential at all is 401 APIGW.0301."},
	{11, errorCodePage, "A token that is unknown, expired or revoked is 401 APIGW.0307."},
	{12, guess, "A project in the path other than the credentials' is 403 DBS.200010."},
	{13, guess, "Beyond its limit the gateway answers 429 APIGW.0308 with Retry-After; IAM and RDS are limited together, the object store " +
		"is not."},
	{14, signingPage, "More than 5 failures in a row lock an access key for 5 minutes, and a locked key is 401 like a wrong one."},
	{15, signingPage, "X-Sdk-Date may differ from the server's time by 15 minutes at most. Signatures that fail are 401 APIGW.0301."},
	{16, guess, "host and x-sdk-date must be signed, and of content-type, x-project-id, x-domain-id and x-security-token those that are " +
		"there. A permanent key comes without a security token."},
	{17, guess, "errorlog-download takes no body, or a JSON object with that Content-Type; anything else is 415 or 400 DBS.280001."},
	{18, guess, "The first call starts an export. Each instance has one at a time."},
	{19, "seen in a sibling API", "About 15 minutes after an export's end, a call starts a new one. Until then each answer has the same " +
		"files."},
	{20, sisterPage, "FAILED means that a file failed: others may be success, with good links. A failed export stays failed until the " +
		"log's life is over."},
	{21, errorCodePage, "A busy instance is 409 DBS.200011, an instance of another engine 400 DBS.280343, one that does not exist 404 " +
		"DBS.200602."},
	{22, guess, "An instance of another project does not exist for the caller."},
	{23, errorLogPage, "Instance IDs are 32 hex digits and in03 (PostgreSQL) or in01 (MySQL)."},
	{24, slowLogPage, "While a file is made, its entry is EXPORTING, and file_size, file_link and update_at are absent (odd answers here) " +
		"or null (even ones)."},
	{25, errorLogPage, "Words are written as the page does: finish and success as in its example, CREATING, EXPORTING and FAILED as in its " +
		"tables."},
	{26, seenInExample, "create_at changes from answer to answer; create_at and update_at are the time of the answer, in milliseconds."},
	{27, errorLogPage, "file_size is a string of digits, in bytes."},
	{28, errorLogPage, "All files of an export have the same workflow_id; file names are {32 hex digits}_errorlog_download_{time in UTC, " +
		"17 digits}, different by a millisecond."},
	{29, jobPage, "A job has id, name, status (Running, Completed, Failed), created, ended, process, instance and, failed, fail_reason."},
	{30, guess, "If a file failed, the job is Failed. A job that is not known, or not yet, is 400 DBS.200543."},
	{31, linkPage, "A link is signed in the V2 style: HMAC-SHA1 over method, two empty lines, Expires and the path with " +
		"response-cache-control, in Base64; it lives 300 seconds."},
	{32, linkPage, "An expired link is 403 AccessDenied, \"Request has expired\"; a changed one 403 SignatureDoesNotMatch; both in XML."},
	{33, guess, "A link with a parameter that was not signed is 400 InvalidArgument."},
	{34, guess, "A link used with X-Auth-Token, Authorization or Content-Type is 400 InvalidArgument."},
	{35, guess, "The object store honours Range, If-Range, If-Match and their kin, sends ETag and Last-Modified, and never compresses."},
	{36, errorLogPage, "An empty list comes with count 0."},
	{37, rowsPage, "GET errorlog: offset is a page number from 1, limit is 1 to 100 with default 10."},
	{38, guess, "Rows come newest first. A page beyond the end is an empty list with the same total_record."},
	{39, rowsPage, "Only the latest 2,000 rows can be read, and total_record is at most 2,000."},
	{40, guess, "The level is exact: ERROR gives no FATAL. ALL gives every level."},
	{41, errorCodePage, "An unknown level or engine, and a number out of its range, are 400 DBS.280001."},
	{42, "seen by users of the sister cloud", "Times need an offset without a colon, such as +0000. Z in its place is 400 DBS.01010023."},
	{43, sisterPage, "What is older than 31 days is left out, without an error. The ends of the time belong to it, in whole seconds."},
	{44, guess, "content is the message without the prefix, with DETAIL, STATEMENT and the like on further lines. time is in UTC, without " +
		"a zone and a fraction."},
	{45, guess, "An event is in the rows and in a new export one minute later at the latest. Both have the same events."},
	{46, guess, "Rows are refused like an export. If the instance's storage is full, they are 409 DBS.200316."},
	{47, instancesPage, "GET instances: offset is an index from 0, limit is 1 to 100 with default 100. total_count counts all that match."},
	{48, instancesPage, "The filters name and id match a part of the value, with or without * before it, as in the page's example."},
	{49, instancesPage, "type and datastore_type are case-sensitive. No match is 200 with an empty list."},
	{50, instancesPage, "A read replica is an instance too. related_instance has its primary as replica_of, and replicas as replica."},
	{51, instancesPage, "While an instance is being created, created and updated are empty, and its address is a blank string."},
	{52, guess, "An instance that is being created refuses everything else with 400 DBS.200086."},
	{53, slowLogPage, "slowlog-download works like errorlog-download. Its entries have no update_at."},
	{54, guess, "The slow query log has PostgreSQL's own lines, \"LOG:  duration: … ms  statement: …\". Its files' names have " +
		"_slowlog_download_."},
	{55, guess, "Exports of the error log and of the slow query log do not wait for each other."},
	{56, slowStatsPage, "Statistics: offset is an index from 0, limit is 1 to 100 with default 10. sort executeTime orders by average " +
		"time, anything else by count; order is desc or asc."},
	{57, slowStatsPage, "count is \"9 (100.00%)\", with the share of all executions that were asked for. time is the average, \"3.00018 " +
		"s\". Literals are N. PostgreSQL has no lock_time, rows_sent and rows_examined."},
	{58, guess, "Statements are grouped by text, database, user and client. The middle of the client's address is masked."},
	{59, guess, "An unknown type or order, and a database with one of < > &, are 400 DBS.280001."},
	{60, guess, "How the gateway counts is not documented: within any second, in fixed windows, or by a token bucket. Retry-After is in " +
		"whole seconds and may be absent."},
}
