// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// TextRule is a validator for texts. The library's validators would repeat a wrong value in full, which may be a file by
// mistake.
type TextRule struct {
	Must string // what a value must be, after the attribute's name: "must be the path of a folder"
	// Check reports whether a value is good. If it is not, hint follows the value in the error.
	Check func(value string) (hint string, good bool)
}

// Description implements validator.Describer.
func (r TextRule) Description(context.Context) string { return r.Must }

// MarkdownDescription implements validator.Describer.
func (r TextRule) MarkdownDescription(context.Context) string { return r.Must }

// ValidateString implements validator.String.
func (r TextRule) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueString()
	if hint, good := r.Check(value); !good {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s %s, got: %q.%s", req.Path, r.Must, Excerpt(value), hint))
	}
}

// Excerpt returns the beginning of a long text. It keeps blanks, unlike [apierror.Printable]: they can be what is wrong. Print
// it with %q.
func Excerpt(value string) string {
	const shown = 60
	if runes := []rune(value); len(runes) > shown {
		return fmt.Sprintf("%s… (%d characters)", string(runes[:shown]), len(runes))
	}
	return value
}

// durationBetween accepts durations between two bounds. words describes them, after "must be".
func durationBetween(least, most time.Duration, words string) TextRule {
	return TextRule{"must be " + words, func(value string) (hint string, good bool) {
		if _, err := strconv.ParseFloat(value, 64); err == nil {
			hint = " The unit is missing: " + value + "s are seconds, " + value + "m are minutes."
		}
		d, err := time.ParseDuration(value)
		return hint, err == nil && least <= d && d <= most
	}}
}

// PollInterval is for poll_interval.
func PollInterval() validator.String {
	return durationBetween(time.Second, 5*time.Minute,
		"a duration from 1s to 5m, such as 10s, because the API should not be polled often and links live for some minutes only")
}

// Directory refuses a text that is surely not the directory that was meant. What is on the disk is looked at when the
// action runs.
func Directory() validator.String {
	return TextRule{"must be the path of a folder", func(path string) (hint string, good bool) {
		fault := directoryFault(path)
		return " This is " + fault + ".", fault == ""
	}}
}

// directoryFault returns what is wrong with a path, or "".
func directoryFault(path string) string {
	switch {
	case strings.TrimSpace(path) == "":
		return "an empty path"
	case strings.TrimSpace(path) != path:
		return "a path with a space at its beginning or end: remove it"
	case strings.HasPrefix(path, "$"):
		return "a shell's variable, which Terraform does not expand: write the path itself, or take it from a variable of Terraform's " +
			"(TF_VAR_…)"
	case path == "~" || strings.HasPrefix(path, "~/"):
		return "a shell's home folder, which Terraform does not expand: write pathexpand(\"" + apierror.Printable(path) + "\")"
	default:
		return ""
	}
}

// WholeNumber accepts whole numbers between two bounds. The framework's own type calls a fraction "always an error in the
// provider" and asks the user to report it.
func WholeNumber(least, most int64) validator.Number { return wholeNumber{least, most} }

type wholeNumber struct{ least, most int64 }

func (v wholeNumber) Description(context.Context) string {
	return fmt.Sprintf("must be a whole number between %d and %d", v.least, v.most)
}

func (v wholeNumber) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v wholeNumber) ValidateNumber(ctx context.Context, req validator.NumberRequest, resp *validator.NumberResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	value := req.ConfigValue.ValueBigFloat()
	if i, accuracy := value.Int64(); accuracy == big.Exact && v.least <= i && i <= v.most {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
		fmt.Sprintf("Attribute %s %s, got: %s.", req.Path, v.Description(ctx), value.Text('g', 10)))
}
