// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

// stderrDecoder reads the stderr format: a prefix, a level or a part, text, and further lines that begin with a tab.
type stderrDecoder struct {
	sink  sink
	parts bool
	form  form
	clock clock
	head  head
	// open means that a line with a tab goes on with known text.
	open bool
	// events means that there was an event: a part can belong to it.
	events bool
}

func (d *stderrDecoder) end() {}

func (d *stderrDecoder) line(text []byte, cut bool) {
	if len(text) == 0 {
		return
	}
	if text[0] == '\t' {
		if d.open {
			d.sink.more(text[1:], cut)
		} else {
			d.sink.unknown()
		}
		return
	}
	m, ok := d.find(text)
	if d.open = ok && (m.level != LevelUnknown || d.events); !d.open {
		d.sink.unknown()
		return
	}
	prefix, rest := text[:m.start], text[m.text:]
	if m.level == LevelUnknown {
		d.sink.part(m.part, d.process(prefix), rest, cut)
		return
	}
	d.events = true
	h := &d.head
	h.level = m.level
	h.ms, prefix = d.form.readTime(&d.clock, prefix)
	h.state = d.form.state(prefix)
	if state, message := verbose(rest); state != nil {
		h.state, rest = state, message
	}
	if d.parts {
		h.process = d.form.processID(prefix)
		h.user, h.database = d.form.names(prefix)
	}
	d.sink.event(h, rest, cut)
}

// find returns the first mark that has an acceptable prefix.
func (d *stderrDecoder) find(text []byte) (mark, bool) {
	from := 0
	for {
		m, ok := nextMark(text, from)
		if !ok || d.form.accepts(&d.clock, text[:m.start]) {
			return m, ok
		}
		from = m.text
	}
}

func (d *stderrDecoder) process(prefix []byte) int {
	if !d.parts {
		return 0
	}
	_, rest := d.form.readTime(&d.clock, prefix)
	return d.form.processID(rest)
}

// verbose splits "23505: duplicate key …", the form of log_error_verbosity = verbose.
func verbose(text []byte) (state, message []byte) {
	if len(text) < 7 || text[5] != ':' || text[6] != ' ' || !isState(text[:5]) || !isStateClass(text[:2]) {
		return nil, text
	}
	return text[:5], text[7:]
}

// isStateClass reports whether PostgreSQL has SQLSTATEs that begin with b.
func isStateClass(b []byte) bool {
	switch string(b) {
	case "00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P", "0Z", "10", "20", "21", "22", "23", "24", "25", "26", "27",
		"28", "2B", "2D", "2F", "34", "38", "39", "3B", "3D", "3F", "40", "42", "44", "53", "54", "55", "57", "58", "72", "F0", "HV",
		"P0", "XX":
		return true
	}
	return false
}
