// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bufio"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// zipEntry begins an entry of a zip archive.
const zipEntry = "PK\x03\x04"

const (
	zipHeaderSize = 30
	zipStored     = 0
	zipDeflated   = 8
	zipEncrypted  = 1 << 0
	zipDescriptor = 1 << 3
)

var errZip = errors.New("reading zip: unsupported form")

// unzipper reads the entries of a zip archive one after another. archive/zip needs the whole archive at once, as its
// directory is at the end; a log can be larger than memory.
type unzipper struct {
	r     *bufio.Reader
	entry io.Reader
	// sum and want are the entry's checksum. flags are the entry's.
	sum, want uint32
	flags     uint16
}

func (u *unzipper) Read(p []byte) (int, error) {
	for {
		if u.entry == nil {
			if err := u.open(); err != nil {
				return 0, err
			}
		}
		n, err := u.entry.Read(p)
		u.sum = crc32.Update(u.sum, crc32.IEEETable, p[:n])
		if errors.Is(err, io.EOF) {
			u.entry = nil
			err = u.close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// open reads the header of the next entry. It returns io.EOF after the last one.
func (u *unzipper) open() error {
	if magic, _ := u.r.Peek(4); string(magic) != zipEntry {
		return io.EOF
	}
	var header [zipHeaderSize]byte
	if _, err := io.ReadFull(u.r, header[:]); err != nil {
		return fmt.Errorf("reading zip: %w", err)
	}
	le := binary.LittleEndian
	method, size := le.Uint16(header[8:]), le.Uint32(header[18:])
	u.flags, u.want, u.sum = le.Uint16(header[6:]), le.Uint32(header[14:]), 0
	if _, err := u.r.Discard(int(le.Uint16(header[26:])) + int(le.Uint16(header[28:]))); err != nil {
		return fmt.Errorf("reading zip: %w", err)
	}
	switch {
	case u.flags&zipEncrypted != 0:
		return errZip
	case method == zipDeflated:
		u.entry = flate.NewReader(u.r)
	case method == zipStored && u.flags&zipDescriptor == 0:
		u.entry = io.LimitReader(u.r, int64(size))
	default:
		return errZip
	}
	return nil
}

// close reads what follows an entry's data. Its length depends on the program that wrote the archive: with or without a
// signature, sizes of 32 or 64 bits.
func (u *unzipper) close() error {
	if u.flags&zipDescriptor == 0 {
		return u.verify()
	}
	ahead, _ := u.r.Peek(28) // fewer bytes are enough
	for _, size := range []int{12, 16, 20, 24} {
		if len(ahead) < size+2 || !bytes.HasPrefix(ahead[size:], []byte("PK")) {
			continue
		}
		sum := ahead
		if size == 16 || size == 24 {
			sum = ahead[4:]
		}
		u.want = binary.LittleEndian.Uint32(sum)
		if _, err := u.r.Discard(size); err != nil {
			return fmt.Errorf("reading zip: %w", err)
		}
		return u.verify()
	}
	return fmt.Errorf("reading zip: %w", io.ErrUnexpectedEOF)
}

func (u *unzipper) verify() error {
	if u.sum != u.want {
		return errors.New("reading zip: wrong checksum")
	}
	return nil
}
