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

// TestAction_TellsHowFarAFileIs: once a second, with what is there, of how much, and how fast; and when it breaks off.
func TestAction_TellsHowFarAFileIs(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithFileSize(4_000_000))
		c.Inject(rdssim.Fault{Kind: "obs.get", Handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "4000000")
			w.Header().Set("ETag", `"1"`)
			for _, n := range []int{500_000, 1_500_000} {
				_, _ = w.Write(make([]byte, n))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(time.Second) // virtual
			}
			panic(http.ErrAbortHandler)
		}})
		told, diags := invoke(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": folder})
		if len(diags) > 0 || len(told) < 2 {
			t.Fatalf("%q %q", told, diags)
		}
		const file = "File 1 of 1, " + oneFile + ": "
		want := []string{
			file + "1.0 MB of 4.0 MB (26 %), 1.0 MB/s.", // a block is filled first
			file + "2.0 MB of 4.0 MB (50 %), 1.0 MB/s.",
			file + "broke off at 2.0 MB, goes on in 1s (the connection was closed before everything had arrived).",
			file + "1.0 MB of 4.0 MB (26 %), 349.5 kB/s.", // another ETag: it begins anew
		}
		if diff := cmp.Diff(want, told[:len(told)-2]); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAction_TellsOfAnOutage: what stands in the way is told, at once when it changes and else every ten seconds.
func TestAction_TellsOfAnOutage(t *testing.T) {
	const unavailable = "no good answer"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		says   string
	}{
		"busy": {
			rdssim.APIError(http.StatusConflict, "DBS.200011", "Another operation is being performed."),
			"the cloud says DBS.200011, Another operation is being performed",
		},
		"a code":      {rdssim.APIError(http.StatusConflict, "DBS.200011", ""), "the cloud says DBS.200011"},
		"unavailable": {rdssim.HTMLPage(http.StatusServiceUnavailable), unavailable},
		"broken":      {rdssim.Drop(), unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(0))
				cloud.SetEnv(map[string]string{"OS_MAX_RETRIES": "0"})
				cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: c.answer})
				time.AfterFunc(25*time.Second, cloud.Heal)
				told, diags := invoke(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir()})
				want := []string{
					"Waiting for the export: 0s, " + c.says + ".",
					"Waiting for the export: 10s, " + c.says + ".",
					"Waiting for the export: 21s, " + c.says + ".",
				}
				if len(diags) > 0 || len(told) != len(want)+2 {
					t.Fatalf("%q %q", told, diags)
				}
				if diff := cmp.Diff(want, told[:len(want)]); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
