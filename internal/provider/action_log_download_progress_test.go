// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestAction_ShowsHowFarAFileIs: every ten seconds, with what is there, of how much, and how fast; and when it breaks off.
func TestAction_ShowsHowFarAFileIs(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(4_000_000))
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4000000")
			w.Header().Set("ETag", `"1"`)
			for _, n := range []int{500_000, 1_500_000} {
				_, _ = w.Write(make([]byte, n))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(10 * time.Second) // virtual
			}
			panic(http.ErrAbortHandler)
		}})
		shown, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 || len(shown) < 2 {
			t.Fatalf("%q %q", shown, diags)
		}
		const file = "File 1 of 1, " + oneFile + ": "
		want := []string{
			file + "1.0 MB of 4.0 MB (26 %), 104.9 kB/s.", // a block is filled first
			file + "2.0 MB of 4.0 MB (50 %), 100.0 kB/s.",
			file + "broke off at 2.0 MB, goes on in 1s (the connection was closed before everything had arrived).",
		}
		if diff := cmp.Diff(want, shown[:len(shown)-2]); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAction_ShowsOutage: a fault is shown at once when it changes, else every ten seconds.
func TestAction_ShowsOutage(t *testing.T) {
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		state  string
	}{
		"busy": {
			rdssim.APIError(http.StatusConflict, "DBS.200011", "Another operation is being performed."),
			"last answer 409 Conflict, DBS.200011, Another operation is being performed",
		},
		"a code":      {rdssim.APIError(http.StatusConflict, "DBS.200011", ""), "last answer 409 Conflict, DBS.200011"},
		"unavailable": {rdssim.HTMLPage(http.StatusServiceUnavailable), "last answer 503 Service Unavailable"},
		"broken":      {rdssim.Drop(), "no answer: the connection was closed without an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(0))
				cloud.SetEnv(map[string]string{"OS_MAX_RETRIES": "0"})
				cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: c.answer})
				time.AfterFunc(25*time.Second, cloud.Heal)
				shown, diags := invoke(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir()})
				want := []string{
					"Waiting for the export of the error log: 0 s, " + c.state + ".",
					"Waiting for the export of the error log: 10 s, " + c.state + ".",
					"Waiting for the export of the error log: 21 s, " + c.state + ".",
				}
				if len(diags) > 0 || len(shown) != len(want)+2 {
					t.Fatalf("%q %q", shown, diags)
				}
				if diff := cmp.Diff(want, shown[:len(want)]); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestAction_ShowsRetries: retries take time, so each is shown, those of the login too.
func TestAction_ShowsRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: rdssim.IAMError(http.StatusServiceUnavailable, "later")})
		c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 2, Handler: rdssim.Hang()})
		shown, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir()})
		want := []string{
			"Attempt 1 at rdssim.invalid failed (503 Service Unavailable). Next attempt in 1 s.",
			"Attempt 1 at rdssim.invalid failed (no complete answer within 30s). Next attempt in 1 s.",
			"Attempt 2 at rdssim.invalid failed (no complete answer within 30s). Next attempt in 2 s.",
		}
		if len(diags) > 0 || len(shown) < len(want) {
			t.Fatalf("got %q and %q, want no diagnostics and %d lines at least", shown, diags, len(want))
		}
		if diff := cmp.Diff(want, shown[:len(want)]); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
	})
}
