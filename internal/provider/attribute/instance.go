// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package attribute has the parts of schemas that several objects share: arguments, blocks and results, with their
// models, checks and values. It knows no client.
//
//	instance.go    a DB instance by ID or name
//	window.go      a time to read
//	timeouts.go    the block timeouts
//	tolerance.go   allow_failure and failure
//	groups.go      groups of events that are alike
//	validators.go  checks before any request
//	values.go      values that a server sent, or null, and lists of objects
//	convert.go     from a data source's types to those of other kinds of object
package attribute

import (
	"context"
	"strings"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// Every object about one DB instance takes its ID or its name. This file has the arguments and their checks.

// InstanceModel is embedded in the model of an object about one DB instance.
type InstanceModel struct {
	InstanceID   types.String `tfsdk:"instance_id"`
	InstanceName types.String `tfsdk:"instance_name"`
}

// InstanceAttributes are the attributes for [InstanceModel]. must is what the instance must be.
func InstanceAttributes(must string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"instance_id": schema.StringAttribute{
			MarkdownDescription: "ID of the DB instance: letters, digits and `-`, such as `3d39c18788b54a919bab633874c159dfin03`. " + must +
				" Give either this or `instance_name`, which leads to the ID.",
			Optional:   true,
			Computed:   true,
			Validators: []validator.String{instanceIDRule, oneInstance{}},
		},
		"instance_name": schema.StringAttribute{
			MarkdownDescription: "Name of the DB instance, in place of `instance_id`. Exactly one PostgreSQL instance of the project must have " +
				"it. One list of instances serves all objects of a run. Needs the permission `rds:instance:list`.",
			Optional:   true,
			Validators: []validator.String{instanceNameRule},
		},
	}
}

// oneInstance reports whether ID and name are both configured, or none of them. It is a validator of instance_id, and
// leaves out what is not known yet. The library's own prints paths as the framework writes them.
type oneInstance struct{}

func (oneInstance) Description(context.Context) string {
	return "needs either instance_id or instance_name"
}

func (v oneInstance) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (oneInstance) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	const summary = "Invalid Attribute Combination"
	id := req.ConfigValue
	var name types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("instance_name"), &name)...)
	switch {
	case id.IsUnknown() || name.IsUnknown():
	case id.IsNull() && name.IsNull():
		resp.Diagnostics.AddError(summary, "Which DB instance? Set instance_name or instance_id.")
	case !id.IsNull() && !name.IsNull():
		resp.Diagnostics.AddAttributeError(req.Path, summary, "Set either instance_name or instance_id, not both.")
	}
}

// instanceIDRule accepts IDs that cannot change the path of a request.
var instanceIDRule = TextRule{
	"must hold 1 to 64 letters, digits and hyphens, such as 3d39c18788b54a919bab633874c159dfin03",
	func(id string) (hint string, good bool) {
		return "\n\nYou find the ID on the instance's page in the console. If you have the name, use instance_name.", rds.ValidInstanceID(id)
	},
}

// instanceNameRule refuses a text that is surely no name. The cloud's own rule for names may change.
var instanceNameRule = TextRule{
	"must be the name of a DB instance: 1 to 64 characters, without a space at the beginning or end",
	func(name string) (hint string, good bool) {
		n := len([]rune(name))
		return "", n >= 1 && n <= 64 && strings.TrimSpace(name) == name && !strings.ContainsFunc(name, unicode.IsControl)
	},
}

// Argument returns the argument that is configured.
func (m *InstanceModel) Argument() string {
	if m.InstanceName.IsNull() {
		return "instance_id"
	}
	return "instance_name"
}
