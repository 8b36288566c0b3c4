// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// summaryAfter saves a log and returns what the action shows after the lines about the saved files.
func summaryAfter(t *testing.T, folder string, options ...rdssim.Option) []string {
	t.Helper()
	var shown []string
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, append([]rdssim.Option{rdssim.WithExportDuration(0), rdssim.WithOriginalTimes()}, options...)...)
		progress, diags := invoke(t, c, map[string]any{
			"instance_id": rdssim.InstanceHealthy, "directory": folder, "summarize": nil, "overwrite": true,
		})
		if len(diags) > 0 {
			t.Fatalf("got %q, want no diagnostics", diags)
		}
		if len(progress) < 2 || !strings.HasPrefix(progress[1], "Each file has its checksum beside it.") {
			t.Fatalf("got %q, want the saved file and its checksum first", progress)
		}
		shown = progress[2:]
	})
	return shown
}

// served returns the option for a file with this content in place of the log.
func served(content []byte) func(*rdstest.Cloud) {
	return func(c *rdstest.Cloud) {
		c.Inject(rdssim.Fault{Kind: "obs.get", Times: forEver, Handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(content)))
			w.Header().Set("ETag", `"1"`)
			_, _ = w.Write(content)
		}})
	}
}

const command = "To see the lines:\n\n  zgrep -hE 'ERROR|FATAL|PANIC' %s\n"

func TestAction_Summary(t *testing.T) {
	folder := t.TempDir()
	want := []string{
		"What broke in " + oneFile + " (2026-11-24 09:00:00 to 09:48:30 UTC), worst first:\n" + `
  out_of_connections  24  09:41:30–09:48:30                   █▆█  sorry, too many clients already
  out_of_connections  10  09:36:36–09:39:55                 █▆     too many connections for role "orders_app"
  out_of_connections   3  09:38:42–09:39:12                 █▄     remaining connection slots … superuser connections
  authentication       1  09:09:42               █                 password authentication failed for user "reporting"
  constraint           1  09:04:12            █                    duplicate key value … unique constraint "customers_email_key"
  constraint           1  09:30:48                       █         new row for relation … check constraint "stock_quantity_check"
  sql                  1  09:16:18                 █               column "…" does not exist
`, fmt.Sprintf(command, filepath.Join(folder, oneFile)),
	}
	if diff := cmp.Diff(want, summaryAfter(t, folder, rdssim.WithIncident("connections"))); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

// TestAction_SummaryOfACrash: PostgreSQL reports a crash with level LOG, so the command looks for it too.
func TestAction_SummaryOfACrash(t *testing.T) {
	folder := t.TempDir()
	shown := summaryAfter(t, folder, rdssim.WithIncident("crash"))
	want := "To see the lines:\n\n  zgrep -hE 'ERROR|FATAL|PANIC|terminated by signal' " + filepath.Join(folder, oneFile) + "\n"
	if shown[len(shown)-1] != want {
		t.Errorf("got %q last, want %q", shown[len(shown)-1], want)
	}
}

// TestAction_SummaryIncidents: the cause is in the first line, no line is too long, and no value is shown.
func TestAction_SummaryIncidents(t *testing.T) {
	for name, class := range incidents {
		t.Run(name, func(t *testing.T) {
			shown := summaryAfter(t, t.TempDir(), rdssim.WithIncident(name))
			lines := strings.Split(shown[0], "\n")
			if len(lines) < 3 || !strings.HasPrefix(lines[2], "  "+class+" ") {
				t.Fatalf("got %q, want the class %s first", shown[0], class)
			}
			for _, line := range lines[2:] {
				if width := utf8.RuneCountInString(line); width > 132 {
					t.Errorf("got a line of %d columns, want 132 at most: %s", width, line)
				}
			}
			for _, part := range partsOf(incidentLog(t, name)) {
				if strings.Contains(strings.Join(shown, "\n"), part) {
					t.Errorf("got %q on the screen, want nothing of a DETAIL or a STATEMENT", part)
				}
			}
		})
	}
}

// partsOf returns the text of each DETAIL and STATEMENT of a log.
func partsOf(log string) []string {
	var parts []string
	for line := range strings.Lines(log) {
		for _, mark := range []string{":DETAIL:  ", ":STATEMENT:  ", ":CONTEXT:  "} {
			if _, part, ok := strings.Cut(strings.TrimSpace(line), mark); ok && len(part) > 10 {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// TestAction_SummaryOfStrangeFiles: a file that cannot be read as a log is one line, and saved.
func TestAction_SummaryOfStrangeFiles(t *testing.T) {
	const oneError = "2026-11-23 16:05:50 UTC [1] ERROR:  deadlock detected\n"
	var packed bytes.Buffer
	packer := gzip.NewWriter(&packed)
	_, _ = packer.Write([]byte(oneError))
	_ = packer.Close()
	table := func(name, span, times, chart string) string {
		return "What broke in " + name + span + ", worst first:\n\n  deadlock  1  " + times + "  " + chart + "  deadlock detected\n"
	}
	const dot = "█                   "
	const span = " (2026-11-23 16:05:50 to 16:05:50 UTC)"
	const noTimes = "                 "
	for name, c := range map[string]struct {
		content []byte
		want    []string // NAME is the file's
	}{
		"text":        {[]byte("hello\n"), []string{"No summary of NAME: it does not look like a PostgreSQL log."}},
		"binary":      {bytes.Repeat([]byte{0, 1, 2, 10}, 100), []string{"No summary of NAME: it does not look like a PostgreSQL log."}},
		"broken gzip": {packed.Bytes()[:30], []string{"No summary of NAME.gz: it cannot be read as a log (unexpected EOF)."}},
		"gzip without its end": {
			packed.Bytes()[:packed.Len()-4], []string{
				table("NAME.gz", span, "16:05:50         ", dot),
				"This is only the beginning of NAME.gz: the rest cannot be read as a log (unexpected EOF).",
				strings.Replace(command, "%s", "%s.gz", 1),
			},
		},
		"no error": {
			[]byte("2026-11-23 16:05:50 UTC [1] LOG:  connection received: host=[local]\n"),
			[]string{"Nothing broke in NAME" + span + ". Events read: 1.", command},
		},
		"one error": {[]byte(oneError), []string{table("NAME", span, "16:05:50         ", dot), command}},
		"gzip":      {packed.Bytes(), []string{table("NAME.gz", span, "16:05:50         ", dot), strings.Replace(command, "%s", "%s.gz", 1)}},
		"no time":   {[]byte("[1] ERROR:  deadlock detected\n"), []string{table("NAME", "", noTimes, noTimes+"   "), command}},
		"over night": {
			[]byte(oneError + "2026-11-24 01:02:03 UTC [1] ERROR:  deadlock detected\n"),
			[]string{
				strings.Replace(table("NAME", " (2026-11-23 16:05:50 to 2026-11-24 01:02:03 UTC)", "11-23 16:05:50–11-24 01:02:03",
					"█                  █"), "  1  ", "  2  ", 1), command,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			var shown, diags []string
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(0))
				served(c.content)(cloud)
				shown, diags = invoke(t, cloud, map[string]any{
					"instance_id": rdssim.InstanceHealthy, "directory": folder, "summarize": true,
				})
			})
			for _, diagnostic := range diags {
				if strings.HasPrefix(diagnostic, "Error") {
					t.Errorf("got %q, want no error", diagnostic)
				}
			}
			var want []string
			for _, line := range c.want {
				if strings.Contains(line, "%s") {
					line = fmt.Sprintf(line, filepath.Join(folder, oneFile))
				}
				want = append(want, strings.ReplaceAll(line, "NAME", oneFile))
			}
			if diff := cmp.Diff(want, shown[min(2, len(shown)):]); diff != "" {
				t.Errorf("summary (-want +got):\n%s", diff)
			}
			if files := content(t, folder); len(files) != 2 {
				t.Errorf("got %d files, want the log and its checksum", len(files))
			}
		})
	}
}

// TestAction_SummaryIsBounded: 20 lines, then the number of the other groups.
func TestAction_SummaryIsBounded(t *testing.T) {
	var log strings.Builder
	for i := range 33 {
		fmt.Fprintf(&log, "2026-11-23 16:05:50.000 UTC:[local]:a@b:[1]:ERROR:  relation \"t%d\" does not exist\n", i)
	}
	shown := summaryAfter(t, t.TempDir(), rdssim.WithErrorLog(log.String()))
	lines := strings.Split(strings.TrimSuffix(shown[0], "\n"), "\n")
	if len(lines) != 2+20+1 {
		t.Errorf("got %d lines, want a heading, 20 groups and one for the others: %s", len(lines), shown[0])
	}
	if last := lines[len(lines)-1]; last != "  and 13 more groups" {
		t.Errorf("got %q last, want the number of the other groups", last)
	}
}

// TestAction_SummaryTurnedOff: nothing is read and nothing shown.
func TestAction_SummaryTurnedOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shown, diags := invoke(t, rdstest.New(t, rdssim.WithExportDuration(0)), map[string]any{
			"instance_id": rdssim.InstanceHealthy, "directory": t.TempDir(), "summarize": false,
		})
		if len(diags) > 0 || len(shown) != 2 {
			t.Errorf("got %q and %q, want the saved file and its checksum only", shown, diags)
		}
	})
}

// TestAction_SummaryOfSeveralFiles: one summary for each, and one command for all, with a path that a shell would split.
func TestAction_SummaryOfSeveralFiles(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "it's here")
	synctest.Test(t, func(t *testing.T) {
		shown, _ := invoke(t, rdstest.New(t, rdssim.WithExportDuration(0)), map[string]any{
			"instance_id": rdssim.InstanceTwoFiles, "directory": folder, "summarize": true,
		})
		if len(shown) != 6 {
			t.Fatalf("got %d lines, want two files, the checksums, two summaries and the command: %q", len(shown), shown)
		}
		quoted := `'` + strings.ReplaceAll(folder, "'", `'\''`) + "/"
		if n := strings.Count(shown[5], quoted); n != 2 {
			t.Errorf("got %d quoted paths in %q, want 2", n, shown[5])
		}
	})
}

// TestAction_SummaryTimeout: timeouts.invoke ends the summary too. After the downloads have used it up, there are ten seconds.
func TestAction_SummaryTimeout(t *testing.T) {
	for name, c := range map[string]struct {
		before, between time.Duration // the first summary, and both
		up              bool
	}{
		"in time":                     {between: 59 * time.Second},
		"too late":                    {between: 61 * time.Second, up: true},
		"late downloads":              {before: 2 * time.Minute, between: 9 * time.Second},
		"late downloads and too late": {before: 2 * time.Minute, between: 11 * time.Second, up: true},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				p := rdstest.New(t, rdssim.WithExportDuration(0)).Protocol(t)
				saved := 0
				p.Shown = func(line string) { // the action waits with its next line
					switch {
					case strings.HasPrefix(line, "Saved "):
						if saved++; saved == 2 {
							time.Sleep(c.before) // virtual
						}
					case strings.HasPrefix(line, "Each file has its checksum"):
						time.Sleep(c.between)
					}
				}
				if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
					t.Fatalf("got %q, want no diagnostics", diags)
				}
				shown, diags := p.Invoke(t.Context(), dataSource, map[string]any{
					"instance_id": rdssim.InstanceTwoFiles, "directory": folder, "timeouts": map[string]any{"invoke": "1m"},
				})
				if len(diags) > 0 || len(shown) != 6 {
					t.Fatalf("got %q and %d lines, want no diagnostics and 6 lines: %q", diags, len(shown), shown)
				}
				want := "What broke in "
				if c.up {
					want = "No summary of "
				}
				if !strings.HasPrefix(shown[3], "What broke in ") || !strings.HasPrefix(shown[4], want) {
					t.Errorf("got %q, want what broke in the first file, then %s", shown[3:], want)
				}
				if c.up && !strings.HasSuffix(shown[4], ": it cannot be read as a log (the time was up).") {
					t.Errorf("got %q, want that the time was up", shown[4])
				}
			})
		})
	}
}
