// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package provider is all that is Terraform's: schemas, models, diagnostics and logs of the provider "rds".
//
// Data flows one way: configuration → this package → package rds, through package identity's transport → attributes.
//
//	provider.go, provider_schema.go   the provider block, and the client that every object gets
//	data_source_…, ephemeral_…, action_…   one object a file, kind first
//	errorlog_download.go      what the objects of that name share: arguments, results, their mapping
//	diagnostics.go            the one place that turns an error into words
//	validators.go logging.go  checks before any request; the request log
package provider

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// typeName is the provider's name in configurations: every object's name begins with it.
const typeName = "rds"

// Outside is what the provider takes from the world around it. Its zero value is the real world; tests put another in its place.
type Outside struct {
	Network     http.RoundTripper    // nil: real connections, with the TLS settings of the configuration
	Clock       rds.Clock            // nil: the machine's
	Random      func() float64       // nil: math/rand/v2
	RetryPause  time.Duration        // the first pause between retries; 0: the transport's default
	Environment identity.Environment // zero: the process's own
}

// New returns what starts one provider server. The version appears in the User-Agent.
func New(version string, outside ...Outside) func() provider.Provider {
	p := rdsProvider{version: version}
	for _, o := range outside {
		p.outside = o
	}
	if p.outside.Random == nil {
		p.outside.Random = rand.Float64
	}
	return func() provider.Provider { return &p }
}

type rdsProvider struct {
	version string
	outside Outside
}

var _ provider.ProviderWithEphemeralResources = (*rdsProvider)(nil)

func (p *rdsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = typeName, p.version
}

// Configure checks what was configured and builds the client. It makes no request: logging in waits for the first one.
func (p *rdsProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	refuseUnknown(req, resp)
	if resp.Diagnostics.HasError() {
		return
	}
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config, err := identity.Resolve(model.config(), p.outside.Environment)
	if err != nil {
		resp.Diagnostics.Append(configurationDiagnostic(err))
		return
	}
	client, err := p.client(config, req.TerraformVersion)
	if err != nil {
		resp.Diagnostics.Append(configurationDiagnostic(err))
		return
	}
	resp.DataSourceData, resp.ResourceData, resp.EphemeralResourceData, resp.ActionData = client, client, client, client
}

// client puts the layers together: network, transport, identity, RDS.
func (p *rdsProvider) client(config identity.Config, terraformVersion string) (*rds.Client, error) {
	network := p.outside.Network
	if network == nil {
		settings, err := config.TLS()
		if err != nil {
			return nil, err
		}
		base := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
		base.TLSClientConfig = settings
		base.MaxIdleConnsPerHost = 64 // many objects of one run ask the same host
		network = base
	}
	out := transport.New(transport.Options{
		Base:       network,
		MaxRetries: int(*config.MaxRetries),
		MinPause:   p.outside.RetryPause,
		UserAgent:  "terraform-provider-rds/" + p.version + " terraform/" + terraformVersion,
		Observe:    logRequest,
		Random:     p.outside.Random,
	})
	session := identity.NewSession(config, out.Client(transport.Rules{Wrap: identity.SignAttempts}))
	endpoint := func(ctx context.Context) (rds.Endpoint, error) {
		e, err := session.Endpoint(ctx)
		return rds.Endpoint(e), err
	}
	client := out.Client(transport.Rules{Wrap: session.Transport, Final: rds.Final})
	return rds.NewClient(client, endpoint, p.outside.Clock, p.outside.Random), nil
}

// refuseUnknown reports every value of the provider block that is known only after an apply: a login with half a credential would
// fail in a way that nobody understands.
func refuseUnknown(req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var values map[string]tftypes.Value
	if err := req.Config.Raw.As(&values); err != nil {
		resp.Diagnostics.AddError("Unable to read provider configuration", err.Error())
		return
	}
	for name, value := range values {
		if !value.IsFullyKnown() {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Unable to configure provider with an unknown value",
				"The value of "+name+" is known only after an apply, but the provider needs it now.\n\n"+
					"Apply what it depends on first (terraform apply -target=…), or take it from a variable or from the environment.")
		}
	}
}

func (p *rdsProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{newErrorLogDownloadDataSource}
}

func (p *rdsProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{newErrorLogDownloadEphemeral}
}

func (p *rdsProvider) Resources(context.Context) []func() resource.Resource { return nil }

// clientFrom takes an object's client out of what Configure gave. Terraform asks for schemas before it configures: then there is none yet.
func clientFrom(data any, diags *diag.Diagnostics) *rds.Client {
	if data == nil {
		return nil
	}
	client, ok := data.(*rds.Client)
	if !ok {
		diags.AddError("Unable to use provider configuration", fmt.Sprintf("This is a bug of the provider: it was handed a %T. Please report it.", data))
	}
	return client
}
