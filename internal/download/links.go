// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
)

// links are the files' links. They expire all at about the same time, so one call for fresh ones serves all files.
type links struct {
	refresh func(context.Context) ([]File, error)
	turn    chan struct{} // who can send to it may call refresh

	mu    sync.Mutex
	files []File
	calls int   // of refresh, ended
	err   error // of the last one
}

func newLinks(files []File, refresh func(context.Context) ([]File, error)) *links {
	return &links{refresh: refresh, turn: make(chan struct{}, 1), files: slices.Clone(files)}
}

// errNoFreshLink is a cloud that has no other link for a file than the one it refuses.
var errNoFreshLink = errors.New("the cloud gave no other link for it")

// of returns file i's link, and after how many calls of refresh it is so.
func (l *links) of(i int) (link string, calls int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files[i].Link, l.calls, l.err
}

// renew returns a link for file i other than the one that was refused. What a call for another file brings while this
// one waits is good for this one too, also if it is an error.
func (l *links) renew(ctx context.Context, i int, refused string) (string, error) {
	link, before, _ := l.of(i)
	if link != refused {
		return link, checkLink(link)
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	link, calls, err := l.of(i)
	if calls == before {
		fresh, refreshErr := l.refresh(ctx)
		l.take(fresh, refreshErr)
		link, _, err = l.of(i)
	}
	if link != refused {
		return link, checkLink(link)
	}
	if err == nil {
		err = errNoFreshLink
	}
	return "", err
}

// take puts fresh links in the place of those for files of the same name: the first for the first, the second for the
// second. Where no name is the same, the cloud has begun a new export meanwhile, whose names hold another time: then
// the places in the list count, if there are as many.
func (l *links) take(fresh []File, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	l.err = err
	if len(fresh) == len(l.files) && !l.nameOneOf(fresh) {
		for i, f := range fresh {
			l.files[i].Link = cmp.Or(f.Link, l.files[i].Link)
		}
		return
	}
	byName := map[string][]string{}
	for _, f := range fresh {
		byName[f.Name] = append(byName[f.Name], f.Link)
	}
	for i, f := range l.files {
		if of := byName[f.Name]; len(of) > 0 {
			if of[0] != "" {
				l.files[i].Link = of[0]
			}
			byName[f.Name] = of[1:]
		}
	}
}

// nameOneOf says whether one of these has a name that is known.
func (l *links) nameOneOf(fresh []File) bool {
	return slices.ContainsFunc(fresh, func(f File) bool {
		return slices.ContainsFunc(l.files, func(known File) bool { return known.Name == f.Name })
	})
}
