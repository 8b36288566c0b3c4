// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// shortestSecret is the length in bytes from which on a secret is cut out. Shorter ones are words: cutting them out
// would show what they are.
const shortestSecret = 8

// secrets returns what no text may show: the configured secrets and those of a request or an answer.
func (s *Session) secrets(more ...string) []string {
	return slices.DeleteFunc(append(s.cfg.Secrets(), more...), func(secret string) bool { return len(secret) < shortestSecret })
}

// concealing cuts secrets out of answers. It belongs below whatever retries, logs or shortens them.
type concealing struct {
	session *Session
	next    http.RoundTripper
	// rds is set for answers of RDS: parts of them reach the screen, the log and the state. The identity service's
	// successes stay as they are: a project's name must not change because a password is in it.
	rds bool
}

func (c concealing) RoundTrip(req *http.Request) (*http.Response, error) {
	if !c.rds {
		c.session.sent.Add(1)
	}
	secrets := c.session.secrets(req.Header.Get("X-Auth-Token"), req.Header.Get(subjectToken))
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, concealError(err, secrets)
	}
	concealHeader(resp.Header, append(secrets, c.session.secrets(resp.Header.Values(subjectToken)...)...))
	if c.rds || resp.StatusCode < 200 || resp.StatusCode > 299 {
		resp.Body = io.NopCloser(strings.NewReader(conceal(string(peek(resp)), secrets)))
	}
	return resp, nil
}

// subjectToken is the one header that is meant to hold a secret.
const subjectToken = "X-Subject-Token"

func concealHeader(header http.Header, secrets []string) {
	for name, values := range header {
		for i := range values {
			if name != subjectToken {
				values[i] = conceal(values[i], secrets)
			}
		}
	}
}

// concealError rewrites an error that quotes what a server sent if it was not HTTP.
func concealError(err error, secrets []string) error {
	place, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return err
	}
	return &transport.Error{Method: place.Method, URL: place.URL, Err: shown{place.Err, conceal(place.Err.Error(), secrets)}}
}

// conceal cuts secrets out of a text. It also finds them in escapes of JSON, XML and Go strings, which a parser would
// decode after the cut, and in escapes of escapes.
func conceal(text string, secrets []string) string {
	hidden := make([]bool, 0, len(text)) // by byte of text; empty if nothing is hidden
	mark := func(plain string, at []int32) {
		for _, secret := range secrets {
			for from := 0; ; {
				i := strings.Index(plain[from:], secret)
				if i < 0 {
					break
				}
				begin, end := from+i, from+i+len(secret)
				if at != nil {
					begin, end = int(at[begin]), int(at[end])
				}
				hidden = hidden[:len(text)]
				for n := begin; n < end; n++ {
					hidden[n] = true
				}
				from += i + 1
			}
		}
	}
	plain, at := text, []int32(nil) // an answer has less than 2 GiB
	mark(plain, at)
	for range 3 { // deeper nesting is not met
		if !strings.ContainsAny(plain, `\&`) {
			break
		}
		plain, at = unescape(plain, at)
		mark(plain, at)
	}
	if len(hidden) == 0 {
		return text
	}
	var b strings.Builder
	for i := range len(text) {
		switch {
		case !hidden[i]:
			b.WriteByte(text[i])
		case i == 0 || !hidden[i-1]:
			b.WriteString(apierror.Hidden)
		}
	}
	return b.String()
}

// unescape decodes all escapes in a text. at is, for each byte of the text and for its end, the place in the original;
// nil means that the text is the original.
func unescape(text string, at []int32) (plain string, plainAt []int32) {
	place := func(i int) int32 {
		if at == nil {
			return int32(i) //nolint:gosec // the transport bounds answers to a few MiB
		}
		return at[i]
	}
	var b strings.Builder
	plainAt = make([]int32, 0, len(text)+1)
	for i := 0; i < len(text); {
		decoded, width := unescapeOne(text[i:])
		b.WriteString(decoded)
		for range len(decoded) {
			plainAt = append(plainAt, place(i))
		}
		i += width
	}
	return b.String(), append(plainAt, place(len(text)))
}

// unescapeOne decodes the first character of a text, and returns its length there.
func unescapeOne(text string) (decoded string, width int) {
	const longestEntity = 10
	switch {
	case text[0] == '&':
		end := strings.IndexByte(text[:min(len(text), longestEntity)], ';')
		if decoded := html.UnescapeString(text[:end+1]); end > 0 && decoded != text[:end+1] {
			return decoded, end + 1
		}
	case strings.HasPrefix(text, `\u`) && hexCode(text) >= 0:
		first := hexCode(text)
		if pair := utf16.DecodeRune(first, hexCode(text[6:])); pair != utf8.RuneError {
			return string(pair), 12
		}
		return string(first), 6
	case strings.HasPrefix(text, `\x`) && len(text) >= 4:
		if code, err := strconv.ParseUint(text[2:4], 16, 8); err == nil {
			return string([]byte{byte(code)}), 4
		}
	case text[0] == '\\' && len(text) > 1:
		if i := strings.IndexByte(`"\/'bfnrt`, text[1]); i >= 0 {
			return "\"\\/'\b\f\n\r\t"[i : i+1], 2
		}
	}
	return text[:1], 1
}

// hexCode returns the code of \uXXXX at the beginning of a text, or -1.
func hexCode(text string) rune {
	if len(text) < 6 || text[:2] != `\u` {
		return -1
	}
	code, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(code)
}
