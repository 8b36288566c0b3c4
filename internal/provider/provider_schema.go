// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// The provider block has the attributes of settings.Attributes.

func (p *rdsProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	attributes := map[string]schema.Attribute{}
	for _, a := range settings.Attributes {
		attributes[a.Name] = schemaAttribute(a)
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows what broke and what is slow in RDS for PostgreSQL instances in Open Telekom Cloud, and retrieves their " +
			"error logs and slow query logs. Arguments and environment variables are those of the `opentelekomcloud` provider.",
		Attributes: attributes,
	}
}

// schemaAttribute returns the schema of one attribute. An empty text counts as
// not set, as an empty environment variable does, so that a variable without a
// value can be used.
func schemaAttribute(a settings.Attribute) schema.Attribute {
	description := a.Description + " Environment: `" + strings.Join(a.Env, "`, `") + "`."
	switch a.Type() {
	case reflect.TypeFor[*bool]():
		return schema.BoolAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
	case reflect.TypeFor[*int64]():
		return schema.NumberAttribute{
			Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description,
			Validators: []validator.Number{attribute.WholeNumber(0, 100)},
		}
	default:
		s := schema.StringAttribute{Optional: true, Sensitive: a.Sensitive, MarkdownDescription: description}
		if len(a.Words) > 0 {
			s.Validators = []validator.String{stringvalidator.OneOf(a.Words...)}
		}
		return s
	}
}

// blockValues reads the provider block. All its values are known and valid.
func blockValues(block map[string]tftypes.Value) (settings.Values, error) {
	var values settings.Values
	for _, a := range settings.Attributes {
		text, err := textOf(block[a.Name])
		if err == nil && text != "" && !a.Set(&values, text) {
			err = fmt.Errorf("not a %s", block[a.Name].Type())
		}
		if err != nil {
			return values, fmt.Errorf("read %s: %w", a.Name, err)
		}
	}
	return values, nil
}

// textOf returns a value as text. It is "" for null.
func textOf(value tftypes.Value) (string, error) {
	switch {
	case value.IsNull():
		return "", nil
	case value.Type().Is(tftypes.Bool):
		var flag bool
		err := value.As(&flag)
		return fmt.Sprint(flag), err //nolint:wrapcheck // blockValues names the attribute
	case value.Type().Is(tftypes.Number):
		var number big.Float
		err := value.As(&number)
		return number.Text('f', -1), err //nolint:wrapcheck // blockValues names the attribute
	default:
		var text string
		err := value.As(&text)
		return text, err //nolint:wrapcheck // blockValues names the attribute
	}
}
