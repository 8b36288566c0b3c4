// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
)

// folder is the place to save to. Everything in it is reached through a handle of it, so that nobody who swaps the
// folder for a link while files are saved can lead them elsewhere.
type folder struct {
	path  string
	root  *os.Root
	dir   *os.File // the same folder, for what can be done with an open file only
	space space
}

// openFolder opens a folder by its clean path, makes it if it is missing, and proves that it can be written to: an
// error should come before a transfer and once, not after it and for each file.
func openFolder(path string) (*folder, error) {
	if path == "" {
		return nil, errors.New("no directory was named")
	}
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(path, 0o700); err != nil {
			return nil, err
		}
	}
	before, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !before.IsDir() {
		return nil, &obstacleError{what(before.Mode())}
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	f := &folder{path: path, root: root}
	if err := f.prove(before); err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

// Check finds out whether a directory can be saved to, without making it: so an error can come before a long wait and
// not after it. The error is of type [Errors].
func Check(directory string) error {
	path := filepath.Clean(directory)
	err := checkFolder(path)
	if err == nil {
		return nil
	}
	return Errors{diskFailure(path, err)}
}

func checkFolder(path string) error {
	if _, err := os.Lstat(path); err == nil {
		folder, err := openFolder(path)
		if err != nil {
			return err
		}
		defer folder.close()
		_, err = folder.readSums()
		return err
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	above := filepath.Dir(path)
	for _, err := os.Stat(above); errors.Is(err, fs.ErrNotExist) && above != filepath.Dir(above); _, err = os.Stat(above) {
		above = filepath.Dir(above)
	}
	probe, err := os.MkdirTemp(above, ".download-")
	if err != nil {
		return err
	}
	return os.Remove(probe)
}

// prove checks that the opened folder is the one that was looked at, and that files can be made in it.
func (f *folder) prove(before fs.FileInfo) (err error) {
	if f.dir, err = f.root.Open("."); err != nil {
		return err
	}
	f.space.free = func() (int64, error) { return freeSpace(f.dir) }
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

// temporary makes an empty file for its maker only.
func (f *folder) temporary() (*os.File, error) {
	return f.root.OpenFile(temporaryName(), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// discard removes a temporary file. It is no matter whether it is closed already.
func (f *folder) discard(temp *os.File) {
	_ = temp.Close()
	_ = f.root.Remove(filepath.Base(temp.Name()))
}

// free says whether a name may be taken by a new file.
func (f *folder) free(name string, overwrite bool) error {
	there, err := f.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case !there.Mode().IsRegular():
		return &obstacleError{what(there.Mode())}
	case !overwrite:
		return fs.ErrExist
	default:
		return nil
	}
}

// size is that of a file; below 0 where there is none.
func (f *folder) size(name string) int64 {
	there, err := f.root.Lstat(name)
	if err != nil || !there.Mode().IsRegular() {
		return -1
	}
	return there.Size()
}

// publish gives a temporary file, closed and synced, its final name. Without overwrite nothing that is there is
// replaced, whoever puts it there and when.
func (f *folder) publish(temp, name string, overwrite bool) error {
	if err := f.free(name, overwrite); err != nil {
		return err
	}
	move := f.moveNew
	if overwrite {
		move = f.root.Rename
	}
	if err := move(temp, name); err != nil {
		return err
	}
	return f.sync()
}

// moveNew renames a file to a name that must not exist. Not every file system can do that in one step; on one that
// has no hard links either, such as exFAT on a system other than Linux, a moment stays between the look and the step.
func (f *folder) moveNew(from, to string) error {
	err := renameNew(f.dir, from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	return f.linkNew(from, to)
}

// linkNew does the same with a hard link, else with a look and a step.
func (f *folder) linkNew(from, to string) error {
	err := f.root.Link(from, to)
	if err == nil {
		return f.root.Remove(from)
	}
	if errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := f.free(to, false); err != nil {
		return err
	}
	return f.root.Rename(from, to)
}

// sync makes the names in the folder last. Some file systems can't, and keep them safe in their own way; Windows has
// no such call.
func (f *folder) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	err := f.dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}

// obstacleError is something in the place of a file or folder.
type obstacleError struct{ is string }

func (e *obstacleError) Error() string { return "it is " + e.is }

func what(mode fs.FileMode) string {
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

// diskKind sorts an error of the file system.
func diskKind(err error) Kind {
	var obstacle *obstacleError
	var full *fullError
	switch {
	case errors.As(err, &obstacle), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ELOOP):
		return KindInTheWay
	case errors.Is(err, fs.ErrExist):
		return KindExists
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return KindPermission
	case errors.As(err, &full), isFull(err):
		return KindDiskFull
	default:
		return KindWrite
	}
}

// reason is an error of the file system without the names of temporary files, which tell a reader nothing.
func reason(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	default:
		return err
	}
}
