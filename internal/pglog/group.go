// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Group is a set of events with the same class, level and normalised message.
type Group struct {
	Class Class
	Level Level
	// Message is the normalised message: names of objects are kept, values are masked.
	Message string
	Count   int64
	// First and Last are zero if no event of the group has a time.
	First, Last time.Time

	first, last int64
	times       histogram
}

// Summary is what a log holds.
type Summary struct {
	// Groups has the worst group first: by class, within a class by count.
	Groups []Group
	// First and Last are the times of the log's first and last event, in a group or not.
	First, Last time.Time
	// Events is the number of events, in a group or not.
	Events int64
	// UnknownLines is the number of lines of an unknown form. They are the last group too.
	UnknownLines int64
}

const (
	// maxGroups is how many groups a class can have. A limit for each class keeps a flood of one kind of trouble from
	// hiding another one.
	maxGroups = 40
	// MoreKinds is the message of the group for the events of a class that has too many groups.
	MoreKinds = "(more kinds of messages)"
	// UnknownForm is the message of the group for lines of an unknown form.
	UnknownForm = "(lines of an unknown form)"
	// NoMessage is the message of events without one: RAISE EXCEPTION '', or a row without text.
	NoMessage = "(no message)"
)

// Collector groups events. The zero value is ready for use.
type Collector struct {
	// groups has a key of class, level and normalised message.
	groups      map[string]*Group
	key         []byte
	sizes       [classes]int
	kinds       kinds
	first, last int64
	timed       bool
	events      int64
	unknown     int64
}

// Add counts an event.
func (c *Collector) Add(e Event) {
	text, _ := trimPosition([]byte(e.Message))
	c.add(fromTime(e.Time), e.Level, []byte(e.SQLState), text, e.MessageCut)
}

// AddUnknown counts lines of an unknown form.
func (c *Collector) AddUnknown(lines int64) { c.unknown += lines }

func (c *Collector) add(ms int64, level Level, state, text []byte, cut bool) {
	c.events++
	c.see(ms)
	if level < LevelError {
		// Most lines of a log are of level LOG, differ from each other, and count for nothing. They must not fill the cache.
		if !counts(level, classOf(level, state, findMessage(text))) {
			return
		}
	}
	k := c.kinds.of(text, cut)
	class := classOf(level, state, k.message)
	if k.group == nil || k.level != level || k.class != class {
		k.group, k.level, k.class = c.group(class, level, k.text), level, class
	}
	k.group.see(ms)
}

// see widens the time span of the log.
func (c *Collector) see(ms int64) {
	if ms == noTime {
		return
	}
	if !c.timed {
		c.timed, c.first, c.last = true, ms, ms
	}
	c.first, c.last = min(c.first, ms), max(c.last, ms)
}

// group returns the group of a message, or the group for the rest of its class.
func (c *Collector) group(class Class, level Level, text []byte) *Group {
	if len(text) == 0 {
		text = []byte(NoMessage)
	}
	c.key = append(append(c.key[:0], byte(class), byte(level)), text...)
	if g, ok := c.groups[string(c.key)]; ok {
		return g
	}
	if c.groups == nil {
		c.groups = make(map[string]*Group)
	}
	if c.sizes[class] >= maxGroups {
		text = []byte(MoreKinds)
		c.key = append(append(c.key[:0], byte(class), byte(LevelUnknown)), text...)
		if g, ok := c.groups[string(c.key)]; ok {
			g.Level = max(g.Level, level)
			return g
		}
	}
	c.sizes[class]++
	// Bytes that are no UTF-8 come from a log in another encoding.
	g := &Group{Class: class, Level: level, Message: strings.ToValidUTF8(string(text), mask), first: noTime, last: noTime}
	c.groups[string(c.key)] = g
	return g
}

func (g *Group) see(ms int64) {
	g.Count++
	if ms == noTime {
		return
	}
	if g.first == noTime {
		g.first, g.last = ms, ms
	}
	g.first, g.last = min(g.first, ms), max(g.last, ms)
	g.times.add(ms)
}

// Summary returns what was added until now.
func (c *Collector) Summary() *Summary {
	s := &Summary{Events: c.events, UnknownLines: c.unknown}
	if c.timed {
		s.First, s.Last = toTime(c.first), toTime(c.last)
	}
	for _, g := range c.groups {
		g.First, g.Last = toTime(g.first), toTime(g.last)
		s.Groups = append(s.Groups, *g)
	}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(b.Count, a.Count), cmp.Compare(a.first, b.first),
			cmp.Compare(a.Message, b.Message), cmp.Compare(b.Level, a.Level))
	})
	if c.unknown > 0 {
		s.Groups = append(s.Groups, Group{Class: Unknown, Message: UnknownForm, Count: c.unknown, first: noTime, last: noTime})
	}
	return s
}
