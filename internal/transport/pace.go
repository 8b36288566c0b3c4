// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The pace is free until the gateway complains for the first time. The numbers are for a gateway that allows some tens of
// calls a second to one project, which is a guess: no document names a limit.
const (
	paceAfterComplaint = 20.0 // requests a second after the first 429
	paceFloor          = 1.0  // never slower than this
	paceGrowth         = 1.1  // factor for each second without a 429
)

// pace slows down all requests of a run after one of them was answered 429, and lets them speed up again bit by bit. Without
// it each of 200 objects would find out for itself, again and again, that the gateway is busy.
type pace struct {
	limiter  *rate.Limiter
	minPause time.Duration

	mu      sync.Mutex
	closed  time.Time // no request leaves before
	changed time.Time // when the rate was last changed
}

func newPace(minPause time.Duration) *pace {
	return &pace{limiter: rate.NewLimiter(rate.Inf, 1), minPause: minPause}
}

// wait returns when the next request may leave, or with the context's error.
func (p *pace) wait(ctx context.Context) error {
	for {
		pause := p.untilOpen()
		if pause <= 0 {
			break
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
	if err := p.limiter.Wait(ctx); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return context.DeadlineExceeded // the limiter's turn would come after the deadline
	}
	return nil
}

func (p *pace) untilOpen() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Until(p.closed)
}

// heard takes an answer into account.
func (p *pace) heard(resp *http.Response) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if resp.StatusCode == http.StatusTooManyRequests {
		p.complained(resp, now)
		return
	}
	if p.limiter.Limit() != rate.Inf && now.Sub(p.changed) >= time.Second && now.After(p.closed) {
		p.limiter.SetLimit(p.limiter.Limit() * paceGrowth)
		p.changed = now
	}
}

// complained closes the gate and lowers the rate, once for all the 429s of one moment.
func (p *pace) complained(resp *http.Response, now time.Time) {
	pause, asked := retryAfter(resp, now)
	if !asked {
		pause = p.minPause
	}
	pause = min(max(pause, p.minPause), time.Minute)
	first := !now.Before(p.closed)
	if until := now.Add(pause); until.After(p.closed) {
		p.closed = until
	}
	if first {
		p.limiter.SetLimit(rate.Limit(math.Max(paceFloor, math.Min(paceAfterComplaint, float64(p.limiter.Limit())/2))))
		p.changed = now
	}
}

// paced is the pace as a layer.
type paced struct {
	next http.RoundTripper
	pace *pace
}

func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.pace.wait(req.Context()); err != nil {
		return nil, err
	}
	resp, err := p.next.RoundTrip(req)
	if err == nil {
		p.pace.heard(resp)
	}
	return resp, err
}
