// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"strconv"
)

func isSeparator(r rune) bool {
	switch r {
	case ' ', ',', ';', '|', ':', '\t':
		return true
	}
	return false
}

// token returns the token of a prefix with this index, or nil. Tokens can be empty: a process in the background has no user.
func token(prefix []byte, index int) []byte {
	for {
		end := bytes.IndexFunc(prefix, isSeparator)
		switch {
		case index == 0 && end < 0:
			return prefix
		case index == 0:
			return prefix[:end]
		case end < 0:
			return nil
		}
		index--
		prefix = prefix[end+1:]
	}
}

// bracketed returns the first number that follows a bracket: [123], [123-1].
func bracketed(prefix []byte) int {
	for {
		i := bytes.IndexByte(prefix, '[')
		if i < 0 {
			return 0
		}
		prefix = prefix[i+1:]
		n := 0
		for n < len(prefix) && isDigit(prefix[n]) {
			n++
		}
		if n > 0 && n < len(prefix) && bytes.IndexByte([]byte("]-: "), prefix[n]) >= 0 {
			return number(prefix[:n])
		}
	}
}

// session returns the process ID of a %c.
func session(prefix []byte) int {
	for at := 8; at < len(prefix); at++ {
		if prefix[at] != '.' || !isHex(prefix[at-8:at]) {
			continue
		}
		end := at + 1
		for end < len(prefix) && isHex(prefix[end:end+1]) {
			end++
		}
		if n, err := strconv.ParseInt(string(prefix[at+1:end]), 16, 32); err == nil {
			return int(n)
		}
	}
	return 0
}

func isHex(b []byte) bool {
	for _, c := range b {
		if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

var (
	userNames     = []string{"user=", "usr=", "u="}
	databaseNames = []string{"db=", "database=", "d="}
	processNames  = []string{"pid=", "pid:", "PID=", "process="}
)

// named returns the value after the first of the names that a prefix has.
func named(prefix []byte, names []string) []byte {
	for _, name := range names {
		value, ok := after(prefix, name)
		if !ok {
			continue
		}
		if bytes.HasPrefix(value, []byte("[")) {
			return nil // [unknown]
		}
		if end := bytes.IndexAny(value, " ,;|:]"); end >= 0 {
			value = value[:end]
		}
		return value
	}
	return nil
}

// after returns what follows name in a prefix. name must be a whole word: d= is not part of pid=.
func after(prefix []byte, name string) (rest []byte, ok bool) {
	for from := 0; ; {
		i := bytes.Index(prefix[from:], []byte(name))
		if i < 0 {
			return nil, false
		}
		from += i + len(name)
		if start := from - len(name); start == 0 || !isAlnum(prefix[start-1]) {
			return prefix[from:], true
		}
	}
}

// number returns the value of decimal digits, or 0.
func number(b []byte) int {
	if len(b) > 10 {
		return 0
	}
	n := 0
	for _, c := range b {
		if !isDigit(c) {
			return 0
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// isState reports whether b has the form of a SQLSTATE.
func isState(b []byte) bool {
	if len(b) != 5 {
		return false
	}
	for _, c := range b {
		if !isDigit(c) && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}
