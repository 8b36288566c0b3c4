// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// saving is one call of Save: what its transfers share.
type saving struct {
	options Options
	folder  *folder
	files   []File
	names   []string       // safe, in the order of files
	alike   map[string]int // number of files that compete for a safe name
	links   *links

	answered  sync.Map // hosts that have answered
	reporting sync.Mutex
}

func newSaving(files []File, o Options, f *folder) *saving {
	names, alike := make([]string, len(files)), map[string]int{}
	for i, file := range files {
		names[i] = file.Name
		alike[collisionKey(cleanName(file.Name))]++
	}
	links := &links{refresh: o.Refresh, turn: make(chan struct{}, 1), files: slices.Clone(files)}
	return &saving{options: o, folder: f, files: files, names: safeNames(names), alike: alike, links: links}
}

// run looks at all files first, so that an error that needs no transfer comes before all transfers.
func (s *saving) run(ctx context.Context) ([]Saved, error) {
	saved, failed := make([]*Saved, len(s.files)), make([]*Error, len(s.files))
	for _, step := range []func(context.Context, int) (*Saved, *Error){s.look, s.save} {
		s.each(func(i int) {
			if !s.files[i].Failed && saved[i] == nil && failed[i] == nil {
				saved[i], failed[i] = step(ctx, i)
			}
		})
	}
	var files []Saved
	var errs Errors
	for i := range s.files {
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

// each calls do for the files, some side by side.
func (s *saving) each(do func(int)) {
	turns := make(chan struct{}, s.options.Parallel)
	var all sync.WaitGroup
	for i := range s.files {
		turns <- struct{}{}
		all.Go(func() {
			do(i)
			<-turns
		})
	}
	all.Wait()
}

func (s *saving) transfer(i int) *transfer {
	link, _, _ := s.links.get(i)
	now := time.Now()
	return &transfer{s: s, index: i, name: s.names[i], link: link, begun: now, reported: now, object: version{length: -1}}
}

// look returns what is known of a file before its transfer: that it was saved before, or that it can't be saved. It
// returns two nils for a file that is to be transferred.
func (s *saving) look(ctx context.Context, i int) (*Saved, *Error) {
	t := s.transfer(i)
	saved, err := t.savedBefore(ctx)
	if saved == nil && err == nil {
		err = cmp.Or(checkLink(t.link), t.unobstructed())
	}
	if err != nil {
		return nil, t.failure(err)
	}
	return saved, nil
}

// save transfers one file. It can return both: a file that is saved, and the reason why its checksum is not.
func (s *saving) save(ctx context.Context, i int) (*Saved, *Error) {
	t := s.transfer(i)
	if ctx.Err() != nil {
		return nil, t.ended(ctx, ctx.Err())
	}
	temp, err := s.folder.temporary()
	if err != nil {
		return nil, t.failure(diskError("", err))
	}
	t.sink, t.hash, t.buffers = &sink{file: temp, sync: s.folder.disk.sync, uncached: true}, sha256.New(), newBuffers()
	defer func() {
		_ = t.sink.settled() // its error is reported already, or no longer matters
		s.folder.discard(temp)
	}()
	if err := t.fetch(ctx); err != nil {
		return nil, t.ended(ctx, err)
	}
	t.fault = nil // the retries have overcome it
	saved, err := t.finish(ctx)
	if err != nil {
		return nil, t.ended(ctx, err)
	}
	t.report(Progress{Done: true})
	if err := s.folder.addChecksum(saved.Name, saved.SHA256, s.options.Overwrite); err != nil {
		return saved, t.failure(diskError(saved.Path+checksumExtension, err))
	}
	return saved, nil
}
