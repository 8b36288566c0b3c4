// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"time"
)

// taskMisses is how often a task may be asked for in vain before the wait goes on without it: the id of a new task
// can take several seconds to be found.
const taskMisses = 3

// errUnknownWord is a task's status that the jobs API's page does not list.
var errUnknownWord = errors.New("the task's status is a word that is not known")

// taskPatience bounds a question about a task: the wait can do without an answer, and somebody waits for the links,
// or to read why there are none.
const taskPatience = 10 * time.Second

// tasks is what the wait remembers of the poll method "task". The page of the jobs API does not list the export of
// logs among the kinds of task that can be asked for, so it must be able to do without.
type tasks struct {
	on     bool   // ask for the task while it can be asked for
	misses int    // answers "no such task"
	done   string // a task that has ended; the links are errorlog-download's to give
}

// pending returns the id of the task to ask for, or "" where errorlog-download must be called: for the first poll,
// after the task has ended, and where there is no task to ask for.
func (t *tasks) pending(last *Export) string {
	if !t.on || last == nil {
		return ""
	}
	for _, f := range last.Files {
		if f.Pending() && f.WorkflowID != "" && f.WorkflowID != t.done {
			return f.WorkflowID
		}
	}
	return ""
}

// askTask says whether a task still runs. Where it has ended or can't be asked for, errorlog-download is asked next,
// in the same poll.
func (w *wait) askTask(ctx context.Context, id string) (running bool) {
	w.calls++
	ctx, cancel := context.WithTimeout(ctx, taskPatience)
	defer cancel()
	job, err := w.client.Job(ctx, id)
	if err != nil {
		w.tasks.missed(err)
		return false
	}
	switch job.Status {
	case JobRunning:
		w.heard(job.Status)
		return true
	case JobCompleted, JobFailed:
		w.tasks.done = id
		return false
	default: // a word that nobody knows must not hide links that are there
		w.tasks.missed(errUnknownWord)
		return false
	}
}

// missed notes that a task could not be asked for. It never ends the wait: errorlog-download knows better.
func (t *tasks) missed(err error) {
	t.misses++
	var refusal *Error
	mayCome := !errors.As(err, &refusal) || refusal.Kind == KindNoSuchJob || refusal.Kind == KindNotFound || refusal.Kind.Passing()
	t.on = mayCome && t.misses < taskMisses
}

// failReason asks the task of a failed export why it failed, whatever the poll method; "" where there is no saying.
// It does not take long: the failure is known, and somebody waits to read it.
func (w *wait) failReason(ctx context.Context, answer *Export) string {
	ctx, cancel := context.WithTimeout(ctx, taskPatience)
	defer cancel()
	for _, f := range answer.Files {
		if !f.Failed() || f.WorkflowID == "" {
			continue
		}
		job, err := w.client.Job(ctx, f.WorkflowID)
		if err != nil {
			return ""
		}
		return job.FailReason
	}
	return ""
}
