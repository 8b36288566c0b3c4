// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build bench

package rds_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// TestFleetTable prints the table of "make bench".
func TestFleetTable(t *testing.T) {
	kinds := []struct {
		name    string
		gateway func(perSecond float64) rdssim.Gateway
	}{
		{"any second", func(r float64) rdssim.Gateway { return rdssim.Gateway{PerSecond: r} }},
		{"window of 1 s", func(r float64) rdssim.Gateway { return rdssim.Gateway{PerSecond: r, Window: time.Second} }},
		{"bucket", func(r float64) rdssim.Gateway { return rdssim.Gateway{PerSecond: r, Burst: int(r)} }},
	}
	var table strings.Builder
	for _, perSecond := range []float64{5, 20, 40, 200} {
		for _, n := range []int{200, 1000} {
			for _, kind := range kinds {
				for _, without := range []bool{false, true} {
					g := kind.gateway(perSecond)
					g.NoRetryAfter = without
					header := "Retry-After"
					if without {
						header = "no Retry-After"
					}
					fmt.Fprintf(&table, "%4d instances, %3g calls a second, %-13s, %-14s │ floor %4.0f s │ %s\n",
						n, perSecond, kind.name, header, floor(n, perSecond).Seconds(), runFleet(t, n, g))
				}
			}
		}
	}
	t.Logf("How long a fleet takes, with exports of %s, in virtual time:\n\n%s", fleetExport, table.String())
}
