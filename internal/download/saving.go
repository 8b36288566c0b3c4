// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// saving is one call of Save: what its transfers share.
type saving struct {
	options Options
	folder  *folder
	files   []File
	names   []string // safe, in the files' order
	links   *links

	answered sync.Map // the hosts that have answered
	telling  sync.Mutex
}

func newSaving(files []File, o Options, f *folder) *saving {
	names := make([]string, len(files))
	for i, file := range files {
		names[i] = file.Name
	}
	return &saving{options: o, folder: f, files: files, names: safeNames(names), links: newLinks(files, o.Refresh)}
}

// run saves all files that can be saved.
func (s *saving) run(ctx context.Context) ([]Saved, error) {
	saved, failed := make([]*Saved, len(s.files)), make([]*Error, len(s.files))
	indexes := make(chan int, len(s.files))
	for i := range s.files {
		if s.files[i].Failed {
			continue
		}
		if saved[i] = s.before(i); saved[i] != nil {
			continue
		}
		if failed[i] = s.check(i); failed[i] == nil {
			indexes <- i
		}
	}
	close(indexes)
	var workers sync.WaitGroup
	for range min(s.options.Parallel, len(indexes)) {
		workers.Go(func() {
			for i := range indexes {
				saved[i], failed[i] = s.save(ctx, i)
			}
		})
	}
	workers.Wait()
	return collect(saved, failed)
}

func collect(saved []*Saved, failed []*Error) ([]Saved, error) {
	var files []Saved
	var errs Errors
	for i := range saved {
		if saved[i] != nil {
			files = append(files, *saved[i])
		}
		if failed[i] != nil {
			errs = append(errs, failed[i])
		}
	}
	if errs == nil {
		return files, nil
	}
	return files, errs
}

// before returns a file that an earlier Save saved, or nil.
func (s *saving) before(i int) *Saved {
	if s.options.Overwrite {
		return nil
	}
	for _, name := range possibleNames(s.names[i]) {
		size, sum, ok := s.folder.proven(name)
		if announced := s.files[i].Size; ok && (announced <= 0 || announced == size) {
			return &Saved{Index: i, Name: name, Path: s.folder.join(name), Size: size, SHA256: sum, Before: true}
		}
	}
	return nil
}

// check finds out before any transfer what can be known then.
func (s *saving) check(i int) *Error {
	t := s.transfer(i)
	if err := checkLink(t.link); err != nil {
		return t.failure(err)
	}
	if err := s.folder.free(t.name, s.options.Overwrite); err != nil {
		return t.failure(&diskError{err})
	}
	return nil
}

func (s *saving) transfer(i int) *transfer {
	link, _, _ := s.links.of(i)
	now := time.Now()
	return &transfer{saving: s, index: i, name: s.names[i], link: link, begun: now, told: now, object: identity{length: -1}}
}

// save saves one file. Both can be returned: a file that is there, and what kept its checksum from being noted.
func (s *saving) save(ctx context.Context, i int) (*Saved, *Error) {
	t := s.transfer(i)
	if ctx.Err() != nil {
		return nil, t.interrupted(ctx)
	}
	temp, err := s.folder.temporary()
	if err != nil {
		return nil, t.failure(&diskError{err})
	}
	t.sink, t.hash, t.buffers = newSink(temp), sha256.New(), newBuffers()
	defer func() {
		t.settle(t.claimed)
		_ = t.sink.settled() // what it met is told already, or of no matter
		s.folder.discard(temp)
	}()
	if err := t.fetch(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, t.interrupted(ctx)
		}
		return nil, t.failure(err)
	}
	saved, err := t.finish()
	if err != nil {
		return nil, t.failure(err)
	}
	t.tell(Progress{Done: true})
	if err := s.folder.addSum(saved.Name, saved.SHA256); err != nil {
		failure := diskFailure(s.folder.join(sumsName), err)
		failure.Index, failure.Name = i, transport.Printable(s.files[i].Name)
		return &saved, failure
	}
	return &saved, nil
}

// report tells of one transfer at a time.
func (s *saving) report(p Progress) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.options.Progress(p)
}

func (t *transfer) announced() int64 { return t.files[t.index].Size }

// diskFailure is an error about the folder or its list of checksums.
func diskFailure(path string, err error) *Error {
	return &Error{Kind: diskKind(err), Index: -1, Path: path, Total: -1, Err: reason(err)}
}

// interrupted is the error of a transfer whose context ended; what had gone wrong before is told too.
func (t *transfer) interrupted(ctx context.Context) *Error {
	e := t.describe()
	var r *refusal
	switch {
	case errors.As(t.fault, &r):
		t.fill(e, r)
	case t.fault != nil:
		e.Fault = quiet(t.fault, t.link)
	}
	e.Kind, e.Err = KindInterrupted, ctx.Err()
	return e
}

// failure sorts an error of a transfer and takes out of it what is secret.
func (t *transfer) failure(err error) *Error {
	e := t.describe()
	var (
		disk    *diskError
		r       *refusal
		renewal *renewalError
	)
	switch {
	case errors.As(err, &disk):
		e.Kind, e.Err = diskKind(disk.err), reason(disk.err)
	case errors.As(err, &r):
		t.fill(e, r)
		e.Kind = r.kind()
		if errors.As(err, &renewal) {
			e.Err = quiet(renewal.err, t.link)
		}
	case errors.Is(err, errBadLink):
		e.Kind, e.Err = KindBadLink, errBadLink
	default:
		e.Kind, e.Err = KindFault, quiet(err, t.link)
	}
	return e
}

func (t *transfer) describe() *Error {
	return &Error{
		Index: t.index, Name: transport.Printable(t.files[t.index].Name), Path: t.folder.join(t.name),
		Bytes: t.offset, Total: t.total(), Faults: t.faults,
	}
}

func (t *transfer) fill(e *Error, r *refusal) {
	e.StatusCode, e.RequestID = r.StatusCode, redact(r.RequestID, t.link)
	e.Code, e.Message = redact(r.Code, t.link), redact(r.Message, t.link)
}
