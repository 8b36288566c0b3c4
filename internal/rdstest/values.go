// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdstest

import (
	"fmt"
	"math/big"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown is a value that is known only after an apply.
type Unknown struct{}

// toValue converts Go's nil, string, bool, int, float64, map[string]any and []any to a value of the type. Attributes that
// are missing in a map are null.
func toValue(tb testing.TB, typ tftypes.Type, v any) tftypes.Value {
	tb.Helper()
	switch v := v.(type) {
	case Unknown:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case map[string]any:
		return toObject(tb, typ, v)
	case []any:
		var element tftypes.Type
		switch typ := typ.(type) {
		case tftypes.List:
			element = typ.ElementType
		case tftypes.Set:
			element = typ.ElementType
		default:
			tb.Fatalf("expected a value of type %s, got a list", typ)
		}
		var elements []tftypes.Value
		for _, e := range v {
			elements = append(elements, toValue(tb, element, e))
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
		tb.Fatalf("expected a value of type %s, got an object", typ)
	}
	attributes := map[string]tftypes.Value{}
	for name, attributeType := range object.AttributeTypes {
		attributes[name] = toValue(tb, attributeType, v[name])
	}
	for name := range v {
		if _, ok := object.AttributeTypes[name]; !ok {
			tb.Fatalf("expected the attribute %q in the schema, found none", name)
		}
	}
	return tftypes.NewValue(typ, attributes)
}

// fromValue converts a value to Go's. Numbers become int64, or float64 if they have a fraction.
func fromValue(tb testing.TB, v tftypes.Value) any {
	tb.Helper()
	switch {
	case v.IsNull():
		return nil
	case !v.IsKnown():
		return Unknown{}
	case v.Type().Is(tftypes.String):
		return as[string](tb, v)
	case v.Type().Is(tftypes.Bool):
		return as[bool](tb, v)
	case v.Type().Is(tftypes.Number):
		number := as[big.Float](tb, v)
		if number.IsInt() {
			n, _ := number.Int64()
			return n
		}
		f, _ := number.Float64()
		return f
	case v.Type().Is(tftypes.List{}), v.Type().Is(tftypes.Set{}):
		list := []any{}
		for _, element := range as[[]tftypes.Value](tb, v) {
			list = append(list, fromValue(tb, element))
		}
		return list
	case v.Type().Is(tftypes.Object{}), v.Type().Is(tftypes.Map{}):
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
	check(tb, v.As(&out))
	return out
}

// check ends the test if something fails that has nothing to do with what is tested.
func check(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}
