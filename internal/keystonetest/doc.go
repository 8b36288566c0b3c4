// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package keystonetest tests the provider with a real identity server: OpenStack's Keystone, from which this cloud's IAM
// descends. The simulator's answers to logins were written together with the provider, Keystone's were not.
//
//	server_test.go    a Keystone on loopback, from Debian's package python3-keystone, with all its files in one folder
//	world_test.go     the account, projects, users and services in it
//	passcode_test.go  what a virtual MFA device shows
//	serve.py          Keystone's own WSGI application behind a small server
//	keystone_test.go  what the tests share: a Keystone, an RDS that trusts it, and a provider that knows nothing but its environment
//	kinds_test.go, refusals_test.go, cli_test.go   the cases
//
// The tests have the build tag keystone, because they need a package of Debian's: make test-keystone installs it and
// runs them.
package keystonetest
