// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonDecoder reads jsonlog: one object a line. encoding/json cannot read a line that was cut, and needs three times as
// long.
type jsonDecoder struct {
	sink sink
	// plain reads lines in stderr format between the others: what the server wrote before jsonlog began.
	plain   *stderrDecoder
	clock   clock
	head    head
	texts   [parts][]byte
	cut     [parts]bool
	scratch []byte
	// location is put together from three values.
	function, file, fileLine []byte
	level, message           bool
	// begun means that there was an object. The lines before it can be the rest of one.
	begun bool
}

func isJSONHead(line []byte) bool {
	return line[0] == '{' && bytes.Contains(line[:min(len(line), maxPrefix)], []byte(`"timestamp":`)) ||
		line[0] == '{' && bytes.Contains(line, []byte(`"error_severity":`))
}

func (d *jsonDecoder) end() {}

func (d *jsonDecoder) line(text []byte, cut bool) {
	switch {
	case len(text) == 0:
		return
	case text[0] == '{':
	case d.begun:
		d.plain.line(text, cut)
		return
	default:
		d.sink.unknown()
		return
	}
	d.plain.open, d.begun = false, true
	d.head = head{ms: noTime}
	d.level, d.message = false, false
	d.function, d.file, d.fileLine = nil, nil, nil
	for i := range d.texts {
		d.texts[i], d.cut[i] = nil, false
	}
	d.scratch = d.scratch[:0]
	d.object(text[1:])
	if !d.level || !d.message {
		d.sink.unknown()
		return
	}
	d.texts[partLocation] = d.location()
	d.sink.event(&d.head, d.texts[partMessage], d.cut[partMessage])
	for p := partDetail; p < parts; p++ {
		if len(d.texts[p]) > 0 {
			d.sink.part(p, d.head.process, d.texts[p], d.cut[p])
		}
	}
}

// object reads the members of an object until its end, or until text is no JSON.
func (d *jsonDecoder) object(text []byte) {
	for {
		text = bytes.TrimLeft(text, " \t\r,")
		key, rest, whole := d.str(text)
		if !whole {
			return
		}
		rest = bytes.TrimLeft(rest, " \t")
		if len(rest) == 0 || rest[0] != ':' {
			return
		}
		rest = bytes.TrimLeft(rest[1:], " \t")
		if len(rest) == 0 {
			return
		}
		var value []byte
		if rest[0] == '"' {
			value, text, whole = d.str(rest)
		} else {
			value, text = literal(rest)
		}
		d.member(key, value, !whole)
		if !whole {
			return
		}
	}
}

// literal returns a number or a word at the start of text.
func literal(text []byte) (value, rest []byte) {
	end := bytes.IndexAny(text, ",} \t\r")
	if end < 0 {
		end = len(text)
	}
	if value = text[:end]; string(value) == "null" {
		value = nil
	}
	return value, text[end:]
}

// member keeps a value. PostgreSQL leaves a member out if it is empty.
func (d *jsonDecoder) member(key, value []byte, cut bool) {
	h := &d.head
	switch string(key) {
	case "timestamp":
		h.ms, _ = d.clock.stamp(value)
	case "user":
		h.user = value
	case "dbname":
		h.database = value
	case "pid":
		h.process = number(value)
	case "error_severity":
		h.level = levelOf(value)
		d.level = h.level != LevelUnknown
	case "state_code":
		h.state = value
	case "message":
		d.text(partMessage, value, cut)
		d.message = true
	case "detail":
		d.text(partDetail, value, cut)
	case "hint":
		d.text(partHint, value, cut)
	case "internal_query":
		d.text(partQuery, value, cut)
	case "context":
		d.text(partContext, value, cut)
	case "statement":
		d.text(partStatement, value, cut)
	case "backtrace":
		d.text(partBacktrace, value, cut)
	case "cursor_position":
		h.position = number(value)
	case "internal_position":
		// cursor_position comes after it and is preferred, as in the other formats.
		h.position = number(value)
	case "func_name":
		d.function = value
	case "file_name":
		d.file = value
	case "file_line_num":
		d.fileLine = value
	}
}

func (d *jsonDecoder) text(p part, value []byte, cut bool) { d.texts[p], d.cut[p] = value, cut }

// location returns "function, file:line", as the other formats have it.
func (d *jsonDecoder) location() []byte {
	if d.file == nil {
		return nil
	}
	var b []byte
	if d.function != nil {
		b = append(append(b, d.function...), ", "...)
	}
	b = append(append(b, d.file...), ':')
	return append(b, d.fileLine...)
}

// str reads a string at the start of text. whole is false if it has no end.
func (d *jsonDecoder) str(text []byte) (value, rest []byte, whole bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, text, false
	}
	text = text[1:]
	start := len(d.scratch)
	for {
		end := bytes.IndexByte(text, '"')
		plain := text
		if end >= 0 {
			plain = text[:end]
		}
		escape := bytes.IndexByte(plain, '\\')
		if escape < 0 {
			if len(d.scratch) > start {
				d.scratch = append(d.scratch, plain...)
				plain = d.scratch[start:]
			}
			if end < 0 {
				return plain, nil, false
			}
			return plain, text[end+1:], true
		}
		d.scratch = append(d.scratch, plain[:escape]...)
		d.scratch, text = unescape(d.scratch, text[escape:])
	}
}

// unescape appends the character of the escape at the start of text.
func unescape(to, text []byte) (unescaped, rest []byte) {
	if len(text) < 2 {
		return to, nil
	}
	rest = text[2:]
	switch text[1] {
	case 'n':
		return append(to, '\n'), rest
	case 't':
		return append(to, '\t'), rest
	case 'r':
		return append(to, '\r'), rest
	case 'b':
		return append(to, '\b'), rest
	case 'f':
		return append(to, '\f'), rest
	case 'u':
		r, rest := hexRune(text)
		if utf16.IsSurrogate(r) {
			low, after := hexRune(rest)
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				rest = after
			}
		}
		return utf8.AppendRune(to, r), rest
	}
	return append(to, text[1]), rest
}

// hexRune reads \uXXXX at the start of text.
func hexRune(text []byte) (rune, []byte) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return utf8.RuneError, text[min(len(text), 2):]
	}
	n, err := strconv.ParseUint(string(text[2:6]), 16, 16)
	if err != nil {
		return utf8.RuneError, text[2:]
	}
	return rune(n), text[6:]
}
