// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package apierror reads what the cloud's servers answer when they refuse: RDS, IAM, the gateway and the object store.
// It also makes texts of servers safe to show.
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

// Refusal is what an answer that is no success says about itself, whichever of this cloud's servers it comes from.
// Every field but StatusCode can be empty. The texts are the server's, made safe to print: one line, no control
// characters, bounded.
type Refusal struct {
	StatusCode int
	Code       string // such as DBS.200602
	Message    string
	RequestID  string
	// Described says that the body names no error: Message is not the server's, but describes what came.
	Described bool
}

// UnknownAPI says that the cloud's gateway knows no API at the address that was asked: the address is wrong, not what
// was asked for.
func (r Refusal) UnknownAPI() bool { return r.Code == "APIGW.0101" || r.Code == "APIG.0101" }

// Hidden stands where a secret was cut out.
const Hidden = "(hidden)"

// maxText bounds what is repeated of a server's text, in runes.
const maxText = 400

// Parse reads a refusal. It takes these bodies, all met in this cloud or in its documents, and never fails:
// what it can't read it describes. Secrets are cut out of what the server says, before that is cut to its length: a
// part of a secret is one too. A code or a request id that does not look like one is left out.
//
//	{"error_code": "DBS.200002", "error_msg": "…"}                      RDS
//	{"error_code": "APIGW.0301", "error_msg": "…", "request_id": "…"}   the gateway
//	{"errCode": "…", "externalMessage": "…"}                            RDS, older
//	{"error": {"code": 401, "message": "…", "title": "…"}}              IAM
//	{"itemNotFound": {"code": 404, "message": "…"}}                     OpenStack
//	<Error><Code>…</Code><Message>…</Message><RequestId>…</RequestId>   OBS
func Parse(status int, header http.Header, body []byte, secrets ...string) Refusal {
	r := parseBody(body)
	r.StatusCode = status
	if r.Code == strconv.Itoa(status) { // IAM's, which says nothing new
		r.Code = ""
	}
	r.Message = Message(Without(secrets, r.Message))
	r.Code = shortWord(Without(secrets, r.Code))
	r.RequestID = cmp.Or(shortWord(Without(secrets, RequestID(header))), shortWord(Without(secrets, r.RequestID)))
	if r.Code == "" && r.Message == "" {
		r.Message, r.Described = fmt.Sprintf("(%d bytes that name no error)", len(body)), true
	}
	return r
}

// Without cuts secrets out of a text, the longest first: one may hold another.
func Without(secrets []string, text string) string {
	longestFirst := slices.SortedFunc(slices.Values(secrets), func(a, b string) int { return len(b) - len(a) })
	for _, secret := range longestFirst {
		text = strings.ReplaceAll(text, secret, Hidden)
	}
	return text
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

// nested reads IAM's and OpenStack's form: one object under a name that says what happened.
func nested(fields map[string]json.RawMessage) (code, message string) {
	for _, name := range slices.Sorted(maps.Keys(fields)) { // sorted: the same answer is always read the same way
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

// Message makes a server's message safe to show: as [Printable] does, and without words of more than 100 bytes. Such
// a word is none: it is a token or a link that the server repeats.
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

// Printable makes a server's text safe to show: one line, without control or invisible characters, at most 400
// characters.
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

// RequestID returns the id under which the cloud's support finds a request, or "" where none is sent that looks like
// one. RDS and the gateway send X-Request-Id, IAM sends X-Openstack-Request-Id as Keystone does, and the object store
// sends X-Amz-Request-Id.
func RequestID(h http.Header) string {
	return cmp.Or(shortWord(h.Get("X-Request-Id")), shortWord(h.Get("X-Openstack-Request-Id")), shortWord(h.Get("X-Amz-Request-Id")))
}

// short is what ids and codes look like.
var short = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// shortWord is an id or a code of a server's, or "" where it is something else: a text, a token that the server
// repeats.
func shortWord(text string) string {
	if !short.MatchString(text) {
		return ""
	}
	return text
}

// IsHTML says that a body is markup where JSON was promised: a proxy's or a portal's page, mostly.
func IsHTML(body []byte) bool {
	return bytes.HasPrefix(trimmed(body), []byte("<"))
}

// trimmed cuts off what may stand before a text and says nothing: blanks, and the mark that some Windows servers put
// there.
func trimmed(body []byte) []byte {
	return bytes.TrimSpace(bytes.TrimPrefix(body, []byte("\ufeff")))
}
