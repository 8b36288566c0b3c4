// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdstest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
)

// Protocol calls a provider's protocol in Terraform's order.
type Protocol struct {
	// Shown is called with each line that an action shows. Meanwhile the action goes on until its next line. Nil: nobody looks.
	Shown func(string)

	tb      testing.TB
	server  tfprotov6.ProviderServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// Outcome is the result of a call: attributes as Go's values, and diagnostics in the form of Terraform.
type Outcome struct {
	Values      map[string]any
	Diagnostics []string
}

// Protocol starts another provider server.
func (c *Cloud) Protocol(tb testing.TB) *Protocol {
	tb.Helper()
	p := &Protocol{tb: tb, server: provider.NewServer("test", c.Outside)()}
	schemas, err := p.server.GetProviderSchema(tb.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		tb.Fatal(err)
	}
	p.schemas = schemas
	return p
}

// Configure validates and configures a provider block.
func (p *Protocol) Configure(ctx context.Context, block map[string]any) []string {
	p.tb.Helper()
	config := p.config(p.schemas.Provider, block)
	validated, err := p.server.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: config})
	check(p.tb, err)
	diagnostics := texts(validated.Diagnostics)
	if failed(diagnostics) {
		return diagnostics
	}
	configured, err := p.server.ConfigureProvider(ctx, &tfprotov6.ConfigureProviderRequest{Config: config, TerraformVersion: "1.11.4"})
	check(p.tb, err)
	return append(diagnostics, texts(configured.Diagnostics)...)
}

// Read validates and reads a data source.
func (p *Protocol) Read(ctx context.Context, typeName string, arguments map[string]any) Outcome {
	p.tb.Helper()
	validated := p.Validate(ctx, typeName, arguments)
	if failed(validated) {
		return Outcome{Diagnostics: validated}
	}
	o := p.ReadLate(ctx, typeName, arguments)
	o.Diagnostics = append(validated, o.Diagnostics...)
	return o
}

// ReadLate reads a data source without validation, as if an argument had been unknown before.
func (p *Protocol) ReadLate(ctx context.Context, typeName string, arguments map[string]any) Outcome {
	p.tb.Helper()
	schema := p.schemas.DataSourceSchemas[typeName]
	read, err := p.server.ReadDataSource(ctx, &tfprotov6.ReadDataSourceRequest{TypeName: typeName, Config: p.config(schema, arguments)})
	check(p.tb, err)
	return p.outcome(schema, read.State, read.Diagnostics)
}

// Validate validates a data source: its arguments may be unknown.
func (p *Protocol) Validate(ctx context.Context, typeName string, arguments map[string]any) []string {
	p.tb.Helper()
	validated, err := p.server.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{
		TypeName: typeName, Config: p.config(p.schemas.DataSourceSchemas[typeName], arguments),
	})
	check(p.tb, err)
	return texts(validated.Diagnostics)
}

// Open validates and opens an ephemeral resource.
func (p *Protocol) Open(ctx context.Context, typeName string, arguments map[string]any) Outcome {
	p.tb.Helper()
	schema := p.schemas.EphemeralResourceSchemas[typeName]
	config := p.config(schema, arguments)
	validated, err := p.server.ValidateEphemeralResourceConfig(ctx,
		&tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: typeName, Config: config})
	check(p.tb, err)
	if diagnostics := texts(validated.Diagnostics); failed(diagnostics) {
		return Outcome{Diagnostics: diagnostics}
	}
	opened, err := p.server.OpenEphemeralResource(ctx, &tfprotov6.OpenEphemeralResourceRequest{TypeName: typeName, Config: config})
	check(p.tb, err)
	return p.outcome(schema, opened.Result, append(validated.Diagnostics, opened.Diagnostics...))
}

// Call calls a function. It returns the result as a Go value, or the text of the function's error.
func (p *Protocol) Call(ctx context.Context, name string, arguments ...any) (result any, failure string) {
	p.tb.Helper()
	function := p.schemas.Functions[name]
	if function == nil || len(function.Parameters) != len(arguments) {
		p.tb.Fatalf("expected the function %s with %d parameters, found none", name, len(arguments))
	}
	request := &tfprotov6.CallFunctionRequest{Name: name}
	for i, parameter := range function.Parameters {
		argument, err := tfprotov6.NewDynamicValue(parameter.Type, toValue(p.tb, parameter.Type, arguments[i]))
		check(p.tb, err)
		request.Arguments = append(request.Arguments, &argument)
	}
	response, err := p.server.CallFunction(ctx, request)
	check(p.tb, err)
	if response.Error != nil {
		return nil, response.Error.Text
	}
	value, err := response.Result.Unmarshal(function.Return.Type)
	check(p.tb, err)
	return fromValue(p.tb, value), ""
}

// Invoke validates and invokes an action. It returns the progress messages and the diagnostics.
func (p *Protocol) Invoke(ctx context.Context, typeName string, arguments map[string]any) (progress, diagnostics []string) {
	p.tb.Helper()
	server, config := p.action(typeName, arguments)
	validated, err := server.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: config})
	check(p.tb, err)
	diagnostics = texts(validated.Diagnostics)
	if failed(diagnostics) {
		return nil, diagnostics
	}
	progress, invoked := p.InvokeLate(ctx, typeName, arguments)
	return progress, append(diagnostics, invoked...)
}

func (p *Protocol) action(typeName string, arguments map[string]any) (tfprotov6.ActionServer, *tfprotov6.DynamicValue) {
	p.tb.Helper()
	action := p.schemas.ActionSchemas[typeName]
	server, ok := p.server.(tfprotov6.ActionServer)
	if action == nil || !ok {
		p.tb.Fatalf("expected the action %s, found none", typeName)
	}
	return server, p.config(action.Schema, arguments)
}

// InvokeLate invokes an action without validation, as Terraform does if an argument was unknown before.
func (p *Protocol) InvokeLate(ctx context.Context, typeName string, arguments map[string]any) (progress, diagnostics []string) {
	p.tb.Helper()
	server, config := p.action(typeName, arguments)
	stream, err := server.InvokeAction(ctx, &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: config})
	check(p.tb, err)
	for event := range stream.Events {
		switch event := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, event.Message)
			if p.Shown != nil {
				p.Shown(event.Message)
			}
		case tfprotov6.CompletedInvokeActionEventType:
			diagnostics = texts(event.Diagnostics)
		}
	}
	return progress, diagnostics
}

// Stop asks the provider to stop, as Terraform does after Ctrl-C.
func (p *Protocol) Stop(ctx context.Context) {
	p.tb.Helper()
	resp, err := p.server.StopProvider(ctx, &tfprotov6.StopProviderRequest{})
	check(p.tb, err)
	if resp.Error != "" {
		p.tb.Errorf("stop: expected no error, got %s", resp.Error)
	}
}

// outcome decodes a state.
func (p *Protocol) outcome(schema *tfprotov6.Schema, state *tfprotov6.DynamicValue, diags []*tfprotov6.Diagnostic) Outcome {
	p.tb.Helper()
	o := Outcome{Diagnostics: texts(diags)}
	if state == nil || failed(o.Diagnostics) {
		return o
	}
	value, err := state.Unmarshal(schema.ValueType())
	check(p.tb, err)
	o.Values, _ = fromValue(p.tb, value).(map[string]any)
	return o
}

func (p *Protocol) config(schema *tfprotov6.Schema, values map[string]any) *tfprotov6.DynamicValue {
	p.tb.Helper()
	if schema == nil {
		p.tb.Fatal("expected a schema, found none")
	}
	typ := schema.ValueType()
	config, err := tfprotov6.NewDynamicValue(typ, toValue(p.tb, typ, values))
	check(p.tb, err)
	return &config
}

func failed(diagnostics []string) bool {
	return slices.ContainsFunc(diagnostics, func(text string) bool { return strings.HasPrefix(text, "Error: ") })
}

// texts returns one text for each diagnostic: "Error: Summary (attribute)\n\ndetail".
func texts(diags []*tfprotov6.Diagnostic) []string {
	var all []string
	for _, d := range diags {
		severity := "Error: "
		if d.Severity == tfprotov6.DiagnosticSeverityWarning {
			severity = "Warning: "
		}
		all = append(all, severity+d.Summary+attributeName(d.Attribute)+"\n\n"+d.Detail)
	}
	return all
}

// attributeName returns " (name)", or nothing if there is no attribute.
func attributeName(path *tftypes.AttributePath) string {
	name := ""
	for _, step := range path.Steps() {
		if attribute, ok := step.(tftypes.AttributeName); ok {
			name += "." + string(attribute)
		} else {
			name += fmt.Sprintf("[%v]", step)
		}
	}
	if name == "" {
		return ""
	}
	return " (" + name[1:] + ")"
}
