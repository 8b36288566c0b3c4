// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// documented lists every attribute of the provider block with its environment variables in their order, which is that of
// the opentelekomcloud provider. It is a second list on purpose: a slip in the code is noticed. A star marks a secret.
const documented = `
auth_url            OS_AUTH_URL
region              OS_REGION_NAME OS_REGION
user_name           OS_USERNAME
user_id             OS_USER_ID OS_USERID
password*           OS_PASSWORD
passcode*           OS_PASSCODE
token*              OS_TOKEN OS_AUTH_TOKEN
tenant_id           OS_TENANT_ID OS_PROJECT_ID
tenant_name         OS_TENANT_NAME OS_PROJECT_NAME
domain_id           OS_USER_DOMAIN_ID OS_PROJECT_DOMAIN_ID OS_DOMAIN_ID
domain_name         OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME OS_DOMAIN_NAME OS_DEFAULT_DOMAIN
access_key          OS_ACCESS_KEY
secret_key*         OS_SECRET_KEY
security_token*     OS_SECURITY_TOKEN
agency_name         OS_AGENCY_NAME
agency_domain_name  OS_AGENCY_DOMAIN_NAME
delegated_project   OS_DELEGATED_PROJECT
cloud               OS_CLOUD
endpoint            OS_RDS_ENDPOINT_OVERRIDE
endpoint_type       OS_ENDPOINT_TYPE
insecure            OS_INSECURE
cacert_file         OS_CACERT
cert                OS_CERT
key*                OS_KEY
allow_reauth        OS_ALLOW_REAUTH
max_retries         OS_MAX_RETRIES
`

// TestSchema compares attributes, variables and secrets with the documented ones, in the code and in the schema.
func TestSchema(t *testing.T) {
	schema := fwprovider.SchemaResponse{}
	provider.New("test", provider.Outside{})().Schema(t.Context(), fwprovider.SchemaRequest{}, &schema)
	var inCode, inSchema strings.Builder
	for _, a := range settings.Attributes {
		fmt.Fprintf(&inCode, "%-19s %s\n", a.Name+star(a.Sensitive), strings.Join(a.Env, " "))
		attribute, ok := schema.Schema.Attributes[a.Name]
		if !ok {
			t.Errorf("want %s in the schema", a.Name)
			continue
		}
		if !attribute.IsOptional() {
			t.Errorf("want %s to be optional", a.Name)
		}
		var variables []string
		_, environment, _ := strings.Cut(attribute.GetMarkdownDescription(), " Environment: ")
		for _, quoted := range regexp.MustCompile("`(OS_[A-Z_]+)`").FindAllStringSubmatch(environment, -1) {
			variables = append(variables, quoted[1])
		}
		fmt.Fprintf(&inSchema, "%-19s %s\n", a.Name+star(attribute.IsSensitive()), strings.Join(variables, " "))
	}
	want := strings.TrimPrefix(documented, "\n")
	if diff := cmp.Diff(want, inCode.String()); diff != "" {
		t.Errorf("the code (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, inSchema.String()); diff != "" {
		t.Errorf("the schema (-want +got):\n%s", diff)
	}
	if n := strings.Count(want, "\n"); len(schema.Schema.Attributes) != n {
		t.Errorf("%d attributes in the schema, %d documented", len(schema.Schema.Attributes), n)
	}
}

func star(secret bool) string {
	if secret {
		return "*"
	}
	return ""
}

// TestGuide compares the table of variables in the authentication guide with the code, row by row.
func TestGuide(t *testing.T) {
	guide, err := os.ReadFile("../../templates/guides/authentication.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| `[a-z_]+` \\| `OS_.*$").FindAllString(string(guide), -1)
	table := settingTable(t)
	var want []string
	for _, a := range settings.Attributes {
		key := table[a.Name].key
		if key != "" {
			key = "`" + key + "` "
		}
		if a.Name == "insecure" {
			key = strings.TrimSpace(key) + ", the other way round "
		}
		want = append(want, "| `"+a.Name+"` | `"+strings.Join(a.Env, "`, `")+"` | "+key+"|")
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}

// TestConfigure_EveryKindOfObject checks that all kinds of objects get the same client, without any request.
func TestConfigure_EveryKindOfObject(t *testing.T) {
	c := rdstest.NewWithClock(t)
	p := provider.New("test", c.Outside)()
	schema := fwprovider.SchemaResponse{}
	p.Schema(t.Context(), fwprovider.SchemaRequest{}, &schema)
	values := map[string]tftypes.Value{}
	typ, _ := schema.Schema.Type().TerraformType(t.Context()).(tftypes.Object)
	for name, attribute := range typ.AttributeTypes {
		values[name] = tftypes.NewValue(attribute, nil)
	}
	resp := fwprovider.ConfigureResponse{Diagnostics: diag.Diagnostics{}}
	config := tfsdk.Config{Raw: tftypes.NewValue(typ, values), Schema: schema.Schema}
	p.Configure(t.Context(), fwprovider.ConfigureRequest{Config: config}, &resp)
	if resp.Diagnostics.HasError() {
		t.Fatal(resp.Diagnostics)
	}
	if resp.DataSourceData == nil {
		t.Fatal("want a client for data sources, got none")
	}
	for kind, data := range map[string]any{
		"resources": resp.ResourceData, "ephemeral resources": resp.EphemeralResourceData, "actions": resp.ActionData,
	} {
		if data != resp.DataSourceData {
			t.Errorf("%s get %T, want the client of data sources", kind, data)
		}
	}
	if calls := c.Calls(); len(calls) > 0 {
		t.Errorf("want no requests, got %q", calls)
	}
}
