// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build darwin || freebsd

package download

import (
	"errors"
	"os"
)

// renameNew is not to be had on these systems through an open folder. A hard link does the same.
func renameNew(*os.File, string, string) error { return errors.ErrUnsupported }

// startWriting leaves it to the system when it begins to bring a file to the disk.
func startWriting(*os.File, int64, int64) {}
