// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the V2 scheme of signed links is HMAC-SHA1
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// serveObject answers requests below /obs/: one read-only bucket with signed links.
func (s *Server) serveObject(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "OBS")
	w.Header().Set("X-Amz-Request-Id", w.Header().Get("X-Request-Id"))
	object, refused := s.findObject(r)
	if refused != nil {
		refused.writeXML(w)
		return
	}
	data, etag := object.content.open()
	w.Header().Set("Content-Type", "binary/octet-stream")
	w.Header().Set("Cache-Control", r.URL.Query().Get("response-cache-control"))
	w.Header().Set("Etag", `"`+etag+`"`)
	// Assumption 35. ServeContent handles Range, If-Range, If-Match and the others.
	http.ServeContent(&xmlRefusals{ResponseWriter: w}, r, "", object.modified, data)
}

// findObject returns the object of a request for /obs/{bucket}/{name}, or the refusal.
func (s *Server) findObject(r *http.Request) (exportFile, *problem) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return exportFile{}, &problem{
			http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource.",
		}
	}
	path := r.URL.EscapedPath()
	in, escaped, _ := strings.Cut(strings.TrimPrefix(path, "/obs/"), "/")
	name, _ := url.PathUnescape(escaped) // EscapedPath escapes well
	if in != bucket {
		return exportFile{}, &problem{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist: " + path}
	}
	// Assumption 34.
	for _, header := range []string{"X-Auth-Token", "Authorization", "Content-Type", "X-Sdk-Date", "X-Security-Token"} {
		if r.Header.Get(header) != "" {
			return exportFile{}, &problem{http.StatusBadRequest, "InvalidArgument", "A signed link goes without the header " + header + "."}
		}
	}
	if refused := checkLink(r, name, s.now()); refused != nil {
		return exportFile{}, refused
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	object, ok := s.objects[name] // has a link only once its export is done
	if !ok {
		return exportFile{}, &problem{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	return object, nil
}

// xmlRefusals replaces the plain text of ServeContent's refusals by the store's XML.
type xmlRefusals struct {
	http.ResponseWriter
	refusal problem
}

// WriteHeader replaces the answer if it is a refusal.
func (x *xmlRefusals) WriteHeader(status int) {
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		x.refusal = problem{status, "InvalidRange", "The requested range cannot be satisfied."}
	case http.StatusPreconditionFailed:
		x.refusal = problem{status, "PreconditionFailed", "At least one of the preconditions you specified did not hold."}
	default:
		x.ResponseWriter.WriteHeader(status)
		return
	}
	x.refusal.writeXML(x.ResponseWriter)
}

func (x *xmlRefusals) Write(p []byte) (int, error) {
	if x.refusal.status != 0 {
		return len(p), nil
	}
	return x.ResponseWriter.Write(p)
}

const (
	bucket = "rds-error-logs-eu-de"
	// linkSecret signs the links. No answer holds it.
	linkSecret   = "Reh3arsalL1nkSecret7f1cNeverLeavesTheSim"
	cacheControl = "no-cache,no-store"
)

// sign returns the download link of an object in the V2 style. The signature covers method, expiry, path and
// response-cache-control. The caller holds the lock. Assumption 31.
func (s *Server) sign(name string, now time.Time) string {
	expires := strconv.FormatInt(now.Add(s.options.linkLife).Unix(), 10)
	return s.url + "/obs/" + bucket + "/" + name +
		"?AWSAccessKeyId=" + LinkAccessKey +
		"&Expires=" + expires +
		"&response-cache-control=" + url.QueryEscape(cacheControl) +
		"&Signature=" + url.QueryEscape(linkSignature("GET", expires, name, cacheControl))
}

// linkSignature signs two empty lines too: a download has no Content-MD5 and no Content-Type.
func linkSignature(method, expires, name, cacheControl string) string {
	mac := hmac.New(sha1.New, []byte(linkSecret))
	mac.Write(fmt.Appendf(nil, "%s\n\n\n%s\n/%s/%s?response-cache-control=%s", method, expires, bucket, name, cacheControl))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

var linkParameters = []string{"AWSAccessKeyId", "Expires", "Signature", "response-cache-control"}

// checkLink verifies the signature of a request for an object. Assumptions 32 and 33.
func checkLink(r *http.Request, name string, now time.Time) *problem {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return &problem{http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI."}
	}
	for key, values := range query {
		if !slices.Contains(linkParameters, key) || len(values) != 1 {
			return &problem{http.StatusBadRequest, "InvalidArgument", "The query has a parameter that was not signed: " + key}
		}
	}
	if len(query) != len(linkParameters) {
		return &problem{http.StatusForbidden, "AccessDenied", "Access Denied"}
	}
	if query.Get("AWSAccessKeyId") != LinkAccessKey {
		return &problem{http.StatusForbidden, "InvalidAccessKeyId", "The access key Id you provided does not exist in our records."}
	}
	expires, err := strconv.ParseInt(query.Get("Expires"), 10, 64)
	if err != nil {
		return &problem{http.StatusForbidden, "AccessDenied", "Invalid date (should be seconds since epoch): " + query.Get("Expires")}
	}
	if now.Unix() >= expires {
		return &problem{http.StatusForbidden, "AccessDenied", "Request has expired"}
	}
	want := linkSignature(r.Method, query.Get("Expires"), name, query.Get("response-cache-control"))
	if !hmac.Equal([]byte(query.Get("Signature")), []byte(want)) {
		return &problem{
			http.StatusForbidden, "SignatureDoesNotMatch",
			"The request signature we calculated does not match the signature you provided. Check your key and signing method.",
		}
	}
	return nil
}
