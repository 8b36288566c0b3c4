// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// PollMethod is a way to find out whether an export is done. The API's page describes both.
type PollMethod string

// The poll methods.
const (
	PollRepeat PollMethod = "repeat" // repeat the call until its status is FINISH
	PollTask   PollMethod = "task"   // ask for the task of workflow_id, then call once more for the links
)

// WaitOptions describe one wait.
type WaitOptions struct {
	Log        Log
	InstanceID string
	Method     PollMethod     // "" is PollRepeat
	Interval   time.Duration  // between polls; 0: short at first, then growing
	Timeout    time.Duration  // of the wait; must be positive
	Report     func(Progress) // if set, called before each pause
}

const (
	linkMargin = 30 * time.Second // a link that expires sooner is replaced before it is returned
	extraPolls = 3                // for an export that is done while a link is missing
)

// WaitForExport starts the export of an instance's log and returns its links. Its error is a [*TimeoutError], an
// [*InterruptedError], an [*ExportError], a [*MissingLinkError], or the API's refusal. If only some files failed, it
// returns the others, with status FAILED.
func (c *Client) WaitForExport(ctx context.Context, o WaitOptions) (*Export, error) {
	bounded, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	w := &wait{effort: c.begin(bounded, o.InstanceID), options: o, tasks: tasks{on: o.Method == PollTask}}
	w.deadline = w.start.Add(o.Timeout) // exactly, for the error
	polls := bounded                    // once the export has begun: see transport.Poll
	for {
		answer, err := w.poll(polls)
		if err != nil && bounded.Err() != nil {
			w.cutOff(err)
			return w.ended(ctx)
		}
		done, err := w.judge(bounded, answer, err)
		if done {
			return answer, nil
		}
		if err != nil {
			return nil, err
		}
		if w.pause(bounded) != nil {
			return w.ended(ctx)
		}
		if w.last != nil && polls == bounded {
			polls = transport.Poll(bounded, w.lastAt) //nolint:fatcontext // once for each wait
		}
	}
}

// wait is the state of one wait.
type wait struct {
	*effort
	options    WaitOptions
	last       *Export   // the last good answer
	lastAt     time.Time // when it came
	incomplete int       // finished answers without all links
	refreshed  bool      // links about to expire were replaced
	tasks      tasks
}

// poll asks once whether the export is done. Without an answer and an error, its task still runs.
func (w *wait) poll(ctx context.Context) (*Export, error) {
	if id := w.tasks.pending(w.last); id != "" && w.askTask(ctx, id) {
		return nil, nil //nolint:nilnil // documented: the task still runs
	}
	answer, err := w.ask(ctx)
	if err != nil || w.refreshed || !answer.Done() || !w.linkExpires(answer, linkMargin) {
		return answer, err
	}
	w.refreshed = true // each answer signs its links anew, so one more call is enough
	fresh, err := w.ask(ctx)
	outOfTime := errors.Is(ctx.Err(), context.DeadlineExceeded)
	if err != nil && (outOfTime || ctx.Err() == nil && endurable(err, true)) && !w.linkExpires(answer, 0) {
		return answer, nil // old links are better than none
	}
	return fresh, err
}

func (w *wait) ask(ctx context.Context) (*Export, error) {
	answer, err := w.client.RequestExport(w.counted(ctx), w.options.Log, w.options.InstanceID)
	if err != nil {
		return nil, err
	}
	w.last, w.lastAt = answer, w.client.clock.Now()
	w.heard(answer.Status)
	return answer, nil
}

// judge decides what an answer means: done, an end with an error, or neither.
func (w *wait) judge(ctx context.Context, answer *Export, err error) (done bool, _ error) {
	if err != nil {
		return false, w.endure(err)
	}
	if answer == nil || !answer.Done() {
		return false, nil
	}
	if answer.Status == StatusFailed && slices.ContainsFunc(answer.Files, ExportFile.Unfinished) {
		return false, nil // FAILED means that some file failed: the others may still come
	}
	if slices.ContainsFunc(answer.Files, ExportFile.Pending) {
		w.incomplete++
		if w.incomplete <= extraPolls {
			return false, nil
		}
		if answer.Status == StatusFinish {
			return false, &MissingLinkError{Progress: w.state(), Last: answer}
		}
	}
	if answer.Links() == 0 && (len(answer.Files) > 0 || answer.Status == StatusFailed) {
		return false, &ExportError{Progress: w.state(), Last: answer, FailReason: w.failReason(ctx, answer)}
	}
	return true, nil
}

// linkExpires reports whether a link of the last answer expires within the time. It uses the server's clock if the
// answer has a date, because the machine's may be wrong.
func (w *wait) linkExpires(answer *Export, within time.Duration) bool {
	now := w.client.clock.Now()
	if !answer.ServerTime.IsZero() {
		now = answer.ServerTime.Add(now.Sub(w.lastAt))
	}
	return slices.ContainsFunc(answer.Files, func(f ExportFile) bool {
		return f.Link != "" && !f.ExpiresAt.IsZero() && f.ExpiresAt.Sub(now) < within
	})
}

// pause reports the progress and sleeps until the next poll.
func (w *wait) pause(ctx context.Context) error {
	if w.options.Report != nil {
		w.options.Report(w.state())
	}
	pause, last := w.nextPause(w.options.Interval)
	if last {
		w.tasks.on = false // the last poll asks for the links themselves
	}
	return w.sleep(ctx, pause)
}

// ended returns what a wait has when it ends before the export: the links of an export of which the last files never
// came, or an error.
func (w *wait) ended(caller context.Context) (*Export, error) {
	if caller.Err() != nil {
		return nil, w.interrupted(caller.Err(), w.last)
	}
	if w.last != nil && w.last.Status == StatusFailed && w.last.Links() > 0 && !w.linkExpires(w.last, 0) {
		return w.last, nil
	}
	return nil, w.timeout(w.last)
}
