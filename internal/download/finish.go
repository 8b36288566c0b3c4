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
			return nil, &diskError{name: name, err: fs.ErrExist}
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
	f := t.s.files[t.index]
	if t.name != f.Name || t.s.alike[collisionKey(f.Name)] > 1 {
		return false
	}
	return f.Unique || size > 0 && size == f.Size
}

// unobstructed returns an error if something other than a file has the file's name or its checksum's.
func (t *transfer) unobstructed() error {
	for _, name := range []string{t.name, t.name + checksumExtension} {
		if err := t.s.folder.vacant(name, true); err != nil {
			return &diskError{name: name, err: err}
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
		return &diskError{err: fs.ErrExist}
	}
	missing := t.object.length - t.offset
	if free, err := t.s.folder.disk.free(t.s.folder.dir); err == nil && free < missing {
		return &diskError{err: &fullError{missing, free}}
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
		return nil, &diskError{err: err}
	}
	return saved, nil
}

func (t *transfer) saved(name string, size int64, sum string) *Saved {
	s := &Saved{Index: t.index, Name: name, Path: t.s.folder.join(name), Size: size, SHA256: sum}
	if announced := t.announced(); announced > 0 && announced != size {
		s.Announced = announced
	}
	return s
}

// diskError is a fault on this side of the network. name is the file in the folder; "" means the transfer's own.
type diskError struct {
	name string
	err  error
}

func (e *diskError) Error() string { return e.err.Error() }
func (e *diskError) Unwrap() error { return e.err }

// fullError is a disk that is too small for a file.
type fullError struct{ missing, free int64 }

func (e *fullError) Error() string {
	return fmt.Sprintf("%d bytes are still to come and %d are free", e.missing, e.free)
}

// folderError returns the error of a folder that can't be used.
func folderError(path string, err error) *Error {
	return &Error{Kind: diskKind(err), Index: -1, Path: path, Total: -1, Err: reason(err)}
}

// ended returns the error of a transfer that failed. The disk's error counts more than the end of the context.
func (t *transfer) ended(ctx context.Context, err error) *Error {
	if _, isDisk := errors.AsType[*diskError](err); ctx.Err() != nil && !isDisk {
		return t.interrupted(ctx)
	}
	return t.failure(err)
}

// interrupted returns the error of a transfer whose context ended, with the last fault before.
func (t *transfer) interrupted(ctx context.Context) *Error {
	e := t.state()
	if r, ok := errors.AsType[*refusal](t.fault); ok {
		e.Refusal = r.without(t.link)
	} else if t.fault != nil {
		e.Fault = quiet(t.fault, t.link)
	}
	e.Kind, e.Err = KindInterrupted, ctx.Err()
	return e
}

// failure turns a transfer's error into an [Error] without secrets.
func (t *transfer) failure(err error) *Error {
	e := t.state()
	var (
		disk    *diskError
		r       *refusal
		renewal *renewalError
		proxy   *transport.ProxyError
	)
	switch {
	case errors.As(err, &disk):
		e.Path = t.s.folder.join(cmp.Or(disk.name, t.name))
		e.Kind, e.Err = diskKind(disk.err), reason(disk.err)
	case errors.As(err, &r):
		e.Kind, e.Refusal = r.kind(), r.without(t.link)
		if errors.As(err, &renewal) {
			e.Err = quiet(renewal.err, t.link)
		}
	case errors.As(err, &proxy):
		e.Kind, e.Err = KindProxy, proxy
	case errors.Is(err, errBadLink):
		e.Kind, e.Err = KindBadLink, errBadLink
	default:
		e.Kind, e.Err = KindFault, quiet(err, t.link)
	}
	return e
}

func (t *transfer) state() *Error {
	return &Error{
		Index: t.index, Name: apierror.Printable(t.s.files[t.index].Name), Path: t.s.folder.join(t.name),
		Bytes: t.offset, Total: t.total(), Faults: t.faults,
	}
}
