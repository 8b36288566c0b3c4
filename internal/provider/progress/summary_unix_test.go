// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package progress_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/progress"
)

const line = "2026-11-23 16:05:50.000 UTC [1] ERROR:  deadlock detected\n"

// pipe is how much a pipe holds.
const pipe = 64 << 10

// endless is a file that never ends: a pipe that is written to until its reader closes it.
type endless struct {
	path string
	// after is how many bytes were written after the summary had to end.
	after chan int
}

// newEndless repeats a text. After some of it, end is called.
func newEndless(t *testing.T, text []byte, end func()) endless {
	t.Helper()
	e := endless{filepath.Join(t.TempDir(), "pipe"), make(chan int, 1)}
	if err := syscall.Mkfifo(e.path, 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		to, err := os.OpenFile(e.path, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			e.after <- -1
			return
		}
		defer func() { _ = to.Close() }()
		const before, tooMuch = 128 << 10, 512 << 10
		written, after := 0, 0
		for after < tooMuch {
			n, err := to.Write(text)
			if written += n; written > before+n {
				after += n
			}
			if err != nil {
				break // the reader has closed it
			}
			if written > before && after == 0 {
				end()
			}
		}
		e.after <- after
	}()
	return e
}

// packed is a gzip file that is a thousandth of its content, again and again.
func packed(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(bytes.Repeat([]byte(line), 100_000))
	if err = errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestSummarize_Interrupted: Ctrl-C in the middle of a file ends the reading, and nothing is shown, of the next file either.
func TestSummarize_Interrupted(t *testing.T) {
	t.Parallel()
	for name, text := range map[string][]byte{"plain": bytes.Repeat([]byte(line), 100), "packed": packed(t)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, press := context.WithCancel(t.Context())
			file := newEndless(t, text, press)
			var shown []string
			progress.Summarize(ctx, func(s string) { shown = append(shown, s) }, []download.Saved{
				{Name: "a", Path: file.path}, {Name: "b", Path: "/no/such/file"},
			})
			if len(shown) > 0 {
				t.Errorf("expected no line, got %q", shown)
			}
			if after := <-file.after; after < 0 || after > pipe+16<<10+len(text) {
				t.Errorf("expected the reading to end at once, got another %d bytes", after)
			}
		})
	}
}

// TestSummarize_OddPaths: a shell and zgrep take each path as it is.
func TestSummarize_OddPaths(t *testing.T) {
	t.Chdir(t.TempDir())
	for path, want := range map[string]string{
		"plain": "plain", "-dash/log": "./-dash/log", "--": "./--", "a b": "'a b'", "it's": `'it'\''s'`, "-a b": "'./-a b'", "$(x)": "'$(x)'",
	} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		var shown []string
		progress.Summarize(t.Context(), func(s string) { shown = append(shown, s) }, []download.Saved{{Name: "a", Path: path}})
		want = "To see the lines:\n\n  zgrep -hE 'ERROR|FATAL|PANIC' " + want + "\n"
		if len(shown) != 2 || shown[1] != want {
			t.Errorf("%s: expected two texts, the last %q, got %q", path, want, shown)
		}
	}
}

// TestSummarize_TimeIsUp: the deadline ends the reading of a file. What was read is shown, and that it is not all.
func TestSummarize_TimeIsUp(t *testing.T) {
	t.Parallel()
	ctx, expire := context.WithTimeout(t.Context(), time.Hour)
	defer expire()
	up := &timeIsUp{Context: ctx, done: make(chan struct{})}
	text := packed(t)
	file := newEndless(t, text, func() { close(up.done) })
	var shown []string
	progress.Summarize(up, func(s string) { shown = append(shown, s) }, []download.Saved{
		{Name: "a", Path: file.path}, {Name: "b", Path: os.DevNull},
	})
	want := []string{
		"This is only the beginning of a: the rest cannot be read as a log (the time was up).",
		"No summary of b: it cannot be read as a log (the time was up).",
		"To see the lines:\n\n  zgrep -hE 'ERROR|FATAL|PANIC' " + file.path + "\n",
	}
	if len(shown) < 1 || !strings.HasPrefix(shown[0], "What broke in a (") || !slices.Equal(shown[1:], want) {
		t.Errorf("expected what broke in a, then %q, got %q", want, shown)
	}
	if after := <-file.after; after < 0 || after > pipe+16<<10+len(text) {
		t.Errorf("expected the reading to end at once, got another %d bytes", after)
	}
}

// timeIsUp is a context whose deadline is when done is closed.
type timeIsUp struct {
	context.Context //nolint:containedctx // it is one
	done            chan struct{}
}

func (c *timeIsUp) Done() <-chan struct{} { return c.done }

func (c *timeIsUp) Err() error {
	select {
	case <-c.done:
		return context.DeadlineExceeded
	default:
		return nil
	}
}
