// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"errors"
	"io"
	"iter"
	"slices"
)

// success is the SQLSTATE of an event that is no error. jsonlog leaves it out, so it is left out everywhere.
const success = "00000"

// maxPending is how many events can wait for their parts at once.
const maxPending = 64

// Reader reads the events of a log.
type Reader struct {
	source io.Reader
	feeder *feeder
	joiner joiner
	err    error
}

// NewReader returns a reader of a log, which may be packed by gzip or zip.
func NewReader(r io.Reader) *Reader { return &Reader{source: r} }

// Next returns the next event, in the order in which the events begin. After the last one it returns io.EOF.
func (r *Reader) Next() (Event, error) {
	for {
		if e, ok := r.joiner.next(r.err != nil); ok {
			return e, nil
		}
		if r.err != nil {
			return Event{}, r.err
		}
		if r.feeder == nil {
			var l *lines
			if l, r.err = open(r.source); r.err != nil {
				continue
			}
			r.feeder = &feeder{lines: l, sink: &r.joiner, parts: true}
		}
		r.err = r.feeder.step()
	}
}

// All returns all events. A read error is the last element.
func (r *Reader) All() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			e, err := r.Next()
			if errors.Is(err, io.EOF) || !yield(e, err) || err != nil {
				return
			}
		}
	}
}

// UnknownLines returns how many lines of an unknown form were read until now.
func (r *Reader) UnknownLines() int64 { return r.joiner.unknownLines }

// joiner puts events together from their parts. Lines of several processes can be mixed.
type joiner struct {
	queue []*pending
	free  []*pending
	// current and part are what further lines belong to. current is nil if that is nothing.
	current      *pending
	currentPart  part
	unknownLines int64
}

// pending is an event whose parts may not have come yet.
type pending struct {
	event Event // without texts
	texts [parts][]byte
	size  int
	// done means that its process has begun another event.
	done bool
}

func (j *joiner) event(h *head, text []byte, cut bool) {
	for _, p := range j.queue {
		if p.event.Process == h.process {
			p.done = true
		}
	}
	p := &pending{}
	if n := len(j.free); n > 0 {
		p, j.free = j.free[n-1], j.free[:n-1]
	}
	state := h.state
	if string(state) == success {
		state = nil
	}
	p.event = Event{
		Time: toTime(h.ms), Level: h.level, SQLState: string(state), Process: h.process, User: string(h.user), Database: string(h.database),
		Position: h.position,
	}
	j.queue = append(j.queue, p)
	j.current, j.currentPart = p, partMessage
	p.add(partMessage, text, cut)
}

func (j *joiner) part(part part, process int, text []byte, cut bool) {
	j.current, j.currentPart = nil, part
	for _, p := range slices.Backward(j.queue) {
		if p.event.Process == process || process == 0 {
			j.current = p
			break
		}
	}
	if j.current == nil {
		j.unknownLines++
		return
	}
	j.current.add(part, text, cut)
}

func (j *joiner) more(text []byte, cut bool) {
	if j.current == nil {
		j.unknownLines++
		return
	}
	j.current.add(j.currentPart, []byte("\n"), false)
	j.current.add(j.currentPart, text, cut)
}

func (j *joiner) unknown() {
	j.current = nil
	j.unknownLines++
}

// add adds text to a part of the event.
func (p *pending) add(part part, text []byte, cut bool) {
	if room := maxEvent - p.size; len(text) > room {
		text, cut = text[:room], true
	}
	p.texts[part] = append(p.texts[part], text...)
	p.size += len(text)
	p.event.Cut = p.event.Cut || cut
	p.event.MessageCut = p.event.MessageCut || cut && part == partMessage
}

// next removes the oldest event if it is complete.
func (j *joiner) next(end bool) (Event, bool) {
	if len(j.queue) == 0 || !end && !j.queue[0].done && len(j.queue) <= maxPending {
		return Event{}, false
	}
	p := j.queue[0]
	j.queue = slices.Delete(j.queue, 0, 1)
	if j.current == p {
		j.current = nil
	}
	e := p.event
	message, position := trimPosition(p.texts[partMessage])
	if position > 0 {
		e.Position = position
	}
	e.Message = string(message)
	e.Detail, e.Hint, e.Query = string(p.texts[partDetail]), string(p.texts[partHint]), string(p.texts[partQuery])
	e.Context, e.Statement = string(p.texts[partContext]), string(p.texts[partStatement])
	e.Location, e.Backtrace = string(p.texts[partLocation]), string(p.texts[partBacktrace])
	p.reset()
	j.free = append(j.free, p)
	return e, true
}

func (p *pending) reset() {
	for i := range p.texts {
		p.texts[i] = p.texts[i][:0]
	}
	p.size, p.done = 0, false
}
