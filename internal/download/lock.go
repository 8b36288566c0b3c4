// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"errors"
	"sync"
	"time"
)

// sumsTurn lets one transfer of this process at a time change a SHA256SUMS, also where the file system has no locks.
var sumsTurn sync.Mutex

// lastPatience is how long a transfer waits for its turn once its context has ended: the file is on the disk, and others
// need milliseconds only, most of the time.
const lastPatience = 2 * time.Second

var (
	// errHeld is a lock that another process holds now.
	errHeld = errors.New("another process holds the lock")
	// errLocked is a lock that another process has held for too long.
	errLocked = errors.New("another program keeps it locked; run this again to add the checksum")
)

// lockSums waits for its turn to change SHA256SUMS and returns what ends it.
func (f *folder) lockSums(ctx context.Context) (unlock func(), err error) {
	ended := ctx.Done()
	var tooLate <-chan time.Time
	for {
		if unlock := f.tryLock(); unlock != nil {
			return unlock, nil
		}
		select {
		case <-ended:
			ended, tooLate = nil, time.After(lastPatience)
		case <-tooLate:
			return nil, errLocked
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// tryLock returns nil if it is not its turn. On a file system that has no locks it goes on without: two programs that
// save to the same folder can lose a line there if they end a file at the same moment.
func (f *folder) tryLock() (unlock func()) {
	if !sumsTurn.TryLock() {
		return nil
	}
	leave, err := lockFolder(f.dir)
	switch {
	case errors.Is(err, errHeld):
		sumsTurn.Unlock()
		return nil
	case err != nil:
		return sumsTurn.Unlock
	default:
		return func() {
			leave()
			sumsTurn.Unlock()
		}
	}
}
