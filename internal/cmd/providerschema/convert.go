// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// The protocol's types, turned into those of the JSON format. What this provider does not have (functions, nested
// blocks, identities) is an error and not left out in silence.

func convertProvider(from *tfprotov6.GetProviderSchemaResponse) (*tfjson.ProviderSchema, error) {
	if len(from.Functions)+len(from.ResourceSchemas)+len(from.ListResourceSchemas) > 0 {
		return nil, fmt.Errorf("the provider has kinds of objects that this program does not know")
	}
	to := &tfjson.ProviderSchema{ActionSchemas: map[string]*tfjson.ActionSchema{}}
	var err error
	if to.ConfigSchema, err = convertSchema(from.Provider); err != nil {
		return nil, err
	}
	if to.DataSourceSchemas, err = convertSchemas(from.DataSourceSchemas); err != nil {
		return nil, err
	}
	if to.EphemeralResourceSchemas, err = convertSchemas(from.EphemeralResourceSchemas); err != nil {
		return nil, err
	}
	for name, action := range from.ActionSchemas {
		schema, err := convertSchema(action.Schema)
		if err != nil {
			return nil, fmt.Errorf("action %s: %w", name, err)
		}
		to.ActionSchemas[name] = &tfjson.ActionSchema{Block: schema.Block}
	}
	return to, nil
}

func convertSchemas(from map[string]*tfprotov6.Schema) (map[string]*tfjson.Schema, error) {
	to := map[string]*tfjson.Schema{}
	for name, schema := range from {
		converted, err := convertSchema(schema)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		to[name] = converted
	}
	return to, nil
}

func convertSchema(from *tfprotov6.Schema) (*tfjson.Schema, error) {
	if len(from.Block.BlockTypes) > 0 {
		return nil, fmt.Errorf("nested blocks are not known to this program")
	}
	attributes, err := convertAttributes(from.Block.Attributes)
	if err != nil {
		return nil, err
	}
	return &tfjson.Schema{Version: uint64(from.Version), Block: &tfjson.SchemaBlock{ //nolint:gosec // a version is never negative
		Attributes:      attributes,
		Description:     from.Block.Description,
		DescriptionKind: descriptionKind(from.Block.DescriptionKind),
		Deprecated:      from.Block.Deprecated,
	}}, nil
}

func convertAttributes(from []*tfprotov6.SchemaAttribute) (map[string]*tfjson.SchemaAttribute, error) {
	to := map[string]*tfjson.SchemaAttribute{}
	for _, attribute := range from {
		converted, err := convertAttribute(attribute)
		if err != nil {
			return nil, fmt.Errorf("attribute %s: %w", attribute.Name, err)
		}
		to[attribute.Name] = converted
	}
	return to, nil
}

func convertAttribute(from *tfprotov6.SchemaAttribute) (*tfjson.SchemaAttribute, error) {
	to := &tfjson.SchemaAttribute{
		Description:     from.Description,
		DescriptionKind: descriptionKind(from.DescriptionKind),
		Deprecated:      from.Deprecated,
		Required:        from.Required,
		Optional:        from.Optional,
		Computed:        from.Computed,
		Sensitive:       from.Sensitive,
		WriteOnly:       from.WriteOnly,
	}
	if from.NestedType == nil {
		typ, err := convertType(from.Type)
		to.AttributeType = typ
		return to, err
	}
	attributes, err := convertAttributes(from.NestedType.Attributes)
	to.AttributeNestedType = &tfjson.SchemaNestedAttributeType{Attributes: attributes, NestingMode: nestingMode(from.NestedType.Nesting)}
	return to, err
}

// convertType goes by way of the JSON form that both libraries share.
func convertType(from tftypes.Type) (cty.Type, error) {
	var to cty.Type
	text, err := from.MarshalJSON() //nolint:staticcheck // the only form that both libraries have
	if err != nil {
		return to, fmt.Errorf("writing a type: %w", err)
	}
	return to, json.Unmarshal(text, &to)
}

func nestingMode(from tfprotov6.SchemaObjectNestingMode) tfjson.SchemaNestingMode {
	switch from {
	case tfprotov6.SchemaObjectNestingModeList:
		return tfjson.SchemaNestingModeList
	case tfprotov6.SchemaObjectNestingModeSet:
		return tfjson.SchemaNestingModeSet
	case tfprotov6.SchemaObjectNestingModeMap:
		return tfjson.SchemaNestingModeMap
	default:
		return tfjson.SchemaNestingModeSingle
	}
}

func descriptionKind(from tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if from == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}
