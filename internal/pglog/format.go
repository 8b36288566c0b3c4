// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import "bytes"

// head is what begins an event, besides its message. Its slices are valid during the call that gets it.
type head struct {
	ms       int64
	level    Level
	state    []byte
	process  int
	user     []byte
	database []byte
	position int
}

// sink takes what a decoder finds. Each line of a log leads to exactly one call for stderr format.
type sink interface {
	// event begins an event with the first line of its message.
	event(h *head, text []byte, cut bool)
	// part begins a part of the last event of a process.
	part(p part, process int, text []byte, cut bool)
	// more adds a line to the last text.
	more(text []byte, cut bool)
	// unknown counts a line of an unknown form.
	unknown()
}

// decoder takes the lines of a log one by one. An empty line is none of an unknown form.
type decoder interface {
	line(text []byte, cut bool)
	// end is called after the last line.
	end()
}

// census counts what the lines of a sample look like.
type census struct {
	clock clock
	// json and csv count the starts of objects and records, others all further lines but those with a tab.
	json, csv, others int
	// prefixes are of lines in stderr format. timed counts those with a time.
	prefixes [][]byte
	timed    int
	// doubt means that the first prefix is of the first line: a file can begin within a line.
	doubt bool
}

func (c *census) take(sample []byte) {
	quoted := false
	for first := true; len(sample) > 0; first = false {
		var line []byte
		line, sample, _ = bytes.Cut(sample, []byte("\n"))
		switch {
		case quoted:
			// A quoted column of csvlog can hold lines of a log.
			quoted = bytes.Count(line, []byte(`"`))%2 == 0
		case len(line) == 0 || line[0] == '\t':
		case isJSONHead(line):
			c.json++
		case isCSVHead(&c.clock, line):
			c.csv++
			quoted = bytes.Count(line, []byte(`"`))%2 == 1
		default:
			c.other(line, first)
		}
	}
}

func (c *census) other(line []byte, first bool) {
	c.others++
	m, ok := nextMark(line, 0)
	if !ok || len(c.prefixes) == maxSamples {
		return
	}
	prefix := line[:m.start]
	if endsValue(prefix) {
		return // the rest of an object or a record
	}
	c.prefixes = append(c.prefixes, prefix)
	c.doubt = c.doubt || first
	if timeFormOf(&c.clock, prefix) != timeNone {
		c.timed++
	}
}

// detect returns a decoder for the text at the start of sample, or nil if it is not clear that it is a log.
// The decoder leaves out what only parts need (process, user, database) if parts is false.
func detect(sample []byte, s sink, parts bool) decoder {
	var c census
	c.take(sample)
	plain := &stderrDecoder{sink: s, parts: parts, form: learn(c.prefixes, c.doubt)}
	switch {
	case c.json > c.csv && c.json >= c.timed:
		plain.form.between()
		return &jsonDecoder{sink: s, plain: plain}
	case c.csv > 0 && c.csv >= c.timed:
		plain.form.between()
		return &csvDecoder{sink: s, plain: plain}
	case c.timed > 0, len(c.prefixes) == maxSamples, 2*len(c.prefixes) > c.others:
		return plain
	}
	// Without a time, some lines with a level are no proof: the text can be the middle of a long statement.
	return nil
}

// feeder finds the format of a log and hands its lines to a decoder.
type feeder struct {
	lines   *lines
	sink    sink
	parts   bool
	decoder decoder
	// undecided is how much text has to be read before the next look at the format.
	undecided int
}

// step reads a line.
func (f *feeder) step() error {
	if f.decoder == nil && f.undecided <= 0 {
		sample := f.lines.sample()
		f.decoder, f.undecided = detect(sample, f.sink, f.parts), len(sample)
	}
	line, cut, err := f.lines.next()
	if err != nil {
		if f.decoder != nil {
			f.decoder.end()
		}
		return err
	}
	if f.decoder != nil {
		f.decoder.line(line, cut)
		return nil
	}
	f.undecided -= len(line) + 1
	if len(line) > 0 {
		f.sink.unknown()
	}
	return nil
}
