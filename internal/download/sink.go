// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"io"
	"os"
	"path/filepath"
)

// syncEvery is after how many bytes a sync begins beside the writes. A single sync at the end would begin to write
// then, and the wait for it would come on top: for 1 GiB over loopback a third of the whole time.
const syncEvery = 32 << 20

// sink is a temporary file that takes bytes in order and brings them to the disk while others still come.
type sink struct {
	file     *os.File
	offset   int64 // how many bytes were written
	begun    int64 // up to where a sync has begun
	syncing  chan struct{}
	failed   error // of a sync; the system tells it once only
	uncached bool  // the file system can write past the cache, as far as is known
}

func newSink(file *os.File) *sink { return &sink{file: file, uncached: true} }

// name is the file's name in its folder.
func (s *sink) name() string { return filepath.Base(s.file.Name()) }

func (s *sink) Write(piece []byte) (int, error) {
	n := 0
	if s.uncached {
		n = writeUncached(s.file, piece, s.offset)
		s.uncached = n == len(piece)
	}
	if n < len(piece) { // it can't, or not now: the usual way works, or says why not
		more, err := s.file.WriteAt(piece[n:], s.offset+int64(n))
		if n += more; err != nil {
			s.offset += int64(n)
			return n, err
		}
	}
	s.offset += int64(n)
	s.syncBeside()
	return n, nil
}

// syncBeside begins a sync where enough has come since the last one, unless that one still runs.
func (s *sink) syncBeside() {
	if s.offset-s.begun < syncEvery || s.running() {
		return
	}
	s.begun = s.offset
	done := make(chan struct{})
	s.syncing = done
	go func() {
		defer close(done)
		s.failed = errors.Join(s.failed, s.file.Sync())
	}()
}

func (s *sink) running() bool {
	if s.syncing == nil {
		return false
	}
	select {
	case <-s.syncing:
		return false
	default:
		return true
	}
}

// settled waits for a sync that runs and returns what any of them met.
func (s *sink) settled() error {
	if s.syncing != nil {
		<-s.syncing
	}
	return s.failed
}

// empty throws away what was written. A sync that still runs is no harm, and not waited for: a slow disk would look
// like a slow network.
func (s *sink) empty() error {
	s.offset, s.begun = 0, 0
	_, err := s.file.Seek(0, io.SeekStart)
	return errors.Join(err, s.file.Truncate(0))
}

// finish returns nil once everything is on the disk.
func (s *sink) finish() error {
	return errors.Join(s.settled(), s.file.Sync(), s.file.Close())
}
