// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	signAlgorithm = "SDK-HMAC-SHA256"
	signTime      = "20060102T150405Z"
	// maxSkew is the largest difference of clocks for a signed request.
	maxSkew = 15 * time.Minute
	// lockAfter is how many failures in a row a key may have. One more locks it for lockTime.
	lockAfter = 5
	lockTime  = 5 * time.Minute
)

// keyFailures counts the failures of an access key since its last success.
type keyFailures struct {
	inARow      int
	lockedUntil time.Time
}

// badSignature is the gateway's answer to a bad signature.
func badSignature(why string) *problem {
	return &problem{http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: " + why}
}

// verifySigned returns the user who signed a request with AK/SK.
func (s *Server) verifySigned(r *http.Request) (user, *problem) {
	signed, err := parseAuthorization(r.Header.Get("Authorization"))
	if err != nil {
		return user{}, badSignature(err.Error())
	}
	key, ok := accessKeys[signed.accessKey]
	if !ok {
		return user{}, badSignature("Get secretKey failed, ak not exist")
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	failures := s.failures[signed.accessKey]
	if failures == nil {
		failures = &keyFailures{}
		s.failures[signed.accessKey] = failures
	}
	if now.Before(failures.lockedUntil) {
		return user{}, badSignature("AK access failed to reach the limit, forbidden")
	}
	if err := signed.check(r, key, now); err != nil {
		failures.inARow++
		if failures.inARow > lockAfter { // Assumption 14.
			failures.lockedUntil = now.Add(lockTime)
			failures.inARow = 0
		}
		return user{}, badSignature(err.Error())
	}
	failures.inARow = 0
	return oncall, nil
}

// authorization is the parsed header Authorization.
type authorization struct {
	accessKey string
	names     []string
	signature string
}

var authorizationForm = regexp.MustCompile(
	`^` + signAlgorithm + ` Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$`)

func parseAuthorization(header string) (authorization, error) {
	m := authorizationForm.FindStringSubmatch(header)
	if m == nil {
		return authorization{}, fmt.Errorf("the authorization header is not of the form %s Access, SignedHeaders, Signature", signAlgorithm)
	}
	return authorization{m[1], strings.Split(m[2], ";"), m[3]}, nil
}

// check verifies a signed request. Assumptions 15 and 16.
func (a authorization) check(r *http.Request, key accessKey, now time.Time) error {
	date := r.Header.Get("X-Sdk-Date")
	at, err := time.Parse(signTime, date)
	if err != nil {
		return fmt.Errorf("x-sdk-date is not of the form %s", signTime)
	}
	if at.Sub(now).Abs() > maxSkew {
		return fmt.Errorf("x-sdk-date %s is too far from the server's time %s", date, now.UTC().Format(signTime))
	}
	if r.Header.Get("X-Security-Token") != key.securityToken {
		return errors.New("the security token does not belong to the access key")
	}
	for _, must := range mustSign(r) {
		if !slices.Contains(a.names, must) {
			return fmt.Errorf("the header %s is not signed", must)
		}
	}
	canonical, err := canonicalRequest(r, a.names)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(a.signature), []byte(signature(key.secret, date, canonical))) {
		return errors.New("verify aksk signature fail")
	}
	return nil
}

// mustSign returns the headers of a request that must be signed.
func mustSign(r *http.Request) []string {
	names := []string{"host", "x-sdk-date"}
	for _, name := range []string{"content-type", "x-project-id", "x-domain-id", "x-security-token"} {
		if r.Header.Get(name) != "" {
			names = append(names, name)
		}
	}
	return names
}

// canonicalRequest returns the text that both sides hash.
func canonicalRequest(r *http.Request, names []string) (string, error) {
	if !slices.IsSorted(names) {
		return "", errors.New("the signed headers are not sorted")
	}
	path, err := canonicalPath(r.URL.EscapedPath())
	if err != nil {
		return "", err
	}
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	var headers strings.Builder
	for _, name := range names {
		if name != strings.ToLower(name) {
			return "", fmt.Errorf("the signed header %s is not in lower case", name)
		}
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		fmt.Fprintf(&headers, "%s:%s\n", name, strings.TrimSpace(value))
	}
	hash := sha256.Sum256(readBody(r))
	return strings.Join([]string{
		r.Method, path, query, headers.String(), strings.Join(names, ";"), hex.EncodeToString(hash[:]),
	}, "\n"), nil
}

func signature(secret, date, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signAlgorithm + "\n" + date + "\n" + hex.EncodeToString(hash[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// canonicalPath unescapes and escapes each segment, and adds "/" at the end.
func canonicalPath(escaped string) (string, error) {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return "", errors.New("the path is not escaped well")
		}
		segments[i] = escapeRFC3986(plain)
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/", nil
}

func canonicalQuery(raw string) (string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", errors.New("the query is not escaped well")
	}
	var pairs [][2]string
	for key, list := range values {
		for _, value := range list {
			pairs = append(pairs, [2]string{key, value})
		}
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	text := make([]string, len(pairs))
	for i, pair := range pairs {
		text[i] = escapeRFC3986(pair[0]) + "=" + escapeRFC3986(pair[1])
	}
	return strings.Join(text, "&"), nil
}

// escapeRFC3986 escapes all but the unreserved characters. No function of package url does exactly that.
func escapeRFC3986(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
