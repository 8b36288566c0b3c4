// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"strings"
	"time"
)

// ParseRow reads a row of the API's error log. content is a message alone, a message with its parts on further lines, or
// a whole line of the log with its prefix. A time or level in content is used if the row has none.
func ParseRow(at time.Time, level, content string) Event {
	var j joiner
	h := head{ms: fromTime(at)}
	h.level, _ = ParseLevel(strings.ToUpper(strings.TrimSpace(level)))
	begun := false
	for line := range strings.Lines(strings.TrimSpace(content)) {
		text := []byte(strings.TrimRight(line, "\r\n"))
		m, ok := rowMark(text)
		switch {
		case ok && m.level == LevelUnknown:
			if !begun {
				begun = true
				j.event(&h, nil, false)
			}
			j.part(m.part, 0, text[m.text:], false)
		case begun:
			j.more(bytes.TrimPrefix(text, []byte("\t")), false)
		default:
			begun = true
			h.read(text, m, ok, &j)
		}
	}
	e, _ := j.next(true)
	if e.Time.IsZero() {
		e.Time = toTime(h.ms)
	}
	e.Level = h.level
	return e
}

// read begins the event of a row with its first line.
func (h *head) read(text []byte, m mark, marked bool, j *joiner) {
	prefix := text[:m.start]
	if marked {
		f := learn([][]byte{prefix}, false)
		ms, rest := f.readTime(&clock{}, prefix)
		if h.ms == noTime {
			h.ms = ms
		}
		if h.level == LevelUnknown {
			h.level = m.level
		}
		h.process, h.state = f.processID(rest), f.state(rest)
		h.user, h.database = f.names(rest)
		text = text[m.text:]
	}
	if state, message := verbose(text); state != nil {
		h.state, text = state, message
	}
	j.event(h, text, false)
}

// rowMark returns the mark of a line of a row. Text of a message can hold "ERROR:  " too, so the text before the mark has
// to look like a prefix: nothing, or a time, or a process ID in brackets.
func rowMark(text []byte) (mark, bool) {
	m, ok := nextMark(text, 0)
	if !ok || m.start == 0 {
		return m, ok
	}
	prefix := text[:m.start]
	return m, timeFormOf(&clock{}, prefix) != timeNone || bracketed(prefix) > 0
}
