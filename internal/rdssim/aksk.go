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

// badSignature is the gateway's answer to a request without good credentials.
func badSignature(why string) *problem {
	return &problem{http.StatusUnauthorized, "APIGW.0301", "Incorrect IAM authentication information: " + why}
}

var authorizationForm = regexp.MustCompile(
	`^` + signAlgorithm + ` Access=([^,\s]+), ?SignedHeaders=([^,\s]+), ?Signature=([0-9a-f]{64})$`)

// verifySigned returns what the signature of a request with AK/SK gives access to.
func (s *Server) verifySigned(r *http.Request) (grant, *problem) {
	m := authorizationForm.FindStringSubmatch(r.Header.Get("Authorization"))
	if m == nil {
		return grant{}, badSignature("the authorization header is not of the form " + signAlgorithm + " Access, SignedHeaders, Signature")
	}
	id, names, given := m[1], strings.Split(m[2], ";"), m[3]
	key, ok := accessKeys[id]
	if !ok {
		return grant{}, badSignature("Get secretKey failed, ak not exist")
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if now.Before(s.lockedUntil[id]) {
		return grant{}, badSignature("AK access failed to reach the limit, forbidden")
	}
	if err := checkSignature(r, key, names, given, now); err != nil {
		s.failures[id]++
		if s.failures[id] > lockAfter { // Assumption 14.
			s.lockedUntil[id] = now.Add(lockTime)
			s.failures[id] = 0
		}
		return grant{}, badSignature(err.Error())
	}
	s.failures[id] = 0
	return grant{user: oncall, domain: oncall.Domain}, nil
}

// checkSignature verifies a signed request. Assumptions 15 and 16.
func checkSignature(r *http.Request, key accessKey, names []string, given string, now time.Time) error {
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
	for _, name := range []string{"host", "x-sdk-date", "content-type", "x-project-id", "x-domain-id", "x-security-token"} {
		if (name == "host" || r.Header.Get(name) != "") && !slices.Contains(names, name) {
			return fmt.Errorf("the header %s is not signed", name)
		}
	}
	canonical, err := canonicalRequest(r, names)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(given), []byte(signature(key.secret, date, canonical))) {
		return errors.New("verify aksk signature fail")
	}
	return nil
}

// canonicalRequest returns the text that both sides hash.
func canonicalRequest(r *http.Request, names []string) (string, error) {
	if !slices.IsSorted(names) {
		return "", errors.New("the signed headers are not sorted")
	}
	query, err := canonicalQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	lines := []string{r.Method, canonicalPath(r.URL.EscapedPath()), query}
	for _, name := range names {
		if name != strings.ToLower(name) {
			return "", fmt.Errorf("the signed header %s is not in lower case", name)
		}
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		lines = append(lines, name+":"+strings.TrimSpace(value))
	}
	hash := sha256.Sum256(readBody(r))
	lines = append(lines, "", strings.Join(names, ";"), hex.EncodeToString(hash[:]))
	return strings.Join(lines, "\n"), nil
}

func signature(secret, date, canonical string) string {
	hash := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signAlgorithm + "\n" + date + "\n" + hex.EncodeToString(hash[:])))
	return hex.EncodeToString(mac.Sum(nil))
}

// canonicalPath unescapes and escapes each segment of an escaped path, and adds "/" at the end.
func canonicalPath(escaped string) string {
	segments := strings.Split(escaped, "/")
	for i, segment := range segments {
		plain, _ := url.PathUnescape(segment) // net/http refuses broken escapes in paths
		segments[i] = spacesEscaped(url.QueryEscape(plain))
	}
	return strings.TrimSuffix(strings.Join(segments, "/"), "/") + "/"
}

// canonicalQuery sorts the pairs by key and value.
func canonicalQuery(raw string) (string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return "", errors.New("the query is not escaped well")
	}
	for _, list := range values {
		slices.Sort(list)
	}
	return spacesEscaped(values.Encode()), nil
}

// spacesEscaped completes the escapes of RFC 3986: package url writes a space of a query as a plus.
func spacesEscaped(escaped string) string {
	return strings.ReplaceAll(escaped, "+", "%20")
}
