// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// States of a task. The API writes "Running"; this package compares upper case.
const (
	JobRunning   = "RUNNING"
	JobCompleted = "COMPLETED"
	JobFailed    = "FAILED"
)

// Job is a task of the cloud.
type Job struct {
	ID         string
	Status     string // upper case
	FailReason string // comes with FAILED; printable
}

type jobAnswer struct {
	Job *struct {
		ID         scalar `json:"id"`
		Status     scalar `json:"status"`
		FailReason scalar `json:"fail_reason"`
	} `json:"job"`
}

// Job asks for a task: GET /v3/{project_id}/jobs?id={job_id}. The page lists the kinds of task that can be asked for, and
// the export of a log is not among them. So an [*Error] means nothing for the export.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	var wire jobAnswer
	m, err := c.get(ctx, url.Values{"id": {id}}, &wire, "jobs")
	if err != nil {
		return nil, err
	}
	if wire.Job == nil {
		return nil, m.undecodable(errors.New("the answer holds no job"))
	}
	return &Job{ID: wire.Job.ID.text(), Status: wire.Job.Status.upper(), FailReason: apierror.Message(wire.Job.FailReason.text())}, nil
}

const (
	taskMisses   = 3                // failed questions until the wait does without the task: a new task's ID appears late
	taskPatience = 10 * time.Second // for one question: the wait can do without its answer
)

var errUnknownWord = errors.New("the task has an unknown status")

// tasks is what the wait remembers of the poll method "task".
type tasks struct {
	on     bool   // the task can still be asked for
	misses int    // failed questions
	done   string // the ID of a task that has ended
}

// pending returns the ID of the task to ask for, or "" if the export itself must be asked for.
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

// askTask reports whether a task still runs. If not, or if it is not known, the same poll asks for the export.
func (w *wait) askTask(ctx context.Context, id string) (running bool) {
	job, err := w.job(ctx, id)
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
	default: // an unknown word must not hide links that are ready
		w.tasks.missed(errUnknownWord)
		return false
	}
}

func (w *wait) job(ctx context.Context, id string) (*Job, error) {
	ctx, cancel := context.WithTimeout(ctx, taskPatience)
	defer cancel()
	return w.client.Job(w.counted(ctx), id)
}

// missed notes a failed question. It never ends the wait.
func (t *tasks) missed(err error) {
	t.misses++
	var refusal *Error
	mayCome := !errors.As(err, &refusal) || refusal.Kind == apierror.NoSuchJob || refusal.Kind == apierror.NotFound || refusal.Kind.Passing()
	t.on = mayCome && t.misses < taskMisses
}

// failReason returns why an export failed, from the task of the failed file; "" if the task cannot be asked for.
func (w *wait) failReason(ctx context.Context, answer *Export) string {
	for _, f := range answer.Files {
		if !f.Failed() || f.WorkflowID == "" {
			continue
		}
		job, err := w.job(ctx, f.WorkflowID)
		if err != nil {
			return ""
		}
		return job.FailReason
	}
	return ""
}
