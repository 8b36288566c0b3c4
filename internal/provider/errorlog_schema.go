// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// errorLogAttributes are the arguments and results of the data source and the ephemeral resource.
func errorLogAttributes() map[string]schema.Attribute {
	attributes := instanceAttributes("It must be an RDS for PostgreSQL instance.")
	maps.Copy(attributes, map[string]schema.Attribute{
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
			NestedObject: schema.NestedAttributeObject{Attributes: groupAttributes()},
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

func lastValidators() []validator.String {
	return []validator.String{durationBetween{
		least: time.Second, most: longestWindow, words: "a duration from 1s to 720h (30 days), such as 30m or 24h",
	}}
}
