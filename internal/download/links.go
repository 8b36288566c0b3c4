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
	calls int     // of refresh, ended
	errs  []error // of the last one, for each file
}

func newLinks(files []File, refresh func(context.Context) ([]File, error)) *links {
	return &links{refresh: refresh, turn: make(chan struct{}, 1), files: slices.Clone(files), errs: make([]error, len(files))}
}

// errNoFreshLink is a cloud that has no other link for a file than the one it refuses. errUnsureLink is one that has
// links, of which none can be told to be for the file.
var (
	errNoFreshLink = errors.New("the cloud gave no other link for it")
	errUnsureLink  = errors.New("the cloud gave fresh links, but none can be matched to this file with certainty")
)

// of returns file i's link, and after how many calls of refresh it is so.
func (l *links) of(i int) (link string, calls int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files[i].Link, l.calls, l.errs[i]
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

// take puts fresh links in the place of those for the same files.
func (l *links) take(fresh []File, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls++
	same, left := pair(l.files, fresh), slices.Clone(fresh)
	for i, j := range same {
		l.errs[i] = err
		if j >= 0 {
			l.files[i].Link = cmp.Or(fresh[j].Link, l.files[i].Link)
			left[j].Link = ""
		}
	}
	unsure := slices.ContainsFunc(left, func(f File) bool { return f.Link != "" })
	for i, j := range same {
		if unsure && j < 0 {
			l.errs[i] = cmp.Or(err, errUnsureLink)
		}
	}
}
