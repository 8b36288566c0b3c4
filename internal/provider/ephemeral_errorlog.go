// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// errorLogEphemeral has neither Renew nor Close: rows do not expire.
type errorLogEphemeral struct {
	now    func() time.Time
	client *client
}

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*errorLogEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*errorLogEphemeral)(nil)
)

func (p *rdsProvider) newErrorLogEphemeral() ephemeral.EphemeralResource {
	return &errorLogEphemeral{now: p.now}
}

type errorLogEphemeralModel struct {
	errorLogArguments
	errorLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (e *errorLogEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_errorlog"
}

func (e *errorLogEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Answers what broke in the last minutes, as the data source of this name does, and keeps the rows out of plan " +
			"and state: they exist in memory only, for as long as the run needs them.",
		Attributes: attribute.EphemeralAttributes(errorLogAttributes()),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.EphemeralBlock(attribute.TimeoutsBlock("open", "How long opening may take in all", defaultRowsTimeout)),
		},
	}
}

func (e *errorLogEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig checks the time and the levels, as far as they are known.
func (e *errorLogEphemeral) ValidateConfig(
	ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse,
) {
	var model errorLogEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := model.check(ctx, e.now())
	resp.Diagnostics.Append(diags...)
}

// Open leaves RenewAt unset: there is no Renew.
func (e *errorLogEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model errorLogEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	window, diags := model.check(ctx, e.now())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	rows, try, err := model.read(ctx, e.client, window, "timeouts.open", attribute.TimeoutOf(model.Timeouts, "open", defaultRowsTimeout))
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	resp.Diagnostics.Append(incomplete(try.Who(), rows)...)
	model.WindowArguments = model.WithTimes(window)
	model.errorLogResults = mapRows(rows)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
