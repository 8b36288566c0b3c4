// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"fmt"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The words for arguments and attributes that the objects named rds_errorlog_download share.
const (
	dataSourceDescription = "Retrieves download links for the error log of one RDS for PostgreSQL instance: starts the export, waits until it " +
		"is done, and returns a link for every file.\n\n" +
		"Each read starts an export, or finds one that is some minutes old. A plan takes as long as the export: 10 to 20 seconds in the documentation's examples. " +
		"**A link is a secret**: whoever has it can read the log. It is stored in the state in clear text until the next read, but expires about five minutes after the read."

	ephemeralDescription = "Retrieves download links for the error log of one RDS for PostgreSQL instance, as the data source of this name does, and keeps them out of plan and state: " +
		"a link exists in memory only, for as long as the run needs it."

	actionDescription = "Saves the error log of one RDS for PostgreSQL instance to a folder: starts the export, waits until it is done, downloads every file, and writes " +
		"the checksum of each beside it, to `NAME.sha256`. The links never leave the provider. A file appears under its name only once it is complete."

	directoryDescription = "Folder to save to, absolute or relative to where Terraform runs. Created, for its owner only, if it does not exist. Must not be a symbolic link."
	overwriteDescription = "Whether a file of the same name may be replaced. Default: `false`: a file that is already there is an error, unless it is the same file."

	instanceIDDescription = "ID of the DB instance: letters, digits and `-`, such as `3d39c18788b54a919bab633874c159dfin03`. The instance must be an RDS for PostgreSQL " +
		"instance that works properly."
	pollMethodDescription = "How to find out whether the export is done. `repeat` (default) requests the links until they are available. `task` polls the export's task and then " +
		"requests the links; if the task cannot be polled, it continues as `repeat`. Polling tasks needs a permission of its own."
	pollIntervalDescription = "A fixed pause between two polls, as a [duration](https://pkg.go.dev/time#ParseDuration) from `1s` to `5m`. Without it, the pause grows with the " +
		"time already waited, from 2 to 30 seconds."
	timeoutsDescription = "How long this may take. Check the spelling: Terraform ignores a name that is not listed here, without a word."

	statusDescription = "`FINISH`: all files are available. `FAILED`: some files failed and others are available; a `postcondition` can make this an error. An export in which all " +
		"files failed is always an error."
	linkCountDescription = "Number of links, as counted by the API (its `count`, a word that Terraform reserves)."
	listDescription      = "All files of the export, available or failed, in the API's order: one for each node or part of the log. Empty if the instance has logged nothing."

	workflowIDDescription = "ID of the task that created the file. Files of one export may share it."
	fileNameDescription   = "Name of the file, as assigned by the cloud. It has no extension; the content is text and may be compressed."
	fileStatusDescription = "`SUCCESS`: the file has a link. `FAILED`: it will not get one."
	fileSizeDescription   = "Size of the file in bytes. Null, with a warning, if the API sent no number. Can be 0 for a file that is not empty."
	fileLinkDescription   = "Link for downloading the file with a plain GET, without a token. It expires at `expires_at`, usually five minutes after the read. Null for a file that failed."
	createdAtDescription  = "When the file was created, according to the API: RFC 3339, in UTC, with milliseconds."
	updatedAtDescription  = "When the file was last changed, according to the API: RFC 3339, in UTC, with milliseconds."
	expiresAtDescription  = "When the link expires, read from the link itself: RFC 3339, in UTC. Null if the link does not say."
)

// errorLogArgumentAttributes are the arguments of all the objects, in the data source's types.
func errorLogArgumentAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"instance_id": schema.StringAttribute{
			MarkdownDescription: instanceIDDescription,
			Required:            true,
			Validators:          instanceIDValidators(),
		},
		"poll_method": schema.StringAttribute{
			MarkdownDescription: pollMethodDescription,
			Optional:            true,
			Validators:          pollMethodValidators(),
		},
		"poll_interval": schema.StringAttribute{
			MarkdownDescription: pollIntervalDescription,
			Optional:            true,
			Validators:          pollIntervalValidators(),
		},
	}
}

// errorLogAttributes are arguments and results.
func errorLogAttributes() map[string]schema.Attribute {
	attributes := errorLogArgumentAttributes()
	maps.Copy(attributes, map[string]schema.Attribute{
		"status":     schema.StringAttribute{MarkdownDescription: statusDescription, Computed: true},
		"link_count": schema.Int64Attribute{MarkdownDescription: linkCountDescription, Computed: true},
		"list": schema.ListNestedAttribute{
			MarkdownDescription: listDescription,
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"workflow_id": schema.StringAttribute{MarkdownDescription: workflowIDDescription, Computed: true},
				"file_name":   schema.StringAttribute{MarkdownDescription: fileNameDescription, Computed: true},
				"status":      schema.StringAttribute{MarkdownDescription: fileStatusDescription, Computed: true},
				"file_size":   schema.Int64Attribute{MarkdownDescription: fileSizeDescription, Computed: true},
				"file_link":   schema.StringAttribute{MarkdownDescription: fileLinkDescription, Computed: true, Sensitive: true},
				"created_at":  schema.StringAttribute{MarkdownDescription: createdAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
				"updated_at":  schema.StringAttribute{MarkdownDescription: updatedAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
				"expires_at":  schema.StringAttribute{MarkdownDescription: expiresAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
			}},
		},
	})
	return attributes
}

// ephemeralAttributes are the same attributes in the ephemeral resource's types. A kind that is not known here would
// be a bug that every test of the schema meets.
func ephemeralAttributes(from map[string]schema.Attribute) map[string]ephemeralschema.Attribute {
	to := map[string]ephemeralschema.Attribute{}
	for name, attribute := range from {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			to[name] = ephemeralschema.StringAttribute(a)
		case schema.Int64Attribute:
			to[name] = ephemeralschema.Int64Attribute(a)
		case schema.ListNestedAttribute:
			to[name] = ephemeralschema.ListNestedAttribute{
				MarkdownDescription: a.MarkdownDescription,
				Computed:            a.Computed,
				NestedObject:        ephemeralschema.NestedAttributeObject{Attributes: ephemeralAttributes(a.NestedObject.Attributes)},
			}
		default:
			panic(fmt.Sprintf("attribute %s is of a kind that ephemeralAttributes does not know", name))
		}
	}
	return to
}

// dataSourceAttribute names the type in files that import another package as schema.
type dataSourceAttribute = schema.Attribute

// actionAttributes are the same arguments in the action's types, which know neither results nor secrets.
func actionAttributes(from map[string]schema.Attribute) map[string]actionschema.Attribute {
	to := map[string]actionschema.Attribute{}
	for name, attribute := range from {
		a, ok := attribute.(schema.StringAttribute)
		if !ok {
			panic(fmt.Sprintf("attribute %s is of a kind that actionAttributes does not know", name))
		}
		to[name] = actionschema.StringAttribute{
			MarkdownDescription: a.MarkdownDescription,
			Required:            a.Required,
			Optional:            a.Optional,
			CustomType:          a.CustomType,
			Validators:          a.Validators,
		}
	}
	return to
}

// timeoutAttribute is one operation of timeouts.
func timeoutAttribute(what string, standard time.Duration) schema.StringAttribute {
	return schema.StringAttribute{
		MarkdownDescription: fmt.Sprintf("%s, as a positive [duration](https://pkg.go.dev/time#ParseDuration) such as `90s` or `15m`. Default: `%gm`.", what, standard.Minutes()),
		Optional:            true,
		Validators:          timeoutValidators(),
	}
}

// timeoutsObject is the type under the library's timeouts with one operation.
func timeoutsObject(operation string) types.ObjectType {
	return types.ObjectType{AttrTypes: map[string]attr.Type{operation: types.StringType}}
}
