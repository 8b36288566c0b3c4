// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// TestNoLinkGetsOut: errors, progress and names hold no part of a link's query, whatever a server or a network repeats.
func TestNoLinkGetsOut(t *testing.T) {
	const decoded = secret + "+U="
	query := link[strings.Index(link, "?")+1:]
	for name, r := range map[string]reply{
		"in a message":        answers(403, xml("AccessDenied", "GET "+strings.ReplaceAll(link, "&", "&amp;"))),
		"in a code":           answers(400, xml(query[:40]+secret+"%2BU%3D", "x")),
		"decoded":             answers(400, xml("SignatureDoesNotMatch", "You sent "+decoded)),
		"in XML's escapes":    answers(400, xml("SignatureDoesNotMatch", "You sent "+strings.ReplaceAll(decoded, "S1", "&#83;1"))),
		"in a request id":     answers(400, "", "X-Request-Id", secret+"%2BU%3D"),
		"lower-case escapes":  answers(400, xml("SignatureDoesNotMatch", "You sent "+secret+"%2bU%3d")),
		"cut in two":          answers(400, xml("SignatureDoesNotMatch", strings.Repeat("word ", 78)+decoded)),
		"in a passing fault":  answers(503, xml("SlowDown", decoded)),
		"in an error":         fails(errors.New("GET " + link + ": no")),
		"in a client's error": fails(&url.Error{Op: "Get", URL: link, Err: errors.New("no")}),
		"in a redirect":       answers(302, "", "Location", link),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out strings.Builder
				directory := t.TempDir()
				o := exact(directory, newNetwork(func(req *http.Request) (*http.Response, error) {
					entries, err := os.ReadDir(directory)
					must(t, err)
					fmt.Fprintln(&out, entries)
					return r(req)
				}), 1)
				o.Progress = func(p download.Progress) { fmt.Fprintf(&out, "%v %+v\n", p, p) }
				o.Refresh = func(context.Context) ([]download.File, error) {
					return nil, fmt.Errorf("asked with %s", decoded)
				}
				_, err := download.Save(t.Context(), one("log"), o)
				var errs download.Errors
				if !errors.As(err, &errs) {
					t.Fatal(err)
				}
				fmt.Fprintf(&out, "%v %+v %v %+v %s %s", err, err, *errs[0], *errs[0], errs[0].Sentence(), errs[0].Cause())
				if strings.Contains(out.String(), secret[:6]) {
					t.Error("got a part of the link, want none:", out.String())
				}
				if !strings.Contains(out.String(), ".download-") {
					t.Error("got no temporary file, want one to look at:", out.String())
				}
				if errs[0].Cause() == "" {
					t.Error("got no cause, want one to look at:", out.String())
				}
			})
		})
	}
}

// TestTextsAreSafeToPrint: names, messages and errors come from others.
func TestTextsAreSafeToPrint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		evil := "\x1b[31m\u202e\r\n" + strings.Repeat("x", 1000)
		short := "?[31m? " + strings.Repeat("x", 400-len("?[31m? ")) + "…"
		for _, c := range []struct {
			reply reply
			want  string
		}{
			{fails(errors.New(evil)), "broken: The download of " + short + " broke off: " + short},
			{
				answers(404, xml("C\u202e", "M\u202e"), "X-Request-Id", "\x07"),
				"refused: The link's server refused " + short + ": 404 Not Found: M?: request id r-1",
			},
		} {
			_, err := download.Save(t.Context(), []download.File{{Name: evil, Link: link}}, exact(t.TempDir(), newNetwork(c.reply), 0))
			_ = wantErrors(t, err, c.want)
		}
	})
}

// TestWhatIsRedacted: a link's query and its values, in any way of escaping. Other texts stay.
func TestWhatIsRedacted(t *testing.T) {
	const query = "AWSAccessKeyId=KEY&Signature=Fgi4%2BLOJ9%2fXy%3D&x-note=größe+und+mehr&bad=%zz-12345678"
	for text, want := range map[string]string{
		"GET /x?" + query + " failed":                  "GET /x?… failed",
		"Fgi4%2BLOJ9%2fXy%3D":                          "…",
		"Fgi4%2bLOJ9%2FXy%3d":                          "…",
		"Fgi4+LOJ9/Xy=":                                "…",
		"%46%67%69%34%2B%4c%4F%4a%39%2f%58%79%3d":      "…",
		"signature Fgi4 LOJ9/Xy=, twice Fgi4+LOJ9/Xy=": "signature …, twice …",
		"größe und mehr, gr%C3%B6%c3%9fe+und+mehr":     "…, …",
		"%zz-12345678, %25zz-12345678":                 "…, …",
		"KEY":                                          "KEY",
		"Fgi4%2CLOJ9%2fXy%3D":                          "Fgi4%2CLOJ9%2fXy%3D",
		"":                                             "",
	} {
		if got := download.Redact(text, "https://obs.example.com/x?"+query); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := download.Redact("anything", "https://obs.example.com/x"); got != "anything" {
		t.Errorf("a link without a query changes the text to %q, want it unchanged", got)
	}
}

// TestLongRefusalsAreCutShort: an endless answer is not read to its end.
func TestLongRefusalsAreCutShort(t *testing.T) {
	body := &endless{}
	base := newNetwork(func(req *http.Request) (*http.Response, error) { return response(req, 404, body, -1), nil })
	_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 0))
	_ = wantErrors(t, err, "refused: The link's server refused log: 404 Not Found: (65536 bytes that are not an object store's error)")
	if body.read > 128<<10 {
		t.Errorf("read %d bytes, want at most 128 KiB", body.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}
