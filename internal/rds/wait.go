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

// PollMethod is a way of finding out whether an export is done. The API's page describes both.
type PollMethod string

// The poll methods.
const (
	PollRepeat PollMethod = "repeat" // call errorlog-download until it says FINISH
	PollTask   PollMethod = "task"   // ask for the task of workflow_id, then call errorlog-download for the links
)

// WaitOptions describe one wait.
type WaitOptions struct {
	Log        Log
	InstanceID string
	Method     PollMethod    // "" is PollRepeat
	Interval   time.Duration // a fixed pause between polls; 0: it grows by itself
	Timeout    time.Duration // of the whole wait; must be positive
	// Report, if set, is told how things stand before each pause.
	Report func(Progress)
}

// Progress is how a wait stands.
type Progress struct {
	InstanceID string
	Waited     time.Duration
	Calls      int    // polls: of errorlog-download and of the task
	Status     string // the last word of the API; "" before the first answer
	Outage     error  // the fault that was met last, if no good answer has come since; else nil
}

const (
	linkMargin     = 30 * time.Second // a link that lives no longer than this is asked for anew
	extraPolls     = 3                // for an export that is done while a link is missing
	lastPollMargin = time.Second      // before the deadline: room for one more poll
)

// WaitForExport starts the export of an instance's error log and returns its links, or says why there are none: a
// [*TimeoutError], an [*InterruptedError], an [*ExportError], a [*MissingLinkError], or the API's refusal. Where some
// files failed and others are good it returns those, with status FAILED. The first call goes out at once.
func (c *Client) WaitForExport(ctx context.Context, o WaitOptions) (*Export, error) {
	bounded, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	w := &wait{client: c, options: o, start: c.clock.Now(), tasks: tasks{on: o.Method == PollTask}}
	w.deadline = w.start.Add(o.Timeout)
	for {
		answer, err := w.poll(bounded)
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
	}
}

// wait is the state of one wait.
type wait struct {
	client          *Client
	options         WaitOptions
	start, deadline time.Time

	calls      int
	status     string    // the last word of the API, of either kind of poll
	last       *Export   // the last good answer
	lastAt     time.Time // when it came
	fault      error     // the last fault met
	outage     error     // that fault, until a good answer comes
	incomplete int       // answers that said done and left a link out
	refreshed  bool      // links about to expire were asked for anew
	tasks      tasks
}

// poll asks once whether the export is done. A nil answer without an error means: not yet, says the task.
func (w *wait) poll(ctx context.Context) (*Export, error) {
	if id := w.tasks.pending(w.last); id != "" && w.askTask(ctx, id) {
		return nil, nil //nolint:nilnil // documented: not yet
	}
	answer, err := w.ask(ctx)
	if err != nil || w.refreshed || !w.linksExpire(answer) {
		return answer, err
	}
	w.refreshed = true // each answer signs its links anew, so one more call is enough
	fresh, err := w.ask(ctx)
	if err != nil && w.endurable(ctx, err) && !w.linksDead(answer) {
		return answer, nil // old links are better than none
	}
	return fresh, err
}

// endurable says that a call failed for a reason that passes or because the time is up, and not because the caller
// has left.
func (w *wait) endurable(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return errors.Is(ctx.Err(), context.DeadlineExceeded)
	}
	return w.passes(err)
}

// passes says that a fault may be gone with the next poll. Once the API has answered well, that holds too for a name
// that can't be resolved, and for a page of something that stands in the API's place.
func (w *wait) passes(err error) bool {
	if passing(err) {
		return true
	}
	var refusal *Error
	return w.last != nil && (transport.NoSuchHost(err) || errors.As(err, &refusal) && refusal.foreign())
}

func (w *wait) ask(ctx context.Context) (*Export, error) {
	w.calls++
	answer, err := w.client.RequestExport(ctx, w.options.Log, w.options.InstanceID)
	if err != nil {
		return nil, err
	}
	w.last, w.lastAt = answer, w.client.clock.Now()
	w.heard(answer.Status)
	return answer, nil
}

func (w *wait) heard(status string) { w.status, w.outage = status, nil }

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
			return false, &MissingLinkError{Progress: w.progress(), Last: answer}
		}
	}
	if answer.Links() == 0 && (len(answer.Files) > 0 || answer.Status == StatusFailed) {
		return false, &ExportError{Progress: w.progress(), Last: answer, FailReason: w.failReason(ctx, answer)}
	}
	return true, nil
}

// endure keeps a fault that may pass, and returns one that will not. A server that refuses even the first connection,
// in all the transport's attempts, is more likely a wrong address than a passing fault.
func (w *wait) endure(err error) error {
	firstContact := w.last == nil && w.fault == nil
	if !w.passes(err) || firstContact && transport.NeverSent(err) {
		return err
	}
	w.endured(err)
	return nil
}

func (w *wait) endured(fault error) { w.fault, w.outage = fault, fault }

// cutOff keeps the fault behind a call that the end of the time cut off: the one for which it was being retried, or
// that it had no answer.
func (w *wait) cutOff(err error) {
	var caller interface{ Permanent() bool } // a login that was cut off, say
	var abandoned *transport.AbandonedError
	var timeout *transport.TimeoutError
	switch {
	case errors.As(err, &caller):
		w.endured(err)
	case errors.As(err, &abandoned):
		w.endured(abandoned.Fault)
	case errors.As(err, &timeout):
		w.endured(err)
	}
}

// linksExpire says that an export is done and that one of its links is of no use any more.
func (w *wait) linksExpire(answer *Export) bool {
	return answer.Done() && w.someLinkEnds(answer, linkMargin)
}

// linksDead says that a link of the last answer can't be used at all any more.
func (w *wait) linksDead(last *Export) bool { return w.someLinkEnds(last, 0) }

// someLinkEnds says that some link of the last answer ends within this time. The server's clock counts, where the
// answer shows it: ours may be off.
func (w *wait) someLinkEnds(answer *Export, within time.Duration) bool {
	now := w.client.clock.Now()
	if !answer.ServerTime.IsZero() {
		now = answer.ServerTime.Add(now.Sub(w.lastAt))
	}
	return slices.ContainsFunc(answer.Files, func(f ExportFile) bool {
		return f.Link != "" && !f.ExpiresAt.IsZero() && f.ExpiresAt.Sub(now) < within
	})
}

// pause sleeps until the next poll. The last poll comes shortly before the deadline, where that is not too soon after
// the one before.
func (w *wait) pause(ctx context.Context) error {
	if w.options.Report != nil {
		w.options.Report(w.progress())
	}
	waited := w.client.clock.Now().Sub(w.start)
	left := w.options.Timeout - waited
	pause := w.options.Interval
	if pause == 0 {
		pause = pauseAfter(waited, w.client.random())
	}
	if pause > left-lastPollMargin {
		pause = left - lastPollMargin
		if pause < shortestPause {
			pause = left // no time for another poll
		}
	}
	if left-pause < lastPollMargin+shortestPause {
		w.tasks.on = false // the next poll is the last: it asks for the links themselves
	}
	if err := w.client.clock.Sleep(ctx, pause); err != nil {
		return err
	}
	if !w.client.clock.Now().Before(w.deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func (w *wait) progress() Progress {
	return Progress{InstanceID: w.options.InstanceID, Waited: w.client.clock.Now().Sub(w.start), Calls: w.calls, Status: w.status, Outage: w.outage}
}

// ended says what a wait has that ends before the export does: the links of a failed export whose last files never
// came, or why there are none.
func (w *wait) ended(caller context.Context) (*Export, error) {
	if caller.Err() != nil {
		return nil, &InterruptedError{Progress: w.progress(), Last: w.last, Err: caller.Err()}
	}
	if w.last != nil && w.last.Status == StatusFailed && w.last.Links() > 0 && !w.linksDead(w.last) {
		return w.last, nil
	}
	return nil, &TimeoutError{Progress: w.progress(), Timeout: w.options.Timeout, Last: w.last, Fault: w.fault}
}
