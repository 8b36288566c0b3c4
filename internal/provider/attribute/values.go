// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package attribute

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Text returns a server's text, safe to show, or null if the server sent nothing.
func Text(s string) types.String { return Link(apierror.Printable(s)) }

// Link returns a link unchanged, since its signature covers each character, or null.
func Link(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// Instant returns a time, or null. The type's own constructor would cut off the milliseconds.
func Instant(t time.Time, layout string) timetypes.RFC3339 {
	if t.IsZero() {
		return timetypes.NewRFC3339Null()
	}
	return timetypes.NewRFC3339ValueMust(t.UTC().Format(layout))
}

// Second returns a time to the second, or null. The API's rows are no finer.
func Second(t time.Time) types.String {
	if t.IsZero() {
		return types.StringNull()
	}
	return types.StringValue(t.UTC().Format(time.RFC3339))
}

// ObjectType returns the type of an object with these attributes.
func ObjectType(attributes map[string]schema.Attribute) types.ObjectType {
	object := types.ObjectType{AttrTypes: map[string]attr.Type{}}
	for name, attribute := range attributes {
		object.AttrTypes[name] = attribute.GetType()
	}
	return object
}

// List returns a list of objects with these attributes, one for each element. Without any it is empty, not null, so that
// list[*] works.
func List[T any](attributes map[string]schema.Attribute, elements []T, object func(T) map[string]attr.Value) types.List {
	typ := ObjectType(attributes)
	values := make([]attr.Value, 0, len(elements))
	for _, e := range elements {
		values = append(values, types.ObjectValueMust(typ.AttrTypes, object(e)))
	}
	return types.ListValueMust(typ, values)
}
