// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// logDownloadEphemeral has neither Renew nor Close. Renew cannot return new values, so it could not replace a link that
// expires, and there is nothing to close.
type logDownloadEphemeral struct {
	logDownload
	client *client
}

var _ ephemeral.EphemeralResourceWithConfigure = (*logDownloadEphemeral)(nil)

func (l logDownload) newEphemeral() ephemeral.EphemeralResource {
	return &logDownloadEphemeral{logDownload: l}
}

type logDownloadEphemeralModel struct {
	logArguments
	logResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (e *logDownloadEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + e.name
}

func (e *logDownloadEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	attributes := e.argumentAttributes()
	maps.Copy(attributes, e.resultAttributes())
	resp.Schema = schema.Schema{
		MarkdownDescription: "Retrieves download links for the " + e.noun + " of one RDS for PostgreSQL instance, as the data source of this " +
			"name does, and keeps them out of plan and state: a link exists in memory only, for as long as the run needs it.",
		Attributes: attribute.EphemeralAttributes(attributes),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("open", "How long opening may take in all", defaultLinksTimeout),
		},
	}
}

func (e *logDownloadEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// Open leaves RenewAt unset: there is no Renew.
func (e *logDownloadEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model logDownloadEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	timeout := attribute.TimeoutOf(model.Timeouts, "open", defaultLinksTimeout)
	export, try, err := e.obtain(ctx, e.client, &model.logArguments, "open", timeout)
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	resp.Diagnostics.Append(e.warnings(e.client, try.Who(), export, goodLinks)...)
	model.logResults = mapExport(export)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
