// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"fmt"
	"reflect"
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
}

// Attributes lists all attributes. Their names and variables, and the order of the variables, are those of the
// opentelekomcloud provider. Each has its name, its variables, its keys in clouds.yaml, and its description.
var Attributes = []Attribute{
	plain("auth_url", "OS_AUTH_URL", "auth.auth_url",
		"URL of the identity service (IAM), such as `https://iam.eu-de.otc.t-systems.com/v3`. Default: derived from `region`."),
	plain("region", "OS_REGION_NAME OS_REGION", "region_name",
		"Region, such as `eu-de`. Default: the part of the project's name before its first `_`, or the region in `auth_url`."),
	plain("user_name", "OS_USERNAME", "auth.username auth.user_name",
		"Name of the user who logs in with `password`."),
	plain("user_id", "OS_USER_ID OS_USERID", "auth.user_id",
		"ID of the user who logs in with `password`. Takes precedence over `user_name`."),
	secret("password", "OS_PASSWORD", "auth.password",
		"Password of the user."),
	secret("passcode", "OS_PASSCODE", "auth.passcode",
		"Code of a virtual MFA device (TOTP), for a user who has one. Needs `user_id` and `password`."),
	secret("token", "OS_TOKEN OS_AUTH_TOKEN", "auth.token token",
		"Token in place of a password. It is used as it is and cannot be renewed: it must be valid for longer than the run."),
	// TENANT before PROJECT: the cloud's own sample sets both, differently.
	plain("tenant_id", "OS_TENANT_ID OS_PROJECT_ID", "auth.project_id auth.tenant_id",
		"ID of the project. Takes precedence over `tenant_name`."),
	plain("tenant_name", "OS_TENANT_NAME OS_PROJECT_NAME", "auth.project_name auth.tenant_name",
		"Name of the project, such as `eu-de_myproject`."),
	plain("domain_id", "OS_USER_DOMAIN_ID OS_PROJECT_DOMAIN_ID OS_DOMAIN_ID",
		"auth.user_domain_id auth.project_domain_id auth.domain_id auth.default_domain",
		"ID of the account (domain). Takes precedence over `domain_name`."),
	plain("domain_name", "OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME OS_DOMAIN_NAME OS_DEFAULT_DOMAIN",
		"auth.user_domain_name auth.project_domain_name auth.domain_name",
		"Name of the account (domain), such as `OTC-EU-DE-00000000001000012345`."),
	plain("access_key", "OS_ACCESS_KEY", "auth.ak auth.access_key ak access_key",
		"Access key (AK) in place of user and password."),
	secret("secret_key", "OS_SECRET_KEY", "auth.sk auth.secret_key sk secret_key",
		"Secret key (SK) of `access_key`."),
	secret("security_token", "OS_SECURITY_TOKEN", "auth.security_token security_token",
		"Security token of a temporary access key."),
	plain("agency_name", "OS_AGENCY_NAME", "auth.target_agency_name auth.agency_name",
		"Name of the agency (a role in another account) to assume."),
	plain("agency_domain_name", "OS_AGENCY_DOMAIN_NAME", "auth.target_domain_name auth.agency_domain_name",
		"Account (domain) that offers the agency."),
	plain("delegated_project", "OS_DELEGATED_PROJECT", "auth.target_project_name auth.delegated_project",
		"Name of the project in that account."),
	plain("cloud", "OS_CLOUD", "",
		"Name of an entry in `clouds.yaml` that supplies what is set neither here nor in the environment."),
	plain("endpoint", "OS_RDS_ENDPOINT_OVERRIDE", "rds_endpoint_override rdsv3_endpoint_override",
		"URL of RDS in place of the service catalogue's, with or without `/v3/{project_id}`."),
	plain("endpoint_type", "OS_ENDPOINT_TYPE", "endpoint_type interface",
		"Which of the catalogue's URLs to use: `public` (default), `internal` or `admin`.", "public", "internal", "admin"),
	plain("insecure", "OS_INSECURE", "insecure !verify",
		"Whether to trust any certificate: anyone in between can then read the credentials. For tests only. Default: `false`."),
	plain("cacert_file", "OS_CACERT", "cacert",
		"Certificate authorities to trust instead of the system's: a path, or PEM text. The public cloud's own certificates then "+
			"fail, unless their authority is in it too."),
	plain("cert", "OS_CERT", "cert",
		"Client certificate: a path, or PEM text."),
	secret("key", "OS_KEY", "key",
		"Private key of the client certificate: a path, or PEM text."),
	plain("allow_reauth", "OS_ALLOW_REAUTH", "",
		"Whether to log in again when a token expires during a run. Default: `true`."),
	plain("max_retries", "OS_MAX_RETRIES", "",
		"How often a request is retried after a broken connection, a 5xx or a 429 before that counts as a fault. A read continues to "+
			"poll until its timeout; a login gives up. A whole number from 0 to 100. Default: `5`."),
}

// plain returns an attribute. Spaces separate the variables and the keys.
func plain(name, variables, keys, description string, words ...string) Attribute {
	return Attribute{Name: name, Env: strings.Fields(variables), Keys: strings.Fields(keys), Description: description, Words: words}
}

func secret(name, variables, keys, description string) Attribute {
	a := plain(name, variables, keys, description)
	a.Sensitive = true
	return a
}

// field returns the attribute's field in Values, such as AuthURL for auth_url.
func (a Attribute) field(v *Values) reflect.Value {
	name := strings.ReplaceAll(a.Name, "_", "")
	return reflect.ValueOf(v).Elem().FieldByNameFunc(func(field string) bool { return strings.EqualFold(field, name) })
}

// Type returns the type of the attribute's field: string, *bool or *int64.
func (a Attribute) Type() reflect.Type { return a.field(&Values{}).Type() }

// Get returns the attribute's value as text, and reports whether it is set.
func (a Attribute) Get(v Values) (text string, set bool) {
	value := reflect.Indirect(a.field(&v))
	if !value.IsValid() {
		return "", false
	}
	text = fmt.Sprint(value)
	return text, text != ""
}

// Set stores a text in the attribute's field. It reports whether the text has the right type.
func (a Attribute) Set(v *Values, text string) bool {
	switch field := a.field(v).Addr().Interface().(type) {
	case **bool:
		flag, ok := parseFlag(text)
		*field = &flag
		return ok
	case **int64:
		number, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		*field = &number
		return err == nil
	case *string:
		*field = text
	}
	return true
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
