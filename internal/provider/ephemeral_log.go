// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
)

// logEphemeral is the ephemeral resource of one of [logObjects]. It has neither Renew nor Close. Renew cannot return new
// values, so it could not replace a link that expires, and there is nothing to close.
type logEphemeral struct {
	*logObject
	now    func() time.Time
	client *client
}

var (
	_ ephemeral.EphemeralResourceWithConfigure      = (*logEphemeral)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*logEphemeral)(nil)
)

func (e *logEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + e.name
}

func (e *logEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: e.keeps,
		Attributes:          attribute.EphemeralAttributes(e.attributes()),
		Blocks: map[string]schema.Block{
			"timeouts": attribute.TimeoutsBlock("open", "How long opening may take in all", e.timeout),
		},
	}
}

func (e *logEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

func (e *logEphemeral) ValidateConfig(
	ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse,
) {
	resp.Diagnostics.Append(configured(ctx, req.Config, e.ephemeralModel(), e.now())...)
}

func (e *logEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	model, now := e.ephemeralModel(), e.now()
	resp.Diagnostics.Append(configured(ctx, req.Config, model, now)...)
	if resp.Diagnostics.HasError() {
		return
	}
	warnings, try, err := model.read(ctx, &logQuery{e.logObject, e.client, now, "open"})
	if err != nil {
		resp.Diagnostics.Append(try.Diagnostic(err))
		return
	}
	resp.Diagnostics.Append(warnings...)
	resp.Diagnostics.Append(resp.Result.Set(ctx, model)...)
}
