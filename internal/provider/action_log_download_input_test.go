// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

func TestAction_BadInput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(filepath.Dir(file), "link")
	if err := os.Symlink(filepath.Dir(file), link); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		arguments map[string]any
		text      string
	}{
		"no directory":    {map[string]any{"instance_id": "a"}, "Missing Configuration for Required Attribute (directory)"},
		"empty directory": {map[string]any{"instance_id": "a", "directory": ""}, `got: "". This is an empty path.`},
		"home": {
			map[string]any{"instance_id": "a", "directory": "~/logs"},
			`This is a shell's home folder, which Terraform does not expand: write pathexpand("~/logs").`,
		},
		"interval short":      {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "1ms"}, "(poll_interval)"},
		"interval unreadable": {map[string]any{"instance_id": "a", "directory": "d", "poll_interval": "2"}, "(poll_interval)"},
		"another method":      {map[string]any{"instance_id": "a", "directory": "d", "poll_method": "foo"}, "(poll_method)"},
		"timeout unreadable": {
			map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "x"}},
			"Invalid Attribute Value (timeouts.invoke)\n\nAttribute timeouts.invoke must be a positive duration",
		},
		"directory is a file": {
			map[string]any{"instance_id": "a", "directory": file},
			"Unable to write " + file + ": something else is in the way.\n\nCause:      it is a file\n\nName a folder",
		},
		"directory is blank": {
			map[string]any{"instance_id": "a", "directory": " "}, "must be the path of a folder, got: \" \". This is an empty path.",
		},
		"directory of a shell": {
			map[string]any{"instance_id": "a", "directory": "$HOME/logs"},
			"This is a shell's variable, which Terraform does not expand: write the path itself, or take it from a variable of " +
				"Terraform's (TF_VAR_…).",
		},
		"directory ends in a space": {
			map[string]any{"instance_id": "a", "directory": "logs "}, "This is a path with a space at its beginning or end: remove it.",
		},
		"directory is a link": {
			map[string]any{"instance_id": "a", "directory": link},
			"Unable to write " + link + ": something else is in the way.\n\nCause:      it is a symbolic link\n\nName a folder",
		},
		"timeout negative": {
			map[string]any{"instance_id": "a", "directory": "d", "timeouts": map[string]any{"invoke": "-1s"}},
			"Invalid Attribute Value (timeouts.invoke)\n\nAttribute timeouts.invoke must be a positive duration",
		},
		"id with a slash": {map[string]any{"instance_id": "a/b", "directory": "d"}, "(instance_id)"},
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
			shown, late := p.InvokeLate(t.Context(), dataSource, c.arguments)
			if diff := cmp.Diff(diags, late); diff != "" || len(shown) > 0 || len(cloud.Calls()) > 0 {
				t.Errorf("%q, %q: %s", shown, cloud.Calls(), diff)
			}
		})
	}
}
