// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// syncEvery is the number of bytes after which a sync starts beside the writes. With a single sync at the end, a
// transfer of 1 GiB over loopback took a third longer.
const syncEvery = 32 << 20

// sink is a temporary file that takes bytes in order and is synced while others still come.
type sink struct {
	file     *os.File
	sync     func(*os.File) error
	offset   int64 // bytes written
	begun    int64 // offset at the start of the last sync
	syncing  atomic.Bool
	syncs    sync.WaitGroup
	failed   error // of a sync; the system reports it only once
	uncached bool  // writeUncached works on this file system, as far as is known
}

func (s *sink) Write(piece []byte) (int, error) {
	n := 0
	if s.uncached {
		n = writeUncached(s.file, piece, s.offset)
		s.uncached = n == len(piece)
	}
	var err error
	if n < len(piece) { // not possible, or not now: a plain write works, or returns the reason
		var more int
		more, err = s.file.WriteAt(piece[n:], s.offset+int64(n))
		n += more
	}
	s.offset += int64(n)
	if err == nil {
		s.syncBeside()
	}
	return n, err
}

// syncBeside starts a sync if enough bytes have come since the last one, and that one has ended.
func (s *sink) syncBeside() {
	if s.offset-s.begun < syncEvery || !s.syncing.CompareAndSwap(false, true) {
		return
	}
	s.begun = s.offset
	s.syncs.Go(func() {
		s.failed = errors.Join(s.failed, s.sync(s.file))
		s.syncing.Store(false)
	})
}

// settled waits for a sync that is under way and returns the errors of all of them.
func (s *sink) settled() error {
	s.syncs.Wait()
	return s.failed
}

// empty throws away what was written. It does not wait for a sync: a slow disk would look like a slow network.
func (s *sink) empty() error {
	s.offset, s.begun = 0, 0
	_, err := s.file.Seek(0, io.SeekStart)
	return errors.Join(err, s.file.Truncate(0))
}
