// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// logReadDataSource is rds_errorlog or rds_slowlog.
type logReadDataSource struct {
	logRead
	client *client
}

var (
	_ datasource.DataSourceWithConfigure      = (*logReadDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*logReadDataSource)(nil)
)

func (l logRead) newDataSource() datasource.DataSource { return &logReadDataSource{logRead: l} }

func (d *logReadDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + d.name
}

func (d *logReadDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := d.attributes()
	maps.Copy(attributes, attribute.ToleranceAttributes(d.empty))
	resp.Schema = schema.Schema{
		MarkdownDescription: d.answers,
		Attributes:          attributes,
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", defaultReadTimeout),
		},
	}
}

func (d *logReadDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *logReadDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	model := d.dataSourceModel()
	resp.Diagnostics.Append(req.Config.Get(ctx, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.check(ctx, d.now())...)
}

func (d *logReadDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	model, now := d.dataSourceModel(), d.now()
	resp.Diagnostics.Append(req.Config.Get(ctx, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.check(ctx, now)...)
	if resp.Diagnostics.HasError() {
		return
	}
	warnings, try, err := model.read(ctx, d.client, now, "read")
	resp.Diagnostics.Append(model.Settle(try, err)...)
	resp.Diagnostics.Append(warnings...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
