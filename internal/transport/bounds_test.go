// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

const mebibyte = 1 << 20

// endless answers with a body of n blanks, of which nothing is in memory at a time, and counts what is read.
type endless struct {
	left, read int
	closed     bool
}

func (e *endless) Read(p []byte) (int, error) {
	n := min(len(p), e.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = ' '
	}
	e.left -= n
	e.read += n
	return n, nil
}

func (e *endless) Close() error {
	e.closed = true
	return nil
}

func TestBodiesAreBounded(t *testing.T) {
	cases := map[string]struct {
		size     int
		limit    int64
		tooLarge bool
	}{
		"empty":                     {size: 0, limit: 4 * mebibyte},
		"as long as allowed":        {size: 4 * mebibyte, limit: 4 * mebibyte},
		"a byte longer":             {size: 4*mebibyte + 1, limit: 4 * mebibyte, tooLarge: true},
		"64 MiB":                    {size: 64 * mebibyte, limit: 4 * mebibyte, tooLarge: true},
		"another bound":             {size: 10, limit: 9, tooLarge: true},
		"a bound that never counts": {size: 10, limit: math.MaxInt64},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				body := &endless{left: c.size}
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: body, Request: req}, nil
				})
				o := exact(base, 3)
				if c.limit != 4*mebibyte { // which is the default
					o.MaxBody = c.limit
				}
				var got outcome
				used := allocated(func() { got = post(t.Context(), transport.New(o).Client(transport.Rules{})) })
				if used > 64*mebibyte {
					t.Errorf("memory for %d MiB: expected at most 64 MiB, got %d MiB", c.size/mebibyte, used/mebibyte)
				}
				if !body.closed || int64(body.read) > c.limit && int64(body.read) != c.limit+1 {
					t.Errorf("body: expected it closed after at most %d bytes, got closed %t after %d", c.limit+1, body.closed, body.read)
				}
				if n := len(base.attempts()); n != 1 {
					t.Errorf("attempts: expected 1, because the answer does not get shorter, got %d", n)
				}
				if !c.tooLarge {
					if got.Err != nil || len(got.Body) != c.size {
						t.Errorf("expected %d bytes and no error, got %d bytes and %v", c.size, len(got.Body), got.Err)
					}
					return
				}
				isTooLarge(t, got.Err, c.limit)
			})
		})
	}
}

// TestBodiesMayBeLonger: a request can allow more than all others, and not less.
func TestBodiesMayBeLonger(t *testing.T) {
	for name, c := range map[string]struct {
		size, allowed int
		limit         int64 // in the error; 0: no error
	}{
		"as long as allowed": {size: 6 * mebibyte, allowed: 6 * mebibyte},
		"a byte longer":      {size: 6*mebibyte + 1, allowed: 6 * mebibyte, limit: 6 * mebibyte},
		"less than usual":    {size: 4 * mebibyte, allowed: mebibyte},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: &endless{left: c.size}, Request: req}, nil
				})
				ctx := transport.WithMaxBody(t.Context(), int64(c.allowed))
				got := post(ctx, transport.New(exact(base, 3)).Client(transport.Rules{}))
				if c.limit > 0 {
					isTooLarge(t, got.Err, c.limit)
				} else if got.Err != nil || len(got.Body) != c.size {
					t.Errorf("got %d bytes and %v, want %d bytes", len(got.Body), got.Err, c.size)
				}
			})
		})
	}
}

func isTooLarge(t *testing.T, err error, limit int64) {
	t.Helper()
	var tooLarge *transport.TooLargeError
	if !errors.As(err, &tooLarge) {
		t.Fatalf("expected a TooLargeError, got %T %v", err, err)
	}
	if diff := cmp.Diff(&transport.TooLargeError{Limit: limit}, tooLarge); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !transport.Permanent(err) {
		t.Error("permanent: expected true for an answer that is too large, got false")
	}
}

// allocated is how many bytes a function asks of the heap, whether it keeps them or not.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestGzipBomb: 1 GiB of blanks weighs 1 MiB on the wire. Through a real server, because net/http unpacks it.
func TestGzipBomb(t *testing.T) {
	var member bytes.Buffer
	w := gzip.NewWriter(&member)
	if _, err := w.Write(bytes.Repeat([]byte(" "), mebibyte)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		for range 1024 {
			if _, err := w.Write(member.Bytes()); err != nil {
				return // the client has had enough
			}
		}
	}))
	defer server.Close()
	base := server.Client().Transport.(*http.Transport)
	defer base.CloseIdleConnections()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var doErr error
	used := allocated(func() {
		resp, err := transport.New(exact(base, 3)).Client(transport.Rules{}).Do(req)
		if doErr = err; err == nil {
			_ = resp.Body.Close()
		}
	})
	if used > 64*mebibyte {
		t.Errorf("memory: expected at most 64 MiB, got %d MiB", used/mebibyte)
	}
	isTooLarge(t, doErr, 4*mebibyte)
}

// TestGzip: an honest packed answer is unpacked.
func TestGzip(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = packed.Write([]byte(good))
		_ = packed.Close()
	}))
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.New(exact(server.Client().Transport, 0)).Client(transport.Rules{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil || string(body) != good {
		t.Errorf("expected the body %q and no error, got %q and %v", good, body, err)
	}
	server.Client().CloseIdleConnections()
}
