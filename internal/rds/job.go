// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"encoding/json"
	"errors"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Words for the state of a task, upper case as this package shows them; the API writes "Running".
const (
	JobRunning   = "RUNNING"
	JobCompleted = "COMPLETED"
	JobFailed    = "FAILED"
)

// Job is a task of the cloud, as GET /v3/{project_id}/jobs shows it.
type Job struct {
	ID         string
	Status     string // upper case
	FailReason string // comes with FAILED; printable
}

func decodeJob(body []byte) (*Job, error) {
	var wire struct {
		Job *struct {
			ID         scalar `json:"id"`
			Status     scalar `json:"status"`
			FailReason scalar `json:"fail_reason"`
		} `json:"job"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return nil, describeJSON(err)
	}
	if wire.Job == nil {
		return nil, errors.New("the answer holds no job")
	}
	return &Job{ID: wire.Job.ID.text, Status: wire.Job.Status.upper(), FailReason: apierror.Message(wire.Job.FailReason.text)}, nil
}
