// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

type slowLogDataSource struct {
	now    func() time.Time
	client *client
}

var (
	_ datasource.DataSourceWithConfigure      = (*slowLogDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*slowLogDataSource)(nil)
)

func (p *rdsProvider) newSlowLogDataSource() datasource.DataSource {
	return &slowLogDataSource{now: p.now}
}

type slowLogDataSourceModel struct {
	slowLogArguments
	attribute.ToleranceModel
	slowLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (d *slowLogDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_slowlog"
}

func (d *slowLogDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := slowLogAttributes()
	maps.Copy(attributes, attribute.ToleranceAttributes("`statements` is empty, and `total` is null"))
	resp.Schema = schema.Schema{
		MarkdownDescription: "Answers which statements are slow: reads the statistics of the slow query log of one RDS for PostgreSQL " +
			"instance, worst first. It starts no export and takes a second or less.\n\n" +
			"**The text of a statement can hold people's data.** It is stored in the state in clear text; the ephemeral resource of this " +
			"name stores nothing.",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", defaultRowsTimeout),
		},
	}
}

func (d *slowLogDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig checks the time, as far as it is known.
func (d *slowLogDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	var model slowLogDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := model.Window(ctx, d.now())
	resp.Diagnostics.Append(diags...)
}

func (d *slowLogDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model slowLogDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	asked, diags := model.Window(ctx, d.now())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	answer, try, err := model.read(ctx, d.client, asked, "timeouts.read", attribute.TimeoutOf(model.Timeouts, "read", defaultRowsTimeout))
	if err != nil {
		resp.Diagnostics.Append(model.Settle(try, err))
	} else {
		model.Failure = attribute.NoFailure()
		resp.Diagnostics.Append(model.nothingSlow(try.Who(), asked, answer)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.WindowArguments = model.WithTimes(asked)
	model.slowLogResults = mapStatements(answer)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
