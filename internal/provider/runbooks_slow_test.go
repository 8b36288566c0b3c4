// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// A log over two hours: VACUUM is slow in both, the SELECT only in the last one, and more often.
const slowHours = "2026-11-23 10:30:00.000 UTC:[local]:batch@warehouse:[4]:LOG:  duration: 8000.000 ms  statement: VACUUM\n" +
	"2026-11-23 11:40:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: SELECT a FROM b WHERE c = 1\n" +
	"2026-11-23 11:50:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: SELECT a FROM b WHERE c = 2\n" +
	"2026-11-23 12:00:00.000 UTC:[local]:batch@warehouse:[4]:LOG:  duration: 9000.000 ms  statement: VACUUM\n"

// TestRunbooks_Slow: from "it is slow" to the statement, and whether it is new.
func TestRunbooks_Slow(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "slow/main.tf"}, rdssim.WithSlowLog(slowHours))
	run := apply(t, c)
	if strings.Contains(run.Stdout, "VACUUM;") || strings.Contains(run.Stdout, "SELECT a") {
		t.Errorf("got %s, want no statement on the screen", run.Stdout)
	}
	values := outputs(t, c)
	who, _ := values["who_is_slow"].(string)
	_, lines, _ := strings.Cut(who, " the slowest first:\n")
	if want := "\n     1 times          9 s on average  VACUUM by batch in warehouse from [local]\n" +
		"     2 times          3 s on average  SELECT by app in shop from 10.*.*.11\n"; lines != want {
		t.Errorf("who_is_slow: got %q, want %q", lines, want)
	}
	const (
		vacuum = "         1 times          9 s  batch@warehouse from [local]:  VACUUM\n"
		query  = "new      2 times          3 s  app@shop from 10.*.*.11:  SELECT a FROM b WHERE c = N\n"
	)
	if want := "The slowest first:\n\n" + vacuum + query + "\nThe most frequent first:\n\n" + query + vacuum; values["statements"] != want {
		t.Errorf("statements: got %q, want %q", values["statements"], want)
	}
}

// TestRunbooks_Slow_Weeks: a time so long that the time before it began more than 31 days ago.
func TestRunbooks_Slow_Weeks(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "slow/main.tf"}, rdssim.WithSlowLog(slowHours))
	for _, last := range []string{"371h", "400h", "720h"} {
		apply(t, c, "-var=last="+last)
		if who, _ := outputs(t, c)["who_is_slow"].(string); !strings.Contains(who, " VACUUM by batch in warehouse ") {
			t.Errorf("last = %s: got %q, want VACUUM in it", last, who)
		}
	}
}

// TestRunbooks_Slow_Nothing: a quiet instance is a warning, not an error.
func TestRunbooks_Slow_Nothing(t *testing.T) {
	c := rdstest.NewCLI(t, []string{runbooks + "slow/main.tf"}, rdssim.WithSlowLog(slowHours))
	run := apply(t, c, "-var=last=30s", "-var=database=shop")
	if !strings.Contains(run.Stdout, "Warning: No slow statements") {
		t.Errorf("got %s, want a warning", run.Stdout)
	}
	if who, _ := outputs(t, c)["who_is_slow"].(string); !strings.HasSuffix(who, " the slowest first:\n\nnothing\n") {
		t.Errorf("got %q, want it to end with nothing", who)
	}
}
