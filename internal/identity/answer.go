// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"
)

// answerLimit bounds what is read of an error's body, in bytes.
const answerLimit = 64 << 10

// fault is what an answer says about why it refused.
type fault struct {
	code, message, requestID string
	// page says that the body is markup: something on the way answered, not the API.
	page bool
}

// readFault understands the identity service's and the gateway's forms of an
// error. Anything else, HTML above all, leaves code and message empty.
func readFault(header http.Header, body []byte) fault {
	var known struct {
		Error struct {
			Code    json.RawMessage `json:"code"`
			Message string          `json:"message"`
			Title   string          `json:"title"`
		} `json:"error"`
		ErrorCode       string `json:"error_code"`
		ErrorMsg        string `json:"error_msg"`
		ErrCode         string `json:"errCode"`
		ExternalMessage string `json:"externalMessage"`
		Code            string `json:"code"`
		Message         string `json:"message"`
		RequestID       string `json:"request_id"`
	}
	// Whatever could be read before a fault in the body is worth showing.
	_ = json.Unmarshal(body, &known)
	f := fault{
		code:      first(known.ErrorCode, known.ErrCode, known.Code, codeText(known.Error.Code)),
		message:   first(known.ErrorMsg, known.ExternalMessage, known.Error.Message, known.Message, known.Error.Title),
		requestID: first(header.Get("X-Request-Id"), header.Get("X-Openstack-Request-Id"), known.RequestID),
	}
	if f.message == "" && bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		f.page = true
	}
	f.code, f.message, f.requestID = printable(f.code), printable(f.message), printable(f.requestID)
	return f
}

// printable makes a server's text safe to show: one line, no control characters,
// 400 characters at most. A word of more than 100 bytes is no word but a token
// that the server repeats; it is left out.
func printable(text string) string {
	words := strings.Fields(text)
	for i, word := range words {
		if len(word) > 100 {
			words[i] = hidden
		}
	}
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return '?'
		}
		return r
	}, strings.Join(words, " "))
	const longest = 400
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// codeText reads error.code, which is a string such as "IAM.0001", or a number
// that repeats the HTTP status and says nothing.
func codeText(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return ""
	}
	if _, err := strconv.Atoi(text); err == nil {
		return ""
	}
	return text
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// peek reads the beginning of an answer's body and leaves the answer as it was.
func peek(resp *http.Response) []byte {
	start, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	rest := io.Reader(resp.Body)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(start), rest), resp.Body}
	return start
}

// failing is a body that broke: whoever reads on meets the same error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// discard ends an answer so that its connection can be used again.
func discard(resp *http.Response) {
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, answerLimit))
	_ = resp.Body.Close()
}
