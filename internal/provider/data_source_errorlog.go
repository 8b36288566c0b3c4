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

type errorLogDataSource struct {
	now    func() time.Time
	client *client
}

var (
	_ datasource.DataSourceWithConfigure      = (*errorLogDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*errorLogDataSource)(nil)
)

func (p *rdsProvider) newErrorLogDataSource() datasource.DataSource {
	return &errorLogDataSource{now: p.now}
}

type errorLogDataSourceModel struct {
	errorLogArguments
	attribute.ToleranceModel
	errorLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (d *errorLogDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_errorlog"
}

func (d *errorLogDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := errorLogAttributes()
	maps.Copy(attributes, attribute.ToleranceAttributes("`summary` and `entries` are empty, and `complete` is false"))
	resp.Schema = schema.Schema{
		MarkdownDescription: "Answers what broke in the last minutes: reads the rows of the error log of one RDS for PostgreSQL instance by " +
			"time and level, and groups what is alike, worst first. It starts no export and takes a second or less.\n\n" +
			"**The text of a row can hold people's data.** `entries` is stored in the state in clear text; the ephemeral resource of this " +
			"name stores nothing.",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", defaultRowsTimeout),
		},
	}
}

func (d *errorLogDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig checks the time and the levels, as far as they are known.
func (d *errorLogDataSource) ValidateConfig(
	ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse,
) {
	var model errorLogDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := model.check(ctx, d.now())
	resp.Diagnostics.Append(diags...)
}

func (d *errorLogDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model errorLogDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	window, diags := model.check(ctx, d.now())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows, try, err := model.read(ctx, d.client, window, "timeouts.read", attribute.TimeoutOf(model.Timeouts, "read", defaultRowsTimeout))
	if err != nil {
		resp.Diagnostics.Append(model.Settle(try, err))
	} else {
		model.Failure = attribute.NoFailure()
		resp.Diagnostics.Append(incomplete(try.Who(), rows)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.WindowArguments = model.WithTimes(window)
	model.errorLogResults = mapRows(rows)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
