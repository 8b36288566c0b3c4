// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build linux || darwin || freebsd

package download

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// freeSpace returns the bytes that a user without privileges may still write to the folder's file system.
func freeSpace(dir *os.File) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, err
	}
	if s.Blocks == 0 { // some file systems in user space do not know
		return 0, errors.ErrUnsupported
	}
	return int64(s.Bavail) * unitOf(&s), nil //nolint:gosec // the types differ from system to system
}

// isFull reports whether an error means that the disk has no room.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
