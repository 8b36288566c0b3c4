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

// freeSpace is what a user without privileges may still write to the folder's file system, in bytes.
func freeSpace(dir *os.File) (int64, error) {
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, err
	}
	if s.Blocks == 0 { // some file systems in user space do not say
		return 0, errors.ErrUnsupported
	}
	return int64(s.Bavail) * unitOf(&s), nil //nolint:gosec // the types differ from system to system
}

// isFull says whether an error means that there is no room.
func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

// lockFolder keeps other processes that save to the same folder away from its checksums; while one holds the lock it
// returns errHeld. The lock goes with the open folder, so no process that was killed leaves it behind.
func lockFolder(dir *os.File) (unlock func(), err error) {
	fd := int(dir.Fd())
	err = unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR) {
		return nil, errHeld
	}
	return func() { _ = unix.Flock(fd, unix.LOCK_UN) }, err
}
