// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// renameNew is not to be had through an open folder. A hard link does the same.
func renameNew(*os.File, string, string) error { return errors.ErrUnsupported }

// writeUncached is not to be had: Windows does so for aligned buffers only.
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

// lockFolder has nothing to lock: Windows locks no folders.
func lockFolder(*os.File) (bool, error) { return true, nil }

func unlockFolder(*os.File) {}
