// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestSumsAreMerged: a file named log is saved beside a list that is there.
func TestSumsAreMerged(t *testing.T) {
	a, b, mine := sumOf("a"), sumOf("b"), sumOf(text)+"  log\n"
	for name, c := range map[string]struct{ there, want string }{
		"none":                      {"", mine},
		"others":                    {a + "  a\n" + b + " *b\n", a + "  a\n" + b + " *b\n" + mine},
		"no line end":               {a + "  a", a + "  a\n" + mine},
		"Windows' line ends":        {a + "  a\r\n" + b + "  log\r\n", a + "  a\r\n" + mine},
		"the same file":             {a + "  log\n" + b + "  b\n", b + "  b\n" + mine},
		"the same file, binary":     {a + " *log\n", mine},
		"the same file, twice":      {a + "  log\n" + b + "  log\n", mine},
		"the same file, BSD's form": {"SHA256 (log) = " + a + "\nSHA256 (b) = " + b + "\n", "SHA256 (b) = " + b + "\n" + mine},
		"names that hold the name":  {a + "  my log\n" + a + "  log2\n" + a + "  d/log\n" + a + "   log\n", a + "  my log\n" + a + "  log2\n" + a + "  d/log\n" + a + "   log\n" + mine},
		"notes":                     {"# taken on Monday\n\nlog\n  log\n", "# taken on Monday\n\nlog\n  log\n" + mine},
		"a bracket in another name": {"SHA256 (a) = (log) = " + a + "\n", "SHA256 (a) = (log) = " + a + "\n" + mine},
		"bytes that are no text":    {"\x00\xff\xfe", "\x00\xff\xfe\n" + mine},
	} {
		t.Run(name, func(t *testing.T) {
			directory := t.TempDir()
			path := filepath.Join(directory, "SHA256SUMS")
			if c.there != "" {
				write(t, path, c.there)
				must(t, os.Chmod(path, 0o644))
			}
			_, err := download.Save(t.Context(), one("log"), exact(directory, newNetwork(good), 0))
			_ = wantErrors(t, err)
			if diff := cmp.Diff(c.want, read(t, path)); diff != "" {
				t.Error(diff)
			}
			if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
				t.Error(info.Mode(), err)
			}
		})
	}
}

// TestManySavesIntoOneFolder at the same time, as with for_each: no line is lost.
func TestManySavesIntoOneFolder(t *testing.T) {
	const runs, files = 8, 5
	directory := filepath.Join(t.TempDir(), "new")
	want := map[string]string{}
	var running sync.WaitGroup
	for run := range runs {
		var list []download.File
		for n := range files {
			name := fmt.Sprintf("log-%d-%d", run, n)
			want[name] = text
			list = append(list, one(name)...)
		}
		running.Go(func() {
			if _, err := download.Save(t.Context(), list, exact(directory, newNetwork(good), 0)); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	wantOnly(t, directory, want)
}

// manyVariable makes this test program save many files into the folder where it was started; its value is what their
// names begin with.
const manyVariable = "DOWNLOAD_TEST_SAVE_MANY"

const many = 25

func saveMany(prefix string) {
	var files []download.File
	for n := range many {
		files = append(files, one(fmt.Sprint(prefix, n))...)
	}
	if _, err := download.Save(context.Background(), files, exact(".", newNetwork(good), 0)); err != nil {
		panic(err)
	}
}

// TestManyProgramsWriteTheList at the same time, and no line is lost.
func TestManyProgramsWriteTheList(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	directory, want := t.TempDir(), map[string]string{}
	var all sync.WaitGroup
	for _, prefix := range []string{"a", "b", "c", "d"} {
		for n := range many {
			want[fmt.Sprint(prefix, n)] = text
		}
		all.Go(func() {
			saving := exec.CommandContext(t.Context(), self)
			saving.Dir, saving.Env = directory, append(os.Environ(), manyVariable+"="+prefix)
			if out, err := saving.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	all.Wait()
	wantOnly(t, directory, want)
}

// TestTwoSavesOfOneName at the same time: one of them gets the name, the other an error, and both files are never
// mixed.
func TestTwoSavesOfOneName(t *testing.T) {
	directory := t.TempDir()
	var (
		mu     sync.Mutex
		saved  []download.Saved
		failed []string
		both   sync.WaitGroup
		begun  sync.WaitGroup
	)
	begun.Add(2)
	for _, content := range []string{text, other} {
		both.Go(func() {
			base := newNetwork(func(req *http.Request) (*http.Response, error) {
				begun.Done()
				begun.Wait() // both have looked, and neither has found a file
				return says(200, content)(req)
			})
			files, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
			mu.Lock()
			defer mu.Unlock()
			saved = append(saved, files...)
			if err != nil {
				failed = append(failed, err.Error())
			}
		})
	}
	both.Wait()
	if len(saved) != 1 || len(failed) != 1 || !strings.HasSuffix(failed[0], "/log already exists") {
		t.Fatal(saved, failed)
	}
	content := read(t, filepath.Join(directory, "log"))
	wantOnly(t, directory, map[string]string{"log": content})
	if sumOf(content) != saved[0].SHA256 {
		t.Error(content)
	}
}

// TestTwoSavesOfTheSame at the same time: both have it, and it was saved once.
func TestTwoSavesOfTheSame(t *testing.T) {
	for _, content := range []string{text, "\x1f\x8b\x08\x00packed"} {
		directory := t.TempDir()
		var both, begun sync.WaitGroup
		before, failed := make([]bool, 2), make([]error, 2)
		begun.Add(2)
		for i := range 2 {
			both.Go(func() {
				base := newNetwork(func(req *http.Request) (*http.Response, error) {
					begun.Done()
					begun.Wait() // both have looked, and neither has found a file
					return says(200, content)(req)
				})
				saved, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
				failed[i] = err
				before[i] = len(saved) == 1 && saved[0].Before && saved[0].SHA256 == sumOf(content)
			})
		}
		both.Wait()
		if before[0] == before[1] || failed[0] != nil || failed[1] != nil {
			t.Error(before, failed)
		}
		name := "log"
		if content != text {
			name = "log.gz"
		}
		wantOnly(t, directory, map[string]string{name: content})
	}
}

// TestTheListIsSpoiledMeanwhile: the file is saved all the same, and reported along with the error.
func TestTheListIsSpoiledMeanwhile(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "SHA256SUMS")
	base := newNetwork(func(req *http.Request) (*http.Response, error) {
		must(t, os.Mkdir(path, 0o700))
		return good(req)
	})
	saved, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
	errs := wantErrors(t, err, "in the way: "+path+" can't be written: something else is in the way: it is a folder")
	if len(saved) != 1 || saved[0].SHA256 != sumOf(text) || read(t, saved[0].Path) != text || errs[0].Index != 0 || errs[0].Name != "log" {
		t.Error(saved, errs)
	}
}
