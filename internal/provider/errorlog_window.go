// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

const (
	defaultLast   = time.Hour
	longestWindow = 30 * 24 * time.Hour
	// oldestRow is how far back the API reads: a month.
	oldestRow = 31 * 24 * time.Hour
)

// errorLogLevels are the levels that the API knows.
var errorLogLevels = []string{"ALL", "INFO", "LOG", "WARNING", "ERROR", "FATAL", "PANIC", "NOTE"}

var defaultLevels = []string{"ERROR", "FATAL", "PANIC"}

// errorLogWindow are the arguments for the time. StartTime and EndTime are attributes too.
type errorLogWindow struct {
	Last      types.String `tfsdk:"last"`
	StartTime types.String `tfsdk:"start_time"`
	EndTime   types.String `tfsdk:"end_time"`
}

// window is a time that is asked for.
type window struct{ start, end time.Time }

// window returns the time that the arguments ask for, or the errors in them. It leaves out what is not known yet.
func (a errorLogWindow) window(ctx context.Context, now time.Time) (window, diag.Diagnostics) {
	diags := validateLate(ctx, path.Root("last"), a.Last, lastValidators())
	if !a.Last.IsNull() {
		for _, other := range []struct {
			name  string
			value types.String
		}{{"start_time", a.StartTime}, {"end_time", a.EndTime}} {
			if !other.value.IsNull() {
				diags.AddAttributeError(path.Root("last"), "Invalid Attribute Combination",
					"Use either last or start_time and end_time. last means the time up to now, but "+other.name+" is set too.")
				break
			}
		}
		last, _ := time.ParseDuration(a.Last.ValueString())
		return window{now.Add(-last), now}, diags
	}
	if a.StartTime.IsNull() && a.EndTime.IsNull() {
		return window{now.Add(-defaultLast), now}, diags
	}
	start, haveStart := parseInstant("start_time", a.StartTime, &diags)
	end, haveEnd := parseInstant("end_time", a.EndTime, &diags)
	if a.StartTime.IsNull() {
		diags.AddAttributeError(path.Root("end_time"), "Invalid Attribute Combination", "end_time needs start_time.")
	}
	if a.EndTime.IsNull() {
		end, haveEnd = now, true
	}
	if haveStart {
		diags.Append(a.checkOrder(start, end, haveEnd, now)...)
	}
	return window{start, end}, diags
}

// checkOrder reports what is wrong with times that are valid by themselves.
func (a errorLogWindow) checkOrder(start, end time.Time, haveEnd bool, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	wrong := func(name, format string, values ...any) {
		diags.AddAttributeError(path.Root(name), "Invalid Attribute Value", "Attribute "+name+" "+fmt.Sprintf(format, values...))
	}
	value := a.StartTime.ValueString()
	switch {
	case start.After(now):
		wrong("start_time", "must not be in the future, got: %q. It is %s now.", value, now.UTC().Format(time.RFC3339))
	case now.Sub(start) > oldestRow:
		wrong("start_time", "must not be more than 31 days ago, got: %q. The cloud gives error log rows of the last month only.", value)
	case haveEnd && end.Before(start):
		wrong("end_time", "must not be before start_time, %s, got: %q.", value, a.EndTime.ValueString())
	case haveEnd && end.Sub(start) > longestWindow:
		wrong("start_time", "must be at most 30 days before the end, %s, got: %q.", end.UTC().Format(time.RFC3339), value)
	}
	return diags
}

// parseInstant reads a time. It returns false if there is none, or none yet.
func parseInstant(name string, value types.String, diags *diag.Diagnostics) (time.Time, bool) {
	if value.IsNull() || value.IsUnknown() {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root(name), "Invalid Attribute Value", fmt.Sprintf(
			"Attribute %s must be an RFC 3339 time with a zone, such as 2026-11-23T16:05:00Z or 2026-11-23T17:05:00+01:00, got: %q.",
			name, apierror.Printable(value.ValueString())))
	}
	return t, err == nil
}

// withTimes returns the arguments with the window as attributes. Values that are configured stay as they are.
func (a errorLogWindow) withTimes(w window) errorLogWindow {
	if a.StartTime.IsNull() {
		a.StartTime = second(w.start)
	}
	if a.EndTime.IsNull() {
		a.EndTime = second(w.end)
	}
	return a
}

// validateLevels checks the elements that are known.
func validateLevels(levels types.Set) diag.Diagnostics {
	var diags diag.Diagnostics
	if levels.IsNull() || levels.IsUnknown() {
		return diags
	}
	at := path.Root("levels")
	if len(levels.Elements()) == 0 {
		diags.AddAttributeError(at, "Invalid Attribute Value", "Attribute levels must have at least one level. Leave it out for the default.")
	}
	for _, element := range levels.Elements() {
		if level, ok := element.(types.String); ok && !level.IsUnknown() && !slices.Contains(errorLogLevels, level.ValueString()) {
			diags.AddAttributeError(at, "Invalid Attribute Value", fmt.Sprintf("Attribute levels must hold only %s, got: %q.",
				strings.Join(errorLogLevels, ", "), apierror.Printable(level.ValueString())))
		}
	}
	return diags
}

// levelsOf returns levels that are valid, or the default.
func levelsOf(levels types.Set) []string {
	if levels.IsNull() {
		return defaultLevels
	}
	names := make([]string, 0, len(levels.Elements()))
	for _, element := range levels.Elements() {
		if level, ok := element.(types.String); ok {
			names = append(names, level.ValueString())
		}
	}
	return names
}
