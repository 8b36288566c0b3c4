// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"math"
	"strconv"
	"time"
)

// noTime is the time of an event that has none.
const noTime = math.MinInt64

// toTime converts milliseconds since 1970.
func toTime(ms int64) time.Time {
	if ms == noTime {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

func fromTime(t time.Time) int64 {
	if t.IsZero() {
		return noTime
	}
	return t.UnixMilli()
}

// zones holds the abbreviations that have one meaning in PostgreSQL's time zones, with their offset in seconds. CST and
// IST, for example, have several: without an offset they give no time.
var zones = map[string]int64{
	"UTC": 0, "GMT": 0, "UCT": 0, "Z": 0, "WET": 0, "WEST": 3600, "CET": 3600, "CEST": 7200, "MET": 3600, "MEST": 7200,
	"EET": 7200, "EEST": 10800, "MSK": 10800, "BST": 3600, "EST": -18000, "EDT": -14400, "MST": -25200, "MDT": -21600,
	"PST": -28800, "PDT": -25200, "SAST": 7200, "JST": 32400, "KST": 32400, "AEST": 36000, "AEDT": 39600,
}

const secondsLen = len("2006-01-02 15:04:05")

// clock reads times. It keeps the last second: most lines of a log repeat it.
type clock struct {
	text    [secondsLen]byte
	seconds int64
	zone    [4]byte
	zoneLen int
	offset  int64
	known   bool
}

// stamp reads a time as %m and %t print it from the start of b: with or without a fraction, with an abbreviation or an
// offset of the zone. It returns the milliseconds, or noTime if the zone is unknown, and the number of bytes, or 0 if
// there is no time.
func (c *clock) stamp(b []byte) (ms int64, size int) {
	if len(b) < secondsLen || !isDigit(b[0]) {
		return noTime, 0
	}
	if [secondsLen]byte(b) != c.text {
		seconds, ok := parseSeconds(b)
		if !ok {
			return noTime, 0
		}
		c.text, c.seconds = [secondsLen]byte(b), seconds
	}
	n := secondsLen
	millis := int64(0)
	if n+1 < len(b) && b[n] == '.' && isDigit(b[n+1]) {
		n++
		for scale := int64(100); n < len(b) && isDigit(b[n]); n++ {
			millis += int64(b[n]-'0') * scale
			scale /= 10
		}
	}
	offset, zoneLen, known := c.readZone(b[n:])
	if !known {
		return noTime, n + zoneLen
	}
	return (c.seconds-offset)*1000 + millis, n + zoneLen
}

// readZone reads a space and a zone.
func (c *clock) readZone(b []byte) (offset int64, size int, known bool) {
	if len(b) < 2 || b[0] != ' ' {
		return 0, 0, false
	}
	b = b[1:]
	n := 0
	if b[0] == '+' || b[0] == '-' {
		for n = 1; n < len(b) && n < 5 && isDigit(b[n]); n++ {
		}
		if n != 3 && n != 5 {
			return 0, 0, false
		}
		return parseOffset(b[:n]), 1 + n, true
	}
	for n < len(b) && isAlnum(b[n]) && !isDigit(b[n]) {
		n++
	}
	if n == 0 {
		return 0, 0, false
	}
	if n > len(c.zone) {
		return 0, 1 + n, false
	}
	if n != c.zoneLen || string(b[:n]) != string(c.zone[:n]) {
		c.zoneLen = copy(c.zone[:], b[:n])
		c.offset, c.known = zones[string(b[:n])]
	}
	return c.offset, 1 + n, c.known
}

// parseOffset reads +hh or +hhmm.
func parseOffset(b []byte) int64 {
	minutes := int64(two(b[1:])) * 60
	if len(b) == 5 {
		minutes += int64(two(b[3:]))
	}
	if b[0] == '-' {
		minutes = -minutes
	}
	return minutes * 60
}

func parseSeconds(b []byte) (int64, bool) {
	for i, c := range []byte("0000-00-00 00:00:00") {
		if c == '0' && !isDigit(b[i]) || c != '0' && b[i] != c {
			return 0, false
		}
	}
	year, month, day := two(b)*100+two(b[2:]), time.Month(two(b[5:])), two(b[8:])
	t := time.Date(year, month, day, two(b[11:]), two(b[14:]), two(b[17:]), 0, time.UTC)
	// time.Date moves the 31st of June to July.
	if t.Month() != month || t.Day() != day || two(b[11:]) > 23 || two(b[14:]) > 59 || two(b[17:]) > 60 {
		return 0, false
	}
	return t.Unix(), true
}

func two(b []byte) int { return int(b[0]-'0')*10 + int(b[1]-'0') }

const epochLen = len("1763913952.291")

// epoch reads a time as %n prints it: seconds since 1970 and milliseconds.
func epoch(b []byte) (ms int64, size int) {
	if len(b) < epochLen || b[epochLen-4] != '.' {
		return noTime, 0
	}
	if len(b) > epochLen && isAlnum(b[epochLen]) {
		return noTime, 0
	}
	seconds, err := strconv.ParseUint(string(b[:epochLen-4]), 10, 63)
	millis, err2 := strconv.ParseUint(string(b[epochLen-3:epochLen]), 10, 63)
	if err != nil || err2 != nil {
		return noTime, 0
	}
	return int64(seconds)*1000 + int64(millis), epochLen
}
