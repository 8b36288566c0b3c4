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

// writeUncached is not to be had on these systems.
func writeUncached(*os.File, []byte, int64) int { return 0 }
