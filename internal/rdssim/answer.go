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

// problem is an answer that refuses. Each part of the cloud writes it in a form of its own.
type problem struct {
	status  int
	code    string
	message string
}

// write takes the form from the code: IAM has none, the gateway's begin with APIG, and the rest is RDS's.
func (p problem) write(w http.ResponseWriter) {
	switch {
	case p.code == "":
		p.writeIAM(w)
	case strings.HasPrefix(p.code, "APIG"):
		p.writeGateway(w)
	default:
		p.writeAPI(w)
	}
}

// writeAPI writes the form of RDS.
func (p problem) writeAPI(w http.ResponseWriter) {
	writeJSON(w, p.status, map[string]string{"error_code": p.code, "error_msg": p.message})
}

// writeGateway writes the form of the API gateway, which stands before IAM and RDS.
func (p problem) writeGateway(w http.ResponseWriter) {
	writeJSON(w, p.status, map[string]string{
		"error_code": p.code, "error_msg": p.message, "request_id": w.Header().Get("X-Request-Id"),
	})
}

// writeIAM writes the form of IAM. It has no code beside the status.
func (p problem) writeIAM(w http.ResponseWriter) {
	writeJSON(w, p.status, map[string]any{"error": map[string]any{
		"code": p.status, "message": p.message, "title": http.StatusText(p.status),
	}})
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
	text, err := xml.Marshal(body{Code: p.code, Message: p.message, RequestID: id, HostID: hexID("host")})
	if err != nil {
		panic(fmt.Sprintf("rdssim: an error that XML cannot hold: %v", err))
	}
	writeBody(w, p.status, "application/xml", append([]byte(xml.Header), text...))
}

func writeJSON(w http.ResponseWriter, status int, value any) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // links hold "&", and the page shows it as it is
	if err := encoder.Encode(value); err != nil {
		panic(fmt.Sprintf("rdssim: an answer that JSON cannot hold: %v", err))
	}
	writeBody(w, status, "application/json", bytes.TrimSuffix(text.Bytes(), []byte("\n")))
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that hung up is its own affair
}

// hexID returns 32 hex digits that stand for the text.
func hexID(text string) string {
	sum := sha256.Sum256([]byte("rdssim " + text))
	return hex.EncodeToString(sum[:16])
}
