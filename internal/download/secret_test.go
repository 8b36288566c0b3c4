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

// TestNoLinkGetsOut: whatever a server or a network repeats of a link, errors, progress and names hold nothing of its query.
func TestNoLinkGetsOut(t *testing.T) {
	const decoded = secret + "+U="
	query := link[strings.Index(link, "?")+1:]
	for name, r := range map[string]reply{
		"in a message":        says(403, xml("AccessDenied", "GET "+strings.ReplaceAll(link, "&", "&amp;"))),
		"in a code":           says(400, xml(query[:40]+secret+"%2BU%3D", "x")),
		"decoded":             says(400, xml("SignatureDoesNotMatch", "You sent "+decoded)),
		"in a request id":     says(400, "", "X-Request-Id", secret+"%2BU%3D"),
		"in a passing fault":  says(503, xml("SlowDown", decoded)),
		"in an error":         fails(errors.New("GET " + link + ": no")),
		"in a client's error": fails(&url.Error{Op: "Get", URL: link, Err: errors.New("no")}),
		"in a redirect":       says(302, "", "Location", link),
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
				if strings.Contains(out.String(), secret) {
					t.Error(out.String())
				}
				if !strings.Contains(out.String(), ".download-") || errs[0].Cause() == "" {
					t.Error("nothing was looked at:", out.String())
				}
			})
		})
	}
}

// TestTextsAreSafeToPrint: names, messages and errors are others' words.
func TestTextsAreSafeToPrint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		evil := "\x1b[31m\u202e\r\n" + strings.Repeat("x", 1000)
		short := "?[31m? " + strings.Repeat("x", 400-len("?[31m? ")) + "…"
		for _, c := range []struct {
			reply reply
			want  string
		}{
			{fails(errors.New(evil)), "broken: The download of " + short + " broke off: " + short},
			{says(404, xml("C\u202e", "M\u202e"), "X-Request-Id", "\x07"), "refused: The link's server refused " + short + ": 404 Not Found: M?: request id r-1"},
		} {
			_, err := download.Save(t.Context(), []download.File{{Name: evil, Link: link}}, exact(t.TempDir(), newNetwork(c.reply), 0))
			_ = wantErrors(t, err, c.want)
		}
	})
}

// TestLongRefusalsAreCutShort: an endless answer is not read to its end.
func TestLongRefusalsAreCutShort(t *testing.T) {
	body := &endless{}
	base := newNetwork(func(req *http.Request) (*http.Response, error) { return response(req, 404, body, -1), nil })
	_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 0))
	_ = wantErrors(t, err, "refused: The link's server refused log: 404 Not Found: (65536 bytes that are no error of an object store)")
	if body.read > 128<<10 {
		t.Error(body.read)
	}
}

type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	e.read += len(p)
	return len(p), nil
}
