// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"io"
	"math"
	"sync"
	"time"
)

// Each transfer has bufferCount buffers of bufferSize bytes: so large that system calls cost little, so few that memory
// stays flat. The size is a multiple of every file system's block.
const (
	bufferSize  = 1 << 20
	bufferCount = 4
)

func newBuffers() chan []byte {
	buffers := make(chan []byte, bufferCount)
	for range bufferCount {
		buffers <- make([]byte, bufferSize)
	}
	return buffers
}

// receive reads a body to its end. This goroutine reads and writes, another one hashes, because hashing takes about as
// long as writing. The buffers go round: read, written, hashed, read again.
func (t *transfer) receive(body io.Reader) error {
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
		// Only up to the end of a block of the disk: a part of a block would be written twice.
		n, err := t.fill(buffer[:bufferSize-t.offset%bufferSize], body)
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

// fill reads until the buffer is full, the body has ended or a second is over, so that slow transfers have progress.
func (t *transfer) fill(buffer []byte, body io.Reader) (n int, err error) {
	for begun := time.Now(); n < len(buffer) && err == nil && time.Since(begun) < time.Second; {
		var more int
		t.watchdog.Reset(t.s.options.Stall)
		more, err = body.Read(buffer[n:])
		t.watchdog.Stop()
		n += more
	}
	return n, err
}

// write appends a piece to the temporary file.
func (t *transfer) write(piece []byte) error {
	n, err := t.sink.Write(piece)
	t.offset += int64(n)
	if err != nil {
		return diskError("", err)
	}
	t.best = max(t.best, t.offset)
	t.head = append(t.head, piece[:min(len(piece), headLength-len(t.head))]...)
	if n > 0 && t.offset != t.object.length && time.Since(t.reported) >= reportEvery { // the end is reported by save
		t.report(Progress{})
	}
	return nil
}

// reportEvery is the time between two reports of a transfer without faults.
const reportEvery = 10 * time.Second

// report calls Progress. The calls of all transfers do not overlap.
func (t *transfer) report(p Progress) {
	t.reported = time.Now()
	p.Index, p.Count, p.Name = t.index, len(t.s.files), t.name
	p.Bytes, p.Total = t.offset, t.total()
	p.Elapsed = t.reported.Sub(t.begun)
	if p.Elapsed > 0 {
		p.BytesPerSecond = math.Round(float64(p.Bytes) / p.Elapsed.Seconds())
	}
	t.s.reporting.Lock()
	defer t.s.reporting.Unlock()
	t.s.options.Progress(p)
}

func (t *transfer) file() File { return t.s.files[t.index] }

// total returns the length from the store, else the announced size if that is possible, else -1.
func (t *transfer) total() int64 {
	if t.object.length >= 0 {
		return t.object.length
	}
	if announced := t.file().Size; announced > 0 && announced >= t.offset { // the cloud announces 0 for files with content
		return announced
	}
	return -1
}
