// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"regexp"
)

// instance is what the simulator knows of one DB instance: how its exports end.
type instance struct {
	id   string
	does string
	// refusal, if set, is the answer to every errorlog-download.
	refusal *problem
	// busy instances refuse with DBS.200011 for a while after the first call.
	busy bool
	// parts are the files that an export yields.
	parts []part
	// stuck exports never end.
	stuck bool
	// failReason is what the job says when an export of it failed.
	failReason string
}

// part is one file of an export: the lines of the log from one fraction to another.
type part struct {
	from, to int // in parts of len(parts)
	fails    bool
	noLink   bool
}

var wholeLog = []part{{0, 1, false, false}}

// Assumptions 21, 22 and 23.
var seeded = []instance{
	{id: InstanceHealthy, does: "healthy: one file", parts: wholeLog},
	{id: InstanceTwoFiles, does: "healthy: two files", parts: []part{{from: 0, to: 1}, {from: 1, to: 2}}},
	{
		id: InstanceFails, does: "its export fails", parts: []part{{to: 1, fails: true}},
		failReason: "The error log file could not be prepared: the node did not answer.",
	},
	{
		id: InstancePartlyFails, does: "three files, the second fails",
		parts:      []part{{from: 0, to: 1}, {from: 1, to: 2, fails: true}, {from: 2, to: 3}},
		failReason: "1 of 3 error log files could not be prepared.",
	},
	{id: InstanceBusy, does: "busy at first (409 DBS.200011), then healthy", busy: true, parts: wholeLog},
	{
		id: InstanceMySQL, does: "is not PostgreSQL (400 DBS.280343)",
		refusal: &problem{http.StatusBadRequest, "DBS.280343", "The DB engine does not support this operation."},
	},
	{
		id: InstanceMissing, does: "does not exist (404 DBS.200602), like every ID that is not in this list",
		refusal: &notFound,
	},
	{id: InstanceEmpty, does: "finishes with an empty list"},
	{id: InstanceStuck, does: "its export never ends", parts: wholeLog, stuck: true},
	{id: InstanceNoLink, does: "finishes, and its one entry has no link", parts: []part{{to: 1, noLink: true}}},
}

var notFound = problem{http.StatusNotFound, "DBS.200602", "The DB instance does not exist."}

// Instance describes one of the seeded instances for people.
type Instance struct {
	ID string
	// Does says in one line what asking for its error log leads to.
	Does string
}

// Instances lists the seeded instances. The fleet's are not among them.
func Instances() []Instance {
	list := make([]Instance, len(seeded))
	for i, one := range seeded {
		list[i] = Instance{ID: one.id, Does: one.does}
	}
	return list
}

var fleetID = regexp.MustCompile(`^` + fleetPrefix + `[0-9]{27}in03$`)

// findInstance never fails: an ID that nobody knows is an instance that is not found, and so is one of another project.
func findInstance(in project, id string) instance {
	if !in.instances {
		return instance{id: id, refusal: &notFound}
	}
	for _, one := range seeded {
		if one.id == id {
			return one
		}
	}
	if fleetID.MatchString(id) {
		return instance{id: id, parts: wholeLog}
	}
	return instance{id: id, refusal: &notFound}
}
