// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"
)

// pace makes all requests of a run leave in one queue, at the [rate] that the gateway allows. A 429 to one of them
// closes the gate for all: without it each of a thousand objects would find out for itself that the gateway is busy.
type pace struct {
	mu       sync.Mutex
	rate     *rate
	next     time.Time // the next request leaves no earlier
	closed   time.Time // after a 429: no request leaves before
	refusals int       // in a row; while there are some, one request at a time tries whether the gate is open
	trying   bool      // that one is under way
	queue    []*turn   // in the order in which they leave
}

// turn is a request that waits. A poll lets all others go first: an export that has not begun is not done any sooner.
type turn struct {
	poll bool
	wake chan struct{} // something has changed: look again
}

type pollKey struct{}

// Poll marks the requests of a context as polls: those that begin something go first.
func Poll(ctx context.Context) context.Context { return context.WithValue(ctx, pollKey{}, true) }

// errPaced ends the wait of a request if its deadline comes before its turn. It may be sent again: the pace
// may have grown.
var errPaced = errors.New("the API allows few requests at present (status 429), and there are too many before this one")

const (
	firstPause   = 500 * time.Millisecond // after a 429 without Retry-After; doubled with each that follows
	longestPause = 10 * time.Second
	longestAsked = time.Minute // a server that asks for more does not get it
)

func newPace() *pace {
	now := time.Now()
	return &pace{rate: newRate(now), next: now}
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

// wait returns when the request may leave, or with the context's error, or with errPaced.
func (p *pace) wait(ctx context.Context) error {
	mine := p.join(ctx.Value(pollKey{}) != nil)
	last := time.NewTimer(untilLastTry(ctx))
	defer last.Stop()
	for {
		left, pause := p.leaves(mine)
		if left {
			return nil
		}
		soon := time.NewTimer(pause)
		select {
		case <-mine.wake:
		case <-soon.C:
		case <-last.C:
			soon.Stop()
			return p.lastTry(mine)
		case <-ctx.Done():
			soon.Stop()
			p.quit(mine)
			return ctx.Err()
		}
		soon.Stop()
	}
}

// join puts a request at the end of its part of the queue.
func (p *pace) join(poll bool) *turn {
	mine := &turn{poll: poll, wake: make(chan struct{}, 1)}
	p.mu.Lock()
	defer p.mu.Unlock()
	at := len(p.queue)
	if first := slices.IndexFunc(p.queue, func(t *turn) bool { return t.poll }); !poll && first >= 0 {
		at = first
	}
	p.queue = slices.Insert(p.queue, at, mine)
	return mine
}

// never is a pause that something else ends.
const never = time.Hour

// leaves lets a request go if it is its turn, else it returns how long to wait before the next look.
func (p *pace) leaves(mine *turn) (bool, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queue[0] != mine || p.trying {
		return false, never
	}
	now := time.Now()
	opens := p.next
	if p.closed.After(opens) {
		opens = p.closed
	}
	if opens.After(now) {
		return false, opens.Sub(now)
	}
	p.remove(mine)
	p.trying = p.refusals > 0
	p.next = now.Add(time.Duration(float64(time.Second) / p.rate.at(now)))
	return true, 0
}

// lastTry lets a request go through a closed gate if its time is up: the gate may open too late for it. Only one a
// turn goes, and only if the gate is what holds it back.
func (p *pace) lastTry(mine *turn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	held := p.queue[0] == mine && !p.next.After(now)
	p.remove(mine)
	if !held {
		return errPaced
	}
	p.next = now.Add(time.Duration(float64(time.Second) / p.rate.at(now)))
	return nil
}

func (p *pace) quit(mine *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remove(mine)
}

// remove takes a request out of the queue and wakes the one that is first then.
func (p *pace) remove(mine *turn) {
	if i := slices.Index(p.queue, mine); i >= 0 {
		p.queue = slices.Delete(p.queue, i, i+1)
	}
	p.wakeFirst()
}

func (p *pace) wakeFirst() {
	if len(p.queue) == 0 {
		return
	}
	select {
	case p.queue[0].wake <- struct{}{}:
	default:
	}
}

// heard takes the outcome of a request that left at the moment sent into account; resp is nil if there was no answer.
func (p *pace) heard(resp *http.Response, sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wakeFirst()
	now := time.Now()
	tried := p.trying && !sent.Before(p.closed)
	if tried {
		p.trying = false
	}
	switch {
	case resp == nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		p.refused(resp, sent, now)
	case p.refusals == 0:
		p.rate.answered()
	case tried:
		p.refusals = 0
		p.rate.answered()
		p.rate.reopened(now)
		p.next = now.Add(time.Duration(float64(time.Second) / p.rate.at(now)))
	}
}

// refused closes the gate. The first refusal lowers the rate; those of requests that had left before it count no more.
func (p *pace) refused(resp *http.Response, sent, now time.Time) {
	news := p.refusals == 0 && sent.After(p.rate.lowered)
	if news {
		p.rate.refused(sent, now)
	}
	if news || !sent.Before(p.closed) {
		p.refusals++
	}
	pause, asked := retryAfter(resp, now)
	if !asked || pause <= 0 {
		pause = min(firstPause<<min(max(p.refusals-1, 0), 10), longestPause)
	}
	if until := now.Add(min(pause, longestAsked)); until.After(p.closed) {
		p.closed = until
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
	p.pace.heard(resp, sent)
	return resp, err
}
