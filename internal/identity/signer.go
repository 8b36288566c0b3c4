// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The signing scheme of the cloud's API gateway. It is written by hand: the cloud's own SDK is not available as a Go
// module, and that of its sister cloud has 250 MB. The tests have the published vectors.
// Source: the cloud's "API Gateway, Request Signing Guide".
const (
	signAlgorithm  = "SDK-HMAC-SHA256"
	signDateFormat = "20060102T150405Z"
)

// signer signs requests with an access key and its secret.
type signer struct {
	accessKey, secretKey, securityToken string
	projectID, domainID                 string // projectID goes into X-Project-Id, domainID into X-Domain-Id; both may be empty
}

// sign sets the headers that authorize req with this body at time now. Headers of an earlier signature are replaced. A
// signature is valid for 15 minutes, so every attempt is signed anew.
func (s signer) sign(req *http.Request, body []byte, now time.Time) error {
	date := now.UTC().Format(signDateFormat)
	signed := map[string]string{"host": cmp.Or(req.Host, req.URL.Host)}
	for name, value := range map[string]string{
		"x-sdk-date": date, "x-project-id": s.projectID, "x-domain-id": s.domainID, "x-security-token": s.securityToken,
		"content-type": req.Header.Get("Content-Type"),
	} {
		req.Header.Del(name)
		if value != "" {
			req.Header.Set(name, value)
			signed[name] = value
		}
	}
	canonical, names, err := canonicalRequest(req.Method, req.URL, signed, body)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", signAlgorithm+" Access="+s.accessKey+
		", SignedHeaders="+names+", Signature="+signature(s.secretKey, date, canonical))
	return nil
}

// canonicalRequest returns the text to sign, and the names of the signed headers. The keys of headers are lower case.
func canonicalRequest(method string, u *url.URL, headers map[string]string, body []byte) (text, names string, err error) {
	query, err := canonicalQuery(u.RawQuery)
	if err != nil {
		return "", "", err
	}
	sorted := slices.Sorted(maps.Keys(headers))
	names = strings.Join(sorted, ";")
	lines := []string{method, canonicalPath(u), query}
	for _, name := range sorted {
		lines = append(lines, name+":"+textproto.TrimString(headers[name]))
	}
	lines = append(lines, "", names, hexHash(body))
	return strings.Join(lines, "\n"), names, nil
}

// signature signs a canonical request. date has signDateFormat.
func signature(secret, date, canonical string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signAlgorithm + "\n" + date + "\n" + hexHash([]byte(canonical))))
	return hex.EncodeToString(mac.Sum(nil))
}

// canonicalPath escapes each segment and adds a slash at the end, which is signed but not sent. An escaped slash stays
// part of its segment.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		segments[i] = spacesEscaped(url.QueryEscape(segment))
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/"
}

// canonicalQuery sorts by key, then by value.
func canonicalQuery(raw string) (string, error) {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return "", errors.New("the query of the URL cannot be read, so it cannot be signed")
	}
	for _, values := range query {
		slices.Sort(values)
	}
	return spacesEscaped(query.Encode()), nil
}

// spacesEscaped completes the escapes of RFC 3986: package url writes a space of a query as a plus.
func spacesEscaped(query string) string { return strings.ReplaceAll(query, "+", "%20") }

func hexHash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
