// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// savedBefore returns the file if an earlier Save surely saved it, and an error if it was changed since then.
func (t *transfer) savedBefore(ctx context.Context) (*Saved, error) {
	if t.s.options.Overwrite {
		return nil, nil //nolint:nilnil // what is there does not count
	}
	folder := t.s.folder
	for _, name := range []string{t.name, t.name + ".gz", t.name + ".zip"} {
		sum, size := folder.savedChecksum(name), folder.size(name)
		if sum == "" || size < 0 || !t.sameFile(size) {
			continue
		}
		is, err := folder.checksum(ctx, name)
		if err != nil { // the transfer will meet it again
			continue
		}
		if is != sum {
			return nil, diskError(folder.join(name), fs.ErrExist)
		}
		saved := t.saved(name, size, sum)
		saved.Before = true
		return saved, nil
	}
	return nil, nil //nolint:nilnil // nothing is there that counts
}

// sameFile reports whether a saved file of this name and size can't be another file: the name is the cloud's, no other
// file has it, and it is unique or the size is right too. A name that was made up or cut may have been another
// file's in an earlier run.
func (t *transfer) sameFile(size int64) bool {
	f := t.file()
	if t.name != f.Name || t.s.alike[collisionKey(f.Name)] > 1 {
		return false
	}
	return f.Unique || size > 0 && size == f.Size
}

// unobstructed returns an error if something other than a file has the file's name or its checksum's.
func (t *transfer) unobstructed() error {
	for _, name := range []string{t.name, t.name + checksumExtension} {
		if err := t.s.folder.vacant(name, true); err != nil {
			return diskError(t.s.folder.join(name), err)
		}
	}
	return nil
}

// prepare is called when an answer is accepted. Once the length is known, it checks for the first and only time that
// the file can be the one that is there, and that the disk has room.
func (t *transfer) prepare() error {
	if t.prepared || t.object.length < 0 {
		return nil
	}
	t.prepared = true
	there := t.s.folder.size(t.name)
	if !t.s.options.Overwrite && there >= 0 && there != t.object.length {
		return diskError("", fs.ErrExist)
	}
	missing := t.object.length - t.offset
	if free, err := t.s.folder.disk.free(t.s.folder.dir); err == nil && free < missing {
		return &Error{Kind: KindDiskFull, Err: fmt.Errorf("%d bytes are still to come and %d are free", missing, free)}
	}
	return nil
}

// finish gives the file its name. If a file of that name has come first, with the same content, then that is the file.
func (t *transfer) finish(ctx context.Context) (*Saved, error) {
	t.name = withExtension(t.name, t.head)
	saved := t.saved(t.name, t.offset, hex.EncodeToString(t.hash.Sum(nil)))
	err := t.sink.settled()
	if err == nil {
		err = t.s.folder.commit(t.sink.file, t.offset, t.name, t.s.options.Overwrite)
	}
	if errors.Is(err, fs.ErrExist) && t.s.folder.size(t.name) == t.offset {
		is, _ := t.s.folder.checksum(ctx, t.name) // if it can't be read, "already exists" is the better error
		if ctx.Err() != nil {
			return nil, ctx.Err() // it is not known whether it is the same
		}
		if is == saved.SHA256 {
			saved.Before = true
			return saved, nil
		}
	}
	if err != nil {
		return nil, diskError("", err)
	}
	return saved, nil
}

func (t *transfer) saved(name string, size int64, sum string) *Saved {
	s := &Saved{Index: t.index, Name: name, Path: t.s.folder.join(name), Size: size, SHA256: sum}
	if announced := t.file().Size; announced > 0 && announced != size {
		s.Announced = announced
	}
	return s
}

// diskError returns the error of a file or folder on this side of the network. An empty path means the transfer's own file.
func diskError(path string, err error) *Error {
	return &Error{Kind: diskKind(err), Index: -1, Path: path, Total: -1, Err: reason(err)}
}

// failure turns a transfer's error into an [Error] without secrets.
func (t *transfer) failure(err error) *Error {
	e := &Error{Kind: KindFault, Err: quiet(err, t.link)}
	var known *Error
	var proxy *transport.ProxyError
	switch {
	case errors.As(err, &known):
		*e = *known
	case errors.As(err, &proxy):
		e.Kind = KindProxy
	case errors.Is(err, errBadLink):
		e.Kind = KindBadLink
	}
	e.Index, e.Name, e.Path = t.index, apierror.Printable(t.file().Name), cmp.Or(e.Path, t.s.folder.join(t.name))
	e.Bytes, e.Total, e.Faults = t.offset, t.total(), t.faults
	return e
}

// ended returns the error of a transfer that failed. The end of the context counts more than the fault that it caused,
// but less than the disk's.
func (t *transfer) ended(ctx context.Context, err error) *Error {
	e := t.failure(err)
	if ctx.Err() == nil || e.Kind.Local() {
		return e
	}
	e.Kind, e.Refusal, e.Err = KindInterrupted, apierror.Refusal{}, ctx.Err()
	if t.fault != nil {
		e.Refusal, e.Fault = t.fault.Refusal, t.fault.Err
	}
	return e
}
