// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"slices"
	"strconv"
	"strings"
)

// Attribute describes one attribute of the provider block. The schema, the environment and clouds.yaml are all read
// through [Attributes].
type Attribute struct {
	Name string
	Env  []string // lists environment variables. The first one that is set wins.
	// Keys lists the keys in an entry of clouds.yaml. The first one that is set wins. "auth.x" is key x below auth, "!x"
	// is a flag with the opposite meaning.
	Keys        []string
	Words       []string // lists the only values that are allowed, if there are such
	Sensitive   bool     // marks secrets. A key counts: it may be PEM text.
	Description string   // Markdown, without the environment variables

	field func(*Values) any // a *string, **bool or **int64
}

// Attributes lists all attributes. Their names and variables, and the order of the variables, are those of the
// opentelekomcloud provider.
var Attributes = []Attribute{
	{
		Name: "auth_url", Env: []string{"OS_AUTH_URL"}, Keys: []string{"auth.auth_url"}, field: func(v *Values) any { return &v.AuthURL },
		Description: "URL of the identity service (IAM), such as `https://iam.eu-de.otc.t-systems.com/v3`. Default: derived from `region`.",
	},
	{
		Name: "region", Env: []string{"OS_REGION_NAME", "OS_REGION"}, Keys: []string{"region_name"},
		field:       func(v *Values) any { return &v.Region },
		Description: "Region, such as `eu-de`. Default: the part of the project's name before its first `_`, or the region in `auth_url`.",
	},
	{
		Name: "user_name", Env: []string{"OS_USERNAME"}, Keys: []string{"auth.username", "auth.user_name"},
		field:       func(v *Values) any { return &v.UserName },
		Description: "Name of the user who logs in with `password`.",
	},
	{
		Name: "user_id", Env: []string{"OS_USER_ID", "OS_USERID"}, Keys: []string{"auth.user_id"},
		field:       func(v *Values) any { return &v.UserID },
		Description: "ID of the user who logs in with `password`. Takes precedence over `user_name`.",
	},
	{
		Name: "password", Env: []string{"OS_PASSWORD"}, Keys: []string{"auth.password"}, field: func(v *Values) any { return &v.Password },
		Sensitive: true, Description: "Password of the user.",
	},
	{
		Name: "passcode", Env: []string{"OS_PASSCODE"}, Keys: []string{"auth.passcode"}, field: func(v *Values) any { return &v.Passcode },
		Sensitive:   true,
		Description: "Code of a virtual MFA device (TOTP), for a user who has one. Needs `user_id` and `password`.",
	},
	{
		Name: "token", Env: []string{"OS_TOKEN", "OS_AUTH_TOKEN"}, Keys: []string{"auth.token", "token"},
		field: func(v *Values) any { return &v.Token }, Sensitive: true,
		Description: "Token in place of a password. It is used as it is and cannot be renewed: it must be valid for longer than the run.",
	},
	{ // TENANT before PROJECT: the cloud's own sample sets both, differently.
		Name: "tenant_id", Env: []string{"OS_TENANT_ID", "OS_PROJECT_ID"}, Keys: []string{"auth.project_id", "auth.tenant_id"},
		field:       func(v *Values) any { return &v.TenantID },
		Description: "ID of the project. Takes precedence over `tenant_name`.",
	},
	{
		Name: "tenant_name", Env: []string{"OS_TENANT_NAME", "OS_PROJECT_NAME"}, Keys: []string{"auth.project_name", "auth.tenant_name"},
		field:       func(v *Values) any { return &v.TenantName },
		Description: "Name of the project, such as `eu-de_myproject`.",
	},
	{
		Name: "domain_id", Env: []string{"OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID"},
		Keys:        []string{"auth.user_domain_id", "auth.project_domain_id", "auth.domain_id", "auth.default_domain"},
		field:       func(v *Values) any { return &v.DomainID },
		Description: "ID of the account (domain). Takes precedence over `domain_name`.",
	},
	{
		Name: "domain_name", Env: []string{"OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_DEFAULT_DOMAIN"},
		Keys:        []string{"auth.user_domain_name", "auth.project_domain_name", "auth.domain_name"},
		field:       func(v *Values) any { return &v.DomainName },
		Description: "Name of the account (domain), such as `OTC-EU-DE-00000000001000012345`.",
	},
	{
		Name: "access_key", Env: []string{"OS_ACCESS_KEY"}, Keys: []string{"auth.ak", "auth.access_key", "ak", "access_key"},
		field:       func(v *Values) any { return &v.AccessKey },
		Description: "Access key (AK) in place of user and password.",
	},
	{
		Name: "secret_key", Env: []string{"OS_SECRET_KEY"}, Keys: []string{"auth.sk", "auth.secret_key", "sk", "secret_key"},
		field: func(v *Values) any { return &v.SecretKey }, Sensitive: true,
		Description: "Secret key (SK) of `access_key`.",
	},
	{
		Name: "security_token", Env: []string{"OS_SECURITY_TOKEN"}, Keys: []string{"auth.security_token", "security_token"},
		field: func(v *Values) any { return &v.SecurityToken }, Sensitive: true,
		Description: "Security token of a temporary access key.",
	},
	{
		Name: "agency_name", Env: []string{"OS_AGENCY_NAME"}, Keys: []string{"auth.target_agency_name", "auth.agency_name"},
		field:       func(v *Values) any { return &v.AgencyName },
		Description: "Name of the agency (a role in another account) to assume.",
	},
	{
		Name: "agency_domain_name", Env: []string{"OS_AGENCY_DOMAIN_NAME"}, Keys: []string{"auth.target_domain_name", "auth.agency_domain_name"},
		field:       func(v *Values) any { return &v.AgencyDomainName },
		Description: "Account (domain) that offers the agency.",
	},
	{
		Name: "delegated_project", Env: []string{"OS_DELEGATED_PROJECT"}, Keys: []string{"auth.target_project_name", "auth.delegated_project"},
		field:       func(v *Values) any { return &v.DelegatedProject },
		Description: "Name of the project in that account.",
	},
	{
		Name: "cloud", Env: []string{"OS_CLOUD"}, field: func(v *Values) any { return &v.Cloud },
		Description: "Name of an entry in `clouds.yaml` that supplies what is set neither here nor in the environment.",
	},
	{
		Name: "endpoint", Env: []string{"OS_RDS_ENDPOINT_OVERRIDE"}, Keys: []string{"rds_endpoint_override", "rdsv3_endpoint_override"},
		field:       func(v *Values) any { return &v.Endpoint },
		Description: "URL of RDS in place of the service catalogue's, with or without `/v3/{project_id}`.",
	},
	{
		Name: "endpoint_type", Env: []string{"OS_ENDPOINT_TYPE"}, Keys: []string{"endpoint_type", "interface"},
		field: func(v *Values) any { return &v.EndpointType }, Words: []string{"public", "internal", "admin"},
		Description: "Which of the catalogue's URLs to use: `public` (default), `internal` or `admin`.",
	},
	{
		Name: "insecure", Env: []string{"OS_INSECURE"}, Keys: []string{"insecure", "!verify"}, field: func(v *Values) any { return &v.Insecure },
		Description: "Whether to trust any certificate: anyone in between can then read the credentials. For tests only. Default: `false`.",
	},
	{
		Name: "cacert_file", Env: []string{"OS_CACERT"}, Keys: []string{"cacert"}, field: func(v *Values) any { return &v.CACertFile },
		Description: "Certificate authorities to trust instead of the system's: a path, or PEM text. The public cloud's own certificates then " +
			"fail, unless their authority is in it too.",
	},
	{
		Name: "cert", Env: []string{"OS_CERT"}, Keys: []string{"cert"}, field: func(v *Values) any { return &v.Cert },
		Description: "Client certificate: a path, or PEM text.",
	},
	{
		Name: "key", Env: []string{"OS_KEY"}, Keys: []string{"key"}, field: func(v *Values) any { return &v.Key },
		Sensitive: true, Description: "Private key of the client certificate: a path, or PEM text.",
	},
	{
		Name: "allow_reauth", Env: []string{"OS_ALLOW_REAUTH"}, field: func(v *Values) any { return &v.AllowReauth },
		Description: "Whether to log in again when a token expires during a run. Default: `true`.",
	},
	{
		Name: "max_retries", Env: []string{"OS_MAX_RETRIES"}, field: func(v *Values) any { return &v.MaxRetries },
		Description: "How often a request is retried after a broken connection, a 5xx or a 429 before that counts as a fault. A read " +
			"continues to poll until its timeout; a login gives up. A whole number from 0 to 100. Default: `5`.",
	},
}

// Type is the type of an attribute's value.
type Type int

// The types of values.
const (
	Text Type = iota
	Flag
	Number
)

// Type returns the type of the attribute's value.
func (a Attribute) Type() Type {
	switch a.field(&Values{}).(type) {
	case **bool:
		return Flag
	case **int64:
		return Number
	default:
		return Text
	}
}

// Get returns the attribute's value as text, and reports whether it is set.
func (a Attribute) Get(v Values) (text string, set bool) {
	switch field := a.field(&v).(type) {
	case **bool:
		if *field != nil {
			return strconv.FormatBool(**field), true
		}
	case **int64:
		if *field != nil {
			return strconv.FormatInt(**field, 10), true
		}
	case *string:
		return *field, *field != ""
	}
	return "", false
}

// Set stores a text in the attribute's field. It reports whether the text has the right type.
func (a Attribute) Set(v *Values, text string) bool {
	switch field := a.field(v).(type) {
	case **bool:
		flag, ok := parseFlag(text)
		if !ok {
			return false
		}
		*field = &flag
	case **int64:
		number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return false
		}
		*field = &number
	case *string:
		*field = text
	}
	return true
}

// takes describes the values that the attribute's type allows.
func (a Attribute) takes() string {
	if a.Type() == Number {
		return "It takes a whole number."
	}
	return "It takes true or false."
}

// parseFlag reads a boolean. OpenStack's own sample files have True, yes and 1.
func parseFlag(text string) (value, ok bool) {
	text = strings.ToLower(strings.TrimSpace(text))
	value = slices.Contains([]string{"1", "t", "true", "y", "yes", "on"}, text)
	return value, value || slices.Contains([]string{"0", "f", "false", "n", "no", "off"}, text)
}

// attribute returns the attribute of a name that must exist.
func attribute(name string) Attribute {
	i := slices.IndexFunc(Attributes, func(a Attribute) bool { return a.Name == name })
	return Attributes[i]
}

// Named returns an attribute as people set it: "user_id (OS_USER_ID, OS_USERID)". Of more than two variables only the
// first is shown.
func Named(name string) string {
	env := attribute(name).Env
	if len(env) > 2 {
		env = env[:1]
	}
	return name + " (" + strings.Join(env, ", ") + ")"
}
