// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"html"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

type statisticsRequest struct {
	StartTime string `json:"start_time"`
	EndTime   string `json:"end_time"`
	Offset    int    `json:"offset"`
	Limit     int    `json:"limit"`
	Type      string `json:"type"`
	Database  string `json:"database"`
	Sort      string `json:"sort"`
	Order     string `json:"order"`
}

// slowStatement is one element of the answer. MySQL's have lock_time and rows as well.
type slowStatement struct {
	Count       string `json:"count"`
	Time        string `json:"time"`
	Database    string `json:"database"`
	Users       string `json:"users"`
	QuerySample string `json:"query_sample"`
	ClientIP    string `json:"client_ip"`
	Type        string `json:"type"`
}

// summarizeSlowLog answers POST /v3.1/{project_id}/instances/{instance_id}/slow-logs/statistics. Assumption 56.
func (s *Server) summarizeSlowLog(r *http.Request, in project, instanceID string) (any, *problem) {
	request := statisticsRequest{Limit: 10}
	var p parameters
	if refused := readJSON(r, &request); refused != nil {
		return nil, refused
	}
	asked := p.window(request.StartTime, request.EndTime, s.now())
	offset := p.number("offset", strconv.Itoa(request.Offset), 0, 0, 1<<30)
	limit := p.number("limit", strconv.Itoa(request.Limit), 10, 1, 100)
	p.oneOf("type", request.Type, "ALL", "INSERT", "UPDATE", "SELECT", "DELETE", "CREATE")
	p.oneOf("order", request.Order, "desc", "asc")
	if strings.ContainsAny(request.Database, "<>&") {
		p.refuse(badParameter("The parameter database has a special character."))
	}
	if p.refused != nil {
		return nil, p.refused
	}
	one, refused := s.instanceWithRows(in, instanceID)
	if refused != nil {
		return nil, refused
	}
	statements := s.slowStatements(in, one, asked, request)
	return object{"slow_log_list": page(statements, offset, limit), "total_count": len(statements)}, nil
}

// slowGroup is what belongs to one line of the statistics. Assumption 58.
type slowGroup struct{ statement, database, user, client string }

// total sums up the executions of a group, in milliseconds.
type total struct {
	count int
	ms    float64
}

func (t total) average() float64 { return t.ms / float64(t.count) }

var (
	slowEvent = regexp.MustCompile(`(?s)^duration: ([0-9.]+) ms  (?:statement|(?:parse|bind|execute) .*?): (.+)$`)
	address   = regexp.MustCompile(`^(\d+)\.\d+\.\d+\.(\d+)$`)
	// literal matches what is masked, and, so that they stay, names in quotes and parameters such as $1.
	literal = regexp.MustCompile(`"[^"]*"|\$\d+|'(?:[^']|'')*'|\b\d+(?:\.\d+)?\b`)
)

// slowStatements groups the slow statements of a window. Assumptions 57 and 58.
func (s *Server) slowStatements(in project, one Instance, asked window, request statisticsRequest) []slowStatement {
	s.mu.Lock()
	log := s.events(in, one, slowLog)
	s.mu.Unlock()
	totals := map[slowGroup]total{}
	all := 0
	for _, e := range log.events {
		m := slowEvent.FindStringSubmatch(e.message)
		if m == nil || !asked.has(log.time(e)) || request.Database != "" && request.Database != e.database {
			continue
		}
		group := slowGroup{normalize(m[2]), e.database, e.user, maskClient(e.client)}
		if request.Type != "" && request.Type != "ALL" && request.Type != group.kind() {
			continue
		}
		ms, _ := strconv.ParseFloat(m[1], 64) // "1.2.3" counts as 0: PostgreSQL never writes it
		totals[group] = total{totals[group].count + 1, totals[group].ms + ms}
		all++
	}
	list := []slowStatement{}
	for _, group := range order(totals, request) {
		t := totals[group]
		list = append(list, slowStatement{
			Count:    fmt.Sprintf("%d (%.2f%%)", t.count, 100*float64(t.count)/float64(all)),
			Time:     fmt.Sprintf("%.5f s", t.average()/1000),
			Database: html.EscapeString(group.database), Users: group.user,
			QuerySample: group.statement, ClientIP: group.client, Type: group.kind(),
		})
	}
	return list
}

// order sorts the groups by average time or by number, largest first unless asked otherwise. Assumption 56.
func order(totals map[slowGroup]total, request statisticsRequest) []slowGroup {
	return slices.SortedFunc(maps.Keys(totals), func(a, b slowGroup) int {
		byValue := cmp.Compare(totals[a].count, totals[b].count)
		if request.Sort == "executeTime" {
			byValue = cmp.Compare(totals[a].average(), totals[b].average())
		}
		if request.Order != "asc" {
			byValue = -byValue
		}
		return cmp.Or(byValue, cmp.Compare(a.statement, b.statement), cmp.Compare(a.database, b.database),
			cmp.Compare(a.user, b.user), cmp.Compare(a.client, b.client))
	})
}

// kind returns the first word of the statement.
func (g slowGroup) kind() string {
	word, _, _ := strings.Cut(g.statement, " ")
	return strings.ToUpper(strings.TrimRight(word, ";"))
}

// normalize masks the literals of a statement by N and joins its lines.
func normalize(statement string) string {
	masked := literal.ReplaceAllStringFunc(statement, func(found string) string {
		if found[0] == '"' || found[0] == '$' {
			return found
		}
		return "N"
	})
	return strings.Join(strings.Fields(masked), " ")
}

// maskClient hides the middle of an address: 10.1.2.3(40000) becomes 10.*.*.3.
func maskClient(client string) string {
	host, _, _ := strings.Cut(client, "(")
	return address.ReplaceAllString(host, "$1.*.*.$2")
}
