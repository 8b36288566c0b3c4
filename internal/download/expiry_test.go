// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestALinkExpiresOnTheWay: links live for 5 s, the connection breaks after half of the file, and the second try
// comes too late.
func TestALinkExpiresOnTheWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, directory := newCloud(rdssim.WithLinkLife(5*time.Second)), t.TempDir()
		files := mustFiles(t, cloud, rdssim.InstanceHealthy)
		cloud.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.HalfBody()})
		o := exact(directory, cloud.Transport(), 1)
		o.MinPause = 6 * time.Second
		o.Refresh = func(ctx context.Context) ([]download.File, error) { return filesOf(ctx, cloud, rdssim.InstanceHealthy) }
		_, err := download.Save(t.Context(), files, o)
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{files[0].Name: theLog(t)})
		var calls []string
		for _, r := range cloud.Requests() {
			calls = append(calls, fmt.Sprintf("%s %d %s", r.Kind, r.Status, r.Header.Get("Range")))
		}
		want := []string{"rds.errorlog 200 ", "obs.get 200 ", "obs.get 403 bytes=10295-", "rds.errorlog 200 ", "obs.get 206 bytes=10295-"}
		if diff := cmp.Diff(want, calls); diff != "" {
			t.Error("requests (-want +got):", diff)
		}
	})
}

// TestOneCallRenewsAllLinks: eight files, four at a time, all links expired; refresh is asked once.
func TestOneCallRenewsAllLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newStore(8)
		store.valid = "2"
		o := exact(t.TempDir(), store, 0)
		refreshed := 0
		o.Refresh = func(context.Context) ([]download.File, error) {
			refreshed++ // without a lock: the race detector finds calls that overlap
			time.Sleep(3 * time.Second)
			return store.links("2"), nil
		}
		saved, err := download.Save(t.Context(), store.links("1"), o)
		_ = wantErrors(t, err)
		wantSaved(t, saved, 8)
		if refreshed != 1 {
			t.Errorf("%d calls of Refresh, want 1", refreshed)
		}
		if store.requests != 4+8 { // those that had not started take the fresh link at once
			t.Errorf("%d requests, want 12", store.requests)
		}
	})
}

// store has files whose links hold a version, of which one is valid.
type store struct {
	names []string

	mu       sync.Mutex
	valid    string
	requests int
}

func newStore(n int) *store {
	s := &store{}
	for i := range n {
		s.names = append(s.names, fmt.Sprintf("log-%d", i))
	}
	return s
}

func (s *store) links(version string) []download.File {
	var files []download.File
	for _, name := range s.names {
		files = append(files, download.File{Name: name, Link: "https://obs.example.com/" + name + "?Signature=" + secret + version, Size: -1})
	}
	return files
}

func (s *store) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.requests++
	valid := s.valid
	s.mu.Unlock()
	time.Sleep(time.Second)
	if !strings.HasSuffix(req.URL.RawQuery, secret+valid) {
		return answers(403, xml("AccessDenied", "Request has expired"))(req)
	}
	return answers(200, "content of "+req.URL.Path, "ETag", etag)(req)
}

// TestWhoseAFreshLinkIs: all links have expired, and the cloud gives these. A file gets only a link that is surely its
// own, because another file's content under its name would be the worst of all.
func TestWhoseAFreshLinkIs(t *testing.T) {
	type entry struct{ name, object string } // without an object: the export of it failed
	for name, c := range map[string]struct {
		given, fresh []entry
		want         map[string]string // safe names and the objects that they hold; all others fail
	}{
		"the same names": {
			[]entry{{"a", "1"}, {"b", "2"}},
			[]entry{{"b", "4"}, {"a", "3"}},
			map[string]string{"a": "3", "b": "4"},
		},
		"one more":       {[]entry{{"a", "1"}}, []entry{{"x", "2"}, {"a", "3"}}, map[string]string{"a": "3"}},
		"one name twice": {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "3"}, {"log", "4"}}, nil},
		"one name twice, turned round": {
			[]entry{{"log", "1"}, {"log", "2"}},
			[]entry{{"log", "2"}, {"log", "1"}},
			map[string]string{"log": "1", "log-2": "2"},
		},
		"one name, the first is gone":  {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "4"}}, nil},
		"one name, the first is lost":  {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "2"}}, map[string]string{"log-2": "2"}},
		"one name, the first fails":    {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", ""}, {"log", "4"}}, nil},
		"one name, the first has come": {[]entry{{"log", ""}, {"log", "2"}}, []entry{{"log", "3"}, {"log", "4"}}, nil},
		"one name, one of them another": {
			[]entry{{"log", "1"}, {"log", "2"}},
			[]entry{{"log", "3"}, {"log", "1"}},
			map[string]string{"log": "1"},
		},
		"one name, one more":         {[]entry{{"log", "1"}}, []entry{{"log", "2"}, {"log", "3"}}, nil},
		"without a name":             {[]entry{{"", "1"}}, []entry{{"", "2"}}, map[string]string{"unnamed": "2"}},
		"without a name, two of one": {[]entry{{"", "1"}}, []entry{{"", "2"}, {"", "3"}}, nil},
		"another name":               {[]entry{{"a", "1"}}, []entry{{"b", "2"}}, nil},
		"other names":                {[]entry{{"node1_1", "1"}, {"node2_1", "2"}}, []entry{{"node2_2", "4"}, {"node1_2", "3"}}, nil},
		"other names of the same": {
			[]entry{{"node1_1", "1"}, {"node2_1", "2"}},
			[]entry{{"node2_2", "2"}, {"node1_2", "1"}},
			map[string]string{"node1_1": "1", "node2_1": "2"},
		},
		"the object counts more than the name": {
			[]entry{{"a", "1"}, {"b", "2"}},
			[]entry{{"a", "2"}, {"b", "1"}},
			map[string]string{"a": "1", "b": "2"},
		},
		"the name of one, the object of another": {[]entry{{"a", "1"}, {"b", "2"}}, []entry{{"a", "2"}}, map[string]string{"b": "2"}},
		"one object twice":                       {[]entry{{"a", "1"}}, []entry{{"b", "1"}, {"c", "1"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory := t.TempDir()
				files := func(entries []entry, version string) (list []download.File) {
					for _, e := range entries {
						f := download.File{
							Name:   e.name,
							Link:   "https://obs.example.com/" + e.object + "?Signature=" + secret + version,
							Failed: e.object == "",
						}
						if f.Failed {
							f.Link = ""
						}
						list = append(list, f)
					}
					return list
				}
				o := exact(directory, &store{valid: "2"}, 0)
				o.Refresh = func(context.Context) ([]download.File, error) { return files(c.fresh, "2"), nil }
				saved, err := download.Save(t.Context(), files(c.given, "1"), o)
				want := map[string]string{}
				for name, object := range c.want {
					want[name] = "content of /" + object
				}
				wantOnly(t, directory, want)
				failed := -len(c.want)
				for _, e := range c.given {
					if e.object != "" {
						failed++
					}
				}
				wantSaved(t, saved, len(c.want))
				var errs download.Errors
				_ = errors.As(err, &errs)
				if len(errs) != failed {
					t.Errorf("got %d errors, want %d: %v", len(errs), failed, err)
				}
			})
		})
	}
}

// TestFilesThatTheCloudCouldNotPrepare are not errors of Save, but keep their places and names, so that those of the
// others do not depend on them.
func TestFilesThatTheCloudCouldNotPrepare(t *testing.T) {
	directory, base := t.TempDir(), newNetwork(good)
	files := []download.File{{Name: "log", Failed: true}, {Name: "log", Link: link, Size: -1}, {Name: "b", Link: link, Failed: true}}
	var reported []string
	o := exact(directory, base, 0)
	o.Progress = func(p download.Progress) {
		reported = append(reported, fmt.Sprintf("%d/%d %s", p.Index+1, p.Count, p.Name))
	}
	saved, err := download.Save(t.Context(), files, o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"log-2": text})
	wantSaved(t, saved, 1)
	base.wantRequests(t, 1)
	if saved[0].Index != 1 {
		t.Errorf("saved file %d, want 1", saved[0].Index)
	}
	if diff := cmp.Diff([]string{"2/3 log-2"}, reported); diff != "" {
		t.Error("progress (-want +got):", diff)
	}
}

func TestExpiredLinksWithoutHope(t *testing.T) {
	const expired = "link expired: The link of log has expired, and there is no fresh one: 403 Forbidden: AccessDenied: Request has expired: "
	failed := errors.New("the API is out of order")
	for name, c := range map[string]struct {
		refresh  func(n int) ([]download.File, error)
		requests int
		calls    int
		want     string
	}{
		"refresh fails": {func(int) ([]download.File, error) { return nil, failed }, 1, 1, expired + "the API is out of order: request id r-1"},
		"the file is gone": {func(int) ([]download.File, error) {
			return []download.File{{Name: "x", Link: "https://x"}, {Name: "y", Link: "https://y"}}, nil
		}, 1, 1, expired + "the cloud gave no fresh link for this file: request id r-1"},
		"the same link": {
			func(int) ([]download.File, error) { return one("log"), nil },
			1,
			1,
			expired + "the cloud gave no fresh link for this file: request id r-1",
		},
		"an entry without one": {
			func(int) ([]download.File, error) { return []download.File{{Name: "log"}}, nil },
			1,
			1,
			expired + "the cloud gave no fresh link for this file: request id r-1",
		},
		"no address": {func(int) ([]download.File, error) {
			return []download.File{{Name: "log", Link: "ftp://x?" + secret}}, nil
		}, 1, 1, expired + "it is not an http or https URL: request id r-1"},
		"fresh ones are refused too": {
			func(n int) ([]download.File, error) {
				return []download.File{{Name: "log", Link: fmt.Sprint(link, n)}}, nil
			}, 3, 2, expired + "request id r-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory, base, calls := t.TempDir(), newNetwork(answers(403, xml("AccessDenied", "Request has expired"))), 0
				o := exact(directory, base, 9)
				o.Refresh = func(context.Context) ([]download.File, error) {
					calls++
					return c.refresh(calls)
				}
				_, err := download.Save(t.Context(), one("log"), o)
				_ = wantErrors(t, err, c.want)
				wantOnly(t, directory, map[string]string{})
				base.wantRequests(t, c.requests)
				if calls != c.calls {
					t.Errorf("%d calls of Refresh, want %d", calls, c.calls)
				}
				if name == "refresh fails" && !errors.Is(err, failed) {
					t.Errorf("got %v, want an error that is %v", err, failed)
				}
			})
		})
	}
}

// TestAFailedRefreshIsAskedOnce: what waits for it takes its error.
func TestAFailedRefreshIsAskedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, calls := newStore(4), 0
		o := exact(t.TempDir(), store, 9)
		o.Refresh = func(context.Context) ([]download.File, error) {
			calls++
			time.Sleep(time.Second)
			return nil, errors.New("no")
		}
		saved, err := download.Save(t.Context(), store.links("1"), o)
		wantSaved(t, saved, 0)
		var errs download.Errors
		if !errors.As(err, &errs) || len(errs) != 4 {
			t.Errorf("got %d errors, want 4: %v", len(errs), err)
		}
		if calls != 1 {
			t.Errorf("%d calls of Refresh, want 1", calls)
		}
	})
}

// TestEveryRefusalWith403IsWorthAFreshLink, whatever its words are.
func TestEveryRefusalWith403IsWorthAFreshLink(t *testing.T) {
	for _, refused := range []string{
		xml("RequestTimeTooSkewed", "The difference between the request time and the current time is too large."),
		xml("AccessDenied", "Access Denied"), xml("SignatureDoesNotMatch", "?"), "", "<html>",
	} {
		synctest.Test(t, func(t *testing.T) {
			directory := t.TempDir()
			o := exact(directory, newNetwork(answers(403, refused), good), 0)
			o.Refresh = func(context.Context) ([]download.File, error) {
				return []download.File{{Name: "log", Link: link + "2"}}, nil
			}
			_, err := download.Save(t.Context(), one("log"), o)
			_ = wantErrors(t, err)
			wantOnly(t, directory, map[string]string{"log": text})
		})
	}
}

// TestRenewalsAreCountedBetweenBytes: a link expires four times, with new bytes between.
func TestRenewalsAreCountedBetweenBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory, calls := t.TempDir(), 0
		expired := answers(403, xml("AccessDenied", "Request has expired"))
		part := func(from int) reply {
			contentRange := fmt.Sprintf("bytes %d-9/10", from)
			return half(206, text[from:], 2, "ETag", etag, "Content-Range", contentRange)
		}
		base := newNetwork(half(200, text, 2, "ETag", etag), expired, part(2), expired, part(4), expired, part(6), expired, part(8))
		o := exact(directory, base, 1)
		o.Refresh = func(context.Context) ([]download.File, error) {
			calls++
			return []download.File{{Name: "log", Link: fmt.Sprint(link, calls)}}, nil
		}
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"log": text})
		if calls != 4 {
			t.Errorf("%d calls of Refresh, want 4", calls)
		}
	})
}

func TestLinksThatAreNone(t *testing.T) {
	for _, bad := range []string{
		"", "/path", "obs.example.com/x?" + secret, "ftp://obs.example.com/?" + secret, "https://?" + secret, "https://:443/?" + secret,
		"https://user:" + secret + "@obs.example.com/", "https://obs.example.com/\n?" + secret,
		"https://obs.example.com:x/?" + secret, "file:///etc/passwd",
	} {
		directory, base := t.TempDir(), newNetwork(good)
		_, err := download.Save(t.Context(), []download.File{{Name: "log", Link: bad}}, exact(directory, base, 0))
		_ = wantErrors(t, err, "bad link: The link of log is not usable: it is not an http or https URL")
		base.wantRequests(t, 0)
	}
}
