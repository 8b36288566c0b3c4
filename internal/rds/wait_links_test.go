// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

func TestWaitEndsWithLinks(t *testing.T) {
	oneLink := []string{fileA + " SUCCESS link"}
	cases := map[string]struct {
		options rds.WaitOptions
		lines   func() []func() string
		want    waited
	}{
		"ready at once": {
			lines: func() []func() string { return always(finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"no such host, in the middle": {
			lines: func() []func() string { return always(exporting, noSuchHost, noSuchHost, finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, After: 6 * time.Second, Calls: posts("0s", "2s", "4s", "6s")},
		},
		"a proxy's page, in the middle": {
			lines: func() []func() string {
				return always(exporting, `403 <html>proxy</html>`, `404 `, `400 what?`, `407 <html>proxy</html>`, finish(5*time.Minute, fileA))
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 10 * time.Second, Calls: posts("0s", "2s", "4s", "6s", "8s", "10s")},
		},
		"a byte order mark": {
			lines: func() []func() string { return always("200 \ufeff" + finish(5*time.Minute, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"the documents' 13.4 s": {
			lines: func() []func() string { return after(13400*time.Millisecond, exporting, finish(5*time.Minute, fileA)) },
			want: waited{
				Status: "FINISH", Files: oneLink, After: 14 * time.Second,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s"),
			},
		},
		"the documents' 16.8 s": {
			lines: func() []func() string {
				return after(16800*time.Millisecond, creating, finish(5*time.Minute, fileA, fileB))
			},
			want: waited{
				Status: "FINISH", Files: []string{fileA + " SUCCESS link", fileB + " SUCCESS link"}, After: 18515 * time.Millisecond,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s", "16.1s", "18.515s"),
			},
		},
		"a fixed pause": {
			options: rds.WaitOptions{Interval: 5 * time.Second},
			lines:   func() []func() string { return after(13400*time.Millisecond, exporting, finish(5*time.Minute, fileA)) },
			want:    waited{Status: "FINISH", Files: oneLink, After: 15 * time.Second, Calls: posts("0s", "5s", "10s", "15s")},
		},
		"words that nobody knows are pending": {
			lines: func() []func() string {
				return append(always(`{"status":"QUEUED"}`, `{"status":null,"list":null}`, `{}`, `{"status":7}`), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 8 * time.Second, Calls: posts("0s", "2s", "4s", "6s", "8s")},
		},
		"an empty list": {
			lines: func() []func() string { return always(finishEmpty) },
			want:  waited{Status: "FINISH", Calls: posts("0s")},
		},
		"a link that comes late": {
			lines: func() []func() string {
				return append(always(finishNoLink, finishNoLink, finishNoLink), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 6 * time.Second, Calls: posts("0s", "2s", "4s", "6s")},
		},
		"a link about to expire is asked for once more, at once": {
			lines: func() []func() string {
				return append(always(finish(29*time.Second, fileA)), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"and only once": {
			lines: func() []func() string { return always(finish(-time.Hour, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"a link with 30 s left is good": {
			lines: func() []func() string { return always(finish(30*time.Second, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, Calls: posts("0s")},
		},
		"asked anew, the export starts again": {
			lines: func() []func() string {
				return append(always(finish(time.Second, fileA), exporting), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"asked anew once in a wait, whatever comes": {
			lines: func() []func() string {
				return append(always(finish(time.Second, fileA), exporting), always(finish(time.Second, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"partly failed": {
			lines: func() []func() string {
				body := linked("failed", time.Hour, fileA)
				body = strings.Replace(body, "}]", `},{"workflow_id":"w2","file_name":"`+fileB+`","status":"failed"}]`, 1)
				return always(body)
			},
			want: waited{Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " FAILED"}, Calls: posts("0s")},
		},
		"partly failed, with an entry that never gets its link": {
			lines: func() []func() string {
				body := linked("failed", time.Hour, fileA)
				body = strings.Replace(body, "}]", `},{"file_name":"`+fileB+`","status":"success"}]`, 1)
				return always(body)
			},
			want: waited{
				Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " SUCCESS"}, After: 6 * time.Second,
				Calls: posts("0s", "2s", "4s", "6s"),
			},
		},
		"one file failed, and another never comes": {
			options: rds.WaitOptions{Timeout: 9 * time.Second},
			lines: func() []func() string {
				return always(strings.Replace(linked("failed", time.Hour, fileA), "}]", `},{"file_name":"`+fileB+`","status":"exporting"}]`, 1))
			},
			want: waited{
				Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " EXPORTING"}, After: 9 * time.Second,
				Calls: posts("0s", "2s", "4s", "6s", "8s"),
			},
		},
		"one file failed, and another still comes": {
			lines: func() []func() string {
				failed := `{"file_name":"` + fileB + `","status":"failed"}`
				body := linked("failed", time.Hour, fileA)
				return after(20*time.Second, `{"status":"failed","count":2,"list":[{"file_name":"`+fileA+`","status":"exporting"},`+failed+`]}`,
					strings.Replace(body, "}]", "},"+failed+"]", 1))
			},
			want: waited{
				Status: "FAILED", Files: []string{fileA + " SUCCESS link", fileB + " FAILED"}, After: 21292250 * time.Microsecond,
				Calls: posts("0s", "2s", "4s", "6s", "8s", "10s", "12s", "14s", "16.1s", "18.515s", "21.29225s"),
			},
		},
		"busy when the links are asked for anew": {
			lines: func() []func() string {
				return append(always(finish(25*time.Second, fileA)), always(busy)...)
			},
			want: waited{Status: "FINISH", Files: oneLink, Calls: posts("0s", "0s")},
		},
		"busy when dead links are asked for anew": {
			lines: func() []func() string {
				return append(always(finish(-time.Second, fileA), busy), always(finish(5*time.Minute, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "0s", "2s")},
		},
		"the time is up when the links are asked for anew": {
			options: rds.WaitOptions{Timeout: 5 * time.Second},
			lines:   func() []func() string { return always(finish(25*time.Second, fileA), hang) },
			want:    waited{Status: "FINISH", Files: oneLink, After: 5 * time.Second, Calls: posts("0s", "0s")},
		},
		"a busy instance": {
			lines: func() []func() string { return after(3*time.Second, busy, finish(time.Hour, fileA)) },
			want:  waited{Status: "FINISH", Files: oneLink, After: 4 * time.Second, Calls: posts("0s", "2s", "4s")},
		},
		"a gateway out of order for half a minute": {
			lines: func() []func() string { return after(30*time.Second, unavailable, finish(time.Hour, fileA)) },
			want: waited{
				Status: "FINISH", Files: oneLink, After: 30255 * time.Millisecond,
				Calls: posts(
					"0s", "1s", "3s", "5s", "6s", "8s", "10s", "11s", "13s", "15s", "16s", "18s", "20.7s", "21.7s", "23.7s", "27.255s",
					"28.255s", "30.255s",
				),
			},
		},
		"half an answer": {
			lines: func() []func() string {
				return append(always(`{"status":"finish","list":[{"file_`), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 2 * time.Second, Calls: posts("0s", "2s")},
		},
		"connections refused later on": {
			lines: func() []func() string {
				return append(always(exporting, refuseConnect, refuseConnect, refuseConnect), always(finish(time.Hour, fileA))...)
			},
			want: waited{Status: "FINISH", Files: oneLink, After: 7 * time.Second, Calls: posts("0s", "2s", "3s", "5s", "7s")},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got, err := wait(t.Context(), t, c.options, c.lines())
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}
