// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package download_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestAFileLastsBeforeItHasItsName: file, folder, checksum and folder again are synced, in this order.
func TestAFileLastsBeforeItHasItsName(t *testing.T) {
	directory := t.TempDir()
	var synced []string
	o := exact(directory, newNetwork(good), 0).WithDisk(download.Disk{Sync: func(f *os.File) error {
		info, err := f.Stat()
		must(t, err)
		what := fmt.Sprintf("file of %d bytes", info.Size())
		if info.IsDir() {
			what = "folder"
		}
		var names []string
		for name := range contents(t, directory) {
			if !strings.HasPrefix(name, ".") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		synced = append(synced, fmt.Sprint(what, " beside ", names))
		return f.Sync()
	}})
	_, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err)
	want := []string{"file of 10 bytes beside []", "folder beside [log]", "file of 70 bytes beside [log]", "folder beside [log log.sha256]"}
	if diff := cmp.Diff(want, synced); diff != "" {
		t.Error("syncs (-want +got):", diff)
	}
}

// TestSyncsThatFail: the nth one fails, and the file that it is for is an error.
func TestSyncsThatFail(t *testing.T) {
	for n, c := range map[int32]struct {
		path  string
		files []string
		saved int
	}{
		1: {"log", nil, 0},
		2: {"log", []string{"log"}, 0},
		3: {"log.sha256", []string{"log"}, 1},
		4: {"log.sha256", []string{"log", "log.sha256"}, 1},
	} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			directory := t.TempDir()
			var syncs atomic.Int32
			o := exact(directory, newNetwork(good), 0).WithDisk(download.Disk{Sync: func(f *os.File) error {
				if syncs.Add(1) == n {
					return &fs.PathError{Op: "sync", Path: f.Name(), Err: syscall.EIO}
				}
				return f.Sync()
			}})
			saved, err := download.Save(t.Context(), one("log"), o)
			after := ""
			if c.path == "log" || c.path == "log.sha256" {
				after = " after 10 of 10 bytes"
			}
			_ = wantErrors(t, err, "write failed: Unable to write "+filepath.Join(directory, c.path)+after+": input/output error")
			wantSaved(t, saved, c.saved)
			var names []string
			for name := range contents(t, directory) {
				names = append(names, name)
			}
			slices.Sort(names)
			if diff := cmp.Diff(c.files, names); diff != "" {
				t.Error("files (-want +got):", diff)
			}
		})
	}
}

// TestASyncBesideTheWritesFails: the system reports it once, and the last sync does not fail again.
func TestASyncBesideTheWritesFails(t *testing.T) {
	const size = 40 << 20
	directory := t.TempDir()
	var syncs atomic.Int32
	o := exact(directory, newNetwork(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, bytes.NewReader(make([]byte, size)), size), nil
	}), 0).WithDisk(download.Disk{Sync: func(f *os.File) error {
		if syncs.Add(1) == 1 {
			return syscall.EIO
		}
		return f.Sync()
	}})
	_, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(
		t,
		err,
		fmt.Sprintf("write failed: Unable to write %s after %d of %d bytes: input/output error", filepath.Join(directory, "log"), size, size),
	)
	wantOnly(t, directory, map[string]string{})
}

// TestFoldersThatCantBeSynced are as good as others: their file systems do it without being asked.
func TestFoldersThatCantBeSynced(t *testing.T) {
	for _, refusal := range []error{syscall.EINVAL, errors.ErrUnsupported} {
		directory := t.TempDir()
		o := exact(directory, newNetwork(good), 0).WithDisk(download.Disk{Sync: func(f *os.File) error {
			if info, err := f.Stat(); err == nil && info.IsDir() {
				return refusal
			}
			return f.Sync()
		}})
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"log": text})
	}
}

// TestWithoutHardLinks: the file gets its name by a rename, and replaces nothing that is there by then.
func TestWithoutHardLinks(t *testing.T) {
	for _, there := range []bool{false, true} {
		directory := t.TempDir()
		path := filepath.Join(directory, "log")
		o := exact(directory, newNetwork(good), 0).WithDisk(download.Disk{Link: func(*os.Root, string, string) error {
			if there {
				write(t, path, "mine")
			}
			return &os.LinkError{Op: "linkat", Old: ".download-x.part", New: "log", Err: syscall.EPERM}
		}})
		_, err := download.Save(t.Context(), one("log"), o)
		if !there {
			_ = wantErrors(t, err)
			wantOnly(t, directory, map[string]string{"log": text})
			continue
		}
		_ = wantErrors(t, err, "exists: "+path+" already exists")
		if diff := cmp.Diff(map[string]string{"log": "mine"}, contents(t, directory)); diff != "" {
			t.Error("files (-want +got):", diff)
		}
	}
}

// TestTheTemporaryFileIsChanged by another program during the transfer: nothing gets the file's name.
func TestTheTemporaryFileIsChanged(t *testing.T) {
	for name, change := range map[string]func(t *testing.T, path string){
		"replaced":        func(t *testing.T, path string) { must(t, os.Remove(path)); write(t, path, text) },
		"removed":         func(t *testing.T, path string) { must(t, os.Remove(path)) },
		"a symbolic link": func(t *testing.T, path string) { must(t, os.Remove(path)); must(t, os.Symlink("/etc/hostname", path)) },
		"shortened":       func(t *testing.T, path string) { must(t, os.Truncate(path, 3)) },
		"extended":        func(t *testing.T, path string) { must(t, os.Truncate(path, 11)) },
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			done := false
			o := exact(directory, newNetwork(good), 0).WithDisk(download.Disk{Sync: func(f *os.File) error {
				if !done {
					done = true
					change(t, filepath.Join(directory, filepath.Base(f.Name())))
				}
				return f.Sync()
			}})
			saved, err := download.Save(t.Context(), one("log"), o)
			_ = wantErrors(t, err, "write failed: Unable to write "+filepath.Join(directory, "log")+
				" after 10 of 10 bytes: another program changed the temporary file while it was being written")
			wantSaved(t, saved, 0)
			wantOnly(t, directory, map[string]string{})
		})
	}
}

// TestTheFolderIsSwappedWhileItIsOpened, after the look at it: nothing is written to where the link leads.
func TestTheFolderIsSwappedWhileItIsOpened(t *testing.T) {
	directory, trap := filepath.Join(t.TempDir(), "folder"), t.TempDir()
	must(t, os.Mkdir(directory, 0o700))
	base := newNetwork(good)
	o := exact(directory, base, 0).WithDisk(download.Disk{OpenRoot: func(path string) (*os.Root, error) {
		must(t, os.Remove(directory))
		must(t, os.Symlink(trap, directory))
		return os.OpenRoot(path)
	}})
	_, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err, "in the way: Unable to write "+directory+": something else is in the way: it is replaced while it was being opened")
	base.wantRequests(t, 0)
	wantOnly(t, trap, map[string]string{})
}
