// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package identity authorizes requests to RDS and finds out where RDS is.
//
// A [Session] takes the resolved configuration of package settings. It does nothing until the first request needs it.
// Then it logs in, finds the project and the endpoint of RDS, and authorizes each attempt of each request:
//
//   - with a token of the user's, as it is. It cannot be renewed.
//   - with AK/SK: every attempt is signed; there is no token.
//   - with a password: it is exchanged for a token, which is renewed when it is refused.
//
// With any of them the caller may assume an agency, a role in another account.
//
// A Session never sends a refused credential again: the cloud locks a user or a key after a few failures in a row, and
// a plan can have two hundred data sources.
//
//	session.go    one login for all requests
//	login.go      login with a password or a token; aksk.go with a key; agency.go for another account
//	endpoint.go   the address of RDS
//	transport.go  each attempt is authorized; signer.go signs
//	conceal.go    cuts secrets out of answers
//	failure.go    finds out what went wrong; words.go has all texts for it; error.go the error
//
// The package writes no log. Every error is an [*Error] and holds no secret.
package identity
