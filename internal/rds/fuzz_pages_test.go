// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// fuzzPage feeds bodies to a query as its only answer. The query must end, with the same result each time, and with an
// error of a known type. check looks at a good result.
func fuzzPage[T any](f *testing.F, query func(*testing.T, *rds.Client) (T, error), check func(*testing.T, T), seeds ...string) {
	f.Helper()
	for _, seed := range append(seeds, `{}`, `null`, `[]`, ``, `{"`, `<html>`) {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		ask := func() (T, error) {
			n := newNetwork(func(n int, req *http.Request) (*http.Response, error) {
				if n > 1 { // a second page, or a repeat after a fault
					return answer(req, 404, `{"error_code":"DBS.200602"}`), nil
				}
				return answer(req, 200, string(body)), nil
			})
			return query(t, n.clientOf(0, restless{}))
		}
		got, err := ask()
		again, _ := ask()
		if diff := cmp.Diff(again, got); diff != "" {
			t.Fatalf("two results of one answer:\n%s", diff)
		}
		var refusal *rds.Error
		if err != nil && !errors.As(err, &refusal) {
			t.Fatalf("got %T %v, want a refusal", err, err)
		}
		if err == nil {
			check(t, got)
		}
	})
}

// restless is a clock without pauses: a fuzz test cannot run in virtual time.
type restless struct{}

func (restless) Now() time.Time                             { return noon }
func (restless) Sleep(context.Context, time.Duration) error { return nil }

func FuzzErrorLogRows(f *testing.F) {
	fuzzPage(f, func(t *testing.T, c *rds.Client) (*rds.Rows, error) {
		return c.ErrorLogRows(t.Context(), rowsOf("ERROR"))
	}, func(t *testing.T, got *rds.Rows) {
		for _, r := range got.Rows {
			if complaint := checkTime(r.Time) + checkWord(r.Level); complaint != "" {
				t.Fatalf("row %+v %s", r, complaint)
			}
			if !utf8.ValidString(r.Content) {
				t.Fatalf("got the content %q, want UTF-8", r.Content)
			}
		}
		timed := slices.DeleteFunc(slices.Clone(got.Rows), func(r rds.Row) bool { return r.Time.IsZero() })
		if !slices.IsSortedFunc(timed, func(a, b rds.Row) int { return a.Time.Compare(b.Time) }) {
			t.Fatalf("got %v, want the oldest first", got.Rows)
		}
		if got.Complete != (len(got.Since) == 0) {
			t.Fatalf("got complete %t and since %v, want one of them", got.Complete, got.Since)
		}
	},
		`{"error_log_list":[{"time":"2018-12-04T14:24:42","level":"ERROR","content":"a"},{"time":"?","level":7}],"total_record":2}`,
		`{"error_log_list":null,"total_record":"5000"}`, `{"error_log_list":[null,{"content":" \n"}]}`)
}

func FuzzInstances(f *testing.F) {
	fuzzPage(f, func(t *testing.T, c *rds.Client) ([]rds.Instance, error) {
		return c.Instances(t.Context(), rds.InstancesQuery{})
	}, func(t *testing.T, got []rds.Instance) {
		seen := map[string]bool{}
		for _, i := range got {
			if i.ID == "" || seen[i.ID] {
				t.Fatalf("got the ID %q twice or empty", i.ID)
			}
			seen[i.ID] = true
			words := append([]string{i.ID, i.Name, i.Status, i.Type, i.Engine, i.EngineVersion, i.ReplicaOf, i.StorageType}, i.PrivateIPs...)
			for _, word := range words {
				if complaint := checkWord(word); complaint != "" {
					t.Fatalf("%q %s", word, complaint)
				}
			}
			if complaint := checkTime(i.CreatedAt); complaint != "" {
				t.Fatalf("%s %s", i.CreatedAt, complaint)
			}
			if i.StorageSize < 0 {
				t.Fatalf("got a size of %d, want none below 0", i.StorageSize)
			}
		}
	}, `{"instances":[`+documentedInstance+`],"total_count":1}`, `{"instances":[{"id":1,"private_ips":""},{"id":"1"}],"total_count":"9"}`)
}

func FuzzSlowStatements(f *testing.F) {
	fuzzPage(f, func(t *testing.T, c *rds.Client) ([]rds.SlowStatement, error) {
		got, _, err := c.SlowStatements(t.Context(), slowest(500))
		return got, err
	}, func(t *testing.T, got []rds.SlowStatement) {
		for _, s := range got {
			if s.Count != nil && *s.Count < 0 {
				t.Fatalf("got a count of %d, want none below 0", *s.Count)
			}
			for _, n := range []*float64{s.Share, s.AverageTime} {
				if n != nil && (*n < 0 || math.IsNaN(*n) || math.IsInf(*n, 0)) {
					t.Fatalf("got %v, want a number from 0", *n)
				}
			}
			for _, word := range []string{s.Database, s.Users, s.Client, s.Type} {
				if complaint := checkWord(word); complaint != "" {
					t.Fatalf("%q %s", word, complaint)
				}
			}
		}
	},
		`{"slow_log_list":[{"count":"9 (100.00%)","time":"3.00018 s","database":"test_db","users":"root","query_sample":"SELECT N",`+
			`"type":"SELECT"}],"total_count":1}`,
		`{"slow_log_list":[{"count":9,"time":3},null],"total_count":"2"}`)
}
