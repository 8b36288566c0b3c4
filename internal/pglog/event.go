// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package pglog reads PostgreSQL's log text and groups what is alike.
//
// It reads the stderr format with any log_line_prefix, jsonlog and csvlog, plain or packed by gzip or zip. Summarize
// reads a log as a stream and returns its groups, worst first. NewReader returns its events one by one.
//
// A group never holds text of a DETAIL, HINT, CONTEXT or STATEMENT. Of a message it keeps the names of relations,
// constraints, roles and databases; values are masked. See messages.txt.
//
// Memory is bounded for any input: by maxLine, maxEvent, maxPending, the limit of groups in a class, and the bounds of
// the two caches.
package pglog

import "time"

// Event is one event of a log.
type Event struct {
	// Time is zero if the log has no time or if its zone is unknown.
	Time time.Time
	// Level is the severity, read from English, German or French.
	Level Level
	// SQLState is empty if the log does not have it, or if it is 00000.
	SQLState string
	// Message is the primary message, without " at character N".
	Message   string
	Detail    string
	Hint      string
	Query     string
	Context   string
	Statement string
	Location  string
	Backtrace string
	// Position is the place of an error in Statement or Query, counted in characters from 1. 0 means unknown.
	Position int
	// Process is the process ID, or 0.
	Process int
	// User and Database are empty if they are unknown, as for a background process.
	User     string
	Database string
	// Cut reports that a text of the event was longer than this package keeps, MessageCut that Message was.
	Cut, MessageCut bool
}

const (
	// maxLine is how much of a line is kept. The rest is read and dropped.
	maxLine = 64 << 10
	// maxEvent is how much text of one event is kept, all parts together.
	maxEvent = 256 << 10
)

// part is a text of an event.
type part uint8

const (
	partMessage part = iota
	partDetail
	partHint
	partQuery
	partContext
	partStatement
	partLocation
	partBacktrace
	parts // their number
)
