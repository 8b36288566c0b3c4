// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// Every embedded log must be served as it is, with all of its events as rows.
func TestIncidents(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("incidents/*.log")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".log"); name != "slow" {
			names = append(names, name)
		}
	}
	equal(t, "incidents", strings.Join(rdssim.Incidents(), " "), strings.Join(names, " "))
	equal(t, "mixed is one of them", slices.Contains(names, "mixed"), true)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, err := os.ReadFile("incidents/" + name + ".log")
			if err != nil {
				t.Fatal(err)
			}
			c := newCloud(t, rdssim.WithIncident(name), rdssim.WithOriginalTimes(), rdssim.WithExportDuration(0))
			equal(t, "file", c.get(c.newLink()).body, string(want))

			c = newCloud(t, rdssim.WithIncident(name), rdssim.WithExportDuration(0))
			got := c.get(c.newLink()).body
			equal(t, "length with moved times", len(got), len(want))
			equal(t, "lines of the old day", strings.Count(got, "\n2026-11-"), 0)
			last := got[strings.LastIndex(got, "\n2020-05-15 ")+1:][:23]
			equal(t, "time of the last line", last, "2020-05-15 08:05:14.589")
		})
	}
}

func TestIncidentOfOneInstance(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithIncident("mixed", rdssim.InstanceTwoFiles), rdssim.WithErrorLog(smallLog))
	token := c.login()
	equal(t, "rows of the others", c.rows(token, rdssim.InstanceHealthy, "level=FATAL").body, rowsAnswer(1, clientsRow))
	if got := c.rows(token, rdssim.InstanceTwoFiles, "level=FATAL").body; !strings.HasSuffix(got, `"total_record":7}`) {
		t.Errorf("rows of the instance: expected 7, got %s", got)
	}
}

func TestLogsThatAreNoLogs(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]func(){
		"unknown incident":        func() { rdssim.WithIncident("flood") },
		"the slow query log":      func() { rdssim.WithIncident("slow") },
		"another prefix":          func() { rdssim.New(rdssim.WithErrorLog("2026-11-23 10:00:00 UTC [1] LOG:  x\n")) },
		"a part before any event": func() { rdssim.New(rdssim.WithSlowLog("2026-11-23 10:00:00.000 UTC::@:[1]:DETAIL:  x\n")) },
		"an impossible day":       func() { rdssim.New(rdssim.WithErrorLog("2026-11-33 10:00:00.000 UTC::@:[1]:LOG:  x\n")) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("expected a panic, got none")
				}
			}()
			f()
		})
	}
}

func TestAnEmptyLog(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithErrorLog(""), rdssim.WithExportDuration(0))
	token := c.login()
	equal(t, "rows", c.rows(token, rdssim.InstanceHealthy, "").body, rowsAnswer(0))
	equal(t, "file", c.get(*c.links(token, rdssim.InstanceHealthy).List[0].FileLink).body, "")
}
