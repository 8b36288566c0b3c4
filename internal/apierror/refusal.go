// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package apierror reads what the cloud's servers answer when they refuse: RDS, IAM, the gateway and the object store.
//
//	refusal.go   from an answer to a [Refusal] and to lines for people; texts of servers made safe to show
//	codes.go     what the error codes mean
package apierror

import (
	"bytes"
	"cmp"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Refusal is an answer that is not a success, from any of the cloud's servers. Each field but StatusCode can be empty.
// The texts are safe to print: one line, no control characters, bounded.
type Refusal struct {
	StatusCode int
	Code       string // such as DBS.200602
	Message    string
	RequestID  string
	Described  bool // the body names no error, and Message describes what came instead
}

// Words returns status, code and message as far as they are known, for a text of one line.
func (r Refusal) Words() []string {
	var words []string
	if r.StatusCode != 0 {
		words = append(words, StatusText(r.StatusCode))
	}
	for _, word := range []string{r.Code, strings.TrimSuffix(r.Message, ".")} {
		if word != "" {
			words = append(words, word)
		}
	}
	return words
}

// Hidden replaces a secret in a text.
const Hidden = "(hidden)"

// maxText is the longest text of a server that is repeated, in runes.
const maxText = 400

// Parse reads a refusal from an answer. It never fails: a body that it cannot read is described in the message. It
// drops a code or request ID of an unusual form. Secrets must be cut out of the body before. These bodies were seen in
// this cloud or in its documents:
//
//	{"error_code": "DBS.200002", "error_msg": "…"}                      RDS
//	{"error_code": "APIGW.0301", "error_msg": "…", "request_id": "…"}   the gateway
//	{"errCode": "…", "externalMessage": "…"}                            RDS, older
//	{"error": {"code": 401, "message": "…", "title": "…"}}              IAM
//	{"itemNotFound": {"code": 404, "message": "…"}}                     OpenStack
//	<Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId>   OBS
func Parse(status int, header http.Header, body []byte) Refusal {
	r := parseBody(body)
	r.StatusCode = status
	if r.Code == strconv.Itoa(status) { // IAM repeats the status there
		r.Code = ""
	}
	r.Message, r.Code = Message(r.Message), shortWord(r.Code)
	r.RequestID = cmp.Or(RequestID(header), shortWord(r.RequestID))
	if r.Code == "" && r.Message == "" {
		r.Message, r.Described = fmt.Sprintf("(%d bytes that name no error)", len(body)), true
	}
	return r
}

func parseBody(body []byte) Refusal {
	text := trimmed(body)
	switch {
	case len(text) == 0:
		return described("(the answer was empty)")
	case IsHTML(text):
		return parseMarkup(text)
	default:
		return parseJSON(text)
	}
}

func described(as string) Refusal { return Refusal{Message: as, Described: true} }

func parseMarkup(body []byte) Refusal {
	var obs struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string   `xml:"Code"`
		Message   string   `xml:"Message"`
		RequestID string   `xml:"RequestId"`
	}
	if err := xml.Unmarshal(body, &obs); err != nil {
		return described(fmt.Sprintf("(an HTML page of %d bytes in place of the API's JSON)", len(body)))
	}
	return Refusal{Code: obs.Code, Message: obs.Message, RequestID: obs.RequestID}
}

func parseJSON(body []byte) Refusal {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return described(fmt.Sprintf("(%d bytes that are not the API's JSON)", len(body)))
	}
	r := Refusal{
		Code:      firstText(fields, "error_code", "errCode", "code"),
		Message:   firstText(fields, "error_msg", "externalMessage", "message"),
		RequestID: firstText(fields, "request_id"),
	}
	if r.Code == "" && r.Message == "" {
		r.Code, r.Message = nested(fields)
	}
	return r
}

// nested reads the form of IAM and OpenStack: one object under the name of the error.
func nested(fields map[string]json.RawMessage) (code, message string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) { // sorted, so that the result is always the same
		var inner map[string]json.RawMessage
		if json.Unmarshal(fields[name], &inner) != nil {
			continue
		}
		code, message = firstText(inner, "error_code", "code"), firstText(inner, "message", "error_msg", "title")
		if code != "" || message != "" {
			return code, message
		}
	}
	return "", ""
}

func firstText(fields map[string]json.RawMessage, names ...string) string {
	for _, name := range names {
		var text string
		if json.Unmarshal(fields[name], &text) == nil && text != "" {
			return text
		}
	}
	return ""
}

// Message returns a server's message, safe to show. It hides words of more than 100 bytes: they are tokens or links that
// the server repeats.
func Message(text string) string {
	const longestWord = 100
	words := strings.Fields(text)
	for i, word := range words {
		if len(word) > longestWord {
			words[i] = Hidden
		}
	}
	return Printable(strings.Join(words, " "))
}

// Printable returns a server's text, safe to show: one line of at most 400 characters, all of them visible.
func Printable(text string) string {
	var b strings.Builder
	n, blank := 0, false
	for _, r := range text {
		if unicode.IsSpace(r) {
			blank = n > 0
			continue
		}
		if blank && n < maxText {
			b.WriteByte(' ')
			n++
		}
		if n == maxText {
			b.WriteString("…")
			break
		}
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			r = '?'
		}
		b.WriteRune(r)
		n, blank = n+1, false
	}
	return b.String()
}

// RequestID returns the ID by which the cloud's support finds a request, or "". RDS and the gateway send X-Request-Id,
// IAM sends X-Openstack-Request-Id, and the object store sends X-Amz-Request-Id.
func RequestID(h http.Header) string {
	return cmp.Or(shortWord(h.Get("X-Request-Id")), shortWord(h.Get("X-Openstack-Request-Id")), shortWord(h.Get("X-Amz-Request-Id")))
}

// short is the form of IDs and codes.
var short = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// shortWord returns an ID or a code, or "" if the text is something else, such as a token that the server repeats.
func shortWord(text string) string {
	if !short.MatchString(text) {
		return ""
	}
	return text
}

// IsHTML reports whether a body is markup: in place of JSON it is mostly the page of a proxy or a portal.
func IsHTML(body []byte) bool {
	return bytes.HasPrefix(trimmed(body), []byte("<"))
}

// trimmed returns the body without blanks around it and without the byte order mark of some Windows servers.
func trimmed(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
}

// Lines returns the fields that are set, each on a line with a label.
func (r Refusal) Lines() string {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s%s\n", label+":", text)
		}
	}
	if r.StatusCode != 0 {
		line("Status", StatusText(r.StatusCode))
	}
	line("Code", r.Code)
	line("Message", r.Message)
	line("Request ID", r.RequestID)
	return b.String()
}

// StatusText returns a status as people know it: "404 Not Found". Not every status has a text.
func StatusText(code int) string {
	return strings.TrimSpace(strconv.Itoa(code) + " " + http.StatusText(code))
}
