// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package instances finds DB instances by name, in a list that is read once for all objects of a run.
//
//	list.go   the list, and the callers that wait for it
//	named.go  the one PostgreSQL instance with a name, or why there is none
package instances

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// List is the list of the project's DB instances. It is read when an object first needs it, once for all objects
// of a run.
//
// golang.org/x/sync/singleflight is not used: its call cannot outlive the caller that began it and still end with the
// last one.
type List struct {
	client   *rds.Client
	endpoint func(context.Context) (rds.Endpoint, error)

	mu    sync.Mutex
	known Listing        // the last good answer; number 0: none yet
	again map[string]int // the listing that a name waits for that was not in an earlier one
	under *listingCall   // under way; nil: none
}

// New returns a list that is not read yet.
func New(client *rds.Client, endpoint func(context.Context) (rds.Endpoint, error)) *List {
	return &List{client: client, endpoint: endpoint, again: map[string]int{}}
}

// Listing is a good answer: all DB instances of the project, of every engine.
type Listing struct {
	Instances []rds.Instance
	Place     rds.Endpoint // project and region
	number    int          // from 1, in order of time
}

// listingCall is a listing under way.
type listingCall struct {
	number int
	cancel context.CancelFunc
	done   chan struct{} // closed when result and err are set

	// These need List.mu, or that done is closed.
	result   Listing
	err      error
	waiting  int          // callers
	progress rds.Progress // at the last fault
}

// All returns a listing.
func (l *List) All(ctx context.Context) (Listing, error) { return l.wait(ctx, 1) }

// with returns a listing that has a PostgreSQL instance of that name. If the listing does not have it, the instance may
// be new: then it is asked for once more in a run, and the newer listing is returned.
func (l *List) with(ctx context.Context, name string) (Listing, error) {
	list, err := l.All(ctx)
	if err != nil || len(Postgres(list.named(name))) > 0 {
		return list, err
	}
	l.mu.Lock()
	number, before := l.again[name]
	if !before {
		number = list.number + 1
		l.again[name] = number
	}
	l.mu.Unlock()
	return l.wait(ctx, number)
}

// wait returns a listing with this number or a higher one. All callers wait for the same call. It ends when nobody waits
// any more. If the context ends, the error is an [*rds.InterruptedError] or an [*rds.TimeoutError].
func (l *List) wait(ctx context.Context, number int) (Listing, error) {
	l.mu.Lock()
	if l.known.number >= number {
		defer l.mu.Unlock()
		return l.known, nil
	}
	if l.under == nil {
		l.under = l.begin(ctx)
	}
	call, start := l.under, time.Now()
	call.waiting++
	l.mu.Unlock()
	select {
	case <-call.done:
		return call.result, call.err
	case <-ctx.Done():
		return Listing{}, l.leave(ctx, call, start)
	}
}

// begin starts a call. l.mu is locked. The call has no deadline: each caller has another one.
func (l *List) begin(ctx context.Context) *listingCall {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	call := &listingCall{number: l.known.number + 1, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer cancel()
		instances, err := l.client.Instances(ctx, rds.InstancesQuery{Report: func(p rds.Progress) {
			l.mu.Lock()
			defer l.mu.Unlock()
			call.progress = p
		}})
		var place rds.Endpoint
		if err == nil {
			place, err = l.endpoint(ctx) // it is known by now
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if call.err = err; err == nil {
			call.result = Listing{Instances: instances, Place: place, number: call.number}
			if call.number > l.known.number {
				l.known = call.result
			}
		}
		if l.under == call {
			l.under = nil
		}
		close(call.done)
	}()
	return call
}

// parting is how long a caller whose time is up waits for the end of the call. The call ends at once if all callers'
// time is up, and then its last fault is known.
const parting = 100 * time.Millisecond

var errNoAnswer = errors.New("GET instances: no answer yet")

// leave returns the error for a caller whose context has ended. The last one ends the call.
func (l *List) leave(ctx context.Context, call *listingCall, start time.Time) error {
	l.mu.Lock()
	call.waiting--
	if call.waiting == 0 {
		call.cancel()
		if l.under == call {
			l.under = nil // a later caller must not wait for a call that was ended
		}
	}
	l.mu.Unlock()
	waited := time.Since(start)
	select {
	case <-call.done:
	case <-time.After(parting):
	}
	l.mu.Lock()
	progress := call.progress
	progress.Fault = progress.Outage
	if ended, ok := errors.AsType[*rds.InterruptedError](call.err); ok {
		progress = ended.Progress
	}
	l.mu.Unlock()
	progress.Waited = waited
	if errors.Is(ctx.Err(), context.Canceled) {
		return &rds.InterruptedError{Progress: progress, Err: ctx.Err()}
	}
	progress.Fault = cmp.Or(progress.Fault, errNoAnswer)
	return &rds.TimeoutError{Progress: progress, Timeout: waited}
}
