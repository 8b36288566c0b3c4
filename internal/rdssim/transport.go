// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Transport returns a way to the server within the process. No socket is opened, so it works inside testing/synctest
// bubbles. Whatever host a request names, this server gets it; Request.Host tells which it was.
//
// It does what a network does: an answer can be read while it is still written, a request ends when its context does,
// and a handler that panics with http.ErrAbortHandler is a broken connection, before the header (io.EOF) or amid the
// body (io.ErrUnexpectedEOF).
func (s *Server) Transport() http.RoundTripper {
	return inProcess{s}
}

type inProcess struct{ server http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(request *http.Request) (*http.Response, error) {
	if err := checkRequest(request); err != nil {
		closeBody(request)
		return nil, err
	}
	// The server's context holds none of the client's values, as over a network.
	ctx, cancel := context.WithCancel(context.Background())
	received := arrive(ctx, request) //nolint:contextcheck // see above
	reader, writer := io.Pipe()
	w := &pipeWriter{
		request: request, header: http.Header{}, body: writer,
		started: make(chan *http.Response, 1), broken: make(chan struct{}),
	}
	go t.serve(w, received, func() { closeBody(request); cancel() })

	select {
	case response := <-w.started:
		stop := context.AfterFunc(request.Context(), func() {
			_ = writer.CloseWithError(request.Context().Err()) // the writer's end decides what the reader is told
			cancel()
		})
		response.Body = &pipeBody{reader, sync.OnceFunc(func() { stop(); cancel() })}
		return response, nil
	case <-w.broken:
		cancel()
		return nil, io.EOF
	case <-request.Context().Done():
		cancel()
		_ = reader.Close()
		return nil, request.Context().Err()
	}
}

// serve runs the handler to its end, whichever it is.
func (t inProcess) serve(w *pipeWriter, received *http.Request, release func()) {
	whole := false
	defer func() {
		p := recover()
		w.finish(whole)
		release()
		if err, ok := p.(error); p != nil && (!ok || !errors.Is(err, http.ErrAbortHandler)) {
			panic(p)
		}
	}()
	t.server.ServeHTTP(w, received)
	whole = true
}

// checkRequest refuses what net/http's transport refuses.
func checkRequest(r *http.Request) error {
	if err := r.Context().Err(); err != nil {
		return err
	}
	if r.URL == nil || r.URL.Host == "" || r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return errors.New("rdssim: a request needs a URL with host and http or https")
	}
	for name, values := range r.Header {
		if name == "" || strings.ContainsAny(name, " :\r\n\x00") {
			return errors.New("rdssim: a header's name has a character that it must not have")
		}
		for _, value := range values {
			if strings.ContainsAny(value, "\r\n\x00") {
				return errors.New("rdssim: the value of header " + name + " has a character that it must not have")
			}
		}
	}
	return nil
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

// arrive is the request as a server reads it from the wire.
func arrive(ctx context.Context, r *http.Request) *http.Request {
	in := r.Clone(ctx)
	in.Header = r.Header.Clone()
	if in.Header == nil {
		in.Header = http.Header{}
	}
	if _, ok := in.Header["User-Agent"]; !ok {
		in.Header.Set("User-Agent", "Go-http-client/1.1")
	}
	if in.Method == "" {
		in.Method = http.MethodGet
	}
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	in.RequestURI = r.URL.RequestURI()
	in.URL.Scheme, in.URL.Host, in.URL.User, in.URL.Fragment, in.URL.RawFragment = "", "", nil, "", ""
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	in.RemoteAddr = "127.0.0.1:0"
	if r.Body == nil {
		in.Body = http.NoBody
	}
	return in
}

// pipeBody is the answer's body. Closing it early tells the handler.
type pipeBody struct {
	*io.PipeReader
	release func()
}

// Close implements io.Closer.
func (b *pipeBody) Close() error {
	b.release()
	return b.PipeReader.Close()
}

// pipeWriter is the http.ResponseWriter of one answer.
type pipeWriter struct {
	request *http.Request
	header  http.Header
	body    *io.PipeWriter
	started chan *http.Response
	broken  chan struct{}
	sent    bool
	left    int64 // of the announced length; < 0: none was announced
}

// Header implements http.ResponseWriter.
func (w *pipeWriter) Header() http.Header { return w.header }

// WriteHeader hands the answer's header to the client. Informational ones are left out.
func (w *pipeWriter) WriteHeader(status int) {
	if w.sent || status < http.StatusOK {
		return
	}
	w.sent = true
	w.left = -1
	if n, err := strconv.ParseInt(w.header.Get("Content-Length"), 10, 64); err == nil {
		w.left = n
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		w.left = 0
	}
	response := &http.Response{
		Status: strconv.Itoa(status) + " " + http.StatusText(status), StatusCode: status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header.Clone(), ContentLength: w.left, Request: w.request,
	}
	if w.bodyless(status) {
		w.left = 0
		_ = w.body.Close()
	}
	w.started <- response
}

func (w *pipeWriter) bodyless(status int) bool {
	return w.request.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
}

func (w *pipeWriter) Write(p []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	if w.left >= 0 {
		if int64(len(p)) > w.left {
			return 0, http.ErrContentLength
		}
		w.left -= int64(len(p))
	}
	return w.body.Write(p)
}

// Flush sends the header; the body goes without delay anyway.
func (w *pipeWriter) Flush() {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
}

// finish ends the answer. It is whole if the handler returned and wrote all that it announced.
func (w *pipeWriter) finish(whole bool) {
	if whole && !w.sent {
		w.header.Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
	}
	if !w.sent {
		close(w.broken)
		return
	}
	if whole && w.left <= 0 {
		_ = w.body.Close()
		return
	}
	_ = w.body.CloseWithError(io.ErrUnexpectedEOF)
}
