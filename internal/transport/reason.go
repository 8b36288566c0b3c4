// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"crypto/tls"
	"errors"
	"io"
)

// Reason says why a connection gave no answer, or not all of it. What the standard library says of some causes is for
// programmers; of the others its own text stands.
func Reason(err error) string {
	var noTLS tls.RecordHeaderError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before everything had arrived"
	case errors.Is(err, io.EOF):
		return "the connection was closed without an answer"
	case errors.As(err, &noTLS):
		return "the server does not speak TLS there, so the address may be one for http://"
	default:
		return err.Error()
	}
}
