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

func TestLinksOfTheSameNameGoByTheirOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const base = "https://obs.example.com/"
		link := func(object, version string) download.File {
			return download.File{Name: "log", Link: base + object + "?Signature=" + secret + version}
		}
		s := &store{valid: "2"}
		directory := t.TempDir()
		o := exact(directory, s, 0)
		o.Refresh = func(context.Context) ([]download.File, error) {
			return []download.File{{Name: "x", Link: base + "x"}, link("a", "2"), link("b", "2")}, nil
		}
		_, err := download.Save(t.Context(), []download.File{link("a", "1"), link("b", "1")}, o)
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"log": "content of /a", "log-2": "content of /b"})
	})
}

// TestLinksOfANewExport have other names, because the names hold the export's time. They are for the same files, in
// the same order.
func TestLinksOfANewExport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const base = "https://obs.example.com/"
		file := func(name, object, version string) download.File {
			return download.File{Name: name, Link: base + object + "?Signature=" + secret + version}
		}
		directory := t.TempDir()
		o := exact(directory, &store{valid: "2"}, 0)
		o.Refresh = func(context.Context) ([]download.File, error) {
			return []download.File{file("a-0830", "a", "2"), file("b-0830", "b", "2")}, nil
		}
		_, err := download.Save(t.Context(), []download.File{file("a-0815", "a", "1"), file("b-0815", "b", "1")}, o)
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"a-0815": "content of /a", "b-0815": "content of /b"})
	})
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
		}, 1, 1, expired + "the cloud gave no other link for it: request id r-1"},
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
