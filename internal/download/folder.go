// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// disk is what makes files last. Tests replace parts of it, because no test can look at a disk after a power failure.
type disk struct {
	openRoot func(path string) (*os.Root, error)
	sync     func(*os.File) error
	link     func(root *os.Root, from, to string) error
	free     func(dir *os.File) (int64, error) // bytes
}

var realDisk = disk{openRoot: os.OpenRoot, sync: (*os.File).Sync, link: (*os.Root).Link, free: freeSpace}

// folder is the folder to save to. Everything in it is reached through an open handle: if somebody replaces the folder
// by a symbolic link during a transfer, the files still go to the folder that was opened.
type folder struct {
	path string
	root *os.Root
	dir  *os.File // the same folder, to sync it and to ask for its free space
	disk disk
}

// openFolder opens a folder by its clean path and creates it if it is missing. It makes and removes a file in it, so
// that a folder without write permission is an error before any transfer.
func openFolder(path string, d disk) (*folder, error) {
	if path == "" {
		return nil, errors.New("no directory was named")
	}
	before, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, err
		}
		before, err = os.Lstat(path)
	}
	if err != nil {
		return nil, err
	}
	if !before.IsDir() {
		return nil, &obstacleError{describe(before.Mode())}
	}
	root, err := d.openRoot(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, root: root, disk: d}
	if err := f.prove(before); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// Check reports as an error that a directory can't be saved to, without creating it. The error is of type [Errors].
func Check(directory string) error {
	path := filepath.Clean(directory)
	if err := check(path); err != nil {
		return Errors{diskError(path, err)}
	}
	return nil
}

func check(path string) error {
	there := path // or the first folder above that is there
	for _, err := os.Lstat(there); errors.Is(err, fs.ErrNotExist) && there != filepath.Dir(there); _, err = os.Lstat(there) {
		there = filepath.Dir(there)
	}
	if there != path {
		probe, err := os.MkdirTemp(there, ".download-")
		if err != nil {
			return err
		}
		return os.Remove(probe)
	}
	folder, err := openFolder(path, realDisk)
	if err == nil {
		folder.close()
	}
	return err
}

// prove checks that the opened folder is the one that was looked at, and that files can be created in it.
func (f *folder) prove(before fs.FileInfo) (err error) {
	if f.dir, err = f.root.Open("."); err != nil {
		return err
	}
	after, err := f.dir.Stat()
	if err != nil {
		return err
	}
	if !os.SameFile(before, after) {
		return &obstacleError{"replaced while it was being opened"}
	}
	temp, err := f.temporary()
	if err != nil {
		return err
	}
	f.discard(temp)
	return nil
}

func (f *folder) close() {
	if f.dir != nil {
		_ = f.dir.Close() // only read from
	}
	_ = f.root.Close()
}

func (f *folder) join(name string) string { return filepath.Join(f.path, name) }

// temporary creates an empty file. No file of a cloud can have its name: their names do not begin with a ".".
func (f *folder) temporary() (*os.File, error) {
	name := ".download-" + strings.ToLower(rand.Text()) + ".part"
	return f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// discard removes a temporary file, closed or not.
func (f *folder) discard(temp *os.File) {
	_ = temp.Close()
	_ = f.root.Remove(filepath.Base(temp.Name()))
}

// vacant returns nil if a new file may take the name.
func (f *folder) vacant(name string, overwrite bool) error {
	there, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !there.Mode().IsRegular():
		return &obstacleError{describe(there.Mode())}
	case !overwrite:
		return fs.ErrExist
	default:
		return nil
	}
}

// size returns the size of a regular file, or -1.
func (f *folder) size(name string) int64 {
	there, err := f.root.Lstat(name)
	if err != nil || !there.Mode().IsRegular() {
		return -1
	}
	return there.Size()
}

// commit brings a temporary file of that many bytes to the disk and gives it its final name. Without overwrite it
// replaces nothing, whoever creates it and when.
func (f *folder) commit(temp *os.File, size int64, name string, overwrite bool) error {
	if err := f.disk.sync(temp); err != nil {
		return err
	}
	if err := f.unchanged(temp, size); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := f.move(filepath.Base(temp.Name()), name, overwrite); err != nil {
		return err
	}
	return f.sync()
}

// errReplaced is returned if another program replaces, shortens or extends the temporary file.
var errReplaced = errors.New("another program changed the temporary file while it was being written")

// unchanged checks that the temporary file's name still leads to the file that was written.
func (f *folder) unchanged(temp *os.File, size int64) error {
	written, err := temp.Stat()
	if err != nil {
		return err
	}
	named, err := f.root.Lstat(filepath.Base(temp.Name()))
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!os.SameFile(written, named) || written.Size() != size) {
		return errReplaced
	}
	return err
}

// move renames a file. A hard link is the one step that never replaces a file on all systems. On a file system
// without hard links, such as exFAT, a moment remains between the look and the rename.
func (f *folder) move(from, to string, overwrite bool) error {
	if !overwrite {
		err := f.disk.link(f.root, from, to)
		if err == nil {
			_ = f.root.Remove(from) // if this fails, discard tries again
			return nil
		}
	}
	if err := f.vacant(to, overwrite); err != nil {
		return err
	}
	return f.root.Rename(from, to)
}

// sync makes the names in the folder durable. Some file systems do so without being asked, and refuse. Windows has no
// such call.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	err := f.disk.sync(f.dir)
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// obstacleError is something in the place of a file or folder.
type obstacleError struct{ is string }

func (e *obstacleError) Error() string { return "it is " + e.is }

func describe(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return "a symbolic link"
	case mode.IsDir():
		return "a folder"
	case mode.IsRegular():
		return "a file"
	default:
		return "neither a file nor a folder"
	}
}
