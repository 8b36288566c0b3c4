// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"cmp"
)

// The columns of csvlog, from 0. PostgreSQL 13 has 24, later versions 26.
const (
	csvTime = iota
	csvUser
	csvDatabase
	csvProcess
	csvLevel         = 11
	csvState         = 12
	csvMessage       = 13
	csvDetail        = 14
	csvHint          = 15
	csvQuery         = 16
	csvQueryPosition = 17
	csvContext       = 18
	csvStatement     = 19
	csvPosition      = 20
	csvLocation      = 21
	csvColumns       = 26
)

// csvDecoder reads csvlog. A quoted column can have line breaks. encoding/csv would take a file that begins within a
// quoted column, or a record that was cut, for one huge column.
type csvDecoder struct {
	sink sink
	// plain reads lines in stderr format between the records: what the server wrote before csvlog began.
	plain *stderrDecoder
	clock clock
	head  head
	// record holds the lines of a record that is not complete.
	record []byte
	count  int
	// quoted means that the last line ends within a quoted column.
	quoted bool
	// cut means that text of the record is missing.
	cut bool
	// skip means that the rest of a cut record follows.
	skip bool
	// begun means that there was a record. The lines before it can be the rest of one.
	begun   bool
	columns [csvColumns][]byte
}

// isCSVHead reports whether a line begins a record: a time, user, database and a process ID.
func isCSVHead(c *clock, line []byte) bool {
	_, n := c.stamp(line)
	if n == 0 {
		return false
	}
	rest, isCSV := bytes.CutPrefix(line[n:], []byte(","))
	if !isCSV {
		return false
	}
	for range 2 {
		if len(rest) > 0 && rest[0] == '"' {
			rest = rest[1+closingQuote(rest[1:])+1:]
		}
		name, after, ok := bytes.Cut(rest, []byte(","))
		if !ok || len(name) > maxName {
			return false
		}
		rest = after
	}
	end := bytes.IndexByte(rest, ',')
	return end > 0 && number(rest[:end]) > 0
}

// closingQuote returns the place of the quote that ends a quoted column, or -1. Within it quotes are doubled.
func closingQuote(text []byte) int {
	for i := 0; ; i += 2 {
		n := bytes.IndexByte(text[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		if i+1 == len(text) || text[i+1] != '"' {
			return i
		}
	}
}

func (d *csvDecoder) line(text []byte, cut bool) {
	begins := len(text) > 0 && isDigit(text[0]) && isCSVHead(&d.clock, text)
	switch {
	case d.quoted && begins && !goesOn(text):
		d.giveUp()
	case d.quoted:
	case begins:
		d.skip, d.begun = false, true
		d.plain.open = false
	case d.skip, len(text) == 0:
		return
	case !d.begun:
		d.sink.unknown()
		return
	default:
		d.plain.line(text, cut)
		return
	}
	if d.count++; len(d.record)+len(text) < maxEvent {
		if d.count > 1 {
			d.record = append(d.record, '\n')
		}
		d.record = append(d.record, text...)
	} else {
		d.cut = true
	}
	if bytes.Count(text, []byte(`"`))%2 == 1 {
		d.quoted = !d.quoted
	}
	if cut {
		d.cut, d.skip, d.quoted = true, true, false
	}
	if !d.quoted {
		d.finish()
	}
}

// goesOn reports whether a line can be the inside of a quoted column: its first quote is doubled or ends the column.
// A line that cannot is the start of a record after one that was cut.
func goesOn(line []byte) bool {
	i := bytes.IndexByte(line, '"')
	return i < 0 || i+1 == len(line) || line[i+1] == '"' || line[i+1] == ','
}

func (d *csvDecoder) end() {
	if d.quoted {
		d.cut = true
		d.finish()
	}
}

// giveUp counts the lines of a broken record.
func (d *csvDecoder) giveUp() {
	for range d.count {
		d.sink.unknown()
	}
	d.reset()
}

func (d *csvDecoder) reset() {
	d.record, d.count, d.quoted, d.cut = d.record[:0], 0, false, false
}

// finish reports the record that is complete or cut.
func (d *csvDecoder) finish() {
	n, whole := d.split()
	level := LevelUnknown
	if n > csvMessage {
		level = levelOf(d.columns[csvLevel])
	}
	if level == LevelUnknown || !whole && !d.cut {
		d.giveUp()
		return
	}
	c := &d.columns
	h := &d.head
	*h = head{
		level: level, state: c[csvState], process: number(c[csvProcess]), user: c[csvUser], database: c[csvDatabase],
		position: cmp.Or(number(c[csvPosition]), number(c[csvQueryPosition])),
	}
	h.ms, _ = d.clock.stamp(c[csvTime])
	d.sink.event(h, c[csvMessage], d.cut && n == csvMessage+1)
	for _, p := range []struct {
		part   part
		column int
	}{
		{partDetail, csvDetail},
		{partHint, csvHint},
		{partQuery, csvQuery},
		{partContext, csvContext},
		{partStatement, csvStatement},
		{partLocation, csvLocation},
	} {
		if len(c[p.column]) > 0 {
			d.sink.part(p.part, h.process, c[p.column], d.cut && n == p.column+1)
		}
	}
	d.reset()
}

// split finds the columns of the record and takes their quotes away in place. It returns their number. whole is false
// if the record does not end where a column ends.
func (d *csvDecoder) split() (n int, whole bool) {
	clear(d.columns[:])
	text := d.record
	for n < csvColumns {
		if len(text) > 0 && text[0] == '"' {
			text = text[1:]
			end := closingQuote(text)
			if end < 0 {
				d.columns[n] = undouble(text)
				return n + 1, false
			}
			d.columns[n] = undouble(text[:end])
			text = text[end+1:]
		} else {
			end := bytes.IndexByte(text, ',')
			if end < 0 {
				end = len(text)
			}
			d.columns[n] = text[:end]
			text = text[end:]
		}
		n++
		if len(text) == 0 {
			return n, true
		}
		if text[0] != ',' {
			return n, false
		}
		text = text[1:]
	}
	return n, true
}

// undouble makes one quote of two.
func undouble(text []byte) []byte {
	i := bytes.IndexByte(text, '"')
	if i < 0 {
		return text
	}
	to := text[:i]
	for ; i < len(text); i++ {
		to = append(to, text[i])
		if text[i] == '"' {
			i++
		}
	}
	return to
}
