// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
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
	return "must be the name of a DB instance: 1 to 64 characters, without a space at the beginning or end"
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
func (m *instanceModel) resolve(ctx context.Context, c *client, timeoutName string, timeout time.Duration) (tried, error) {
	if m.InstanceName.IsNull() {
		return tried{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	name := m.InstanceName.ValueString()
	list, err := c.instances.with(ctx, name)
	if err == nil {
		var found rds.Instance
		found, err = list.one(name)
		m.InstanceID = link(found.ID)
	}
	t := listTried(c, timeoutName)
	t.unable, t.argument, t.lookup = "find DB instance", "instance_name", true
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
func listTried(c *client, timeoutName string) tried {
	return tried{
		unable:  "list DB instances",
		request: "list DB instances",
		page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
			"db_instance_management/querying_db_instances.html",
		permission:  "rds:instance:list",
		timeoutName: timeoutName,
		project:     c.project,
	}
}

// nameError is a name that does not lead to one PostgreSQL instance.
type nameError struct {
	name  string
	found []rds.Instance // with that name: several PostgreSQL instances, or some of other engines
	list  listing
}

func (e *nameError) Error() string { return fmt.Sprintf("%d instances have the name", len(e.found)) }

// one returns the PostgreSQL instance with a name, or a [*nameError].
func (l listing) one(name string) (rds.Instance, error) {
	found := l.named(name)
	if usable := postgres(found); len(usable) > 0 {
		found = usable
		if len(usable) == 1 && rds.ValidInstanceID(usable[0].ID) {
			return usable[0], nil
		}
	}
	return rds.Instance{}, &nameError{name: name, found: found, list: l}
}

// nameText lists what can be meant. Its first line is short enough for a table.
func (t tried) nameText(e *nameError) string {
	place := t.placeOf(e.list.place.ProjectID, e.list.place.Region)
	usable := postgres(e.list.instances)
	name := fmt.Sprintf("%q", apierror.Printable(e.name))
	if several := len(postgres(e.found)); several > 0 {
		return fmt.Sprintf("%d PostgreSQL instances have the name %s in %s.\n\n%s\n\nUse instance_id in place of instance_name.",
			several, name, place, indented(described(e.found)))
	}
	if len(e.found) > 0 {
		return fmt.Sprintf("The DB instance %s in %s is not RDS for PostgreSQL.\n\n%s\n\nThe provider reads the logs of PostgreSQL "+
			"instances only. Look for another name with data source rds_instances.", name, place, indented(described(e.found)))
	}
	if len(usable) == 0 {
		return "There are no PostgreSQL instances in " + place + ".\n\nCheck project and region."
	}
	text := fmt.Sprintf("No DB instance has the name %s among the %d PostgreSQL instances in %s.\n\n", name, len(usable), place)
	for _, i := range usable {
		if i.ID == e.name {
			return text + "It is the ID of " + apierror.Printable(i.Name) + ". For an ID, use instance_id in place of instance_name."
		}
	}
	return text + "These names are the most similar ones:\n\n" + indented(similarNames(e.name, usable)) +
		"\n\nCheck the name first, then project and region."
}

// described returns a line for each instance.
func described(instances []rds.Instance) []string {
	var lines []string
	for _, i := range instances {
		var words []string
		for _, word := range []string{i.Engine, i.Type, i.Status} {
			if word != "" {
				words = append(words, word)
			}
		}
		lines = append(lines, i.ID+": "+strings.Join(words, ", "))
	}
	return lines
}

// similarNames returns the three names that are most like the one that was not found.
func similarNames(name string, instances []rds.Instance) []string {
	var names []string
	for _, i := range instances {
		if i.Name != "" {
			names = append(names, i.Name)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	likeness := func(other string) float64 {
		return levenshtein.Match(strings.ToLower(name), strings.ToLower(other), nil)
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(likeness(b), likeness(a)) })
	return names[:min(3, len(names))]
}
