// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// errorLogAnswer is the answer of errorlog-download, in the order of the API's page.
type errorLogAnswer struct {
	List   []entry `json:"list"`
	Status string  `json:"status"`
	Count  int     `json:"count"`
}

// entry is one file. What is raw may be absent, null or there.
type entry struct {
	WorkflowID string          `json:"workflow_id"`
	FileName   string          `json:"file_name"`
	Status     string          `json:"status"`
	FileSize   json.RawMessage `json:"file_size,omitempty"`
	FileLink   json.RawMessage `json:"file_link,omitempty"`
	CreateAt   int64           `json:"create_at"`
	UpdateAt   json.RawMessage `json:"update_at,omitempty"`
}

var jsonNull = json.RawMessage("null")

// errorLog answers POST /v3/{project_id}/instances/{instance_id}/errorlog-download.
func (s *Server) errorLog(w http.ResponseWriter, r *http.Request, in project, segments []string) {
	id, err := url.PathUnescape(segments[3])
	if err != nil {
		unknownPath(w, r)
		return
	}
	if refused := checkBody(r); refused != nil {
		refused.writeAPI(w)
		return
	}
	if replaced, ok := s.options.answers[id]; ok {
		replaced(w, r)
		return
	}
	one := findInstance(in, id)
	if one.refusal != nil {
		one.refusal.writeAPI(w)
		return
	}
	if one.busy && s.stillBusy(in, id) {
		p := problem{
			http.StatusConflict, "DBS.200011",
			"The DB instance is being operated on. Another operation is in progress. Try again later.",
		}
		p.writeAPI(w)
		return
	}
	writeJSON(w, http.StatusOK, s.answerErrorLog(in, one))
}

// checkBody takes no body, or a JSON object that says it is one. Assumption 17.
func checkBody(r *http.Request) *problem {
	body := readBody(r)
	if len(body) == 0 {
		return nil
	}
	if !isJSON(r) {
		return &problem{http.StatusUnsupportedMediaType, "DBS.280001", "The Content-Type must be application/json."}
	}
	var object map[string]any
	if json.Unmarshal(body, &object) != nil || object == nil {
		return &problem{http.StatusBadRequest, "DBS.280001", "The request body must be a JSON object."}
	}
	return nil
}

func (s *Server) stillBusy(in project, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	key, now := in.id+"/"+id, s.now()
	if _, ok := s.busy[key]; !ok {
		s.busy[key] = now.Add(s.options.busyFor)
	}
	return now.Before(s.busy[key])
}

// answerErrorLog tells how far the instance's export is; it starts one where there is none.
func (s *Server) answerErrorLog(in project, one instance) errorLogAnswer {
	base := s.URL()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	e := s.currentExport(in, one, now)
	e.answers++

	a := errorLogAnswer{List: []entry{}, Status: "CREATING"}
	done := e.done(now) // Assumption 36: an export without files ends with an empty list.
	if done {
		a.Status = e.outcome()
	}
	if !done && s.options.emptyFirstAnswer && e.answers == 1 {
		return a
	}
	for i := range e.files {
		a.List = append(a.List, s.describeFile(e, &e.files[i], base, done, now))
	}
	a.Count = len(a.List)
	return a
}

// describeFile writes one entry. Assumptions 24 to 28.
func (s *Server) describeFile(e *export, f *exportFile, base string, done bool, now time.Time) entry {
	one := entry{WorkflowID: e.workflowID, FileName: f.name, CreateAt: now.UnixMilli()}
	switch {
	case !done:
		one.Status = "EXPORTING"
		if e.answers%2 == 0 {
			one.FileSize, one.FileLink, one.UpdateAt = jsonNull, jsonNull, jsonNull
		}
	case f.part.fails:
		one.Status = "FAILED"
		one.UpdateAt = number(now.UnixMilli())
	default:
		one.Status = "success"
		one.UpdateAt = number(now.UnixMilli())
		one.FileSize = text(strconv.FormatInt(f.content.size(), 10))
		if !f.part.noLink {
			one.FileLink = text(s.sign(base, f.name, now))
		}
	}
	return one
}

func number(n int64) json.RawMessage { return json.RawMessage(strconv.FormatInt(n, 10)) }

// text makes a JSON string of one that needs no escapes: links and digits.
func text(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }
