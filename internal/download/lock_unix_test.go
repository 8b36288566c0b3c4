// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package download_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// lock takes the lock of a folder as another program does, and returns what gives it back.
func lock(t *testing.T, directory string) (unlock func()) {
	t.Helper()
	dir, err := os.Open(directory)
	must(t, err)
	must(t, unix.Flock(int(dir.Fd()), unix.LOCK_EX|unix.LOCK_NB))
	return func() { must(t, dir.Close()) }
}

// TestAnotherProgramWritesTheList, on a slow disk: half a minute goes by between its look at the list and its end. No
// line is lost, neither its own nor those of the files that are saved meanwhile.
func TestAnotherProgramWritesTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory, start := t.TempDir(), time.Now()
		unlock := lock(t, directory)
		time.AfterFunc(30*time.Second, func() {
			write(t, filepath.Join(directory, "SHA256SUMS"), sumOf("b")+"  b\n")
			unlock()
		})
		write(t, filepath.Join(directory, "b"), "b")
		files := append(one("a"), append(one("c"), one("d")...)...)
		saved, err := download.Save(t.Context(), files, exact(directory, newNetwork(good), 0))
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"a": text, "b": "b", "c": text, "d": text})
		if after := time.Since(start); len(saved) != 3 || after < 30*time.Second || after > 31*time.Second {
			t.Error(saved, after)
		}
	})
}

// TestTheLockIsGivenBack as soon as a file is in the list, not at the end of all files.
func TestTheLockIsGivenBack(t *testing.T) {
	directory := t.TempDir()
	o := exact(directory, newNetwork(good, func(req *http.Request) (*http.Response, error) {
		lock(t, directory)()
		return good(req)
	}), 0)
	o.Parallel = 1
	saved, err := download.Save(t.Context(), append(one("a"), one("b")...), o)
	_ = wantErrors(t, err)
	if len(saved) != 2 {
		t.Error(saved)
	}
}

// TestAnotherProgramKeepsTheLock for ever: the file is saved, and that its checksum is not in the list is told soon after
// the context's end. The next Save adds it.
func TestAnotherProgramKeepsTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory, start := t.TempDir(), time.Now()
		path := filepath.Join(directory, "SHA256SUMS")
		write(t, path, sumOf("b")+"  b\n")
		unlock := lock(t, directory)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		saved, err := download.Save(ctx, one("log"), exact(directory, newNetwork(good), 0))
		errs := wantErrors(t, err, "write failed: "+path+" could not be written: another program keeps it locked; run this again to add the checksum")
		if len(saved) != 1 || saved[0].Before || len(errs) != 1 || errs[0].Index != 0 || errs[0].Name != "log" || time.Since(start) != time.Minute+2*time.Second {
			t.Error(saved, errs, time.Since(start))
		}
		if read(t, path) != sumOf("b")+"  b\n" {
			t.Error("the list was changed:", read(t, path))
		}
		unlock()
		saved, err = download.Save(t.Context(), one("log"), exact(directory, newNetwork(good), 0))
		_ = wantErrors(t, err)
		if len(saved) != 1 || !saved[0].Before || read(t, path) != sumOf("b")+"  b\n"+sumOf(text)+"  log\n" {
			t.Error(saved, read(t, path))
		}
	})
}

// TestTheLockIsFreeSoonAfterTheEnd of the context: the checksum of a file that is saved is not given up for that.
func TestTheLockIsFreeSoonAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory := t.TempDir()
		unlock := lock(t, directory)
		time.AfterFunc(11*time.Second, unlock)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		saved, err := download.Save(ctx, append(one("a"), one("b")...), exact(directory, newNetwork(good, hangs), 0))
		var errs download.Errors
		if !errors.As(err, &errs) || len(errs) != 1 || errs[0].Kind != download.KindInterrupted || len(saved) != 1 {
			t.Fatal(saved, err)
		}
		if got := read(t, filepath.Join(directory, "SHA256SUMS")); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, saved[0].SHA256) {
			t.Error(got)
		}
	})
}
