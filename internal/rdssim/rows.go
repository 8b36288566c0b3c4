// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// cloudTime is how RDS reads and writes times with a zone.
const cloudTime = "2006-01-02T15:04:05-0700"

// mostRows is how many rows of a log can be read. Assumption 39.
const mostRows = 2000

func badParameter(why string) *problem {
	return &problem{http.StatusBadRequest, "DBS.280001", why}
}

// parameters reads the parameters of a call and keeps the first refusal. Assumptions 41, 49 and 59.
type parameters struct{ refused *problem }

func (p *parameters) refuse(refused *problem) {
	if p.refused == nil {
		p.refused = refused
	}
}

// number reads a number within bounds. An empty text means the fallback.
func (p *parameters) number(name, text string, fallback, least, most int) int {
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		p.refuse(badParameter("The parameter " + name + " is out of range."))
		return fallback
	}
	return n
}

// oneOf refuses a value that is neither empty nor known.
func (p *parameters) oneOf(name, value string, known ...string) string {
	if value != "" && !slices.Contains(known, value) {
		p.refuse(badParameter("The parameter " + name + " is not known."))
	}
	return value
}

// window is the time that a call asks for.
type window struct{ from, to time.Time }

// window reads the start and the end of a call's time. Assumptions 42 and 43.
func (p *parameters) window(start, end string, now time.Time) window {
	var times [2]time.Time
	for i, text := range []string{start, end} {
		at, err := time.Parse(cloudTime, text)
		switch {
		case text == "":
			p.refuse(badParameter("The start or the end of the time is missing."))
		case err != nil || strings.HasSuffix(text, "Z"):
			p.refuse(&problem{http.StatusBadRequest, "DBS.01010023", "The time must have the form yyyy-mm-ddThh:mm:ss+0000."})
		}
		times[i] = at
	}
	if times[1].Before(times[0]) {
		p.refuse(badParameter("The end of the time is before its start."))
	}
	if month := now.AddDate(0, 0, -31); times[0].Before(month) {
		times[0] = month
	}
	return window{times[0], times[1]}
}

// has reports whether a time is in the window. Both count in seconds, and the ends belong to it.
func (w window) has(at time.Time) bool {
	at = at.Truncate(time.Second)
	return !at.Before(w.from.Truncate(time.Second)) && !at.After(w.to)
}

// page returns limit elements of a list from an index on.
func page[T any](list []T, from, limit int) []T {
	from = min(from, len(list))
	return list[from:min(from+limit, len(list))]
}

type errorRow struct {
	Time    string `json:"time"`
	Level   string `json:"level"`
	Content string `json:"content"`
}

// listErrors answers GET /v3/{project_id}/instances/{instance_id}/errorlog: rows, newest first. Assumptions 37 to 40.
func (s *Server) listErrors(r *http.Request, in project, instanceID string) (any, *problem) {
	query := r.URL.Query()
	var p parameters
	asked := p.window(query.Get("start_date"), query.Get("end_date"), s.now())
	number := p.number("offset", query.Get("offset"), 1, 1, 1<<30)
	limit := p.number("limit", query.Get("limit"), 10, 1, 100)
	level := p.oneOf("level", query.Get("level"), "ALL", "INFO", "LOG", "WARNING", "ERROR", "FATAL", "PANIC", "NOTE")
	if p.refused != nil {
		return nil, p.refused
	}
	one, refused := s.instanceWithRows(in, instanceID)
	if refused != nil {
		return nil, refused
	}
	s.mu.Lock()
	log := s.events(in, one, errorLog)
	s.mu.Unlock()
	rows := []errorRow{}
	for _, e := range slices.Backward(log.events) {
		at := log.time(e)
		if len(rows) == mostRows {
			break
		}
		if (level == "" || level == "ALL" || level == e.level) && asked.has(at) {
			content := strings.Join(append([]string{e.message}, e.parts...), "\n") // Assumption 44.
			rows = append(rows, errorRow{at.UTC().Format("2006-01-02T15:04:05"), e.level, content})
		}
	}
	return object{"error_log_list": page(rows, (number-1)*limit, limit), "total_record": len(rows)}, nil
}

// instanceWithRows returns the instance of a call for rows or statistics. Assumption 46.
func (s *Server) instanceWithRows(in project, instanceID string) (Instance, *problem) {
	one, refused := s.openInstance(in, instanceID)
	return one, cmp.Or(refused, one.rowsRefusal)
}
