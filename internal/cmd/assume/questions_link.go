// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fetch asks the object store for a little of a file. The answer's body is kept as far as an error needs it.
func (c *cloud) fetch(ctx context.Context, link *url.URL, header map[string]string) (exchange, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
	if err != nil {
		return exchange{}, fmt.Errorf("the link is no URL")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	resp, err := c.files.Do(req)
	if err != nil {
		return exchange{}, fmt.Errorf("the object store gave no answer: %w", withoutURL(err))
	}
	defer func() { _ = resp.Body.Close() }() // what is wanted of it has been read
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return exchange{}, fmt.Errorf("the object store's answer broke off: %w", err)
	}
	if resp.StatusCode >= http.StatusInternalServerError {
		return exchange{}, fmt.Errorf("the object store answered %d", resp.StatusCode)
	}
	return exchange{status: resp.StatusCode, header: resp.Header, body: body}, nil
}

// firstByte asks for no more than that.
func firstByte(more ...string) map[string]string {
	header := map[string]string{"Range": "bytes=0-0"}
	for i := 0; i+1 < len(more); i += 2 {
		header[more[i]] = more[i+1]
	}
	return header
}

func askSize(ctx context.Context, c *cloud) finding {
	file, link, err := c.link(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	var text string
	if json.Unmarshal(file.FileSize, &text) != nil {
		return no("file_size is %s, no string", file.FileSize)
	}
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return no("file_size is %q", text)
	}
	e, err := c.fetch(ctx, link, firstByte())
	if err != nil {
		return cannot("%v", err)
	}
	_, total, _ := strings.Cut(e.header.Get("Content-Range"), "/")
	if actual, err := strconv.ParseInt(total, 10, 64); err != nil || actual != size {
		return no("file_size is %q, and the file has %q bytes (%s)", text, total, e)
	}
	return yes("file_size is %q, and the file has %s bytes", text, total)
}

func askLink(ctx context.Context, c *cloud) finding {
	done := c.run(ctx).finished()
	if len(done) == 0 || len(done[0].List) == 0 {
		return cannot(noExport)
	}
	link, err := url.Parse(done[0].List[0].link())
	if err != nil || link.Host == "" {
		return cannot("the first entry has no link")
	}
	query := link.Query()
	parameters := strings.Join(slices.Sorted(maps.Keys(query)), ", ")
	expires, err := strconv.ParseInt(query.Get("Expires"), 10, 64)
	signature, decodeErr := base64.StdEncoding.DecodeString(query.Get("Signature"))
	key := query.Get("AWSAccessKeyId") != "" || query.Get("AccessKeyId") != ""
	if err != nil || decodeErr != nil || len(signature) != 20 || !key || query.Get("response-cache-control") == "" {
		return no("the query has %s, and a signature of %d bytes", parameters, len(signature))
	}
	life := time.Unix(expires, 0).Sub(done[0].date)
	const text = "the query has %s; the signature is one of HMAC-SHA1 by its length; the link lives %s from its answer's Date"
	if (life - 300*time.Second).Abs() > 5*time.Second {
		return no(text, parameters, life)
	}
	return yes(text, parameters, life)
}

func askBadLinks(ctx context.Context, c *cloud) finding {
	_, link, err := c.link(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	changed := *link
	query := link.Query()
	query.Set("Signature", base64.StdEncoding.EncodeToString(make([]byte, 20)))
	changed.RawQuery = query.Encode()
	bad, err := c.fetch(ctx, &changed, firstByte())
	if err != nil {
		return cannot("%v", err)
	}
	if bad.status != http.StatusForbidden || bad.refusal().Code != "SignatureDoesNotMatch" || !isXML(bad) {
		return no("with another signature: %s, %s", bad, bad.header.Get("Content-Type"))
	}
	if !c.settings.patient {
		return partly("with another signature: %s; an expired one was not tried (-patient does)", bad)
	}
	return c.awaitExpiry(ctx, link, bad)
}

// awaitExpiry uses a link after its end.
func (c *cloud) awaitExpiry(ctx context.Context, link *url.URL, bad exchange) finding {
	expires, err := strconv.ParseInt(link.Query().Get("Expires"), 10, 64)
	left := time.Until(time.Unix(expires, 0)) + 5*time.Second
	if err != nil || left > time.Hour {
		return cannot("the link does not say when it ends, or not soon")
	}
	if !sleep(ctx, left) {
		return cannot("it was interrupted")
	}
	old, err := c.fetch(ctx, link, firstByte())
	if err != nil {
		return cannot("%v", err)
	}
	if r := old.refusal(); old.status != http.StatusForbidden || r.Code != "AccessDenied" ||
		!strings.Contains(r.Message, "Request has expired") || !isXML(old) {
		return no("expired: %s", old)
	}
	return yes("with another signature: %s; expired: %s", bad, old)
}

func isXML(e exchange) bool { return strings.Contains(e.header.Get("Content-Type"), "xml") }

func askUnsignedParameter(ctx context.Context, c *cloud) finding {
	_, link, err := c.link(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	more := *link
	more.RawQuery += "&unsigned=1"
	e, err := c.fetch(ctx, &more, firstByte())
	if err != nil {
		return cannot("%v", err)
	}
	if e.status != http.StatusBadRequest || e.refusal().Code != "InvalidArgument" {
		return no("with one more parameter: %s", e)
	}
	return yes("with one more parameter: %s", e)
}

// askLinkHeaders sends values that mean nothing: a credential never goes to a link's host.
func askLinkHeaders(ctx context.Context, c *cloud) finding {
	_, link, err := c.link(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	var seen []string
	for _, header := range [][2]string{{"X-Auth-Token", noToken}, {"Authorization", noToken}, {"Content-Type", "application/json"}} {
		e, err := c.fetch(ctx, link, firstByte(header[0], header[1]))
		if err != nil {
			return cannot("%v", err)
		}
		if e.status != http.StatusBadRequest || e.refusal().Code != "InvalidArgument" {
			return no("with %s: %s", header[0], e)
		}
		seen = append(seen, fmt.Sprintf("with %s: %d", header[0], e.status))
	}
	return yes("%s InvalidArgument", strings.Join(seen, "; "))
}

func askRanges(ctx context.Context, c *cloud) finding {
	_, link, err := c.link(ctx)
	if err != nil {
		return cannot("%v", err)
	}
	first, err := c.fetch(ctx, link, firstByte("Accept-Encoding", "gzip"))
	if err != nil {
		return cannot("%v", err)
	}
	tag := first.header.Get("Etag")
	switch {
	case first.status != http.StatusPartialContent || len(first.body) != 1:
		return no("a range of one byte: %s with %d bytes", first, len(first.body))
	case tag == "" || first.header.Get("Last-Modified") == "":
		return no("ETag is %q, Last-Modified %q", tag, first.header.Get("Last-Modified"))
	case first.header.Get("Content-Encoding") != "":
		return no("it compresses, as %s", first.header.Get("Content-Encoding"))
	}
	const other = `"00000000000000000000000000000000"`
	for _, t := range []struct {
		name, value string
		status      int
	}{{"If-Range", tag, 206}, {"If-Range", other, 200}, {"If-Match", tag, 206}, {"If-Match", other, 412}} {
		e, err := c.fetch(ctx, link, firstByte(t.name, t.value))
		if err != nil {
			return cannot("%v", err)
		}
		if e.status != t.status {
			return no("%s with the tag %s: %s in place of %d", t.name, t.value, e, t.status)
		}
	}
	return yes("a range of one byte: 206; If-Range and If-Match decide by the ETag %s; nothing is compressed", tag)
}
