// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

func TestWaitIsInterruptedAtOnce(t *testing.T) {
	for name, c := range map[string]struct {
		lines func() []func() string
		calls int
	}{
		"in a pause":                                 {lines: func() []func() string { return always(exporting) }, calls: 1},
		"in a request that hangs":                    {lines: func() []func() string { return always(hang) }, calls: 1},
		"in a retry's pause":                         {lines: func() []func() string { return always(unavailable) }, calls: 1},
		"where links that expire are asked for anew": {lines: func() []func() string { return always(finish(25*time.Second, fileA), hang) }, calls: 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(900*time.Millisecond, cancel)
				got, err := wait(ctx, t, rds.WaitOptions{}, c.lines())
				var interrupted *rds.InterruptedError
				if !errors.As(err, &interrupted) || !errors.Is(err, context.Canceled) {
					t.Fatalf("got %v", err)
				}
				if got.After != 900*time.Millisecond || interrupted.Waited != got.After || interrupted.Calls != c.calls || got.Files != nil {
					t.Errorf("after %s, %+v", got.After, interrupted)
				}
			})
		})
	}
}

func TestWaitReportsProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []rds.Progress
		o := rds.WaitOptions{Report: func(p rds.Progress) { told = append(told, p) }}
		if _, err := wait(t.Context(), t, o, after(3*time.Second, exporting, finish(time.Hour, fileA))); err != nil {
			t.Fatal(err)
		}
		want := []rds.Progress{
			{InstanceID: instance, Calls: 1, Sent: 1, Status: "CREATING"},
			{InstanceID: instance, Waited: 2 * time.Second, Calls: 2, Sent: 2, Status: "CREATING"},
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Error(diff)
		}
	})
}
