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

// There is no limit until the first 429. The numbers suit a gateway that allows some tens of calls a second to one
// project. That is a guess: no document names a limit.
const (
	paceAfterComplaint = 20.0 // requests a second after the first 429
	paceFloor          = 1.0  // never slower than this
	paceGrowth         = 1.1  // factor for each second without a 429
	paceFree           = 1000 // requests a second at which the limit ends
)

// pace slows down all requests of a run after a 429, and speeds them up again step by step. Without it, each of 200
// objects would find out again and again that the gateway is busy.
type pace struct {
	limiter  *rate.Limiter
	minPause time.Duration

	mu      sync.Mutex
	closed  time.Time // no request is sent before
	changed time.Time // when the rate was last changed
	lowered time.Time // when it was last lowered
}

// errPaced is for a request whose deadline is before its turn. It can be sent again: the pace may be faster then.
var errPaced = errors.New("the API allows few requests at present (status 429), and there are too many before this one")

func newPace(minPause time.Duration) *pace {
	return &pace{limiter: rate.NewLimiter(rate.Inf, 1), minPause: minPause}
}

// wait returns nil when the next request may be sent, else the context's error or errPaced.
func (p *pace) wait(ctx context.Context) error {
	for {
		if err := sleep(ctx, p.untilOpen(ctx)); err != nil {
			return err
		}
		if err := p.limiter.Wait(ctx); err != nil {
			return cmp.Or(ctx.Err(), errPaced)
		}
		if p.untilOpen(ctx) <= 0 { // else another 429 came while this request waited
			return nil
		}
	}
}

// untilOpen returns how long all requests are stopped. A request whose deadline is earlier is sent shortly before it.
func (p *pace) untilOpen(ctx context.Context) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return min(time.Until(p.closed), untilLastTry(ctx))
}

// heard adjusts the pace to the answer of a request that was sent at the given time.
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

// complained stops all requests for a while and lowers the rate. It keeps the rate if the request was sent before the
// rate was last lowered, or as a last try while all others were stopped: such an answer is not about the new rate.
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

// paced sends each request when the pace allows it.
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
