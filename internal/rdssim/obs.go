// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"net/http"
	"net/url"
	"strings"
)

// serveObject answers what is under /obs/: one bucket, read only, by signed link.
func (s *Server) serveObject(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Server", "OBS")
	w.Header().Set("X-Amz-Request-Id", w.Header().Get("X-Request-Id"))
	name, refused := objectName(r)
	if refused == nil {
		refused = checkHeaders(r)
	}
	if refused == nil {
		refused = checkLink(r, name, s.now())
	}
	if refused != nil {
		refused.writeXML(w)
		return
	}
	object, ok := s.object(name)
	if !ok {
		p := problem{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
		p.writeXML(w)
		return
	}
	w.Header().Set("Content-Type", "binary/octet-stream")
	w.Header().Set("Cache-Control", r.URL.Query().Get("response-cache-control"))
	w.Header().Set("Etag", `"`+object.content.etag()+`"`)
	// Assumption 35. ServeContent knows Range, If-Range, If-Match and the others; refusals are turned into the
	// store's form.
	http.ServeContent(&xmlRefusals{ResponseWriter: w}, r, "", object.modified, object.content.open())
}

// objectName takes /obs/{bucket}/{name} apart.
func objectName(r *http.Request) (string, *problem) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return "", &problem{http.StatusMethodNotAllowed, "MethodNotAllowed", "The specified method is not allowed against this resource."}
	}
	in, escaped, _ := strings.Cut(strings.TrimPrefix(r.URL.EscapedPath(), "/obs/"), "/")
	if in != bucket {
		return "", &problem{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist: " + r.URL.EscapedPath()}
	}
	name, err := url.PathUnescape(escaped)
	if err != nil {
		return "", &problem{http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI."}
	}
	return name, nil
}

// checkHeaders refuses what a download must not carry. Assumption 34.
func checkHeaders(r *http.Request) *problem {
	for _, name := range []string{"X-Auth-Token", "Authorization", "Content-Type", "X-Sdk-Date", "X-Security-Token"} {
		if r.Header.Get(name) != "" {
			return &problem{http.StatusBadRequest, "InvalidArgument", "A signed link goes without the header " + name + "."}
		}
	}
	return nil
}

func (s *Server) object(name string) (exportFile, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	object, ok := s.objects[name]
	return object, ok && !s.now().Before(object.modified)
}

// xmlRefusals writes the store's XML in place of ServeContent's plain text.
type xmlRefusals struct {
	http.ResponseWriter
	refused bool
}

// WriteHeader replaces the whole answer where it refuses.
func (x *xmlRefusals) WriteHeader(status int) {
	var p problem
	switch status {
	case http.StatusRequestedRangeNotSatisfiable:
		p = problem{status, "InvalidRange", "The requested range cannot be satisfied."}
	case http.StatusPreconditionFailed:
		p = problem{status, "PreconditionFailed", "At least one of the preconditions you specified did not hold."}
	default:
		x.ResponseWriter.WriteHeader(status)
		return
	}
	x.refused = true
	p.writeXML(x.ResponseWriter)
}

func (x *xmlRefusals) Write(p []byte) (int, error) {
	if x.refused {
		return len(p), nil
	}
	return x.ResponseWriter.Write(p)
}
