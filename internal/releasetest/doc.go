// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package releasetest looks at a finished release before anybody else does: is everything there that the registries
// ask for, does a program say its version, is it small enough.
//
// Its tests carry the build tag "release" and need a folder that goreleaser has filled: "make check-release" makes
// one without a signature and runs them.
package releasetest
