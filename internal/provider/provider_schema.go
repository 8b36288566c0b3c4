// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/otc-rds/terraform-provider-rds/internal/identity"
)

// providerModel is the provider block. Names are those of the opentelekomcloud provider.
type providerModel struct {
	AuthURL          types.String `tfsdk:"auth_url"`
	Region           types.String `tfsdk:"region"`
	UserName         types.String `tfsdk:"user_name"`
	UserID           types.String `tfsdk:"user_id"`
	Password         types.String `tfsdk:"password"`
	Passcode         types.String `tfsdk:"passcode"`
	Token            types.String `tfsdk:"token"`
	TenantID         types.String `tfsdk:"tenant_id"`
	TenantName       types.String `tfsdk:"tenant_name"`
	DomainID         types.String `tfsdk:"domain_id"`
	DomainName       types.String `tfsdk:"domain_name"`
	AccessKey        types.String `tfsdk:"access_key"`
	SecretKey        types.String `tfsdk:"secret_key"`
	SecurityToken    types.String `tfsdk:"security_token"`
	AgencyName       types.String `tfsdk:"agency_name"`
	AgencyDomainName types.String `tfsdk:"agency_domain_name"`
	DelegatedProject types.String `tfsdk:"delegated_project"`
	Cloud            types.String `tfsdk:"cloud"`
	Endpoint         types.String `tfsdk:"endpoint"`
	EndpointType     types.String `tfsdk:"endpoint_type"`
	CACertFile       types.String `tfsdk:"cacert_file"`
	Cert             types.String `tfsdk:"cert"`
	Key              types.String `tfsdk:"key"`
	Insecure         types.Bool   `tfsdk:"insecure"`
	AllowReauth      types.Bool   `tfsdk:"allow_reauth"`
	MaxRetries       types.Number `tfsdk:"max_retries"`
}

func (m providerModel) config() identity.Config {
	return identity.Config{
		AuthURL:          m.AuthURL.ValueString(),
		Region:           m.Region.ValueString(),
		UserName:         m.UserName.ValueString(),
		UserID:           m.UserID.ValueString(),
		Password:         m.Password.ValueString(),
		Passcode:         m.Passcode.ValueString(),
		Token:            m.Token.ValueString(),
		TenantID:         m.TenantID.ValueString(),
		TenantName:       m.TenantName.ValueString(),
		DomainID:         m.DomainID.ValueString(),
		DomainName:       m.DomainName.ValueString(),
		AccessKey:        m.AccessKey.ValueString(),
		SecretKey:        m.SecretKey.ValueString(),
		SecurityToken:    m.SecurityToken.ValueString(),
		AgencyName:       m.AgencyName.ValueString(),
		AgencyDomainName: m.AgencyDomainName.ValueString(),
		DelegatedProject: m.DelegatedProject.ValueString(),
		Cloud:            m.Cloud.ValueString(),
		Endpoint:         m.Endpoint.ValueString(),
		EndpointType:     m.EndpointType.ValueString(),
		CACertFile:       m.CACertFile.ValueString(),
		Cert:             m.Cert.ValueString(),
		Key:              m.Key.ValueString(),
		Insecure:         m.Insecure.ValueBoolPointer(),
		AllowReauth:      m.AllowReauth.ValueBoolPointer(),
		MaxRetries:       whole(m.MaxRetries),
	}
}

// whole is a number that [wholeNumber] has passed, or nil where it is not set.
func whole(n types.Number) *int64 {
	if n.IsNull() {
		return nil
	}
	i, _ := n.ValueBigFloat().Int64()
	return &i
}

func (p *rdsProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Retrieves the error logs of RDS for PostgreSQL instances in Open Telekom Cloud. Arguments and environment variables are those of the `opentelekomcloud` provider.",
		Attributes: map[string]schema.Attribute{
			"auth_url":           setting("auth_url", "URL of the identity service (IAM), such as `https://iam.eu-de.otc.t-systems.com/v3`. Default: derived from `region`."),
			"region":             setting("region", "Region, such as `eu-de`. Default: the part of the project's name before its first `_`, or the region in `auth_url`."),
			"user_name":          setting("user_name", "Name of the user who logs in with `password`."),
			"user_id":            setting("user_id", "ID of the user who logs in with `password`. Takes precedence over `user_name`."),
			"password":           setting("password", "Password of the user."),
			"passcode":           setting("passcode", "Code of a virtual MFA device (TOTP), for a user who has one. Needs `user_id` and `password`."),
			"token":              setting("token", "Token in place of a password. It is used as it is and cannot be renewed: it must be valid for longer than the run."),
			"tenant_id":          setting("tenant_id", "ID of the project. Takes precedence over `tenant_name`."),
			"tenant_name":        setting("tenant_name", "Name of the project, such as `eu-de_myproject`."),
			"domain_id":          setting("domain_id", "ID of the account (domain). Takes precedence over `domain_name`."),
			"domain_name":        setting("domain_name", "Name of the account (domain), such as `OTC-EU-DE-00000000001000012345`."),
			"access_key":         setting("access_key", "Access key (AK) in place of user and password."),
			"secret_key":         setting("secret_key", "Secret key (SK) of `access_key`."),
			"security_token":     setting("security_token", "Security token of a temporary access key."),
			"agency_name":        setting("agency_name", "Name of the agency (a role in another account) to assume."),
			"agency_domain_name": setting("agency_domain_name", "Account (domain) that offers the agency."),
			"delegated_project":  setting("delegated_project", "Name of the project in that account."),
			"cloud":              setting("cloud", "Name of an entry in `clouds.yaml` that supplies what is set neither here nor in the environment."),
			"endpoint":           setting("endpoint", "URL of RDS in place of the service catalogue's, with or without `/v3/{project_id}`."),
			"endpoint_type":      setting("endpoint_type", "Which of the catalogue's URLs to use: `public` (default), `internal` or `admin`.", "public", "internal", "admin"),
			"cacert_file":        setting("cacert_file", "Certificate authorities to trust instead of the system's: a path, or PEM text. The public cloud's own certificates then fail, unless their authority is in it too."),
			"cert":               setting("cert", "Client certificate: a path, or PEM text."),
			"key":                setting("key", "Private key of the client certificate: a path, or PEM text."),
			"insecure":           schema.BoolAttribute{Optional: true, MarkdownDescription: described("insecure", "Whether to trust any certificate: anyone in between can then read the credentials. For tests only. Default: `false`.")},
			"allow_reauth":       schema.BoolAttribute{Optional: true, MarkdownDescription: described("allow_reauth", "Whether to log in again when a token expires during a run. Default: `true`.")},
			"max_retries": schema.NumberAttribute{
				Optional:   true,
				Validators: []validator.Number{wholeNumber{least: 0, most: 100}},
				MarkdownDescription: described("max_retries", "How often a request is retried after a broken connection, a 5xx or a 429 before that counts as a fault. A read continues "+
					"to poll until its timeout; a login gives up. A whole number from 0 to 100. Default: `5`."),
			},
		},
	}
}

// setting is a text of the provider block. An empty one counts as not set, as an empty environment variable does, so
// that a variable without a value can stand there.
func setting(name, description string, words ...string) schema.StringAttribute {
	attribute := schema.StringAttribute{
		Optional:            true,
		MarkdownDescription: described(name, description),
		Sensitive:           variable(name).Sensitive,
	}
	if len(words) > 0 {
		attribute.Validators = []validator.String{stringvalidator.OneOf(words...)}
	}
	return attribute
}

// described adds the environment variables, which are listed in one place only, so that the page can't be wrong.
func described(name, description string) string {
	var quoted []string
	for _, env := range variable(name).Env {
		quoted = append(quoted, "`"+env+"`")
	}
	if len(quoted) == 0 {
		return description
	}
	return description + " Environment: " + strings.Join(quoted, ", ") + "."
}

func variable(attribute string) identity.Variable {
	i := slices.IndexFunc(identity.Variables, func(v identity.Variable) bool { return v.Attribute == attribute })
	if i < 0 {
		panic("no such attribute in identity.Variables: " + attribute) // a test builds the schema, so no user can meet this
	}
	return identity.Variables[i]
}
