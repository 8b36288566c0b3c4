// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const faultsGuide = "../../templates/guides/when-it-fails.md"

// guide is the page "When it fails" in the making. People come to it with an error on the screen, so it begins with
// what they can search for.
type guide struct {
	errors   []indexed
	warnings strings.Builder
	sections strings.Builder // errors and warnings, to the letter
	passing  strings.Builder // what the user does not notice
	title    string          // of a group of which nothing was written yet
}

// indexed is a row of the index: what is on the screen, and where to read on.
type indexed struct{ summary, words, sections string }

func (g *guide) begin(title string) { g.title = title }

func (g *guide) add(f fault, s seen) {
	link := fmt.Sprintf("[%s](#%s)", f.name, anchor(f.name))
	switch {
	case len(s.texts) == 0:
		g.passing.WriteString(s.entry(f))
		return
	case s.end == "an error":
		first := slices.IndexFunc(s.texts, isError) // a warning may come before it
		g.index(summaryOf(s.texts[first]), f.words, link)
	default:
		fmt.Fprintf(&g.warnings, "| %s | %s | %s |\n", summaryOf(s.texts[0]), f.words, link)
	}
	if g.title != "" {
		fmt.Fprintf(&g.sections, "\n## %s\n", g.title)
		if f.saves {
			g.sections.WriteString("\n" + actionHead)
		}
		g.title = ""
	}
	g.sections.WriteString(s.entry(f))
}

// entry is what the guide has of one fault: a section, or, where nothing is to be seen, a line.
func (s seen) entry(f fault) string {
	if len(s.texts) == 0 {
		return fmt.Sprintf("* **%s** (%s): %s\n", f.name, s.when, f.cause)
	}
	return fmt.Sprintf(
		"\n### %s\n\n%s You see %s, %s:\n\n```text\n%s\n```\n", f.name, f.cause, s.end, s.when,
		strings.TrimRight(strings.Join(s.texts, "\n\n"), "\n"),
	)
}

// index puts a link beside those that look the same, else at the end of those with the same first line.
func (g *guide) index(summary, words, link string) {
	at := len(g.errors)
	for i, row := range g.errors {
		if row.summary == summary && row.words == words {
			g.errors[i].sections += ", " + link
			return
		}
		if row.summary == summary {
			at = i + 1
		}
	}
	g.errors = append(g.errors[:at:at], append([]indexed{{summary, words, link}}, g.errors[at:]...)...)
}

// summaryOf is the first line of a text without its severity and without the argument.
func summaryOf(text string) string {
	line, _, _ := strings.Cut(text, "\n\n")
	_, line, _ = strings.Cut(line, ": ")
	line, _, _ = strings.Cut(line, " (")
	return line
}

func anchor(heading string) string {
	return strings.NewReplacer(" ", "-", "'", "").Replace(strings.ToLower(heading))
}

func (g *guide) text() string {
	var index strings.Builder
	for _, row := range g.errors {
		fmt.Fprintf(&index, "| %s | %s | %s |\n", row.summary, row.words, row.sections)
	}
	return guideHead + index.String() + warningsHead + g.warnings.String() +
		textsHead + g.sections.String() + passingHead + g.passing.String()
}

const guideHead = `---
page_title: "When it fails"
description: |-
  What can go wrong, what you then see, and what to do.
---

# When it fails

Look for the line of your error that begins with ` + "`Error:`" + `. Where several errors share it, look for the words in the second
column. Terraform breaks long lines, so the words may be on two.

With the action and Terraform 1.14 or 1.15, that line is ` + "`Error: Error when invoking action`" + `: look for the text below it,
up to the colon.

These are the most frequent errors, not all.

| after ` + "`Error:`" + ` | and below it | read |
|---|---|---|
`

const warningsHead = `
A warning stops nothing. You get the links that there are, or, with the action, the files.

| after ` + "`Warning:`" + ` | and below it | read |
|---|---|---|
`

const textsHead = `
If it only takes longer than usual, see [what passes by itself](#what-passes-by-itself).

In the texts below, a name in brackets in the first line, such as ` + "`(instance_id)`" + `, is the argument that Terraform points at,
and ` + "`https://rdssim.invalid`" + ` is the cloud. Times are those of an export of four seconds; if nothing else is mentioned,
` + "`timeouts.read`" + ` has its default of ten minutes.
`

const actionHead = `Terraform prints an action's errors twice: all together below ` + "`Action failed:`" + `, then each one
as below. Terraform 1.14 and 1.15 have ` + "`Error: Error when invoking action`" + ` and ` + "`Warning: Warning when invoking action`" + `
as first lines instead, and put several errors into one, with a list: ` + "`2 problems:`" + `.
`

const passingHead = `
## What passes by itself

All that you notice of these is that it takes longer. In brackets is when the links, or the files, come.

`

func readGuide(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(faultsGuide)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// compareEntry holds what the guide has of one fault against what was seen.
func compareEntry(t *testing.T, guide, want string) {
	t.Helper()
	if *update || strings.Contains(guide, want) {
		return
	}
	heading, _, _ := strings.Cut(strings.TrimSpace(want), "\n")
	_, got, _ := strings.Cut(guide, heading+"\n")
	got, _, _ = strings.Cut(got, "\n#")
	t.Errorf("the guide differs from the code; if the code is right, run with -update (-guide +code): %s",
		cmp.Diff("\n"+heading+"\n"+got, want))
}

// compareGuide holds the whole guide against what was seen, or writes it.
func compareGuide(t *testing.T, guide, want string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(faultsGuide, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(guide, want); diff != "" {
		t.Errorf("the guide differs from the code; if the code is right, run with -update (-guide +code): %s", diff)
	}
}
