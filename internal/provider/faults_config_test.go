// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The part of the guide "When it fails" about errors without a request.

func configFaults() []fault {
	mfa := map[string]string{"OS_USERNAME": "", "OS_USER_ID": rdssim.MFAUserID}
	cloud := map[string]string{"OS_CLOUD": "otc"}
	return []fault{
		{
			name: "No credentials", cause: "There is no credential in the provider block or in the environment.",
			env: map[string]string{"OS_USERNAME": "", "OS_PASSWORD": ""},
		},
		{
			name: "A clouds file and no credentials", cause: "There is a `clouds.yaml`, but neither `cloud` nor `OS_CLOUD` is set.",
			env: map[string]string{"OS_USERNAME": "", "OS_PASSWORD": ""}, words: "clouds.yaml is here",
			files: map[string]string{"clouds.yaml": "clouds:\n  otc: {}\n"},
		},
		{name: "No password", cause: "A user is given, and no password.", env: map[string]string{"OS_PASSWORD": ""}, words: "user_name is set"},
		{name: "Half a credential", cause: "An access key is given, and no secret key. Other halves give the same error under their own " +
			"names.", env: map[string]string{"OS_ACCESS_KEY": rdssim.AccessKey}},
		{
			name: "Passcode without a password", cause: "A passcode is given, and no password.", words: "passcode is set",
			env: with(mfa, "OS_PASSWORD", "", "OS_PASSCODE", rdssim.MFAPasscode),
		},
		{name: "No domain", cause: "The account is not given, and the user is given by name.", env: map[string]string{"OS_USER_DOMAIN_NAME": ""}},
		{name: "No project", cause: "The project is not given.", env: map[string]string{"OS_PROJECT_NAME": ""}},
		{
			name: "Unknown region", cause: "The identity service of this region is not known.",
			env: map[string]string{"OS_AUTH_URL": "", "OS_REGION_NAME": "eu-xx"},
		},
		{
			name: "Wrong URL", cause: "`auth_url` is not a URL. `endpoint` gives the same error under its own name.",
			env: map[string]string{"OS_AUTH_URL": "iam.eu-de.otc.t-systems.com/v3"},
		},
		{
			name: "Value not known until apply", cause: "A value in the provider block comes from a resource that does not exist yet.",
			provider: map[string]any{"password": rdstest.Unknown{}},
		},
		{name: "The clouds file is missing", cause: "`cloud` or `OS_CLOUD` names an entry, and there is no `clouds.yaml`.", env: cloud},
		{
			name: "The clouds file is broken", cause: "`clouds.yaml` is not valid YAML, here because of a tab.", env: cloud,
			files: map[string]string{"clouds.yaml": "clouds:\n\totc: {}\n"},
		},
		{
			name: "The cloud is not in the clouds file", cause: "`clouds.yaml` has no entry of that name.", env: cloud,
			files: map[string]string{"clouds.yaml": "clouds:\n  otc-prod: {}\n  otc-test: {}\n"},
		},
		{
			name: "A certificate file is missing", cause: "`cacert_file` names no file. `cert` and `key` give the same error under their own names.",
			env: map[string]string{"OS_CACERT": "/home/oncall/company-ca.pem"},
		},
		{name: "Certificates are not checked", cause: "`insecure` was left on after a test.", provider: map[string]any{"insecure": true}},
		{
			name:     "The identity service is in another region",
			cause:    "`region` is in the provider block, and `OS_AUTH_URL` belongs to another region.",
			words:    "is in region eu-de by its name",
			provider: map[string]any{"region": "eu-nl"}, env: map[string]string{"OS_AUTH_URL": "https://iam.eu-de.otc.t-systems.com/v3"},
		},
		{
			name: "Requests are not encrypted", cause: "`auth_url` or `endpoint` begins with `http://`.",
			provider: map[string]any{"endpoint": "http://rdssim.invalid"},
		},
		{
			name: "Invalid instance ID", cause: "`instance_id` holds what no ID holds, such as a link or a name with a space.",
			words: "Attribute instance_id", arguments: instance("orders (production)"),
		},
		{
			name: "Invalid duration", cause: "A timeout has no unit. `poll_interval` and `poll_method` give such errors too.",
			words:     "Attribute timeouts.read",
			arguments: map[string]any{"timeouts": map[string]any{"read": "90"}},
		},
	}
}
