// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"fmt"
	"sync"
)

// space keeps account of the room that transfers under way still need, so that two files that fit one by one but not
// together are found out before the disk is full.
type space struct {
	free func() (int64, error) // bytes; an error: not known

	mu      sync.Mutex
	claimed int64
}

// fullError is a disk that is too small for a file.
type fullError struct{ need, free int64 }

func (e *fullError) Error() string {
	return fmt.Sprintf("%d bytes are still to come and %d are free", e.need, e.free)
}

// claim takes room for n bytes. Where the free space is not known, it is there.
func (s *space) claim(n int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if free, err := s.free(); err == nil && free-s.claimed < n {
		return &fullError{need: s.claimed + n, free: free}
	}
	s.claimed += n
	return nil
}

// settle gives back n bytes of what was claimed: they are written, or will never be.
func (s *space) settle(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claimed -= n
}
