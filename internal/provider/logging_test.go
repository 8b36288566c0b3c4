// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-log/tflogtest"
	"github.com/hashicorp/terraform-plugin-log/tfsdklogtest"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestLog: each request has a line at DEBUG, and each pause of a wait one at INFO, or at WARN after a fault.
func TestLog(t *testing.T) {
	const path = "/v3/" + rdssim.ProjectID + "/instances/" + rdssim.InstanceHealthy + "/errorlog-download"
	request := func(path string, status float64, id string) map[string]any {
		return map[string]any{
			"@level": "debug", "@message": "Request", "method": "POST", "host": "rdssim.invalid", "path": path, "duration_ms": 250.0,
			"status": status, "request_id": id,
		}
	}
	waiting := func(milliseconds, calls float64, status, fault string) map[string]any {
		line := map[string]any{
			"@level": "info", "@message": "Waiting for the export of the error log", "instance_id": rdssim.InstanceHealthy,
			"waited_ms": milliseconds, "calls": calls, "status": status,
		}
		if fault != "" {
			line["fault"], line["@level"] = fault, "warn"
		}
		return line
	}
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(5*time.Second))
		c.Outside.Network = slow{c.Outside.Network}
		c.SetEnv(map[string]string{"OS_MAX_RETRIES": "0"})
		c.Inject(rdssim.Fault{Kind: "rds.errorlog", Skip: 1, Times: 1, Handler: rdssim.APIError(http.StatusConflict, "DBS.200011", "Busy.")})
		c.Inject(rdssim.Fault{Kind: "rds.errorlog", Skip: 1, Times: 1, Handler: rdssim.Drop()})
		var log bytes.Buffer
		ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
		p := c.Protocol(t)
		if diags := p.Configure(ctx, nil); len(diags) > 0 {
			t.Fatalf("%q", diags)
		}
		if o := p.Read(ctx, dataSource, map[string]any{"instance_id": rdssim.InstanceHealthy, "poll_interval": "2s"}); len(o.Diagnostics) > 0 {
			t.Fatalf("%q", o.Diagnostics)
		}
		got := ownLines(t, &log)
		const lost = "POST https://rdssim.invalid" + path + ": the connection was closed without an answer"
		want := []map[string]any{
			request("/v3/auth/tokens", 201, "ff323a8711d16addd1e1d531ea7e1f63"),
			request(path, 200, "42a7170963b4187c46e0ad7fa3edda45"),
			waiting(500, 1, "CREATING", ""),
			request(path, 409, "41157bcf83e67d2a83d0f8110e922c0a"),
			waiting(2750, 2, "CREATING", "409 Conflict, DBS.200011, Busy, request id 41157bcf83e67d2a83d0f8110e922c0a"),
			{
				"@level": "warn", "@message": "Request without an answer", "method": "POST", "host": "rdssim.invalid", "path": path,
				"duration_ms": 250.0, "error": lost,
			},
			waiting(5000, 3, "CREATING", lost),
			request(path, 200, "8952a4ee3760a9b3dfefa21e2d97b1ee"),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

// slow takes a quarter of a second for each request.
type slow struct{ http.RoundTripper }

func (s slow) RoundTrip(req *http.Request) (*http.Response, error) {
	time.Sleep(250 * time.Millisecond) // virtual
	return s.RoundTripper.RoundTrip(req)
}

// ownLines are the provider's own lines, not the framework's in its name, without the fields that are added to each.
func ownLines(t *testing.T, log *bytes.Buffer) []map[string]any {
	t.Helper()
	lines, err := tflogtest.MultilineJSONDecode(log)
	if err != nil {
		t.Fatal(err)
	}
	var own []map[string]any
	for _, line := range lines {
		if line["@module"] != "provider" && line["@module"] != "provider.requests" {
			continue
		}
		for name := range line {
			if name == "@module" || name == "@timestamp" || name == "@caller" || name[:3] == "tf_" {
				delete(line, name)
			}
		}
		if line["method"] != nil || line["instance_id"] != nil {
			own = append(own, line)
		}
	}
	return own
}

// TestLog_Retry: each retry has a line at WARN, with what came back.
func TestLog_Retry(t *testing.T) {
	const path = "/v3/" + rdssim.ProjectID + "/instances/" + rdssim.InstanceHealthy + "/errorlog-download"
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: rdssim.IAMError(http.StatusServiceUnavailable, "later")})
		c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: rdssim.APIError(http.StatusInternalServerError, "RDS.9999", "no")})
		c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: rdssim.Drop()})
		var log bytes.Buffer
		ctx := tfsdklogtest.RootLogger(tflogtest.RootLogger(t.Context(), &log), &log)
		p := c.Protocol(t)
		if diags := p.Configure(ctx, nil); len(diags) > 0 {
			t.Fatalf("got %q, want no diagnostics", diags)
		}
		p.Read(ctx, dataSource, instance(rdssim.InstanceHealthy))
		retry := func(path, cause string, attempt, pause float64) map[string]any {
			return map[string]any{
				"@level": "warn", "@message": "Request failed and will be sent again", "method": "POST", "host": "rdssim.invalid",
				"path": path, "attempt": attempt, "pause_ms": pause, "cause": cause,
			}
		}
		want := []map[string]any{
			retry("/v3/auth/tokens", "503 Service Unavailable", 1, 1000),
			retry(path, "500 Internal Server Error, RDS.9999", 1, 1000),
			retry(path, "the connection was closed without an answer", 2, 2000),
		}
		var got []map[string]any
		for _, line := range ownLines(t, &log) {
			if line["attempt"] != nil {
				got = append(got, line)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("log (-want +got):\n%s", diff)
		}
	})
}
