// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// object is a JSON object of an answer.
type object = map[string]any

// respond writes the result of a call.
func respond(w http.ResponseWriter, answer any, refused *problem) {
	if refused != nil {
		refused.write(w)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

// problem is an answer that refuses. Each part of the cloud has its own form for it.
type problem struct {
	status  int
	code    string
	message string
}

// write chooses the form by the code: IAM's has none, the gateway's codes begin with APIG, all others are RDS's.
func (p problem) write(w http.ResponseWriter) {
	body := object{"error_code": p.code, "error_msg": p.message}
	switch {
	case p.code == "":
		body = object{"error": object{"code": p.status, "message": p.message, "title": http.StatusText(p.status)}}
	case strings.HasPrefix(p.code, "APIG"):
		body["request_id"] = w.Header().Get("X-Request-Id")
	}
	writeJSON(w, p.status, body)
}

// writeXML writes the form of the object store.
func (p problem) writeXML(w http.ResponseWriter) {
	type body struct {
		XMLName   xml.Name `xml:"Error"`
		Code      string   `xml:"Code"`
		Message   string   `xml:"Message"`
		RequestID string   `xml:"RequestId"`
		HostID    string   `xml:"HostId"`
	}
	id := w.Header().Get("X-Request-Id")
	text, _ := xml.Marshal(body{Code: p.code, Message: p.message, RequestID: id, HostID: hexID("host")}) // texts never fail
	writeBody(w, p.status, "application/xml", append([]byte(xml.Header), text...))
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // the page shows the "&" of links as it is
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("rdssim: an answer that JSON cannot hold: %v", err))
	}
	writeBody(w, status, "application/json", bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // fails if the client hung up
}

// hexID returns 32 hex digits, always the same for the same text.
func hexID(text string) string {
	sum := sha256.Sum256([]byte("rdssim " + text))
	return hex.EncodeToString(sum[:16])
}
