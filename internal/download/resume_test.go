// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	modified = "Fri, 15 May 2020 08:06:14 GMT"
	later    = "Fri, 15 May 2020 08:06:15 GMT"
	other    = "ABCDEFGHIJ"
)

// TestGoingOnNeedsProof: after four bytes of the text the connection breaks. What is asked for then, and whether what
// comes is joined to it.
func TestGoingOnNeedsProof(t *testing.T) {
	part := func(headers ...string) reply {
		return answers(206, text[4:], append([]string{"Content-Range", "bytes 4-9/10"}, headers...)...)
	}
	const anew = "" // no range
	for name, c := range map[string]struct {
		first []string // headers
		then  []reply
		want  []string // ranges asked for after the first request
	}{
		"ETag": {[]string{"ETag", etag}, []reply{part("ETag", etag)}, []string{resume}},
		"ETag and length unknown": {
			[]string{"ETag", etag},
			[]reply{answers(206, text[4:], "ETag", etag, "Content-Range", "bytes 4-9/*")},
			[]string{resume},
		},
		"ETag stays, the date differs": {
			[]string{"ETag", etag, "Last-Modified", modified},
			[]reply{part("ETag", etag, "Last-Modified", later)},
			[]string{resume},
		},
		"ETag changed": {[]string{"ETag", etag}, []reply{part("ETag", `"e2"`), good}, []string{resume, anew}},
		"ETag lost":    {[]string{"ETag", etag}, []reply{part(), good}, []string{resume, anew}},
		"ETag lost, the date stays": {
			[]string{"ETag", etag, "Last-Modified", modified},
			[]reply{part("Last-Modified", modified), good},
			[]string{resume, anew},
		},
		"ETag stays, the length differs": {
			[]string{"ETag", etag},
			[]reply{answers(206, text[4:]+"x", "ETag", etag, "Content-Range", "bytes 4-10/11"), good},
			[]string{resume, anew},
		},
		"the whole comes": {[]string{"ETag", etag}, []reply{good}, []string{resume}},
		"the whole of another comes": {
			[]string{"ETag", etag},
			[]reply{half(200, other, 3, "ETag", `"e2"`), answers(206, other[3:], "ETag", `"e2"`, "Content-Range", "bytes 3-9/10")},
			[]string{resume, `bytes=3- "e2"`},
		},
		"date": {
			[]string{"Last-Modified", modified},
			[]reply{part("Last-Modified", modified)},
			[]string{"bytes=4- " + modified},
		},
		"date changed": {
			[]string{"Last-Modified", modified},
			[]reply{part("Last-Modified", later), good},
			[]string{"bytes=4- " + modified, anew},
		},
		"date lost": {[]string{"Last-Modified", modified}, []reply{part(), good}, []string{"bytes=4- " + modified, anew}},
		"date, the length unknown": {
			[]string{"Last-Modified", modified},
			[]reply{answers(206, text[4:], "Last-Modified", modified, "Content-Range", "bytes 4-9/*"), good},
			[]string{"bytes=4- " + modified, anew},
		},
		"a weak ETag": {[]string{"ETag", "W/" + etag}, []reply{good}, []string{anew}},
		"a weak ETag and a date": {
			[]string{"ETag", "W/" + etag, "Last-Modified", modified},
			[]reply{part("ETag", "W/"+etag, "Last-Modified", modified)},
			[]string{"bytes=4- " + modified},
		},
		"neither": {nil, []reply{good}, []string{anew}},
		"another part": {
			[]string{"ETag", etag},
			[]reply{answers(206, text[5:], "ETag", etag, "Content-Range", "bytes 5-9/10"), good},
			[]string{resume, anew},
		},
		"no Content-Range": {[]string{"ETag", etag}, []reply{answers(206, text[4:], "ETag", etag), good}, []string{resume, anew}},
		"several parts": {
			[]string{"ETag", etag},
			[]reply{answers(206, "--x", "ETag", etag, "Content-Type", "multipart/byteranges; boundary=x"), good},
			[]string{resume, anew},
		},
		"416": {
			[]string{"ETag", etag},
			[]reply{answers(416, "", "Content-Range", "bytes */3"), good},
			[]string{resume, anew},
		},
		"more than was announced": {
			[]string{"ETag", etag},
			[]reply{answers(206, text[4:]+"xyz", "ETag", etag, "Content-Range", "bytes 4-9/10"), good},
			[]string{resume, anew},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory := t.TempDir()
				base := newNetwork(append([]reply{half(200, text, 4, c.first...)}, c.then...)...)
				_, err := download.Save(t.Context(), one("log"), exact(directory, base, 9))
				_ = wantErrors(t, err)
				content := text
				if name == "the whole of another comes" {
					content = other
				}
				wantOnly(t, directory, map[string]string{"log": content})
				var asked []string
				for _, r := range base.requests[1:] {
					wanted, condition := r.Header.Get("Range"), r.Header.Get("If-Range")
					if wanted != "" {
						wanted += " "
					}
					asked = append(asked, wanted+condition)
				}
				if diff := cmp.Diff(c.want, asked); diff != "" {
					t.Error("asked (-want +got):", diff)
				}
			})
		})
	}
}

// TestAFileOfUnknownLength: the first answer has no length and breaks off after four bytes. A later part must have the
// length, or the file is not complete.
func TestAFileOfUnknownLength(t *testing.T) {
	part := func(body, contentRange string) reply {
		return answers(206, body, "ETag", etag, "Content-Range", contentRange)
	}
	const anew = ""
	for name, c := range map[string]struct {
		then []reply
		want []string // ranges asked for after the first request
	}{
		"the rest":           {[]reply{part(text[4:], "bytes 4-9/10")}, []string{"bytes=4-"}},
		"a part of the rest": {[]reply{part(text[4:7], "bytes 4-6/10"), part(text[7:], "bytes 7-9/10")}, []string{"bytes=4-", "bytes=7-"}},
		"the length changes then": {
			[]reply{part(text[4:7], "bytes 4-6/10"), part(text[7:]+"x", "bytes 7-10/11"), good},
			[]string{"bytes=4-", "bytes=7-", anew},
		},
		"the length stays unknown": {[]reply{part(text[4:7], "bytes 4-6/*"), good}, []string{"bytes=4-", anew}},
		"the whole, cut off again": {[]reply{chunked(text, 7), part(text[7:], "bytes 7-9/10")}, []string{"bytes=4-", "bytes=7-"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory := t.TempDir()
				base := newNetwork(append([]reply{chunked(text, 4)}, c.then...)...)
				_, err := download.Save(t.Context(), one("log"), exact(directory, base, 9))
				_ = wantErrors(t, err)
				wantOnly(t, directory, map[string]string{"log": text})
				var asked []string
				for _, r := range base.requests[1:] {
					asked = append(asked, r.Header.Get("Range"))
				}
				if diff := cmp.Diff(c.want, asked); diff != "" {
					t.Error("asked (-want +got):", diff)
				}
			})
		})
	}
}

// TestALengthThatComesLate: from then on it is the total, and there must be room for the rest.
func TestALengthThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		short := answers(206, text[4:7], "ETag", etag, "Content-Range", "bytes 4-6/10")
		_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), newNetwork(chunked(text, 4), short, fails(io.EOF)), 1))
		_ = wantErrors(
			t,
			err,
			"broken: The download of log broke off after 7 of 10 bytes for the 2nd time in a row: the connection was closed without an answer",
		)
		endless := answers(206, text[4:7], "ETag", etag, "Content-Range", "bytes 4-6/1152921504606846976")
		_, err = download.Save(t.Context(), one("log"), exact(t.TempDir(), newNetwork(chunked(text, 4), endless), 9))
		var errs download.Errors
		if !errors.As(err, &errs) || errs[0].Kind != download.KindDiskFull {
			t.Errorf("got %v, want an error of kind %q", err, download.KindDiskFull)
		}
	})
}

// chunked sends the first n bytes of a body, without its length, and breaks off.
func chunked(body string, n int) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp := response(req, 200, io.MultiReader(strings.NewReader(body[:n]), broken{}), -1, "ETag", etag)
		resp.TransferEncoding = []string{"chunked"}
		return resp, nil
	}
}

func TestNonsenseForAPartBeginsAnew(t *testing.T) {
	for _, value := range []string{
		"bytes 4-9", "bytes 4-9/", "bytes 4-9/x", "bytes 4-9/9", "bytes 9-4/10", "bytes -4-9/10", "bytes 4/10", "4-9/10", "chars 4-9/10",
		"bytes 4-9/-1", "bytes */10", "bytes 4-99999999999999999999/*", "bytes=4-9/10",
	} {
		t.Run(value, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory := t.TempDir()
				base := newNetwork(half(200, text, 4, "ETag", etag), answers(206, text[4:], "ETag", etag, "Content-Range", value), good)
				_, err := download.Save(t.Context(), one("log"), exact(directory, base, 2))
				_ = wantErrors(t, err)
				wantOnly(t, directory, map[string]string{"log": text})
				base.wantRequests(t, 3)
				if got := base.requests[2].Header.Get("Range"); got != "" {
					t.Errorf("the third request had the range %q, want none", got)
				}
			})
		})
	}
}

// TestAnotherKindOfContent: the name follows the content that is saved, not the one that was begun.
func TestAnotherKindOfContent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory := t.TempDir()
		base := newNetwork(half(200, "\x1f\x8b\x08\x00packed", 6, "ETag", etag), answers(200, "plain", "ETag", `"e2"`))
		_, err := download.Save(t.Context(), one("log"), exact(directory, base, 2))
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"log": "plain"})
	})
}

// TestAFileThatChangesForEver: bytes that were there before are no progress, so this has an end.
func TestAFileThatChangesForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(
			half(200, text, 4, "ETag", etag),
			answers(416, ""),
			half(200, other, 4, "ETag", `"e2"`),
			answers(416, ""),
			half(200, text, 4, "ETag", `"e3"`),
		)
		_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 3))
		_ = wantErrors(
			t,
			err,
			"broken: The download of log broke off 4 times in a row: the file changed on the server, or the server can't prove that it did not",
		)
		base.wantRequests(t, 4)
	})
}

// TestALargeFileIsTheSameOnTheDisk: longer than what is synced at once, broken off at odd places, the last of them in
// the midst of a block.
func TestALargeFileIsTheSameOnTheDisk(t *testing.T) {
	const size, first, second = 70<<20 + 123, 33<<20 + 777, 34<<20 + 1
	content := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content) // never fails
	whole, directory := string(content), t.TempDir()
	span := func(from int) []string {
		return []string{"ETag", etag, "Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, size-1, size)}
	}
	base := newNetwork(
		half(200, whole, first, "ETag", etag),
		half(206, whole[first:], second-first, span(first)...),
		answers(206, whole[second:], span(second)...),
	)
	o := exact(directory, base, 1)
	o.MinPause = time.Nanosecond
	saved, err := download.Save(t.Context(), one("log"), o)
	_ = wantErrors(t, err)
	wantSaved(t, saved, 1)
	if saved[0].Size != size {
		t.Errorf("saved %d bytes, want %d", saved[0].Size, size)
	}
	if saved[0].SHA256 != sumOf(whole) {
		t.Errorf("got the checksum %s, want %s", saved[0].SHA256, sumOf(whole))
	}
	if got := sumOf(read(t, saved[0].Path)); got != sumOf(whole) {
		t.Errorf("the file has the checksum %s, want %s", got, sumOf(whole))
	}
}

func TestGoingOnWithTheCloud(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud, directory := newCloud(), t.TempDir()
		files := mustFiles(t, cloud, rdssim.InstanceHealthy)
		cloud.Inject(rdssim.Fault{Kind: "obs.get", Handler: rdssim.HalfBody()})
		_, err := download.Save(t.Context(), files, exact(directory, cloud.Transport(), 1))
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{files[0].Name: theLog(t)})
		second := cloud.Requests()[2]
		if second.Status != 206 {
			t.Errorf("the second request had status %d, want 206", second.Status)
		}
		if got := second.Header.Get("Range"); got != "bytes=10295-" {
			t.Errorf("the second request had the range %q, want bytes=10295-", got)
		}
		if second.Header.Get("If-Range") == "" {
			t.Error("the second request had no If-Range, want one")
		}
	})
}
