// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"errors"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// pause waits before the next attempt, within the bounds of the options and so that one more is possible before the
// context's deadline. If the context ends meanwhile, the fault is what is returned.
func (t *transfer) pause(ctx context.Context, fault error) error {
	pause := pauseAfter(t.faults, fault, &t.options)
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) > lastTry {
		pause = min(pause, time.Until(deadline)-lastTry)
	}
	t.tell(Progress{Fault: errors.New(t.failure(fault).Cause()), Pause: pause})
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return fault
	case <-timer.C:
		return nil
	}
}

// lastTry is kept free at the end of the time that a transfer has, so that a pause can't use all of it up.
const lastTry = time.Second

// pauseAfter is as long as the server asks for, else it doubles from fault to fault and varies, so that files do not
// march in step.
func pauseAfter(faults int, fault error, o *Options) time.Duration {
	var r *refusal
	if errors.As(fault, &r) {
		if asked, ok := transport.RetryAfter(r.header, time.Now()); ok {
			return min(max(asked, o.MinPause), o.MaxPause)
		}
	}
	pause := o.MinPause
	for range faults - 1 {
		if pause *= 2; pause >= o.MaxPause {
			pause = o.MaxPause
			break
		}
	}
	return pause - time.Duration(float64(pause)*o.Random()/4) // up to a quarter earlier
}
