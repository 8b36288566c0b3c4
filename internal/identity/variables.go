// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"strconv"
	"strings"
)

// Variable ties an attribute of the provider block to the environment variables
// that stand in for it.
type Variable struct {
	// Attribute is the name in the provider block.
	Attribute string
	// Env lists the variables, the first that is set wins.
	Env []string
	// Sensitive says that the value is a secret, or may be one: key is mostly a path,
	// and may be a private key as PEM text.
	Sensitive bool

	// Exactly one of these leads to the field of a Config.
	text   func(*Config) *string
	flag   func(*Config) **bool
	number func(*Config) **int64
}

// Variables lists every attribute, in the order of the documentation. The names
// and their order are those of the opentelekomcloud provider, so that an
// environment made for it works here as it is.
var Variables = []Variable{
	{Attribute: "auth_url", Env: []string{"OS_AUTH_URL"}, text: func(c *Config) *string { return &c.AuthURL }},
	{Attribute: "region", Env: []string{"OS_REGION_NAME", "OS_REGION"}, text: func(c *Config) *string { return &c.Region }},
	{Attribute: "user_name", Env: []string{"OS_USERNAME"}, text: func(c *Config) *string { return &c.UserName }},
	{Attribute: "user_id", Env: []string{"OS_USER_ID", "OS_USERID"}, text: func(c *Config) *string { return &c.UserID }},
	{Attribute: "password", Env: []string{"OS_PASSWORD"}, Sensitive: true, text: func(c *Config) *string { return &c.Password }},
	{Attribute: "passcode", Env: []string{"OS_PASSCODE"}, Sensitive: true, text: func(c *Config) *string { return &c.Passcode }},
	{Attribute: "token", Env: []string{"OS_TOKEN", "OS_AUTH_TOKEN"}, Sensitive: true, text: func(c *Config) *string { return &c.Token }},
	// TENANT before PROJECT: the cloud's own sample sets both, differently.
	{Attribute: "tenant_id", Env: []string{"OS_TENANT_ID", "OS_PROJECT_ID"}, text: func(c *Config) *string { return &c.TenantID }},
	{Attribute: "tenant_name", Env: []string{"OS_TENANT_NAME", "OS_PROJECT_NAME"}, text: func(c *Config) *string { return &c.TenantName }},
	{
		Attribute: "domain_id",
		Env:       []string{"OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID", "OS_DOMAIN_ID"},
		text:      func(c *Config) *string { return &c.DomainID },
	},
	{
		Attribute: "domain_name",
		Env:       []string{"OS_USER_DOMAIN_NAME", "OS_PROJECT_DOMAIN_NAME", "OS_DOMAIN_NAME", "OS_DEFAULT_DOMAIN"},
		text:      func(c *Config) *string { return &c.DomainName },
	},
	{Attribute: "access_key", Env: []string{"OS_ACCESS_KEY"}, text: func(c *Config) *string { return &c.AccessKey }},
	{Attribute: "secret_key", Env: []string{"OS_SECRET_KEY"}, Sensitive: true, text: func(c *Config) *string { return &c.SecretKey }},
	{Attribute: "security_token", Env: []string{"OS_SECURITY_TOKEN"}, Sensitive: true, text: func(c *Config) *string { return &c.SecurityToken }},
	{Attribute: "agency_name", Env: []string{"OS_AGENCY_NAME"}, text: func(c *Config) *string { return &c.AgencyName }},
	{Attribute: "agency_domain_name", Env: []string{"OS_AGENCY_DOMAIN_NAME"}, text: func(c *Config) *string { return &c.AgencyDomainName }},
	{Attribute: "delegated_project", Env: []string{"OS_DELEGATED_PROJECT"}, text: func(c *Config) *string { return &c.DelegatedProject }},
	{Attribute: "cloud", Env: []string{"OS_CLOUD"}, text: func(c *Config) *string { return &c.Cloud }},
	{Attribute: "endpoint", Env: []string{"OS_RDS_ENDPOINT_OVERRIDE"}, text: func(c *Config) *string { return &c.Endpoint }},
	{Attribute: "endpoint_type", Env: []string{"OS_ENDPOINT_TYPE"}, text: func(c *Config) *string { return &c.EndpointType }},
	{Attribute: "insecure", Env: []string{"OS_INSECURE"}, flag: func(c *Config) **bool { return &c.Insecure }},
	{Attribute: "cacert_file", Env: []string{"OS_CACERT"}, text: func(c *Config) *string { return &c.CACertFile }},
	{Attribute: "cert", Env: []string{"OS_CERT"}, text: func(c *Config) *string { return &c.Cert }},
	{Attribute: "key", Env: []string{"OS_KEY"}, Sensitive: true, text: func(c *Config) *string { return &c.Key }},
	{Attribute: "allow_reauth", Env: []string{"OS_ALLOW_REAUTH"}, flag: func(c *Config) **bool { return &c.AllowReauth }},
	{Attribute: "max_retries", Env: []string{"OS_MAX_RETRIES"}, number: func(c *Config) **int64 { return &c.MaxRetries }},
}

// get returns the field's value as text, and whether it is set.
func (v Variable) get(c Config) (string, bool) {
	switch {
	case v.text != nil:
		text := *v.text(&c)
		return text, text != ""
	case v.flag != nil:
		flag := *v.flag(&c)
		if flag == nil {
			return "", false
		}
		return strconv.FormatBool(*flag), true
	default:
		number := *v.number(&c)
		if number == nil {
			return "", false
		}
		return strconv.FormatInt(*number, 10), true
	}
}

// set reads text into the field. source says where the text comes from, for the
// error: "environment variable OS_INSECURE".
func (v Variable) set(c *Config, text, source string) error {
	switch {
	case v.text != nil:
		*v.text(c) = text
	case v.flag != nil:
		flag, ok := parseFlag(text)
		if !ok {
			return &ConfigError{
				Attribute: v.Attribute,
				Summary:   "Unable to read " + v.Attribute,
				Detail:    fmt.Sprintf("The %s is %q. It takes true or false.", source, text),
			}
		}
		*v.flag(c) = &flag
	default:
		number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		if err != nil {
			return &ConfigError{
				Attribute: v.Attribute,
				Summary:   "Unable to read " + v.Attribute,
				Detail:    fmt.Sprintf("The %s is %q. It takes a whole number.", source, text),
			}
		}
		*v.number(c) = &number
	}
	return nil
}

// parseFlag reads what people write for a boolean in a shell: OpenStack's own
// sample files have True, yes and 1.
func parseFlag(text string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "1", "t", "true", "y", "yes", "on":
		return true, true
	case "0", "f", "false", "n", "no", "off":
		return false, true
	}
	return false, false
}
