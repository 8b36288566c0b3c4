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

// slowLogEphemeral has neither Renew nor Close: statements do not expire.
type slowLogEphemeral struct {
	now    func() time.Time
	client *client
}

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*slowLogEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*slowLogEphemeral)(nil)
)

func (p *rdsProvider) newSlowLogEphemeral() ephemeral.EphemeralResource {
	return &slowLogEphemeral{now: p.now}
}

type slowLogEphemeralModel struct {
	slowLogArguments
	slowLogResults
	Timeouts types.Object `tfsdk:"timeouts"`
}

func (e *slowLogEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_slowlog"
}

func (e *slowLogEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Answers which statements are slow, as the data source of this name does, and keeps the statements out of plan " +
			"and state: they exist in memory only, for as long as the run needs them.",
		Attributes: attribute.EphemeralAttributes(slowLogAttributes()),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.EphemeralBlock(attribute.TimeoutsBlock("open", "How long opening may take in all", defaultRowsTimeout)),
		},
	}
}

func (e *slowLogEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// ValidateConfig checks the time, as far as it is known.
func (e *slowLogEphemeral) ValidateConfig(
	ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse,
) {
	var model slowLogEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	_, diags := model.Window(ctx, e.now())
	resp.Diagnostics.Append(diags...)
}

// Open leaves RenewAt unset: there is no Renew.
func (e *slowLogEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model slowLogEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	asked, diags := model.Window(ctx, e.now())
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	answer, try, err := model.read(ctx, e.client, asked, "timeouts.open", attribute.TimeoutOf(model.Timeouts, "open", defaultRowsTimeout))
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	resp.Diagnostics.Append(model.nothingSlow(try.Who(), asked, answer)...)
	model.WindowArguments = model.WithTimes(asked)
	model.slowLogResults = mapStatements(answer)
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
