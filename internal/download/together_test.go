// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestManySavesIntoOneFolder at the same time, as with for_each: each file has its checksum.
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
				t.Error("got an error, want none:", err)
			}
		})
	}
	running.Wait()
	wantOnly(t, directory, want)
}

// saveTwice saves two contents under the same name at the same time. Each Save has found no file when it transfers.
func saveTwice(t *testing.T, directory string, contents [2]string) (saved [][]download.Saved, failed []string) {
	t.Helper()
	var (
		mu          sync.Mutex
		both, begun sync.WaitGroup
	)
	begun.Add(2)
	for _, content := range contents {
		both.Go(func() {
			base := newNetwork(func(req *http.Request) (*http.Response, error) {
				begun.Done()
				begun.Wait()
				return answers(200, content)(req)
			})
			files, err := download.Save(t.Context(), one("log"), exact(directory, base, 0))
			mu.Lock()
			defer mu.Unlock()
			if files != nil {
				saved = append(saved, files)
			}
			if err != nil {
				failed = append(failed, err.Error())
			}
		})
	}
	both.Wait()
	return saved, failed
}

// TestTwoSavesOfOneName at the same time: one gets the name, the other an error. The files are never mixed.
func TestTwoSavesOfOneName(t *testing.T) {
	directory := t.TempDir()
	saved, failed := saveTwice(t, directory, [2]string{text, other})
	if diff := cmp.Diff([]string{filepath.Join(directory, "log") + " already exists"}, failed); diff != "" {
		t.Error("errors (-want +got):", diff)
	}
	if len(saved) != 1 {
		t.Fatalf("saved %+v, want one file", saved)
	}
	content := read(t, filepath.Join(directory, "log"))
	wantOnly(t, directory, map[string]string{"log": content})
	if saved[0][0].SHA256 != sumOf(content) {
		t.Errorf("got the checksum %s, want that of %q", saved[0][0].SHA256, content)
	}
}

// TestTwoSavesOfTheSame at the same time: both have it, and it was saved once.
func TestTwoSavesOfTheSame(t *testing.T) {
	for name, content := range map[string]string{"log": text, "log.gz": "\x1f\x8b\x08\x00packed"} {
		directory := t.TempDir()
		saved, failed := saveTwice(t, directory, [2]string{content, content})
		if failed != nil {
			t.Errorf("got errors %q, want none", failed)
		}
		wantOnly(t, directory, map[string]string{name: content})
		if len(saved) != 2 {
			t.Fatalf("saved %+v, want two", saved)
		}
		if saved[0][0].Before == saved[1][0].Before {
			t.Errorf("saved %+v, want one that was there before", saved)
		}
	}
}
