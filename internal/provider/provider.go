// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package provider has the provider "rds" for Terraform: its block, its objects and its server.
//
// Data flows one way: configuration → this package → package rds, through identity and transport → attributes.
//
//	server.go                 the protocol server that main starts
//	provider.go               the provider block; provider_schema.go has its schema and reads it
//	client.go                 what every object gets from Configure, and the lookup of an instance
//	data_source_….go, ephemeral_….go, action_….go, function_….go   one object a file, kind first
//	log.go                    what the data sources and ephemeral resources of all logs share
//	log_download.go, errorlog.go, slowlog.go   rds_…log_download, rds_errorlog, rds_slowlog
//	logging.go                the request log
//	attribute/                parts of schemas that several objects share
//	diagnose/                 turns errors into texts
//	progress/                 lines that an action shows while it runs
package provider

import (
	"context"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// typeName is the provider's name in configurations: every object's name begins with it.
const typeName = "rds"

// Outside is the world around the provider. Its zero value is the real one; tests replace it.
type Outside struct {
	Network     http.RoundTripper    // nil: real connections, with the TLS settings of the configuration
	Clock       rds.Clock            // nil: the machine's
	Random      func() float64       // nil: math/rand/v2
	RetryPause  time.Duration        // the first pause between retries; 0: the transport's default
	Environment settings.Environment // zero: the process's own
	Interrupt   context.Context      //nolint:containedctx // ends when a person presses Ctrl-C; nil: never
	Calls       *Calls               // counts the calls under way; nil: nobody needs it
}

// New returns a function that makes the provider. The version appears in the User-Agent.
func New(version string, outside Outside) func() provider.Provider {
	p := rdsProvider{version: version, outside: outside}
	if p.outside.Random == nil {
		p.outside.Random = rand.Float64
	}
	if p.outside.Interrupt == nil {
		p.outside.Interrupt = context.Background()
	}
	return func() provider.Provider { return &p }
}

type rdsProvider struct {
	version string
	outside Outside
}

var (
	_ provider.ProviderWithEphemeralResources = (*rdsProvider)(nil)
	_ provider.ProviderWithActions            = (*rdsProvider)(nil)
	_ provider.ProviderWithFunctions          = (*rdsProvider)(nil)
)

func (p *rdsProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName, resp.Version = typeName, p.version
}

// Configure checks the configuration and builds the client. It makes no request: the first one logs in.
func (p *rdsProvider) Configure(_ context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var block map[string]tftypes.Value
	if err := req.Config.Raw.As(&block); err != nil {
		resp.Diagnostics.AddError("Unable to read provider configuration", err.Error())
	}
	resp.Diagnostics.Append(refuseUnknown(block)...)
	if resp.Diagnostics.HasError() {
		return
	}
	values, err := blockValues(block)
	if err != nil {
		resp.Diagnostics.AddError("Unable to read provider configuration", "This is a bug of the provider, please report it: "+err.Error()+".")
		return
	}
	config, err := settings.Resolve(values, p.outside.Environment)
	if err != nil {
		resp.Diagnostics.Append(diagnose.ConfigurationError(err))
		return
	}
	resp.Diagnostics.Append(diagnose.ConfigurationWarnings(config)...)
	client, err := p.newClient(config, req.TerraformVersion)
	if err != nil {
		resp.Diagnostics.Append(diagnose.ConfigurationError(err))
		return
	}
	resp.DataSourceData, resp.ResourceData, resp.EphemeralResourceData, resp.ActionData = client, client, client, client
}

// refuseUnknown reports each value of the provider block that is known only after an apply. With half a credential
// the login would fail for a reason that nobody understands.
func refuseUnknown(block map[string]tftypes.Value) diag.Diagnostics {
	var diags diag.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(block)) {
		if !block[name].IsFullyKnown() {
			diags.AddAttributeError(path.Root(name), "Unable to configure provider with an unknown value",
				"The value of "+name+" is known only after an apply, but the provider needs it now.\n\n"+
					"Apply what it depends on first (terraform apply -target=…), or take it from a variable or from the environment.")
		}
	}
	return diags
}

func (p *rdsProvider) DataSources(context.Context) []func() datasource.DataSource {
	all := []func() datasource.DataSource{newInstancesDataSource}
	for _, l := range logObjects {
		all = append(all, func() datasource.DataSource { return &logDataSource{logObject: l, now: p.now} })
	}
	return all
}

func (p *rdsProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	var all []func() ephemeral.EphemeralResource
	for _, l := range logObjects {
		all = append(all, func() ephemeral.EphemeralResource { return &logEphemeral{logObject: l, now: p.now} })
	}
	return all
}

func (p *rdsProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{errorLogDownload.newAction, slowLogDownload.newAction}
}

func (p *rdsProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{newErrorLogSummarize}
}

// now returns the time.
func (p *rdsProvider) now() time.Time {
	if p.outside.Clock != nil {
		return p.outside.Clock.Now()
	}
	return time.Now()
}

func (p *rdsProvider) Resources(context.Context) []func() resource.Resource { return nil }
