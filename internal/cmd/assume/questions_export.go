// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	noExport = "the export did not come to its end"
	tooLate  = "the export was done before the first call: run it again half an hour after the last export"
)

func askOneExport(ctx context.Context, c *cloud) finding {
	working := c.run(ctx).working()
	if len(working) == 0 {
		return cannot(tooLate)
	}
	tasks := workflows(working)
	switch {
	case len(tasks) == 0:
		return cannot("no answer before the end named a task")
	case len(tasks) > 1:
		return no("%d calls before the end saw %d tasks: %s", len(working), len(tasks), strings.Join(tasks, ", "))
	}
	return yes("%d calls before the end saw one task, %s", len(working), tasks[0])
}

// workflows are the different ids in some answers, in order.
func workflows(answers []answer) []string {
	var ids []string
	for _, a := range answers {
		for _, e := range a.List {
			if e.WorkflowID != "" && !slices.Contains(ids, e.WorkflowID) {
				ids = append(ids, e.WorkflowID)
			}
		}
	}
	return ids
}

func names(a answer) []string {
	var all []string
	for _, e := range a.List {
		all = append(all, e.FileName)
	}
	return all
}

func askNextExport(ctx context.Context, c *cloud) finding {
	done := c.run(ctx).finished()
	if len(done) < 2 {
		return cannot(noExport)
	}
	first, last := done[0], done[len(done)-1]
	span := last.exchange.at.Sub(first.exchange.at).Round(time.Second)
	if !slices.Equal(names(first), names(last)) {
		return no("%s after its end, another export's files were there", span)
	}
	if !c.settings.patient {
		return partly("%s after its end the same files were there; "+
			"that a call after some 15 minutes starts a new one was not tried (-patient does)", span)
	}
	return c.awaitNextExport(ctx, first)
}

// awaitNextExport asks once a minute, for up to half an hour.
func (c *cloud) awaitNextExport(ctx context.Context, first answer) finding {
	const longest = 30 * time.Minute
	for sleep(ctx, time.Minute) {
		after := time.Since(first.exchange.at).Round(time.Minute)
		a, err := c.askForLinks(ctx)
		if err != nil && !mayPass(a) {
			return cannot("%v", err)
		}
		switch changed := err == nil && !slices.Equal(names(a), names(first)); {
		case changed && (after < 10*time.Minute || after > 20*time.Minute):
			return no("a new export was there %s after the end of the first", after)
		case changed:
			return yes("a new export was there %s after the end of the first, and not a minute before", after)
		case after >= longest:
			return no("%s after its end the same files were there", after)
		}
	}
	return cannot("it was interrupted")
}

func askFailedExport(ctx context.Context, c *cloud) finding {
	for _, a := range c.run(ctx).finished() {
		if strings.ToUpper(a.Status) != "FAILED" {
			continue
		}
		var failed, good int
		for _, e := range a.List {
			switch strings.ToUpper(e.Status) {
			case "FAILED":
				failed++
			case "SUCCESS":
				good++
			}
		}
		if failed == 0 || failed+good != len(a.List) {
			return no("the export failed, with %d files that failed and %d good ones of %d", failed, good, len(a.List))
		}
		return yes("the export failed, with %d files that failed and %d good ones", failed, good)
	}
	return cannot("this export did not fail")
}

func askWorkingEntries(ctx context.Context, c *cloud) finding {
	working, seen := c.run(ctx).working(), 0
	for _, a := range working {
		for _, e := range a.List {
			seen++
			for name, value := range map[string]json.RawMessage{"file_size": e.FileSize, "file_link": e.FileLink, "update_at": e.UpdateAt} {
				if value != nil && string(value) != "null" {
					return no("an entry that was %s had a %s of %d bytes", e.Status, name, len(value))
				}
			}
			if e.Status != "EXPORTING" {
				return no("the export was %s, and an entry %s", a.Status, e.Status)
			}
		}
	}
	if seen == 0 {
		return cannot(tooLate)
	}
	return yes("%d entries in %d answers before the end were EXPORTING, without size, link and update_at", seen, len(working))
}

func askWords(ctx context.Context, c *cloud) finding {
	whole, files := map[string]bool{}, map[string]bool{}
	for _, a := range c.run(ctx).answers {
		whole[a.Status] = true
		for _, e := range a.List {
			files[e.Status] = true
		}
	}
	if len(whole) == 0 {
		return cannot(noExport)
	}
	seen := []any{strings.Join(slices.Sorted(maps.Keys(whole)), ", "), strings.Join(slices.Sorted(maps.Keys(files)), ", ")}
	const text = "of the whole: %s; of files: %s"
	if !subset(whole, "finish", "CREATING", "FAILED") || !subset(files, "success", "EXPORTING", "FAILED") {
		return no(text, seen...)
	}
	return yes(text, seen...)
}

func subset(words map[string]bool, of ...string) bool {
	for word := range words {
		if !slices.Contains(of, word) {
			return false
		}
	}
	return true
}

func askTimes(ctx context.Context, c *cloud) finding {
	done := c.run(ctx).finished()
	if len(done) < 2 || len(done[0].List) == 0 || len(done[len(done)-1].List) == 0 {
		return cannot(noExport)
	}
	first, last := done[0].List[0], done[len(done)-1].List[0]
	for _, a := range done {
		for _, e := range a.List {
			updated, err := strconv.ParseInt(string(e.UpdateAt), 10, 64)
			if err != nil {
				return no("update_at is no number")
			}
			for name, moment := range map[string]int64{"create_at": e.CreateAt, "update_at": updated} {
				if off := time.UnixMilli(moment).Sub(a.date); off < -2*time.Second || off > 3*time.Second { // Date has whole seconds
					return no("%s is %s away from the answer's Date", name, off.Round(time.Millisecond))
				}
			}
		}
	}
	if first.CreateAt == last.CreateAt {
		return no("create_at stayed %d", first.CreateAt)
	}
	return yes("create_at was %d, and %d in a later answer, each the time of its answer", first.CreateAt, last.CreateAt)
}

var fileName = regexp.MustCompile(`^[0-9a-f]{32}_errorlog_download_[0-9]{17}$`)

func askNames(ctx context.Context, c *cloud) finding {
	done := c.run(ctx).finished()
	if len(done) == 0 || len(done[0].List) == 0 {
		return cannot(noExport)
	}
	for _, name := range names(done[0]) {
		if !fileName.MatchString(name) {
			return no("a file is named %s", name)
		}
	}
	if tasks := workflows(done[:1]); len(tasks) != 1 {
		return no("%d files have %d workflow ids", len(done[0].List), len(tasks))
	}
	return yes("%d files of task %s: %s", len(done[0].List), done[0].List[0].WorkflowID, strings.Join(names(done[0]), ", "))
}

func askEmptyList(ctx context.Context, c *cloud) finding {
	for _, a := range c.run(ctx).answers {
		if len(a.List) > 0 {
			continue
		}
		if string(a.Count) != "0" {
			return no("an empty list came with count %s", a.Count)
		}
		return yes("an empty list came with count 0, while the export was %s", a.Status)
	}
	return cannot("no answer had an empty list")
}
