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

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// validInstanceID accepts IDs that cannot change the path of a request. The library's validators would repeat a wrong value
// in full, which may be a file by mistake.
type validInstanceID struct{}

func (validInstanceID) Description(context.Context) string {
	return "must hold 1 to 64 letters, digits and hyphens"
}

func (v validInstanceID) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validInstanceID) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || rds.ValidInstanceID(value) {
		return
	}
	value = Excerpt(value)
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
		fmt.Sprintf("Attribute %s %s, such as 3d39c18788b54a919bab633874c159dfin03, got: %q.\n\nYou find the ID on the instance's page "+
			"in the console. If you have the name, use instance_name.", req.Path, v.Description(ctx), value))
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

func instanceIDValidators() []validator.String { return []validator.String{validInstanceID{}} }

// PollMethodValidators are for poll_method.
func PollMethodValidators() []validator.String {
	return []validator.String{stringvalidator.OneOf(string(rds.PollRepeat), string(rds.PollTask))}
}

// durationBetween accepts durations between two bounds.
type durationBetween struct {
	least, most time.Duration
	words       string // the bounds, after "must be"
}

func (v durationBetween) Description(context.Context) string { return "must be " + v.words }

func (v durationBetween) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v durationBetween) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err == nil && v.least <= d && d <= v.most {
		return
	}
	value := req.ConfigValue.ValueString()
	unit := ""
	if _, err := strconv.ParseFloat(value, 64); err == nil {
		unit = " The unit is missing: " + value + "s are seconds, " + value + "m are minutes."
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
		fmt.Sprintf("Attribute %s must be %s, got: %q.%s", req.Path, v.words, Excerpt(value), unit))
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

// PollIntervalValidators are for poll_interval.
func PollIntervalValidators() []validator.String {
	return []validator.String{durationBetween{
		least: time.Second, most: 5 * time.Minute,
		words: "a duration from 1s to 5m, such as 10s, because the API should not be polled often and links live for some minutes only",
	}}
}

// DirectoryValidators are for the path of a folder.
func DirectoryValidators() []validator.String { return []validator.String{usableDirectory{}} }

// usableDirectory refuses a text that is surely not the directory that was meant. What is on the disk is looked at when
// the action runs.
type usableDirectory struct{}

func (usableDirectory) Description(context.Context) string { return "must be the path of a folder" }

func (v usableDirectory) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v usableDirectory) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if fault := directoryFault(req.ConfigValue.ValueString()); fault != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
			fmt.Sprintf("Attribute %s %s, got: %q. This is %s.", req.Path, v.Description(ctx), req.ConfigValue.ValueString(), fault))
	}
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

// ValidateLate runs an argument's validators on a value that was unknown when Terraform asked for validation.
func ValidateLate(ctx context.Context, at path.Path, value types.String, validators []validator.String) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, v := range validators {
		var resp validator.StringResponse
		v.ValidateString(ctx, validator.StringRequest{Path: at, PathExpression: at.Expression(), ConfigValue: value}, &resp)
		diags.Append(resp.Diagnostics...)
	}
	return diags
}
