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

// decoder takes the lines of a log one by one.
type decoder interface {
	line(text []byte, cut bool)
	// end is called after the last line.
	end()
}

// detect returns a decoder for the text at the start of sample, or nil if no line of it is one of a log.
// The decoder leaves out what only parts need (process, user, database) if parts is false.
func detect(sample []byte, s sink, parts bool) decoder {
	var c clock
	json, csv := 0, 0
	var prefixes [][]byte
	for len(sample) > 0 {
		var line []byte
		line, sample, _ = bytes.Cut(sample, []byte("\n"))
		switch {
		case len(line) == 0 || line[0] == '\t':
		case isJSONHead(line):
			json++
		case isCSVHead(&c, line):
			csv++
		default:
			if m, ok := nextMark(line, 0); ok && len(prefixes) < maxSamples {
				prefixes = append(prefixes, line[:m.start])
			}
		}
	}
	if json+csv+len(prefixes) == 0 {
		return nil
	}
	plain := &stderrDecoder{sink: s, parts: parts, form: learn(prefixes)}
	switch {
	case json > csv && json >= len(prefixes):
		return &jsonDecoder{sink: s, plain: plain}
	case csv > 0 && csv >= len(prefixes):
		return &csvDecoder{sink: s, plain: plain}
	}
	return plain
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
	switch {
	case len(line) == 0:
	case f.decoder == nil:
		f.undecided -= len(line) + 1
		f.sink.unknown()
	default:
		f.decoder.line(line, cut)
	}
	return nil
}
