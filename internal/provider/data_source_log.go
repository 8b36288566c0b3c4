// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// logDataSource is the data source of one of [logObjects].
type logDataSource struct {
	*logObject
	now    func() time.Time
	client *client
}

var (
	_ datasource.DataSourceWithConfigure      = (*logDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*logDataSource)(nil)
)

func (d *logDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + d.name
}

func (d *logDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := d.attributes()
	maps.Copy(attributes, attribute.ToleranceAttributes(d.empty))
	resp.Schema = schema.Schema{
		MarkdownDescription: d.answers,
		Attributes:          attributes,
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", d.timeout),
		},
	}
}

func (d *logDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *logDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	resp.Diagnostics.Append(configured(ctx, req.Config, d.dataSourceModel(), d.now())...)
}

func (d *logDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	model, now := d.dataSourceModel(), d.now()
	resp.Diagnostics.Append(configured(ctx, req.Config, model, now)...)
	if resp.Diagnostics.HasError() {
		return
	}
	warnings, try, err := model.read(ctx, &logQuery{d.logObject, d.client, now, "read"})
	resp.Diagnostics.Append(model.Settle(try, err)...)
	resp.Diagnostics.Append(warnings...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, model)...)
}
