// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"net/url"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// errBadLink never says what the link is.
var errBadLink = errors.New("it is no http or https address")

func checkLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" {
		return errBadLink
	}
	return nil
}

// hostOf is the host of a link that was checked.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return u.Host
}

// quietError is an error whose text holds no link, whoever made it.
type quietError struct {
	text string
	err  error
}

func (e *quietError) Error() string { return e.text }
func (e *quietError) Unwrap() error { return e.err }

// quiet takes out of an error's text what a link's query holds.
func quiet(err error, links ...string) error {
	var address *url.Error
	if errors.As(err, &address) {
		err = address.Err
	}
	return &quietError{redact(transport.Reason(err), links...), err}
}

// redact takes the queries of links out of a text, whole and value by value, as they are and decoded. What is shorter
// than 8 bytes is no secret.
func redact(text string, links ...string) string {
	const secret = 8
	for _, link := range links {
		_, query, _ := strings.Cut(link, "?")
		parts := []string{query}
		for _, pair := range strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' }) {
			_, value, _ := strings.Cut(pair, "=")
			parts = append(parts, value)
			if decoded, err := url.QueryUnescape(value); err == nil {
				parts = append(parts, decoded)
			}
		}
		for _, part := range parts {
			if len(part) >= secret {
				text = strings.ReplaceAll(text, part, "…")
			}
		}
	}
	return text
}
