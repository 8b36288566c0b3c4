// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package keystonetest runs a real identity server, OpenStack's Keystone, for tests: the server that this cloud's IAM
// descends from. What the simulator says about logins was written by the same people as the provider; what Keystone
// says was not.
//
//	server_test.go    a Keystone on loopback, from Debian's package python3-keystone, with all its files in one folder
//	world_test.go     the account, projects, users and services in it
//	passcode_test.go  what a virtual MFA device shows
//	serve.py          Keystone's own WSGI application behind a small server
//	keystone_test.go  what the tests share: a Keystone, an RDS that trusts it, and a provider that knows nothing but its environment
//	kinds_test.go, refusals_test.go, cli_test.go   what is tried
//
// The tests stand behind the build tag keystone, because they need a package of Debian's: make test-keystone installs
// it and runs them.
package keystonetest
