// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
)

type errorLogDownloadDataSource struct{ client *client }

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

func (d *errorLogDownloadDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := errorLogAttributes()
	attributes["timeouts"] = schema.SingleNestedAttribute{
		MarkdownDescription: timeoutsDescription,
		Optional:            true,
		CustomType:          timeouts.Type{ObjectType: timeoutsObject("read")},
		Attributes: map[string]schema.Attribute{
			"read": timeoutAttribute("How long a read may take in all", defaultLinksTimeout),
		},
	}
	resp.Schema = schema.Schema{MarkdownDescription: dataSourceDescription, Attributes: attributes}
}

func (d *errorLogDownloadDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *errorLogDownloadDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model errorLogDownloadDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	timeout, diags := model.Timeouts.Read(ctx, defaultLinksTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.errorLogResults, diags = obtainLinks(ctx, d.client, model.errorLogArguments, timeout, "timeouts.read")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
