// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// logReadEphemeral is rds_errorlog or rds_slowlog. There is nothing to renew or to close.
type logReadEphemeral struct {
	logRead
	client *client
}

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*logReadEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*logReadEphemeral)(nil)
)

func (l logRead) newEphemeral() ephemeral.EphemeralResource { return &logReadEphemeral{logRead: l} }

func (e *logReadEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + e.name
}

func (e *logReadEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: e.keeps,
		Attributes:          attribute.EphemeralAttributes(e.attributes()),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("open", "How long opening may take in all", defaultReadTimeout),
		},
	}
}

func (e *logReadEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (e *logReadEphemeral) ValidateConfig(
	ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse,
) {
	model := e.ephemeralModel()
	resp.Diagnostics.Append(req.Config.Get(ctx, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.check(ctx, e.now())...)
}

func (e *logReadEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	model, now := e.ephemeralModel(), e.now()
	resp.Diagnostics.Append(req.Config.Get(ctx, model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(model.check(ctx, now)...)
	if resp.Diagnostics.HasError() {
		return
	}
	warnings, try, err := model.read(ctx, e.client, now, "open")
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	resp.Diagnostics.Append(warnings...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}
