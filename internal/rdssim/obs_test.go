// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// newLink returns a fresh link of the healthy instance's file.
func (c *cloud) newLink() string {
	c.t.Helper()
	return *c.links(c.login(), rdssim.InstanceHealthy).List[0].FileLink
}

func (c *cloud) get(link string, headers ...string) answer {
	c.t.Helper()
	return c.do(c.request("GET", link, "", headers...))
}

// wantXML is wantAnswer for the object store. It ignores the host ID.
func wantXML(t *testing.T, got answer, status int, code, message string) {
	t.Helper()
	got.body, _, _ = strings.Cut(got.body, "<HostId>")
	wantAnswer(t, got, status, `<?xml version="1.0" encoding="UTF-8"?>`+"\n<Error><Code>"+code+"</Code><Message>"+message+
		"</Message><RequestId>{id}</RequestId>")
	equal(t, "content type", got.header.Get("Content-Type"), "application/xml")
}

func TestDownload(t *testing.T) {
	want, err := os.ReadFile("incidents/mixed.log")
	if err != nil {
		t.Fatal(err)
	}
	c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithOriginalTimes())
	got := c.get(c.newLink())
	equal(t, "status", got.status, 200)
	equal(t, "the whole log", got.body == string(want), true)
	sum := md5.Sum(want)
	for name, value := range map[string]string{
		"Content-Type": "binary/octet-stream", "Content-Length": "20590", "Accept-Ranges": "bytes",
		"Cache-Control": "no-cache,no-store", "Content-Encoding": "", "Etag": `"` + hex.EncodeToString(sum[:]) + `"`,
		"Last-Modified": "Fri, 15 May 2020 08:06:14 GMT", "Date": "Fri, 15 May 2020 08:06:14 GMT",
	} {
		equal(t, name, got.header.Get(name), value)
	}
}

func TestFilesOfOneExportMakeUpTheLog(t *testing.T) {
	want, err := os.ReadFile("incidents/mixed.log")
	if err != nil {
		t.Fatal(err)
	}
	c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithOriginalTimes())
	var whole strings.Builder
	for _, e := range c.links(c.login(), rdssim.InstanceTwoFiles).List {
		got := c.get(*e.FileLink)
		equal(t, "size", *e.FileSize, strconv.Itoa(len(got.body)))
		if !strings.HasSuffix(got.body, "\n") {
			t.Errorf("%s: expected a line break at the end, got none", e.FileName)
		}
		whole.WriteString(got.body)
	}
	equal(t, "both files together are the log", whole.String() == string(want), true)
}

func TestRange(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0))
	link := c.newLink()
	whole := c.get(link)
	etag := whole.header.Get("Etag")
	for _, test := range []struct {
		headers  []string
		status   int
		from, to int
	}{
		{[]string{"Range", "bytes=0-0"}, 206, 0, 1},
		{[]string{"Range", "bytes=100-199"}, 206, 100, 200},
		{[]string{"Range", "bytes=20000-"}, 206, 20000, 20590},
		{[]string{"Range", "bytes=20000-99999"}, 206, 20000, 20590},
		{[]string{"Range", "bytes=-10"}, 206, 20580, 20590},
		{[]string{"Range", "bytes=100-", "If-Range", etag}, 206, 100, 20590},
		{[]string{"Range", "bytes=100-", "If-Range", `"other"`}, 200, 0, 20590},
		{[]string{"Range", "bytes=100-", "If-Match", etag}, 206, 100, 20590},
		{[]string{"If-Modified-Since", "Fri, 15 May 2020 08:06:13 GMT"}, 200, 0, 20590},
	} {
		got := c.get(link, test.headers...)
		equal(t, fmt.Sprintf("status for %q", test.headers), got.status, test.status)
		equal(t, fmt.Sprintf("content for %q", test.headers), got.body == whole.body[test.from:test.to], true)
		if test.status == 206 {
			equal(t, "Content-Range", got.header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/20590", test.from, test.to-1))
		}
	}
	wantXML(t, c.get(link, "Range", "bytes=20590-"), 416, "InvalidRange", "The requested range cannot be satisfied.")
	wantXML(t, c.get(link, "If-Match", `"other"`), 412, "PreconditionFailed", "At least one of the preconditions you specified did not hold.")
	equal(t, "not modified", c.get(link, "If-None-Match", etag).status, 304)
}

func TestLinkExpires(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithLinkLife(5*time.Second))
	link := c.newLink()
	c.clock.Advance(5*time.Second - 590*time.Millisecond) // the clock began at .589 of a second, and links count in whole ones
	equal(t, "status just before", c.get(link).status, 200)
	c.clock.Advance(time.Millisecond)
	wantXML(t, c.get(link), 403, "AccessDenied", "Request has expired")
	later := strings.Replace(link, "Expires=15895", "Expires=16895", 1)
	wantXML(t, c.get(later), 403, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.")
}

func TestLinksThatAreRefused(t *testing.T) {
	const notAllowed = "The specified method is not allowed against this resource."
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your key and signing method."
	change := func(old, replacement string) func(*http.Request) {
		return func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, old, replacement, 1) }
	}
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for name, test := range map[string]struct {
		spoil         func(r *http.Request)
		status        int
		code, message string
	}{
		"signature":      {change("Signature=", "Signature=A"), 403, "SignatureDoesNotMatch", mismatch},
		"expiry":         {change("Expires=1", "Expires=2"), 403, "SignatureDoesNotMatch", mismatch},
		"cache control":  {change("no-cache", "max-age"), 403, "SignatureDoesNotMatch", mismatch},
		"another object": {func(r *http.Request) { r.URL.Path += "x" }, 403, "SignatureDoesNotMatch", mismatch},
		"another key": {
			change(rdssim.LinkAccessKey, "OTHER"), 403, "InvalidAccessKeyId", "The access key Id you provided does not exist in our records.",
		},
		"unread expiry": {change("Expires=", "Expires=x"), 403, "AccessDenied", "Invalid date (should be seconds since epoch): x1589530274"},
		"no expiry":     {change("Expires=1589530274&", ""), 403, "AccessDenied", "Access Denied"},
		"no query":      {func(r *http.Request) { r.URL.RawQuery = "" }, 403, "AccessDenied", "Access Denied"},
		"one parameter more": {
			change("AWSAccessKeyId", "a=b&AWSAccessKeyId"), 400, "InvalidArgument", "The query has a parameter that was not signed: a",
		},
		"one parameter twice": {
			change("AWSAccessKeyId", "Expires=1&AWSAccessKeyId"), 400, "InvalidArgument", "The query has a parameter that was not signed: Expires",
		},
		"a broken query": {change("Signature=", "Signature=%zz"), 400, "InvalidURI", "Couldn&#39;t parse the specified URI."},
		"another bucket": {
			func(r *http.Request) { r.URL.Path = "/obs/other/name" }, 404, "NoSuchBucket", "The specified bucket does not exist: /obs/other/name",
		},
		"a token": {header("X-Auth-Token", "x"), 400, "InvalidArgument", "A signed link goes without the header X-Auth-Token."},
		"a content type": {
			header("Content-Type", "application/json"), 400, "InvalidArgument", "A signed link goes without the header Content-Type.",
		},
		"an authorization": {header("Authorization", "x"), 400, "InvalidArgument", "A signed link goes without the header Authorization."},
		"a signing date":   {header("X-Sdk-Date", "x"), 400, "InvalidArgument", "A signed link goes without the header X-Sdk-Date."},
		"a security token": {
			header("X-Security-Token", "x"), 400, "InvalidArgument", "A signed link goes without the header X-Security-Token.",
		},
		"another method":      {func(r *http.Request) { r.Method = "PUT" }, 405, "MethodNotAllowed", notAllowed},
		"POST":                {func(r *http.Request) { r.Method = "POST" }, 405, "MethodNotAllowed", notAllowed},
		"an order of its own": {func(r *http.Request) { r.URL.RawQuery = r.URL.Query().Encode() }, 200, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t, rdssim.WithExportDuration(0))
			r := c.request("GET", c.newLink(), "")
			test.spoil(r)
			got := c.do(r)
			if test.status == 200 {
				equal(t, "status", got.status, 200)
				return
			}
			wantXML(t, got, test.status, test.code, test.message)
		})
	}
	t.Run("HEAD", func(t *testing.T) {
		c := newCloud(t, rdssim.WithExportDuration(0))
		got := c.do(c.request("HEAD", c.newLink(), ""))
		equal(t, "status", got.status, 403) // the method is signed
		equal(t, "body", got.body, "")
		equal(t, "kind", c.Requests()[2].Kind, "obs.head")
	})
}

func TestGeneratedLog(t *testing.T) {
	const size = 100_003
	c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(size))
	list := c.links(c.login(), rdssim.InstanceTwoFiles).List
	equal(t, "file_size", *list[0].FileSize, "100003")
	whole := c.get(*list[0].FileLink)
	equal(t, "length", len(whole.body), size)
	lines := strings.SplitAfter(whole.body, "\n")
	for n, want := range map[int]string{
		0: "2026-11-23 16:05:50.000 UTC:[local]:app@orders:[12580]:LOG:    " +
			"checkpoint complete: wrote 7 buffers (0.0%); write=0.002 s, sync=0.018 s; line 000000000000\n",
		7: "2026-11-23 16:05:50.007 UTC:[local]:app@orders:[12580]:ERROR:  " +
			"duplicate key value violates unique constraint \"orders_pkey\" at generated line 000000000007\n",
	} {
		equal(t, "line", lines[n], want)
	}
	equal(t, "errors", strings.Count(whole.body, ":ERROR:  "), len(lines)/8)
	for from := 0; from < size; from += 9_973 {
		part := c.get(*list[0].FileLink, "Range", fmt.Sprintf("bytes=%d-%d", from, from+499))
		equal(t, fmt.Sprintf("part from %d", from), part.body == whole.body[from:min(from+500, size)], true)
	}
	equal(t, "last byte", c.get(*list[0].FileLink, "Range", "bytes=-1").body, whole.body[size-1:])
	if etag := c.get(*list[1].FileLink).header.Get("Etag"); etag == whole.header.Get("Etag") {
		t.Errorf("ETag of the second file: expected another one, got %s", etag)
	}
	t.Run("empty", func(t *testing.T) {
		c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(0))
		list := c.links(c.login(), rdssim.InstanceHealthy).List
		equal(t, "file_size", *list[0].FileSize, "0")
		equal(t, "body", c.get(*list[0].FileLink).body, "")
	})
	t.Run("a terabyte", func(t *testing.T) {
		c := newCloud(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(1<<40))
		got := c.get(c.newLink(), "Range", "bytes=-100")
		equal(t, "Content-Range", got.header.Get("Content-Range"), "bytes 1099511627676-1099511627775/1099511627776")
		equal(t, "length", len(got.body), 100)
	})
}
