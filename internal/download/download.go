// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package download saves files from signed links to a folder.
//
// A file gets its final name only when all of its bytes are on the disk. Until then they are in a temporary file
// beside it, which a failed transfer removes. A program that is killed leaves it behind: a hidden file
// .download-….part, which can be deleted. Folders have mode 0700, files 0600.
//
// Each file NAME gets its checksum in NAME.sha256, in the form that "sha256sum -c" reads. Two programs that save to
// the same folder never write the same file.
//
// A broken transfer resumes if the object is still the same: same strong ETag, or same Last-Modified and length.
// Otherwise it starts over. The length comes from the object store; the size in the API's answer is only compared.
//
// A link is a secret: whoever has it can read the file. Errors, progress and names of files hold no part of it. A
// request carries no credentials, and the link's query goes out unchanged, because a signature covers it. Redirects
// are not followed.
//
// Memory does not depend on the size of a file: about 4 MiB for each transfer.
//
//	download.go   what goes in and comes out: File, Options, Saved, Progress, Save
//	error.go      typed errors and their texts
//	name.go       safe, unique names
//	folder.go     the folder, and the final name that never replaces a file unasked
//	checksum.go   NAME.sha256
//	saving.go     all files of a Save, some side by side
//	transfer.go   one file: the loop that retries, the request, the answer
//	body.go       from the network to the disk and into the hash; progress
//	finish.go     what is there already, the final name, the error
//	answer.go     what an answer means, and what is tried again
//	sink.go       the temporary file, which is synced while bytes still come
//	links.go      fresh links in place of expired ones; no link in any text
//	system_*.go   what differs from system to system
//
// The comment of package transport has the table of what is tried again. Faults of the disk, and an answer without a
// length, are final.
package download

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"time"
)

// File is one file to save.
type File struct {
	Name string // the name that the cloud gave. It is not trusted: see Saved.Name.
	Link string // a signed http or https URL. A secret.
	Size int64  // the size that the cloud announced, in bytes. Zero or less: not known. It may be wrong.
	// Unique means that the cloud never gives Name to another content. A saved file of that name is then the same
	// file, whatever Size is.
	Unique bool
	// Failed means that the cloud could not prepare the file. Save skips it, but keeps its place and its name.
	Failed bool
}

// Options configure Save. A zero value means the default of its field, except for MaxRetries.
type Options struct {
	Directory string // the folder to save to. Missing folders are created. It must not be a symbolic link.
	// Overwrite allows to replace files of the same names. Only regular files are replaced. The new file has mode
	// 0600, whatever the old one had.
	Overwrite bool
	Parallel  int // the number of transfers side by side. Default: 4.
	// Base sends one request. It must not add credentials. No http.Client is around it, so it follows no redirect and
	// keeps no cookie. It has no default.
	Base http.RoundTripper
	// Proxy returns the proxy that Base uses for a request. Errors name it. Default: http.ProxyFromEnvironment.
	Proxy     func(*http.Request) (*url.URL, error)
	UserAgent string // the User-Agent header. Default: net/http's.
	// Refresh returns fresh links for all files. It is called when the store refuses a link with 403, once for all
	// files that wait, never concurrently. A fresh link replaces the one with the same path, or the same Name.
	// It must return soon after its context has ended. Nil means that an expired link is an error.
	Refresh func(context.Context) ([]File, error)
	// Progress is called at most every 10 seconds for each file, before each retry, and at the end of the file. Calls
	// do not overlap. A slow call delays the transfers.
	Progress func(Progress)
	// MaxRetries is the number of faults in a row, without a new byte between them, after which a transfer is tried
	// again. Zero: none.
	MaxRetries         int
	MinPause, MaxPause time.Duration  // MinPause and MaxPause limit the pause before a retry. Default: 1 s and 60 s.
	Stall              time.Duration  // the time without a byte after which a transfer counts as broken. Default: 30 s.
	Random             func() float64 // returns numbers in [0, 1) for the jitter. Default: math/rand/v2.

	disk disk
}

// Saved is a complete file on the disk.
type Saved struct {
	Index int // the position in the files given to Save
	// Name is the file's name in the folder: the cloud's name, made safe and unique, with .gz or .zip added if the
	// content is packed.
	Name      string
	Path      string // Options.Directory and Name
	Size      int64  // in bytes
	Announced int64  // File.Size if it is known and differs from Size, else 0
	SHA256    string // the checksum of the content, 64 hex digits
	Before    bool   // means that the same file was there already. It was not changed.
}

// Progress is the state of one transfer.
type Progress struct {
	Index, Count int    // the position among the Count files given to Save, from 0
	Name         string // the file's safe name; Saved.Name once Done
	// Bytes of Total bytes have come. Total is negative if it is not known. Bytes decreases if a transfer starts over.
	Bytes, Total   int64
	Elapsed        time.Duration // the time since the start, pauses included, and BytesPerSecond the mean over it
	BytesPerSecond float64
	Done           bool // means that the file has its final name. It is the last call for the file.
	// Fault is what came back, if a retry follows: after Pause, or as soon as Refresh has returned if Renews is true.
	// Its text is safe to print.
	Fault  error
	Pause  time.Duration
	Renews bool
}

// Save saves files, and the checksum of each beside it. It returns what was saved, in the order of files, also if there
// is an error. The error is nil or of type [Errors], with one [Error] for each file that was not saved, or a single one
// if the folder can't be used.
//
// Each file fails for itself. A file that is there already is no failure if it is the same, so an incomplete Save can
// be repeated. Save does not request a file if NAME.sha256 proves that it was saved before. Otherwise it transfers the
// file again and compares. Save returns soon after ctx has ended, and leaves no temporary file and no goroutine.
func Save(ctx context.Context, files []File, o Options) ([]Saved, error) {
	o = o.withDefaults()
	if o.Directory != "" {
		o.Directory = filepath.Clean(o.Directory) // without a "/" at the end, which would follow a symbolic link
	}
	folder, err := openFolder(o.Directory, o.disk)
	if err != nil {
		return nil, Errors{diskError(o.Directory, err)}
	}
	defer folder.close()
	return newSaving(files, o, folder).run(ctx)
}

func (o Options) withDefaults() Options {
	if o.Parallel <= 0 {
		o.Parallel = 4
	}
	o.MinPause = cmp.Or(o.MinPause, time.Second)
	o.MaxPause = max(cmp.Or(o.MaxPause, time.Minute), o.MinPause)
	o.Stall = cmp.Or(o.Stall, 30*time.Second)
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	if o.Proxy == nil {
		o.Proxy = http.ProxyFromEnvironment
	}
	if o.disk.openRoot == nil {
		o.disk = realDisk
	}
	return o
}
