// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"crypto/md5" //nolint:gosec // an ETag is an MD5 sum in this kind of store
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// incidents holds logs that a real PostgreSQL 15 wrote with log_line_prefix = '%m:%r:%u@%d:[%p]:'.
//
//go:embed incidents/*.log
var incidents embed.FS

const (
	defaultIncident = "mixed"
	slowIncident    = "slow" // the slow query log, whatever the incident
)

// event is one event of a log.
type event struct {
	at                     time.Time
	client, user, database string
	level, message         string
	parts                  []string // DETAIL, STATEMENT and the like
	lines                  string   // as the file has them
}

var (
	eventLine = regexp.MustCompile(
		`^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}) UTC:(.*?):([^@:]*)@([^:]*):\[\d+\]:([A-Z]+[1-5]?):  (.*)$`)
	lineTime = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}`)
)

const lineTimeLayout = "2006-01-02 15:04:05.000"

// partLevels are the levels of lines that belong to the event before.
var partLevels = []string{"DETAIL", "HINT", "CONTEXT", "STATEMENT", "QUERY", "LOCATION", "BACKTRACE"}

// parseLog reads a log with the incidents' prefix. A line without the prefix continues the line before.
func parseLog(text string) []event {
	var events []event
	for line := range strings.Lines(text) {
		more := strings.TrimSuffix(line, "\n")
		m := eventLine.FindStringSubmatch(more)
		if m != nil && !slices.Contains(partLevels, m[5]) {
			at, err := time.Parse(lineTimeLayout, m[1])
			if err != nil {
				panic(fmt.Sprintf("rdssim: time of a log line: %v", err))
			}
			events = append(events, event{at, m[2], m[3], m[4], m[5], m[6], nil, line})
			continue
		}
		if len(events) == 0 {
			panic(fmt.Sprintf("rdssim: the log begins with %q, which is not an event", line))
		}
		last := &events[len(events)-1]
		last.lines += line
		switch {
		case m != nil:
			last.parts = append(last.parts, m[5]+":  "+m[6])
		case len(last.parts) > 0:
			last.parts[len(last.parts)-1] += "\n" + more
		default:
			last.message += "\n" + more
		}
	}
	return events
}

// embeddedLogs returns the events of each embedded log by its name without ".log".
var embeddedLogs = sync.OnceValue(func() map[string][]event {
	logs := map[string][]event{}
	entries, _ := incidents.ReadDir("incidents") // what is embedded can be read
	for _, entry := range entries {
		text, _ := incidents.ReadFile("incidents/" + entry.Name())
		logs[strings.TrimSuffix(entry.Name(), ".log")] = parseLog(string(text))
	}
	return logs
})

// Incidents lists the names for WithIncident, sorted.
func Incidents() []string {
	names := slices.Sorted(maps.Keys(embeddedLogs()))
	return slices.DeleteFunc(names, func(name string) bool { return name == slowIncident })
}

// WithIncident chooses what the error logs show: one of [Incidents]. With IDs of instances it holds for these only.
// Default: "mixed", a log with constraint violations, a deadlock, too many connections and a killed backend.
func WithIncident(name string, instanceIDs ...string) Option {
	if !slices.Contains(Incidents(), name) {
		panic(fmt.Sprintf("rdssim: unknown incident %q; known are %s", name, strings.Join(Incidents(), ", ")))
	}
	return func(o *options) {
		if len(instanceIDs) == 0 {
			o.errorLog = embeddedLogs()[name]
		}
		for _, id := range instanceIDs {
			o.errorLogs[id] = embeddedLogs()[name]
		}
	}
}

// WithErrorLog replaces the error log of all instances. The text needs the prefix '%m:%r:%u@%d:[%p]:' and times in UTC.
func WithErrorLog(text string) Option {
	return func(o *options) { o.errorLog = parseLog(text) }
}

// WithSlowLog replaces the slow query log of all instances. The text needs the same form as for WithErrorLog.
func WithSlowLog(text string) Option {
	return func(o *options) { o.slowLog = parseLog(text) }
}

// WithOriginalTimes leaves the times of the logs as PostgreSQL wrote them. Default: the last event of each log is one
// minute old.
func WithOriginalTimes() Option {
	return func(o *options) { o.originalTimes = true }
}

// events returns an instance's log, moved so that its last event is one minute old. The times stay the same for a
// minute, so that several pages of rows and an export agree. The caller holds the lock. Assumption 45.
func (s *Server) events(in project, one Instance, log exportedLog) logPart {
	events := s.options.slowLog
	if log == errorLog {
		events = s.options.errorLog
		if own, ok := s.options.errorLogs[one.ID]; ok {
			events = own
		}
	}
	if len(events) == 0 || one.empty {
		return logPart{}
	}
	if s.options.originalTimes {
		return logPart{events, 0}
	}
	now, key := s.now(), in.key(one.ID)
	if now.Sub(s.anchors[key]) >= time.Minute {
		s.anchors[key] = now
	}
	last := s.anchors[key].Add(-time.Minute)
	return logPart{events, last.Sub(events[len(events)-1].at)}
}

// content is what a file holds.
type content interface {
	size() int64
	open() (data io.ReadSeeker, etag string)
}

// logPart is a run of events, moved in time. Its text is made only when it is read.
type logPart struct {
	events []event
	shift  time.Duration
}

func (l logPart) part(number, of int) logPart {
	n := len(l.events)
	return logPart{l.events[n*number/of : n*(number+1)/of], l.shift}
}

func (l logPart) time(e event) time.Time { return e.at.Add(l.shift) }

func (l logPart) size() int64 {
	var n int64
	for _, e := range l.events {
		n += int64(len(e.lines)) // a time has the same length wherever it is
	}
	return n
}

func (l logPart) open() (data io.ReadSeeker, etag string) {
	var text bytes.Buffer
	for _, e := range l.events {
		text.WriteString(lineTime.ReplaceAllStringFunc(e.lines, l.moved))
	}
	sum := md5.Sum(text.Bytes()) //nolint:gosec // as at the import
	return bytes.NewReader(text.Bytes()), hex.EncodeToString(sum[:])
}

func (l logPart) moved(timestamp string) string {
	at, err := time.Parse(lineTimeLayout, timestamp)
	if err != nil {
		return timestamp // looks like a time, but is not one
	}
	return at.Add(l.shift).Format(lineTimeLayout)
}

// generatedLog is a log of any size that is made while it is read: line after line of the same length.
type generatedLog struct {
	name   string
	length int64
}

func (g generatedLog) size() int64 { return g.length }

func (g generatedLog) open() (data io.ReadSeeker, etag string) {
	return io.NewSectionReader(g, 0, g.length), hexID(fmt.Sprintf("etag %s %d", g.name, g.length))
}

// ReadAt implements io.ReaderAt. The log has no end: the caller keeps within its length.
func (g generatedLog) ReadAt(p []byte, at int64) (n int, err error) {
	width := int64(len(generatedLine(0)))
	for n < len(p) {
		here := at + int64(n)
		n += copy(p[n:], generatedLine(here / width)[here%width:])
	}
	return n, nil
}

var firstLine = time.Date(2026, 11, 23, 16, 5, 50, 0, time.UTC)

// generatedLine returns line number n. Lines are a millisecond apart, and every eighth is an error.
func generatedLine(n int64) []byte {
	message := "LOG:    checkpoint complete: wrote 7 buffers (0.0%); write=0.002 s, sync=0.018 s; line"
	if n%8 == 7 {
		message = `ERROR:  duplicate key value violates unique constraint "orders_pkey" at generated line`
	}
	at := firstLine.Add(time.Duration(n) * time.Millisecond).Format(lineTimeLayout)
	return fmt.Appendf(nil, "%s UTC:[local]:app@orders:[12580]:%s %012d\n", at, message, n)
}
