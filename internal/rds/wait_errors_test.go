// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

func TestWaitEndsWithAnError(t *testing.T) {
	cases := map[string]struct {
		options rds.WaitOptions
		lines   []string
		after   time.Duration
		calls   int
		check   func(error) string // what is wrong, or ""
	}{
		"never done": {
			lines: []string{exporting}, after: 10 * time.Minute, calls: 41,
			check: expectTimeout("CREATING", ""),
		},
		"never done, briefly": {
			options: rds.WaitOptions{Timeout: 5 * time.Second},
			lines:   []string{exporting}, after: 5 * time.Second, calls: 3, // 0, 2 and 4 s
			check: expectTimeout("CREATING", ""),
		},
		"a pause longer than the timeout": {
			options: rds.WaitOptions{Timeout: 30 * time.Second, Interval: time.Hour},
			lines:   []string{exporting}, after: 30 * time.Second, calls: 2, // at once, and a second before the end
			check: expectTimeout("CREATING", ""),
		},
		"a server that hangs": {
			options: rds.WaitOptions{Timeout: 40 * time.Second},
			lines:   []string{hang}, after: 40 * time.Second, calls: 2, // 30 s for one attempt, and a retry
			check: expectTimeout("", posted+": no complete answer within 30s"),
		},
		"a server that hangs for less than one attempt may": {
			options: rds.WaitOptions{Timeout: 20 * time.Second},
			lines:   []string{hang}, after: 20 * time.Second, calls: 1,
			check: expectTimeout("", posted+": no complete answer within 20s"),
		},
		"a gateway that is out of order until the end": {
			options: rds.WaitOptions{Timeout: 4500 * time.Millisecond},
			lines:   []string{exporting, unavailable}, after: 4500 * time.Millisecond, calls: 4, // at 0, 2, 3 and 3.5 s
			check: expectTimeout("CREATING", "503 Service Unavailable, (an HTML page of 20 bytes in place of the API's JSON), request id req-4"),
		},
		"always busy": {
			options: rds.WaitOptions{Timeout: time.Minute},
			lines:   []string{busy}, after: time.Minute, calls: 19,
			check: expectTimeout("", "409 Conflict, DBS.200011, Another operation is being performed, request id req-19"),
		},
		"always nonsense": {
			options: rds.WaitOptions{Timeout: 5 * time.Second},
			lines:   []string{exporting, `{"list":{}}`}, after: 5 * time.Second, calls: 3,
			check: expectTimeout("CREATING", "list holds a JSON object where another type was promised"),
		},
		"not found": {lines: []string{notFound}, calls: 1, check: expectRefusal(apierror.NotFound)},
		"the wrong engine, whatever the status": {
			lines: []string{`500 {"error_code":"DBS.280343","error_msg":"no"}`}, calls: 1, check: expectRefusal(apierror.WrongEngine),
		},
		"storage full": {
			lines: []string{`409 {"error_code":"DBS.200316","error_msg":"full"}`}, calls: 1, check: expectRefusal(apierror.StorageFull),
		},
		"a redirect": {lines: []string{`307 `}, calls: 1, check: expectRefusal(apierror.Redirect)},
		"gone in the middle": {
			lines: []string{exporting, notFound}, after: 2 * time.Second, calls: 2, check: expectRefusal(apierror.NotFound),
		},
		"nobody there": {
			lines: []string{refuseConnect}, after: 3 * time.Second, calls: 3, // the transport's two retries
			check: func(err error) string {
				if !errors.Is(err, syscall.ECONNREFUSED) {
					return fmt.Sprintf("got %T %v, want another error", err, err)
				}
				return ""
			},
		},
		"no such host": {
			lines: []string{noSuchHost}, calls: 1,
			check: func(err error) string {
				if !transport.NoSuchHost(err) {
					return fmt.Sprintf("got %T %v, want another error", err, err)
				}
				return ""
			},
		},
		"a page, at first": {lines: []string{`403 <html>proxy</html>`}, calls: 1, check: expectRefusal(apierror.Forbidden)},
		"a redirect, in the middle": {
			lines: []string{exporting, `302 <html>portal</html>`}, after: 2 * time.Second, calls: 2, check: expectRefusal(apierror.Redirect),
		},
		"failed whole": {
			lines: []string{failedWhole, jobFailed}, calls: 2, check: expectExport("disk of the standby is gone"),
		},
		"failed whole, and no task to ask": {
			lines: []string{failedWhole, noSuchJob}, calls: 2, check: expectExport(""),
		},
		"failed whole, and the jobs API hangs": {
			lines: []string{failedWhole, hang}, after: 10 * time.Second, calls: 2, check: expectExport(""),
		},
		"failed without a list": {lines: []string{`{"status":"FAILED"}`}, calls: 1, check: expectExport("")},
		"done without a link": {
			lines: []string{finishNoLink}, after: 6 * time.Second, calls: 4,
			check: func(err error) string {
				var missing *rds.MissingLinkError
				if !errors.As(err, &missing) {
					return fmt.Sprintf("got %T %v, want another error", err, err)
				}
				return cmp.Diff([]string{fileA, "4"}, []string{missing.Last.Files[0].FileName, fmt.Sprint(missing.Calls)})
			},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, c.options, always(c.lines...))
				if err == nil {
					t.Fatal("expected an error, got none")
				}
				if complaint := c.check(err); complaint != "" {
					t.Error(complaint)
				}
				if got.After != c.after || len(got.Calls) != c.calls {
					t.Errorf("after %s and %d calls, want %s and %d:\n%s", got.After, len(got.Calls), c.after, c.calls, strings.Join(got.Calls, "\n"))
				}
			})
		})
	}
}

// TestWaitHandsOutNoDeadLinks: a link that expires before the wait does is not better than none.
func TestWaitHandsOutNoDeadLinks(t *testing.T) {
	cases := map[string]struct {
		timeout time.Duration
		lines   func() []func() string
		calls   []string
		check   func(error) string
	}{
		"one file failed, another never comes, and the link of the first dies meanwhile": {
			timeout: 9 * time.Second,
			lines: func() []func() string {
				return always(strings.Replace(linked("failed", 8*time.Second, fileA), "}]", `},{"file_name":"`+fileB+`","status":"exporting"}]`, 1))
			},
			calls: posts("0s", "0s", "2s", "4s", "6s", "8s"),
			check: expectTimeout("FAILED", ""),
		},
		"the time is up while dead links are asked for anew": {
			timeout: 5 * time.Second,
			lines:   func() []func() string { return always(finish(-time.Second, fileA), hang) },
			calls:   posts("0s", "0s"),
			check:   expectTimeout("FINISH", posted+": no complete answer within 5s"),
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, rds.WaitOptions{Timeout: c.timeout}, c.lines())
				if complaint := c.check(err); complaint != "" {
					t.Error(complaint)
				}
				if diff := cmp.Diff(waited{After: c.timeout, Calls: c.calls}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

const posted = "POST " + base + "/instances/" + instance + "/errorlog-download"

func expectTimeout(status, fault string) func(error) string {
	return func(err error) string {
		var timeout *rds.TimeoutError
		if !errors.As(err, &timeout) {
			return fmt.Sprintf("got %T %v", err, err)
		}
		got := []string{timeout.Status, ""}
		if timeout.Fault != nil {
			got[1] = timeout.Fault.Error()
		}
		if (timeout.Last == nil) != (status == "") || timeout.Waited != timeout.Timeout {
			return fmt.Sprintf("got %+v", timeout)
		}
		return cmp.Diff([]string{status, fault}, got)
	}
}

func expectRefusal(kind apierror.Kind) func(error) string {
	return func(err error) string {
		var refusal *rds.Error
		if !errors.As(err, &refusal) || refusal.Kind != kind || refusal.ProjectID != project || refusal.Region != "eu-de" {
			return fmt.Sprintf("got %#v", err)
		}
		return ""
	}
}

func expectExport(reason string) func(error) string {
	return func(err error) string {
		var failed *rds.ExportError
		if !errors.As(err, &failed) {
			return fmt.Sprintf("got %T %v, want another error", err, err)
		}
		return cmp.Diff(reason, failed.FailReason)
	}
}
