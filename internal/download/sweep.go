// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"crypto/rand"
	"regexp"
	"strings"
	"time"
)

// temporaryName is one that nobody else has. It tells nothing, and no file of a cloud can have it: their names do not
// begin with a ".".
func temporaryName() string { return ".download-" + strings.ToLower(rand.Text()) + ".part" }

var isTemporary = regexp.MustCompile(`^\.download-[a-z2-7]{26}\.part$`)

// leftBehind is after how long without a byte a temporary file counts as left behind: longer than a transfer goes
// without one.
const leftBehind = 24 * time.Hour

// sweep removes the temporary files of runs that were killed, and could not do so themselves. What can't be removed
// stays: it is no reason not to save.
func (f *folder) sweep() {
	names, _ := f.dir.Readdirnames(-1)
	for _, name := range names {
		if !isTemporary.MatchString(name) {
			continue
		}
		if there, err := f.root.Lstat(name); err == nil && there.Mode().IsRegular() && time.Since(there.ModTime()) > leftBehind {
			_ = f.root.Remove(name)
		}
	}
}
