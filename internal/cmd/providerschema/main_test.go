// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestMain serves the fake provider if the CLI started this program as its provider.
func TestMain(m *testing.M) {
	if os.Getenv("TF_PLUGIN_MAGIC_COOKIE") == "" {
		code := m.Run()
		rdstest.RemoveProvider()
		os.Exit(code)
	}
	server := func() tfprotov6.ProviderServer { return fake{schemas: everyKind} }
	if err := tf6server.Serve("registry.terraform.io/otc-rds/rds", server); err != nil {
		log.Fatal(err)
	}
}

const example = "../../../examples/provider/provider.tf"

// TestSchemasAreTheCLIs compares the provider's schemas with what the real CLI prints.
func TestSchemasAreTheCLIs(t *testing.T) {
	c := rdstest.NewCLI(t, []string{example})
	compare(t, schemasOfCLI(t, c), schemasOf(t, provider.NewServer("dev", provider.Outside{})()))
}

// TestKindsOfOneDay does the same with a provider that has every kind of object and block that the program knows.
func TestKindsOfOneDay(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(program, filepath.Join(folder, "terraform-provider-rds")); err != nil {
		t.Fatal(err)
	}
	c := rdstest.NewCLI(t, []string{example})
	c.Write(t, "cli.tfrc", fmt.Sprintf(`provider_installation {
		dev_overrides {
			"registry.terraform.io/otc-rds/rds" = %[1]q
			"registry.opentofu.org/otc-rds/rds" = %[1]q
		}
	}`, folder))
	c.Env["TF_CLI_CONFIG_FILE"] = filepath.Join(c.Dir, "cli.tfrc")
	compare(t, schemasOfCLI(t, c), schemasOf(t, fake{schemas: everyKind}))
}

// TestFunctions compares letter by letter, because Terraform before 1.8 prints no functions.
func TestFunctions(t *testing.T) {
	got := schemasOf(t, fake{schemas: everyKind})["functions"]
	var want any
	if err := json.Unmarshal([]byte(`{
		"count": {
			"description": "Counts **lines**.", "summary": "count lines", "deprecation_message": "Use length.",
			"return_type": ["map", ["object", {"level": "string", "lines": "number"}]],
			"parameters": [
				{"name": "text", "description": "the log", "type": "string"},
				{"name": "levels", "is_nullable": true, "type": ["list", "string"]}
			],
			"variadic_parameter": {"name": "more", "description": "other logs", "type": "dynamic"}
		},
		"now": {"return_type": "bool"}
	}`), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("functions differ (-want +got):\n%s", diff)
	}
}

func TestUnknownKindIsAnError(t *testing.T) {
	for name, add := range map[string]func(*tfprotov6.GetProviderSchemaResponse, *tfprotov6.Schema){
		"managed resource": func(r *tfprotov6.GetProviderSchemaResponse, s *tfprotov6.Schema) {
			r.ResourceSchemas = map[string]*tfprotov6.Schema{"rds_new": s}
		},
		"list resource": func(r *tfprotov6.GetProviderSchemaResponse, s *tfprotov6.Schema) {
			r.ListResourceSchemas = map[string]*tfprotov6.Schema{"rds_new": s}
		},
		"state store": func(r *tfprotov6.GetProviderSchemaResponse, s *tfprotov6.Schema) {
			r.StateStoreSchemas = map[string]*tfprotov6.Schema{"rds_new": s}
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := printSchemas(t.Context(), fake{schemas: func() *tfprotov6.GetProviderSchemaResponse {
				schemas := everyKind()
				add(schemas, schemas.Provider)
				return schemas
			}}, &bytes.Buffer{})
			const want = "the provider has managed resources, list resources or state stores: add them to convertProvider"
			if err == nil || err.Error() != want {
				t.Errorf("error is %v, want %s", err, want)
			}
		})
	}
}

func TestServerThatFails(t *testing.T) {
	err := printSchemas(t.Context(), fake{}, &bytes.Buffer{})
	if !errors.Is(err, errNoSchemas) {
		t.Errorf("error is %v, want one that wraps %v", err, errNoSchemas)
	}
}

// everyKind has each kind of nesting once, an attribute of each nested type, and functions with and without parameters.
func everyKind() *tfprotov6.GetProviderSchemaResponse {
	read := &tfprotov6.SchemaAttribute{
		Name: "read", Type: tftypes.String, Optional: true,
		Description: "a *duration*", DescriptionKind: tfprotov6.StringKindMarkdown,
	}
	inner := func() *tfprotov6.SchemaBlock {
		return &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{read}, Description: "limits", Deprecated: true}
	}
	outer := inner()
	outer.BlockTypes = []*tfprotov6.SchemaNestedBlock{
		{TypeName: "deep", Nesting: tfprotov6.SchemaNestedBlockNestingModeSingle, Block: inner()},
	}
	block := &tfprotov6.SchemaBlock{BlockTypes: []*tfprotov6.SchemaNestedBlock{
		{TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeSingle, Block: outer},
		{TypeName: "group", Nesting: tfprotov6.SchemaNestedBlockNestingModeGroup, Block: inner()},
		{TypeName: "list", Nesting: tfprotov6.SchemaNestedBlockNestingModeList, Block: inner(), MinItems: 1, MaxItems: 3},
		{TypeName: "set", Nesting: tfprotov6.SchemaNestedBlockNestingModeSet, Block: inner(), MaxItems: 2},
		{TypeName: "map", Nesting: tfprotov6.SchemaNestedBlockNestingModeMap, Block: inner()},
	}}
	for name, nesting := range map[string]tfprotov6.SchemaObjectNestingMode{
		"one_object":  tfprotov6.SchemaObjectNestingModeSingle,
		"object_list": tfprotov6.SchemaObjectNestingModeList,
		"object_set":  tfprotov6.SchemaObjectNestingModeSet,
		"object_map":  tfprotov6.SchemaObjectNestingModeMap,
	} {
		block.Attributes = append(block.Attributes, &tfprotov6.SchemaAttribute{
			Name: name, Computed: true, Sensitive: true,
			NestedType: &tfprotov6.SchemaObject{Nesting: nesting, Attributes: []*tfprotov6.SchemaAttribute{read}},
		})
	}
	schema := &tfprotov6.Schema{Version: 2, Block: block}
	return &tfprotov6.GetProviderSchemaResponse{
		Provider:                 &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{read}}},
		DataSourceSchemas:        map[string]*tfprotov6.Schema{"rds_all": schema},
		EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"rds_all": schema},
		ActionSchemas:            map[string]*tfprotov6.ActionSchema{"rds_all": {Schema: &tfprotov6.Schema{Block: inner()}}},
		Functions: map[string]*tfprotov6.Function{
			"now": {Return: &tfprotov6.FunctionReturn{Type: tftypes.Bool}},
			"count": {
				Summary: "count lines", Description: "Counts **lines**.", DescriptionKind: tfprotov6.StringKindMarkdown,
				DeprecationMessage: "Use length.",
				Return: &tfprotov6.FunctionReturn{Type: tftypes.Map{ElementType: tftypes.Object{
					AttributeTypes: map[string]tftypes.Type{"level": tftypes.String, "lines": tftypes.Number},
				}}},
				Parameters: []*tfprotov6.FunctionParameter{
					{Name: "text", Description: "the log", Type: tftypes.String, AllowUnknownValues: true},
					{Name: "levels", Type: tftypes.List{ElementType: tftypes.String}, AllowNullValue: true},
				},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Description: "other logs", Type: tftypes.DynamicPseudoType},
			},
		},
	}
}

// fake is a provider server that has schemas and nothing else.
type fake struct {
	tfprotov6.ProviderServer
	schemas func() *tfprotov6.GetProviderSchemaResponse
}

var errNoSchemas = errors.New("no schemas today")

func (f fake) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	if f.schemas == nil {
		return nil, errNoSchemas
	}
	return f.schemas(), nil
}

func (fake) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (fake) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func schemasOfCLI(t *testing.T, c *rdstest.CLI) map[string]any {
	t.Helper()
	run := c.Run(t, "providers", "schema", "-json")
	if run.ExitCode != 0 {
		t.Fatalf("providers schema returned %d:\n%s\n%s", run.ExitCode, run.Stdout, run.Stderr)
	}
	schemas := decode(t, []byte(run.Stdout))
	if strings.HasPrefix(c.Run(t, "version").Stdout, "OpenTofu") {
		delete(schemas, "functions") // OpenTofu prints them in another form; TestFunctions compares them
	}
	return schemas
}

func schemasOf(t *testing.T, server tfprotov6.ProviderServer) map[string]any {
	t.Helper()
	var text bytes.Buffer
	if err := printSchemas(t.Context(), server, &text); err != nil {
		t.Fatal(err)
	}
	return decode(t, text.Bytes())
}

// compare compares all that the CLI prints: an older one leaves kinds of objects out.
func compare(t *testing.T, want, got map[string]any) {
	t.Helper()
	for _, kind := range []string{"provider", "data_source_schemas"} {
		if want[kind] == nil {
			t.Fatalf("the CLI printed no %s", kind)
		}
	}
	for kind := range want {
		if diff := cmp.Diff(want[kind], got[kind]); diff != "" {
			t.Errorf("%s differs (-CLI +program):\n%s", kind, diff)
		}
	}
}

// decode returns the part of the only provider, whatever registry's name it has.
func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var all struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Schemas) != 1 {
		t.Fatalf("%d providers, want 1", len(all.Schemas))
	}
	for _, one := range all.Schemas {
		return one
	}
	return nil
}
