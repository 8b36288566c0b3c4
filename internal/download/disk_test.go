// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package download_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestFoldersThatCantBeUsed: one error, before any request, and nothing is made.
func TestFoldersThatCantBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string) // path is the directory
		want    string
	}{
		"a file": {
			func(t *testing.T, path string) { write(t, path, "x") },
			"in the way: Unable to write {path}: something else is in the way: it is a file",
		},
		"below a file": {
			func(t *testing.T, path string) { write(t, filepath.Dir(path), "x") },
			"in the way: Unable to write {path}: something else is in the way: not a directory",
		},
		"a link to a folder": {
			func(t *testing.T, path string) { must(t, os.Symlink(t.TempDir(), path)) },
			"in the way: Unable to write {path}: something else is in the way: it is a symbolic link",
		},
		"a link to nothing": {
			func(t *testing.T, path string) { must(t, os.Symlink(path+"-missing", path)) },
			"in the way: Unable to write {path}: something else is in the way: it is a symbolic link",
		},
		"a link to itself": {
			func(t *testing.T, path string) { must(t, os.Symlink(filepath.Base(path), path)) },
			"in the way: Unable to write {path}: something else is in the way: it is a symbolic link",
		},
		"a pipe": {
			func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) },
			"in the way: Unable to write {path}: something else is in the way: it is neither a file nor a folder",
		},
		"a name that is too long": {
			func(*testing.T, string) {},
			"write failed: Unable to write {path}: file name too long",
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "parent", "folder")
			if name == "a name that is too long" {
				path = filepath.Join(filepath.Dir(path), strings.Repeat("n", 256))
			}
			if name != "below a file" {
				must(t, os.Mkdir(filepath.Dir(path), 0o700))
			}
			c.prepare(t, path)
			for _, given := range []string{path, path + "/"} {
				base := newNetwork(good)
				saved, err := download.Save(t.Context(), one("log"), exact(given, base, 0))
				_ = wantErrors(t, err, strings.ReplaceAll(c.want, "{path}", path))
				wantSaved(t, saved, 0)
				base.wantRequests(t, 0)
			}
		})
	}
}

func TestNoFolder(t *testing.T) {
	_, err := download.Save(t.Context(), one("log"), exact("", newNetwork(good), 0))
	_ = wantErrors(t, err, "write failed: Unable to write the directory: no directory was named")
}

// TestFoldersThatAreFine: links on the way to the folder are the user's own affair, and so is the mode of one that is
// there.
func TestFoldersThatAreFine(t *testing.T) {
	folder := t.TempDir()
	behind := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(folder, behind))
	must(t, os.Mkdir(filepath.Join(folder, "open"), 0o755))
	t.Chdir(folder)
	for given, is := range map[string]string{
		behind + "/new":        folder + "/new",
		folder + "/a/b/../c//": folder + "/a/c",
		"relative":             folder + "/relative",
		folder + "/open":       folder + "/open",
	} {
		_, err := download.Save(t.Context(), one("log"), exact(given, newNetwork(good), 0))
		_ = wantErrors(t, err)
		wantOnly(t, is, map[string]string{"log": text})
	}
	if info, err := os.Stat(folder + "/open"); err != nil || info.Mode().Perm() != 0o755 {
		t.Error(info.Mode(), err)
	}
}

// TestWhatIsThereStays: what has the file's name is not replaced, and other files are saved. Only a file is asked for,
// because it might be the same.
func TestWhatIsThereStays(t *testing.T) {
	for name, c := range map[string]struct {
		prepare   func(t *testing.T, path string)
		overwrite bool
		want      string
	}{
		"a file": {func(t *testing.T, path string) { write(t, path, "mine") }, false, "exists: {path} already exists"},
		"a folder": {
			func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) },
			false,
			"in the way: Unable to write {path}: something else is in the way: it is a folder",
		},
		"a folder, forced": {
			func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) },
			true,
			"in the way: Unable to write {path}: something else is in the way: it is a folder",
		},
		"a link": {
			func(t *testing.T, path string) { must(t, os.Symlink("x", path)) },
			false,
			"in the way: Unable to write {path}: something else is in the way: it is a symbolic link",
		},
		"a link, forced": {
			func(t *testing.T, path string) { must(t, os.Symlink("x", path)) },
			true,
			"in the way: Unable to write {path}: something else is in the way: it is a symbolic link",
		},
		"a pipe, forced": {
			func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) },
			true,
			"in the way: Unable to write {path}: something else is in the way: it is neither a file nor a folder",
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			path := filepath.Join(directory, "log")
			c.prepare(t, path)
			before, err := os.Lstat(path)
			must(t, err)
			base := newNetwork(good)
			o := exact(directory, base, 0)
			o.Overwrite = c.overwrite
			saved, err := download.Save(t.Context(), append(one("log"), one("other")...), o)
			_ = wantErrors(t, err, strings.ReplaceAll(c.want, "{path}", path))
			after, statErr := os.Lstat(path)
			must(t, statErr)
			asked := 1 // for the other file
			if name == "a file" {
				asked = 2 // it might be the same
			}
			if !os.SameFile(before, after) {
				t.Errorf("%s is now %v, want it unchanged: %v", path, after, before)
			}
			base.wantRequests(t, asked)
			wantSaved(t, saved, 1)
			if saved[0].Index != 1 {
				t.Errorf("saved file %d, want 1", saved[0].Index)
			}
			if got := read(t, filepath.Join(directory, "other")); got != text {
				t.Errorf("the other file has %q, want %q", got, text)
			}
		})
	}
}

// TestChecksumsInTheWay: something else than a file has the name of NAME.sha256. The error names it, not the folder.
func TestChecksumsInTheWay(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string)
		is      string
	}{
		"a folder": {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, "a folder"},
		"a link":   {func(t *testing.T, path string) { must(t, os.Symlink("/x", path)) }, "a symbolic link"},
		"a pipe":   {func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, "neither a file nor a folder"},
	} {
		t.Run(name, func(t *testing.T) {
			directory, base := t.TempDir(), newNetwork(good)
			path := filepath.Join(directory, "log.sha256")
			c.prepare(t, path)
			must(t, download.Check(directory))
			saved, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
			errs := wantErrors(t, err, "in the way: Unable to write "+path+": something else is in the way: it is "+c.is)
			if errs[0].Path != path {
				t.Errorf("the error is about %s, want %s", errs[0].Path, path)
			}
			wantSaved(t, saved, 0)
			base.wantRequests(t, 0)
		})
	}
}

// TestChecksumsOfAnotherFile: NAME.sha256 is there with another checksum. It is replaced only with Overwrite, and
// never changed in place.
func TestChecksumsOfAnotherFile(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "log.sha256")
	write(t, path, sumOf("x")+"  log\n")
	must(t, os.Chmod(path, 0o644))
	saved, err := download.Save(t.Context(), one("log"), exact(directory, newNetwork(good), 0))
	errs := wantErrors(t, err, "exists: "+path+" already exists")
	wantSaved(t, saved, 1)
	if errs[0].Index != 0 {
		t.Errorf("the error is about file %d, want 0", errs[0].Index)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode() != 0o644 {
		t.Errorf("the checksum has mode %v, %v, want -rw-r--r--", info.Mode(), err)
	}
	want := map[string]string{"log": text, "log.sha256": sumOf("x") + "  log\n"}
	if diff := cmp.Diff(want, contents(t, directory)); diff != "" {
		t.Error("files (-want +got):", diff)
	}
	o := exact(directory, newNetwork(good), 0)
	o.Overwrite = true
	_, err = download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"log": text})
}

// TestTheModeOfAChecksumStays: an equal NAME.sha256 is not written again, with or without Overwrite.
func TestTheModeOfAChecksumStays(t *testing.T) {
	for _, overwrite := range []bool{false, true} {
		directory := t.TempDir()
		path := filepath.Join(directory, "log.sha256")
		write(t, path, sumOf(text)+"  log\n")
		must(t, os.Chmod(path, 0o644))
		o := exact(directory, newNetwork(good), 0)
		o.Overwrite = overwrite
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		info, err := os.Lstat(path)
		must(t, err)
		if info.Mode() != 0o644 {
			t.Errorf("overwrite %v: mode %v, want -rw-r--r--", overwrite, info.Mode())
		}
	}
}

func TestOverwrite(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "log")
	write(t, path, "old and longer than the new one")
	must(t, os.Chmod(path, 0o644))
	must(t, os.Link(path, filepath.Join(t.TempDir(), "kept")))
	write(t, filepath.Join(directory, "log.sha256"), sumOf("old")+"  log\n")
	o := exact(directory, newNetwork(good), 0)
	o.Overwrite = true
	_, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"log": text})
}

// TestOverwriteNeedsAWholeFile: what was there stays until then.
func TestOverwriteNeedsAWholeFile(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "log"), "old")
	write(t, filepath.Join(directory, "log.sha256"), sumOf("old")+"  log\n")
	o := exact(directory, newNetwork(half(200, text, 4)), 0)
	o.Overwrite = true
	_, err := download.Save(t.Context(), one("log"), o)
	if err == nil {
		t.Error("no error")
	}
	wantOnly(t, directory, map[string]string{"log": "old"})
}

// TestAFileThatComesMeanwhile is not replaced: somebody else takes the name during the transfer, or after the last look
// at it, when the file is synced.
func TestAFileThatComesMeanwhile(t *testing.T) {
	for _, content := range []string{text, "\x1f\x8b\x08\x00"} {
		for _, late := range []bool{false, true} {
			name := download.WithExtension("log", []byte(content))
			t.Run(fmt.Sprintf("%s, late: %v", name, late), func(t *testing.T) {
				directory := t.TempDir()
				path := filepath.Join(directory, name)
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					if !late {
						write(t, path, "mine")
					}
					return answers(200, content)(req)
				})
				o := exact(directory, base, 3).WithDisk(download.Disk{Sync: func(f *os.File) error {
					if late {
						write(t, path, "mine")
					}
					return f.Sync()
				}})
				_, err := download.Save(t.Context(), one("log"), o)
				_ = wantErrors(t, err, "exists: "+path+" already exists")
				if !errors.Is(err, fs.ErrExist) {
					t.Error("got an error that is not fs.ErrExist:", err)
				}
				if diff := cmp.Diff(map[string]string{name: "mine"}, contents(t, directory)); diff != "" {
					t.Error("files (-want +got):", diff)
				}
			})
		}
	}
}

// TestTheFolderIsSwapped for a link while a file is on its way: the file goes where the folder went.
func TestTheFolderIsSwapped(t *testing.T) {
	directory, trap := filepath.Join(t.TempDir(), "folder"), t.TempDir()
	base := newNetwork(func(req *http.Request) (*http.Response, error) {
		must(t, os.Rename(directory, directory+"-moved"))
		must(t, os.Symlink(trap, directory))
		return good(req)
	})
	_, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
	_ = wantErrors(t, err)
	wantOnly(t, directory+"-moved", map[string]string{"log": text})
	wantOnly(t, trap, map[string]string{})
}

func TestErrorsOfTheFileSystem(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "disk full: The disk is full: unable to write /x: no space left on device"},
		{syscall.EDQUOT, "disk full: The disk is full: unable to write /x: disk quota exceeded"},
		{syscall.EACCES, "no permission: No permission to write to /x: permission denied"},
		{syscall.EPERM, "no permission: No permission to write to /x: operation not permitted"},
		{syscall.EROFS, "no permission: No permission to write to /x: read-only file system"},
		{syscall.EIO, "write failed: Unable to write /x: input/output error"},
		{syscall.EFBIG, "write failed: Unable to write /x: file too large"},
		{syscall.ENOTDIR, "in the way: Unable to write /x: something else is in the way: not a directory"},
		{syscall.EISDIR, "in the way: Unable to write /x: something else is in the way: is a directory"},
		{syscall.ELOOP, "in the way: Unable to write /x: something else is in the way: too many levels of symbolic links"},
		{syscall.EEXIST, "exists: /x already exists"},
	} {
		for _, err := range []error{
			c.err,
			&fs.PathError{Op: "openat", Path: ".download-xyz.part", Err: c.err},
			&os.LinkError{Op: "renameat", Old: ".download-xyz.part", New: "x", Err: c.err},
			errors.Join(&fs.PathError{Op: "write", Path: ".download-xyz.part", Err: c.err}, nil),
		} {
			got := download.Errors{download.FolderError("/x", err)}
			_ = wantErrors(t, got, c.want)
			if !errors.Is(got, c.err) {
				t.Errorf("got %v, want an error that is %v", got, c.err)
			}
		}
	}
}

// TestRoomOnTheDisk is looked at once for each file, when its length is known and before its first byte is written.
func TestRoomOnTheDisk(t *testing.T) {
	for name, c := range map[string]struct {
		free   int64
		err    error
		reply  reply
		want   []string
		wanted int // looks
	}{
		"enough": {10, nil, good, nil, 1},
		"too little": {
			9, nil, stalls(text, 0),
			[]string{"disk full: The disk is full: unable to write {path}: 10 bytes are still to come and 9 are free"},
			1,
		},
		"not known":        {0, errors.ErrUnsupported, good, nil, 1},
		"length not known": {0, nil, chunkedWhole, nil, 0},
		"an exbibyte": {
			1 << 59, nil, stalls(text, 0, "Content-Length", "1152921504606846976"),
			[]string{"disk full: The disk is full: unable to write {path}: " +
				"1152921504606846976 bytes are still to come and 576460752303423488 are free"},
			1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			directory, looks := t.TempDir(), 0
			base := newNetwork(c.reply)
			o := exact(directory, base, 9).WithDisk(download.Disk{Free: func(*os.File) (int64, error) {
				looks++
				return c.free, c.err
			}})
			saved, err := download.Save(t.Context(), one("log"), o)
			for i := range c.want {
				c.want[i] = strings.ReplaceAll(c.want[i], "{path}", filepath.Join(directory, "log"))
			}
			_ = wantErrors(t, err, c.want...)
			wantSaved(t, saved, 1-len(c.want))
			base.wantRequests(t, 1)
			if looks != c.wanted {
				t.Errorf("looked %d times at the disk, want %d", looks, c.wanted)
			}
		})
	}
}

// TestRoomIsLookedAtOnce: a transfer that starts over does not look again.
func TestRoomIsLookedAtOnce(t *testing.T) {
	directory, looks := t.TempDir(), 0
	o := exact(directory, newNetwork(half(200, text, 4), half(200, text, 4, "ETag", etag), from4), 9).WithDisk(download.Disk{
		Free: func(*os.File) (int64, error) {
			looks++
			return 10, nil
		},
	})
	o.MinPause = time.Nanosecond
	_, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"log": text})
	if looks != 1 {
		t.Errorf("looked %d times at the disk, want once", looks)
	}
}

// TestTooLargeForTheDisk asks the real disk: an exbibyte fits on none.
func TestTooLargeForTheDisk(t *testing.T) {
	directory := t.TempDir()
	base := newNetwork(stalls(text, 0, "Content-Length", "1152921504606846976"))
	_, err := download.Save(t.Context(), one("log"), exact(directory, base, 9))
	var errs download.Errors
	if !errors.As(err, &errs) || errs[0].Kind != download.KindDiskFull {
		t.Errorf("got %v, want an error of kind %q", err, download.KindDiskFull)
	}
	base.wantRequests(t, 1)
	wantOnly(t, directory, map[string]string{})
}
