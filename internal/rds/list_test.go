// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// TestAnswersWithoutTheirList checks that a success without its list is a broken answer, which is asked for again until
// the time is up. An empty result in its place would look like a healthy database.
func TestAnswersWithoutTheirList(t *testing.T) {
	for name, query := range map[string]struct {
		call, list, total string
		ask               func(context.Context, *rds.Client) error
	}{
		"rows": {"GET errorlog", "error_log_list", "total_record", func(ctx context.Context, c *rds.Client) error {
			_, err := c.ErrorLogRows(ctx, rowsOf("ERROR"))
			return err
		}},
		"instances": {"GET instances", "instances", "total_count", func(ctx context.Context, c *rds.Client) error {
			_, err := c.Instances(ctx, rds.InstancesQuery{})
			return err
		}},
		"statements": {"POST statistics", "slow_log_list", "total_count", func(ctx context.Context, c *rds.Client) error {
			_, _, err := c.SlowStatements(ctx, slowest(10))
			return err
		}},
	} {
		missing := "the answer has no " + query.list
		for body, want := range map[string]string{
			`{}`:                                    missing,
			`{"job":{}}`:                            missing,
			fmt.Sprintf(`{%q:2}`, query.total):      missing,
			fmt.Sprintf(`{%q:"many"}`, query.total): missing,
			fmt.Sprintf(`{%q:{}}`, query.list):      query.list + " holds a JSON object where another type was promised",
			fmt.Sprintf(`{%q:"x"}`, query.list):     query.list + " holds a JSON string where another type was promised",
			fmt.Sprintf(`{%q:0}`, query.list):       query.list + " holds a JSON number where another type was promised",
			fmt.Sprintf(`{%q:["x"]}`, query.list):   query.list + " holds a JSON string where another type was promised",
		} {
			t.Run(name+" "+body, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
					defer cancel()
					n := answering(200, body, "X-Request-Id", "r1")
					err := query.ask(ctx, n.client())
					var timeout *rds.TimeoutError
					if !errors.As(err, &timeout) {
						t.Fatalf("expected a TimeoutError, got %T %v", err, err)
					}
					expectDecodeError(t, timeout.Fault, want)
					if diff := cmp.Diff([]string{"0s " + query.call, "2s " + query.call, "4s " + query.call}, n.calls()); diff != "" {
						t.Errorf("requests: expected (-) and got (+):\n%s", diff)
					}
				})
			})
		}
		for _, body := range []string{
			fmt.Sprintf(`{%q:[]}`, query.list), fmt.Sprintf(`{%q:null}`, query.list),
			fmt.Sprintf(`{%q:0}`, query.total), fmt.Sprintf(`{%q:"0"}`, query.total),
		} {
			t.Run(name+" "+body, func(t *testing.T) {
				n := answering(200, body)
				if err := query.ask(t.Context(), n.client()); err != nil {
					t.Errorf("expected an empty result, got the error %v", err)
				}
				if got := len(n.asked); got != 1 {
					t.Errorf("expected 1 request, got %d", got)
				}
			})
		}
	}
}
