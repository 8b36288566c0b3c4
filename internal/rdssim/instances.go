// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The seeded instances. Each lives in ProjectID and in DelegatedProjectID.
const (
	InstanceHealthy     = "3d39c18788b54a919bab633874c159dfin03"
	InstanceTwoFiles    = "5a1f7c20d4b94e3c8f62b0a7d9e31c42in03"
	InstanceFails       = "7be0429d61f84f0fa53cd2817c90eb53in03"
	InstancePartlyFails = "91c3e6f85d2a4b7198d0fa64b73e2c64in03"
	InstanceBusy        = "a4d87b1309ce4f62b1f5e83c06d94a75in03"
	InstanceMySQL       = "b8e25f47c0a14d93a6b7190d5fc83e86in01"
	InstanceMissing     = "c0ffee00000000000000000000000404in03"
	InstanceEmpty       = "d2f94c6ab87e4150b3c1a06e9d58f797in03"
	InstanceStuck       = "e7104da95bc24f86a0d93f72c6b18ea8in03"
	InstanceNoLink      = "f3b65e8217d04c9ab8e4f0c1a92d76b9in03"
	InstanceShop        = "0c5a9be27f314d68b2e0d7a45c91f3c1in03"
	InstanceTwin        = "1d7e40f8a6b24c59930fb1c82e65d4d2in03"
	InstanceOtherTwin   = "2e81b5d90c7f46a3a4f1029b7d3c58e3in03"
	InstanceReplica     = "4b26d8f1e9a34705bc8d6e10f7a2c9f4in03"
	InstanceCreating    = "6c93f0a2b8d14e56917c5d83e04fb1a5in03"
)

// fileEnd is how the export of one file ends.
type fileEnd int

const (
	succeeds fileEnd = iota
	fails
	noLink
)

// Instance is one DB instance. Name is empty for the one that does not exist.
type Instance struct {
	ID, Name, Does string // Does is one line about the instance's logs
	kind, status   string // as in the list; by default Single and ACTIVE
	engine         string // by default PostgreSQL
	replicaOf      string // the ID of the primary
	// refusal answers every call for this instance, rowsRefusal only those for rows and statistics.
	refusal, rowsRefusal *problem
	busy                 bool      // refuses with DBS.200011 for a while after the first call
	files                []fileEnd // what an export makes: equal parts of the log
	stuck                bool      // its exports never end
	empty                bool      // its logs are empty
	failReason           string    // the job's fail_reason after a failed export, with %s for the log
}

var oneFile = []fileEnd{succeeds}

// Assumptions 21, 22, 23, 46 and 52.
var seeded = []Instance{
	{ID: InstanceHealthy, Name: "orders", kind: "Ha", Does: "healthy: one file", files: oneFile},
	{ID: InstanceTwoFiles, Name: "invoices", Does: "healthy: two files", files: []fileEnd{succeeds, succeeds}},
	{
		ID: InstanceFails, Name: "search", status: "STORAGE FULL",
		Does:        "its export fails, and rows are refused (409 DBS.200316)",
		files:       []fileEnd{fails},
		failReason:  "The %s file could not be prepared: the node did not answer.",
		rowsRefusal: &problem{http.StatusConflict, "DBS.200316", "The storage of the DB instance is full."},
	},
	{
		ID: InstancePartlyFails, Name: "billing", Does: "three files, the second fails",
		files:      []fileEnd{succeeds, fails, succeeds},
		failReason: "1 of 3 %s files could not be prepared.",
	},
	{
		ID: InstanceBusy, Name: "payments", kind: "Ha", status: "BACKING UP",
		Does: "busy at first (409 DBS.200011), then healthy", busy: true, files: oneFile,
	},
	{
		ID: InstanceMySQL, Name: "shop", engine: "MySQL", Does: "is not PostgreSQL (400 DBS.280343)",
		refusal: &problem{http.StatusBadRequest, "DBS.280343", "The DB engine does not support this operation."},
	},
	{ID: InstanceMissing, Does: "does not exist (404 DBS.200602), like every ID that is not in this list", refusal: &notFound},
	{ID: InstanceEmpty, Name: "stock", Does: "finishes with an empty list, and has no rows", empty: true},
	{ID: InstanceStuck, Name: "warehouse", status: "MODIFYING", Does: "its export never ends", files: oneFile, stuck: true},
	{ID: InstanceNoLink, Name: "reports", Does: "finishes, and its one entry has no link", files: []fileEnd{noLink}},
	{ID: InstanceShop, Name: "shop", Does: "healthy; a MySQL instance has the same name", files: oneFile},
	{ID: InstanceTwin, Name: "twin", Does: "healthy; another one has the same name", files: oneFile},
	{ID: InstanceOtherTwin, Name: "twin", kind: "Ha", status: "REBOOTING", Does: "healthy; another one has the same name", files: oneFile},
	{
		ID: InstanceReplica, Name: "orders-replica", kind: "Replica", replicaOf: InstanceHealthy,
		Does: "healthy: the read replica of orders", files: oneFile,
	},
	{
		ID: InstanceCreating, Name: "archive", status: "BUILD", Does: "is being created (400 DBS.200086)",
		refusal: &problem{http.StatusBadRequest, "DBS.200086", "The DB instance status does not allow this operation."},
	},
}

var notFound = problem{http.StatusNotFound, "DBS.200602", "The DB instance does not exist."}

// Instances lists the seeded instances, without the fleet.
func Instances() []Instance {
	return slices.Clone(seeded)
}

// fleetForm is the ID of an instance of the fleet, with its number.
const fleetForm = "f1ee7%027din03"

// FleetInstance returns the ID of the healthy instance number n, 0 or more. Number 1 has the name fleet-0001.
func FleetInstance(n int) string {
	return fmt.Sprintf(fleetForm, n)
}

func fleetInstance(id string) (Instance, bool) {
	var n int
	if _, err := fmt.Sscanf(id, fleetForm, &n); err != nil || n < 0 || id != FleetInstance(n) {
		return Instance{}, false
	}
	return Instance{ID: id, Name: fmt.Sprintf("fleet-%04d", n), files: oneFile}, true
}

// openInstance returns the instance of a call, or the refusal if its logs cannot be read now.
func (s *Server) openInstance(in project, id string) (Instance, *problem) {
	i := slices.IndexFunc(seeded, func(one Instance) bool { return one.ID == id })
	one, ok := fleetInstance(id)
	if i >= 0 {
		one, ok = seeded[i], true
	}
	switch {
	case !ok || !in.instances:
		return Instance{}, &notFound
	case one.refusal != nil:
		return Instance{}, one.refusal
	case one.busy && s.stillBusy(in.key(id)):
		return Instance{}, &problem{
			http.StatusConflict, "DBS.200011",
			"The DB instance is being operated on. Another operation is in progress. Try again later.",
		}
	}
	return one, nil
}

// stillBusy reports whether the time since the first call is not over.
func (s *Server) stillBusy(key string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if _, ok := s.busy[key]; !ok {
		s.busy[key] = now.Add(s.options.busyFor)
	}
	return now.Before(s.busy[key])
}

// firstCreated is when the first instance in the list was created.
var firstCreated = time.Date(2026, 1, 15, 10, 30, 0, 0, time.FixedZone("", 8*60*60))

// listInstances answers GET /v3/{project_id}/instances. Assumptions 47 to 49.
func (s *Server) listInstances(r *http.Request, in project, _ string) (any, *problem) {
	query := r.URL.Query()
	var p parameters
	offset := p.number("offset", query.Get("offset"), 0, 0, 1<<30)
	limit := p.number("limit", query.Get("limit"), 100, 1, 100)
	kind := p.oneOf("type", query.Get("type"), "Single", "Ha", "Replica")
	engine := p.oneOf("datastore_type", query.Get("datastore_type"), "MySQL", "PostgreSQL", "SQLServer")
	if query.Get("name") == "*" || query.Get("id") == "*" {
		p.refuse(badParameter("A filter must not be * alone."))
	}
	if p.refused != nil {
		return nil, p.refused
	}
	list := []object{}
	for number, one := range s.listed(in) {
		if matches(one.Name, query.Get("name")) && matches(one.ID, query.Get("id")) &&
			(kind == "" || kind == cmp.Or(one.kind, "Single")) && (engine == "" || engine == cmp.Or(one.engine, "PostgreSQL")) {
			list = append(list, one.describe(number))
		}
	}
	return object{"instances": page(list, offset, limit), "total_count": len(list)}, nil
}

// listed returns the instances of a project, with as much of the fleet as was asked for.
func (s *Server) listed(in project) []Instance {
	if !in.instances {
		return nil
	}
	list := slices.DeleteFunc(slices.Clone(seeded), func(one Instance) bool { return one.Name == "" })
	for n := range s.options.fleet {
		one, _ := fleetInstance(FleetInstance(n + 1))
		list = append(list, one)
	}
	return list
}

// matches reports whether a value contains the filter, with or without a "*" before it. Assumption 48.
func matches(value, filter string) bool {
	return strings.Contains(value, strings.TrimPrefix(filter, "*"))
}

// describe returns one element of the list. Assumptions 50 and 51.
func (one Instance) describe(number int) object {
	created := firstCreated.AddDate(0, 0, number)
	related := []object{}
	if one.replicaOf != "" {
		related = append(related, object{"id": one.replicaOf, "type": "replica_of"})
	}
	for _, other := range seeded {
		if other.replicaOf == one.ID {
			related = append(related, object{"id": other.ID, "type": "replica"})
		}
	}
	a := object{
		"id": one.ID, "status": cmp.Or(one.status, "ACTIVE"), "name": one.Name, "port": 5432, "type": cmp.Or(one.kind, "Single"),
		"region": Region, "datastore": object{"type": "PostgreSQL", "version": "15", "complete_version": "15.18"},
		"created": created.Format(cloudTime), "updated": created.Add(time.Second).Format(cloudTime),
		"volume": object{"type": "CLOUDSSD", "size": 100}, "tags": []string{}, "public_ips": []string{},
		"private_ips": []string{fmt.Sprintf("192.168.%d.%d", number/200, 10+number%200)},
		"flavor_ref":  "rds.pg.c2.large", "related_instance": related,
	}
	if one.engine == "MySQL" {
		a["port"], a["flavor_ref"] = 3306, "rds.mysql.c2.large"
		a["datastore"] = object{"type": "MySQL", "version": "8.0", "complete_version": "8.0.32"}
	}
	if one.status == "BUILD" {
		a["created"], a["updated"], a["private_ips"] = "", "", []string{""}
	}
	return a
}
