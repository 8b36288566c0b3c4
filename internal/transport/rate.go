// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"math"
	"time"
)

// rate finds out how many requests a second the gateway allows, from nothing but its answers. No document names a
// limit, and a gateway may count in a bucket of tokens or in windows of a second or a minute.
//
//	start   100 requests a second, doubled every second until the first 429
//	search  seven tenths of the rate for each 429 that follows soon, until a rate lasts for some seconds
//	hold    that rate for 6 to 16 s, longer if the limit stays the same
//	probe   then faster, slowly at first: the limit may have risen. The next 429 leads back to hold
//
// It is not safe for concurrent use.
type rate struct {
	searching bool // no rate has lasted yet
	base      float64
	since     time.Time // base holds since then
	hold      time.Duration
	refusedAt float64   // the rate at the last refusal of a steady rate
	lowered   time.Time // the last refusal that counted
	accepted  int       // answers since then that were not refused
}

const (
	startRate    = 100.0 // requests a second
	fastestRate  = 500.0
	slowestRate  = 0.5
	lasting      = 4 * time.Second // a rate that is not refused for so long is one that the gateway allows
	shortestHold = 6 * time.Second
	longestHold  = 16 * time.Second
	callsPerHold = 80 // slow gateways are probed less often: each probe costs a refusal or two
)

// growth is how a rate rises after its hold: by a share of itself a second, which doubles each second up to a bound.
type growth struct{ first, most float64 }

var (
	careful = growth{0.01, 0.15} // near a limit that is known
	brisk   = growth{0.04, 0.25} // while searching
)

// after returns the factor by which a rate has grown.
func (g growth) after(d time.Duration) float64 {
	s := d.Seconds()
	doubling := math.Min(s, math.Log2(g.most/g.first))
	return math.Exp(g.first*(math.Exp2(doubling)-1)/math.Ln2 + g.most*(s-doubling))
}

func newRate() *rate { return &rate{searching: true, base: startRate} }

// at returns the rate of a moment, in requests a second.
func (r *rate) at(now time.Time) float64 {
	if r.since.IsZero() {
		r.since = now // the first request of all
	}
	d := max(now.Sub(r.since), 0)
	switch {
	case !r.known():
		return math.Min(fastestRate, r.base*math.Exp2(d.Seconds()))
	case d <= r.hold:
		return r.base
	case r.searching:
		return math.Min(fastestRate, r.base*brisk.after(d-r.hold))
	default:
		return math.Min(fastestRate, r.base*careful.after(d-r.hold))
	}
}

// known reports whether there was a 429, so that the rate is more than a guess.
func (r *rate) known() bool { return !r.lowered.IsZero() }

// refused lowers the rate. The refused request left at the moment sent.
func (r *rate) refused(sent, now time.Time) {
	last := r.at(sent)
	if sent.Sub(r.since) < lasting {
		r.tooFast(last, now)
	} else {
		r.lasted(last, sent)
	}
	r.base = math.Max(r.base, slowestRate)
	r.lowered, r.since, r.accepted = now, now, 0
}

// tooFast is for a rate that did not last. What the gateway let through since the last refusal is nearly its limit.
func (r *rate) tooFast(last float64, now time.Time) {
	let := 0.0
	if r.known() {
		let = float64(r.accepted) / now.Sub(r.lowered).Seconds()
	}
	r.base = math.Max(0.7*last, math.Min(let, 0.9*last))
	if r.hold = shortestHold; r.searching {
		r.hold = 1500 * time.Millisecond
	}
}

// lasted is for a rate that went well until it grew too far. A moment before the refusal it was still good. A gateway
// that counts in seconds refuses up to a second late.
func (r *rate) lasted(last float64, sent time.Time) {
	good := r.at(sent.Add(-1500 * time.Millisecond))
	if math.Abs(last-r.refusedAt) < 0.15*r.refusedAt {
		r.hold = min(r.hold*3/2, longestHold)
	} else {
		r.hold = shortestHold
	}
	r.hold = max(r.hold, shortestHold, time.Duration(callsPerHold/good*float64(time.Second)))
	r.base, r.refusedAt = 0.99*good, last
	r.searching = false
}
