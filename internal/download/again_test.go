// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// exported is named as the cloud names files: what it knows of the node, and the time of the export.
const exported = "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589"

// TestSavedBefore: a second Save does not request a file that surely is the same. Otherwise it requests it and compares
// the contents.
func TestSavedBefore(t *testing.T) {
	const gzip = "\x1f\x8b\x08\x00packed"
	const saved, asked, exists = "saved", "asked for and the same", "exists"
	list := func(line string) func(*testing.T, string) {
		return func(t *testing.T, path string) { write(t, path+".sha256", line) }
	}
	become := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) { write(t, path, content) }
	}
	gone := func(t *testing.T, path string) { must(t, os.Remove(path+".sha256")) }
	named := func(name string, size int64) download.File { return download.File{Name: name, Size: size, Link: link} }
	unique := func(size int64) download.File {
		return download.File{Name: exported, Size: size, Link: link, Unique: true}
	}
	for name, c := range map[string]struct {
		file     download.File
		content  string
		between  func(t *testing.T, path string)
		want     string
		requests int // in all
	}{
		"unique":                     {unique(-1), text, nil, saved, 1},
		"unique, of the right size":  {unique(10), text, nil, saved, 1},
		"unique, a size in kB":       {unique(1), text, nil, saved, 1},
		"unique, packed":             {unique(-1), gzip, nil, saved, 1},
		"unique, changed":            {unique(10), text, become("evidence"), exists, 1},
		"unique, changed in a byte":  {unique(10), text, become("0123456780"), exists, 1},
		"unique, packed, changed":    {unique(-1), gzip, become("evidence"), exists, 1},
		"the right size":             {named("log", 10), text, nil, saved, 1},
		"no size":                    {named("log", -1), text, nil, asked, 2},
		"a size of 0":                {named("log", 0), text, nil, asked, 2},
		"no size, packed":            {named("log", -1), gzip, nil, asked, 2},
		"empty":                      {named("log", 0), "", nil, asked, 2},
		"another size":               {named("log", 11), text, nil, asked, 2},
		"changed":                    {named("log", 10), text, become("evidence"), exists, 2},
		"changed in a byte":          {named("log", 10), text, become("0123456780"), exists, 1},
		"no size, changed in a byte": {named("log", -1), text, become("0123456780"), exists, 2},
		"no name":                    {named("", 10), text, nil, asked, 2},
		"no name, changed":           {named("", 10), text, become("0123456780"), exists, 2},
		"a name made safe":           {named("a/b", 10), text, nil, asked, 2},
		"a name cut short":           {named(strings.Repeat("n", 300), 10), text, nil, asked, 2},
		"no checksum":                {unique(10), text, gone, asked, 2},
		"no checksum, changed": {
			unique(10),
			text,
			func(t *testing.T, path string) { gone(t, path); write(t, path, "0123456780") },
			exists,
			2,
		},
		"the checksum of another name": {
			unique(10),
			text,
			list(sumOf(text) + "  " + strings.Repeat("x", len(exported)) + "\n"),
			"another checksum",
			2,
		},
		"a checksum that is cut off":   {unique(10), text, list(sumOf(text)[:40] + "  " + exported + "\n"), "another checksum", 2},
		"two checksums":                {unique(10), text, list(strings.Repeat(sumOf(text)+"  "+exported+"\n", 2)), "another checksum", 2},
		"the checksum of another file": {unique(10), text, list(sumOf("x") + "  " + exported + "\n"), exists, 1},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			base := newNetwork(answers(200, c.content))
			files := []download.File{c.file}
			first, err := download.Save(t.Context(), files, exact(directory, base, 0))
			_ = wantErrors(t, err)
			path := first[0].Path
			if c.between != nil {
				c.between(t, path)
			}
			there := read(t, path)
			again, err := download.Save(t.Context(), files, exact(directory, base, 0))
			base.wantRequests(t, c.requests)
			if got := read(t, path); got != there {
				t.Errorf("the file has %q, want it unchanged: %q", got, there)
			}
			switch c.want {
			case exists:
				_ = wantErrors(t, err, "exists: "+path+" already exists")
				return
			case "another checksum":
				_ = wantErrors(t, err, "exists: "+path+".sha256 already exists")
			default:
				_ = wantErrors(t, err)
				wantOnly(t, directory, map[string]string{first[0].Name: c.content})
			}
			want := first[0]
			want.Before = true
			if diff := cmp.Diff([]download.Saved{want}, again); diff != "" {
				t.Error("saved (-want +got):", diff)
			}
		})
	}
}

// TestALinkInPlaceOfWhatWasSaved is not followed.
func TestALinkInPlaceOfWhatWasSaved(t *testing.T) {
	for _, name := range []string{exported, "log"} {
		directory := t.TempDir()
		path := filepath.Join(directory, name)
		base := newNetwork(good)
		_, err := download.Save(t.Context(), one(name), exact(directory, base, 0))
		_ = wantErrors(t, err)
		must(t, os.Rename(path, filepath.Join(directory, "x")))
		must(t, os.Symlink("x", path))
		_, err = download.Save(t.Context(), one(name), exact(directory, base, 0))
		_ = wantErrors(t, err, "in the way: Unable to write "+path+": something else is in the way: it is a symbolic link")
		base.wantRequests(t, 1)
	}
}

// TestAnotherLengthIsAnotherFile: the error comes before its content.
func TestAnotherLengthIsAnotherFile(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "log"), text)
	for requests, base := range map[int]*network{
		1: newNetwork(half(200, text+"x", 4), good),
		2: newNetwork(chunked(text, 4), answers(206, text[4:]+"x", "ETag", etag, "Content-Range", "bytes 4-10/11"), good),
	} {
		o := exact(directory, base, 1)
		o.MinPause = time.Nanosecond
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err, "exists: "+filepath.Join(directory, "log")+" already exists")
		base.wantRequests(t, requests)
	}
}

// TestFilesOfOneName: in the first run the cloud has only the second of them. It is never taken for the first, and never
// lost. A third run finds nothing to do.
func TestFilesOfOneName(t *testing.T) {
	for name, c := range map[string]struct {
		names [2]string
		saved [2]string
	}{
		"one name":                  {[2]string{"log", "log"}, [2]string{"log", "log-2"}},
		"none":                      {[2]string{"", ""}, [2]string{"unnamed", "unnamed-2"}},
		"one with a time":           {[2]string{exported, exported}, [2]string{exported, exported + "-2"}},
		"one with a time, in upper": {[2]string{exported, strings.ToUpper(exported)}, [2]string{exported, strings.ToUpper(exported) + "-2"}},
		"one may be a checksum":     {[2]string{exported, exported + ".sha256"}, [2]string{exported, exported + ".sha256_"}},
		"one may be packed":         {[2]string{exported, exported + ".gz"}, [2]string{exported, exported + "-2.gz"}},
		"the same once safe":        {[2]string{"a_b", "a/b"}, [2]string{"a_b", "a_b-2"}},
	} {
		for _, size := range []int64{-1, 0, 10} {
			t.Run(fmt.Sprintf("%s, %d", name, size), func(t *testing.T) {
				directory := t.TempDir()
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					return answers(200, map[string]string{"/1": text, "/2": other}[req.URL.Path])(req)
				})
				files := []download.File{
					{Name: c.names[0], Link: "https://obs.example.com/1?" + secret, Size: size, Unique: true},
					{Name: c.names[1], Link: "https://obs.example.com/2?" + secret, Size: size, Unique: true},
				}
				save := func(files []download.File, overwrite bool, want ...string) []download.Saved {
					o := exact(directory, base, 0)
					o.Overwrite = overwrite
					saved, err := download.Save(t.Context(), files, o)
					_ = wantErrors(t, err, want...)
					return saved
				}
				first := save(files[1:], false)[0]
				want := map[string]string{first.Name: other, c.saved[1]: other}
				if first.Name == c.saved[0] {
					save(files, false, "exists: "+first.Path+" already exists")
				} else {
					save(files, false)
					want[c.saved[0]] = text
				}
				wantOnly(t, directory, want)
				want[c.saved[0]] = text
				for _, saved := range save(files, true) {
					if saved.Before {
						t.Errorf("got %+v, want a file that was saved anew", saved)
					}
				}
				wantOnly(t, directory, want)
				for i, saved := range save(files, false) {
					want := download.Saved{
						Index: i, Name: c.saved[i], Path: filepath.Join(directory, c.saved[i]), Size: 10, SHA256: saved.SHA256, Before: true,
					}
					if diff := cmp.Diff(want, saved); diff != "" {
						t.Error("saved (-want +got):", diff)
					}
				}
				wantOnly(t, directory, want)
			})
		}
	}
}

// TestFilesWithoutAName of two instances in one folder: the second is not taken for the first.
func TestFilesWithoutAName(t *testing.T) {
	directory := t.TempDir()
	base := newNetwork(good, answers(200, other))
	_, err := download.Save(t.Context(), one(""), exact(directory, base, 0))
	_ = wantErrors(t, err)
	path := filepath.Join(directory, "unnamed")
	_, err = download.Save(t.Context(), one(""), exact(directory, base, 0))
	_ = wantErrors(t, err, "exists: "+path+" already exists")
	wantOnly(t, directory, map[string]string{"unnamed": text})
	o := exact(directory, base, 0)
	o.Overwrite = true
	_, err = download.Save(t.Context(), one(""), o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"unnamed": other})
}

// TestOverwriteSavesAnew: whoever asks for that wants what the cloud has now.
func TestOverwriteSavesAnew(t *testing.T) {
	directory := t.TempDir()
	base := newNetwork(good)
	for range 2 {
		o := exact(directory, base, 0)
		o.Overwrite = true
		saved, err := download.Save(t.Context(), one(exported), o)
		_ = wantErrors(t, err)
		wantSaved(t, saved, 1)
		if saved[0].Before {
			t.Errorf("got %+v, want a file that was saved anew", saved[0])
		}
	}
	base.wantRequests(t, 2)
}

func TestCheckMakesNothing(t *testing.T) {
	directory := t.TempDir()
	must(t, download.Check(filepath.Join(directory, "a", "b")))
	must(t, download.Check(directory+"/"))
	wantOnly(t, directory, map[string]string{})
	write(t, filepath.Join(directory, "file"), "")
	_ = wantErrors(
		t,
		download.Check(filepath.Join(directory, "file")),
		"in the way: Unable to write "+directory+"/file: something else is in the way: it is a file",
	)
	_ = wantErrors(
		t,
		download.Check(filepath.Join(directory, "file", "x")),
		"in the way: Unable to write "+directory+"/file/x: something else is in the way: not a directory",
	)
}
