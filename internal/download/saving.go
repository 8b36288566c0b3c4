// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// saving is one call of Save: what its transfers share.
type saving struct {
	options Options
	folder  *folder
	files   []File
	names   []string          // safe, in the files' order
	alike   map[string]int    // how many files compete for a safe name
	listed  map[string]string // the checksums in SHA256SUMS when it began
	links   *links

	answered sync.Map // the hosts that have answered
	telling  sync.Mutex
}

func newSaving(files []File, o Options, f *folder, sums []byte) *saving {
	names, alike := make([]string, len(files)), map[string]int{}
	for i, file := range files {
		names[i] = file.Name
		alike[collisionKey(cleanName(file.Name))]++
	}
	return &saving{
		options: o, folder: f, files: files, names: safeNames(names), alike: alike, listed: listed(sums), links: newLinks(files, o.Refresh),
	}
}

// run saves all files that can be saved. Whatever can be known before a transfer comes before all of them.
func (s *saving) run(ctx context.Context) ([]Saved, error) {
	saved, failed := make([]*Saved, len(s.files)), make([]*Error, len(s.files))
	s.each(func(i int) bool { return !s.files[i].Failed }, func(i int) { saved[i], failed[i] = s.look(ctx, i) })
	open := func(i int) bool { return !s.files[i].Failed && saved[i] == nil && failed[i] == nil }
	s.each(open, func(i int) { saved[i], failed[i] = s.save(ctx, i) })
	return collect(saved, failed)
}

// each does something for the files for which it is to be done, some side by side.
func (s *saving) each(wanted func(int) bool, do func(int)) {
	indexes := make(chan int, len(s.files))
	for i := range s.files {
		if wanted(i) {
			indexes <- i
		}
	}
	close(indexes)
	var workers sync.WaitGroup
	for range min(s.options.Parallel, len(indexes)) {
		workers.Go(func() {
			for i := range indexes {
				do(i)
			}
		})
	}
	workers.Wait()
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

func (s *saving) transfer(i int) *transfer {
	link, _, _ := s.links.of(i)
	now := time.Now()
	return &transfer{saving: s, index: i, name: s.names[i], link: link, begun: now, told: now, object: version{length: -1}}
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
		_ = t.sink.settled() // what it met is already reported, or no longer relevant
		s.folder.discard(temp)
	}()
	if err := t.fetch(ctx); err != nil {
		return nil, t.ended(ctx, err)
	}
	t.fault = nil // it was endured
	saved, err := t.finish(ctx)
	if err != nil {
		return nil, t.ended(ctx, err)
	}
	t.tell(Progress{Done: true})
	if err := s.folder.addSum(ctx, saved.Name, saved.SHA256); err != nil {
		failure := diskFailure(s.folder.join(sumsName), err)
		failure.Index, failure.Name = i, apierror.Printable(s.files[i].Name)
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

// ended is the error of a transfer that did not reach its end.
func (t *transfer) ended(ctx context.Context, err error) *Error {
	var disk *diskError // says more than that the time was up
	if ctx.Err() != nil && !errors.As(err, &disk) {
		return t.interrupted(ctx)
	}
	return t.failure(err)
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
		Index: t.index, Name: apierror.Printable(t.files[t.index].Name), Path: t.folder.join(t.name),
		Bytes: t.offset, Total: t.total(), Faults: t.faults,
	}
}

func (t *transfer) fill(e *Error, r *refusal) {
	e.StatusCode, e.RequestID = r.StatusCode, redact(r.RequestID, t.link)
	e.Code, e.Message = redact(r.Code, t.link), redact(r.Message, t.link)
}
