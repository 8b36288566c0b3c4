// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"math"
	"testing"
	"time"
)

// TestRate follows a rate through answers and refusals.
func TestRate(t *testing.T) {
	type step struct {
		at       float64 // seconds since the first request
		what     string
		answered int // before it
		want     float64
	}
	const ask, refused, late, reopened = "ask", "refused", "refused, sent a second before", "reopened"
	for name, steps := range map[string][]step{
		"doubles until the first refusal": {
			{0, ask, 0, 100},
			{1, ask, 0, 200},
			{2, ask, 0, 400},
			{3, ask, 0, 500},
			{60, ask, 0, 500},
		},
		"a share of the rate that was refused":    {{1, refused, 0, 120}},
		"the rate at which a request left counts": {{1, late, 0, 60}},
		"lower with each refusal that follows soon": {
			{0, refused, 0, 60},
			{1, refused, 0, 36},
			{1.1, refused, 0, 21.6},
			{2, ask, 0, 21.6},
		},
		"no lower than what was answered since the last one": {{0, refused, 0, 60}, {1, refused, 50, 50}},
		"nor higher than nine tenths of what was refused":    {{0, refused, 0, 60}, {1, refused, 100, 54}},
		"searches after 1.5 s": {
			{0, refused, 0, 60},
			{1.5, ask, 0, 60},
			{2.5, ask, 0, 63.566},
			{5.5, ask, 0, 114},
		},
		"a pause of the gate does not count": {{0, refused, 0, 60}, {30, reopened, 0, 60}, {31.5, ask, 0, 60}},
		"holds a rate that has lasted": {
			{0, refused, 0, 60}, {4, refused, 0, 62.93}, {10, ask, 0, 62.93}, {11, ask, 0, 63.84}, {20, ask, 0, 192.1},
		},
		"holds it for longer if the limit stays the same": {
			{0, refused, 0, 60},
			{4, refused, 0, 62.93},
			{11.3, refused, 0, 62.3},
			{18.6, refused, 0, 61.68},
			{27.6, ask, 0, 61.68},
			{28.6, ask, 0, 62.57},
		},
		"holds a slow rate for longer": {
			{0, refused, 0, 60},
			{1, refused, 0, 36},
			{2, refused, 0, 21.6},
			{3, refused, 0, 12.96},
			{4, refused, 0, 7.776},
			{8.2, refused, 0, 8.297},
			{17.2, ask, 0, 8.297},
			{18.2, ask, 0, 8.341},
		},
		"never under one request in two seconds": {
			{0, refused, 0, 60},
			{1, refused, 0, 36},
			{2, refused, 0, 21.6},
			{3, refused, 0, 12.96},
			{4, refused, 0, 7.776},
			{5, refused, 0, 4.666},
			{6, refused, 0, 2.799},
			{7, refused, 0, 1.680},
			{8, refused, 0, 1.008},
			{9, refused, 0, 0.6047},
			{10, refused, 0, 0.5},
			{11, refused, 0, 0.5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			r := newRate()
			r.at(start)
			for i, s := range steps {
				now := start.Add(time.Duration(s.at * float64(time.Second)))
				for range s.answered {
					r.answered()
				}
				switch s.what {
				case refused:
					r.refused(now, now)
				case late:
					r.refused(now.Add(-time.Second), now)
				case reopened:
					r.reopened(now)
				}
				if got := r.at(now); math.Abs(got-s.want) > 0.001*s.want {
					t.Errorf("step %d, %q after %g s: %.4g requests a second, want %.4g", i+1, s.what, s.at, got, s.want)
				}
			}
		})
	}
}
