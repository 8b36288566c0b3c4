// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// scalar is a plain value in any JSON type: siblings of this API send numbers as strings and strings as numbers. null
// and absent are "". An object or a list is an error.
type scalar struct{ verbatim string }

// UnmarshalJSON implements json.Unmarshaler. Its error does not repeat the value, which may be a link.
func (s *scalar) UnmarshalJSON(raw []byte) error {
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[':
		return errors.New("a field holds an object or a list where a plain value was promised")
	case raw[0] != '"' && string(raw) != "null":
		s.verbatim = string(raw)
	case json.Unmarshal(raw, &s.verbatim) != nil:
		return errors.New("a field holds a text that is no JSON")
	}
	return nil
}

// text returns the value without blanks around it.
func (s scalar) text() string { return strings.TrimSpace(s.verbatim) }

// lenient is a value that is zero if the API sends another type: a detail that an answer is good without.
type lenient[T any] struct{ value T }

// UnmarshalJSON implements json.Unmarshaler. It never fails.
func (l *lenient[T]) UnmarshalJSON(raw []byte) error {
	var value T
	if json.Unmarshal(raw, &value) == nil {
		l.value = value
	}
	return nil
}

// list is a list that a good answer has. null is an empty list, and an empty result may come without its list: the
// public client of the sister cloud marks these lists as optional.
type list[T any] struct {
	items []T
	there bool
}

// UnmarshalJSON implements json.Unmarshaler.
func (l *list[T]) UnmarshalJSON(raw []byte) error {
	l.there = true
	return json.Unmarshal(raw, &l.items)
}

// check returns an error if the list is missing although the answer's total is not 0.
func (l list[T]) check(m meta, name string, total int64) error {
	if !l.there && total != 0 {
		return m.undecodable(fmt.Errorf("the answer has no %s", name))
	}
	return nil
}

// lastPage reports whether a list ends with a page. The page has got items of at most size, the list has that many so
// far. A total below 0 is not known, and one below what the list has is wrong.
func lastPage(got, size, have int, total int64) bool {
	if total < int64(have) {
		return got < size
	}
	return got == 0 || int64(have) == total
}

// upper returns the form in which words are compared and shown.
func (s scalar) upper() string { return strings.ToUpper(s.printable()) }

// printable returns the value without control characters, bounded.
func (s scalar) printable() string { return apierror.Printable(s.verbatim) }

// integer returns a whole number. JSON numbers such as 1.5e3 count if they are whole.
func (s scalar) integer() (int64, bool) {
	if n, err := strconv.ParseInt(s.text(), 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // a float64 cannot hold every whole number above
	f, err := strconv.ParseFloat(s.text(), 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= exact {
		return 0, false
	}
	return int64(f), true
}

// count returns a whole number that is not negative, or -1.
func (s scalar) count() int64 {
	if n, ok := s.integer(); ok && n >= 0 {
		return n
	}
	return -1
}

// milliseconds returns a time given in milliseconds since 1970, UTC, or the zero time if it is not in 1970 to 9999.
func (s scalar) milliseconds() time.Time {
	n, ok := s.integer()
	if !ok {
		return time.Time{}
	}
	return plausible(time.UnixMilli(n))
}

// plausible returns a time in UTC, or the zero time if it is not after 1970 began and before the year 10000.
func plausible(at time.Time) time.Time {
	if at = at.UTC(); !at.After(time.Unix(0, 0)) || at.Year() > 9999 {
		return time.Time{}
	}
	return at
}

// timeLayouts are the forms of times in answers: with and without an offset. Without one they are UTC.
var timeLayouts = []string{time.RFC3339, "2006-01-02T15:04:05-0700", "2006-01-02T15:04:05"}

// timestamp returns a time in UTC, or the zero time if it cannot be read or is not in 1970 to 9999.
func (s scalar) timestamp() time.Time {
	text := strings.Replace(s.text(), " ", "T", 1) // some pages show a blank
	for _, layout := range timeLayouts {
		if at, err := time.Parse(layout, text); err == nil {
			return plausible(at)
		}
	}
	return time.Time{}
}

// requestTime returns a time in the form of requests: the cloud refuses a "Z" (common to all pages of logs).
func requestTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }

// describeJSON returns what is wrong with a body without repeating any of it.
func describeJSON(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("the answer is no complete JSON: it breaks after %d bytes", syntax.Offset)
	}
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Errorf("%s holds a JSON %s where another type was promised", cmp.Or(kind.Field, "the answer"), kind.Value)
	}
	return err
}
