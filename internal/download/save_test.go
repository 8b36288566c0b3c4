// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// theLog returns the log that the simulator serves.
func theLog(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../rdssim/incidents/mixed.log")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestSaveFilesOfACloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		files := mustFiles(t, cloud, rdssim.InstanceTwoFiles)
		directory := filepath.Join(t.TempDir(), "incident", "42")
		saved, err := download.Save(t.Context(), files, exact(directory, cloud.Transport(), 0))
		_ = wantErrors(t, err)
		wantSaved(t, saved, 2)
		contents := map[string]string{}
		whole := theLog(t)
		for i, s := range saved {
			text := whole[:s.Size]
			whole = whole[s.Size:]
			contents[files[i].Name] = text
			want := download.Saved{
				Index:  i,
				Name:   files[i].Name,
				Path:   filepath.Join(directory, files[i].Name),
				Size:   files[i].Size,
				SHA256: sumOf(text),
			}
			if diff := cmp.Diff(want, s); diff != "" {
				t.Error("saved (-want +got):", diff)
			}
		}
		wantOnly(t, directory, contents)
		for _, made := range []string{directory, filepath.Dir(directory)} {
			info, err := os.Stat(made)
			must(t, err)
			if info.Mode() != os.ModeDir|0o700 {
				t.Errorf("%s has mode %v, want drwx------", made, info.Mode())
			}
		}
		for _, r := range cloud.Requests()[1:] {
			if diff := cmp.Diff(
				http.Header{"Accept-Encoding": {"identity"}, "Connection": {"close"}, "User-Agent": {"Go-http-client/1.1"}},
				r.Header,
			); diff != "" {
				t.Error("headers:", diff)
			}
			if r.Kind != "obs.get" || r.Status != 200 {
				t.Errorf("request %s had status %d, want obs.get with 200", r.Kind, r.Status)
			}
			if !strings.Contains(files[0].Link+files[1].Link, "?"+r.RawQuery) {
				t.Errorf("the query %s is not a link's, want it unchanged", r.RawQuery)
			}
		}
	})
}

// TestSumsAreWhatSha256sumReads asks the tool itself, if the machine has it.
func TestSumsAreWhatSha256sumReads(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("no sha256sum on this machine")
	}
	directory := t.TempDir()
	_, err = download.Save(t.Context(), one("a"), exact(directory, newNetwork(answers(200, "text")), 0))
	_ = wantErrors(t, err)
	check := exec.CommandContext(t.Context(), tool, "--check", "--strict", "a.sha256")
	check.Dir = directory
	if out, err := check.CombinedOutput(); err != nil || string(out) != "a: OK\n" {
		t.Errorf("sha256sum printed %q, %v, want \"a: OK\\n\"", out, err)
	}
}

func TestQueryGoesAsItIs(t *testing.T) {
	for _, query := range []string{
		"AWSAccessKeyId=K&Expires=1&response-cache-control=no-cache%2Cno-store&Signature=Fgi4%2BLOJ9frAXyOkz5hRoW5O%2BUM%3D",
		"Signature=a%2fb%2Bc", // lower-case escapes
		"b=2&a=1&b=0",         // no order
		"a=1;b=2",             // which net/url's parser refuses
		"a=+&b=%20",           // two kinds of blank
		"flag&empty=&=x",      // no value, no key
		"a=ü&b=[]|^{}'\"",     // what should have been escaped
		"x=%zz",               // no escape at all
		"a=b?c=d",             // a second mark
	} {
		t.Run(query, func(t *testing.T) {
			base := newNetwork(answers(200, "x"))
			files := []download.File{{Name: "a", Link: "https://obs.example.com/b/n%2Fm?" + query}}
			_, err := download.Save(t.Context(), files, exact(t.TempDir(), base, 0))
			_ = wantErrors(t, err)
			u := base.requests[0].URL
			if u.RawQuery != query {
				t.Errorf("the server got the query %q, want %q", u.RawQuery, query)
			}
			if u.EscapedPath() != "/b/n%2Fm" {
				t.Errorf("the server got the path %q, want /b/n%%2Fm", u.EscapedPath())
			}
		})
	}
}

// TestWhatAKilledRunLeaves is not touched: it may belong to a run under way.
func TestWhatAKilledRunLeaves(t *testing.T) {
	directory := t.TempDir()
	part := filepath.Join(directory, ".download-abcdefghijklmnopqrstuvwxyz.part")
	write(t, part, "half")
	_, err := download.Save(t.Context(), one("log"), exact(directory, newNetwork(good), 0))
	_ = wantErrors(t, err)
	if got := read(t, part); got != "half" {
		t.Errorf("the temporary file has %q, want it unchanged", got)
	}
	must(t, os.Remove(part))
	wantOnly(t, directory, map[string]string{"log": text})
}

func TestNothingToSave(t *testing.T) {
	directory := t.TempDir()
	saved, err := download.Save(t.Context(), nil, exact(directory, newNetwork(hangs), 0))
	_ = wantErrors(t, err)
	wantSaved(t, saved, 0)
	wantOnly(t, directory, map[string]string{})
}

func TestEmptyFile(t *testing.T) {
	directory := t.TempDir()
	saved, err := download.Save(t.Context(), one("a"), exact(directory, newNetwork(answers(200, "")), 0))
	_ = wantErrors(t, err)
	wantOnly(t, directory, map[string]string{"a": ""})
	if saved[0].Size != 0 {
		t.Errorf("saved %d bytes, want 0", saved[0].Size)
	}
}

func TestTheContentDecidesOnTheExtension(t *testing.T) {
	const gz, zip, none = "\x1f\x8b\x08\x00 packed", "PK\x03\x04 packed", "PK\x05\x06"
	for _, c := range []struct{ name, content, want string }{
		{"log", gz, "log.gz"},
		{"log.gz", gz, "log.gz"},
		{"log.GZ", gz, "log.GZ"},
		{"log.tgz", gz, "log.tgz"},
		{"log", zip, "log.zip"},
		{"log", none, "log.zip"},
		{"log.zip", zip, "log.zip"},
		{"log.zip", gz, "log.zip.gz"},
		{"log", "\x1f\x8b", "log"},
		{"log", "\x1f", "log"},
		{"log", "PK text", "log"},
		{"log.gz", "text", "log.gz"},
		{"log", "text \x1f\x8b\x08", "log"},
	} {
		for _, step := range []int{1, 3, 1000} {
			directory := t.TempDir()
			base := newNetwork(func(req *http.Request) (*http.Response, error) {
				return response(req, 200, &dripping{text: c.content, step: step}, int64(len(c.content))), nil
			})
			saved, err := download.Save(t.Context(), one(c.name), exact(directory, base, 0))
			_ = wantErrors(t, err)
			wantOnly(t, directory, map[string]string{c.want: c.content})
			if saved[0].Name != c.want || saved[0].Path != filepath.Join(directory, c.want) {
				t.Errorf("%s: saved %+v, want the name %s", c.name, saved, c.want)
			}
		}
	}
}

// dripping is read step by step.
type dripping struct {
	text string
	step int
	wait time.Duration // before each step
}

func (d *dripping) Read(p []byte) (int, error) {
	if d.text != "" {
		time.Sleep(d.wait) // virtual, or none
	}
	n := copy(p, d.text[:min(d.step, len(d.text))])
	d.text = d.text[n:]
	if n == 0 {
		return 0, http.ErrBodyReadAfterClose // all of the file is there by then
	}
	return n, nil
}
