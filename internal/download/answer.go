// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// version is what an answer reveals about the object that it has a part of.
type version struct {
	etag     string
	modified string
	length   int64 // of the whole object; negative: not known
}

// identify reads an answer with the whole object.
func identify(resp *http.Response) version {
	return version{resp.Header.Get("ETag"), resp.Header.Get("Last-Modified"), resp.ContentLength}
}

// condition returns the value of If-Range, or "" if nothing could prove that a later part belongs to this object. A weak
// ETag promises a similar content, not the same bytes (RFC 9110, 8.8.1).
func (v version) condition() string {
	switch {
	case v.etag != "" && !strings.HasPrefix(v.etag, "W/"):
		return v.etag
	case v.modified != "" && v.length >= 0:
		return v.modified
	default:
		return ""
	}
}

// matches reports whether a part belongs to the object. Not every server knows If-Range.
func (v version) matches(part version) bool {
	if v.length >= 0 && part.length >= 0 && v.length != part.length {
		return false
	}
	if v.condition() == v.etag {
		return part.etag == v.etag
	}
	return part.modified == v.modified && part.length == v.length
}

var (
	// errChanged is a part that can't be joined to what has come.
	errChanged = errors.New("the file changed on the server, or the server can't prove that it did not")
	// errEndless is an answer without a length. If it was cut off, it would look complete.
	errEndless = errors.New("the server does not announce the length of the file, so it is not known whether it is complete")
	// errPage is a portal's or a proxy's page, or the store's XML error, with status 200.
	errPage = errors.New("a web page or an error message came in place of the file")
)

// checkPart reads an answer of status 206 and returns the length of the whole object, which some stores announce here
// first. The part must begin at offset. Without any length, a part that was cut off would look like the end.
func checkPart(resp *http.Response, offset int64, whole version) (length int64, err error) {
	first, length, ok := parseContentRange(resp.Header.Get("Content-Range"))
	if !ok || first != offset {
		return -1, errors.New("the server sent another part of the file than the requested one")
	}
	part := identify(resp)
	part.length = length
	if !whole.matches(part) {
		return -1, errChanged
	}
	if length = max(length, whole.length); length < 0 {
		return -1, errors.New("the server sent a part of the file without the length of the whole file")
	}
	return length, nil
}

var contentRange = regexp.MustCompile(`^bytes (\d{1,19})-(\d{1,19})/(\d{1,19}|\*)$`)

// parseContentRange reads "bytes 100-199/2000". The length is -1 for "*".
func parseContentRange(text string) (first, length int64, ok bool) {
	m := contentRange.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, false
	}
	first, _ = strconv.ParseInt(m[1], 10, 64) // 19 digits fit, or become the largest number
	last, _ := strconv.ParseInt(m[2], 10, 64)
	if m[3] == "*" {
		return first, -1, first <= last
	}
	length, _ = strconv.ParseInt(m[3], 10, 64)
	return first, length, first <= last && last < length
}

// checkWhole reads the headers of an answer of status 200. A body without a length and without an end mark ends with
// the connection, however that ends.
func checkWhole(resp *http.Response, announced int64) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" && (resp.ContentLength < 0 || resp.ContentLength != announced) {
		return errPage
	}
	if resp.ContentLength < 0 && resp.ProtoMajor == 1 && len(resp.TransferEncoding) == 0 {
		return errEndless
	}
	return nil
}

// headLength is the number of first bytes that decide what kind a content is.
const headLength = 512

// page is how a web page or an XML error of a store begins.
var page = regexp.MustCompile(`(?is)^(?:<!doctype|<html|<error\b|<\?xml.*?\?>\s*<error\b)`)

// isPage reports whether a content is not a log, whatever its Content-Type is.
func isPage(head []byte) bool {
	return page.Match(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))))
}

// maxRefusal is the number of bytes that are read of a refusal's body.
const maxRefusal = 64 << 10

// readRefusal reads an answer that is no part of the file.
func readRefusal(resp *http.Response, link string) *Error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // a part of it is enough: the status is known
	body = []byte(redact(string(body), link))                    // before parsing, which may cut a signature in two
	r := apierror.Parse(resp.StatusCode, resp.Header, body)
	r.Code, r.Message, r.RequestID = redact(r.Code, link), redact(r.Message, link), redact(r.RequestID, link) // parsing decodes escapes
	switch {
	case resp.StatusCode/100 == 2:
		r.Message = "(an answer that was not asked for)"
	case resp.StatusCode/100 == 3:
		r.Message = "(a redirect, which is not followed)" // its target is not shown: it may be a link
	case r.Described && len(body) > 0: // Parse describes it for an API
		r.Message = fmt.Sprintf("(%d bytes that are not an object store's error)", len(body))
	}
	e := &Error{Kind: refusalKind(r), Refusal: r}
	e.asked, e.asks = transport.RetryAfter(resp.Header, time.Now())
	return e
}

func refusalKind(r apierror.Refusal) Kind {
	switch status := r.StatusCode; {
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout,
		status >= http.StatusInternalServerError && status != http.StatusNotImplemented:
		return KindFault
	case status == http.StatusForbidden && r.Code == "RequestTimeTooSkewed",
		status == http.StatusForbidden && r.Code == "AccessDenied" && strings.Contains(strings.ToLower(r.Message), "expired"):
		return KindExpired
	default:
		return KindRefused
	}
}
