// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package progress

import (
	"fmt"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// Wait turns the progress of a wait into lines that an action shows.
type Wait struct {
	Send func(string)
	Noun string // the log in a sentence

	last   string        // the state in the last line; "" before the first
	lastAt time.Duration // when it was sent, in the wait's time
}

// reportEvery is how often a wait is reported while nothing changes. It polls more often.
const reportEvery = 10 * time.Second

// Report reports the start of a wait, each change, and every ten seconds.
func (w *Wait) Report(also func(rds.Progress)) func(rds.Progress) {
	return func(p rds.Progress) {
		also(p)
		state := diagnose.State(p)
		if state == w.last && p.Waited-w.lastAt < reportEvery {
			return
		}
		w.last, w.lastAt = state, p.Waited
		w.Send(fmt.Sprintf("Waiting for the export of the %s: %s, %s.", w.Noun, diagnose.Span(p.Waited), state))
	}
}
