// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package postgrestest runs a real PostgreSQL server, so that the reader of its log is tested with the log that
// PostgreSQL itself writes.
//
//	server.go   a server with all its files in one folder
//	session.go  a connection that is kept open: psql behind a pipe
//
// Everything but this file has the build tag postgres, because it needs Debian's package postgresql: make test-postgres
// installs it and runs the tests. internal/cmd/incidentlogs uses the same server to make the simulator's logs.
package postgrestest
