// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"sync"
	"time"
)

// probe lets one signed request through first and the others only when the key
// has proven good. Without it, a wrong key in a plan with two hundred data
// sources would be refused two hundred times at once, and the cloud locks a key
// after five.
type probe struct {
	mu      sync.Mutex
	proven  bool
	ongoing chan struct{} // closed when the request under way is answered
}

// probePatience is how long others wait for a first request that hangs.
const probePatience = 10 * time.Second

// enter returns when a request may be sent, with a function that must be told
// whether the answer has proven the key good. refused is asked each time, and its
// error returned.
func (p *probe) enter(ctx context.Context, refused func() error) (done func(proven bool), err error) {
	for {
		if err := refused(); err != nil {
			return nil, err
		}
		p.mu.Lock()
		if p.proven {
			p.mu.Unlock()
			return func(bool) {}, nil
		}
		ongoing := p.ongoing
		if ongoing == nil {
			done := p.start()
			p.mu.Unlock()
			// Whoever was here before has said by now whether the key is refused.
			if err := refused(); err != nil {
				done(false)
				return nil, err
			}
			return done, nil
		}
		p.mu.Unlock()

		patience := time.NewTimer(probePatience)
		select {
		case <-ongoing:
		case <-ctx.Done():
			err = context.Cause(ctx)
		case <-patience.C:
			p.forget(ongoing)
		}
		patience.Stop()
		if err != nil {
			return nil, err
		}
	}
}

// start registers a request as the one to wait for. p.mu is held.
func (p *probe) start() func(bool) {
	mine := make(chan struct{})
	p.ongoing = mine
	return func(proven bool) {
		p.mu.Lock()
		p.proven = p.proven || proven
		p.mu.Unlock()
		p.forget(mine)
		close(mine)
	}
}

func (p *probe) forget(ongoing chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ongoing == ongoing {
		p.ongoing = nil
	}
}

// pass records that the key has proven good elsewhere.
func (p *probe) pass() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.proven = true
}
