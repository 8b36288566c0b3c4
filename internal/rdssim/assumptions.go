// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"slices"
)

// Assumption is something that the simulator takes for true about the cloud. The code refers to it by its number.
type Assumption struct {
	Number int
	// Source is the page that says or shows it, or "guess".
	Source string
	Text   string
}

// String writes it as the documents' reader would: Assumption 7 (guess): …
func (a Assumption) String() string {
	return fmt.Sprintf("Assumption %d (%s): %s", a.Number, a.Source, a.Text)
}

// Assumptions lists them all, by number. A program that has a real cloud at hand can walk through them.
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
	seenInExample = "seen in published examples"
	guess         = "guess"
)

var assumptions = []Assumption{
	{1, guess, "Each answer has X-Request-Id and Date; the gateway repeats the ID in its error bodies as request_id."},
	{
		2, tokenPage,
		"POST /v3/auth/tokens answers 201 with the token in X-Subject-Token. A token is good for 24 hours and about 10 kB " +
			"long.",
	},
	{
		3, guess,
		"A wrong user name, domain or password is 401 with one and the same message; a project that does not exist or is not" +
			" the user's is 401 too, with a message of its own.",
	},
	{
		4, `IAM page "Obtaining a User Token Through Password and Virtual MFA Authentication"`,
		"MFA: methods password and totp together, totp with the user's id and passcode.",
	},
	{5, guess, "A token made from a token ends when that one ends."},
	{
		6, agencyPage,
		"Agency: method assume_role with the trusting account's domain_name or domain_id and agency_name (xrole_name in " +
			"older clients); the caller is known by X-Auth-Token or signature. Unknown agency: 403.",
	},
	{7, guess, "A project's name in the scope needs no domain: it is looked for in the account of the login."},
	{
		8, guess,
		"The catalogue of a token with a project has rdsv3, its URL ends in the project's ID; one of a token without a " +
			"project has not.",
	},
	{9, guess, "GET /v3/auth/catalog with a signature takes the project from X-Project-Id."},
	{10, guess, "No credential at all is 401 APIGW.0301."},
	{11, errorCodePage, "A token that is unknown, expired or revoked is 401 APIGW.0307."},
	{12, guess, "A project in the path other than the credentials' is 403 DBS.200010."},
	{
		13, guess,
		"Beyond its limit the gateway answers 429 APIGW.0308 with Retry-After; IAM and RDS are limited together, the object " +
			"store is not.",
	},
	{14, signingPage, "More than 5 failures in a row lock an access key for 5 minutes, and a locked key is 401 like a wrong one."},
	{15, signingPage, "X-Sdk-Date may differ from the server's time by 15 minutes at most. Signatures that fail are 401 APIGW.0301."},
	{
		16, guess,
		"host and x-sdk-date must be signed, and of content-type, x-project-id, x-domain-id and x-security-token those that " +
			"are there. A permanent key comes without a security token.",
	},
	{17, guess, "errorlog-download takes no body, or a JSON object with that Content-Type; anything else is 415 or 400 DBS.280001."},
	{18, guess, "The first call starts an export, and there is one at a time for each instance."},
	{
		19, "seen in a sibling API",
		"About 15 minutes after an export's end, a call starts a new one. Until then each answer has the same files.",
	},
	{
		20, "the sister cloud's page of the same API",
		"FAILED means that a file failed: others may be success, with good links. A failed export stays so until the log's " +
			"life is over.",
	},
	{
		21, errorCodePage,
		"A busy instance is 409 DBS.200011, an instance of another engine 400 DBS.280343, one that does not exist 404 " +
			"DBS.200602.",
	},
	{22, guess, "An instance of another project is one that does not exist."},
	{23, errorLogPage, "Instance IDs are 32 hex digits and in03 (PostgreSQL) or in01 (MySQL)."},
	{
		24, slowLogPage,
		"While a file is made, its entry is EXPORTING, and file_size, file_link and update_at are absent (odd answers here) " +
			"or null (even ones).",
	},
	{
		25, errorLogPage,
		"Words are written as the page does: finish and success as in its example, CREATING, EXPORTING and FAILED as in its " +
			"tables.",
	},
	{26, seenInExample, "create_at changes from answer to answer; create_at and update_at are the time of the answer, in milliseconds."},
	{27, errorLogPage, "file_size is a string of digits, in bytes."},
	{
		28, errorLogPage,
		"All files of an export have the same workflow_id; file names are {32 hex digits}_errorlog_download_{time in UTC, 17" +
			" digits}, different by a millisecond.",
	},
	{29, jobPage, "A job has id, name, status (Running, Completed, Failed), created, ended, process, instance and, failed, fail_reason."},
	{30, guess, "An export where some files failed is a failed job. A job that is not known, or not yet, is 400 DBS.200543."},
	{
		31, linkPage,
		"A link is signed in the V2 style: HMAC-SHA1 over method, two empty lines, Expires and the path with " +
			"response-cache-control, in Base64; it lives 300 seconds.",
	},
	{32, linkPage, "An expired link is 403 AccessDenied, \"Request has expired\"; a changed one 403 SignatureDoesNotMatch; both in XML."},
	{33, guess, "A link with a parameter that was not signed is 400 InvalidArgument."},
	{34, guess, "A link used with X-Auth-Token, Authorization or Content-Type is 400 InvalidArgument."},
	{35, guess, "The object store honours Range, If-Range, If-Match and their kin, sends ETag and Last-Modified, and never compresses."},
	{36, errorLogPage, "An empty list comes with count 0."},
}
