// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// version is what an answer says about which object it has a part of.
type version struct {
	etag     string
	modified string
	length   int64 // of the whole object; < 0: not known
}

// identify reads an answer with the whole object.
func identify(resp *http.Response) version {
	return version{resp.Header.Get("ETag"), resp.Header.Get("Last-Modified"), resp.ContentLength}
}

// condition is the value of If-Range for this object, or "" where nothing could prove that a later part belongs to
// it. A weak ETag promises a like content only, not the same bytes (RFC 9110, 8.8.1); a date with a length is as good
// as the store's clock.
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

// matches says whether a part belongs to the object. Servers that know nothing of If-Range are the reason for asking.
func (v version) matches(part version) bool {
	if v.length >= 0 && part.length >= 0 && v.length != part.length {
		return false
	}
	if v.condition() == v.etag {
		return part.etag == v.etag
	}
	return part.modified == v.modified && part.length == v.length
}

// errChanged is a part that can't be joined to what is there.
var errChanged = errors.New("the file changed on the server, or the server can't say that it did not")

// checkPart reads an answer of status 206, which must begin at offset and be of the same object, and returns how long
// that is: some stores tell it here first. Where neither the whole nor a part tells it, a part that ends early would
// look like the end of the file.
func checkPart(resp *http.Response, offset int64, whole version) (length int64, err error) {
	first, length, ok := parseContentRange(resp.Header.Get("Content-Range"))
	if !ok || first != offset {
		return -1, errors.New("the server sent another part of the file than the one that was asked for")
	}
	part := identify(resp)
	part.length = length
	if !whole.matches(part) {
		return -1, errChanged
	}
	if length = max(length, whole.length); length < 0 {
		return -1, errors.New("the server sent a part of the file and not how long the whole is")
	}
	return length, nil
}

// parseContentRange reads "bytes 100-199/2000"; the length is -1 where it says "*".
func parseContentRange(text string) (first, length int64, ok bool) {
	text, ok = strings.CutPrefix(text, "bytes ")
	span, total, cut := strings.Cut(text, "/")
	from, to, dash := strings.Cut(span, "-")
	first, err := strconv.ParseInt(from, 10, 64)
	last, lastErr := strconv.ParseInt(to, 10, 64)
	if !ok || !cut || !dash || err != nil || lastErr != nil || first < 0 || last < first {
		return 0, 0, false
	}
	if total == "*" {
		return first, -1, true
	}
	length, err = strconv.ParseInt(total, 10, 64)
	return first, length, err == nil && length > last
}

// errEndless is the server announces no length, so a truncated file would look whole.
var errEndless = errors.New("the server does not say how long the file is, so it can't be known whether it is whole")

// checkWhole reads an answer of status 200. A body without a length and without an end mark ends with the connection,
// however that ends.
func checkWhole(resp *http.Response, announced int64) error {
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind == "text/html" && (resp.ContentLength < 0 || resp.ContentLength != announced) {
		return errors.New("a page for people came in place of the file") // a proxy's or a portal's, mostly
	}
	if resp.ContentLength < 0 && resp.ProtoMajor == 1 && len(resp.TransferEncoding) == 0 {
		return errEndless
	}
	return nil
}

// refusal is an answer that is no part of the file.
type refusal struct {
	apierror.Refusal
	header http.Header
}

func (r *refusal) Error() string { return r.Code + ": " + r.Message }

// maxRefusal bounds what is read of a refusal's body, in bytes.
const maxRefusal = 64 << 10

func readRefusal(resp *http.Response, link string) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxRefusal)) // half of it is better than nothing, and the status is there
	body = []byte(redact(string(body), link))                    // before a long message is cut: a part of a signature is a secret too
	r := &refusal{apierror.Parse(resp.StatusCode, resp.Header, body), resp.Header}
	switch {
	case resp.StatusCode/100 == 2:
		r.Message = "(an answer to something that was not asked for)"
	case resp.StatusCode/100 == 3:
		r.Message = "(a redirect, which is not followed)" // where to is no one's business: it may be a link
	case r.Described && len(body) > 0: // it speaks of the APIs
		r.Message = fmt.Sprintf("(%d bytes that are no error of an object store)", len(body))
	}
	return r
}

// forbids says that a link was refused in the way that an expired one is. Which words tell an expired link from
// others is known from the documents of a sister cloud only, so a fresh link is tried whatever the words: that costs
// one call.
func forbids(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.StatusCode == http.StatusForbidden
}

// expired says that the server's words are those for an expired link.
func (r *refusal) expired() bool {
	return r.StatusCode == http.StatusForbidden &&
		(r.Code == "RequestTimeTooSkewed" || r.Code == "AccessDenied" && strings.Contains(strings.ToLower(r.Message), "expired"))
}

// kind sorts a refusal.
func (r *refusal) kind() Kind {
	switch {
	case passing(r):
		return KindFault
	case r.expired():
		return KindExpired
	default:
		return KindRefused
	}
}

// passing says whether a fault may be gone when the same is asked for again.
func passing(err error) bool {
	var r *refusal
	if errors.As(err, &r) {
		return r.StatusCode == http.StatusTooManyRequests || r.StatusCode == http.StatusRequestTimeout ||
			r.StatusCode >= http.StatusInternalServerError && r.StatusCode != http.StatusNotImplemented
	}
	var disk *diskError
	return !errors.As(err, &disk) && !errors.Is(err, errBadLink) && !errors.Is(err, errEndless) && !transport.Permanent(err)
}

// passing says the same of a fault of this transfer. A name that is not found is a wrong one, until its host has
// answered: then the network was lost, which for a VPN that reconnects looks the same.
func (t *transfer) passing(err error) bool {
	if transport.NoSuchHost(err) {
		_, answered := t.answered.Load(hostOf(t.link))
		return answered
	}
	return passing(err)
}

// stalledError is a transfer that was given up because no byte came.
type stalledError struct{ after time.Duration }

func (e *stalledError) Error() string { return fmt.Sprintf("no byte came for %s", e.after) }
