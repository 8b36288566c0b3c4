// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package download saves the files behind links to a folder, so that they can be trusted: whole, only theirs who
// asked for them, and with a checksum.
//
//	download.go  what goes in and comes out: File, Options, Saved, Progress, Save
//	error.go     the typed errors and what a person can do about each
//	name.go      safe, unique names out of hostile ones
//	folder.go    the folder, and the step to the final name that never replaces unasked
//	sweep.go     temporary files, and what is left of them where a run was killed
//	sums.go      SHA256SUMS, merged with what stands there
//	lock.go      one at a time changes SHA256SUMS
//	saving.go    all files of a Save, some side by side
//	before.go    what is there already: the same file, or another one
//	transfer.go  one file from its first byte to its name; the one loop that retries
//	answer.go    what an answer means: go on, begin anew, try again, give up
//	pause.go     how long it waits before the next attempt
//	secret.go    links stay out of every text
//	pipe.go      bytes from the network to the disk and, beside it, into the hash
//	sink.go      the temporary file, which gets to the disk while bytes still come
//	links.go     fresh links in place of expired ones, asked for once for all files
//	pair.go      which file of one list is which of another
//	space.go     an account of the disk's room for all files together
//	system_*.go  what differs from system to system
//
// # Guarantees
//
// A file appears under its final name only once all of it is on the disk. Until then its bytes are in a temporary
// file in the same folder, which goes away if the transfer ends without success. If the program was killed, a Save
// into the same folder removes it a day later. Folders are made with mode 0700, files with mode 0600.
//
// A transfer that breaks goes on where it stopped, but only if it is sure that the object is still the same: by a
// strong ETag, else by Last-Modified and length. In doubt it begins anew. How long a file is, the object store says:
// a size that an API announces is for display, and a help to know a file that was saved before.
//
// Memory does not depend on the size of a file: about 4 MiB for each transfer under way.
//
// A link is a secret: whoever has it can read the file. It appears in no error, no progress and no file's name.
// Requests carry no credential, and a link's query goes out as it is, because a signature covers it. Redirects are
// not followed.
//
// The package knows nothing of RDS, identity or Terraform.
package download

import (
	"context"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"time"
)

// File is one file to save.
type File struct {
	// Name is its name as the cloud gave it. It is not trusted: see Saved.Name.
	Name string
	// Link is an http or https address, with all that it needs in it to be allowed. A secret.
	Link string
	// Size is what the cloud says of its size in bytes; below 0: not known. It may be wrong, or in another unit.
	Size int64
	// Failed says that the cloud could not prepare it. There is no link then, and Save passes over it without an error;
	// but it keeps its place and its name, so that the others do not get them.
	Failed bool
}

// Options say where to and how. Zero values stand for the defaults named with each field, except MaxRetries.
type Options struct {
	// Directory is the folder to save to. It and those above it are made if they are missing. It must not be a
	// symbolic link itself.
	Directory string
	// Overwrite lets a file replace one of the same name that is there. Only regular files are ever replaced.
	Overwrite bool
	// Parallel is how many files are transferred side by side. Default: 4.
	Parallel int
	// Base sends one request over the network; it must add no credentials. It is used directly, without an
	// http.Client around it: no redirect is followed, no cookie kept. Default: a transport of its own with the proxy
	// of the environment.
	Base http.RoundTripper
	// UserAgent is the value of the header of that name. Default: net/http's.
	UserAgent string
	// Refresh asks for fresh links of all files. One that it returns is taken for the given file that leads to the same
	// address but for its query, else for the one of the same Name, else for the one whose Name differs in the time at
	// its end only. Of several with the same Name the first is the first, if there are as many as were given. Where
	// that leaves a doubt, no link is taken. It is called when a link was refused with 403, never twice at a time, and
	// once only for all files that wait for it; it must return soon after its context has ended. nil: an expired link
	// is an error.
	Refresh func(context.Context) ([]File, error)
	// Progress, if set, is told how each file goes on: at most once a second for each, at its end, and before each
	// pause. Calls never overlap, and a call that takes long holds up transfers.
	Progress func(Progress)
	// MaxRetries is how many faults in a row, without one new byte between them, a file's transfer endures. Zero: none.
	MaxRetries int
	// MinPause and MaxPause bound the pauses after faults. Default: 1 s and 60 s.
	MinPause, MaxPause time.Duration
	// Stall is how long a transfer may go without a byte until it counts as broken. Default: 30 s.
	Stall time.Duration
	// Random yields the jitter's numbers, in [0, 1). Default: math/rand/v2.
	Random func() float64
}

// Saved is a file that is on the disk, whole.
type Saved struct {
	// Index is the file's place among those given to Save.
	Index int
	// Name is the file's name in the folder: the cloud's, made safe and unique, with .gz or .zip where its content is
	// of that kind.
	Name string
	// Path is Options.Directory and Name.
	Path string
	// Size is in bytes.
	Size int64
	// SHA256 is the checksum of the content in 64 hex digits. It stands in SHA256SUMS too.
	SHA256 string
	// Before says that it was there already with this content, and was left as it was.
	Before bool
}

// Progress is how far one file has come.
type Progress struct {
	// Index is the file's place among the Count files given to Save, from 0.
	Index, Count int
	// Name is the file's safe name.
	Name string
	// Bytes is how many are there of Total; Total is below 0 while it is not known. Bytes goes back where a transfer
	// begins anew.
	Bytes, Total int64
	// Elapsed is the time since the transfer's begin, pauses included.
	Elapsed time.Duration
	// BytesPerSecond is the mean over Elapsed.
	BytesPerSecond float64
	// Done says that the file stands under its final name; this is the last call for it.
	Done bool
	// Fault, if set, is why the transfer broke off, in a few words that are safe to print. It goes on after Pause.
	Fault error
	Pause time.Duration
}

// Save saves files and adds their checksums to SHA256SUMS in the same folder. It returns what was saved, in the order
// of files, also along with an error. The error is nil or of type [Errors], which has one [Error] for each file that
// was not saved, or a single one where the folder can't be used.
//
// Each file fails for itself; the others are saved. A file that is there is no failure if it is the same, so that a
// Save that was not complete can be run again. One that an earlier Save saved is not even asked for: that is certain
// where SHA256SUMS has its checksum, and its name is the cloud's own, given once and with the time of its export or
// with the size that the cloud tells. Where only the content can tell, the file is transferred and compared, unless the
// store says another length; what is there stays as it is. Save returns soon after ctx has ended, and leaves neither
// temporary files nor goroutines behind.
func Save(ctx context.Context, files []File, o Options) ([]Saved, error) {
	if o.Base == nil {
		base := defaultBase()
		defer base.CloseIdleConnections()
		o.Base = base
	}
	o = o.withDefaults()
	if o.Directory != "" {
		o.Directory = filepath.Clean(o.Directory) // without a "/" at its end, which would let a link be followed
	}
	folder, err := openFolder(o.Directory)
	if err != nil {
		return nil, Errors{diskFailure(o.Directory, err)}
	}
	defer folder.close()
	folder.sweep()
	sums, err := folder.readSums()
	if err != nil {
		return nil, Errors{diskFailure(folder.join(sumsName), err)}
	}
	return newSaving(files, o, folder, sums).run(ctx)
}

// defaultBase is the standard library's way out, with the proxy of the environment and its timeouts for connecting.
func defaultBase() *http.Transport {
	base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	base.DisableCompression = true
	return base
}

func (o Options) withDefaults() Options {
	o.Parallel = defaulted(o.Parallel, 4)
	o.MinPause = defaulted(o.MinPause, time.Second)
	o.MaxPause = max(defaulted(o.MaxPause, time.Minute), o.MinPause)
	o.Stall = defaulted(o.Stall, 30*time.Second)
	if o.Random == nil {
		o.Random = rand.Float64
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

func defaulted[T ~int | ~int64](value, standard T) T {
	if value <= 0 {
		return standard
	}
	return value
}
