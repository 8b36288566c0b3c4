// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// The pace is free until the gateway complains for the first time. The numbers are for a gateway that allows some
// tens of calls a second to one project, which is a guess: no document names a limit.
const (
	paceAfterComplaint = 20.0 // requests a second after the first 429
	paceFloor          = 1.0  // never slower than this
	paceGrowth         = 1.1  // factor for each second without a 429
	paceFree           = 1000 // requests a second from which on the pace is free again
)

// pace slows down all requests of a run after one of them was answered 429, and lets them speed up again bit by bit.
// Without it each of 200 objects would find out for itself, again and again, that the gateway is busy.
type pace struct {
	limiter  *rate.Limiter
	minPause time.Duration

	mu      sync.Mutex
	closed  time.Time // no request leaves before
	changed time.Time // when the rate was last changed
	lowered time.Time // when it was last lowered
}

// errPaced is what becomes of a request for whose turn its deadline comes too soon. It may be sent again: the pace
// may have grown.
var errPaced = errors.New("the API allows few requests at present (status 429), and there are too many before this one")

func newPace(minPause time.Duration) *pace {
	return &pace{limiter: rate.NewLimiter(rate.Inf, 1), minPause: minPause}
}

// wait returns when the next request may leave, or with the context's error, or with errPaced.
func (p *pace) wait(ctx context.Context) error {
	for {
		if err := sleep(ctx, p.untilOpen(ctx)); err != nil {
			return err
		}
		if err := p.limiter.Wait(ctx); err != nil {
			return cmp.Or(ctx.Err(), errPaced)
		}
		if p.untilOpen(ctx) <= 0 { // else the gate was closed while this request waited for its turn
			return nil
		}
	}
}

// untilOpen is how long a request has to wait before the gate. The one that has to go before it opens, or never, may
// go.
func (p *pace) untilOpen(ctx context.Context) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(time.Until(p.closed), untilLastTry(ctx))
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// heard takes the answer to a request of the moment sent into account.
func (p *pace) heard(resp *http.Response, sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if resp.StatusCode == http.StatusTooManyRequests {
		p.complained(resp, sent, now)
		return
	}
	if p.limiter.Limit() == rate.Inf || now.Sub(p.changed) < time.Second || !now.After(p.closed) {
		return
	}
	grown := p.limiter.Limit() * paceGrowth
	if grown > paceFree {
		grown = rate.Inf
	}
	p.limiter.SetLimit(grown)
	p.changed = now
}

// complained closes the gate and lowers the rate. A request that left before the rate was last lowered closes the
// gate only: it says nothing about the new rate, however late its answer comes. Nor does a last try that went through
// the closed gate.
func (p *pace) complained(resp *http.Response, sent, now time.Time) {
	pause, asked := retryAfter(resp, now)
	if !asked {
		pause = p.minPause
	}
	pause = min(max(pause, p.minPause), time.Minute)
	news := sent.After(p.lowered) && !now.Before(p.closed)
	if until := now.Add(pause); until.After(p.closed) {
		p.closed = until
	}
	if news {
		p.limiter.SetLimit(rate.Limit(math.Max(paceFloor, math.Min(paceAfterComplaint, float64(p.limiter.Limit())/2))))
		p.changed, p.lowered = now, now
	}
}

// paced is the pace as a layer.
type paced struct {
	next http.RoundTripper
	pace *pace
}

func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.pace.wait(req.Context()); err != nil {
		if errors.Is(err, errPaced) {
			err = &Error{Method: req.Method, URL: place(req.URL), Err: err}
		}
		return nil, err
	}
	sent := time.Now()
	resp, err := p.next.RoundTrip(req)
	if err == nil {
		p.pace.heard(resp, sent)
	}
	return resp, err
}
