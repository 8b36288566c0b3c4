// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"io"
	"sync"
	"time"
)

// A transfer has buffers of this many bytes, and this many of them: large enough that system calls cost little, so few that memory
// stays flat.
const (
	bufferSize  = 256 << 10
	bufferCount = 8
)

// receive takes an answer's body to its end: from the network to the disk in this goroutine, and into the hash in another, because
// hashing takes about as long as writing. Buffers go round: read, written, hashed, read again.
func (t *transfer) receive(body io.Reader, watch *watchdog) error {
	written := make(chan []byte, bufferCount)
	var hashing sync.WaitGroup
	hashing.Go(func() {
		for piece := range written {
			t.hash.Write(piece)
			t.buffers <- piece[:bufferSize]
		}
	})
	defer hashing.Wait()
	defer close(written)
	for {
		buffer := <-t.buffers
		watch.arm()
		n, err := body.Read(buffer)
		watch.disarm()
		if writeErr := t.write(buffer[:n]); writeErr != nil {
			return writeErr
		}
		written <- buffer[:n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// watchdog ends a context when it is armed for too long.
type watchdog struct {
	timer *time.Timer
	after time.Duration
}

// watch returns a context that ends with a [stalledError] when the watchdog, which begins armed, is neither disarmed nor armed anew
// in time.
func watch(ctx context.Context, after time.Duration) (context.Context, *watchdog, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{after: after}
	w.timer = time.AfterFunc(after, func() { cancel(&stalledError{after}) })
	return ctx, w, func() {
		w.disarm()
		cancel(nil)
	}
}

func (w *watchdog) arm()    { w.timer.Reset(w.after) }
func (w *watchdog) disarm() { w.timer.Stop() }

func newBuffers() chan []byte {
	buffers := make(chan []byte, bufferCount)
	for range bufferCount {
		buffers <- make([]byte, bufferSize)
	}
	return buffers
}
