// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestCancelEndsAtOnce: a transfer ends in the same moment, wherever it is, and leaves nothing. A goroutine that stays
// would fail the bubble.
func TestCancelEndsAtOnce(t *testing.T) {
	const interrupted = "interrupted: The download of log was interrupted"
	for name, c := range map[string]struct {
		reply   reply
		refresh func(context.Context) ([]download.File, error)
		want    string
	}{
		"in a request": {hangs, nil, interrupted + ": context canceled"},
		"in a body":    {stalls(text, 4, "ETag", etag), nil, interrupted + " after 4 of 10 bytes: context canceled"},
		"in a pause": {
			answers(503, xml("SlowDown", "Slow.")),
			nil,
			interrupted + ": 503 Service Unavailable: SlowDown: Slow: context canceled: request id r-1",
		},
		"after a broken connection": {fails(io.EOF), nil, interrupted + ": context canceled: the connection was closed without an answer"},
		"in a refresh": {answers(403, xml("AccessDenied", "No.")), func(ctx context.Context) ([]download.File, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, interrupted + ": 403 Forbidden: AccessDenied: No: context canceled: request id r-1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory, start := t.TempDir(), time.Now()
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(900*time.Millisecond, cancel)
				o := exact(directory, newNetwork(c.reply), 9)
				o.Refresh = c.refresh
				saved, err := download.Save(ctx, one("log"), o)
				_ = wantErrors(t, err, c.want)
				wantOnly(t, directory, map[string]string{})
				wantSaved(t, saved, 0)
				if took := time.Since(start); took != 900*time.Millisecond {
					t.Errorf("ended after %s, want 900ms", took)
				}
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v, want an error that is context.Canceled", err)
				}
			})
		})
	}
}

func TestCancelOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory := t.TempDir()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		var files []download.File
		for range 10 {
			files = append(files, one("log")...)
		}
		base := newNetwork(good, hangs)
		saved, err := download.Save(ctx, files, exact(directory, base, 0))
		wantSaved(t, saved, 1)
		var errs download.Errors
		if !errors.As(err, &errs) || len(errs) != 9 {
			t.Fatalf("got %d errors, want 9: %v", len(errs), err)
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want an error that is context.DeadlineExceeded", err)
		}
		for _, e := range errs {
			if e.Kind != download.KindInterrupted {
				t.Errorf("got kind %q, want %q: %v", e.Kind, download.KindInterrupted, e)
			}
			if e.Index == saved[0].Index {
				t.Errorf("file %d is saved, want no error for it: %v", e.Index, e)
			}
		}
		base.wantRequests(t, 5) // one ended, four hung, and the others were not started
		wantOnly(t, directory, map[string]string{saved[0].Name: text})
	})
}

// TestCancelWhileFilesAreHashed: to compare a file of 256 GiB with its checksum takes minutes.
func TestCancelWhileFilesAreHashed(t *testing.T) {
	directory, base := t.TempDir(), newNetwork(hangs)
	path := filepath.Join(directory, exported)
	write(t, path, "")
	must(t, os.Truncate(path, 256<<30)) // a hole, which takes no room
	write(t, path+".sha256", sumOf("x")+"  "+exported+"\n")
	files := one(exported)
	files[0].Unique = true
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	done := make(chan error)
	go func() {
		_, err := download.Save(ctx, files, exact(directory, base, 0))
		done <- err
	}()
	select {
	case err := <-done:
		_ = wantErrors(t, err, "interrupted: The download of "+exported+" was interrupted: context deadline exceeded")
	case <-time.After(20 * time.Second):
		t.Fatal("still at work after 20 s, want an end after 100 ms")
	}
	base.wantRequests(t, 0)
}

// TestFilesThatCantBeTheSameAreNotHashed: their sizes differ from the announced one, or from what came.
func TestFilesThatCantBeTheSameAreNotHashed(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "log")
	write(t, path, "")
	must(t, os.Truncate(path, 256<<30))
	write(t, path+".sha256", sumOf("x")+"  log\n")
	files := one("log")
	files[0].Size = 10
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := download.Save(ctx, files, exact(directory, newNetwork(chunkedWhole), 0))
	_ = wantErrors(t, err, "exists: "+path+" already exists")
}

// chunkedWhole answers without a length, and to the end.
func chunkedWhole(req *http.Request) (*http.Response, error) {
	resp := response(req, 200, strings.NewReader(text), -1)
	resp.TransferEncoding = []string{"chunked"}
	return resp, nil
}

// TestCancelBeforeFilesAreCompared: the file has come, after a fault, but there is no time to compare it with the one that
// is there.
func TestCancelBeforeFilesAreCompared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory := t.TempDir()
		write(t, filepath.Join(directory, "log"), text)
		ctx, cancel := context.WithCancel(t.Context())
		base := newNetwork(answers(503, ""), func(req *http.Request) (*http.Response, error) {
			return response(req, 200, io.MultiReader(strings.NewReader(text), ending{cancel}), 10), nil
		})
		saved, err := download.Save(ctx, one("log"), exact(directory, base, 1))
		_ = wantErrors(t, err, "interrupted: The download of log was interrupted after 10 of 10 bytes: context canceled")
		wantSaved(t, saved, 0)
		if got := read(t, filepath.Join(directory, "log")); got != text {
			t.Errorf("the file has %q, want it unchanged: %q", got, text)
		}
	})
}

// ending does something at the end of a body.
type ending struct{ do func() }

func (e ending) Read([]byte) (int, error) {
	e.do()
	return 0, io.EOF
}

func TestCancelBefore(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	directory, base := t.TempDir(), newNetwork(good)
	_, err := download.Save(ctx, one("log"), exact(directory, base, 0))
	_ = wantErrors(t, err, "interrupted: The download of log was interrupted: context canceled")
	wantOnly(t, directory, map[string]string{})
	base.wantRequests(t, 0)
}

// TestPausesLeaveTimeForALastTry: a server that asks for a long pause can't use up all the time that is left.
func TestPausesLeaveTimeForALastTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		base := newNetwork(answers(503, "", "Retry-After", "60"))
		start := time.Now()
		_, err := download.Save(ctx, one("log"), exact(t.TempDir(), base, 9))
		_ = wantErrors(
			t,
			err,
			"interrupted: The download of log was interrupted: 503 Service Unavailable: (the answer was empty): context deadline exceeded",
		)
		if diff := cmp.Diff([]string{"0s", "19s"}, base.seen()); diff != "" {
			t.Error("requests (-want +got):", diff)
		}
		if took := time.Since(start); took != 20*time.Second {
			t.Errorf("ended after %s, want 20s", took)
		}
	})
}
