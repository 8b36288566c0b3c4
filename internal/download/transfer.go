// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"net/http"
	"time"
)

// maxRenewals is how many fresh links in a row, without one new byte, a transfer asks for. One may have been asked
// for long ago, for another file, and have expired as well.
const maxRenewals = 2

// transfer is one file on its way.
type transfer struct {
	*saving
	index   int
	name    string // safe; once the content's kind is known, with the extension that it asks for
	known   bool   // the content's kind is known
	link    string
	begun   time.Time
	told    time.Time // when Progress was last told
	sink    *sink
	hash    hash.Hash
	buffers chan []byte

	head    []byte  // the content's begin
	object  version // of what the bytes so far belong to
	offset  int64   // how many bytes are there
	best    int64   // the most that ever were there
	claimed int64   // of the disk's space

	fault    error // the last one that was endured
	faults   int   // in a row, without one new byte
	renewals int   // likewise
}

// diskError is a fault on this side of the network.
type diskError struct{ err error }

func (e *diskError) Error() string { return e.err.Error() }
func (e *diskError) Unwrap() error { return e.err }

// fetch brings the whole file into the temporary one. It is the one loop that tries again, and the project's own:
// libraries that retry send a request again, but can't go on in the midst of a body.
func (t *transfer) fetch(ctx context.Context) error {
	for {
		best := t.best
		err := t.attempt(ctx)
		if err == nil || ctx.Err() != nil {
			return err
		}
		if t.best > best {
			t.fault, t.faults, t.renewals = nil, 0, 0
		}
		switch {
		case forbids(err) && t.refreshes() && t.renewals < maxRenewals:
			t.fault = err
			t.renewals++
			if err := t.renew(ctx, err); err != nil {
				return err
			}
		case t.passing(err) && t.faults < t.options.MaxRetries:
			t.fault = err
			t.faults++
			if err := t.pause(ctx, err); err != nil {
				return err
			}
		default:
			return err
		}
	}
}

func (t *transfer) refreshes() bool { return t.options.Refresh != nil }

// renewalError is a refusal after which no fresh link was to be had.
type renewalError struct {
	*refusal
	err error
}

func (e *renewalError) Unwrap() []error { return []error{e.refusal, e.err} }

func (t *transfer) renew(ctx context.Context, refused error) error {
	link, err := t.links.renew(ctx, t.index, t.link)
	if err != nil {
		var r *refusal
		errors.As(refused, &r)
		return &renewalError{r, err}
	}
	t.link = link
	return nil
}

// attempt sends one request for what is missing and takes in what comes.
func (t *transfer) attempt(ctx context.Context) error {
	if t.offset > 0 && t.object.condition() == "" {
		if err := t.restart(); err != nil {
			return err
		}
	}
	ctx, dog, stop := watch(ctx, t.options.Stall)
	defer stop()
	err := t.exchange(ctx, dog)
	var stalled *stalledError
	if cause := context.Cause(ctx); err != nil && errors.As(cause, &stalled) {
		return stalled
	}
	return err
}

func (t *transfer) exchange(ctx context.Context, dog *watchdog) error {
	req, err := t.request(ctx)
	if err != nil {
		return err
	}
	resp, err := t.options.Base.RoundTrip(req)
	if err != nil {
		return err
	}
	t.answered.Store(req.URL.Host, true)
	defer func() { _ = resp.Body.Close() }() // an error of it would say nothing of the file
	if err := t.accept(resp); err != nil {
		return err
	}
	if err := t.complete(t.receive(resp.Body, dog)); err != nil {
		return err
	}
	return t.nameByContent(true)
}

// complete says why the file is not whole after a body ended in this way, or nil. Its length decides where it is
// known: once all bytes are there, it is no matter what happened to the connection behind the last one.
func (t *transfer) complete(err error) error {
	var disk *diskError
	switch {
	case errors.As(err, &disk) || t.object.length < 0:
		return err
	case t.offset == t.object.length:
		return nil
	case t.offset > t.object.length:
		return errors.Join(errChanged, t.restart())
	default:
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
}

// request carries nothing but the link and the part that is asked for. Accept-Encoding forbids to pack the content on
// its way: the bytes and their checksum shall be the object's own.
func (t *transfer) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.link, nil)
	if err != nil {
		return nil, errBadLink
	}
	req.Header.Set("Accept-Encoding", "identity")
	if t.options.UserAgent != "" {
		req.Header.Set("User-Agent", t.options.UserAgent)
	}
	if t.offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", t.offset))
		req.Header.Set("If-Range", t.object.condition())
	}
	return req, nil
}

// accept decides whether an answer's body is taken in. Where it is not what was asked for, the next attempt begins
// anew.
func (t *transfer) accept(resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		if err := checkWhole(resp, t.announced()); err != nil {
			return err
		}
		if err := t.restart(); err != nil {
			return err
		}
		t.object = identify(resp)
		return t.prepare(t.object.length)
	case resp.StatusCode == http.StatusPartialContent && t.offset > 0:
		length, err := checkPart(resp, t.offset, t.object)
		if err != nil {
			return errors.Join(err, t.restart())
		}
		return t.learn(length)
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && t.offset > 0:
		return errors.Join(errChanged, t.restart())
	default:
		return readRefusal(resp, t.link)
	}
}

// restart throws away what is there.
func (t *transfer) restart() error {
	t.settle(t.claimed)
	t.name, t.known = t.names[t.index], false
	t.offset, t.head, t.object = 0, nil, version{length: -1}
	t.hash.Reset()
	if err := t.sink.empty(); err != nil {
		return &diskError{err}
	}
	return nil
}

// learn takes in how long the object is, where the first answer did not tell.
func (t *transfer) learn(length int64) error {
	if t.object.length >= 0 {
		return nil
	}
	t.object.length = length
	return t.prepare(length - t.offset)
}

// prepare finds out, once the answer is there, what keeps the file from being saved.
func (t *transfer) prepare(toCome int64) error {
	if err := t.vacant(); err != nil {
		return err
	}
	return t.claim(toCome)
}

// claim makes sure that there is room for that many bytes; below 0: not known.
func (t *transfer) claim(need int64) error {
	need = max(need, 0)
	if err := t.folder.space.claim(need); err != nil {
		return &diskError{err}
	}
	t.claimed = need
	return nil
}

func (t *transfer) settle(n int64) {
	n = min(n, t.claimed)
	t.claimed -= n
	t.folder.space.settle(n)
}

// write appends a piece to the temporary file.
func (t *transfer) write(piece []byte) error {
	n, err := t.sink.Write(piece)
	t.offset += int64(n)
	t.settle(int64(n))
	if err != nil {
		return &diskError{err}
	}
	t.best = max(t.best, t.offset)
	t.head = append(t.head, piece[:min(len(piece), headLength-len(t.head))]...)
	if err := t.nameByContent(false); err != nil {
		return err
	}
	if n > 0 && t.offset != t.object.length && time.Since(t.told) >= time.Second { // of its end is told when it has its name
		t.tell(Progress{})
	}
	return nil
}

// nameByContent gives the file its whole name as soon as enough of it is there, and makes sure that it is free before
// the rest comes.
func (t *transfer) nameByContent(whole bool) error {
	if t.known || !whole && len(t.head) < headLength {
		return nil
	}
	t.known = true
	name := withExtension(t.name, t.head)
	if name == t.name {
		return nil
	}
	t.name = name
	return t.vacant()
}

// finish puts the file on the disk and gives it its name.
func (t *transfer) finish(ctx context.Context) (Saved, error) {
	if err := t.sink.finish(); err != nil {
		return Saved{}, &diskError{err}
	}
	saved := Saved{Index: t.index, Name: t.name, Path: t.folder.join(t.name), Size: t.offset, SHA256: hex.EncodeToString(t.hash.Sum(nil))}
	if err := t.publish(ctx, &saved); err != nil {
		return Saved{}, err
	}
	return saved, nil
}

// tell fills in how far the transfer is.
func (t *transfer) tell(p Progress) {
	t.told = time.Now()
	p.Index, p.Count, p.Name = t.index, len(t.names), t.name
	p.Bytes, p.Total = t.offset, t.total()
	p.Elapsed = t.told.Sub(t.begun)
	if p.Elapsed > 0 {
		p.BytesPerSecond = math.Round(float64(p.Bytes) / p.Elapsed.Seconds())
	}
	t.report(p)
}

// total is the file's size: what the store says, else what the cloud announced, if that can be.
func (t *transfer) total() int64 {
	if t.object.length >= 0 {
		return t.object.length
	}
	if announced := t.announced(); announced > 0 && announced >= t.offset { // it says 0 of files that are not empty
		return announced
	}
	return -1
}
