// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build darwin || freebsd

package download

import (
	"os"

	"golang.org/x/sys/unix"
)

// writeUncached is not available on these systems.
func writeUncached(*os.File, []byte, int64) int { return 0 }

// unitOf returns the size of the blocks that free space is counted in, in bytes.
func unitOf(s *unix.Statfs_t) int64 {
	return int64(s.Bsize) //nolint:gosec,unconvert // the types differ from system to system
}
