// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// sources returns the package's files without tests.
func sources(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range all {
		if !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	if len(names) < 10 {
		t.Fatalf("expected 10 or more files, got %d", len(names))
	}
	return names
}

var mention = regexp.MustCompile(`[Aa]ssumptions? (\d+)((?:, \d+)*(?: and \d+| to \d+)?)`)

// Each assumption must have a number and a place in the code, and the code must refer to no others.
func TestAssumptionsAreNumberedAndUsed(t *testing.T) {
	used := map[int]bool{}
	for _, name := range sources(t) {
		if name == "assumptions.go" {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range mention.FindAllStringSubmatch(string(text), -1) {
			for _, n := range mentioned(t, m[1], m[2]) {
				used[n] = true
			}
		}
	}
	list := rdssim.Assumptions()
	for i, a := range list {
		equal(t, "number in the list", a.Number, i+1)
		if a.Source == "" {
			t.Errorf("expected a source, got none: %s", a)
		}
		if !strings.HasSuffix(a.Text, ".") {
			t.Errorf("expected a sentence, got %s", a)
		}
		if !used[a.Number] {
			t.Errorf("expected a comment in the code, got none for %s", a)
		}
		delete(used, a.Number)
	}
	for n := range used {
		t.Errorf("assumption %d in the code: expected it in the list, got none", n)
	}
	equal(t, "text", rdssim.Assumption{Number: 7, Source: "guess", Text: "So."}.String(), "Assumption 7 (guess): So.")
}

// mentioned reads "24", " to 28" as 24, 25, 26, 27, 28, and "21", ", 22 and 23" as these three.
func mentioned(t *testing.T, first, rest string) []int {
	t.Helper()
	var list []int
	for _, digits := range regexp.MustCompile(`\d+`).FindAllString(first+rest, -1) {
		n, err := strconv.Atoi(digits)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, n)
	}
	if strings.HasPrefix(rest, " to ") {
		for n := list[0] + 1; n < list[1]; n++ {
			list = append(list, n)
		}
	}
	return list
}

func TestInstancesAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, one := range rdssim.Instances() {
		equal(t, "length of the ID "+one.ID, len(one.ID), 36)
		equal(t, "two instances with the ID "+one.ID, seen[one.ID], false)
		if one.Does == "" {
			t.Errorf("%s: expected a description, got none", one.ID)
		}
		seen[one.ID] = true
	}
	for _, id := range []string{
		rdssim.InstanceHealthy, rdssim.InstanceTwoFiles, rdssim.InstanceFails, rdssim.InstancePartlyFails, rdssim.InstanceBusy,
		rdssim.InstanceMySQL, rdssim.InstanceMissing, rdssim.InstanceEmpty, rdssim.InstanceStuck, rdssim.InstanceNoLink,
		rdssim.InstanceShop, rdssim.InstanceTwin, rdssim.InstanceOtherTwin, rdssim.InstanceReplica, rdssim.InstanceCreating,
	} {
		if !seen[id] {
			t.Errorf("%s: expected it in the list, got none", id)
		}
	}
	equal(t, "fleet", rdssim.FleetInstance(42), "f1ee7000000000000000000000000042in03")
}
