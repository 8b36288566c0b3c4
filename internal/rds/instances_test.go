// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// documentedInstance is the example of the API's page, shortened to one instance.
const documentedInstance = `{
    "id": "ed7cc6166ec24360a5ed5c5c9c2ed726in01", "status": "ACTIVE", "name": "mysql-0820-022709-01", "port": 3306,
    "type": "Single", "region": "eu-de", "datastore": { "type": "MySQL", "version": "5.7" },
    "created": "2018-08-20T02:33:49+0800", "updated": "2018-08-20T02:33:50+0800", "volume": { "type": "ULTRAHIGH", "size": 100 },
    "nodes": [{"id": "06f1c2ad57604ae89e153e4d27f4e4b8no01", "role": "master", "status": "ACTIVE"}],
    "tags": [], "private_ips": ["192.168.0.142"], "public_ips": ["10.154.219.187"], "related_instance": [], "time_zone": ""
}`

func TestInstancesRequest(t *testing.T) {
	for engine, query := range map[string]string{
		"": "limit=100&offset=0", rds.EnginePostgreSQL: "datastore_type=PostgreSQL&limit=100&offset=0",
	} {
		t.Run(engine, func(t *testing.T) {
			n := answering(200, `{"instances":[],"total_count":0}`)
			got, err := n.client().Instances(t.Context(), rds.InstancesQuery{Engine: engine})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]rds.Instance{}, got); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
			want := []asked{{
				Method: "GET",
				URL:    base + "/instances?" + query,
				Header: http.Header{
					"Accept": {"application/json"}, "Content-Type": {"application/json"}, "X-Language": {"en-us"}, "User-Agent": {"test"},
				},
			}}
			if diff := cmp.Diff(want, n.asked); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInstanceFields: an unusual field leaves the others readable.
func TestInstanceFields(t *testing.T) {
	type instance = rds.Instance
	none := []string{}
	created := time.Date(2018, 8, 19, 18, 33, 49, 0, time.UTC)
	cases := map[string]struct {
		body string // of one instance
		want instance
	}{
		"the page's example": {documentedInstance, instance{
			ID: "ed7cc6166ec24360a5ed5c5c9c2ed726in01", Name: "mysql-0820-022709-01", Status: "ACTIVE", Type: "Single", Engine: "MySQL",
			EngineVersion: "5.7",
			PrivateIPs:    []string{"192.168.0.142"}, StorageType: "ULTRAHIGH", StorageSize: 100, CreatedAt: created,
		}},
		"a complete version": {
			`{"id":"a","datastore":{"type":"PostgreSQL","version":"15","complete_version":"15.4"}}`,
			instance{ID: "a", Engine: "PostgreSQL", EngineVersion: "15.4", PrivateIPs: none},
		},
		"an empty version": {
			`{"id":"a","datastore":{"version":"15","complete_version":""}}`, instance{ID: "a", EngineVersion: "15", PrivateIPs: none},
		},
		"a read replica": {
			`{"id":"a","type":"Replica","related_instance":[{"id":"x","type":"replica"},{"id":"b","type":"replica_of"}]}`,
			instance{ID: "a", Type: "Replica", ReplicaOf: "b", PrivateIPs: none},
		},
		"a primary": {`{"id":"a","related_instance":[{"id":"x","type":"replica"}]}`, instance{ID: "a", PrivateIPs: none}},
		"being created": {
			`{"id":"a","status":"BUILD","created":"","private_ips":""}`, instance{ID: "a", Status: "BUILD", PrivateIPs: none},
		},
		"blank addresses": {`{"id":"a","private_ips":["", null, "10.0.0.1"]}`, instance{ID: "a", PrivateIPs: []string{"10.0.0.1"}}},
		"an unknown status": {
			`{"id":"a","status":"STORAGE FULL","type":"Enterprise"}`,
			instance{ID: "a", Status: "STORAGE FULL", Type: "Enterprise", PrivateIPs: none},
		},
		"only an ID": {`{"id":"a"}`, instance{ID: "a", PrivateIPs: none}},
		"all null": {
			`{"id":"a","name":null,"datastore":null,"volume":null,"private_ips":null,"related_instance":null,"created":null}`,
			instance{ID: "a", PrivateIPs: none},
		},
		"all of another type": {
			`{"id":"a","name":{},"status":[],"datastore":"PostgreSQL","volume":7,"private_ips":{},"related_instance":"b","created":[]}`,
			instance{ID: "a", PrivateIPs: none},
		},
		"nested, another type": {
			`{"id":"a","datastore":{"type":[],"version":15},"volume":{"size":"40"},"related_instance":[7]}`,
			instance{ID: "a", EngineVersion: "15", StorageSize: 40, PrivateIPs: none},
		},
		"a negative size":    {`{"id":"a","volume":{"size":-1}}`, instance{ID: "a", PrivateIPs: none}},
		"half a size":        {`{"id":"a","volume":{"size":1.5}}`, instance{ID: "a", PrivateIPs: none}},
		"control characters": {`{"id":"a","name":"\u001b[31mred"}`, instance{ID: "a", Name: "?[31mred", PrivateIPs: none}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := answering(200, `{"instances":[`+c.body+`],"total_count":1}`).client().Instances(t.Context(), rds.InstancesQuery{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]instance{c.want}, got); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
		})
	}
}

// TestInstancesWithoutID: an instance that cannot be asked for is left out.
func TestInstancesWithoutID(t *testing.T) {
	for _, body := range []string{
		`{"instances":null}`, `{"total_count":0}`, `{"instances":[null]}`, `{"instances":[{"name":"a"}]}`, `{"instances":[{"id":{}}]}`,
	} {
		got, err := answering(200, body).client().Instances(t.Context(), rds.InstancesQuery{})
		if err != nil {
			t.Errorf("%s: got the error %v, want none", body, err)
		}
		if diff := cmp.Diff([]rds.Instance{}, got); diff != "" {
			t.Errorf("%s: instances (-want +got):\n%s", body, diff)
		}
	}
}

// fleet is a server with instances of these IDs.
type fleet struct {
	ids   []string
	total func(n int) any // nil: the number of instances
	page  int             // the longest page; 0: what is asked for
	event func(request int, f *fleet)
}

func fleetOf(n int) fleet {
	var f fleet
	for i := range n {
		f.ids = append(f.ids, fmt.Sprintf("i%d", i))
	}
	return f
}

func (f *fleet) network() *network {
	return newNetwork(func(n int, req *http.Request) (*http.Response, error) {
		if f.event != nil {
			f.event(n, f)
		}
		offset, _ := strconv.Atoi(req.URL.Query().Get("offset"))
		size, _ := strconv.Atoi(req.URL.Query().Get("limit"))
		if f.page > 0 {
			size = min(size, f.page)
		}
		page := []map[string]string{}
		for _, id := range f.ids[min(offset, len(f.ids)):min(offset+size, len(f.ids))] {
			page = append(page, map[string]string{"id": id})
		}
		body := map[string]any{"instances": page, "total_count": len(f.ids)}
		if f.total != nil {
			body["total_count"] = f.total(len(f.ids))
		}
		text, err := json.Marshal(body)
		return answer(req, 200, string(text)), err
	})
}

// TestInstancesPages: every instance comes once, also if pages move while they are read.
func TestInstancesPages(t *testing.T) {
	with := func(n int, change func(*fleet)) fleet {
		f := fleetOf(n)
		change(&f)
		return f
	}
	atSecond := func(change func(*fleet)) func(*fleet) {
		return func(f *fleet) {
			f.event = func(request int, f *fleet) {
				if request == 2 {
					change(f)
				}
			}
		}
	}
	cases := map[string]struct {
		fleet    fleet
		want     []string
		requests int
	}{
		"none":                 {fleetOf(0), nil, 1},
		"one page":             {fleetOf(100), fleetOf(100).ids, 1},
		"three pages":          {fleetOf(201), fleetOf(201).ids, 3},
		"shorter pages":        {with(120, func(f *fleet) { f.page = 50 }), fleetOf(120).ids, 3},
		"no total":             {with(201, func(f *fleet) { f.total = func(int) any { return nil } }), fleetOf(201).ids, 3},
		"no total, full pages": {with(200, func(f *fleet) { f.total = func(int) any { return nil } }), fleetOf(200).ids, 3},
		"the total as a text":  {with(150, func(f *fleet) { f.total = func(n int) any { return fmt.Sprint(n) } }), fleetOf(150).ids, 2},
		"a total too large":    {with(150, func(f *fleet) { f.total = func(int) any { return 500 } }), fleetOf(150).ids, 3},
		"new instances at the beginning": {
			with(150, atSecond(func(f *fleet) { f.ids = slices.Insert(f.ids, 0, "new1", "new2") })), fleetOf(150).ids, 2,
		},
		"deleted instances": { // i100 and i101 move to the first page, which was read before
			with(250, atSecond(func(f *fleet) { f.ids = slices.Delete(f.ids, 0, 2) })),
			slices.Concat(fleetOf(100).ids, fleetOf(202).ids[102:], []string{"i100", "i101"}, fleetOf(250).ids[202:]), 4,
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := c.fleet.network()
			got, err := n.client().Instances(t.Context(), rds.InstancesQuery{})
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, i := range got {
				ids = append(ids, i.ID)
			}
			if diff := cmp.Diff(c.want, ids); diff != "" {
				t.Errorf("instances (-want +got):\n%s", diff)
			}
			if len(n.asked) != c.requests {
				t.Errorf("got %d requests, want %d", len(n.asked), c.requests)
			}
		})
	}
}

// TestInstancesReport: each fault that passes is reported with the calls so far.
func TestInstancesReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newNetwork(func(n int, req *http.Request) (*http.Response, error) {
			if n <= 2 {
				return answer(req, 409, `{"error_code":"DBS.200011"}`), nil
			}
			return answer(req, 200, `{"instances":[]}`), nil
		})
		var got []string
		_, err := n.client().Instances(t.Context(), rds.InstancesQuery{Report: func(p rds.Progress) {
			got = append(got, fmt.Sprintf("%d calls after %s: %v", p.Calls, p.Waited, p.Outage))
		}})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"1 calls after 0s: 409 Conflict, DBS.200011", "2 calls after 2s: 409 Conflict, DBS.200011"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("reports (-want +got):\n%s", diff)
		}
	})
}
