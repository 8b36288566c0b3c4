// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

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

// onlyDiagnostic fails unless there is exactly one diagnostic, with this beginning, these parts and this end.
func onlyDiagnostic(t *testing.T, diagnostics []string, beginning, end string, parts ...string) {
	t.Helper()
	if len(diagnostics) != 1 {
		t.Fatalf("got %d diagnostics, want 1: %q", len(diagnostics), diagnostics)
	}
	got := strings.TrimRight(diagnostics[0], "\n")
	if !strings.HasPrefix(got, beginning) {
		t.Errorf("got %q, want it to begin with %q", got, beginning)
	}
	if !strings.HasSuffix(got, end) {
		t.Errorf("got %q, want it to end with %q", got, end)
	}
	for _, part := range parts {
		if !strings.Contains(got, part) {
			t.Errorf("got %q, want %q in it", got, part)
		}
	}
}

// expectDuration fails unless so much time has passed since the start.
func expectDuration(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got != want {
		t.Errorf("it took %s, want %s", got, want)
	}
}
