// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// errBadLink never shows the link.
var errBadLink = errors.New("it is not an http or https URL")

func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return errBadLink
	}
	return nil
}

// quietError is an error whose text holds no part of a link.
type quietError struct {
	text string
	err  error
}

func (e *quietError) Error() string { return e.text }
func (e *quietError) Unwrap() error { return e.err }

// quiet removes the link's query from the text of an error.
func quiet(err error, link string) error {
	if address, ok := errors.AsType[*url.Error](err); ok {
		err = address.Err
	}
	return &quietError{redact(transport.Reason(err), link), err}
}

// redact replaces a link's query in a text by "…": all of it, and each value, in any way of escaping. Values of less
// than 8 bytes are not secret.
func redact(text, link string) string {
	const secret = 8
	_, query, _ := strings.Cut(link, "?")
	parts := []string{query}
	for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
		_, value, _ := strings.Cut(pair, "=")
		parts = append(parts, value)
	}
	for _, part := range parts {
		if len(part) >= secret {
			text = anyEscape(part).ReplaceAllString(text, "…")
		}
	}
	return text
}

// anyEscape matches a part of a query, with each byte as it is or escaped, in upper or lower case.
func anyEscape(part string) *regexp.Regexp {
	plain, err := url.PathUnescape(part)
	if err != nil {
		plain = part // it has no escapes
	}
	var pattern strings.Builder
	for _, r := range plain {
		literal := regexp.QuoteMeta(string(r))
		if r == '+' {
			literal += "| " // a decoder makes a blank of it
		}
		fmt.Fprintf(&pattern, "(?:%s|(?i:", literal)
		for _, b := range []byte(string(r)) {
			fmt.Fprintf(&pattern, "%%%02x", b)
		}
		pattern.WriteString("))")
	}
	return regexp.MustCompile(pattern.String())
}
