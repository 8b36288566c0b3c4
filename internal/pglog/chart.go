// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"strings"
	"time"
)

// buckets is the number of a histogram's time spans. A chart can be half as wide and still show each of them.
const buckets = 128

// histogram counts times in spans of equal length. The length is a power of two of milliseconds and doubles when the
// times need more spans than there are.
type histogram struct {
	counts [buckets]int64
	// shift is the length of a span as a power of two, low the number of the first span since 1970.
	shift uint
	low   int64
	used  int // spans from low on
}

func (h *histogram) add(ms int64) {
	at := ms >> h.shift
	if h.used == 0 {
		h.low, h.used = at, 1
	}
	for {
		low, high := min(h.low, at), max(h.low+int64(h.used)-1, at)
		if n := high - low; n >= 0 && n < buckets {
			h.grow(low, int(n)+1)
			h.counts[at-low]++
			return
		}
		h.double()
		at = ms >> h.shift
	}
}

// grow makes room for n spans from low on. low is not above h.low.
func (h *histogram) grow(low int64, n int) {
	if low < h.low {
		by := h.low - low
		copy(h.counts[by:], h.counts[:h.used])
		clear(h.counts[:by])
	}
	h.low, h.used = low, n
}

// double makes one span of two.
func (h *histogram) double() {
	var counts [buckets]int64
	low := h.low >> 1
	for i := range h.used {
		counts[(h.low+int64(i))>>1-low] += h.counts[i]
	}
	h.used = int((h.low+int64(h.used)-1)>>1-low) + 1
	h.counts, h.low = counts, low
	h.shift++
}

// heights are the signs of a chart. A column without an event is blank, so that a single event can still be seen.
var heights = []rune(" ▁▂▃▄▅▆▇█")

// Chart returns width signs that show when the group's events happened between first and last. The highest column is
// the one with the most events of the group. A column without events is a space. Without times the chart is empty.
func (g *Group) Chart(first, last time.Time, width int) string {
	if width <= 0 || g.times.used == 0 || first.IsZero() || last.Before(first) {
		return ""
	}
	columns := make([]int64, width)
	from, span := first.UnixMilli(), last.UnixMilli()-first.UnixMilli()+1
	h := &g.times
	for i, n := range h.counts[:h.used] {
		start := (h.low + int64(i)) << h.shift
		middle := (max(start, g.first) + min(start+1<<h.shift-1, g.last)) / 2
		at := float64(middle-from) / float64(span) * float64(width)
		columns[min(max(int(at), 0), width-1)] += n
	}
	var top int64
	for _, n := range columns {
		top = max(top, n)
	}
	var b strings.Builder
	for _, n := range columns {
		// Rounded up: one event is more than none.
		b.WriteRune(heights[(n*int64(len(heights)-1)+top-1)/top])
	}
	return b.String()
}
