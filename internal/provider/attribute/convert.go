// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"fmt"

	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// Objects of several kinds share their attributes. These are written once, in the data source's types, and converted
// to the types of the other kinds. A type that is missing here panics in every test that reads the schema.

// EphemeralAttributes converts attributes to the types of an ephemeral resource.
func EphemeralAttributes(from map[string]schema.Attribute) map[string]ephemeralschema.Attribute {
	to := map[string]ephemeralschema.Attribute{}
	for name, attribute := range from {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			to[name] = ephemeralschema.StringAttribute(a)
		case schema.Int64Attribute:
			to[name] = ephemeralschema.Int64Attribute(a)
		case schema.Float64Attribute:
			to[name] = ephemeralschema.Float64Attribute(a)
		case schema.NumberAttribute:
			to[name] = ephemeralschema.NumberAttribute(a)
		case schema.BoolAttribute:
			to[name] = ephemeralschema.BoolAttribute(a)
		case schema.SetAttribute:
			to[name] = ephemeralschema.SetAttribute(a)
		case schema.ListNestedAttribute:
			to[name] = ephemeralschema.ListNestedAttribute{
				MarkdownDescription: a.MarkdownDescription,
				Computed:            a.Computed,
				NestedObject:        ephemeralschema.NestedAttributeObject{Attributes: EphemeralAttributes(a.NestedObject.Attributes)},
			}
		default:
			panic(fmt.Sprintf("attribute %s: EphemeralAttributes cannot convert %T", name, attribute))
		}
	}
	return to
}

// EphemeralBlock converts a block to the type of an ephemeral resource.
func EphemeralBlock(b schema.SingleNestedBlock) ephemeralschema.SingleNestedBlock {
	return ephemeralschema.SingleNestedBlock{
		MarkdownDescription: b.MarkdownDescription,
		Attributes:          EphemeralAttributes(b.Attributes),
	}
}

// ActionAttributes converts arguments to the types of an action, which has no results and no secrets.
func ActionAttributes(from map[string]schema.Attribute) map[string]actionschema.Attribute {
	to := map[string]actionschema.Attribute{}
	for name, attribute := range from {
		switch a := attribute.(type) {
		case schema.StringAttribute:
			to[name] = actionschema.StringAttribute{
				MarkdownDescription: a.MarkdownDescription, Required: a.Required, Optional: a.Optional,
				CustomType: a.CustomType, Validators: a.Validators,
			}
		case schema.BoolAttribute:
			to[name] = actionschema.BoolAttribute{
				MarkdownDescription: a.MarkdownDescription, Required: a.Required, Optional: a.Optional,
				CustomType: a.CustomType, Validators: a.Validators,
			}
		default:
			panic(fmt.Sprintf("attribute %s: ActionAttributes cannot convert %T", name, attribute))
		}
	}
	return to
}

// ActionBlock converts a block to the type of an action.
func ActionBlock(b schema.SingleNestedBlock) actionschema.SingleNestedBlock {
	return actionschema.SingleNestedBlock{MarkdownDescription: b.MarkdownDescription, Attributes: ActionAttributes(b.Attributes)}
}
