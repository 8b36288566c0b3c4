// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
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

// window is the time that a call asks for.
type window struct{ from, to time.Time }

// readWindow reads the start and the end of a call's time. Assumptions 41 to 43.
func readWindow(start, end string, now time.Time) (window, *problem) {
	var times [2]time.Time
	for i, text := range []string{start, end} {
		if text == "" {
			return window{}, badParameter("The start or the end of the time is missing.")
		}
		at, err := time.Parse(cloudTime, text)
		if err != nil || strings.HasSuffix(text, "Z") {
			return window{}, &problem{http.StatusBadRequest, "DBS.01010023", "The time must have the form yyyy-mm-ddThh:mm:ss+0000."}
		}
		times[i] = at
	}
	if times[1].Before(times[0]) {
		return window{}, badParameter("The end of the time is before its start.")
	}
	if month := now.AddDate(0, 0, -31); times[0].Before(month) {
		times[0] = month
	}
	return window{times[0], times[1]}, nil
}

// has reports whether a time is in the window. Both count in seconds, and the ends belong to it.
func (w window) has(at time.Time) bool {
	at = at.Truncate(time.Second)
	return !at.Before(w.from.Truncate(time.Second)) && !at.After(w.to)
}

// readNumber reads a number within bounds; an empty text means the default. Assumption 41.
func readNumber(name, text string, fallback, least, most int) (int, *problem) {
	if text == "" {
		return fallback, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, badParameter("The parameter " + name + " is out of range.")
	}
	return n, nil
}

// page returns limit elements of a list from an index on.
func page[T any](list []T, from, limit int) []T {
	from = min(from, len(list))
	return list[from:min(from+limit, len(list))]
}

var errorLevels = []string{"ALL", "INFO", "LOG", "WARNING", "ERROR", "FATAL", "PANIC", "NOTE"}

type errorRow struct {
	Time    string `json:"time"`
	Level   string `json:"level"`
	Content string `json:"content"`
}

// listErrors answers GET /v3/{project_id}/instances/{instance_id}/errorlog. Assumptions 37 to 41.
func (s *Server) listErrors(w http.ResponseWriter, r *http.Request, in project, instanceID string) {
	query := r.URL.Query()
	asked, refused := readWindow(query.Get("start_date"), query.Get("end_date"), s.now())
	var number, limit int
	if refused == nil {
		number, refused = readNumber("offset", query.Get("offset"), 1, 1, 1<<30)
	}
	if refused == nil {
		limit, refused = readNumber("limit", query.Get("limit"), 10, 1, 100)
	}
	level := query.Get("level")
	if level == "" {
		level = "ALL"
	}
	if refused == nil && !slices.Contains(errorLevels, level) {
		refused = badParameter("The parameter level is not known.")
	}
	if refused != nil {
		refused.write(w)
		return
	}
	one, refused := s.openInstance(in, instanceID)
	if refused == nil {
		refused = one.rowsRefusal
	}
	if refused != nil { // Assumption 46.
		refused.write(w)
		return
	}
	rows := s.errorRows(in, one, asked, level)
	writeJSON(w, http.StatusOK, map[string]any{
		"error_log_list": page(rows, (number-1)*limit, limit), "total_record": len(rows),
	})
}

// errorRows returns the rows, newest first. Assumptions 38, 39 and 44.
func (s *Server) errorRows(in project, one instance, asked window, level string) []errorRow {
	s.mu.Lock()
	log := s.events(instanceKey{in.id, one.id}, one, errorLog)
	s.mu.Unlock()
	rows := []errorRow{}
	for _, e := range slices.Backward(log.events) {
		at := log.time(e)
		if len(rows) == mostRows {
			break
		}
		if (level == "ALL" || level == e.level) && asked.has(at) {
			content := strings.Join(append([]string{e.message}, e.parts...), "\n")
			rows = append(rows, errorRow{at.UTC().Format("2006-01-02T15:04:05"), e.level, content})
		}
	}
	return rows
}
