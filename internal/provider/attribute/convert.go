// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	actionschema "github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	ephemeralschema "github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
)

// Objects of several kinds share their attributes and blocks. These are written once, in the data source's types: the
// framework reads the attributes of every kind through the same interface. Only the types of the maps differ.

// EphemeralAttributes returns attributes as those of an ephemeral resource.
func EphemeralAttributes(from map[string]schema.Attribute) map[string]ephemeralschema.Attribute {
	to := map[string]ephemeralschema.Attribute{}
	for name, attribute := range from {
		to[name] = attribute
	}
	return to
}

// ActionAttributes returns arguments as those of an action, which has no results.
func ActionAttributes(from map[string]schema.Attribute) map[string]actionschema.Attribute {
	to := map[string]actionschema.Attribute{}
	for name, attribute := range from {
		if text, ok := attribute.(schema.StringAttribute); ok {
			text.Computed = false
			attribute = text
		}
		to[name] = attribute
	}
	return to
}
