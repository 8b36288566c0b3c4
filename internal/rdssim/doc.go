// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rdssim simulates the part of Open Telekom Cloud that the provider uses: IAM, RDS and the object store. All of
// them have the same address.
//
//	/v3/auth/…, /v3/projects                        IAM: tokens, projects, domains, the catalogue
//	/v3/{project_id}/instances                      RDS: the list of instances
//	/v3/{project_id}/instances/{id}/…               RDS: errorlog-download, slowlog-download, errorlog
//	/v3.1/{project_id}/instances/{id}/slow-logs/…   RDS: statistics
//	/v3/{project_id}/jobs                           RDS: tasks
//	/obs/{bucket}/{name}                            the object store behind download links
//
// It is for tests, for the demo and for rehearsing runbooks. It enforces the cloud's rules: tokens expire, signatures are
// verified, links expire, a gateway limits the rate. A broken rule gets at least as clear an answer as in the cloud.
//
// # Exports
//
// The first errorlog-download of an instance starts an export. Until it is done, the answer is CREATING with entries
// EXPORTING. After that it is finish, with newly signed links in each answer. After the log's life, a call starts the
// next export. slowlog-download works in the same way, independently. All state follows from the clock, and nothing runs
// in the background, so it works with virtual time.
//
// # Logs
//
// Logs come from a real PostgreSQL, see [WithIncident]. Their times are moved so that the last event is one minute old.
// Rows and exported files have the same events.
//
// # Accounts and instances
//
// Accounts, users and keys are seeded, see the constants. [Instances] lists the instances and what each does: some fail,
// are busy or are not PostgreSQL. [FleetInstance] gives any number of healthy ones.
//
// # Truth
//
// The simulator is written from the API's documents and shares no code with the client, so that no mistake is in both.
// Where the documents are silent, it makes assumptions. Each has a number, a source and a place in the code, see
// [Assumptions].
//
// # Files
//
//	server.go, options.go, listen.go    the server and its record of requests, its options, its socket or transport
//	route.go, gateway.go, faults.go     what comes before an API: paths, authorization, rate limit, injected faults
//	world.go, instances.go              the seeded accounts; the instances and their list
//	log.go                              incidents, their events and times, content of files
//	iam.go, login.go, aksk.go           IAM: its calls, logins and tokens, signed requests
//	export.go, rows.go, slowlog.go      RDS: exports and their tasks, rows of the error log, slow statements
//	obs.go                              the object store and its links
//	answer.go, assumptions.go           the form of answers; what is assumed
package rdssim
