// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// scalar is a value of the API's JSON that may come as the documented type or as another: siblings of this API send
// numbers as strings and strings as numbers. null and absent are "". An object or an array is an error.
type scalar struct{ text string }

// UnmarshalJSON implements json.Unmarshaler. Its error does not repeat the value: it might be a link.
func (s *scalar) UnmarshalJSON(raw []byte) error {
	switch {
	case len(raw) == 0 || raw[0] == '{' || raw[0] == '[':
		return errors.New("a field holds an object or a list where a plain value was promised")
	case string(raw) == "null":
		s.text = ""
		return nil
	case raw[0] != '"':
		s.text = string(raw)
		return nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return errors.New("a field holds a text that is no JSON")
	}
	s.text = strings.TrimSpace(text)
	return nil
}

// integer reads a whole number. JSON numbers such as 1.5e3 count where they are whole.
func (s scalar) integer() (int64, bool) {
	if n, err := strconv.ParseInt(s.text, 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // from it on a float64 can't tell whole numbers apart
	f, err := strconv.ParseFloat(s.text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) >= exact {
		return 0, false
	}
	return int64(f), true
}

// milliseconds reads a time in milliseconds since 1970 in UTC. What lies outside the years 1970 to 9999 is not known.
func (s scalar) milliseconds() time.Time {
	const endOfYear9999 = 253402300799999
	n, ok := s.integer()
	if !ok || n <= 0 || n > endOfYear9999 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// describeJSON says what is wrong with a body without repeating any of it.
func describeJSON(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the answer is no complete JSON: it breaks after %d bytes", syntax.Offset)
	case errors.As(err, &kind):
		field := kind.Field
		if field == "" {
			field = "the answer"
		}
		return fmt.Errorf("%s holds a JSON %s where another type was promised", field, kind.Value)
	default:
		return err
	}
}
