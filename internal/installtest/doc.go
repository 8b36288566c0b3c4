// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package installtest runs "make install" with an empty home folder, and then the real CLI as a user would.
package installtest
