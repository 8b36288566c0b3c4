// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames within a folder to a name that must not exist. Where the file system can't, it says so with an error.
func renameNew(dir *os.File, from, to string) error {
	fd := int(dir.Fd())
	return unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE)
}

// startWriting asks for a part of a file to be brought to the disk, and does not wait for it. What goes wrong then, Sync tells.
func startWriting(file *os.File, offset, length int64) {
	_ = unix.SyncFileRange(int(file.Fd()), offset, length, unix.SYNC_FILE_RANGE_WRITE)
}
