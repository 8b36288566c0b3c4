// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"io"
	"net/http"
)

// answerLimit bounds what is read of an error's body, in bytes.
const answerLimit = 64 << 10

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
