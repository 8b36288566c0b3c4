// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Fault replaces answers. It comes before authorization and rate limit, as a broken gateway does.
type Fault struct {
	// Kind and Path choose requests; empty means any. Kind is one of Request.Kind. Path is a part of the path, such as an
	// instance's ID.
	Kind, Path string
	Skip       int // how many of these requests pass first
	Times      int // how many are then answered by the fault: 0 means one, -1 all
	// Handler answers in place of the API. Status, Hang, Drop and other functions of this package return handlers.
	Handler http.HandlerFunc
}

// Inject adds a fault. The first one that matches a request answers it, and only that one counts it.
func (s *Server) Inject(f Fault) {
	if f.Handler == nil {
		panic("rdssim: a fault without a handler")
	}
	if f.Times == 0 {
		f.Times = 1
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &f)
}

// Heal removes all faults.
func (s *Server) Heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// nextFault returns the handler that answers in place of the API, or nil.
func (s *Server) nextFault(r *http.Request, kind string) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.Times == 0 || f.Kind != "" && f.Kind != kind || !strings.Contains(r.URL.EscapedPath(), f.Path) {
			continue
		}
		if f.Skip > 0 {
			f.Skip--
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		return f.Handler
	}
	return nil
}

// realAnswer is the context key of the API's own handler, for faults that change its answer.
type realAnswer struct{}

func serveReal(w http.ResponseWriter, r *http.Request) {
	handler, _ := r.Context().Value(realAnswer{}).(http.HandlerFunc)
	handler(w, r)
}

// Status answers with a status, a body and headers, which may be nil. Without a Content-Type, the body decides on it.
func Status(status int, body string, headers http.Header) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if body != "" {
			w.Header().Set("Content-Type", http.DetectContentType([]byte(body)))
		}
		for name, values := range headers {
			w.Header()[http.CanonicalHeaderKey(name)] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// APIError answers as RDS does, as the gateway if the code begins with APIG, and as IAM if it is empty.
func APIError(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		problem{status, code, message}.write(w)
	}
}

// IAMError answers as IAM does: {"error": {"code", "message", "title"}}.
func IAMError(status int, message string) http.HandlerFunc {
	return APIError(status, "", message)
}

// XMLError answers as the object store does.
func XMLError(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		problem{status, code, message}.writeXML(w)
	}
}

// HTMLPage answers with an HTML page, as a proxy does.
func HTMLPage(status int) http.HandlerFunc {
	title := fmt.Sprintf("%d %s", status, http.StatusText(status))
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
		"</h1></center>\r\n<hr><center>CloudWAF</center>\r\n</body>\r\n</html>\r\n"
	return Status(status, page, http.Header{"Content-Type": {"text/html"}})
}

// RetryAfter answers with a status, such as 429 or 503, and the header Retry-After: seconds or a date.
func RetryAfter(status int, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", value)
		problem{status, "APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit"}.write(w)
	}
}

// Redirect answers 307: a client that follows sends method, body and perhaps credentials to the URL.
func Redirect(url string) http.HandlerFunc {
	return Status(http.StatusTemporaryRedirect, "", http.Header{"Location": {url}})
}

// Hang does not answer. It ends when the client gives up.
func Hang() http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// Delay answers as the API does, after a pause.
func Delay(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		pause(r, d)
		serveReal(w, r)
	}
}

// pause waits. It ends the handler if the client gives up.
func pause(r *http.Request, d time.Duration) {
	select {
	case <-time.After(d):
	case <-r.Context().Done():
		panic(http.ErrAbortHandler)
	}
}

// Drop breaks the connection before any answer.
func Drop() http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
}

// LostAnswer executes the request and breaks the connection in place of the answer.
func LostAnswer() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serveReal(lost{w}, r)
	}
}

// lost breaks the connection when the answer begins.
type lost struct{ http.ResponseWriter }

// WriteHeader is the first call of each answer.
func (lost) WriteHeader(int) { panic(http.ErrAbortHandler) }

// HalfBody answers as the API does, but breaks the connection after half of the body.
func HalfBody() http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		serveReal(&halfWriter{ResponseWriter: w}, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// halfWriter passes half of the announced length.
type halfWriter struct {
	http.ResponseWriter
	left int64
}

// WriteHeader reads the length. It is the first call of each answer.
func (h *halfWriter) WriteHeader(status int) {
	length, _ := strconv.ParseInt(h.Header().Get("Content-Length"), 10, 64)
	h.left = length / 2
	h.ResponseWriter.WriteHeader(status)
}

func (h *halfWriter) Write(p []byte) (int, error) {
	n := min(h.left, int64(len(p)))
	h.left -= n
	return h.ResponseWriter.Write(p[:n])
}

// SlowBody answers as the API does: first the header, then pieces of that many bytes with a pause before each.
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
	for piece := range slices.Chunk(p, s.piece) {
		_ = http.NewResponseController(s.ResponseWriter).Flush()
		pause(s.request, s.wait)
		if _, err := s.ResponseWriter.Write(piece); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// HugeBody answers 200 with a JSON object of that many bytes, at least 14. It takes no memory.
func HugeBody(size int64) http.HandlerFunc {
	const head, tail = `{"padding":"`, `"}`
	padding := max(0, size-int64(len(head+tail)))
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.FormatInt(padding+int64(len(head+tail)), 10))
		body := io.MultiReader(strings.NewReader(head), io.LimitReader(endless{}, padding), strings.NewReader(tail))
		_, _ = io.Copy(w, body) // fails if the client hung up
	}
}

// endless reads "x" for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	return copy(p, bytes.Repeat([]byte("x"), len(p))), nil
}
