// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package settings finds out what the user configured, from three sources: the provider block, the environment and
// clouds.yaml.
//
// [Resolve] merges them into one [Config], which package identity takes. The provider block beats the environment, and
// the environment beats clouds.yaml. No network is used. Every error is an [*Error] and shows no secret.
//
//	attributes.go   the one table of attributes: name, variables, keys in clouds.yaml, description
//	values.go       the values that one source gives
//	environment.go  variables and folders
//	clouds.go       an entry of clouds.yaml; cloudsfile.go finds the files
//	resolve.go      which source wins, and where each value comes from
//	check.go        what cannot work, whatever the cloud answers; url.go the same for addresses, and the regions in them
//	tls.go          certificates
package settings
