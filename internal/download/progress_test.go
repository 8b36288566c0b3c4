// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
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

// line returns a Progress in a line.
func line(p download.Progress) string {
	text := fmt.Sprintf("%s %d/%d %s: %d of %d, %.0f/s", p.Elapsed, p.Index+1, p.Count, p.Name, p.Bytes, p.Total, p.BytesPerSecond)
	if p.Fault != nil {
		text += fmt.Sprintf(", %s, on in %s", p.Fault, p.Pause)
	}
	if p.Renews {
		text += ", renews"
	}
	if p.Done {
		text += ", done"
	}
	return text
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
		"at once": {[]reply{good}, -1, []string{"0s 1/1 log: 10 of 10, 0/s, done"}},
		"a byte in 4 s": {
			[]reply{drips(text, 1, 4*time.Second, 200)},
			-1,
			[]string{"12s 1/1 log: 3 of 10, 0/s", "24s 1/1 log: 6 of 10, 0/s", "36s 1/1 log: 9 of 10, 0/s", "40s 1/1 log: 10 of 10, 0/s, done"},
		},
		"a name with an extension": {
			[]reply{drips(packed, 4, 10*time.Second, 200)},
			-1,
			[]string{"10s 1/1 log: 4 of 10, 0/s", "20s 1/1 log: 8 of 10, 0/s", "30s 1/1 log.gz: 10 of 10, 0/s, done"},
		},
		"less than 10 s": {[]reply{drips(text, 1, 999*time.Millisecond, 200)}, -1, []string{"9.99s 1/1 log: 10 of 10, 1/s, done"}},
		"a wrong size before": {
			[]reply{drips(text, 5, 10*time.Second, 200)},
			3,
			[]string{"10s 1/1 log: 5 of 10, 1/s", "20s 1/1 log: 10 of 10, 1/s, done"},
		},
		"a fault": {
			[]reply{half(200, text, 4, "ETag", etag), from4},
			-1,
			[]string{
				"0s 1/1 log: 4 of 10, 0/s, the connection was closed before everything had arrived, on in 1s",
				"1s 1/1 log: 10 of 10, 10/s, done",
			},
		},
		"a fault before the length": {
			[]reply{fails(io.EOF), answers(503, ""), good},
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
			[]string{
				"0s 1/1 log: 4 of 10, 0/s, the connection was closed before everything had arrived, on in 1s",
				"1s 1/1 log: 10 of 10, 10/s, done",
			},
		},
		"no length at all": {
			[]reply{func(req *http.Request) (*http.Response, error) {
				resp := response(req, 200, io.MultiReader(&slow{text[:5]}, &slow{text[5:]}), -1)
				resp.TransferEncoding = []string{"chunked"}
				return resp, nil
			}}, 0, []string{"10s 1/1 log: 5 of -1, 1/s", "30s 1/1 log: 10 of -1, 0/s", "40s 1/1 log: 10 of -1, 0/s, done"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				o := exact(t.TempDir(), newNetwork(c.replies...), 9)
				o.Progress = func(p download.Progress) { got = append(got, line(p)) }
				files := one("log")
				files[0].Size = c.size
				_, err := download.Save(t.Context(), files, o)
				_ = wantErrors(t, err)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Error("progress (-want +got):", diff)
				}
			})
		})
	}
}

// slow takes ten seconds for each read.
type slow struct{ text string }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Second)
	n := copy(p, s.text)
	s.text = s.text[n:]
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// TestProgressOfARenewal: a fresh link takes as long as an export, so the reason comes first.
func TestProgressOfARenewal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		o := exact(t.TempDir(), newNetwork(half(200, text, 4, "ETag", etag), answers(403, xml("AccessDenied", "Request has expired")), from4), 9)
		o.Progress = func(p download.Progress) { got = append(got, line(p)) }
		o.Refresh = func(context.Context) ([]download.File, error) {
			time.Sleep(15 * time.Second)
			return []download.File{{Name: "log", Link: link + "2"}}, nil
		}
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		want := []string{
			"0s 1/1 log: 4 of 10, 0/s, the connection was closed before everything had arrived, on in 1s",
			"1s 1/1 log: 4 of 10, 4/s, 403 Forbidden: AccessDenied: Request has expired: request id r-1, on in 0s, renews",
			"16s 1/1 log: 10 of 10, 1/s, done",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error("progress (-want +got):", diff)
		}
	})
}

// TestProgressOfManyFiles: the calls do not overlap, and each file has one in 10 seconds at most. The race detector
// finds calls that overlap.
func TestProgressOfManyFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		last, done, calls := map[int]time.Duration{}, map[int]bool{}, 0
		o := exact(t.TempDir(), newNetwork(drips(strings.Repeat("x", 100), 1, 300*time.Millisecond, 200)), 0)
		start := time.Now()
		o.Progress = func(p download.Progress) {
			calls++
			now := time.Since(start)
			if !p.Done && last[p.Index] > 0 && now-last[p.Index] < 10*time.Second {
				t.Errorf("file %d has progress at %s and %s, want 10s between them", p.Index, last[p.Index], now)
			}
			if done[p.Index] {
				t.Errorf("file %d has progress at %s, want none after its end", p.Index, now)
			}
			last[p.Index], done[p.Index] = now, p.Done
		}
		var files []download.File
		for range 9 {
			files = append(files, one("log")...)
		}
		saved, err := download.Save(t.Context(), files, o)
		_ = wantErrors(t, err)
		wantSaved(t, saved, 9)
		if calls != 9*3 {
			t.Errorf("%d calls, want three for each of 9 files", calls)
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
			wantSaved(t, saved, 10)
			if most != want {
				t.Errorf("%d side by side with Parallel %d, want %d", most, parallel, want)
			}
			for i, s := range saved {
				if s.Index != i {
					t.Errorf("file %d is at position %d, want them in their order", s.Index, i)
				}
			}
		})
	}
}
