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
		"a share of the rate that was refused":    {{1, refused, 0, 140}},
		"the rate at which a request left counts": {{1, late, 0, 70}},
		"lower with each refusal that follows soon": {
			{0, refused, 0, 70},
			{1, refused, 0, 49},
			{1.1, refused, 0, 34.3},
			{2, ask, 0, 34.3},
		},
		"no lower than what was answered since the last one": {{0, refused, 0, 70}, {1, refused, 55, 55}},
		"nor higher than nine tenths of what was refused":    {{0, refused, 0, 70}, {1, refused, 100, 63}},
		"searches after 1.5 s": {
			{0, refused, 0, 70},
			{1.5, ask, 0, 70},
			{2.5, ask, 0, 74.16},
			{5.5, ask, 0, 133},
		},
		"a pause of the gate does not count": {{0, refused, 0, 70}, {30, reopened, 0, 70}, {31.5, ask, 0, 70}},
		"holds a rate that has lasted": {
			{0, refused, 0, 70}, {4, refused, 0, 73.42}, {10, ask, 0, 73.42}, {11, ask, 0, 74.49}, {20, ask, 0, 224.1},
		},
		"holds it for longer if the limit stays the same": {
			{0, refused, 0, 70},
			{4, refused, 0, 73.42},
			{11.3, refused, 0, 72.69},
			{18.6, refused, 0, 71.96},
			{27.6, ask, 0, 71.96},
			{28.6, ask, 0, 73.01},
		},
		"holds a slow rate for longer": {
			{0, refused, 0, 70},
			{1, refused, 0, 49},
			{2, refused, 0, 34.3},
			{3, refused, 0, 24.01},
			{4, refused, 0, 16.81},
			{5, refused, 0, 11.76},
			{9.2, refused, 0, 12.55},
			{15.5, ask, 0, 12.55},
			{16.5, ask, 0, 12.73},
		},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			r := newRate()
			r.at(start)
			for i, s := range steps {
				now := start.Add(time.Duration(s.at * float64(time.Second)))
				for range s.answered {
					r.accepted++
				}
				switch s.what {
				case refused:
					r.refused(now, now)
				case late:
					r.refused(now.Add(-time.Second), now)
				case reopened:
					r.since = now
				}
				if got := r.at(now); math.Abs(got-s.want) > 0.001*s.want {
					t.Errorf("step %d, %q after %g s: %.4g requests a second, want %.4g", i+1, s.what, s.at, got, s.want)
				}
			}
		})
	}
}

func TestRateIsNeverUnderOneRequestInTwoSeconds(t *testing.T) {
	now := time.Now()
	r := newRate()
	for range 100 {
		now = now.Add(time.Second)
		r.refused(now, now)
	}
	if got := r.at(now); got != 0.5 {
		t.Errorf("%g requests a second after 100 refusals, want 0.5", got)
	}
}
