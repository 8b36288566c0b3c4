// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// realAnswer is the key of the context's value that holds the handler of the API itself, for faults that spoil its
// answer.
type realAnswer struct{}

func serveReal(w http.ResponseWriter, r *http.Request) {
	if handler, ok := r.Context().Value(realAnswer{}).(http.HandlerFunc); ok {
		handler(w, r)
	}
}

// Status answers with a status, a body and headers, all as given. headers may be nil; a Content-Type that is not
// given is told from the body.
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

// APIError answers as RDS does; where the code begins with APIG, as the gateway does, with a request_id; without a
// code, as IAM does.
func APIError(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		p := problem{status, code, message}
		p.write(w)
	}
}

// OldAPIError answers in the older form of RDS: errCode and externalMessage.
func OldAPIError(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, status, map[string]string{"errCode": code, "externalMessage": message})
	}
}

// IAMError answers as IAM does: {"error": {"code", "message", "title"}}.
func IAMError(status int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		p := problem{status, "", message}
		p.writeIAM(w)
	}
}

// OpenStackError answers in the style of {"itemNotFound": {"code", "message"}}.
func OpenStackError(status int, key, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, status, map[string]any{key: map[string]any{"code": status, "message": message}})
	}
}

// XMLError answers as the object store does.
func XMLError(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		p := problem{status, code, message}
		p.writeXML(w)
	}
}

// HTMLPage answers with a page for people, as a proxy on the way does.
func HTMLPage(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		title := fmt.Sprintf("%d %s", status, http.StatusText(status))
		page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title +
			"</h1></center>\r\n<hr><center>CloudWAF</center>\r\n</body>\r\n</html>\r\n"
		writeBody(w, status, "text/html", []byte(page))
	}
}

// RetryAfter answers a status, 429 or 503 say, with that header: seconds, "3", or a date.
func RetryAfter(status int, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", value)
		p := problem{status, "APIGW.0308", "The throttling threshold has been reached: policy user over ratelimit"}
		p.writeGateway(w)
	}
}

// Redirect sends the client elsewhere, with 307: whoever follows it takes method, body and perhaps credentials along.
func Redirect(url string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", url)
		writeBody(w, http.StatusTemporaryRedirect, "text/html", nil)
	}
}

// Hang never answers. It ends when the client gives up.
func Hang() http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	}
}

// Delay answers as the API does, only later.
func Delay(d time.Duration) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !pause(r, d) {
			panic(http.ErrAbortHandler)
		}
		serveReal(w, r)
	}
}

// pause waits; false means that the client gave up meanwhile.
func pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// Drop breaks the connection before any answer.
func Drop() http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
}

// LostAnswer does what was asked for and breaks the connection instead of answering.
func LostAnswer() http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		serveReal(discarding{}, r)
		panic(http.ErrAbortHandler)
	}
}

// discarding is an http.ResponseWriter for answers that nobody gets.
type discarding struct{}

// Header implements http.ResponseWriter.
func (discarding) Header() http.Header { return http.Header{} }

func (discarding) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements http.ResponseWriter.
func (discarding) WriteHeader(int) {}
