// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/windows"
)

// renameNew is not available through an open folder. A hard link does the same.
func renameNew(*os.File, string, string) error { return errors.ErrUnsupported }

// writeUncached is not available: Windows does so for aligned buffers only.
func writeUncached(*os.File, []byte, int64) int { return 0 }

// freeSpace is what this user may still write to the folder's disk, in bytes.
func freeSpace(dir *os.File) (int64, error) {
	path, err := windows.UTF16PtrFromString(dir.Name())
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(free, math.MaxInt64)), nil
}

// isFull says whether an error means that there is no room.
func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

// lockFolder keeps other processes that save to the same folder away from its checksums; while one holds the lock it
// returns errHeld. Windows locks no folders. So the lock is a file that one handle only can have open, and that goes
// with this handle, also if the process is killed. Who comes while it goes is told for a moment that access is
// denied.
func lockFolder(dir *os.File) (unlock func(), err error) {
	path, err := windows.UTF16PtrFromString(filepath.Join(dir.Name(), ".download-lock"))
	if err != nil {
		return nil, err
	}
	const alone = 0
	const flags = windows.FILE_ATTRIBUTE_HIDDEN | windows.FILE_FLAG_DELETE_ON_CLOSE | windows.FILE_FLAG_OPEN_REPARSE_POINT
	for tries := 0; ; tries++ {
		handle, err := windows.CreateFile(path, windows.GENERIC_WRITE, alone, nil, windows.OPEN_ALWAYS, flags, 0)
		switch {
		case errors.Is(err, windows.ERROR_SHARING_VIOLATION):
			return nil, errHeld
		case errors.Is(err, windows.ERROR_ACCESS_DENIED) && tries < 100: // a second at most: it may be denied for good
			time.Sleep(10 * time.Millisecond)
		default:
			return func() { _ = windows.CloseHandle(handle) }, err
		}
	}
}
