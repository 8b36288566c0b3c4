// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestSchemasAreTheCLIs compares with what the real CLI prints, as far as it knows the kinds of objects.
func TestSchemasAreTheCLIs(t *testing.T) {
	t.Cleanup(rdstest.RemoveProvider)
	c := rdstest.NewCLI(t, []string{"../../../examples/provider/provider.tf"})
	run := c.Run(t, "providers", "schema", "-json")
	if run.ExitCode != 0 {
		t.Fatalf("%s\n%s", run.Stdout, run.Stderr)
	}
	var ours bytes.Buffer
	if err := printSchemas(t.Context(), &ours); err != nil {
		t.Fatal(err)
	}
	want, got := schemas(t, []byte(run.Stdout)), schemas(t, ours.Bytes())
	for _, kind := range []string{"provider", "data_source_schemas"} {
		if want[kind] == nil {
			t.Fatalf("the CLI printed no %s", kind)
		}
	}
	for kind := range want { // an older CLI leaves kinds out; what it does print is the same
		if diff := cmp.Diff(want[kind], got[kind]); diff != "" {
			t.Errorf("%s: %s", kind, diff)
		}
	}
}

// schemas is the one provider's part of the JSON, whatever registry's name it stands under.
func schemas(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var all struct {
		Schemas map[string]map[string]any `json:"provider_schemas"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Schemas) != 1 {
		t.Fatalf("%d providers", len(all.Schemas))
	}
	for _, one := range all.Schemas {
		return one
	}
	return nil
}
