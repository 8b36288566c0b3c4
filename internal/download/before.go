// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"errors"
	"io/fs"
)

// look finds out what can be known of a file before any transfer: that an earlier Save saved it, or that it can't be
// saved. It returns nothing of one that is to be transferred.
func (s *saving) look(ctx context.Context, i int) (*Saved, *Error) {
	t := s.transfer(i)
	saved, err := t.before(ctx)
	if saved == nil && err == nil {
		err = checkLink(t.link)
	}
	if saved == nil && err == nil {
		err = t.vacant()
	}
	if err != nil {
		return nil, t.failure(err)
	}
	return saved, nil
}

// before returns the file if it is sure that an earlier Save saved it, and an error if somebody has changed it since.
func (t *transfer) before(ctx context.Context) (*Saved, error) {
	if t.options.Overwrite {
		return nil, nil //nolint:nilnil // nothing is there that counts
	}
	for _, name := range possibleNames(t.name) {
		sum, size := t.listed[name], t.folder.size(name)
		if sum == "" || size < 0 || !t.identified(size) {
			continue
		}
		is, err := t.folder.checksum(ctx, name)
		if err != nil { // then the transfer meets it again
			continue
		}
		t.name = name
		if is != sum {
			return nil, &diskError{fs.ErrExist}
		}
		return &Saved{Index: t.index, Name: name, Path: t.folder.join(name), Size: size, SHA256: sum, Before: true}, nil
	}
	return nil, nil //nolint:nilnil // nothing is there that counts
}

// identified says whether what stands under the file's name, with this size, can be of no other file: the name is the
// cloud's own and there once, and holds the time of its export, or else the size is the cloud's too. Where a name is
// made up, or cut short, or several have it, it may have been another file's in an earlier run. A size that the cloud
// tells is not always in bytes, so it proves nothing against a name with a time.
func (t *transfer) identified(size int64) bool {
	f := t.files[t.index]
	if t.names[t.index] != f.Name || t.alike[collisionKey(f.Name)] > 1 {
		return false
	}
	return stamped.MatchString(f.Name) || size > 0 && size == f.Size
}

// vacant says whether the file may get its name: nothing has it, or what has it may be the same file. Only the content
// can tell that in the end, but the length that the store says is enough to tell that it is not.
func (t *transfer) vacant() error {
	err := t.folder.free(t.name, t.options.Overwrite)
	if errors.Is(err, fs.ErrExist) && (t.object.length < 0 || t.object.length == t.folder.size(t.name)) {
		return nil
	}
	if err != nil {
		return &diskError{err}
	}
	return nil
}

// publish gives the file its name. Where one of that name has come first, with the same content, then that is the
// file: it was saved by another Save at the same time, or by one that was killed before it noted the checksum.
func (t *transfer) publish(ctx context.Context, saved *Saved) error {
	err := t.folder.publish(t.sink.name(), t.name, t.options.Overwrite)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) && t.folder.size(t.name) == saved.Size {
		is, _ := t.folder.checksum(ctx, t.name) // that the name is taken says more than why it can't be read
		if ctx.Err() != nil {
			return ctx.Err() // whether it is the same file is not known
		}
		if saved.Before = is == saved.SHA256; saved.Before {
			return nil
		}
	}
	return &diskError{err}
}
