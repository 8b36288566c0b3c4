// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package postgrestest runs a real PostgreSQL server, so that the reader of its log is tested with the log that
// PostgreSQL itself writes.
//
//	server.go   a server with all its files in one folder
//	session.go  its clients: psql behind a pipe, which keeps its connection open, and pgbench
//	world_test.go, ways_test.go   a cluster to copy, and the ways in which a server is made to fail
//	compare_test.go               what the reader makes of the log's three formats, held against each other
//
// Everything but this file has the build tag postgres, because it needs Debian's package postgresql: make test-postgres
// installs it and runs the tests with its programs on PATH. internal/cmd/incidentlogs uses the same server to make the
// simulator's logs.
package postgrestest
