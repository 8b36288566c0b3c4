// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

func TestWaitByTask(t *testing.T) {
	byTask := rds.WaitOptions{Method: rds.PollTask}
	job, post := " GET jobs", " POST errorlog-download"
	good := func() string { return finish(time.Hour, fileA) }
	cases := map[string]struct {
		lines []string
		calls []string
	}{
		"the task is asked until it is completed": {
			lines: []string{exporting, jobRunning, jobRunning, jobCompleted},
			calls: []string{"0s" + post, "2s" + job, "4s" + job, "6s" + job, "6s" + post},
		},
		"ready at once": {calls: []string{"0s" + post}},
		"a first answer without a task": {
			lines: []string{creating, exporting, jobCompleted},
			calls: []string{"0s" + post, "2s" + post, "4s" + job, "4s" + post},
		},
		"no such task, three times": {
			lines: []string{exporting, noSuchJob, exporting, noSuchJob, exporting, noSuchJob, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "4s" + post, "6s" + job, "6s" + post, "8s" + post},
		},
		"the task's id is found late": {
			lines: []string{exporting, noSuchJob, exporting, jobRunning, jobCompleted},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "6s" + job, "6s" + post},
		},
		"asking for tasks is not allowed": {
			lines: []string{exporting, `403 {"error_code":"DBS.201003","error_msg":"no"}`, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + post},
		},
		"the jobs API answers nonsense": {
			lines: []string{exporting, `{"job":[]}`, exporting, `{}`, exporting, `{"job":null}`, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + job, "4s" + post, "6s" + job, "6s" + post, "8s" + post},
		},
		"completed, and the links take longer": {
			lines: []string{exporting, jobCompleted, exporting},
			calls: []string{"0s" + post, "2s" + job, "2s" + post, "4s" + post},
		},
		"a word that nobody knows": {
			lines: []string{exporting, `{"job":{"status":"Success"}}`},
			calls: []string{"0s" + post, "2s" + job, "2s" + post},
		},
		"a failed task decides nothing": {
			lines: []string{exporting, jobFailed},
			calls: []string{"0s" + post, "2s" + job, "2s" + post},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, byTask, append(always(c.lines...), good))
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.calls, got.Calls); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestWaitByTaskAsksForTheLinksLast: a task that never ends may be wrong, so the last poll before the deadline is for
// the links. It is the last where no other fits between it and the deadline.
func TestWaitByTaskAsksForTheLinksLast(t *testing.T) {
	for timeout, calls := range map[time.Duration][]string{
		9 * time.Second:         {"0s POST errorlog-download", "2s GET jobs", "4s GET jobs", "6s GET jobs", "8s POST errorlog-download"},
		8500 * time.Millisecond: {"0s POST errorlog-download", "2s GET jobs", "4s GET jobs", "6s POST errorlog-download"},
	} {
		t.Run(timeout.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lines := always(exporting)
				for range len(calls) - 2 {
					lines = append(lines, always(jobRunning)...)
				}
				lines = append(lines, func() string { return finish(time.Hour, fileA) })
				got, err := wait(t.Context(), t, rds.WaitOptions{Method: rds.PollTask, Timeout: timeout}, lines)
				if diff := cmp.Diff(calls, got.Calls); diff != "" || err != nil {
					t.Errorf("expected no error, got %v; calls: expected (-) and got (+):\n%s", err, diff)
				}
			})
		})
	}
}

// TestTheTaskOfTheFileThatFailedIsAsked: other files' tasks can't know why.
func TestTheTaskOfTheFileThatFailedIsAsked(t *testing.T) {
	for name, c := range map[string]struct {
		list  string
		tasks []string
	}{
		"behind one without a link": {`{"workflow_id":"w1","status":"success"},{"workflow_id":"w2","status":"failed"}`, []string{"w2"}},
		"behind one without a task": {`{"status":"failed"},{"workflow_id":"w2","status":"failed"}`, []string{"w2"}},
		"the first of two":          {`{"workflow_id":"w1","status":"failed"},{"workflow_id":"w2","status":"failed"}`, []string{"w1"}},
		"without a task":            {`{"status":"failed"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var tasks []string
				client := newNetwork(func(_ int, req *http.Request) (*http.Response, error) {
					body := `{"status":"failed","list":[` + c.list + `]}`
					if id := req.URL.Query().Get("id"); id != "" {
						tasks = append(tasks, id)
						body = `{"job":{"status":"Failed","fail_reason":"of ` + id + `"}}`
					}
					return answer(req, 200, body), nil
				}).retrying()
				_, err := client.WaitForExport(t.Context(), rds.WaitOptions{Log: rds.ErrorLog, InstanceID: instance, Timeout: time.Minute})
				reason := ""
				if c.tasks != nil {
					reason = "of " + c.tasks[0]
				}
				if complaint := expectExport(reason)(err); complaint != "" {
					t.Error(complaint)
				}
				if diff := cmp.Diff(c.tasks, tasks); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}
