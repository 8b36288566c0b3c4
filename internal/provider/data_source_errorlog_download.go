// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// defaultReadTimeout is long against the 10 to 20 s that exports take in the documents' examples.
const defaultReadTimeout = 10 * time.Minute

type errorLogDownloadDataSource struct{ client *rds.Client }

var _ datasource.DataSourceWithConfigure = (*errorLogDownloadDataSource)(nil)

func newErrorLogDownloadDataSource() datasource.DataSource { return &errorLogDownloadDataSource{} }

type errorLogDownloadDataSourceModel struct {
	errorLogArguments
	errorLogResults
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (d *errorLogDownloadDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + errorLogName
}

func (d *errorLogDownloadDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *errorLogDownloadDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model errorLogDownloadDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	timeout, diags := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(diags...)
	options, diags := model.wait(ctx, timeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	answer, err := d.client.WaitForErrorLog(withRequestLog(ctx), options)
	if err != nil {
		resp.Diagnostics.Append(errorLogDiagnostic(options, err, "timeouts.read"))
		return
	}
	model.errorLogResults, diags = mapErrorLog(options.InstanceID, answer)
	resp.Diagnostics.Append(diags...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (d *errorLogDownloadDataSource) Schema(ctx context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: dataSourceDescription,
		Attributes: map[string]schema.Attribute{
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
				CustomType:          timetypes.GoDurationType{},
				Validators:          pollIntervalValidators(),
			},
			"timeouts":   readTimeouts(ctx),
			"status":     schema.StringAttribute{MarkdownDescription: statusDescription, Computed: true},
			"link_count": schema.Int64Attribute{MarkdownDescription: linkCountDescription, Computed: true},
			"list": schema.ListNestedAttribute{
				MarkdownDescription: listDescription,
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: dataSourceFileAttributes()},
			},
		},
	}
}

func dataSourceFileAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"workflow_id": schema.StringAttribute{MarkdownDescription: workflowIDDescription, Computed: true},
		"file_name":   schema.StringAttribute{MarkdownDescription: fileNameDescription, Computed: true},
		"status":      schema.StringAttribute{MarkdownDescription: fileStatusDescription, Computed: true},
		"file_size":   schema.Int64Attribute{MarkdownDescription: fileSizeDescription, Computed: true},
		"file_link":   schema.StringAttribute{MarkdownDescription: fileLinkDescription, Computed: true, Sensitive: true},
		"created_at":  schema.StringAttribute{MarkdownDescription: createdAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
		"updated_at":  schema.StringAttribute{MarkdownDescription: updatedAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
		"expires_at":  schema.StringAttribute{MarkdownDescription: expiresAtDescription, Computed: true, CustomType: timetypes.RFC3339Type{}},
	}
}

// readTimeouts is the library's attribute with what it lacks: a lower bound.
func readTimeouts(ctx context.Context) schema.Attribute {
	attribute := timeouts.AttributesWithOpts(ctx, timeouts.Opts{ReadDescription: readTimeoutDescription})
	nested, ok := attribute.(schema.SingleNestedAttribute)
	if !ok {
		return attribute
	}
	read, ok := nested.Attributes["read"].(schema.StringAttribute)
	if !ok {
		return attribute
	}
	read.Validators = append(read.Validators, positive())
	nested.Attributes["read"] = read
	nested.MarkdownDescription = "How long this may take."
	return nested
}
