// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// downloadLink puts a scheme before a link that has none, as in the page's example, and changes nothing else: the
// signature covers the query as it is. What is no http or https address is no link: it returns "".
func downloadLink(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return ""
	}
	// Only what stands before the query can hold the scheme: a query may hold an address of its own.
	place, _, _ := strings.Cut(text, "?")
	switch {
	case strings.HasPrefix(text, "//"):
		text = "https:" + text
	case !strings.Contains(place, "://"):
		text = "https://" + text
	}
	link, err := url.Parse(text)
	if err != nil || link.Hostname() == "" || strings.HasSuffix(link.Host, ":") || link.User != nil { // "https:/x" is no host "https"
		return ""
	}
	if scheme := strings.ToLower(link.Scheme); scheme != "https" && scheme != "http" {
		return ""
	}
	return text
}

// linkExpiry reads from a link when it expires: Expires of the V2 signature style (Unix seconds), or the V4 style's
// date and life. It returns the zero time where the link does not say.
func linkExpiry(link string) time.Time {
	_, rawQuery, _ := strings.Cut(link, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil && len(query) == 0 {
		return time.Time{}
	}
	if seconds, err := strconv.ParseInt(query.Get("Expires"), 10, 64); err == nil {
		return unixSeconds(seconds)
	}
	for _, style := range []string{"X-Amz-", "X-Obs-"} {
		signed, err := time.Parse("20060102T150405Z", query.Get(style+"Date"))
		if err != nil {
			continue
		}
		life, err := strconv.ParseInt(query.Get(style+"Expires"), 10, 64)
		if err != nil || life < 0 || life > 7*24*3600 { // the style allows seven days at most
			continue
		}
		return unixSeconds(signed.Unix() + life)
	}
	return time.Time{}
}

func unixSeconds(n int64) time.Time {
	const endOfYear9999 = 253402300799
	if n <= 0 || n > endOfYear9999 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
