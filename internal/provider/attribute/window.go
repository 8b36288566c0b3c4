// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const (
	defaultLast   = time.Hour
	longestWindow = 30 * 24 * time.Hour
	// oldestRow is how far back the API reads: a month.
	oldestRow = 31 * 24 * time.Hour
)

// WindowArguments are the arguments for the time, of objects that read a log by time. StartTime and EndTime are attributes
// too.
type WindowArguments struct {
	Last      types.String `tfsdk:"last"`
	StartTime types.String `tfsdk:"start_time"`
	EndTime   types.String `tfsdk:"end_time"`
}

// WindowAttributes are the attributes for [WindowArguments].
func WindowAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"last": schema.StringAttribute{
			MarkdownDescription: "The time up to now, as a [duration](https://pkg.go.dev/time#ParseDuration) such as `30m` or `24h`, at most " +
				"`720h` (30 days). Default: `1h`.",
			Optional: true,
		},
		"start_time": schema.StringAttribute{
			MarkdownDescription: "In place of `last`: the start of the time, in RFC 3339, such as `2026-11-23T16:05:00Z`, at most 31 days ago. " +
				"If it is not configured, it has the start that was asked for.",
			Optional: true,
			Computed: true,
		},
		"end_time": schema.StringAttribute{
			MarkdownDescription: "With `start_time`: the end of the time, in RFC 3339, at most 30 days after the start. Default: now. If it is " +
				"not configured, it has the end that was asked for.",
			Optional: true,
			Computed: true,
		},
	}
}

var lastRule = durationBetween(time.Second, longestWindow, "a duration from 1s to 720h (30 days), such as 30m or 24h")

// Window is a time that is asked for.
type Window struct{ Start, End time.Time }

// Window returns the time that the arguments ask for, or the errors in them. It leaves out what is not known yet.
func (a WindowArguments) Window(ctx context.Context, now time.Time) (Window, diag.Diagnostics) {
	var checked validator.StringResponse
	lastRule.ValidateString(ctx, validator.StringRequest{Path: path.Root("last"), ConfigValue: a.Last}, &checked)
	diags := checked.Diagnostics
	if a.Last.IsUnknown() {
		return Window{}, diags // it can still turn out to be null: a module passes on what its caller left out
	}
	if !a.Last.IsNull() {
		for _, other := range []struct {
			name  string
			value types.String
		}{{"start_time", a.StartTime}, {"end_time", a.EndTime}} {
			if isSet(other.value) {
				diags.AddAttributeError(path.Root("last"), "Invalid Attribute Combination",
					"Use either last or start_time and end_time. last means the time up to now, but "+other.name+" is set too.")
				break
			}
		}
		last, _ := time.ParseDuration(a.Last.ValueString())
		return Window{now.Add(-last), now}, diags
	}
	if a.StartTime.IsNull() && a.EndTime.IsNull() {
		return Window{now.Add(-defaultLast), now}, diags
	}
	start, haveStart := parseInstant("start_time", a.StartTime, &diags)
	end, haveEnd := parseInstant("end_time", a.EndTime, &diags)
	if a.StartTime.IsNull() && isSet(a.EndTime) {
		diags.AddAttributeError(path.Root("end_time"), "Invalid Attribute Combination", "end_time needs start_time.")
	}
	if a.EndTime.IsNull() {
		end, haveEnd = now, true
	}
	if haveStart {
		diags.Append(a.checkOrder(start, end, haveEnd, now)...)
	}
	return Window{start, end}, diags
}

// isSet reports whether an argument has a value. It may not be known yet whether it has one.
func isSet(v types.String) bool { return !v.IsNull() && !v.IsUnknown() }

// checkOrder reports what is wrong with times that are valid by themselves.
func (a WindowArguments) checkOrder(start, end time.Time, haveEnd bool, now time.Time) diag.Diagnostics {
	var diags diag.Diagnostics
	wrong := func(name, format string, values ...any) {
		diags.AddAttributeError(path.Root(name), "Invalid Attribute Value", "Attribute "+name+" "+fmt.Sprintf(format, values...))
	}
	value := a.StartTime.ValueString()
	switch {
	case start.After(now):
		wrong("start_time", "must not be in the future, got: %q. It is %s now.", value, now.UTC().Format(time.RFC3339))
	case now.Sub(start) > oldestRow:
		wrong("start_time", "must not be more than 31 days ago, got: %q. The cloud gives the last month only.", value)
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
			name, Excerpt(value.ValueString())))
	}
	return t, err == nil
}

// WithTimes returns the arguments with the window as attributes. Values that are configured stay as they are.
func (a WindowArguments) WithTimes(w Window) WindowArguments {
	if a.StartTime.IsNull() {
		a.StartTime = Second(w.Start)
	}
	if a.EndTime.IsNull() {
		a.EndTime = Second(w.End)
	}
	return a
}
