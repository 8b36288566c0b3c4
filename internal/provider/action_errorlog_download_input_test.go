// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

func TestAction_BadInput(t *testing.T) {
	for name, c := range map[string]struct {
		arguments map[string]any
		text      string
	}{
		"no directory":        {map[string]any{"instance_id": "a"}, "Missing Configuration for Required Attribute (directory)"},
		"empty directory":     {map[string]any{"instance_id": "a", "directory": ""}, `got: "", which is empty.`},
		"home":                {map[string]any{"instance_id": "a", "directory": "~/logs"}, `which is a shell's home folder, which Terraform does not expand: write pathexpand("~/logs").`},
		"interval short":      {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "1ms"}, "(poll_interval)"},
		"interval unreadable": {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "2"}, "(poll_interval)"},
		"another method":      {map[string]any{"instance_id": "a", "directory": "d", "poll_method": "foo"}, "(poll_method)"},
		"timeout unreadable":  {map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "x"}}, "Invalid Attribute Value (timeouts)\n\nAttribute timeouts.invoke must be a positive duration"},
		"directory is blank":  {map[string]any{"instance_id": "a", "directory": " "}, "must be the path of a folder, got: \" \", which is empty."},
		"blank at the end":    {map[string]any{"instance_id": "a", "directory": "error-logs "}, `got: "error-logs ", which is a path with a blank at its begin or end`},
		"blank at the begin":  {map[string]any{"instance_id": "a", "directory": "\terror-logs"}, `got: "\terror-logs", which is a path with a blank at its begin or end`},
		"directory of a shell": {
			map[string]any{"instance_id": "a", "directory": "$HOME/logs"},
			"which is a shell's variable, which Terraform does not expand: write the path itself, or take it from a variable of Terraform's (TF_VAR_…).",
		},
		"timeout negative": {map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "-1s"}}, "Invalid Attribute Value (timeouts)\n\nAttribute timeouts.invoke must be a positive duration"},
		"id with a slash":  {map[string]any{"instance_id": "a/b", "directory": "d"}, "(instance_id)"},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.New(t)
			_, diags := invoke(t, cloud, c.arguments)
			if len(diags) != 1 || !strings.Contains(diags[0], c.text) || len(cloud.Calls()) > 0 {
				t.Errorf("%q, %q", diags, cloud.Calls())
			}
			if c.arguments["directory"] == nil {
				return
			}
			// The same where Terraform did not know the values when it asked for validation.
			p := cloud.Protocol(t)
			p.Configure(t.Context(), nil)
			told, late := p.InvokeLate(t.Context(), dataSource, c.arguments)
			if diff := cmp.Diff(diags, late); diff != "" || len(told) > 0 || len(cloud.Calls()) > 0 {
				t.Errorf("%q, %q: %s", told, cloud.Calls(), diff)
			}
		})
	}
}
