// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// exportedLog is a log that can be exported.
type exportedLog struct {
	name       string // in the names of its files
	title      string
	job        string // the name of the task
	hasUpdated bool   // whether entries have update_at
}

// Assumptions 53 and 54.
var (
	errorLog = exportedLog{"errorlog", "error log", "DownloadErrorLog", true}
	slowLog  = exportedLog{"slowlog", "slow query log", "DownloadSlowLog", false}
)

// export is one run of the task that makes an instance's log files. Its state follows from the time alone: nothing
// runs in the background.
type export struct {
	workflowID string
	log        exportedLog
	instance   Instance
	project    project
	started    time.Time
	ends       time.Time
	answers    int
	files      []exportFile
}

// exportFile is one file of an export, and one object of the object store.
type exportFile struct {
	name     string
	ends     fileEnd
	content  content
	modified time.Time
}

func (e *export) done(now time.Time) bool {
	return !e.instance.stuck && !now.Before(e.ends)
}

// currentExport returns an instance's export. It starts one if there is none or its files are too old. The caller holds
// the lock. Assumptions 18 and 19.
func (s *Server) currentExport(in project, one Instance, log exportedLog, now time.Time) *export {
	key := in.key(one.ID) + "/" + log.name // Assumption 55.
	if e := s.exports[key]; e != nil && (!e.done(now) || now.Sub(e.ends) < s.options.logLife) {
		return e
	}
	s.sequence++
	e := &export{
		workflowID: workflowID(fmt.Sprintf("%s %d", in.key(one.ID), s.sequence)),
		log:        log, instance: one, project: in,
		started: now, ends: now.Add(s.options.exportDuration),
	}
	events := s.events(in, one, log)
	for i, end := range one.files {
		f := exportFile{
			name: fileName(in, one.ID, log, now.Add(time.Duration(i)*time.Millisecond)),
			ends: end, modified: e.ends, content: events.part(i, len(one.files)),
		}
		if s.options.fileSize >= 0 {
			f.content = generatedLog{f.name, s.options.fileSize}
		}
		e.files = append(e.files, f)
		s.objects[f.name] = f // also a failed file: it has no link
	}
	s.exports[key] = e
	s.jobs[e.workflowID] = e
	return e
}

// fileName has the page's form: 32 hex digits, here for the instance in its project, and a time. Assumption 28.
func fileName(in project, instanceID string, log exportedLog, at time.Time) string {
	owner := hexID("owner of " + in.key(instanceID))
	if in.ID == ProjectID && instanceID == InstanceHealthy {
		owner = "054bc9c1f680d55c1f36c006e5a9f67b" // as in the page's example
	}
	stamp := at.UTC().Format("20060102150405.000")
	return owner + "_" + log.name + "_download_" + stamp[:14] + stamp[15:]
}

// workflowID has the form of a UUID.
func workflowID(of string) string {
	h := hexID("workflow " + of)
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// exportAnswer is the answer to errorlog-download and slowlog-download, in the order of their pages.
type exportAnswer struct {
	List   []entry `json:"list"`
	Status string  `json:"status"`
	Count  int     `json:"count"`
}

// entry is one file. A value of type any may be absent (nil) or null.
type entry struct {
	WorkflowID string `json:"workflow_id"`
	FileName   string `json:"file_name"`
	Status     string `json:"status"`
	FileSize   any    `json:"file_size,omitempty"`
	FileLink   any    `json:"file_link,omitempty"`
	CreateAt   int64  `json:"create_at"`
	UpdateAt   any    `json:"update_at,omitempty"`
}

// exporter answers POST /v3/{project_id}/instances/{instance_id}/{log}-download.
func (s *Server) exporter(log exportedLog) projectHandler {
	return func(r *http.Request, in project, instanceID string) (any, *problem) {
		if len(readBody(r)) > 0 { // Assumption 17.
			if refused := readJSON(r, &object{}); refused != nil {
				return nil, refused
			}
		}
		one, refused := s.openInstance(in, instanceID)
		if refused != nil {
			return nil, refused
		}
		return s.describeExport(in, one, log), nil
	}
}

// readJSON decodes a body that must be a JSON object.
func readJSON(r *http.Request, into any) *problem {
	if !isJSON(r) {
		return &problem{http.StatusUnsupportedMediaType, "DBS.280001", "The Content-Type must be application/json."}
	}
	body := readBody(r)
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) || json.Unmarshal(body, into) != nil {
		return badParameter("The request body must be a JSON object with fields of the right type.")
	}
	return nil
}

func (s *Server) describeExport(in project, one Instance, log exportedLog) exportAnswer {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	e := s.currentExport(in, one, log, now)
	e.answers++

	a := exportAnswer{List: []entry{}, Status: "CREATING"}
	switch {
	case e.done(now) && slices.Contains(one.files, fails): // Assumption 20.
		a.Status = "FAILED"
	case e.done(now):
		a.Status = "finish"
	}
	for _, f := range e.files { // Assumption 36: without files, the list is empty.
		a.List = append(a.List, s.describeFile(e, f, now))
	}
	a.Count = len(a.List)
	return a
}

// describeFile writes one entry. The caller holds the lock. Assumptions 24 to 28.
func (s *Server) describeFile(e *export, f exportFile, now time.Time) entry {
	null := json.RawMessage("null")
	one := entry{WorkflowID: e.workflowID, FileName: f.name, CreateAt: now.UnixMilli(), UpdateAt: now.UnixMilli()}
	switch {
	case !e.done(now) && e.answers%2 == 0:
		one.Status, one.FileSize, one.FileLink, one.UpdateAt = "EXPORTING", null, null, null
	case !e.done(now):
		one.Status, one.UpdateAt = "EXPORTING", nil
	case f.ends == fails:
		one.Status = "FAILED"
	default:
		one.Status, one.FileSize = "success", strconv.FormatInt(f.content.size(), 10)
		if f.ends != noLink {
			one.FileLink = s.sign(f.name, now)
		}
	}
	if !e.log.hasUpdated {
		one.UpdateAt = nil
	}
	return one
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
func (s *Server) showJob(r *http.Request, in project, _ string) (any, *problem) {
	id := r.URL.Query().Get("id")
	if id == "" {
		return nil, badParameter("The parameter id is missing.")
	}
	s.mu.Lock()
	e, now := s.jobs[id], s.now()
	s.mu.Unlock()
	if e == nil || e.project.ID != in.ID {
		return nil, &problem{http.StatusBadRequest, "DBS.200543", "The job does not exist."}
	}
	return object{"job": e.job(now)}, nil
}

// job describes the task of an export. Assumptions 29 and 30.
func (e *export) job(now time.Time) job {
	j := job{
		ID: e.workflowID, Name: e.log.job, Status: "Running",
		Created:  e.started.UTC().Format(cloudTime),
		Instance: map[string]string{"id": e.instance.ID, "name": e.instance.Name},
	}
	switch {
	case e.instance.stuck:
		j.Process = "60% "
	case !e.done(now):
		j.Process = strconv.FormatInt(int64(100*now.Sub(e.started)/e.ends.Sub(e.started)), 10)
	case e.instance.failReason != "":
		j.Status, j.FailReason = "Failed", fmt.Sprintf(e.instance.failReason, e.log.title)
	default:
		j.Status, j.Process = "Completed", "100"
	}
	if e.done(now) {
		j.Ended = e.ends.UTC().Format(cloudTime)
	}
	return j
}
