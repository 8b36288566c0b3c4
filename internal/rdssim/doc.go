// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rdssim simulates the part of Open Telekom Cloud that leads to an error log: IAM, RDS and the object store,
// on one address and told apart by path.
//
//	/v3/auth/…, /v3/projects               IAM: tokens, projects, domains, the catalogue
//	/v3/{project_id}/instances/{id}/…      RDS: errorlog-download
//	/v3/{project_id}/jobs                  RDS: tasks
//	/obs/{bucket}/{name}                   the object store that download links lead to
//
// It exists for tests, for the demo and for rehearsing runbooks, and it obeys the rules: a token expires, a signature
// is verified, a link dies, a gateway limits. What it does when a rule is broken is as loud as the cloud's answer, or
// louder.
//
// # Life of an export
//
// The first errorlog-download for an instance starts an export. Until its duration is over, the answer says CREATING
// with entries EXPORTING; afterwards, finish with a link that is signed anew in each answer; after the log's life a
// call starts the next export. All of it follows from the clock alone: nothing runs in the background, so virtual
// time works.
//
// # The world
//
// Accounts, users, keys and instances are seeded, see the constants. Each instance answers in one way: healthy,
// failing, busy, missing and so on; [Instances] lists them, [FleetInstance] has any number of healthy ones.
//
// # Truth
//
// The simulator is written from the API's documents and shares no code with the client, so that both cannot be wrong
// together. What the documents leave open is assumed, and each assumption has a number, a source and a place in the
// code: see [Assumptions].
//
// # Files
//
//	server.go, options.go, listen.go, transport.go   a server, how it is set up, on a socket and in process
//	route.go, gateway.go, record.go                  what comes before an API: paths, limits, what was asked
//	fault.go, faults.go, faults_body.go              what answers in an API's place, and ready-made answers
//	world.go, instances.go, assumptions.go           who and what there is, and what is assumed
//	iam.go, iam_calls.go, login.go, tokens.go, aksk.go   IAM
//	errorlog.go, jobs.go, export.go                  RDS, and the life of an export
//	obs.go, link.go, content.go                      the object store, its links, the files
//	answer.go                                        how answers are written
//
// # Use
//
//	cloud := rdssim.New(rdssim.WithExportDuration(13 * time.Second))
//	client := &http.Client{Transport: cloud.Transport()} // in process; or cloud.Start() for a socket on 127.0.0.1
//	cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Skip: 1, Times: 2, Handler: rdssim.HTMLPage(502)})
package rdssim
