// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// Progress is the state of a wait or a call that is repeated.
type Progress struct {
	InstanceID string // "" for a call about all instances
	Waited     time.Duration
	Calls      int    // calls of the API
	Sent       int    // requests for them: more than Calls after retries
	Status     string // of the export, from the last good answer; "" before it
	Fault      error  // the last one; nil if there was none
	Outage     error  // the same, if no good answer came after it; else nil
}

// effort repeats a call while its faults may pass and there is time. It is safe for concurrent use.
type effort struct {
	client   *Client
	start    time.Time
	deadline time.Time      // zero: none
	report   func(Progress) // called after each fault; nil: nobody asks

	mu       sync.Mutex
	progress Progress  // without Waited
	answered bool      // the API has given a good answer
	since    time.Time // the first one; the start before it
}

// begin starts an effort that ends with the context. By the client's clock it ends after the same time.
func (c *Client) begin(ctx context.Context, instanceID string) *effort {
	e := &effort{client: c, start: c.clock.Now(), progress: Progress{InstanceID: instanceID}}
	e.since = e.start
	if deadline, ok := ctx.Deadline(); ok {
		e.deadline = e.start.Add(time.Until(deadline).Round(time.Millisecond))
	}
	return e
}

// repeat calls ask until it succeeds. If a fault does not pass, or ask's error is no fault, it returns the error; if
// the context ends, an [*InterruptedError] or a [*TimeoutError].
func (e *effort) repeat(ctx context.Context, ask func(context.Context) error) error {
	for {
		err := ask(e.counted(ctx))
		if err == nil {
			e.heard("")
			return nil
		}
		if ctx.Err() != nil {
			e.cutOff(err)
		} else if err := e.endure(err); err != nil {
			return err
		}
		pause, _ := e.nextPause(0)
		if ctx.Err() != nil || e.sleep(ctx, pause) != nil {
			if errors.Is(ctx.Err(), context.Canceled) {
				return e.interrupted(ctx.Err(), nil)
			}
			return e.timeout(nil)
		}
	}
}

// counted counts a call, and returns a context that counts its requests.
func (e *effort) counted(ctx context.Context) context.Context {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.progress.Calls++
	return transport.WithTrace(ctx, transport.Trace{Sent: func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.progress.Sent++
	}})
}

// heard notes a good answer.
func (e *effort) heard(status string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.answered {
		e.since = e.client.clock.Now()
	}
	e.answered, e.progress.Status, e.progress.Outage = true, status, nil
}

// endure records a temporary fault and returns a permanent one. If the very first request never reached a server, the
// address is probably wrong, so that is permanent too.
func (e *effort) endure(err error) error {
	e.mu.Lock()
	answered, firstContact := e.answered, !e.answered && e.progress.Fault == nil
	e.mu.Unlock()
	if !endurable(err, answered) || firstContact && transport.NeverSent(err) {
		return err
	}
	e.endured(err)
	return nil
}

func (e *effort) endured(fault error) {
	e.mu.Lock()
	e.progress.Fault, e.progress.Outage = fault, fault
	e.mu.Unlock()
	if e.report != nil {
		e.report(e.state())
	}
}

// endurable reports whether the same call may succeed later. After the first good answer of the API, an unknown host
// is a lost network, and a 4xx without an error code is the page of a proxy or a portal.
func endurable(err error, answered bool) bool {
	if refusal, ok := errors.AsType[*Error](err); ok {
		foreign := refusal.Described && slices.Contains([]apierror.Kind{apierror.Forbidden, apierror.NotFound, apierror.Other}, refusal.Kind)
		return refusal.Kind.Passing() || answered && foreign
	}
	if answered && transport.NoSuchHost(err) {
		return true
	}
	if login, ok := errors.AsType[transport.Judged](err); ok {
		return !login.Permanent()
	}
	_, undecodable := errors.AsType[*DecodeError](err)
	_, network := errors.AsType[*transport.Error](err)
	return undecodable || network && !transport.Permanent(err)
}

// cutOff records the fault behind a call that the end of the context cut off: a failed login, the fault that caused
// the retries, or a server that did not answer in time.
func (e *effort) cutOff(err error) {
	var login transport.Judged
	var abandoned *transport.AbandonedError
	var timeout *transport.TimeoutError
	switch {
	case errors.As(err, &login):
		e.endured(err)
	case errors.As(err, &abandoned):
		e.endured(abandoned.Fault)
	case errors.As(err, &timeout) && (!errors.Is(timeout, context.Canceled) || timeout.After >= shortestPause):
		e.endured(err) // a request that was cancelled at once is no fault
	}
}

// The pauses between two calls: short compared with the time already waited, but not too short, because the API's
// sister page asks for low frequency, nor so long that a person wonders.
const (
	shortestPause  = 2 * time.Second
	longestPause   = 30 * time.Second
	pauseShare     = 0.15        // of the time since the first answer
	jitterShare    = 0.05        // of the pause, added at random, so that many instances are not asked in step
	lastCallMargin = time.Second // before the deadline, for one more call
)

// nextPause returns the pause before the next call. It is at least interval if that is not 0. The last call comes
// shortly before the deadline, unless that is too soon after the one before. last reports whether it is the last.
func (e *effort) nextPause(interval time.Duration) (pause time.Duration, last bool) {
	now := e.client.clock.Now()
	e.mu.Lock()
	waited := now.Sub(e.since) // without the time in the queue for the first call: the export had not begun
	e.mu.Unlock()
	pause = interval
	if pause == 0 {
		pause = min(max(time.Duration(float64(waited)*pauseShare), shortestPause), longestPause)
		pause += time.Duration(float64(pause) * jitterShare * e.client.random())
	}
	if e.deadline.IsZero() {
		return pause, false
	}
	left := e.deadline.Sub(now)
	if pause > left-lastCallMargin {
		pause = left - lastCallMargin
		if pause < shortestPause {
			pause = left // no time for another call
		}
	}
	return pause, left-pause < lastCallMargin+shortestPause
}

// sleep returns after the pause. Its error is the end of the time.
func (e *effort) sleep(ctx context.Context, pause time.Duration) error {
	if err := e.client.clock.Sleep(ctx, pause); err != nil {
		return err
	}
	if !e.deadline.IsZero() && !e.client.clock.Now().Before(e.deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func (e *effort) state() Progress {
	e.mu.Lock()
	defer e.mu.Unlock()
	p := e.progress
	p.Waited = e.client.clock.Now().Sub(e.start)
	return p
}

func (e *effort) timeout(last *Export) error {
	return &TimeoutError{Progress: e.state(), Timeout: e.deadline.Sub(e.start), Last: last}
}

func (e *effort) interrupted(err error, last *Export) error {
	return &InterruptedError{Progress: e.state(), Last: last, Err: err}
}

// Clock is the time for the pauses of this package. Tests with a real Terraform pass their own, so that an export of
// 13 s does not take 13 s.
type Clock interface {
	Now() time.Time
	// Sleep returns after d, or earlier with the context's error.
	Sleep(ctx context.Context, d time.Duration) error
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) Sleep(ctx context.Context, d time.Duration) error { return transport.Sleep(ctx, d) }
