// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"os"

	"golang.org/x/sys/unix"
)

// renameNew renames within a folder to a name that must not exist. Where the file system can't, it says so with an
// error.
func renameNew(dir *os.File, from, to string) error {
	fd := int(dir.Fd())
	return unix.Renameat2(fd, from, fd, to, unix.RENAME_NOREPLACE)
}

// unitOf is the size in bytes of what free space is counted in. File systems in user space may prefer to write larger
// blocks than they count.
func unitOf(s *unix.Statfs_t) int64 {
	return int64(cmp.Or(s.Frsize, s.Bsize)) //nolint:unconvert // 32 bits on some systems
}

// writeUncached writes to a place in a file, to the disk as soon as the system can and without keeping it in the
// cache, and returns how many bytes it has written. That is 0 where system or file system can't (it came with Linux
// 6.14), and less than all where something went wrong: the usual way says what. A third faster than the usual way for
// 1 GiB, because the cache's memory is used again at once, and nothing else is driven out of it.
func writeUncached(file *os.File, piece []byte, offset int64) int {
	n, err := unix.Pwritev2(int(file.Fd()), [][]byte{piece}, offset, unix.RWF_DONTCACHE)
	if err != nil {
		return 0
	}
	return n
}
