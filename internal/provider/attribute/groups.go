// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

// A group is what rds_errorlog and errorlog_summarize return for events that are alike. It holds no text of a DETAIL or
// a STATEMENT, so it is not sensitive.

// GroupAttributes are the attributes of a group. The times are plain strings because a function's result has no types of a
// provider.
func GroupAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"class": schema.StringAttribute{
			MarkdownDescription: "What kind of trouble it is, such as `deadlock`. See [What the classes mean](../guides/classes.md).",
			Computed:            true,
		},
		"level": schema.StringAttribute{
			MarkdownDescription: "PostgreSQL's level in English: `ERROR`, `FATAL`, `PANIC`, `WARNING`, `LOG`. Null for class `unknown`.",
			Computed:            true,
		},
		"count": schema.Int64Attribute{MarkdownDescription: "How often it happened.", Computed: true},
		"first_time": schema.StringAttribute{
			MarkdownDescription: "When it happened first: RFC 3339, in UTC, to the second. Null if the log has no time or no known time zone.",
			Computed:            true,
		},
		"last_time": schema.StringAttribute{MarkdownDescription: "When it happened last, like `first_time`.", Computed: true},
		"message": schema.StringAttribute{
			MarkdownDescription: "PostgreSQL's message. Names of tables, constraints, roles and databases are kept; values are replaced by `…`.",
			Computed:            true,
		},
	}
}

// GroupList returns groups as an attribute, in their order.
func GroupList(groups []pglog.Group) types.List {
	return List(GroupAttributes(), groups, func(g pglog.Group) map[string]attr.Value {
		return map[string]attr.Value{
			"class":      types.StringValue(g.Class.String()),
			"level":      Text(g.Level.String()),
			"count":      types.Int64Value(g.Count),
			"first_time": Second(g.First),
			"last_time":  Second(g.Last),
			"message":    Text(g.Message),
		}
	})
}
