// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
)

// Every object about one DB instance takes its ID or its name. This file has the arguments, their checks, the lookup and
// its errors; instance_list.go has the list in which names are looked up.

// instanceModel is embedded in the model of an object about one DB instance.
type instanceModel struct {
	InstanceID   types.String `tfsdk:"instance_id"`
	InstanceName types.String `tfsdk:"instance_name"`
}

// instanceAttributes are the attributes for [instanceModel]. must is what the instance must be.
func instanceAttributes(must string) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"instance_id": schema.StringAttribute{
			MarkdownDescription: "ID of the DB instance: letters, digits and `-`, such as `3d39c18788b54a919bab633874c159dfin03`. " + must +
				" Give either this or `instance_name`, which leads to the ID.",
			Optional:   true,
			Computed:   true,
			Validators: append(instanceIDValidators(), oneInstance{}),
		},
		"instance_name": schema.StringAttribute{
			MarkdownDescription: "Name of the DB instance, in place of `instance_id`. Exactly one PostgreSQL instance of the project must have " +
				"it. One list of instances serves all objects of a run. Needs the permission `rds:instance:list`.",
			Optional:   true,
			Validators: instanceNameValidators(),
		},
	}
}

// oneInstance reports whether ID and name are both configured, or none of them. It is a validator of instance_id. The
// library's own prints paths as the framework writes them.
type oneInstance struct{}

func (oneInstance) Description(context.Context) string {
	return "needs either instance_id or instance_name"
}

func (v oneInstance) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (oneInstance) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	m := instanceModel{InstanceID: req.ConfigValue}
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("instance_name"), &m.InstanceName)...)
	resp.Diagnostics.Append(m.either()...)
}

// either reports whether the arguments lead to one instance. It leaves out what is not known yet.
func (m instanceModel) either() diag.Diagnostics {
	const summary = "Invalid Attribute Combination"
	var diags diag.Diagnostics
	switch {
	case m.InstanceID.IsUnknown() || m.InstanceName.IsUnknown():
	case m.InstanceID.IsNull() && m.InstanceName.IsNull():
		diags.AddError(summary, "Which DB instance? Set instance_name or instance_id.")
	case !m.InstanceID.IsNull() && !m.InstanceName.IsNull():
		diags.AddAttributeError(path.Root("instance_id"), summary, "Set either instance_name or instance_id, not both.")
	}
	return diags
}

// validate checks arguments that were unknown when Terraform asked for validation.
func (m instanceModel) validate(ctx context.Context) diag.Diagnostics {
	diags := m.either()
	diags.Append(validateLate(ctx, path.Root("instance_id"), m.InstanceID, instanceIDValidators())...)
	diags.Append(validateLate(ctx, path.Root("instance_name"), m.InstanceName, instanceNameValidators())...)
	return diags
}

func instanceNameValidators() []validator.String { return []validator.String{validInstanceName{}} }

// validInstanceName refuses a text that is surely no name. The cloud's own rule for names may change.
type validInstanceName struct{}

func (validInstanceName) Description(context.Context) string {
	return "must be the name of a DB instance: 1 to 64 characters, without blanks at begin or end"
}

func (v validInstanceName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validInstanceName) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	value := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if n := len([]rune(value)); n >= 1 && n <= 64 && strings.TrimSpace(value) == value && !strings.ContainsFunc(value, unicode.IsControl) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid Attribute Value",
		fmt.Sprintf("Attribute %s %s, got: %q.", req.Path, v.Description(ctx), excerpt(value)))
}

// resolve sets the ID if a name is configured. tried is for the texts about an error.
func (m *instanceModel) resolve(ctx context.Context, c *client, timeoutName string, timeout time.Duration) (diagnose.Tried, error) {
	if m.InstanceName.IsNull() {
		return diagnose.Tried{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	found, err := c.instances.Find(ctx, m.InstanceName.ValueString())
	if err == nil {
		m.InstanceID = link(found.ID)
	}
	t := listTried(c, timeoutName)
	t.Unable, t.Argument, t.Lookup = "find DB instance", "instance_name", true
	return t, err
}

// argument returns the argument that is configured.
func (m *instanceModel) argument() string {
	if m.InstanceName.IsNull() {
		return "instance_id"
	}
	return "instance_name"
}

// listTried describes a listing for the texts of diagnostics.
func listTried(c *client, timeoutName string) diagnose.Tried {
	return diagnose.Tried{
		Unable:  "list DB instances",
		Request: "list DB instances",
		Page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
			"db_instance_management/querying_db_instances.html",
		Permission:  "rds:instance:list",
		TimeoutName: timeoutName,
		Project:     c.project,
	}
}
