// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// A transfer has buffers of this many bytes, and this many of them: large enough that system calls cost little, so
// few that memory stays flat. The size is a multiple of every file system's block.
const (
	bufferSize  = 1 << 20
	bufferCount = 4
)

// receive takes an answer's body to its end: from the network to the disk in this goroutine, and into the hash in
// another, because hashing takes about as long as writing. Buffers go round: read, written, hashed, read again.
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
		n, err := fill(buffer[:bufferSize-t.offset%bufferSize], body, watch) // up to where blocks end: a part of one would be written twice
		if writeErr := t.write(buffer[:n]); writeErr != nil {
			return writeErr
		}
		written <- buffer[:n]
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// fill reads until a buffer is full, the body has ended or a second is over: who waits for a slow transfer wants to
// see it move.
func fill(buffer []byte, body io.Reader, watch *watchdog) (n int, err error) {
	for begun := time.Now(); n < len(buffer) && err == nil && time.Since(begun) < time.Second; {
		var more int
		watch.arm()
		more, err = body.Read(buffer[n:])
		watch.disarm()
		n += more
	}
	return n, err
}

// watchdog ends a context when it is armed for too long.
type watchdog struct {
	timer *time.Timer
	after time.Duration
}

// watch returns a context that ends with a [stalledError] when the watchdog, which begins armed, is neither disarmed
// nor armed anew in time.
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
