// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"time"
)

// export is one run of the task that makes an instance's log files. Its state follows from the time alone: nothing
// runs.
type export struct {
	workflowID string
	instance   instance
	project    project
	started    time.Time
	ends       time.Time
	answers    int
	files      []exportFile
}

// exportFile is one file of an export, and one object of the object store.
type exportFile struct {
	name     string
	part     part
	content  content
	modified time.Time
}

// timeInName is how a file's name holds the time of its making, without the point: 20200515080614589.
const timeInName = "20060102150405.000"

func (e *export) done(now time.Time) bool {
	return !e.instance.stuck && !now.Before(e.ends)
}

// outcome is the status of an export that is done: one failed file makes the whole FAILED. Assumption 20.
func (e *export) outcome() string {
	for _, f := range e.files {
		if f.part.fails {
			return "FAILED"
		}
	}
	return "finish"
}

// currentExport finds the instance's export, or starts one where there is none or its files are too old. The caller
// holds the lock. Assumptions 18 and 19.
func (s *Server) currentExport(in project, one instance, now time.Time) *export {
	key := in.id + "/" + one.id
	if e := s.exports[key]; e != nil && (!e.done(now) || now.Sub(e.ends) < s.options.logLife) {
		return e
	}
	s.sequence++
	e := &export{
		workflowID: workflowID(fmt.Sprintf("%s %d", key, s.sequence)),
		instance:   one, project: in,
		started: now, ends: now.Add(s.options.exportDuration),
	}
	for i, p := range one.parts {
		f := exportFile{
			name: fileName(in, one.id, now.Add(time.Duration(i)*time.Millisecond)),
			part: p, modified: e.ends,
		}
		f.content = s.content(f.name, p, len(one.parts))
		e.files = append(e.files, f)
		s.objects[f.name] = f // also a file that failed: without a signed link, nobody can ask for it
	}
	s.exports[key] = e
	s.jobs[e.workflowID] = e
	return e
}

// fileName is of the page's form: 32 hex digits, which stand for the instance in its project here, and a time in UTC.
// Assumption 28.
func fileName(in project, instanceID string, at time.Time) string {
	owner := hexID("owner of " + in.id + "/" + instanceID)
	if in.id == ProjectID && instanceID == InstanceHealthy {
		owner = "054bc9c1f680d55c1f36c006e5a9f67b" // as in the page's example
	}
	stamp := at.UTC().Format(timeInName)
	return owner + "_errorlog_download_" + stamp[:14] + stamp[15:]
}

// workflowID is a UUID in form.
func workflowID(of string) string {
	h := hexID("workflow " + of)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}
