// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// newCloud is a simulated cloud without waits, and without logins: any token is good.
func newCloud(options ...rdssim.Option) *rdssim.Server {
	anyToken := func(context.Context, string) (string, bool) { return rdssim.ProjectID, true }
	usual := []rdssim.Option{rdssim.WithExportDuration(0), rdssim.WithOriginalTimes(), rdssim.WithTokenValidator(anyToken)}
	return rdssim.New(append(usual, options...)...)
}

// filesOf asks the cloud for the error log's links of an instance.
func filesOf(ctx context.Context, s *rdssim.Server, instance string) ([]download.File, error) {
	req, err := http.NewRequestWithContext(
		ctx,
		http.MethodPost,
		s.URL()+"/v3/"+rdssim.ProjectID+"/instances/"+instance+"/errorlog-download",
		nil,
	)
	if err != nil {
		return nil, err
	}
	req.Header.Set("X-Auth-Token", "any")
	resp, err := s.Transport().RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		List []struct {
			FileName string `json:"file_name"`
			FileLink string `json:"file_link"`
			FileSize string `json:"file_size"`
		} `json:"list"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		return nil, err
	}
	var files []download.File
	for _, f := range answer.List {
		size, err := strconv.ParseInt(f.FileSize, 10, 64)
		if err != nil {
			return nil, err
		}
		files = append(files, download.File{Name: f.FileName, Link: f.FileLink, Size: size})
	}
	return files, nil
}

func mustFiles(t *testing.T, s *rdssim.Server, instance string) []download.File {
	t.Helper()
	files, err := filesOf(t.Context(), s, instance)
	must(t, err)
	if len(files) == 0 {
		t.Fatal("got no links, want at least one")
	}
	return files
}

// reply answers one request.
type reply func(*http.Request) (*http.Response, error)

// network is a Base that answers the nth request with its nth reply, the last one for ever, and keeps the requests
// and their times.
type network struct {
	replies []reply

	mu       sync.Mutex
	start    time.Time
	times    []time.Duration
	requests []*http.Request
}

func newNetwork(replies ...reply) *network { return &network{replies: replies, start: time.Now()} }

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	n.mu.Lock()
	n.times = append(n.times, time.Since(n.start))
	n.requests = append(n.requests, req)
	answer := n.replies[min(len(n.times), len(n.replies))-1]
	n.mu.Unlock()
	return answer(req)
}

// seen are the requests so far: when they came, and the part that they asked for.
func (n *network) seen() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []string
	for i, r := range n.requests {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%s %s %s", n.times[i], r.Header.Get("Range"), r.Header.Get("If-Range"))))
	}
	return list
}

// answers returns a status, a body and headers in pairs. The length is announced.
func answers(status int, body string, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, status, strings.NewReader(body), int64(len(body)), headers...), nil
	}
}

// half announces a body and sends the first n bytes of it.
func half(status int, body string, n int, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, status, io.MultiReader(strings.NewReader(body[:n]), broken{}), int64(len(body)), headers...), nil
	}
}

// fails sends no answer.
func fails(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// stalls sends the first n bytes of a body, and then nothing.
func stalls(body string, n int, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		return response(req, 200, io.MultiReader(strings.NewReader(body[:n]), silent{req.Context()}), int64(len(body)), headers...), nil
	}
}

// hangs never answers.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

type silent struct{ ctx context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.ctx.Done()
	return 0, s.ctx.Err()
}

func response(req *http.Request, status int, body io.Reader, length int64, headers ...string) *http.Response {
	resp := &http.Response{
		StatusCode: status, ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: length, Request: req,
	}
	for pair := range slices.Chunk(headers, 2) {
		resp.Header.Set(pair[0], pair[1])
	}
	if announced, err := strconv.ParseInt(resp.Header.Get("Content-Length"), 10, 64); err == nil {
		resp.ContentLength = announced
	}
	return resp
}

// exact makes pauses exact: nothing is random.
func exact(directory string, base http.RoundTripper, retries int) download.Options {
	return download.Options{Directory: directory, Base: base, MaxRetries: retries, Random: func() float64 { return 0 }}
}

const (
	secret = "S1gnature5ecret"
	link   = "https://obs.example.com:443/bucket/name?AWSAccessKeyId=KEY&Expires=1589530200&" +
		"response-cache-control=no-cache%2Cno-store&Signature=" + secret + "%2BU%3D"
)

// one is a single file with a link.
func one(name string) []download.File { return []download.File{{Name: name, Link: link, Size: -1}} }

// wantOnly checks that a folder holds these files with these contents, each with its NAME.sha256, and nothing else; and
// that their owner only can read them.
func wantOnly(t *testing.T, directory string, want map[string]string) {
	t.Helper()
	all := map[string]string{}
	for name, text := range want {
		all[name], all[name+".sha256"] = text, sumOf(text)+"  "+name+"\n"
	}
	if diff := cmp.Diff(all, contents(t, directory)); diff != "" {
		t.Error("files (-want +got):", diff)
	}
	for name := range all {
		if info, err := os.Lstat(filepath.Join(directory, name)); err == nil && info.Mode() != 0o600 {
			t.Errorf("%s has mode %v, want -rw-------", name, info.Mode())
		}
	}
}

// contents returns the files of a folder; none if it does not exist.
func contents(t *testing.T, directory string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		files[e.Name()] = read(t, filepath.Join(directory, e.Name()))
	}
	return files
}

// wantSaved checks the number of saved files.
func wantSaved(t *testing.T, saved []download.Saved, want int) {
	t.Helper()
	if len(saved) != want {
		t.Fatalf("saved %+v, want %d files", saved, want)
	}
}

// wantRequests checks the number of requests.
func (n *network) wantRequests(t *testing.T, want int) {
	t.Helper()
	if seen := n.seen(); len(seen) != want {
		t.Errorf("requests %q, want %d", seen, want)
	}
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// wantErrors checks the errors' lines, whole.
func wantErrors(t *testing.T, err error, want ...string) download.Errors {
	t.Helper()
	var got download.Errors
	if err != nil && !errors.As(err, &got) {
		t.Fatalf("got an error of type %T, want download.Errors: %v", err, err)
	}
	var lines []string
	for _, e := range got {
		lines = append(lines, string(e.Kind)+": "+e.Error())
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error("errors (-want +got):", diff)
	}
	if err != nil && strings.Contains(fmt.Sprintf("%v %+v %s", err, err, err.Error()), secret) {
		t.Error("got an error with a part of the link, want none:", err)
	}
	return got
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
