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
			t.Error(diff)
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
			refreshed++ // never twice at a time, so without a lock: the race detector is the judge
			time.Sleep(3 * time.Second)
			return store.links("2"), nil
		}
		saved, err := download.Save(t.Context(), store.links("1"), o)
		_ = wantErrors(t, err)
		if len(saved) != 8 || refreshed != 1 || store.requests != 4+8 { // those that had not begun take the fresh one at once
			t.Errorf("%d saved, %d refreshed, %d requests", len(saved), refreshed, store.requests)
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
		return says(403, xml("AccessDenied", "Request has expired"))(req)
	}
	return says(200, "content of "+req.URL.Path, "ETag", etag)(req)
}

// TestWhoseAFreshLinkIs: all links have expired, and the cloud gives these. A file is renewed only by a link that is
// surely its own: another file's content under its name would be the worst of all.
func TestWhoseAFreshLinkIs(t *testing.T) {
	const (
		node1, node2, node3 = "054bc9c1f680d55c1f36c006e5a9f67b", "154bc9c1f680d55c1f36c006e5a9f67b", "254bc9c1f680d55c1f36c006e5a9f67b"
		before, after       = "_errorlog_download_20200515080614589", "_errorlog_download_20200515083001002"
	)
	type entry struct{ name, object string } // without an object: the export of it failed
	for name, c := range map[string]struct {
		given, fresh []entry
		want         map[string]string // safe names and the objects that they hold; all others fail
	}{
		"the same names":                {[]entry{{"a", "1"}, {"b", "2"}}, []entry{{"b", "4"}, {"a", "3"}}, map[string]string{"a": "3", "b": "4"}},
		"one more":                      {[]entry{{"a", "1"}}, []entry{{"x", "2"}, {"a", "3"}}, map[string]string{"a": "3"}},
		"one name twice":                {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"x", "5"}, {"log", "3"}, {"log", "4"}}, map[string]string{"log": "3", "log-2": "4"}},
		"one name twice, turned round":  {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "2"}, {"log", "1"}}, map[string]string{"log": "1", "log-2": "2"}},
		"one name, the first is gone":   {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "4"}}, nil},
		"one name, the first is lost":   {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "2"}}, map[string]string{"log-2": "2"}},
		"one name, the first fails":     {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", ""}, {"log", "4"}}, map[string]string{"log-2": "4"}},
		"one name, the first has come":  {[]entry{{"log", ""}, {"log", "2"}}, []entry{{"log", "3"}, {"log", "4"}}, map[string]string{"log-2": "4"}},
		"one name, one of them another": {[]entry{{"log", "1"}, {"log", "2"}}, []entry{{"log", "3"}, {"log", "1"}}, map[string]string{"log": "1"}},
		"one name, one more":            {[]entry{{"log", "1"}}, []entry{{"log", "2"}, {"log", "3"}}, nil},
		"without a name":                {[]entry{{"", "1"}}, []entry{{"", "2"}}, map[string]string{"unnamed": "2"}},
		"without a name, two of one":    {[]entry{{"", "1"}}, []entry{{"", "2"}, {"", "3"}}, nil},
		"another name":                  {[]entry{{"a", "1"}}, []entry{{"b", "2"}}, nil},
		"other names":                   {[]entry{{"node1_1", "1"}, {"node2_1", "2"}}, []entry{{"node2_2", "4"}, {"node1_2", "3"}}, nil},
		"other names of the same":       {[]entry{{"node1_1", "1"}, {"node2_1", "2"}}, []entry{{"node2_2", "2"}, {"node1_2", "1"}}, map[string]string{"node1_1": "1", "node2_1": "2"}},
		"a new export": {
			[]entry{{node1 + before, "1"}, {node2 + before, "2"}},
			[]entry{{node2 + after, "4"}, {node1 + after, "3"}},
			map[string]string{node1 + before: "3", node2 + before: "4"},
		},
		"a new export, one node is gone": {
			[]entry{{node1 + before, "1"}, {node2 + before, "2"}}, []entry{{node2 + after, "4"}}, map[string]string{node2 + before: "4"},
		},
		"a new export, one node is another": {
			[]entry{{node1 + before, "1"}, {node2 + before, "2"}},
			[]entry{{node3 + after, "3"}, {node2 + after, "4"}},
			map[string]string{node2 + before: "4"},
		},
		"a new export, more files of a node": {
			[]entry{{node1 + before, "1"}}, []entry{{node1 + after, "3"}, {node1 + "_errorlog_download_20200515083001003", "4"}}, nil,
		},
		"a new export, several files of a node": {
			[]entry{{node1 + before, "1"}, {node1 + "_errorlog_download_20200515080614590", "2"}},
			[]entry{{node1 + after, "3"}, {node1 + "_errorlog_download_20200515083001003", "4"}},
			nil,
		},
		"a new export, one file of several": {
			[]entry{{node1 + before, "1"}, {node1 + "_errorlog_download_20200515080614590", "2"}}, []entry{{node1 + after, "3"}}, nil,
		},
		"a new export with extensions": {
			[]entry{{node1 + before + ".log.gz", "1"}}, []entry{{node1 + after, "2"}, {node1 + after + ".log.gz", "3"}}, map[string]string{node1 + before + ".log.gz": "3"},
		},
		"digits that are no time":   {[]entry{{"log_48300000000017", "1"}}, []entry{{"log_48300000000018", "2"}}, nil},
		"digits that are no month":  {[]entry{{"log_20202000000017", "1"}}, []entry{{"log_20202000000018", "2"}}, nil},
		"digits that are no second": {[]entry{{"log_20200515080690", "1"}}, []entry{{"log_20200515080691", "2"}}, nil},
		"only digits":               {[]entry{{"20200515080614589", "1"}}, []entry{{"20200515083001002", "2"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory := t.TempDir()
				files := func(entries []entry, version string) (list []download.File) {
					for _, e := range entries {
						f := download.File{Name: e.name, Link: "https://obs.example.com/" + e.object + "?Signature=" + secret + version, Failed: e.object == ""}
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
				var errs download.Errors
				_ = errors.As(err, &errs)
				if len(saved) != len(c.want) || len(errs) != failed {
					t.Error(saved, err)
				}
			})
		})
	}
}

// TestFilesThatTheCloudCouldNotPrepare are no errors of Save, which can't do more than the caller: but they keep their
// places and names, so that those of the others do not depend on them.
func TestFilesThatTheCloudCouldNotPrepare(t *testing.T) {
	directory, base := t.TempDir(), newNetwork(good)
	files := []download.File{{Name: "log", Failed: true}, {Name: "log", Link: link, Size: -1}, {Name: "b", Link: link, Failed: true}}
	var told []string
	o := exact(directory, base, 0)
	o.Progress = func(p download.Progress) { told = append(told, fmt.Sprintf("%d/%d %s", p.Index+1, p.Count, p.Name)) }
	saved, err := download.Save(t.Context(), files, o)
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"log-2": text})
	if len(saved) != 1 || saved[0].Index != 1 || len(base.requests) != 1 {
		t.Error(saved, base.seen())
	}
	if diff := cmp.Diff([]string{"2/3 log-2"}, told); diff != "" {
		t.Error(diff)
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
		}, 1, 1, expired + "the cloud gave fresh links, but none can be matched to this file with certainty: request id r-1"},
		"the same link":        {func(int) ([]download.File, error) { return one("log"), nil }, 1, 1, expired + "the cloud gave no other link for it: request id r-1"},
		"an entry without one": {func(int) ([]download.File, error) { return []download.File{{Name: "log"}}, nil }, 1, 1, expired + "the cloud gave no other link for it: request id r-1"},
		"no address": {func(int) ([]download.File, error) {
			return []download.File{{Name: "log", Link: "ftp://x?" + secret}}, nil
		}, 1, 1, expired + "it is no http or https address: request id r-1"},
		"fresh ones are refused too": {
			func(n int) ([]download.File, error) {
				return []download.File{{Name: "log", Link: fmt.Sprint(link, n)}}, nil
			}, 3, 2, expired + "request id r-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory, base, calls := t.TempDir(), newNetwork(says(403, xml("AccessDenied", "Request has expired"))), 0
				o := exact(directory, base, 9)
				o.Refresh = func(context.Context) ([]download.File, error) {
					calls++
					return c.refresh(calls)
				}
				_, err := download.Save(t.Context(), one("log"), o)
				_ = wantErrors(t, err, c.want)
				wantOnly(t, directory, map[string]string{})
				if calls != c.calls || len(base.requests) != c.requests {
					t.Errorf("%d calls, %d requests", calls, len(base.requests))
				}
				if name == "refresh fails" && !errors.Is(err, failed) {
					t.Error("the cause is lost")
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
		var errs download.Errors
		if !errors.As(err, &errs) || len(errs) != 4 || saved != nil || calls != 1 {
			t.Error(saved, err, calls)
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
			o := exact(directory, newNetwork(says(403, refused), good), 0)
			o.Refresh = func(context.Context) ([]download.File, error) {
				return []download.File{{Name: "log", Link: link + "2"}}, nil
			}
			_, err := download.Save(t.Context(), one("log"), o)
			_ = wantErrors(t, err)
			wantOnly(t, directory, map[string]string{"log": text})
		})
	}
}

func TestLinksThatAreNone(t *testing.T) {
	for _, bad := range []string{
		"", "/path", "obs.example.com/x?" + secret, "ftp://obs.example.com/?" + secret, "https://?" + secret, "https://:443/?" + secret,
		"https://user:" + secret + "@obs.example.com/", "https://obs.example.com/\n?" + secret, "https://obs.example.com:x/?" + secret, "file:///etc/passwd",
	} {
		directory, base := t.TempDir(), newNetwork(good)
		_, err := download.Save(t.Context(), []download.File{{Name: "log", Link: bad}}, exact(directory, base, 0))
		_ = wantErrors(t, err, "bad link: The link of log can't be used: it is no http or https address")
		if len(base.requests) != 0 {
			t.Errorf("%q was used", bad)
		}
	}
}
