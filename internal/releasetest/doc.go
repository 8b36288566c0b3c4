// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package releasetest tests a finished release: it has all files that the registries need, its programs are small enough
// and know their version.
//
// Its tests have the build tag "release" and need a folder that goreleaser has filled. "make check-release" makes one,
// without a signature, and runs them.
package releasetest
