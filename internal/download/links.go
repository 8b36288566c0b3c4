// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// links are the files' links. All expire at about the same time, so one call of refresh serves all files.
type links struct {
	refresh func(context.Context) ([]File, error)
	turn    chan struct{} // one slot: whoever fills it may call refresh

	mu    sync.Mutex
	files []File
	calls int   // of refresh
	err   error // of the last call
}

// errNoFreshLink is returned if the cloud gives no other link, or none that surely belongs to the file.
var errNoFreshLink = errors.New("the cloud gave no fresh link for this file")

// get returns the link of file i, the number of calls of refresh so far, and the error of the last one.
func (l *links) get(i int) (link string, calls int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files[i].Link, l.calls, l.err
}

// renew returns another link for file i than the one that was refused. If a call for another file ends while this one
// waits for its turn, its links or its error are good for this file too.
func (l *links) renew(ctx context.Context, i int, refused string) (string, error) {
	link, before, _ := l.get(i)
	if link != refused {
		return link, checkLink(link)
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	link, calls, err := l.get(i)
	if calls == before {
		fresh, refreshErr := l.refresh(ctx)
		l.take(fresh, refreshErr)
		link, _, err = l.get(i)
	}
	if link != refused {
		return link, checkLink(link)
	}
	return "", cmp.Or(err, errNoFreshLink)
}

// take replaces the links by fresh ones for the same files.
func (l *links) take(fresh []File, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	l.err = err
	for i, link := range match(l.files, fresh) {
		l.files[i].Link = cmp.Or(link, l.files[i].Link)
	}
}

// match returns for each file the link to the same object in fresh, else the link of the same name, else "". A name
// that several files have is no proof. Neither is a position: files may be gone, or in another order.
func match(files, fresh []File) []string {
	byObject, used := positions(fresh, object), map[int]bool{}
	matched := make([]string, len(files))
	for i, f := range files {
		if at := byObject[object(f)]; object(f) != "" && len(at) == 1 {
			matched[i], used[at[0]] = fresh[at[0]].Link, true
		}
	}
	name := func(f File) string { return f.Name }
	byName := positions(fresh, name)
	for known, in := range positions(files, name) {
		at := byName[known]
		if len(in) == 1 && len(at) == 1 && !used[at[0]] {
			matched[in[0]] = cmp.Or(matched[in[0]], fresh[at[0]].Link)
		}
	}
	return matched
}

func positions(files []File, key func(File) string) map[string][]int {
	at := map[string][]int{}
	for i, f := range files {
		at[key(f)] = append(at[key(f)], i)
	}
	return at
}

// object returns the link without its query, whose signature differs from link to link.
func object(f File) string {
	address, _, _ := strings.Cut(f.Link, "?")
	return address
}

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
