// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdstest

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestProtocolOpensEphemeralResources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := New(t).Protocol(t)
		if got := p.Configure(t.Context(), nil); len(got) > 0 {
			t.Fatalf("configure: expected no diagnostics, got %q", got)
		}
		got := p.Open(t.Context(), "rds_errorlog_download", map[string]any{"instance_id": rdssim.InstanceTwoFiles})
		if len(got.Diagnostics) > 0 {
			t.Fatalf("open: expected no diagnostics, got %q", got.Diagnostics)
		}
		if got.Values["link_count"] != int64(2) {
			t.Errorf("link_count: expected 2, got %v", got.Values["link_count"])
		}
		got = p.Open(t.Context(), "rds_errorlog_download", map[string]any{"instance_id": "x"})
		if len(got.Diagnostics) != 1 {
			t.Errorf("open with a wrong ID: expected one diagnostic, got %q", got.Diagnostics)
		}
	})
}

// echo is a provider with one function, which returns its second argument.
type echo struct{ tfprotov6.ProviderServer }

func (echo) CallFunction(_ context.Context, r *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	if text, err := r.Arguments[0].Unmarshal(tftypes.String); err != nil || !text.Equal(tftypes.NewValue(tftypes.String, "x")) {
		return &tfprotov6.CallFunctionResponse{Error: &tfprotov6.FunctionError{Text: "expected x"}}, err
	}
	return &tfprotov6.CallFunctionResponse{Result: r.Arguments[1]}, nil
}

func TestProtocolCallsFunctions(t *testing.T) {
	t.Parallel()
	object := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"n": tftypes.Number, "s": tftypes.String}}
	values := tftypes.Set{ElementType: object}
	p := &Protocol{tb: t, server: echo{}, schemas: &tfprotov6.GetProviderSchemaResponse{Functions: map[string]*tfprotov6.Function{
		"echo": {
			Parameters: []*tfprotov6.FunctionParameter{{Type: tftypes.String}, {Type: values}},
			Return:     &tfprotov6.FunctionReturn{Type: values},
		},
	}}}
	got, failure := p.Call(t.Context(), "echo", "x", []any{map[string]any{"n": 1.5}, map[string]any{"n": 2, "s": "a"}})
	want := []any{map[string]any{"n": 1.5, "s": nil}, map[string]any{"n": int64(2), "s": "a"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("result: expected (-) and got (+):\n%s", diff)
	}
	if failure != "" {
		t.Errorf("failure: expected none, got %s", failure)
	}
	if _, failure := p.Call(t.Context(), "echo", "y", []any{}); failure != "expected x" {
		t.Errorf("failure: expected %q, got %q", "expected x", failure)
	}
}
