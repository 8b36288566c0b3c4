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

// named as the cloud names files: what it knows of the node, and the time of the export.
const exported = "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589"

// TestSavedBefore: a second Save takes a file for saved only where it can be no other one. It asks for it once more
// where only the content can tell, and says that another one is there where the content says so.
func TestSavedBefore(t *testing.T) {
	const gzip = "\x1f\x8b\x08\x00packed"
	const saved, asked, exists = "saved", "asked for and the same", "exists"
	list := func(line string) func(*testing.T, string) {
		return func(t *testing.T, path string) { write(t, filepath.Join(filepath.Dir(path), "SHA256SUMS"), line) }
	}
	become := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) { write(t, path, content) }
	}
	gone := func(t *testing.T, path string) {
		must(t, os.Remove(filepath.Join(filepath.Dir(path), "SHA256SUMS")))
	}
	for name, c := range map[string]struct {
		file     string
		size     int64
		content  string
		between  func(t *testing.T, path string)
		want     string
		requests int // in all
	}{
		"whole":                        {exported, -1, text, nil, saved, 1},
		"whole, of the size told":      {exported, 10, text, nil, saved, 1},
		"a size of 0 is no size":       {exported, 0, text, nil, saved, 1},
		"a size in kB":                 {exported, 1, text, nil, saved, 1},
		"packed":                       {exported, -1, gzip, nil, saved, 1},
		"with an extension":            {exported + ".log", -1, text, nil, saved, 1},
		"checksum in the BSD form":     {exported, -1, text, list("SHA256 (" + exported + ") = " + sumOf(text) + "\n"), saved, 1},
		"checksum in upper case":       {exported, -1, text, list(strings.ToUpper(sumOf(text)) + "  " + exported + "\n"), saved, 1},
		"the last line counts":         {exported, -1, text, list(sumOf("x") + "  " + exported + "\n" + sumOf(text) + "  " + exported + "\n"), saved, 1},
		"changed":                      {exported, 10, text, become("evidence"), exists, 1},
		"changed in a byte":            {exported, 10, text, become("0123456780"), exists, 1},
		"packed, changed":              {exported, -1, gzip, become("evidence"), exists, 1},
		"no time, of the size told":    {"log", 10, text, nil, saved, 1},
		"no time, no size":             {"log", -1, text, nil, asked, 2},
		"no time, a size of 0":         {"log", 0, text, nil, asked, 2},
		"no time, no size, packed":     {"log", -1, gzip, nil, asked, 2},
		"no time, empty":               {"log", 0, "", nil, asked, 2},
		"no time, another size told":   {"log", 11, text, nil, asked, 2},
		"no time, changed":             {"log", 10, text, become("evidence"), exists, 2},
		"no time, changed in a byte":   {"log", 10, text, become("0123456780"), exists, 1},
		"no time, no size, in a byte":  {"log", -1, text, become("0123456780"), exists, 2},
		"no name":                      {"", 10, text, nil, asked, 2},
		"no name, changed":             {"", 10, text, become("0123456780"), exists, 2},
		"a name made safe":             {"a/b", 10, text, nil, asked, 2},
		"a name cut short":             {strings.Repeat("n", 300) + exported, 10, text, nil, asked, 2},
		"no checksums":                 {exported, 10, text, gone, asked, 2},
		"no checksums, changed":        {exported, 10, text, func(t *testing.T, path string) { gone(t, path); write(t, path, "0123456780") }, exists, 2},
		"checksum of another":          {exported, 10, text, list(sumOf(text) + "  log-2\n"), asked, 2},
		"a line that is cut off":       {exported, 10, text, list(sumOf(text)[:40] + "  " + exported + "\n"), asked, 2},
		"the checksum of another file": {exported, 10, text, list(sumOf("x") + "  " + exported + "\n"), exists, 1},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			base := newNetwork(says(200, c.content))
			files := []download.File{{Name: c.file, Link: link, Size: c.size}}
			first, err := download.Save(t.Context(), files, exact(directory, base, 0))
			_ = wantErrors(t, err)
			if c.between != nil {
				c.between(t, first[0].Path)
			}
			there := read(t, first[0].Path)
			again, err := download.Save(t.Context(), files, exact(directory, base, 0))
			if len(base.requests) != c.requests || read(t, first[0].Path) != there {
				t.Errorf("%q, %v", read(t, first[0].Path), base.seen())
			}
			if c.want == exists {
				_ = wantErrors(t, err, "exists: "+first[0].Path+" already exists")
				return
			}
			_ = wantErrors(t, err)
			want := first[0]
			want.Before = true
			if diff := cmp.Diff([]download.Saved{want}, again); diff != "" {
				t.Error(diff)
			}
			if !strings.Contains(strings.ToLower(read(t, filepath.Join(directory, "SHA256SUMS"))), want.SHA256) {
				t.Error("its checksum is not in the list")
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
		_ = wantErrors(t, err, "in the way: "+path+" can't be written: something else is in the way: it is a symbolic link")
		if len(base.requests) != 1 {
			t.Error(base.seen())
		}
	}
}

// TestAnotherLengthIsAnotherFile: its content is not waited for.
func TestAnotherLengthIsAnotherFile(t *testing.T) {
	directory := t.TempDir()
	write(t, filepath.Join(directory, "log"), text)
	for requests, base := range map[int]*network{
		1: newNetwork(half(200, text+"x", 4), good),
		2: newNetwork(chunked(text, 4), says(206, text[4:]+"x", "ETag", etag, "Content-Range", "bytes 4-10/11"), good),
	} {
		o := exact(directory, base, 1)
		o.MinPause = time.Nanosecond
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err, "exists: "+filepath.Join(directory, "log")+" already exists")
		if len(base.requests) != requests {
			t.Error(base.seen())
		}
	}
}

// TestFilesOfOneName: in the first run the cloud had only the second of them. It is never taken for the first, whatever
// their names and sizes, and never lost; and a third run finds nothing to do.
func TestFilesOfOneName(t *testing.T) {
	for name, c := range map[string]struct {
		names [2]string
		saved [2]string
	}{
		"one name":                  {[2]string{"log", "log"}, [2]string{"log", "log-2"}},
		"none":                      {[2]string{"", ""}, [2]string{"unnamed", "unnamed-2"}},
		"one with a time":           {[2]string{exported, exported}, [2]string{exported, exported + "-2"}},
		"one with a time, in upper": {[2]string{exported, strings.ToUpper(exported)}, [2]string{exported, strings.ToUpper(exported) + "-2"}},
		"one may be packed":         {[2]string{exported, exported + ".gz"}, [2]string{exported, exported + "-2.gz"}},
		"the same once safe":        {[2]string{"a_b", "a/b"}, [2]string{"a_b", "a_b-2"}},
	} {
		for _, size := range []int64{-1, 0, 10} {
			t.Run(fmt.Sprintf("%s, %d", name, size), func(t *testing.T) {
				directory := t.TempDir()
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					return says(200, map[string]string{"/1": text, "/2": other}[req.URL.Path])(req)
				})
				files := []download.File{
					{Name: c.names[0], Link: "https://obs.example.com/1?" + secret, Size: size},
					{Name: c.names[1], Link: "https://obs.example.com/2?" + secret, Size: size},
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
						t.Error(saved)
					}
				}
				wantOnly(t, directory, want)
				for i, saved := range save(files, false) {
					if !saved.Before || saved.Index != i || saved.Name != c.saved[i] {
						t.Error(saved)
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
	base := newNetwork(good, says(200, other))
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
