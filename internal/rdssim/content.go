// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"bytes"
	"crypto/md5" //nolint:gosec // an ETag is an MD5 sum in this kind of store
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"
)

// realLog is the error log of a PostgreSQL 15 that met constraint violations, a deadlock, too many connections and a
// killed backend.
//
//go:embed testdata/postgresql-15-errors.log
var realLog []byte

// content is what a file holds.
type content interface {
	size() int64
	etag() string
	open() io.ReadSeeker
}

func (s *Server) content(name string, p part, parts int) content {
	if s.options.fileSize >= 0 {
		return generatedLog{name, s.options.fileSize}
	}
	lines := bytes.SplitAfter(realLog, []byte("\n"))
	return bytesContent(bytes.Join(lines[len(lines)*p.from/parts:len(lines)*p.to/parts], nil))
}

type bytesContent []byte

func (b bytesContent) size() int64         { return int64(len(b)) }
func (b bytesContent) open() io.ReadSeeker { return bytes.NewReader(b) }
func (b bytesContent) etag() string {
	sum := md5.Sum(b) //nolint:gosec // as at the import
	return hex.EncodeToString(sum[:])
}

// generatedLog is a log of any size that is made while it is read: line after line of the same length.
type generatedLog struct {
	name   string
	length int64
}

func (g generatedLog) size() int64         { return g.length }
func (g generatedLog) etag() string        { return hexID(fmt.Sprintf("etag %s %d", g.name, g.length)) }
func (g generatedLog) open() io.ReadSeeker { return &generatedReader{length: g.length} }

var firstLine = time.Date(2026, 11, 23, 16, 5, 50, 0, time.UTC)

// generatedLine is line number n, one a millisecond. Every eighth is an error.
func generatedLine(n int64) []byte {
	message := "LOG:    checkpoint complete: wrote 7 buffers (0.0%); write=0.002 s, sync=0.018 s; line"
	if n%8 == 7 {
		message = `ERROR:  duplicate key value violates unique constraint "orders_pkey" at generated line`
	}
	at := firstLine.Add(time.Duration(n) * time.Millisecond).Format("2006-01-02 15:04:05.000")
	return fmt.Appendf(nil, "%s UTC:[local]:app@orders:[12580]:%s %012d\n", at, message, n)
}

type generatedReader struct{ at, length int64 }

func (g *generatedReader) Read(p []byte) (int, error) {
	if g.at >= g.length {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), g.length-g.at)]
	width := int64(len(generatedLine(0)))
	n := 0
	for n < len(p) {
		copied := copy(p[n:], generatedLine(g.at / width)[g.at%width:])
		n += copied
		g.at += int64(copied)
	}
	return n, nil
}

// Seek implements io.Seeker.
func (g *generatedReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += g.at
	case io.SeekEnd:
		offset += g.length
	}
	if offset < 0 {
		return 0, errors.New("rdssim: seek before the start")
	}
	g.at = offset
	return offset, nil
}
