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

// downloadLink adds the scheme if it is missing, as in the page's example, and changes nothing else, because the
// signature covers the query. It returns "" for anything but an http or https address.
func downloadLink(text string) string {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }) {
		return ""
	}
	// The scheme is before the query, which may contain another address.
	place, _, _ := strings.Cut(text, "?")
	switch {
	case strings.HasPrefix(text, "//"):
		text = "https:" + text
	case !strings.Contains(place, "://"):
		text = "https://" + text
	}
	link, err := url.Parse(text)
	// "https:/x" does not name a host "https"
	if err != nil || link.Hostname() == "" || strings.HasSuffix(link.Host, ":") || link.User != nil {
		return ""
	}
	if scheme := strings.ToLower(link.Scheme); scheme != "https" && scheme != "http" {
		return ""
	}
	return text
}

// linkExpiry returns when a link expires: Expires of a V2 signature (Unix seconds), or date and life of a V4 signature.
// It returns the zero time if the link has neither.
func linkExpiry(link string) time.Time {
	_, rawQuery, _ := strings.Cut(link, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil && len(query) == 0 {
		return time.Time{}
	}
	if seconds, err := strconv.ParseInt(query.Get("Expires"), 10, 64); err == nil {
		return plausible(time.Unix(seconds, 0))
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
		return plausible(time.Unix(signed.Unix()+life, 0))
	}
	return time.Time{}
}
