// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"sync"
	"time"
)

// pace makes all requests of a run leave in one queue, at the [rate] that the gateway allows. A 429 to one of them
// closes the gate for all: otherwise each of a thousand objects would find out for itself that the gateway is busy.
// Once the gate's time is over, a single request tries it, and the others follow if it passes.
type pace struct {
	firstPause time.Duration // after a 429 without Retry-After; doubled with each that follows

	mu       sync.Mutex
	rate     *rate
	next     time.Time // no request leaves before
	closed   time.Time // after a 429: no request leaves before
	refusals int       // in a row; 0: the gate is open
	trying   time.Time // a request tries the gate: the others wait for its answer, but no longer than until then
	queue    []*turn   // in the order in which they leave
}

const (
	longestPause = 10 * time.Second      // after 429s without Retry-After
	longestAsked = time.Minute           // a server that asks for more does not get it
	atOnce       = 90 * time.Millisecond // nine requests at the first rate, besides the one that leaves
	longestTry   = 2 * time.Second       // an answer may never come, or need a login that waits in this queue
)

// turn is a request in the queue.
type turn struct {
	class class
	since time.Time     // of a poll
	wake  chan struct{} // something has changed: look again
}

// class is the order of requests in the queue.
type class int

const (
	logins   class = iota // other requests wait for them while they hold a turn
	ordinary              // an export that has begun is done sooner
	polls                 // an export is not done any sooner if it is asked for
)

type pollKey struct{}

// Poll marks the requests of a context as polls for something that began at that time. All other requests go first, and
// then the poll for what began first: it is the likeliest to be done. In a plain queue each export would be asked for
// as often as all others, most of them too early.
func Poll(ctx context.Context, since time.Time) context.Context {
	return context.WithValue(ctx, pollKey{}, since)
}

// errPaced is for a request whose deadline comes before its turn. It can be sent again: the pace may be faster then.
var errPaced = errors.New("the API allows few requests at present (status 429), and there are too many before this one")

func newPace(minPause time.Duration) *pace { return &pace{firstPause: minPause / 2, rate: newRate()} }

// wait returns nil when a request may leave, else the context's error or errPaced.
func (p *pace) wait(ctx context.Context, login bool) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	mine := &turn{class: ordinary, wake: make(chan struct{}, 1)}
	if login {
		mine.class = logins
	} else if since, ok := ctx.Value(pollKey{}).(time.Time); ok {
		mine.class, mine.since = polls, since
	}
	p.join(mine)
	defer p.quit(mine)
	last := time.After(untilLastTry(ctx))
	for {
		left, pause := p.leave(mine)
		if left {
			return nil
		}
		select {
		case <-mine.wake:
		case <-time.After(pause):
		case <-last:
			return p.lastTry(mine)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// join puts a request behind all that go before it.
func (p *pace) join(mine *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := slices.IndexFunc(p.queue, func(t *turn) bool {
		return t.class > mine.class || t.class == mine.class && t.since.After(mine.since)
	})
	if at < 0 {
		at = len(p.queue)
	}
	p.queue = slices.Insert(p.queue, at, mine)
}

// leave lets a request go if it is its turn. Otherwise pause is the time until the next look: only the first looks again.
func (p *pace) leave(mine *turn) (left bool, pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.queue[0] != mine {
		return false, math.MaxInt64
	}
	now := time.Now()
	for _, opens := range []time.Time{p.next, p.closed, p.trying} {
		pause = max(pause, opens.Sub(now))
	}
	if pause > 0 {
		return false, pause
	}
	if p.refusals > 0 {
		p.trying = now.Add(longestTry)
	}
	p.space(now)
	return true, 0
}

// space keeps the next request back as long as the rate demands. A request that leaves a little late, on a busy machine,
// does not hold up the next one. Until the first 429, ten may leave at the same moment: a run of ten objects needs no pace.
func (p *pace) space(now time.Time) {
	from := now
	if late := now.Sub(p.next); late < atOnce {
		from = p.next
	} else if !p.rate.known() {
		from = now.Add(-atOnce)
	}
	p.next = from.Add(time.Duration(float64(time.Second) / p.rate.at(now)))
}

// lastTry lets a request whose time is up go through a closed gate, so that its error names the cause. It goes only if
// the gate alone holds it back: otherwise a whole queue with the same deadline would leave at once.
func (p *pace) lastTry(mine *turn) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.queue[0] != mine || p.next.After(now) {
		return errPaced
	}
	p.space(now)
	return nil
}

// quit takes a request out of the queue and wakes the one that is first then.
func (p *pace) quit(mine *turn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.queue, mine)
	p.queue = slices.Delete(p.queue, i, i+1)
	p.wakeFirst()
}

func (p *pace) wakeFirst() {
	if len(p.queue) == 0 {
		return
	}
	select {
	case p.queue[0].wake <- struct{}{}:
	default: // it is awake
	}
}

// heard takes the outcome of a request that left at the moment sent into account. resp is nil if no answer came.
func (p *pace) heard(resp *http.Response, sent time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer p.wakeFirst()
	now := time.Now()
	tried := p.refusals > 0 && !sent.Before(p.closed)
	if tried {
		p.trying = time.Time{}
	}
	switch {
	case resp == nil:
	case resp.StatusCode == http.StatusTooManyRequests:
		p.refused(resp, sent, now)
	case p.refusals == 0:
		p.rate.accepted++
	case tried:
		p.refusals = 0
		p.rate.accepted++
		p.rate.since = now // requests leave again
		p.next = now
		p.space(now)
	}
}

// refused closes the gate. The first refusal lowers the rate. Requests that had left before it do not count again: they
// only keep the gate closed for the longest time that was asked for.
func (p *pace) refused(resp *http.Response, sent, now time.Time) {
	news := p.refusals == 0 && sent.After(p.rate.lowered)
	if news {
		p.rate.refused(sent, now)
	}
	if news || p.refusals > 0 && !sent.Before(p.closed) {
		p.refusals++
	}
	pause, asked := RetryAfter(resp.Header, now)
	if !asked || pause <= 0 {
		pause = min(p.firstPause<<min(max(p.refusals-1, 0), 20), longestPause)
	}
	if until := now.Add(min(pause, longestAsked)); until.After(p.closed) {
		p.closed = until
	}
}

// paced sends each request when the pace allows it.
type paced struct {
	next  http.RoundTripper
	pace  *pace
	login bool
}

func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.pace.wait(req.Context(), p.login); err != nil {
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
