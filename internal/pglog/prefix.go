// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"unicode/utf8"
)

// maxPrefix is where the search for a level ends in a line.
const maxPrefix = 1024

// mark is the word that begins the text of a line in stderr format: a level, or a part of the event before.
type mark struct {
	level Level // LevelUnknown for a part
	part  part
	start int // of the word
	text  int // of what follows
}

// nextMark returns the first mark at or after from.
func nextMark(line []byte, from int) (mark, bool) {
	head := line[:min(len(line), maxPrefix)]
	for {
		i := bytes.Index(head[from:], []byte(":  "))
		if i < 0 {
			return mark{}, false
		}
		i += from
		end := i
		if end > 0 && head[end-1] == ' ' {
			end-- // French has "CONTEXTE :  "
		}
		word := wordBefore(head, end)
		m := mark{start: end - len(word), text: i + len(":  ")}
		if m.level = levelOf(word); m.level != LevelUnknown {
			return m, true
		}
		if p, ok := partOf(word); ok {
			m.part = p
			return m, true
		}
		if isForeignMark(word) {
			return mark{}, false
		}
		from = i + 1
	}
}

// wordBefore returns the word that ends at end.
func wordBefore(text []byte, end int) []byte {
	start := end
	for start > 0 && (isAlnum(text[start-1]) || text[start-1] >= 0x80) {
		start--
	}
	return text[start:end]
}

// isForeignMark reports whether a word before a colon and two spaces is probably a level or a part in a language that
// this package does not read, such as SENTENCIA. A statement follows, which can hold "ERROR:  ".
func isForeignMark(word []byte) bool {
	short := len(word) < 4 && !bytes.ContainsFunc(word, func(r rune) bool { return r >= utf8.RuneSelf })
	if short || !bytes.Equal(word, bytes.ToUpper(word)) || bytes.ContainsAny(word, "0123456789") {
		return false
	}
	_, isZone := zones[string(word)]
	return !isZone
}

// timeForm is how a prefix begins.
type timeForm uint8

const (
	timeNone  timeForm = iota
	timeStamp          // %m or %t
	timeEpoch          // %n
	timeInside
)

// processForm is where a prefix has the process ID.
type processForm uint8

const (
	processNone    processForm = iota
	processBracket             // [123]
	processNamed               // pid=123
	processSession             // %c: the start of the process and its ID, both hexadecimal
	processToken               // a number between separators
)

// noToken is the index of a token that a prefix does not have.
const noToken = -1

// form is what is known of a log's log_line_prefix.
type form struct {
	time    timeForm
	process processForm
	// processToken and stateToken are indices of tokens after the time.
	processToken, stateToken int
	// named means that user and database have the form user=…,db=… instead of …@…
	named bool
	// bare means that there is no prefix at all.
	bare bool
	// unquoted means that a prefix does not hold the end of a value.
	unquoted bool
	// lead is the first byte of all prefixes, or 0 if they begin differently.
	lead byte
}

// maxSamples is how many prefixes decide on a form.
const maxSamples = 256

// learn finds the form of the prefixes in a sample of a log. A file can begin within a line: if doubt is true, the first
// prefix counts only if it is like the others.
func learn(prefixes [][]byte, doubt bool) form {
	var c clock
	f := form{processToken: noToken, stateToken: noToken}
	voters := prefixes
	if doubt && len(prefixes) > 1 {
		voters = prefixes[1:]
	}
	counts := map[timeForm]int{}
	for _, p := range voters {
		counts[timeFormOf(&c, p)]++
	}
	for _, t := range []timeForm{timeNone, timeInside, timeEpoch, timeStamp} {
		if counts[t] > 0 && counts[t] >= counts[f.time] {
			f.time = t
		}
	}
	f.lead = leadOf(voters)
	empty := 0
	var rests [][]byte
	for _, p := range prefixes {
		if len(p) == 0 {
			empty++
		}
		if timeFormOf(&c, p) == f.time && (f.lead == 0 || len(p) > 0 && p[0] == f.lead) {
			_, rest := f.readTime(&c, p)
			rests = append(rests, rest)
		}
	}
	f.bare = f.time == timeNone && 2*empty > len(prefixes)
	f.learnRest(rests)
	return f
}

// between makes a form fit for lines between objects or records: they must begin with a time and hold no end of a value.
// Another line is rather the rest of a broken one, which can hold a statement.
func (f *form) between() {
	if f.time == timeNone || f.time == timeInside {
		*f = form{time: timeStamp, processToken: noToken, stateToken: noToken}
	}
	f.unquoted = true
}

// endsValue reports whether text has the end of a value and the start of the next one, as in jsonlog and csvlog.
func endsValue(text []byte) bool { return bytes.Contains(text, []byte(`","`)) }

// learnRest finds what follows the time.
func (f *form) learnRest(rests [][]byte) {
	f.stateToken = columnOf(rests, isStateColumn)
	f.process = processFormOf(rests)
	if f.process == processNone {
		f.processToken = columnOf(rests, func(tokens [][]byte) bool { return isNumberColumn(tokens) && !isStateColumn(tokens) })
		if f.processToken != noToken {
			f.process = processToken
		}
	}
	f.named = most(rests, func(p []byte) bool { return len(named(p, userNames)) > 0 || len(named(p, databaseNames)) > 0 })
}

func leadOf(prefixes [][]byte) byte {
	var lead byte
	for i, p := range prefixes {
		if len(p) == 0 || i > 0 && p[0] != lead {
			return 0
		}
		lead = p[0]
	}
	return lead
}

func timeFormOf(c *clock, prefix []byte) timeForm {
	if _, n := c.stamp(prefix); n > 0 {
		return timeStamp
	}
	if _, n := epoch(prefix); n > 0 {
		return timeEpoch
	}
	if _, at, _ := findStamp(c, prefix); at >= 0 {
		return timeInside
	}
	return timeNone
}

// findStamp returns a time that is not at the start of a prefix.
func findStamp(c *clock, prefix []byte) (ms int64, at, size int) {
	for i := 1; i+secondsLen <= len(prefix); i++ {
		if prefix[i+4] == '-' && !isDigit(prefix[i-1]) {
			if ms, n := c.stamp(prefix[i:]); n > 0 {
				return ms, i, n
			}
		}
	}
	return noTime, -1, 0
}

// readTime returns the time of a prefix and the prefix without it.
func (f *form) readTime(c *clock, prefix []byte) (ms int64, rest []byte) {
	switch f.time {
	case timeStamp:
		ms, n := c.stamp(prefix)
		return ms, prefix[n:]
	case timeEpoch:
		ms, n := epoch(prefix)
		return ms, prefix[n:]
	case timeInside:
		if ms, at, n := findStamp(c, prefix); at >= 0 {
			return ms, append(prefix[:at:at], prefix[at+n:]...)
		}
	case timeNone:
	}
	return noTime, prefix
}

// accepts reports whether text before a mark can be a prefix of this form. Without this test a line of a statement that
// holds "ERROR:  " would be an event. A process in the background has a shorter prefix (%q), so only the time counts.
func (f *form) accepts(c *clock, prefix []byte) bool {
	if f.bare {
		return len(prefix) == 0
	}
	if f.unquoted && endsValue(prefix) {
		return false
	}
	switch f.time {
	case timeStamp:
		_, n := c.stamp(prefix)
		return n > 0
	case timeEpoch:
		_, n := epoch(prefix)
		return n > 0
	case timeInside, timeNone:
	}
	if f.lead != 0 && (len(prefix) == 0 || prefix[0] != f.lead) {
		return false
	}
	if f.time == timeInside {
		_, at, _ := findStamp(c, prefix)
		return at >= 0
	}
	return f.process == processNone || f.processID(prefix) > 0
}

// processID returns the process ID of a prefix without its time, or 0.
func (f *form) processID(rest []byte) int {
	switch f.process {
	case processBracket:
		return bracketed(rest)
	case processNamed:
		return number(named(rest, processNames))
	case processSession:
		return session(rest)
	case processToken:
		return number(token(rest, f.processToken))
	case processNone:
	}
	return 0
}

// state returns the SQLSTATE of a prefix (%e), or nil.
func (f *form) state(rest []byte) []byte {
	if f.stateToken == noToken {
		return nil
	}
	if t := token(rest, f.stateToken); isState(t) {
		return t
	}
	return nil
}

// names returns user and database of a prefix.
func (f *form) names(rest []byte) (user, database []byte) {
	if f.named {
		return known(named(rest, userNames)), known(named(rest, databaseNames))
	}
	at := bytes.IndexByte(rest, '@')
	if at < 0 {
		return nil, nil
	}
	user, database = rest[:at], rest[at+1:]
	if i := bytes.LastIndexFunc(user, isSeparator); i >= 0 {
		user = user[i+1:]
	}
	if i := bytes.IndexFunc(database, isSeparator); i >= 0 {
		database = database[:i]
	}
	if !isPlaceholder(user) {
		user = bytes.TrimPrefix(user, []byte("["))
	}
	if !isPlaceholder(database) {
		database = bytes.TrimSuffix(database, []byte("]"))
	}
	return known(user), known(database)
}

// isPlaceholder reports whether a name is [unknown], in any language: PostgreSQL does not know it yet.
func isPlaceholder(name []byte) bool {
	return len(name) > 2 && name[0] == '[' && name[len(name)-1] == ']'
}

func known(name []byte) []byte {
	if isPlaceholder(name) {
		return nil
	}
	return name
}

func processFormOf(rests [][]byte) processForm {
	switch {
	case most(rests, func(p []byte) bool { return bracketed(p) > 0 }):
		return processBracket
	case most(rests, func(p []byte) bool { return number(named(p, processNames)) > 0 }):
		return processNamed
	case most(rests, func(p []byte) bool { return session(p) > 0 }):
		return processSession
	}
	return processNone
}

// most reports whether has is true for more than half of the prefixes.
func most(prefixes [][]byte, has func([]byte) bool) bool {
	n := 0
	for _, p := range prefixes {
		if has(p) {
			n++
		}
	}
	return 2*n > len(prefixes)
}

// maxTokens is how many tokens of a prefix are looked at.
const maxTokens = 12

// columnOf returns the index of the first token that is one, or noToken.
func columnOf(prefixes [][]byte, is func(tokens [][]byte) bool) int {
	for i := range maxTokens {
		var column [][]byte
		for _, p := range prefixes {
			column = append(column, token(p, i))
		}
		if is(column) {
			return i
		}
	}
	return noToken
}

// isStateColumn reports whether all tokens look like a SQLSTATE and one of them cannot be a process ID.
func isStateColumn(tokens [][]byte) bool {
	sure := false
	for _, t := range tokens {
		if !isState(t) {
			return false
		}
		sure = sure || number(t) == 0 || t[0] == '0'
	}
	return sure
}

func isNumberColumn(tokens [][]byte) bool {
	return most(tokens, func(t []byte) bool { return number(t) > 0 && t[0] != '0' })
}
