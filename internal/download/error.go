// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Kind says what kept a file from being saved, for code that decides by it.
type Kind string

// The kinds of Error.
const (
	// KindExists: a file of that name is there, and overwriting was not asked for.
	KindExists Kind = "exists"
	// KindInTheWay: what is there is not what it should be: a symbolic link, a folder in place of a file, a file in
	// place of the folder.
	KindInTheWay Kind = "in the way"
	// KindPermission: the folder may not be written to, or the file system is read-only.
	KindPermission Kind = "no permission"
	// KindDiskFull: there is not enough room, or a quota is used up.
	KindDiskFull Kind = "disk full"
	// KindWrite: the disk or the file system failed in another way.
	KindWrite Kind = "write failed"
	// KindBadLink: the link is no http or https address.
	KindBadLink Kind = "bad link"
	// KindExpired: the link has expired, and the cloud has no other one.
	KindExpired Kind = "link expired"
	// KindRefused: the server refuses the link, whatever is tried.
	KindRefused Kind = "refused"
	// KindFault: the transfer broke more often than is endured: connections, half files, 429, 5xx.
	KindFault Kind = "broken"
	// KindInterrupted: the context ended first.
	KindInterrupted Kind = "interrupted"
)

// Error is one file that was not saved, or, without a Name, the folder that can't be used. It holds no link.
type Error struct {
	Kind Kind
	// Index is the file's place among those given to Save; -1 for the folder.
	Index int
	// Name is the file's name as the cloud gave it, made safe to print.
	Name string
	// Path is what on the disk the error is about: the folder, or the file's place in it.
	Path string
	// Bytes is how far the transfer had come, of Total; Total is below 0 where it is not known.
	Bytes, Total int64
	// Faults is how many faults in a row were endured before the last one.
	Faults int
	// StatusCode, Code, Message and RequestID are of the last answer that was a refusal. StatusCode is 0 where there
	// was none.
	StatusCode               int
	Code, Message, RequestID string
	// Err is the cause where it was no refusal.
	Err error
	// Fault is, of an interrupted transfer, what it tried again for, where that was no refusal.
	Fault error
}

func (e *Error) Unwrap() error { return e.Err }

// Error is one line: which file, what happened, what came back.
func (e *Error) Error() string {
	text := strings.TrimSuffix(e.Sentence(), ".")
	if cause := e.Cause(); cause != "" && e.Kind != KindExists { // there the sentence says it all
		text += ": " + cause
	}
	return text
}

// Cause is what came back, in one line without the file's name; "" where nothing did.
func (e *Error) Cause() string {
	var parts []string
	for _, part := range []string{e.Status(), e.Code, strings.TrimSuffix(e.Message, ".")} {
		if part != "" {
			parts = append(parts, part)
		}
	}
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

// Status is the answer's status as a person reads it, "403 Forbidden", or "" where there was no refusal.
func (e *Error) Status() string {
	if e.StatusCode == 0 {
		return ""
	}
	return apierror.StatusText(e.StatusCode)
}

// Sentence says what happened, in one whole sentence that names the file. Cause and answer are in the other fields.
func (e *Error) Sentence() string {
	path := cmp.Or(apierror.Printable(e.Path), "The directory")
	switch e.Kind {
	case KindExists:
		return path + " already exists."
	case KindInTheWay:
		return path + " can't be written: something else is in the way."
	case KindPermission:
		return path + " may not be written."
	case KindDiskFull:
		return "The disk is full: " + path + " could not be written" + e.progress() + "."
	case KindWrite:
		return path + " could not be written" + e.progress() + "."
	case KindBadLink:
		return "The link of " + e.file() + " can't be used."
	case KindExpired:
		return "The link of " + e.file() + " has expired, and there is no fresh one" + e.progress() + "."
	case KindRefused:
		return "The link's server refused " + e.file() + e.progress() + "."
	case KindInterrupted:
		return "The download of " + e.file() + " was interrupted" + e.progress() + "."
	default:
		return "The download of " + e.file() + " broke off" + e.progress() + e.endured() + "."
	}
}

func (e *Error) file() string { return cmp.Or(e.Name, "a file without a name") }

// progress says how far the transfer had come, where it had begun.
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

// Errors are all that kept a Save from being complete, in the order of its files. It is never empty.
type Errors []*Error

// Error has a line for each.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
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
