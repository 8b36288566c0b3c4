// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// argumentAttributes are the arguments of all kinds of object.
func (l logDownload) argumentAttributes() map[string]schema.Attribute {
	attributes := attribute.InstanceAttributes("It must be an RDS for PostgreSQL instance that works properly.")
	maps.Copy(attributes, map[string]schema.Attribute{
		"poll_method": schema.StringAttribute{
			MarkdownDescription: "How to find out whether the export is done. `repeat` (default) requests the links until they are " +
				"available. `task` polls the export's task and then requests the links; if the task cannot be polled, it continues as " +
				"`repeat`. To poll tasks needs another permission.",
			Optional:   true,
			Validators: attribute.PollMethodValidators(),
		},
		"poll_interval": schema.StringAttribute{
			MarkdownDescription: "A fixed pause between two polls, as a [duration](https://pkg.go.dev/time#ParseDuration) from `1s` to " +
				"`5m`. Without it, the pause grows with the time already waited, from 2 to 30 seconds.",
			Optional:   true,
			Validators: attribute.PollIntervalValidators(),
		},
	})
	return attributes
}

// resultAttributes are what a data source and an ephemeral resource return.
func (l logDownload) resultAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"status": schema.StringAttribute{
			MarkdownDescription: "`FINISH`: all files are available. `FAILED`: some files failed and others are available; a " +
				"`postcondition` can make this an error. An export in which all files failed is always an error.",
			Computed: true,
		},
		"link_count": schema.Int64Attribute{
			MarkdownDescription: "Number of links, as counted by the API (its `count`, a word that Terraform reserves).",
			Computed:            true,
		},
		"list": schema.ListNestedAttribute{
			MarkdownDescription: "All files of the export, available or failed, in the API's order: one for each node or part of the log. " +
				"Empty if the instance has logged nothing.",
			Computed:     true,
			NestedObject: schema.NestedAttributeObject{Attributes: logFileAttributes()},
		},
	}
}

func logFileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"workflow_id": schema.StringAttribute{
			MarkdownDescription: "ID of the task that created the file. Files of one export may share it.",
			Computed:            true,
		},
		"file_name": schema.StringAttribute{
			MarkdownDescription: "Name of the file, as assigned by the cloud. It has no extension; the content is text and may be compressed. " +
				"Characters that a screen would not show are replaced by `?`.",
			Computed: true,
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`SUCCESS`: the file has a link. `FAILED`: it will not get one.",
			Computed:            true,
		},
		"file_size": schema.Int64Attribute{
			MarkdownDescription: "Size of the file in bytes. Null, with a warning, if the API sent no number. Can be 0 for a file that is " +
				"not empty.",
			Computed: true,
		},
		"file_link": schema.StringAttribute{
			MarkdownDescription: "Link for downloading the file with a plain GET, without a token. It expires at `expires_at`, usually five " +
				"minutes after the read. Null for a file that failed.",
			Computed:  true,
			Sensitive: true,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the file was created, according to the API: RFC 3339, in UTC, with milliseconds.",
			Computed:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
		"updated_at": schema.StringAttribute{
			MarkdownDescription: "When the file was last changed, according to the API: RFC 3339, in UTC, with milliseconds. Null if the " +
				"API does not send it.",
			Computed:   true,
			CustomType: timetypes.RFC3339Type{},
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "When the link expires, read from the link itself: RFC 3339, in UTC. Null if the link does not have it.",
			Computed:            true,
			CustomType:          timetypes.RFC3339Type{},
		},
	}
}
