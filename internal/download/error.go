// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Kind is the reason why a file was not saved, for code that depends on it.
type Kind string

// The kinds of Error.
const (
	KindExists      Kind = "exists"        // a file of that name is there, and Overwrite is not set
	KindInTheWay    Kind = "in the way"    // something else is there, such as a symbolic link or a folder in place of a file
	KindPermission  Kind = "no permission" // the user or the file system does not allow to write
	KindDiskFull    Kind = "disk full"     // or a quota is used up
	KindWrite       Kind = "write failed"  // any other failure of the disk or the file system
	KindBadLink     Kind = "bad link"      // it is not an http or https URL
	KindExpired     Kind = "link expired"  // and the cloud gave no fresh one
	KindRefused     Kind = "refused"       // by the link's server
	KindProxy       Kind = "proxy"         // it refuses the way to the link's server
	KindFault       Kind = "broken"        // too often: connections, half files, 429, 5xx
	KindInterrupted Kind = "interrupted"   // the context ended first
)

// Local reports whether the reason is on this side of the network.
func (k Kind) Local() bool {
	return slices.Contains([]Kind{KindExists, KindInTheWay, KindPermission, KindDiskFull, KindWrite}, k)
}

// Error is a file that was not saved, or, without a Name, a folder that can't be used. It holds no link.
type Error struct {
	Kind         Kind
	Index        int    // the position in the files given to Save; -1 for the folder
	Name         string // the name that the cloud gave, made safe to print
	Path         string // the file or folder on the disk that the error is about
	Bytes, Total int64  // Bytes of Total bytes had come. Total is negative if it is not known.
	Faults       int    // the number of faults in a row before the last one
	// Refusal is the server's answer. Its StatusCode is 0 if there was none.
	apierror.Refusal
	Err   error // the cause, if it is not a refusal
	Fault error // the last fault before an interruption, if it was not a refusal

	asked time.Duration // the pause that the server asks for, if asks
	asks  bool
}

func (e *Error) Unwrap() error { return e.Err }

// Error returns one line: the file, what happened, what came back.
func (e *Error) Error() string {
	text := strings.TrimSuffix(e.Sentence(), ".")
	if cause := e.Cause(); cause != "" && e.Kind != KindExists { // its sentence is complete
		text += ": " + cause
	}
	return text
}

// Cause returns what came back, in one line without the file's name, or "".
func (e *Error) Cause() string {
	parts := e.Words()
	if e.Err != nil {
		parts = append(parts, apierror.Printable(e.Err.Error()))
	}
	if e.Fault != nil {
		parts = append(parts, apierror.Printable(e.Fault.Error()))
	}
	if e.RequestID != "" {
		parts = append(parts, "request id "+e.RequestID)
	}
	return strings.Join(parts, ": ")
}

// Sentence returns what happened in one sentence that names the file. The cause is in the other fields.
func (e *Error) Sentence() string {
	return strings.NewReplacer(
		"{path}", cmp.Or(apierror.Printable(e.Path), "the directory"),
		"{file}", cmp.Or(e.Name, "a file without a name"),
		"{progress}", e.progress(),
		"{endured}", e.endured(),
	).Replace(sentences[e.Kind])
}

var sentences = map[Kind]string{
	KindExists:      "{path} already exists.",
	KindInTheWay:    "Unable to write {path}: something else is in the way.",
	KindPermission:  "No permission to write to {path}.",
	KindDiskFull:    "The disk is full: unable to write {path}{progress}.",
	KindWrite:       "Unable to write {path}{progress}.",
	KindBadLink:     "The link of {file} is not usable.",
	KindExpired:     "The link of {file} has expired, and there is no fresh one{progress}.",
	KindRefused:     "The link's server refused {file}{progress}.",
	KindProxy:       "A proxy refused the download of {file}{progress}.",
	KindFault:       "The download of {file} broke off{progress}{endured}.",
	KindInterrupted: "The download of {file} was interrupted{progress}.",
}

// progress returns how far the transfer had come, or "" if it had not started.
func (e *Error) progress() string {
	switch {
	case e.Bytes == 0:
		return ""
	case e.Total < 0:
		return fmt.Sprintf(" after %d bytes", e.Bytes)
	default:
		return fmt.Sprintf(" after %d of %d bytes", e.Bytes, e.Total)
	}
}

func (e *Error) endured() string {
	switch e.Faults {
	case 0:
		return ""
	case 1:
		return " for the 2nd time in a row"
	default:
		return fmt.Sprintf(" %d times in a row", e.Faults+1)
	}
}

// Errors are the errors of a Save, in the order of its files. It is never empty.
type Errors []*Error

// maxLines is the number of errors that a text shows.
const maxLines = 20

// Error returns a line for each of the first errors, and the number of the others.
func (e Errors) Error() string {
	var lines []string
	for _, one := range e[:min(len(e), maxLines)] {
		lines = append(lines, one.Error())
	}
	if more := len(e) - maxLines; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.Is and errors.As look into each.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}

// diskKind sorts an error of the file system.
func diskKind(err error) Kind {
	_, obstacle := errors.AsType[*obstacleError](err)
	switch {
	case obstacle, errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ELOOP):
		return KindInTheWay
	case errors.Is(err, fs.ErrExist):
		return KindExists
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return KindPermission
	case isFull(err):
		return KindDiskFull
	default:
		return KindWrite
	}
}

// reason returns an error of the file system without the names of temporary files.
func reason(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}
