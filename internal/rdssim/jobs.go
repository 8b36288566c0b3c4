// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"strconv"
	"time"
)

// jobTime is how a job's times are written.
const jobTime = "2006-01-02T15:04:05-0700"

type jobAnswer struct {
	Job job `json:"job"`
}

type job struct {
	ID         string            `json:"id"`
	Name       string            `json:"name"`
	Status     string            `json:"status"`
	Created    string            `json:"created"`
	Ended      string            `json:"ended,omitempty"`
	Process    string            `json:"process"`
	Instance   map[string]string `json:"instance"`
	Entities   struct{}          `json:"entities"`
	FailReason string            `json:"fail_reason,omitempty"`
}

// showJob answers GET /v3/{project_id}/jobs?id=.
func (s *Server) showJob(w http.ResponseWriter, r *http.Request, in project, _ []string) {
	id := r.URL.Query().Get("id")
	if id == "" {
		p := problem{http.StatusBadRequest, "DBS.280001", "The parameter id is missing."}
		p.writeAPI(w)
		return
	}
	answer, ok := s.findJob(in, id)
	if !ok {
		p := problem{http.StatusBadRequest, "DBS.200543", "The job does not exist."}
		p.writeAPI(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (s *Server) findJob(in project, id string) (jobAnswer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, now := s.jobs[id], s.now()
	if e == nil || e.project.id != in.id || s.options.withoutJobs || now.Sub(e.started) < s.options.jobDelay {
		return jobAnswer{}, false
	}
	return jobAnswer{e.describe(now)}, true
}

// describe tells how far the task is. Assumptions 29 and 30.
func (e *export) describe(now time.Time) job {
	j := job{
		ID: e.workflowID, Name: "DownloadErrorLog", Status: "Running",
		Created:  e.started.UTC().Format(jobTime),
		Instance: map[string]string{"id": e.instance.id, "name": "rehearsal-" + e.instance.id[:4]},
	}
	switch {
	case e.instance.stuck:
		j.Process = "60% "
	case !e.done(now):
		j.Process = strconv.FormatInt(int64(100*now.Sub(e.started)/e.ends.Sub(e.started)), 10)
	case e.instance.failReason != "":
		j.Status, j.FailReason = "Failed", e.instance.failReason
	default:
		j.Status, j.Process = "Completed", "100"
	}
	if e.done(now) {
		j.Ended = e.ends.UTC().Format(jobTime)
	}
	return j
}
