// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"errors"
	"io"
)

// ErrNotALog means that no line of a text has the form of a line of PostgreSQL's log.
var ErrNotALog = errors.New("the text has no line of a PostgreSQL log")

// Summarize reads a log to its end and groups its events. The log may be packed by gzip or zip.
//
// A read error is returned together with the summary of what was read before it. ErrNotALog means that there were lines
// but not one event. An empty log is no error.
func Summarize(r io.Reader) (*Summary, error) {
	var c counter
	l, err := open(r)
	if err == nil {
		f := feeder{lines: l, sink: &c}
		for err == nil {
			err = f.step()
		}
		c.flush()
	}
	s := c.collector.Summary()
	switch {
	case !errors.Is(err, io.EOF):
		return s, err
	case s.Events == 0 && s.UnknownLines > 0:
		return s, ErrNotALog
	}
	return s, nil
}

// counter groups events as they are read. It never looks at a part.
type counter struct {
	collector Collector
	// text is the message of the last event until it is known to be complete.
	text  []byte
	ms    int64
	level Level
	state []byte
	cut   bool
	// open means that text has to be counted, inMessage that the last line belongs to it.
	open, inMessage bool
}

func (c *counter) event(h *head, text []byte, cut bool) {
	c.flush()
	c.open, c.inMessage, c.cut = true, true, cut
	c.ms, c.level = h.ms, h.level
	c.state = append(c.state[:0], h.state...)
	c.text = append(c.text[:0], text...)
}

func (c *counter) part(part, int, []byte, bool) { c.inMessage = false }

func (c *counter) more(text []byte, cut bool) {
	if !c.inMessage {
		return
	}
	if len(c.text)+len(text) > maxLine {
		c.cut = true
		return
	}
	c.text = append(append(c.text, '\n'), text...)
	c.cut = c.cut || cut
}

func (c *counter) unknown() {
	c.inMessage = false
	c.collector.AddUnknown(1)
}

func (c *counter) flush() {
	if !c.open {
		return
	}
	c.open = false
	text, _ := trimPosition(c.text)
	c.collector.add(c.ms, c.level, c.state, text, c.cut)
}
