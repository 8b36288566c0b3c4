// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"net/http"
	"regexp"
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

// instance is what the simulator knows of one DB instance.
type instance struct {
	id, name, does string
	kind, status   string // as in the list; by default Single and ACTIVE
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
var seeded = []instance{
	{id: InstanceHealthy, name: "orders", kind: "Ha", does: "healthy: one file", files: oneFile},
	{id: InstanceTwoFiles, name: "invoices", does: "healthy: two files", files: []fileEnd{succeeds, succeeds}},
	{
		id: InstanceFails, name: "search", status: "STORAGE FULL",
		does:        "its export fails, and rows are refused (409 DBS.200316)",
		files:       []fileEnd{fails},
		failReason:  "The %s file could not be prepared: the node did not answer.",
		rowsRefusal: &problem{http.StatusConflict, "DBS.200316", "The storage of the DB instance is full."},
	},
	{
		id: InstancePartlyFails, name: "billing", does: "three files, the second fails",
		files:      []fileEnd{succeeds, fails, succeeds},
		failReason: "1 of 3 %s files could not be prepared.",
	},
	{
		id: InstanceBusy, name: "payments", kind: "Ha", status: "BACKING UP",
		does: "busy at first (409 DBS.200011), then healthy", busy: true, files: oneFile,
	},
	{
		id: InstanceMySQL, name: "shop", does: "is not PostgreSQL (400 DBS.280343)",
		refusal: &problem{http.StatusBadRequest, "DBS.280343", "The DB engine does not support this operation."},
	},
	{id: InstanceMissing, does: "does not exist (404 DBS.200602), like every ID that is not in this list", refusal: &notFound},
	{id: InstanceEmpty, name: "stock", does: "finishes with an empty list, and has no rows", empty: true},
	{id: InstanceStuck, name: "warehouse", status: "MODIFYING", does: "its export never ends", files: oneFile, stuck: true},
	{id: InstanceNoLink, name: "reports", does: "finishes, and its one entry has no link", files: []fileEnd{noLink}},
	{id: InstanceShop, name: "shop", does: "healthy; a MySQL instance has the same name", files: oneFile},
	{id: InstanceTwin, name: "twin", does: "healthy; another one has the same name", files: oneFile},
	{id: InstanceOtherTwin, name: "twin", kind: "Ha", status: "REBOOTING", does: "healthy; another one has the same name", files: oneFile},
	{
		id: InstanceReplica, name: "orders-replica", kind: "Replica", replicaOf: InstanceHealthy,
		does: "healthy: the read replica of orders", files: oneFile,
	},
	{
		id: InstanceCreating, name: "archive", status: "BUILD", does: "is being created (400 DBS.200086)",
		refusal: &problem{http.StatusBadRequest, "DBS.200086", "The DB instance status does not allow this operation."},
	},
}

var notFound = problem{http.StatusNotFound, "DBS.200602", "The DB instance does not exist."}

// Instance describes a seeded instance for people.
type Instance struct {
	ID, Name string // Name is empty for the instance that does not exist
	Does     string // one line about the instance's logs
}

// Instances lists the seeded instances, without the fleet.
func Instances() []Instance {
	list := make([]Instance, len(seeded))
	for i, one := range seeded {
		list[i] = Instance{one.id, one.name, one.does}
	}
	return list
}

// fleetPrefix begins the ID of each instance of the fleet.
const fleetPrefix = "f1ee7"

var fleetID = regexp.MustCompile(`^` + fleetPrefix + `([0-9]{27})in03$`)

// FleetInstance returns the ID of the healthy instance number n, 0 or more. Number 1 has the name fleet-0001.
func FleetInstance(n int) string {
	return fmt.Sprintf("%s%027din03", fleetPrefix, n)
}

func fleetInstance(id string) (instance, bool) {
	m := fleetID.FindStringSubmatch(id)
	if m == nil {
		return instance{}, false
	}
	digits := strings.TrimLeft(m[1][:23], "0") + m[1][23:]
	return instance{id: id, name: "fleet-" + digits, files: oneFile}, true
}

// openInstance returns the instance of a call, or the refusal if its logs cannot be read now.
func (s *Server) openInstance(in project, id string) (instance, *problem) {
	i := slices.IndexFunc(seeded, func(one instance) bool { return one.id == id })
	one, ok := fleetInstance(id)
	if i >= 0 {
		one, ok = seeded[i], true
	}
	switch {
	case !ok || !in.instances:
		return instance{}, &notFound
	case one.refusal != nil:
		return instance{}, one.refusal
	case one.busy && s.stillBusy(instanceKey{in.id, id}):
		return instance{}, &problem{
			http.StatusConflict, "DBS.200011",
			"The DB instance is being operated on. Another operation is in progress. Try again later.",
		}
	}
	return one, nil
}

// stillBusy reports whether the time since the first call is not over.
func (s *Server) stillBusy(key instanceKey) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if _, ok := s.busy[key]; !ok {
		s.busy[key] = now.Add(s.options.busyFor)
	}
	return now.Before(s.busy[key])
}

// instanceAnswer is one element of the list, in the order of the API's page.
type instanceAnswer struct {
	ID         string            `json:"id"`
	Status     string            `json:"status"`
	Name       string            `json:"name"`
	Port       int               `json:"port"`
	Type       string            `json:"type"`
	Region     string            `json:"region"`
	Datastore  map[string]string `json:"datastore"`
	Created    string            `json:"created"`
	Updated    string            `json:"updated"`
	Volume     volume            `json:"volume"`
	Tags       []string          `json:"tags"`
	PrivateIPs []string          `json:"private_ips"`
	PublicIPs  []string          `json:"public_ips"`
	FlavorRef  string            `json:"flavor_ref"`
	Related    []related         `json:"related_instance"`
}

type volume struct {
	Type string `json:"type"`
	Size int    `json:"size"`
}

type related struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// firstCreated is when the first instance in the list was created.
var firstCreated = time.Date(2026, 1, 15, 10, 30, 0, 0, time.FixedZone("", 8*60*60))

// listInstances answers GET /v3/{project_id}/instances. Assumptions 47 to 49.
func (s *Server) listInstances(w http.ResponseWriter, r *http.Request, in project, _ string) {
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
		p.refused.write(w)
		return
	}
	list := []instanceAnswer{}
	for number, one := range s.listed(in) {
		found := one.describe(number)
		if matches(one.name, query.Get("name")) && matches(one.id, query.Get("id")) &&
			(kind == "" || kind == found.Type) && (engine == "" || engine == found.Datastore["type"]) {
			list = append(list, found)
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"instances": page(list, offset, limit), "total_count": len(list)})
}

// listed returns the instances of a project, with as much of the fleet as was asked for.
func (s *Server) listed(in project) []instance {
	if !in.instances {
		return nil
	}
	list := slices.DeleteFunc(slices.Clone(seeded), func(one instance) bool { return one.name == "" })
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

// describe writes one element of the list. Assumptions 50 and 51.
func (one instance) describe(number int) instanceAnswer {
	a := instanceAnswer{
		ID: one.id, Status: cmp.Or(one.status, "ACTIVE"), Name: one.name, Port: 5432, Type: cmp.Or(one.kind, "Single"), Region: Region,
		Datastore: map[string]string{"type": "PostgreSQL", "version": "15", "complete_version": "15.18"},
		Created:   firstCreated.AddDate(0, 0, number).Format(cloudTime),
		Updated:   firstCreated.AddDate(0, 0, number).Add(time.Second).Format(cloudTime),
		Volume:    volume{"CLOUDSSD", 100}, Tags: []string{},
		PrivateIPs: []string{fmt.Sprintf("192.168.%d.%d", number/200, 10+number%200)}, PublicIPs: []string{},
		FlavorRef: "rds.pg.c2.large", Related: []related{},
	}
	if one.id == InstanceMySQL {
		a.Port, a.FlavorRef = 3306, "rds.mysql.c2.large"
		a.Datastore = map[string]string{"type": "MySQL", "version": "8.0", "complete_version": "8.0.32"}
	}
	if one.status == "BUILD" {
		a.Created, a.Updated, a.PrivateIPs = "", "", []string{""}
	}
	if one.replicaOf != "" {
		a.Related = append(a.Related, related{one.replicaOf, "replica_of"})
	}
	for _, other := range seeded {
		if other.replicaOf == one.id {
			a.Related = append(a.Related, related{other.id, "replica"})
		}
	}
	return a
}
