// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
)

// sampleSize is how much of a log decides on its format.
const sampleSize = 64 << 10

// lines splits a stream into lines of at most maxLine bytes.
type lines struct {
	r *bufio.Reader
	// cut holds the start of a line that is longer than r's buffer.
	cut []byte
	// crlf means that the lines end with CR and LF. Otherwise a CR is part of a statement.
	crlf    bool
	started bool
}

// lasting is a reader that repeats its error. bufio forgets an error after Peek.
type lasting struct {
	r   io.Reader
	err error
}

func (l *lasting) Read(p []byte) (n int, err error) {
	if l.err == nil {
		n, l.err = l.r.Read(p)
	}
	return n, l.err
}

// open returns the lines of r, which may be packed by gzip or zip.
func open(r io.Reader) (*lines, error) {
	b := bufio.NewReaderSize(&lasting{r: r}, 2*sampleSize)
	magic, _ := b.Peek(4) // the next read returns the error
	var unpacked io.Reader
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, fmt.Errorf("reading gzip: %w", err)
		}
		unpacked = z
	case string(magic) == zipEntry:
		unpacked = &unzipper{r: b}
	default:
		return &lines{r: b}, nil
	}
	return &lines{r: bufio.NewReaderSize(&lasting{r: unpacked}, 2*sampleSize)}, nil
}

// sample returns the text ahead.
func (l *lines) sample() []byte {
	b, _ := l.r.Peek(sampleSize) // next returns the error
	return bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
}

// next returns the next line without its end. cut reports that its rest was dropped. The line is valid until the next
// call. Text before an error is returned first.
func (l *lines) next() (line []byte, cut bool, err error) {
	line, err = l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		l.cut = append(l.cut[:0], line[:maxLine]...)
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = l.r.ReadSlice('\n')
		}
		return l.cut, true, nil
	}
	if err != nil && len(line) == 0 {
		return nil, false, err
	}
	line = bytes.TrimSuffix(line, []byte("\n"))
	if !l.started {
		l.started = true
		l.crlf = bytes.HasSuffix(line, []byte("\r"))
		line = bytes.TrimPrefix(line, []byte("\xef\xbb\xbf"))
	}
	if l.crlf {
		line = bytes.TrimSuffix(line, []byte("\r"))
	}
	if len(line) > maxLine {
		return line[:maxLine], true, nil
	}
	return line, false, nil
}
