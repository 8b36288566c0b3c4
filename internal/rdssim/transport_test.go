// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestVirtualTime waits for an export and for the end of a link and a token.
func TestVirtualTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := rdssim.New(rdssim.WithExportDuration(13400 * time.Millisecond))
		c := &cloud{s, t, nil, &http.Client{Transport: s.Transport()}}
		token := c.login()
		begin := time.Now()
		var last links
		for last = c.links(token, rdssim.InstanceHealthy); last.Status != "finish"; last = c.links(token, rdssim.InstanceHealthy) {
			time.Sleep(200 * time.Millisecond)
		}
		equal(t, "wait", time.Since(begin), 13400*time.Millisecond)
		equal(t, "calls", s.Count("rds.errorlog"), 68)
		link := *last.List[0].FileLink
		equal(t, "download", c.get(link).status, 200)
		time.Sleep(300 * time.Second)
		equal(t, "expired link", c.get(link).status, 403)
		time.Sleep(24 * time.Hour)
		equal(t, "expired token", c.ask(token, rdssim.InstanceHealthy).status, 401)
	})
}

func TestAllAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := rdssim.New()
		c := &cloud{s, t, nil, &http.Client{Transport: s.Transport()}}
		token := c.login()
		names := sync.Map{}
		var failed atomic.Int32
		var wait sync.WaitGroup
		for n := range 200 {
			wait.Go(func() {
				for {
					a, err := c.try(c.request("POST", errorLogPath(rdssim.FleetInstance(n)), "", "X-Auth-Token", token))
					if err != nil || a.status != 200 {
						failed.Add(1)
						return
					}
					if strings.Contains(a.body, `"finish"`) {
						_, name, _ := strings.Cut(a.body, `"file_name":"`)
						name, _, _ = strings.Cut(name, `"`)
						names.Store(name, true)
						return
					}
					time.Sleep(time.Second)
				}
			})
		}
		wait.Wait()
		equal(t, "failed", failed.Load(), 0)
		count := 0
		names.Range(func(any, any) bool { count++; return true })
		equal(t, "different files", count, 200)
		equal(t, "calls", s.Count("rds.errorlog"), 1000)
	})
}

// overBoth runs a test in process and through a socket. Clients must see the same.
func overBoth(t *testing.T, f func(t *testing.T, s *rdssim.Server, client *http.Client)) {
	t.Helper()
	t.Run("in process", func(t *testing.T) {
		s := rdssim.New()
		f(t, s, &http.Client{Transport: s.Transport()})
	})
	t.Run("socket", func(t *testing.T) {
		s := rdssim.New()
		stop, err := s.Start()
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		transport := &http.Transport{DisableCompression: true}
		defer transport.CloseIdleConnections()
		f(t, s, &http.Client{Transport: transport})
	})
}

func get(ctx context.Context, t *testing.T, client *http.Client, method, url string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return client.Do(r)
}

func TestAnswersAreStreamed(t *testing.T) {
	overBoth(t, func(t *testing.T, s *rdssim.Server, client *http.Client) {
		t.Helper()
		goOn := make(chan struct{})
		s.Inject(rdssim.Fault{Handler: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "first ")
			_ = http.NewResponseController(w).Flush()
			<-goOn
			_, _ = io.WriteString(w, "second")
		}})
		response, err := get(t.Context(), t, client, http.MethodGet, s.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		part := make([]byte, 6)
		if _, err := io.ReadFull(response.Body, part); err != nil {
			t.Fatal(err)
		}
		equal(t, "first part", string(part), "first ")
		equal(t, "announced length", response.ContentLength, -1)
		close(goOn)
		rest, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "second part", string(rest), "second")
	})
}

func TestAClientThatGivesUpEndsTheHandler(t *testing.T) {
	for name, giveUp := range map[string]func(cancel func(), body io.Closer){
		"by its context": func(cancel func(), _ io.Closer) { cancel() },
		"by closing":     func(_ func(), body io.Closer) { _ = body.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, s *rdssim.Server, client *http.Client) {
				t.Helper()
				ended := make(chan struct{})
				s.Inject(rdssim.Fault{Handler: func(w http.ResponseWriter, r *http.Request) {
					defer close(ended)
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
				}})
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				response, err := get(ctx, t, client, http.MethodGet, s.URL())
				if err != nil {
					t.Fatal(err)
				}
				giveUp(cancel, response.Body)
				<-ended
				_ = response.Body.Close()
			})
		})
	}
}

func TestAContextThatEndsWhileABodyIsRead(t *testing.T) {
	overBoth(t, func(t *testing.T, s *rdssim.Server, client *http.Client) {
		t.Helper()
		s.Inject(rdssim.Fault{Handler: func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}})
		ctx, cancel := context.WithCancel(t.Context())
		response, err := get(ctx, t, client, http.MethodGet, s.URL())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = response.Body.Close() }()
		if _, err := response.Body.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := io.ReadAll(response.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("expected %v, got %v", context.Canceled, err)
		}
	})
}

func TestHowHandlersEnd(t *testing.T) {
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"nothing written": {func(http.ResponseWriter, *http.Request) {}, "200 0 , nil"},
		"a status alone":  {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, "204 0 , nil"},
		"less than announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "5")
			_, _ = io.WriteString(w, "abc")
			_ = http.NewResponseController(w).Flush()
		}, "200 5 abc, unexpected EOF"},
		"more than announced": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "2")
			_, _ = io.WriteString(w, "ab")
			_, err := io.WriteString(w, "c")
			if !errors.Is(err, http.ErrContentLength) {
				panic(err)
			}
		}, "200 2 ab, nil"},
		"two statuses": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusTeapot)
		}, "418 0 , nil"},
		"abort at once": {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "EOF"},
		"abort amid": {func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "abc")
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}, "200 -1 abc, unexpected EOF"},
		"header changed too late": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "0")
			w.WriteHeader(http.StatusOK)
			w.Header().Set("Content-Length", "7")
		}, "200 0 , nil"},
	} {
		t.Run(name, func(t *testing.T) {
			overBoth(t, func(t *testing.T, s *rdssim.Server, client *http.Client) {
				t.Helper()
				s.Inject(rdssim.Fault{Times: -1, Handler: test.handler})
				equal(t, "answer", outcome(t, client, http.MethodPost, s.URL()), test.want)
			})
		})
	}
}

// outcome returns what a client sees: status, announced length, body, error.
func outcome(t *testing.T, client *http.Client, method, url string) string {
	t.Helper()
	response, err := get(t.Context(), t, client, method, url)
	if errors.Is(err, io.EOF) {
		return "EOF"
	}
	if err != nil {
		return err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	text := "nil"
	if err != nil {
		text = err.Error()
	}
	return fmt.Sprintf("%d %d %s, %s", response.StatusCode, response.ContentLength, body, text)
}

// A handler that calls t.Fatal ends its goroutine. The client must not wait for it.
func TestAHandlerThatExits(t *testing.T) {
	s := rdssim.New()
	s.Inject(rdssim.Fault{Handler: func(http.ResponseWriter, *http.Request) { runtime.Goexit() }})
	equal(t, "answer", outcome(t, &http.Client{Transport: s.Transport()}, http.MethodGet, s.URL()), "EOF")
}

func TestRequestsThatCannotBeSent(t *testing.T) {
	s := rdssim.New()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, change := range map[string]func(r *http.Request) *http.Request{
		"context ended":      func(r *http.Request) *http.Request { return r.WithContext(ended) },
		"line break":         func(r *http.Request) *http.Request { r.Header.Set("X-Auth-Token", "a\r\nb"); return r },
		"broken header name": func(r *http.Request) *http.Request { r.Header["A B"] = []string{"x"}; return r },
		"no host":            func(r *http.Request) *http.Request { r.URL.Host = ""; return r },
		"odd scheme":         func(r *http.Request) *http.Request { r.URL.Scheme = "ftp"; return r },
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(), nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := s.Transport().RoundTrip(change(r))
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: expected an error, got an answer", name)
		}
	}
	equal(t, "requests", s.Count(""), 0)
}

func TestAHandlerOfOnesOwnServer(t *testing.T) {
	s := rdssim.New()
	server := httptest.NewServer(s)
	defer server.Close()
	response, err := get(t.Context(), t, server.Client(), http.MethodGet, server.URL+"/v3/projects")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	equal(t, "status", response.StatusCode, 401)
	equal(t, "host", s.Requests()[0].Host, strings.TrimPrefix(server.URL, "http://"))
}
