// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestSavedBefore: a second Save takes a file for saved only where nothing speaks against it.
func TestSavedBefore(t *testing.T) {
	const gzip = "\x1f\x8b\x08\x00packed"
	for name, c := range map[string]struct {
		content string
		between func(t *testing.T, directory string)
		size    int64
		want    string // the error; "": it is taken for saved
	}{
		"whole":                   {text, nil, -1, ""},
		"whole, of the size told": {text, nil, 10, ""},
		"a size of 0 is no size":  {text, nil, 0, ""},
		"packed":                  {gzip, nil, -1, ""},
		"another size told":       {text, nil, 11, "exists: {path} already exists"},
		"changed":                 {text, func(t *testing.T, d string) { write(t, filepath.Join(d, "log"), "evidence") }, -1, "exists: {path} already exists"},
		"no checksums":            {text, func(t *testing.T, d string) { must(t, os.Remove(filepath.Join(d, "SHA256SUMS"))) }, -1, "exists: {path} already exists"},
		"checksum of another":     {text, func(t *testing.T, d string) { write(t, filepath.Join(d, "SHA256SUMS"), sumOf(text)+"  log-2\n") }, -1, "exists: {path} already exists"},
		"checksum in the BSD form": {text, func(t *testing.T, d string) {
			write(t, filepath.Join(d, "SHA256SUMS"), "SHA256 (log) = "+sumOf(text)+"\n")
		}, -1, ""},
		"a line that is cut off": {text, func(t *testing.T, d string) { write(t, filepath.Join(d, "SHA256SUMS"), sumOf(text)[:40]+"  log\n") }, -1, "exists: {path} already exists"},
		"a link to the same, moved": {text, func(t *testing.T, d string) {
			must(t, os.Rename(filepath.Join(d, "log"), filepath.Join(d, "x")))
			must(t, os.Symlink("x", filepath.Join(d, "log")))
		}, -1, "in the way: {path} can't be written: something else is in the way: it is a symbolic link"},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			base := newNetwork(says(200, c.content))
			first, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
			_ = wantErrors(t, err)
			if c.between != nil {
				c.between(t, directory)
			}
			files := one("log")
			files[0].Size = c.size
			again, err := download.Save(t.Context(), files, exact(directory, base, 0))
			if len(base.requests) != 1 {
				t.Errorf("it was asked for again: %v", base.seen())
			}
			if c.want != "" {
				_ = wantErrors(t, err, replacePath(c.want, directory))
				return
			}
			_ = wantErrors(t, err)
			want := first[0]
			want.Before = true
			if len(again) != 1 || again[0] != want {
				t.Errorf("%+v, want %+v", again, want)
			}
		})
	}
}

// TestOverwriteSavesAnew: whoever asks for that wants what the cloud has now.
func TestOverwriteSavesAnew(t *testing.T) {
	directory := t.TempDir()
	base := newNetwork(good)
	for range 2 {
		o := exact(directory, base, 0)
		o.Overwrite = true
		saved, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		if len(saved) != 1 || saved[0].Before {
			t.Errorf("%+v", saved)
		}
	}
	if len(base.requests) != 2 {
		t.Error(base.seen())
	}
}

func TestCheckMakesNothing(t *testing.T) {
	directory := t.TempDir()
	must(t, download.Check(filepath.Join(directory, "a", "b")))
	must(t, download.Check(directory+"/"))
	if entries, err := os.ReadDir(directory); err != nil || len(entries) > 0 {
		t.Error(entries, err)
	}
	write(t, filepath.Join(directory, "file"), "")
	_ = wantErrors(t, download.Check(filepath.Join(directory, "file")), "in the way: "+directory+"/file can't be written: something else is in the way: it is a file")
	_ = wantErrors(t, download.Check(filepath.Join(directory, "file", "x")), "in the way: "+directory+"/file/x can't be written: something else is in the way: not a directory")
}

func replacePath(text, directory string) string {
	return strings.ReplaceAll(text, "{path}", filepath.Join(directory, "log"))
}
