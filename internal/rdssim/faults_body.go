// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// HalfBody answers as the API does and breaks the connection after half of the body.
func HalfBody() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serveReal(&halfWriter{ResponseWriter: w, left: -1}, r)
		panic(http.ErrAbortHandler)
	}
}

// halfWriter lets half of the announced length through.
type halfWriter struct {
	http.ResponseWriter
	left int64 // < 0: the header was not written
}

// WriteHeader learns the length.
func (h *halfWriter) WriteHeader(status int) {
	length, _ := strconv.ParseInt(h.Header().Get("Content-Length"), 10, 64)
	h.left = length / 2
	h.ResponseWriter.WriteHeader(status)
}

func (h *halfWriter) Write(p []byte) (int, error) {
	if h.left < 0 {
		h.WriteHeader(http.StatusOK)
	}
	if int64(len(p)) < h.left {
		h.left -= int64(len(p))
		return h.ResponseWriter.Write(p)
	}
	_, _ = h.ResponseWriter.Write(p[:h.left])
	_ = http.NewResponseController(h.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

// SlowBody answers as the API does: the header at once, then pieces of that many bytes, at least 1, with a pause
// before each.
func SlowBody(piece int, wait time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serveReal(&slowWriter{w, r, max(piece, 1), wait}, r)
	}
}

type slowWriter struct {
	http.ResponseWriter
	request *http.Request
	piece   int
	wait    time.Duration
}

func (s *slowWriter) Write(p []byte) (int, error) {
	written := 0
	for piece := range slices.Chunk(p, s.piece) {
		_ = http.NewResponseController(s.ResponseWriter).Flush()
		if !pause(s.request, s.wait) {
			panic(http.ErrAbortHandler)
		}
		n, err := s.ResponseWriter.Write(piece)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// HugeBody answers 200 with a JSON object of that many bytes, at least 14, made while it is sent.
func HugeBody(size int64) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		const head, tail = `{"padding":"`, `"}`
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.FormatInt(max(size, int64(len(head+tail))), 10))
		_, _ = io.WriteString(w, head)
		piece := bytes.Repeat([]byte("x"), 32<<10)
		for left := size - int64(len(head+tail)); left > 0; {
			n, err := w.Write(piece[:min(left, int64(len(piece)))])
			if err != nil {
				return // the client has had enough
			}
			left -= int64(n)
		}
		_, _ = io.WriteString(w, tail)
	}
}
