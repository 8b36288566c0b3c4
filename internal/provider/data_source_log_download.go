// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

type logDownloadDataSource struct {
	logDownload
	client *client
}

var _ datasource.DataSourceWithConfigure = (*logDownloadDataSource)(nil)

func (l logDownload) newDataSource() datasource.DataSource {
	return &logDownloadDataSource{logDownload: l}
}

type logDownloadDataSourceModel struct {
	logArguments
	attribute.ToleranceModel
	logResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (d *logDownloadDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + d.name
}

func (d *logDownloadDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := d.argumentAttributes()
	maps.Copy(attributes, d.resultAttributes())
	maps.Copy(attributes, attribute.ToleranceAttributes("`list` is empty, `status` is null and `link_count` is 0"))
	resp.Schema = schema.Schema{
		MarkdownDescription: "Retrieves download links for the " + d.noun + " of one RDS for PostgreSQL instance: starts the export, waits " +
			"until it is done, and returns a link for every file.\n\n" +
			"Each read starts an export, or finds one that is some minutes old. A plan takes as long as the export: 10 to 20 seconds in " +
			"the examples of the cloud's documentation. **A link is a secret**: whoever has it can read the log. It is stored in the state " +
			"in clear text until the next read, and in a saved plan, but expires about five minutes after the read.",
		Attributes: attributes,
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("read", "How long a read may take in all", defaultLinksTimeout),
		},
	}
}

func (d *logDownloadDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *logDownloadDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model logDownloadDataSourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout := attribute.TimeoutOf(model.Timeouts, "read", defaultLinksTimeout)
	export, try, err := d.obtain(ctx, d.client, &model.logArguments, "read", timeout)
	resp.Diagnostics.Append(model.Settle(try, err)...)
	if err == nil {
		resp.Diagnostics.Append(d.warnings(d.client, try.Who(), export, goodLinks)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.logResults = mapExport(export)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

const goodLinks = "The other links are good. To stop here instead, add a postcondition on status."
