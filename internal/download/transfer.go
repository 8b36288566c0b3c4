// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// maxRenewals is the number of fresh links in a row, without a new byte between them. The first may be old already:
// another file asked for it.
const maxRenewals = 2

// transfer is one file on its way.
type transfer struct {
	s        *saving
	index    int
	name     string // safe; finish adds the extension that the content needs
	link     string
	host     string // that was asked last
	begun    time.Time
	reported time.Time // last call of Progress
	sink     *sink
	hash     hash.Hash
	buffers  chan []byte
	watchdog *time.Timer // ends the attempt if no byte comes for too long

	prepared bool
	head     []byte  // the first bytes of the content
	object   version // the object that the bytes so far belong to
	offset   int64   // bytes so far
	best     int64   // the largest offset so far

	fault    *Error // the last one that was followed by a retry
	faults   int    // in a row, without a new byte
	renewals int    // likewise
}

// fetch brings the content into the temporary file. It is the one loop that retries. It is not a library's, because
// those send a whole request again and can't resume in the middle of a body.
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
		fault := t.failure(err)
		again := t.pause
		switch {
		// The words for an expired link are known only from the documents of a sister cloud, so a fresh link is tried
		// for any 403. That costs one call.
		case fault.StatusCode == http.StatusForbidden && t.s.options.Refresh != nil && t.renewals < maxRenewals:
			t.renewals++
			again = t.renew
		case t.temporary(fault) && t.faults < t.s.options.MaxRetries:
			t.faults++
		default:
			return err
		}
		t.fault = fault
		if err := again(ctx, fault); err != nil {
			return err
		}
	}
}

// temporary reports whether the fault may be gone when the same is sent again. An unknown host is a wrong one, until
// it has answered: then it is more likely that the network is lost, as when a VPN reconnects.
func (t *transfer) temporary(fault *Error) bool {
	if transport.NoSuchHost(fault.Err) {
		_, answered := t.s.answered.Load(t.host)
		return answered
	}
	return fault.Kind == KindFault && !errors.Is(fault.Err, errEndless) && !transport.Permanent(fault.Err)
}

// renew replaces a refused link by a fresh one. If there is none, it returns the refusal with the reason.
func (t *transfer) renew(ctx context.Context, refused *Error) error {
	t.report(Progress{Fault: errors.New(refused.Cause()), Renews: true})
	link, err := t.s.links.renew(ctx, t.index, t.link)
	if err != nil {
		final := *refused
		final.Err = quiet(err, t.link)
		return &final
	}
	t.link = link
	return nil
}

// pause waits before a retry. If the context ends first, it returns the fault.
func (t *transfer) pause(ctx context.Context, fault *Error) error {
	o := &t.s.options
	pauses := transport.Pauses{First: o.MinPause, Least: o.MinPause, Most: o.MaxPause, Random: o.Random}
	pause := pauses.After(ctx, t.faults, fault.asked, fault.asks)
	t.report(Progress{Fault: errors.New(fault.Cause()), Pause: pause})
	if transport.Sleep(ctx, pause) != nil {
		return fault
	}
	return nil
}

// attempt sends one request for what is missing and takes what comes.
func (t *transfer) attempt(ctx context.Context) error {
	if t.offset > 0 && t.object.condition() == "" {
		if err := t.restart(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stalled := fmt.Errorf("no byte came for %s", t.s.options.Stall)
	t.watchdog = time.AfterFunc(t.s.options.Stall, func() { cancel(stalled) })
	defer t.watchdog.Stop()
	err := t.exchange(ctx)
	_, known := errors.AsType[*Error](err)
	if err != nil && !known && errors.Is(context.Cause(ctx), stalled) {
		return stalled // more than "context canceled". A refusal stays one, even if its body stalls
	}
	return err
}

func (t *transfer) exchange(ctx context.Context) error {
	req, err := t.request(ctx)
	if err != nil {
		return err
	}
	t.host = req.URL.Host
	resp, err := t.s.options.Base.RoundTrip(req)
	if err != nil {
		return err
	}
	t.s.answered.Store(t.host, true)
	defer func() { _ = resp.Body.Close() }()
	if err := t.accept(req, resp); err != nil {
		return err
	}
	if err := t.complete(t.receive(resp.Body)); err != nil {
		return err
	}
	if isPage(t.head) {
		return errors.Join(errPage, t.restart())
	}
	return nil
}

// request asks for the link, and for the missing part. Accept-Encoding forbids to pack the content on the way: the
// bytes and their checksum must be the object's.
func (t *transfer) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.link, nil)
	if err != nil {
		return nil, errBadLink
	}
	req.Header.Set("Accept-Encoding", "identity")
	if t.s.options.UserAgent != "" {
		req.Header.Set("User-Agent", t.s.options.UserAgent)
	}
	if t.offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", t.offset))
		req.Header.Set("If-Range", t.object.condition())
	}
	return req, nil
}

// accept decides whether an answer's body is taken. If it is not what was asked for, the next attempt starts over.
func (t *transfer) accept(req *http.Request, resp *http.Response) error {
	switch {
	case resp.StatusCode == http.StatusOK:
		if err := checkWhole(resp, t.file().Size); err != nil {
			return err
		}
		if err := t.restart(); err != nil {
			return err
		}
		t.object = identify(resp)
		return t.prepare()
	case resp.StatusCode == http.StatusPartialContent && t.offset > 0:
		length, err := checkPart(resp, t.offset, t.object)
		if err != nil {
			return errors.Join(err, t.restart())
		}
		t.object.length = length
		return t.prepare()
	case resp.StatusCode == http.StatusRequestedRangeNotSatisfiable && t.offset > 0:
		return errors.Join(errChanged, t.restart())
	default:
		return t.refused(req, resp)
	}
}

// refused returns the error of an answer that is no part of the file. The store never asks for a login. If one is asked
// for on the way to an http:// link, the proxy asks.
func (t *transfer) refused(req *http.Request, resp *http.Response) error {
	login := resp.StatusCode == http.StatusProxyAuthRequired || resp.StatusCode == http.StatusUnauthorized
	if login && req.URL.Scheme == "http" {
		if proxy, err := t.s.options.Proxy(req); err == nil && proxy != nil {
			return &transport.ProxyError{Host: proxy.Host, Status: apierror.StatusText(resp.StatusCode)}
		}
	}
	return readRefusal(resp, t.link)
}

// restart throws away what has come.
func (t *transfer) restart() error {
	t.offset, t.head, t.object = 0, nil, version{length: -1}
	t.hash.Reset()
	if err := t.sink.empty(); err != nil {
		return diskError("", err)
	}
	return nil
}

// complete returns nil if the file is complete after a body ended with err. If the length is known, it decides: once
// all bytes are here, it does not matter how the connection ends.
func (t *transfer) complete(err error) error {
	_, disk := errors.AsType[*Error](err)
	switch {
	case disk || t.object.length < 0:
		return err
	case t.offset == t.object.length:
		return nil
	case t.offset > t.object.length:
		return errors.Join(errChanged, t.restart())
	default:
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
}
