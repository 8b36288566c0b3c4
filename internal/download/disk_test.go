// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package download_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestFoldersThatCantBeUsed: one error, before any request, and nothing is made.
func TestFoldersThatCantBeUsed(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(t *testing.T, path string) // path is what Save is told
		want    string
	}{
		"a file": {
			func(t *testing.T, path string) { write(t, path, "x") },
			"in the way: {path} can't be written: something else is in the way: it is a file",
		},
		"below a file": {
			func(t *testing.T, path string) { write(t, filepath.Dir(path), "x") },
			"in the way: {path} can't be written: something else is in the way: not a directory",
		},
		"a link to a folder": {
			func(t *testing.T, path string) { must(t, os.Symlink(t.TempDir(), path)) },
			"in the way: {path} can't be written: something else is in the way: it is a symbolic link",
		},
		"a link to nothing": {
			func(t *testing.T, path string) { must(t, os.Symlink(path+"-missing", path)) },
			"in the way: {path} can't be written: something else is in the way: it is a symbolic link",
		},
		"a link to itself": {
			func(t *testing.T, path string) { must(t, os.Symlink(filepath.Base(path), path)) },
			"in the way: {path} can't be written: something else is in the way: it is a symbolic link",
		},
		"a pipe": {
			func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) },
			"in the way: {path} can't be written: something else is in the way: it is neither a file nor a folder",
		},
		"a list of checksums that is a folder": {
			func(t *testing.T, path string) { must(t, os.MkdirAll(filepath.Join(path, "SHA256SUMS"), 0o700)) },
			"in the way: {path}/SHA256SUMS can't be written: something else is in the way: it is a folder",
		},
		"a list of checksums that is a link": {
			func(t *testing.T, path string) {
				must(t, os.Mkdir(path, 0o700))
				must(t, os.Symlink("elsewhere", filepath.Join(path, "SHA256SUMS")))
			},
			"in the way: {path}/SHA256SUMS can't be written: something else is in the way: it is a symbolic link",
		},
		"a list of checksums without end": {
			func(t *testing.T, path string) {
				must(t, os.Mkdir(path, 0o700))
				write(t, filepath.Join(path, "SHA256SUMS"), "")
				must(t, os.Truncate(filepath.Join(path, "SHA256SUMS"), 32<<20+1))
			},
			"write failed: {path}/SHA256SUMS could not be written: it is longer than 33554432 bytes, which no list of checksums should be",
		},
		"a name that is too long": {
			func(*testing.T, string) {},
			"write failed: {path} could not be written: file name too long",
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
			for _, told := range []string{path, path + "/"} {
				base := newNetwork(good)
				saved, err := download.Save(t.Context(), one("log"), exact(told, base, 0))
				_ = wantErrors(t, err, strings.ReplaceAll(c.want, "{path}", path))
				if saved != nil || len(base.requests) != 0 {
					t.Error(saved, base.seen())
				}
			}
		})
	}
}

func TestNoFolder(t *testing.T) {
	_, err := download.Save(t.Context(), one("log"), exact("", newNetwork(good), 0))
	_ = wantErrors(t, err, "write failed: The directory could not be written: no directory was named")
}

// TestFoldersThatAreFine: links on the way to the folder are the user's own affair, and so is the mode of one that is
// there.
func TestFoldersThatAreFine(t *testing.T) {
	folder := t.TempDir()
	behind := filepath.Join(t.TempDir(), "link")
	must(t, os.Symlink(folder, behind))
	must(t, os.Mkdir(filepath.Join(folder, "open"), 0o755))
	t.Chdir(folder)
	for told, is := range map[string]string{
		behind + "/new": folder + "/new", folder + "/a/b/../c//": folder + "/a/c", "relative": folder + "/relative", folder + "/open": folder + "/open",
	} {
		_, err := download.Save(t.Context(), one("log"), exact(told, newNetwork(good), 0))
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
		"a file":           {func(t *testing.T, path string) { write(t, path, "mine") }, false, "exists: {path} already exists"},
		"a folder":         {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, false, "in the way: {path} can't be written: something else is in the way: it is a folder"},
		"a folder, forced": {func(t *testing.T, path string) { must(t, os.Mkdir(path, 0o700)) }, true, "in the way: {path} can't be written: something else is in the way: it is a folder"},
		"a link":           {func(t *testing.T, path string) { must(t, os.Symlink("x", path)) }, false, "in the way: {path} can't be written: something else is in the way: it is a symbolic link"},
		"a link, forced":   {func(t *testing.T, path string) { must(t, os.Symlink("x", path)) }, true, "in the way: {path} can't be written: something else is in the way: it is a symbolic link"},
		"a pipe, forced":   {func(t *testing.T, path string) { must(t, syscall.Mkfifo(path, 0o600)) }, true, "in the way: {path} can't be written: something else is in the way: it is neither a file nor a folder"},
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
			asked := 1
			if name == "a file" {
				asked = 2
			}
			if !os.SameFile(before, after) || len(base.requests) != asked || len(saved) != 1 || saved[0].Index != 1 {
				t.Error(before, after, base.seen(), saved)
			}
			if read(t, filepath.Join(directory, "other")) != text || read(t, filepath.Join(directory, "SHA256SUMS")) != sumOf(text)+"  other\n" {
				t.Error("the other file is not there")
			}
		})
	}
}

func TestOverwrite(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "log")
	write(t, path, "old and longer than the new one")
	must(t, os.Chmod(path, 0o644))
	must(t, os.Link(path, filepath.Join(t.TempDir(), "kept")))
	write(t, filepath.Join(directory, "SHA256SUMS"), sumOf("old")+"  log\n")
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
	write(t, filepath.Join(directory, "SHA256SUMS"), sumOf("old")+"  log\n")
	o := exact(directory, newNetwork(half(200, text, 4)), 0)
	o.Overwrite = true
	_, err := download.Save(t.Context(), one("log"), o)
	if err == nil {
		t.Error("no error")
	}
	wantOnly(t, directory, map[string]string{"log": "old"})
}

// TestAFileThatComesMeanwhile is not replaced: between the look before the transfer and its end, somebody else takes
// the name.
func TestAFileThatComesMeanwhile(t *testing.T) {
	for _, name := range []string{"log", "log.gz"} {
		directory, content := t.TempDir(), "\x1f\x8b\x08\x00"
		if name == "log" {
			content = text
		}
		base := newNetwork(func(req *http.Request) (*http.Response, error) {
			write(t, filepath.Join(directory, name), "mine")
			return says(200, content)(req)
		})
		_, err := download.Save(t.Context(), one("log"), exact(directory, base, 3))
		_ = wantErrors(t, err, "exists: "+filepath.Join(directory, name)+" already exists")
		if !errors.Is(err, fs.ErrExist) || read(t, filepath.Join(directory, name)) != "mine" {
			t.Error(err)
		}
		entries, err := os.ReadDir(directory)
		if err != nil || len(entries) != 1 {
			t.Error(entries, err)
		}
	}
}

// TestPackedFilesAreFoundOutEarly: the content's first bytes tell that log.gz is the name; the rest is not waited for.
func TestPackedFilesAreFoundOutEarly(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "log.gz"), "mine")
	base := newNetwork(half(200, "\x1f\x8b\x08\x00 and more", 5))
	_, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
	_ = wantErrors(t, err, "exists: "+filepath.Join(directory, "log.gz")+" already exists")
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

func TestWithoutTheSystemsOwnCall(t *testing.T) {
	directory := t.TempDir()
	path := func(name string) string { return filepath.Join(directory, name) }
	write(t, path("from"), "new")
	must(t, download.MoveWithoutSystem(directory, "from", "to"))
	if _, err := os.Lstat(path("from")); !errors.Is(err, fs.ErrNotExist) || read(t, path("to")) != "new" {
		t.Error(err)
	}
	write(t, path("from"), "newer")
	if err := download.MoveWithoutSystem(directory, "from", "to"); !errors.Is(err, fs.ErrExist) || read(t, path("to")) != "new" {
		t.Error(err)
	}
}

func TestErrorsOfTheFileSystem(t *testing.T) {
	for _, c := range []struct {
		err  error
		want string
	}{
		{syscall.ENOSPC, "disk full: The disk is full: /x could not be written: no space left on device"},
		{syscall.EDQUOT, "disk full: The disk is full: /x could not be written: disk quota exceeded"},
		{syscall.EACCES, "no permission: /x may not be written: permission denied"},
		{syscall.EPERM, "no permission: /x may not be written: operation not permitted"},
		{syscall.EROFS, "no permission: /x may not be written: read-only file system"},
		{syscall.EIO, "write failed: /x could not be written: input/output error"},
		{syscall.EFBIG, "write failed: /x could not be written: file too large"},
		{syscall.ENOTDIR, "in the way: /x can't be written: something else is in the way: not a directory"},
		{syscall.EISDIR, "in the way: /x can't be written: something else is in the way: is a directory"},
		{syscall.ELOOP, "in the way: /x can't be written: something else is in the way: too many levels of symbolic links"},
		{syscall.EEXIST, "exists: /x already exists"},
	} {
		for _, err := range []error{
			c.err,
			&fs.PathError{Op: "openat", Path: ".download-xyz.part", Err: c.err},
			&os.LinkError{Op: "renameat", Old: ".download-xyz.part", New: "x", Err: c.err},
			errors.Join(&fs.PathError{Op: "write", Path: ".download-xyz.part", Err: c.err}, nil),
		} {
			got := download.Errors{download.DiskFailure("/x", err)}
			_ = wantErrors(t, got, c.want)
			if !errors.Is(got, c.err) {
				t.Error("the cause is lost:", got)
			}
		}
	}
}

func TestSpaceIsCountedTogether(t *testing.T) {
	free := int64(100)
	s := download.NewSpace(func() (int64, error) { return free, nil })
	text := func(err error) string {
		if err == nil {
			return ""
		}
		return err.Error()
	}
	var got []string
	claim := func(n int64) { got = append(got, text(s.Claim(n))) }
	claim(101)
	claim(60)
	claim(41) // fits alone
	claim(40)
	s.Settle(30) // written
	free -= 30
	claim(1)
	s.Settle(30) // given up
	claim(30)
	claim(0)
	want := []string{"101 bytes are still to come and 100 are free", "", "101 bytes are still to come and 100 are free", "", "71 bytes are still to come and 70 are free", "", ""}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	unknown := download.NewSpace(func() (int64, error) { return 0, errors.ErrUnsupported })
	if err := unknown.Claim(1 << 60); err != nil {
		t.Error(err)
	}
}

// TestTooLargeForTheDisk: an exabyte fits on no disk, and that is found out before its first byte is written.
func TestTooLargeForTheDisk(t *testing.T) {
	directory := t.TempDir()
	base := newNetwork(func(req *http.Request) (*http.Response, error) {
		return response(req, 200, broken{}, 1<<60), nil
	})
	_, err := download.Save(t.Context(), one("log"), exact(directory, base, 9))
	var errs download.Errors
	if !errors.As(err, &errs) || errs[0].Kind != download.KindDiskFull ||
		!strings.Contains(err.Error(), "/log could not be written: 1152921504606846976 bytes are still to come and ") || len(base.requests) != 1 {
		t.Error(err, base.seen())
	}
	wantOnly(t, directory, map[string]string{})
}
