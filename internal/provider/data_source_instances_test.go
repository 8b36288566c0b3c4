// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const instancesSource = "rds_instances"

// listed answers every listing with these instances.
func listed(instances string) rdssim.Fault {
	return rdssim.Fault{Kind: "rds.instances", Times: forEver, Handler: rdssim.Status(200, `{"instances":[`+instances+`]}`, nil)}
}

func configured(t *testing.T, c *rdstest.Cloud) *rdstest.Protocol {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	return p
}

// list reads the data source. Its errors end the test.
func list(t *testing.T, c *rdstest.Cloud, arguments map[string]any) []any {
	t.Helper()
	o := configured(t, c).Read(t.Context(), instancesSource, arguments)
	if len(o.Diagnostics) > 0 {
		t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
	}
	instances, _ := o.Values["instances"].([]any)
	return instances
}

func namesOf(instances []any) []string {
	names := []string{}
	for _, i := range instances {
		one, _ := i.(map[string]any)
		name, _ := one["name"].(string)
		names = append(names, name)
	}
	return names
}

func TestInstances_Attributes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		got := map[string]any{}
		for _, i := range list(t, c, nil) {
			one, _ := i.(map[string]any)
			id, _ := one["id"].(string)
			got[id] = i
		}
		for id, want := range map[string]map[string]any{
			rdssim.InstanceReplica: {
				"id": rdssim.InstanceReplica, "name": "orders-replica", "status": "ACTIVE", "type": "Replica", "engine_version": "15.18",
				"replica_of": rdssim.InstanceHealthy, "private_ips": []any{"192.168.0.22"}, "storage_type": "CLOUDSSD",
				"storage_size": int64(100), "created_at": "2026-01-27T02:30:00Z",
			},
			rdssim.InstanceCreating: {
				"id": rdssim.InstanceCreating, "name": "archive", "status": "BUILD", "type": "Single", "engine_version": "15.18",
				"replica_of": nil, "private_ips": []any{}, "storage_type": "CLOUDSSD", "storage_size": int64(100), "created_at": nil,
			},
		} {
			if diff := cmp.Diff(want, got[id]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", want["name"], diff)
			}
		}
		if got[rdssim.InstanceMySQL] != nil {
			t.Errorf("got %v, want no MySQL instance", got[rdssim.InstanceMySQL])
		}
	})
}

func TestInstances_Selected(t *testing.T) {
	for name, c := range map[string]struct {
		arguments map[string]any
		want      []string
	}{
		"all": {nil, []string{
			"archive", "billing", "fleet-0001", "fleet-0002", "invoices", "orders", "orders-replica", "payments", "reports", "search", "shop",
			"stock", "twin", "twin", "warehouse",
		}},
		"one name":             {map[string]any{"name": "orders"}, []string{"orders"}},
		"the name of two":      {map[string]any{"name": "twin"}, []string{"twin", "twin"}},
		"a name in upper case": {map[string]any{"name": "Orders"}, []string{}},
		"half a name":          {map[string]any{"name": "order"}, []string{}},
		"a prefix":             {map[string]any{"name_prefix": "orders"}, []string{"orders", "orders-replica"}},
		"a prefix in a name":   {map[string]any{"name_prefix": "replica"}, []string{}},
		"a type":               {map[string]any{"type": "Replica"}, []string{"orders-replica"}},
		"a type and a prefix":  {map[string]any{"type": "Ha", "name_prefix": "p"}, []string{"payments"}},
		"nothing in common":    {map[string]any{"type": "Ha", "name": "orders-replica"}, []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := namesOf(list(t, rdstest.New(t, rdssim.WithFleet(2)), c.arguments))
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("names (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestInstances_Pages: all pages, each once, with one login.
func TestInstances_Pages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithFleet(250))
		if n := len(list(t, c, map[string]any{"name_prefix": "fleet-"})); n != 250 {
			t.Errorf("got %d instances, want 250", n)
		}
		if diff := cmp.Diff(append([]string{"login 201"}, slices.Repeat([]string{"rds.instances 200"}, 3)...), c.Calls()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

// TestInstances_Unusual: unknown words and missing fields do not fail the read.
func TestInstances_Unusual(t *testing.T) {
	empty := map[string]any{
		"id": "a", "name": nil, "status": nil, "type": nil, "engine_version": nil, "replica_of": nil, "private_ips": []any{},
		"storage_type": nil, "storage_size": nil, "created_at": nil,
	}
	with := func(name string, value any) map[string]any {
		changed := map[string]any{name: value}
		for n, v := range empty {
			if n != name {
				changed[n] = v
			}
		}
		return changed
	}
	for name, c := range map[string]struct {
		body string
		want []any
	}{
		"only an ID":         {`{"id":"a"}`, []any{empty}},
		"all null":           {`{"id":"a","name":null,"datastore":null,"volume":null,"private_ips":null,"created":null}`, []any{empty}},
		"an unknown status":  {`{"id":"a","status":"ON FIRE"}`, []any{with("status", "ON FIRE")}},
		"an unknown type":    {`{"id":"a","type":"Enterprise"}`, []any{with("type", "Enterprise")}},
		"another case":       {`{"id":"a","datastore":{"type":"postgresql"}}`, []any{empty}},
		"an unreadable time": {`{"id":"a","created":"yesterday"}`, []any{empty}},
		"a time in summer":   {`{"id":"a","created":"2026-08-20T02:33:49+0200"}`, []any{with("created_at", "2026-08-20T00:33:49Z")}},
		"other engines":      {`{"id":"a","datastore":{"type":"SQLServer"}},{"id":"b","datastore":{"type":"MySQL"}}`, []any{}},
		"without an ID":      {`{"name":"a"}`, []any{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				cloud.Inject(listed(c.body))
				if diff := cmp.Diff(c.want, list(t, cloud, nil)); diff != "" {
					t.Errorf("instances (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestInstances_Errors(t *testing.T) {
	const unableToList = "Error: Unable to list DB instances\n\n"
	soon := map[string]any{"timeouts": map[string]any{"read": "20s"}}
	for name, c := range map[string]struct {
		arguments map[string]any
		faults    []rdssim.Fault
		beginning string
		part      string
		after     time.Duration
	}{
		"an unknown type": {
			map[string]any{"type": "single"}, nil, "Error: Invalid Attribute Value Match (type)", `got: "single"`, 0,
		},
		"not allowed": {
			nil, at("rds.instances", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized.")),
			unableToList + "RDS refused to list DB instances in project", "needs the permission rds:instance:list in this project.", 0,
		},
		"not found": {
			nil, at("rds.instances", forEver, rdssim.APIError(404, "DBS.200602", "no")), unableToList, "Check endpoint", 0,
		},
		"a page": {
			nil, at("rds.instances", forEver, rdssim.HTMLPage(404)), unableToList,
			"in place of the API's JSON)\nRequest ID: 42a7170963b4187c46e0ad7fa3edda45\n\nCheck endpoint (OS_RDS_ENDPOINT_OVERRIDE), and whether " +
				"a proxy answers in place of the API.", 0,
		},
		"out of order": {
			soon, at("rds.instances", forEver, rdssim.APIError(500, "RDS.9999", "no")),
			unableToList + "RDS gave no usable answer to the request to list DB instances in 20 s", "500 Internal Server Error", 20 * time.Second,
		},
		"hangs": {
			soon, at("rds.instances", forEver, rdssim.Hang()), unableToList, "no complete answer within 20s", 20 * time.Second,
		},
		"login refused": {nil, at("login", forEver, rdssim.IAMError(401, "no")), "Error: Unable to log in", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, f := range c.faults {
					cloud.Inject(f)
				}
				start := time.Now()
				o := configured(t, cloud).Read(t.Context(), instancesSource, c.arguments)
				onlyDiagnostic(t, o.Diagnostics, c.beginning, "", c.part)
				if n := strings.Count(strings.Join(o.Diagnostics, ""), "OS_RDS_ENDPOINT_OVERRIDE"); n > 1 {
					t.Errorf("got %q, want the advice to check endpoint only once", o.Diagnostics)
				}
				expectDuration(t, start, c.after)
			})
		})
	}
}
