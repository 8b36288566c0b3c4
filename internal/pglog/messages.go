// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

//go:embed messages.txt
var messageTable string

// message is a line of messages.txt.
type message struct {
	class Class
	// literals holds the text around the wildcards, so it has one element more than kinds.
	literals [][]byte
	kinds    []byte
}

// messages holds the table, indexed by the first four bytes of a message. Lines that begin with a quoted part have the key
// quotedKey.
var messages = parseMessages(messageTable)

var quotedKey = [4]byte{'"'}

func parseMessages(table string) map[[4]byte][]message {
	all := make(map[[4]byte][]message)
	class := Other
	for line := range strings.Lines(table) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '[' {
			i := slices.Index(classNames[:], strings.Trim(line, "[]"))
			if i < 0 {
				panic(fmt.Sprintf("messages.txt: unknown class %s", line))
			}
			class = Class(i) //nolint:gosec // i is below classes
			continue
		}
		m := parseMessage(class, line)
		key := quotedKey
		if line[0] != '"' {
			key = [4]byte(m.literals[0])
		}
		all[key] = append(all[key], m)
	}
	return all
}

func parseMessage(class Class, line string) message {
	m := message{class: class}
	rest := line
	for {
		i := strings.IndexByte(rest, '%')
		if i < 0 {
			m.literals = append(m.literals, []byte(rest))
			return m
		}
		m.literals = append(m.literals, []byte(rest[:i]))
		m.kinds = append(m.kinds, rest[i+1])
		rest = rest[i+2:]
	}
}

// findMessage returns the line of the table that matches text, or nil.
func findMessage(text []byte) *message {
	if len(text) < len(quotedKey) {
		return nil
	}
	key := quotedKey
	if text[0] != '"' {
		key = [4]byte(text)
	}
	list := messages[key]
	for i := range list {
		if list[i].matches(text) {
			return &list[i]
		}
	}
	return nil
}

// matches reports whether text has the literals of m in their order, the first at its start and the last at its end.
func (m *message) matches(text []byte) bool {
	if !bytes.HasPrefix(text, m.literals[0]) {
		return false
	}
	if len(m.kinds) == 0 {
		return len(text) == len(m.literals[0])
	}
	last := m.literals[len(m.kinds)]
	if !bytes.HasSuffix(text, last) {
		return false
	}
	text = text[len(m.literals[0]):]
	for _, literal := range m.literals[1:len(m.kinds)] {
		i := bytes.Index(text, literal)
		if i < 0 {
			return false
		}
		text = text[i+len(literal):]
	}
	return len(text) >= len(last)
}

// normalise appends text to to, with all values masked. Text must match m.
func (m *message) normalise(to, text []byte) []byte {
	to = append(to, m.literals[0]...)
	text = text[len(m.literals[0]):]
	for i, kind := range m.kinds {
		literal := m.literals[i+1]
		end := len(text) - len(literal)
		if i+1 < len(m.kinds) {
			end = bytes.Index(text, literal)
		}
		to = appendValue(to, kind, text[:end])
		to = append(to, literal...)
		text = text[end+len(literal):]
	}
	return to
}

const (
	// mask is in the place of a value.
	mask = "…"
	// maxName is the longest name that is shown: three names of PostgreSQL's 63 bytes with dots between.
	maxName  = 191
	maxWords = 160
)

func appendValue(to []byte, kind byte, value []byte) []byte {
	if kind == 'n' && isName(value) || kind == 't' && isWords(value) {
		return append(to, value...)
	}
	return append(to, mask...)
}

// isName reports whether value looks like the name of an object. A value between quotes that has a space is more likely
// a value of the user's that got the wrong quotes.
func isName(value []byte) bool {
	if len(value) == 0 || len(value) > maxName {
		return false
	}
	for _, c := range value {
		if !isAlnum(c) && c < 0x80 && strings.IndexByte("_$.@:/+-", c) < 0 {
			return false
		}
	}
	return true
}

// isWords reports whether value holds only what is in a type, a signature, an operator or an error of the system.
func isWords(value []byte) bool {
	if len(value) > maxWords {
		return false
	}
	for _, c := range value {
		if !isAlnum(c) && strings.IndexByte(" _$.,:;()[]<>=!~@#%^&|?*/+-", c) < 0 {
			return false
		}
	}
	return true
}

func isAlnum(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
