// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import "os"

// What tests need to see of the inside.

// SafeNames is safeNames.
func SafeNames(names []string) []string { return safeNames(names) }

// WithExtension is withExtension.
func WithExtension(name string, head []byte) string { return withExtension(name, head) }

// FolderError is the error that one of the file system's becomes.
func FolderError(path string, err error) *Error { return diskError(path, err) }

// Redact is redact.
func Redact(text, link string) string { return redact(text, link) }

// Disk replaces parts of the disk. A nil function means the real one.
type Disk struct {
	OpenRoot func(path string) (*os.Root, error)
	Sync     func(*os.File) error
	Link     func(root *os.Root, from, to string) error
	Free     func(dir *os.File) (int64, error)
}

// WithDisk returns options with another disk.
func (o Options) WithDisk(d Disk) Options {
	o.disk = realDisk
	if d.OpenRoot != nil {
		o.disk.openRoot = d.OpenRoot
	}
	if d.Sync != nil {
		o.disk.sync = d.Sync
	}
	if d.Link != nil {
		o.disk.link = d.Link
	}
	if d.Free != nil {
		o.disk.free = d.Free
	}
	return o
}
