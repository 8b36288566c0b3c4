// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const (
	dataSource = "rds_errorlog_download"
	address    = "data.rds_errorlog_download.orders"
)

// ofInstance is a configuration with one data source.
func ofInstance(id string, more ...string) string {
	return fmt.Sprintf("data \"rds_errorlog_download\" \"orders\" {\n  instance_id = %q\n  %s\n}\n", id, strings.Join(more, "\n  "))
}

// plan runs a real Terraform over a configuration.
func plan(t *testing.T, c *rdstest.Cloud, configuration string, checks ...statecheck.StateCheck) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps:                    []resource.TestStep{{Config: configuration, ConfigStateChecks: checks}},
	})
}

// planFails runs a real Terraform and expects a text, whatever its line breaks.
func planFails(t *testing.T, c *rdstest.Cloud, configuration, text string) {
	t.Helper()
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps:                    []resource.TestStep{{Config: configuration, ExpectError: wrapped(text)}},
	})
}

// wrapped matches a text that Terraform may have broken into lines anywhere between words.
func wrapped(text string) *regexp.Regexp {
	words := strings.Fields(text)
	for i := range words {
		words[i] = regexp.QuoteMeta(words[i])
	}
	return regexp.MustCompile(strings.Join(words, `[\s│]+`))
}

// read configures a provider from the cloud's environment and reads the data source.
func read(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("%q", diags)
	}
	return p.Read(t.Context(), dataSource, arguments)
}

func link(t *testing.T, o rdstest.Outcome, i int) string {
	t.Helper()
	files, ok := o.Values["list"].([]any)
	if !ok || len(files) <= i {
		t.Fatalf("no file %d: %v, %q", i, o.Values, o.Diagnostics)
	}
	file, _ := files[i].(map[string]any)
	text, _ := file["file_link"].(string)
	return text
}
