// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/ephemeral/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// errorLogDownloadEphemeral can be opened, and neither renewed nor closed: Renew cannot hand on new data, so it could
// not replace a link that dies, and there is nothing to give back.
type errorLogDownloadEphemeral struct{ client *client }

var _ ephemeral.EphemeralResourceWithConfigure = (*errorLogDownloadEphemeral)(nil)

func newErrorLogDownloadEphemeral() ephemeral.EphemeralResource { return &errorLogDownloadEphemeral{} }

type errorLogDownloadEphemeralModel struct {
	errorLogArguments
	errorLogResults
	Timeouts timeouts.Value `tfsdk:"timeouts"`
}

func (e *errorLogDownloadEphemeral) Metadata(_ context.Context, req ephemeral.MetadataRequest, resp *ephemeral.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + errorLogName
}

func (e *errorLogDownloadEphemeral) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	attributes := ephemeralAttributes(errorLogAttributes())
	attributes["timeouts"] = schema.SingleNestedAttribute{
		MarkdownDescription: timeoutsDescription,
		Optional:            true,
		CustomType:          timeouts.Type{ObjectType: timeoutsObject("open")},
		Attributes: map[string]schema.Attribute{
			"open": schema.StringAttribute(timeoutAttribute("How long opening may take in all", defaultLinksTimeout)),
		},
	}
	resp.Schema = schema.Schema{MarkdownDescription: ephemeralDescription, Attributes: attributes}
}

func (e *errorLogDownloadEphemeral) Configure(_ context.Context, req ephemeral.ConfigureRequest, resp *ephemeral.ConfigureResponse) {
	e.client = clientFrom(req.ProviderData, &resp.Diagnostics)
}

// Open has no Renew beside it, so Terraform never asks when the links die: RenewAt stays unset.
func (e *errorLogDownloadEphemeral) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var model errorLogDownloadEphemeralModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	timeout, diags := model.Timeouts.Open(ctx, defaultLinksTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	model.errorLogResults, diags = obtainLinks(ctx, e.client, model.errorLogArguments, timeout, "timeouts.open")
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Result.Set(ctx, &model)...)
}
