// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build darwin || freebsd

package download

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew is not available on these systems through an open folder. A hard link does the same.
func renameNew(*os.File, string, string) error { return errors.ErrUnsupported }

// writeUncached is not available on these systems.
func writeUncached(*os.File, []byte, int64) int { return 0 }

// unitOf is the size in bytes of what free space is counted in.
func unitOf(s *unix.Statfs_t) int64 {
	return int64(s.Bsize) //nolint:gosec,unconvert // the types differ from system to system
}
