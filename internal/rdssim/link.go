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

const (
	bucket = "rds-error-logs-eu-de"
	// linkSecret signs the links. It never leaves the simulator.
	linkSecret   = "Reh3arsalL1nkSecret7f1cNeverLeavesTheSim"
	cacheControl = "no-cache,no-store"
)

// sign makes the download link of an object, in the V2 style: the signature covers method, expiry, path and
// response-cache-control. Assumption 31.
func (s *Server) sign(base, name string, now time.Time) string {
	expires := strconv.FormatInt(now.Add(s.options.linkLife).Unix(), 10)
	if !s.options.linkScheme {
		_, base, _ = strings.Cut(base, "://")
	}
	return base + "/obs/" + bucket + "/" + name +
		"?AWSAccessKeyId=" + LinkAccessKey +
		"&Expires=" + expires +
		"&response-cache-control=" + url.QueryEscape(cacheControl) +
		"&Signature=" + url.QueryEscape(linkSignature("GET", expires, name, cacheControl))
}

// linkSignature: two of the lines are empty, Content-MD5 and Content-Type, which a download has not.
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
