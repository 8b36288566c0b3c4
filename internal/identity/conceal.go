// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"encoding/json"
	"errors"
	"html"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
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
	withIssued := slices.Concat(secrets, c.session.secrets(resp.Header.Values(subjectToken)...))
	for name, values := range resp.Header {
		for i := range values {
			if name != subjectToken {
				values[i] = Conceal(values[i], withIssued)
			}
		}
	}
	if c.rds || resp.StatusCode < 200 || resp.StatusCode > 299 {
		resp.Body = io.NopCloser(strings.NewReader(Conceal(string(peek(resp)), secrets)))
	}
	return resp, nil
}

// subjectToken is the one header that is meant to hold a secret.
const subjectToken = "X-Subject-Token"

// concealError rewrites an error that quotes what a server sent if it was not HTTP.
func concealError(err error, secrets []string) error {
	place, ok := errors.AsType[*transport.Error](err)
	if !ok {
		return err
	}
	return &transport.Error{Method: place.Method, URL: place.URL, Err: shown{place.Err, Conceal(place.Err.Error(), secrets)}}
}

// Conceal cuts secrets out of a text. It also finds them in escapes of JSON, XML and Go strings, which a parser would
// decode after the cut, and in escapes of escapes.
func Conceal(text string, secrets []string) string {
	const deepest = 3 // deeper nesting is not met
	hidden := make([]bool, len(text))
	plain, at := text, make([]int32, len(text)+1) // at has the place in text of each byte of plain, and of its end
	for i := range at {
		at[i] = int32(i)
	}
	for depth := 0; ; depth++ {
		for _, secret := range secrets {
			for from := 0; ; from++ {
				i := strings.Index(plain[from:], secret)
				if i < 0 {
					break
				}
				from += i
				for n := at[from]; n < at[from+len(secret)]; n++ {
					hidden[n] = true
				}
			}
		}
		if depth == deepest || !strings.ContainsAny(plain, `\&`) {
			break
		}
		plain, at = unescape(plain, at)
	}
	if !slices.Contains(hidden, true) {
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

// unescape decodes all escapes in a text, and keeps the places of its bytes.
func unescape(text string, at []int32) (plain string, plainAt []int32) {
	var b strings.Builder
	plainAt = make([]int32, 0, len(at))
	for i := 0; i < len(text); {
		decoded, width := unescapeOne(text[i:])
		b.WriteString(decoded)
		for range len(decoded) {
			plainAt = append(plainAt, at[i])
		}
		i += width
	}
	return b.String(), append(plainAt, at[len(text)])
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
	case strings.HasPrefix(text, `\/`):
		return "/", 2
	case text[0] == '\\' && len(text) > 1:
		quote := text[1] // if it is one
		code, multibyte, rest, err := strconv.UnquoteChar(text, quote)
		if err == nil && multibyte {
			return string(code), len(text) - len(rest)
		}
		if err == nil {
			return string([]byte{byte(code)}), len(text) - len(rest) //nolint:gosec // such as \xf6
		}
		var character string
		halves := text[:min(len(text), len(`\ud83d\ude00`))] // JSON writes some characters in two
		if halves[1] == 'u' && json.Unmarshal([]byte(`"`+halves+`"`), &character) == nil && utf8.RuneCountInString(character) == 1 {
			return character, len(halves)
		}
	}
	return text[:1], 1
}
