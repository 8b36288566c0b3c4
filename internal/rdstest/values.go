// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdstest

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands for a value that is known only after an apply.
type Unknown struct{}

// toValue turns Go's nil, string, bool, int, map[string]any and []any into a value of the type. What an object lacks
// is null.
func toValue(tb testing.TB, typ tftypes.Type, v any) tftypes.Value {
	tb.Helper()
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case Unknown:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case map[string]any:
		return toObject(tb, typ, v)
	case []any:
		list, ok := typ.(tftypes.List)
		if !ok {
			tb.Fatalf("a list where %s is wanted", typ)
		}
		var elements []tftypes.Value
		for _, element := range v {
			elements = append(elements, toValue(tb, list.ElementType, element))
		}
		return tftypes.NewValue(typ, elements)
	default:
		return tftypes.NewValue(typ, v)
	}
}

func toObject(tb testing.TB, typ tftypes.Type, v map[string]any) tftypes.Value {
	tb.Helper()
	object, ok := typ.(tftypes.Object)
	if !ok {
		tb.Fatalf("an object where %s is wanted", typ)
	}
	attributes := map[string]tftypes.Value{}
	for name, attributeType := range object.AttributeTypes {
		attributes[name] = toValue(tb, attributeType, v[name])
	}
	for name := range v {
		if _, ok := object.AttributeTypes[name]; !ok {
			tb.Fatalf("no attribute %q", name)
		}
	}
	return tftypes.NewValue(typ, attributes)
}

// fromValue is the way back. Numbers become int64.
func fromValue(tb testing.TB, v tftypes.Value) any {
	tb.Helper()
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() {
		return Unknown{}
	}
	switch {
	case v.Type().Is(tftypes.String):
		return as[string](tb, v)
	case v.Type().Is(tftypes.Bool):
		return as[bool](tb, v)
	case v.Type().Is(tftypes.Number):
		number := as[big.Float](tb, v)
		n, _ := number.Int64()
		return n
	case v.Type().Is(tftypes.List{}):
		list := []any{}
		for _, element := range as[[]tftypes.Value](tb, v) {
			list = append(list, fromValue(tb, element))
		}
		return list
	case v.Type().Is(tftypes.Object{}):
		object := map[string]any{}
		for name, attribute := range as[map[string]tftypes.Value](tb, v) {
			object[name] = fromValue(tb, attribute)
		}
		return object
	default:
		return fmt.Sprintf("a value of type %s", v.Type())
	}
}

func as[T any](tb testing.TB, v tftypes.Value) T {
	tb.Helper()
	var out T
	if err := v.As(&out); err != nil {
		tb.Fatal(err)
	}
	return out
}
