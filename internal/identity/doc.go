// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package identity answers one question for the rest of the provider: who is
// calling, and where is RDS for them?
//
// It starts from a [Config], which has one field for each attribute of the
// provider block. [Resolve] completes it from the environment and from
// clouds.yaml; configuration beats environment beats clouds.yaml. A [Session]
// made from the result does the rest, and only when the first request needs it:
// it logs in, finds the project and the endpoint of RDS, and authorises each
// attempt of each request.
//
// There are three kinds of credential. Within one source (the provider block,
// the environment, clouds.yaml) a token beats AK/SK and AK/SK beats a password:
//
//   - token: used as it is. It cannot be renewed.
//   - AK/SK: an access key and its secret sign every attempt; there is no token.
//   - password: exchanged for a token, which is renewed once when it is refused.
//
// With any of them the caller may assume an agency, a role in another account.
//
// A credential that was refused is never sent again by the same Session: the
// cloud locks a user or a key after a few failures in a row, and two hundred
// data sources in one plan would be two hundred failures.
//
// The files, from the configuration to a request:
//
//	config.go       what a user said; variables.go names the environment variables of each attribute
//	environment.go  what surrounds the provider
//	cloudsfile.go   where clouds.yaml and its companions are; cloudsyaml.go, yamlnode.go what stands in them
//	resolve.go      which source wins; source.go names it in errors; region.go knows the regions
//	check.go        what cannot work whatever the cloud answers; kind.go which credential is used
//	tls.go          certificates
//	session.go      one login for all; login.go with a password or token, aksk.go with a key, agency.go on behalf
//	endpoint.go     where RDS is
//	transport.go    each attempt authorised; signer.go signs, probe.go keeps a wrong key from being locked
//	conceal.go      takes secrets out of what servers repeat; answer.go reads bodies
//	error.go        what can go wrong, in words; failure.go finds out what did
//
// The package knows nothing of Terraform and never writes a log. Everything that
// it says goes into a [*ConfigError] (something in the configuration must change
// before a request makes sense) or an [*Error] (the cloud refused, or could not
// be reached). Neither holds a password, a token, a key or a signature.
package identity
