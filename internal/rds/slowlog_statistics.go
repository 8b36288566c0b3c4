// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// SlowSort is an order of slow statements, highest first.
type SlowSort string

// The orders of slow statements.
const (
	SortByCount SlowSort = ""            // by executions
	SortByTime  SlowSort = "executeTime" // by average execution time
)

// MaxSlowStatements is the largest limit of a [SlowQuery].
const MaxSlowStatements = 500

const (
	slowPage  = 100 // the API's longest page
	slowPages = 100 // against a server that never ends
)

// SlowQuery selects slow statements of an instance.
type SlowQuery struct {
	InstanceID string
	Start, End time.Time // at most a month ago; to the second
	Sort       SlowSort
	Limit      int    // from 1 to MaxSlowStatements
	Database   string // "": all
}

// SlowStatement is a group of slow executions of one statement. Text that the API did not send is "", and a number
// that cannot be read is nil.
type SlowStatement struct {
	Statement   string // with N in place of its values; it may still hold data of the database
	Count       *int64
	Share       *float64 // of all executions, in percent
	AverageTime *float64 // seconds
	Database    string   // with special characters escaped by the API
	Users       string
	Client      string // an address, partly masked by the API
	Type        string // such as SELECT
}

// Format prints a statement without its text, for every verb.
func (s SlowStatement) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "{%s %s %d bytes}", s.Database, s.Type, len(s.Statement))
}

// SlowStatements returns the slow statements of an instance, at most Limit, and how many there are: POST
// /v3.1/{project_id}/instances/{instance_id}/slow-logs/statistics. Faults that may pass are repeated, as in
// [Client.ErrorLogRows]. The total is -1 if it is not known.
func (c *Client) SlowStatements(ctx context.Context, q SlowQuery) (statements []SlowStatement, total int64, err error) {
	if !ValidInstanceID(q.InstanceID) {
		return nil, -1, errInstanceID
	}
	limit := min(max(q.Limit, 1), MaxSlowStatements)
	e := c.begin(ctx, q.InstanceID)
	all, seen := []SlowStatement{}, map[wireStatement]bool{}
	offset := 0
	for range slowPages {
		size := min(slowPage, limit-len(all))
		var page slowAnswer
		err := e.repeat(ctx, func(ctx context.Context) (err error) {
			page, err = c.slowPage(ctx, q, offset, size)
			return err
		})
		if err != nil {
			return nil, -1, err
		}
		for _, wire := range page.List.items {
			group := wire
			group.Count, group.Time = lenient[scalar]{}, lenient[scalar]{}
			if !seen[group] && len(all) < limit { // numbers and order can change between two pages
				seen[group] = true
				all = append(all, wire.statement())
			}
		}
		got := len(page.List.items)
		offset += got
		total = page.Total.value.count()
		if len(all) == limit || lastPage(got, size, offset, total) {
			break
		}
	}
	if total < int64(len(all)) {
		total = -1
	}
	return all, total, nil
}

type slowRequest struct {
	StartTime string `json:"start_time"`
	EndTime   string `json:"end_time"`
	Offset    int    `json:"offset"`
	Limit     int    `json:"limit"`
	Database  string `json:"database,omitempty"`
	Sort      string `json:"sort,omitempty"`
	Order     string `json:"order"`
}

func (c *Client) slowPage(ctx context.Context, q SlowQuery, offset, limit int) (page slowAnswer, err error) {
	body := slowRequest{requestTime(q.Start), requestTime(q.End), offset, limit, q.Database, string(q.Sort), "desc"}
	path := []string{"instances", q.InstanceID, "slow-logs", "statistics"}
	m, err := c.call(transport.WithMaxBody(ctx, maxText), http.MethodPost, v31, nil, body, &page, path)
	if err != nil {
		return page, err
	}
	return page, page.List.check(m, "slow_log_list", page.Total.value.count())
}

type slowAnswer struct {
	List  list[wireStatement] `json:"slow_log_list"`
	Total lenient[scalar]     `json:"total_count"`
}

type wireStatement struct {
	Count    lenient[scalar] `json:"count"`
	Time     lenient[scalar] `json:"time"`
	Database lenient[scalar] `json:"database"`
	Users    lenient[scalar] `json:"users"`
	Sample   lenient[scalar] `json:"query_sample"`
	ClientIP lenient[scalar] `json:"client_ip"`
	Type     lenient[scalar] `json:"type"`
}

func (w wireStatement) statement() SlowStatement {
	s := SlowStatement{
		Statement:   w.Sample.value.verbatim,
		AverageTime: number(strings.CutSuffix(w.Time.value.text(), " s")),
		Database:    w.Database.value.printable(),
		Users:       w.Users.value.printable(),
		Client:      w.ClientIP.value.printable(),
		Type:        w.Type.value.upper(),
	}
	count, share, _ := strings.Cut(w.Count.value.text(), " (") // 9 (100.00%)
	if n := (scalar{count}).count(); n >= 0 {
		s.Count = &n
	}
	s.Share = number(strings.CutSuffix(share, "%)"))
	return s
}

// number returns a number that is not negative, or nil. ok reports whether its unit was found.
func number(text string, ok bool) *float64 {
	f, err := strconv.ParseFloat(text, 64)
	if !ok || err != nil || math.IsNaN(f) || math.IsInf(f, 0) || f < 0 {
		return nil
	}
	return &f
}
