// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// errorLogAttributes are the arguments and results of the data source and the ephemeral resource.
func errorLogAttributes() map[string]schema.Attribute {
	attributes := attribute.InstanceAttributes("It must be an RDS for PostgreSQL instance.")
	maps.Copy(attributes, attribute.WindowAttributes())
	maps.Copy(attributes, map[string]schema.Attribute{
		"levels": schema.SetAttribute{
			MarkdownDescription: "Levels to read: `ERROR`, `FATAL`, `PANIC`, `LOG`, `WARNING`, `INFO`, `NOTE`, or `ALL` of them. One request " +
				"for each. Default: `[\"ERROR\", \"FATAL\", \"PANIC\"]`. PostgreSQL reports a crash and a restart with level `LOG`: add it to " +
				"see them.",
			Optional:    true,
			ElementType: types.StringType,
		},
		"summary": schema.ListNestedAttribute{
			MarkdownDescription: "What broke: groups of rows that are alike, worst first. Empty if nothing broke. It holds no values of the " +
				"database, so it is not sensitive.",
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: attribute.GroupAttributes()},
		},
		"entries": schema.ListNestedAttribute{
			MarkdownDescription: "The rows themselves, oldest first.",
			Computed:            true,
			NestedObject:        schema.NestedAttributeObject{Attributes: entryAttributes()},
		},
		"complete": schema.BoolAttribute{
			MarkdownDescription: "Whether all rows are there. The API returns only the newest 2,000 rows of a level; if there are more, this " +
				"is `false`, and a warning has the time from which on the rows are there.",
			Computed: true,
		},
	})
	return attributes
}

func entryAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"time": schema.StringAttribute{
			MarkdownDescription: "When it was logged: RFC 3339, in UTC, to the second. Null if the API sent no readable time.",
			Computed:            true,
		},
		"level": schema.StringAttribute{MarkdownDescription: "The level, in upper case.", Computed: true},
		"content": schema.StringAttribute{
			MarkdownDescription: "The text as the API sent it. It can hold statements with people's data, so it is sensitive.",
			Computed:            true,
			Sensitive:           true,
		},
	}
}
