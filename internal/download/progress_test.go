// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// told shows a Progress in a line.
func told(p download.Progress) string {
	line := fmt.Sprintf("%s %d/%d %s: %d of %d, %.0f/s", p.Elapsed, p.Index+1, p.Count, p.Name, p.Bytes, p.Total, p.BytesPerSecond)
	if p.Fault != nil {
		line += fmt.Sprintf(", %s, on in %s", p.Fault, p.Pause)
	}
	if p.Done {
		line += ", done"
	}
	return line
}

// drips answers with a text, a few bytes at a time.
func drips(text string, step int, wait time.Duration, status int, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, status, &dripping{text: text, step: step, wait: wait}, int64(len(text)), headers...), nil
	}
}

func TestProgress(t *testing.T) {
	packed := "\x1f\x8b\x08\x00567890"
	for name, c := range map[string]struct {
		replies []reply
		size    int64
		want    []string
	}{
		"at once":             {[]reply{good}, -1, []string{"0s 1/1 log: 10 of 10, 0/s, done"}},
		"a byte in 400 ms":    {[]reply{drips(text, 1, 400*time.Millisecond, 200)}, -1, []string{"1.2s 1/1 log: 3 of 10, 3/s", "2.4s 1/1 log: 6 of 10, 3/s", "3.6s 1/1 log: 9 of 10, 3/s", "4s 1/1 log: 10 of 10, 3/s, done"}},
		"a byte in 5 s":       {[]reply{drips(text, 4, 5*time.Second, 200)}, -1, []string{"5s 1/1 log: 4 of 10, 1/s", "10s 1/1 log: 8 of 10, 1/s", "15s 1/1 log: 10 of 10, 1/s, done"}},
		"the name is found":   {[]reply{drips(packed, 2, time.Second, 200)}, -1, []string{"1s 1/1 log: 2 of 10, 2/s", "2s 1/1 log.gz: 4 of 10, 2/s", "3s 1/1 log.gz: 6 of 10, 2/s", "4s 1/1 log.gz: 8 of 10, 2/s", "5s 1/1 log.gz: 10 of 10, 2/s, done"}},
		"a wrong size before": {[]reply{drips(text, 5, time.Second, 200)}, 3, []string{"1s 1/1 log: 5 of 10, 5/s", "2s 1/1 log: 10 of 10, 5/s, done"}},
		"a fault": {
			[]reply{half(200, text, 4, "ETag", etag), from4},
			-1,
			[]string{"0s 1/1 log: 4 of 10, 0/s, the connection was closed before everything had arrived, on in 1s", "1s 1/1 log: 10 of 10, 10/s, done"},
		},
		"a fault before the length": {
			[]reply{fails(io.EOF), says(503, ""), good},
			99,
			[]string{
				"0s 1/1 log: 0 of 99, 0/s, the connection was closed without an answer, on in 1s",
				"1s 1/1 log: 0 of 99, 0/s, 503 Service Unavailable: (the answer was empty), on in 2s",
				"3s 1/1 log: 10 of 10, 3/s, done",
			},
		},
		"it begins anew": {
			[]reply{half(200, text, 4), good},
			0,
			[]string{"0s 1/1 log: 4 of 10, 0/s, the connection was closed before everything had arrived, on in 1s", "1s 1/1 log: 10 of 10, 10/s, done"},
		},
		"no length at all": {
			[]reply{func(req *http.Request) (*http.Response, error) {
				resp := response(req, 200, io.MultiReader(&slow{text[:5]}, &slow{text[5:]}), -1)
				resp.TransferEncoding = []string{"chunked"}
				return resp, nil
			}}, 0, []string{"1s 1/1 log: 5 of -1, 5/s", "3s 1/1 log: 10 of -1, 3/s", "4s 1/1 log: 10 of -1, 3/s, done"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				o := exact(t.TempDir(), newNetwork(c.replies...), 9)
				o.Progress = func(p download.Progress) { got = append(got, told(p)) }
				files := one("log")
				files[0].Size = c.size
				_, err := download.Save(t.Context(), files, o)
				_ = wantErrors(t, err)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// slow takes a second for each read.
type slow struct{ text string }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(time.Second)
	n := copy(p, s.text)
	s.text = s.text[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestProgressIsToldOneAtATime, for many files side by side; each is told of at most once a second. The race detector
// is the judge.
func TestProgressIsToldOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last, done, calls := map[int]time.Duration{}, map[int]bool{}, 0
		o := exact(t.TempDir(), newNetwork(drips(strings.Repeat("x", 100), 1, 30*time.Millisecond, 200)), 0)
		start := time.Now()
		o.Progress = func(p download.Progress) {
			calls++
			now := time.Since(start)
			if !p.Done && now-last[p.Index] < time.Second && last[p.Index] > 0 || done[p.Index] {
				t.Errorf("file %d is told of at %s and %s", p.Index, last[p.Index], now)
			}
			last[p.Index], done[p.Index] = now, p.Done
		}
		var files []download.File
		for range 9 {
			files = append(files, one("log")...)
		}
		saved, err := download.Save(t.Context(), files, o)
		_ = wantErrors(t, err)
		if len(saved) != 9 || len(done) != 9 || calls != 9*3 {
			t.Error(saved, done, calls)
		}
	})
}

// TestFourSideBySide is the default; more wait for their turn.
func TestFourSideBySide(t *testing.T) {
	for parallel, want := range map[int]int{0: 4, -1: 4, 1: 1, 2: 2, 4: 4, 100: 10} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			now, most := 0, 0
			o := exact(t.TempDir(), newNetwork(func(req *http.Request) (*http.Response, error) {
				mu.Lock()
				now++
				most = max(most, now)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				now--
				mu.Unlock()
				return good(req)
			}), 0)
			o.Parallel = parallel
			var files []download.File
			for range 10 {
				files = append(files, one("log")...)
			}
			saved, err := download.Save(t.Context(), files, o)
			_ = wantErrors(t, err)
			if most != want || len(saved) != 10 {
				t.Errorf("%d side by side with Parallel %d, want %d", most, parallel, want)
			}
			for i, s := range saved {
				if s.Index != i {
					t.Error("not in their order:", saved)
				}
			}
		})
	}
}
