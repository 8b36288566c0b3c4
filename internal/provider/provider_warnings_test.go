// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestProvider_Warns has what works but is not safe: one warning per attribute, wherever its value comes from.
func TestProvider_Warns(t *testing.T) {
	const (
		insecure = "Warning: Certificates are not checked (insecure)"
		authURL  = "Warning: Requests are not encrypted (auth_url)"
		endpoint = "Warning: Requests are not encrypted (endpoint)"
	)
	for name, c := range map[string]struct {
		block map[string]any
		env   map[string]string
		want  []string
	}{
		"nothing":                                 {},
		"insecure in the block":                   {block: map[string]any{"insecure": true}, want: []string{insecure}},
		"insecure in the environment":             {env: map[string]string{"OS_INSECURE": "true"}, want: []string{insecure}},
		"insecure set to false":                   {block: map[string]any{"insecure": false}, env: map[string]string{"OS_INSECURE": "true"}},
		"auth_url in the block":                   {block: map[string]any{"auth_url": "http://iam.invalid/v3"}, want: []string{authURL}},
		"auth_url in the environment":             {env: map[string]string{"OS_AUTH_URL": "HTTP://iam.invalid/v3"}, want: []string{authURL}},
		"auth_url of this machine":                {env: map[string]string{"OS_AUTH_URL": "http://localhost:5000/v3"}},
		"auth_url of this machine, as an address": {env: map[string]string{"OS_AUTH_URL": "http://127.0.0.1:5000/v3"}},
		"auth_url of this machine, version 6":     {env: map[string]string{"OS_AUTH_URL": "http://[::1]:5000/v3"}},
		"endpoint": {
			env:  map[string]string{"OS_RDS_ENDPOINT_OVERRIDE": "http://rds.invalid"},
			want: []string{endpoint},
		},
		"region in the block, auth_url of another": {
			block: map[string]any{"region": "eu-nl"}, env: map[string]string{"OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com/v3"},
			want: []string{"Warning: The identity service is in another region (region)"},
		},
		"region in the block, auth_url of its own": {
			block: map[string]any{"region": "eu-nl"}, env: map[string]string{"OS_AUTH_URL": "https://iam.eu-nl.otc.t-systems.com/v3"},
		},
		"both, and insecure": {
			block: map[string]any{"auth_url": "http://iam.invalid/v3", "endpoint": "http://127.0.0.2.invalid", "insecure": true},
			want:  []string{insecure, authURL, endpoint},
		},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdstest.New(t)
			cloud.SetEnv(c.env)
			var summaries []string
			for _, d := range cloud.Protocol(t).Configure(t.Context(), c.block) {
				summary, _, _ := strings.Cut(d, "\n")
				summaries = append(summaries, summary)
			}
			if diff := cmp.Diff(c.want, summaries); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
