// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
)

// These functions turn the protocol's types into those of the JSON format. A kind of object that the provider does not
// have yet is an error, so that its documentation cannot be forgotten.

func convertProvider(from *tfprotov6.GetProviderSchemaResponse) (*tfjson.ProviderSchema, error) {
	if len(from.ResourceSchemas)+len(from.ListResourceSchemas)+len(from.StateStoreSchemas) > 0 {
		return nil, errors.New("the provider has managed resources, list resources or state stores: add them to convertProvider")
	}
	to := &tfjson.ProviderSchema{ActionSchemas: map[string]*tfjson.ActionSchema{}, Functions: map[string]*tfjson.FunctionSignature{}}
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
	for name, function := range from.Functions {
		if to.Functions[name], err = convertFunction(function); err != nil {
			return nil, fmt.Errorf("function %s: %w", name, err)
		}
	}
	return to, nil
}

func convertFunction(from *tfprotov6.Function) (*tfjson.FunctionSignature, error) {
	result, err := convertType(from.Return.Type)
	if err != nil {
		return nil, fmt.Errorf("result: %w", err)
	}
	to := &tfjson.FunctionSignature{
		Description:        from.Description,
		Summary:            from.Summary,
		DeprecationMessage: from.DeprecationMessage,
		ReturnType:         result,
	}
	for _, parameter := range from.Parameters {
		converted, err := convertParameter(parameter)
		if err != nil {
			return nil, err
		}
		to.Parameters = append(to.Parameters, converted)
	}
	if from.VariadicParameter != nil {
		to.VariadicParameter, err = convertParameter(from.VariadicParameter)
	}
	return to, err
}

func convertParameter(from *tfprotov6.FunctionParameter) (*tfjson.FunctionParameter, error) {
	typ, err := convertType(from.Type)
	if err != nil {
		return nil, fmt.Errorf("parameter %s: %w", from.Name, err)
	}
	return &tfjson.FunctionParameter{Name: from.Name, Description: from.Description, IsNullable: from.AllowNullValue, Type: typ}, nil
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
	block, err := convertBlock(from.Block)
	return &tfjson.Schema{Version: uint64(from.Version), Block: block}, err //nolint:gosec // a version is never negative
}

func convertBlock(from *tfprotov6.SchemaBlock) (*tfjson.SchemaBlock, error) {
	attributes, err := convertAttributes(from.Attributes)
	if err != nil {
		return nil, err
	}
	to := &tfjson.SchemaBlock{
		Attributes:      attributes,
		NestedBlocks:    map[string]*tfjson.SchemaBlockType{},
		Description:     from.Description,
		DescriptionKind: descriptionKind(from.DescriptionKind),
		Deprecated:      from.Deprecated,
	}
	for _, nested := range from.BlockTypes {
		block, err := convertBlock(nested.Block)
		if err != nil {
			return nil, fmt.Errorf("block %s: %w", nested.TypeName, err)
		}
		to.NestedBlocks[nested.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: blockNestingMode(nested.Nesting),
			Block:       block,
			MinItems:    uint64(nested.MinItems), //nolint:gosec // a limit is never negative
			MaxItems:    uint64(nested.MaxItems), //nolint:gosec // a limit is never negative
		}
	}
	return to, nil
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

// convertType converts through JSON, the only form that both libraries have.
func convertType(from tftypes.Type) (cty.Type, error) {
	var to cty.Type
	text, err := from.MarshalJSON() //nolint:staticcheck // see above
	if err != nil {
		return to, fmt.Errorf("writing a type: %w", err)
	}
	return to, json.Unmarshal(text, &to)
}

func blockNestingMode(from tfprotov6.SchemaNestedBlockNestingMode) tfjson.SchemaNestingMode {
	switch from {
	case tfprotov6.SchemaNestedBlockNestingModeList:
		return tfjson.SchemaNestingModeList
	case tfprotov6.SchemaNestedBlockNestingModeSet:
		return tfjson.SchemaNestingModeSet
	case tfprotov6.SchemaNestedBlockNestingModeMap:
		return tfjson.SchemaNestingModeMap
	case tfprotov6.SchemaNestedBlockNestingModeGroup:
		return tfjson.SchemaNestingModeGroup
	default:
		return tfjson.SchemaNestingModeSingle
	}
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
