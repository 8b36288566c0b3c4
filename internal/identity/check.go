// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
)

// check finds what cannot work whatever the cloud answers.
func (c Config) check() error {
	checks := []func() error{
		c.checkNumbers, c.checkHeaders, c.checkKind, c.checkAgency, c.checkProject, c.checkDomain, c.checkURLs,
	}
	for _, check := range checks {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (c Config) checkNumbers() error {
	if *c.MaxRetries < 0 || *c.MaxRetries > 100 {
		return &ConfigError{
			Attribute: "max_retries", Summary: "Unable to use max_retries",
			Detail: fmt.Sprintf("The number of retries is %d. It must be between 0 and 100.", *c.MaxRetries),
		}
	}
	if !slices.Contains([]string{"public", "internal", "admin"}, c.EndpointType) {
		return &ConfigError{
			Attribute: "endpoint_type", Summary: "Unable to use endpoint_type",
			Detail: fmt.Sprintf("The endpoint type is %q. It is one of public, internal and admin.", c.EndpointType),
		}
	}
	return nil
}

// checkHeaders refuses what would break or split an HTTP header, without
// showing it.
func (c Config) checkHeaders() error {
	inHeader := []struct{ attribute, value string }{
		{"token", c.Token},
		{"access_key", c.AccessKey},
		{"secret_key", c.SecretKey},
		{"security_token", c.SecurityToken},
		{"tenant_id", c.TenantID},
		{"domain_id", c.DomainID},
	}
	for _, h := range inHeader {
		unfit := strings.IndexFunc(h.value, func(r rune) bool { return r <= ' ' || r > '~' })
		if unfit < 0 {
			continue
		}
		what := "a character that cannot be sent"
		if strings.TrimSpace(h.value) != h.value {
			what = "a space or line break at its beginning or end"
		}
		return &ConfigError{
			Attribute: h.attribute, Summary: "Unable to use " + h.attribute,
			Detail: fmt.Sprintf("The value has %s. Where it comes from a file or a command, wrap it in trimspace().", what),
		}
	}
	return nil
}

func (c Config) checkKind() error {
	switch c.kind() {
	case kindNone:
		return c.checkNothing()
	case kindAKSK:
		if c.SecretKey == "" {
			return half("secret_key", "access_key", "An access key signs requests only together with its secret.")
		}
		if c.AccessKey == "" {
			return half("access_key", "secret_key", "A secret key signs requests only together with its access key.")
		}
	case kindPassword:
		return c.checkUser()
	case kindToken: // complete as it is
	}
	return nil
}

// checkNothing says what is missing where nothing can log in, and what is there of it.
func (c Config) checkNothing() error {
	const why = "A user logs in with a password; a token or AK/SK needs no user."
	switch {
	case c.UserID != "":
		return half("password", "user_id", why)
	case c.UserName != "":
		return half("password", "user_name", why)
	case c.SecurityToken != "":
		return noCredentials("security_token is set, access_key and secret_key are not.")
	default:
		return noCredentials("No credentials are set.")
	}
}

// checkUser wants a user for a password, and for a passcode both: it is the second factor of two, and alone it only
// fails the login, which counts towards the lock.
func (c Config) checkUser() error {
	switch {
	case c.Passcode != "" && c.Password == "":
		return half("password", "passcode", "A passcode is a second factor: it goes with the password of a user given by id (user_id).")
	case c.Passcode != "" && c.UserID == "":
		return half("user_id", "passcode", "A passcode belongs to a user given by id, not by name.")
	case c.UserName == "" && c.UserID == "":
		return half("user_name", "password", "A password belongs to a user, given by name or by id (user_id).")
	default:
		return nil
	}
}

// half reports an attribute that is missing beside another.
func half(missing, given, why string) error {
	return &ConfigError{
		Attribute: missing, Summary: "Unable to find " + missing,
		Detail: fmt.Sprintf("%s is set, %s is not. %s Set %s (%s).", given, missing, why, missing, envOf(missing)),
	}
}

func envOf(attribute string) string {
	return strings.Join(variable(attribute).Env, ", ")
}

// usualEnvOf leaves out what few people use.
func usualEnvOf(attribute string) string {
	env := variable(attribute).Env
	if len(env) > 2 {
		env = env[:1]
	}
	return strings.Join(env, ", ")
}

func noCredentials(found string) error {
	return &ConfigError{
		Summary: "Unable to find credentials",
		Detail: found + ` Set one of these kinds, as attributes of the provider block, as environment variables, or in an entry of clouds.yaml that cloud (OS_CLOUD) names:

  token:            token (OS_TOKEN, OS_AUTH_TOKEN)
  AK/SK:            access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY)
  temporary AK/SK:  these, and security_token (OS_SECURITY_TOKEN)
  password:         password (OS_PASSWORD), user_name (OS_USERNAME) and domain_name (OS_USER_DOMAIN_NAME)
  password, by id:  password (OS_PASSWORD) and user_id (OS_USER_ID)

Each needs a project too: tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME) or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).`,
	}
}

func (c Config) checkAgency() error {
	if !c.hasAgency() {
		return nil
	}
	parts := []struct{ attribute, value string }{
		{"agency_name", c.AgencyName}, {"agency_domain_name", c.AgencyDomainName}, {"delegated_project", c.DelegatedProject},
	}
	var given string
	for _, p := range parts {
		if p.value != "" {
			given = p.attribute
		}
	}
	for _, p := range parts {
		if p.value == "" {
			return half(p.attribute, given, "Assuming an agency needs its name, the domain that offers it, and the project there.")
		}
	}
	return nil
}

// checkProject wants a project, unless the agency or the token brings one.
func (c Config) checkProject() error {
	inURL := projectInURL(c.Endpoint)
	if c.TenantID != "" && inURL != "" && inURL != c.TenantID && !c.hasAgency() {
		return &ConfigError{
			Attribute: "endpoint", Summary: "Unable to use endpoint",
			Detail: fmt.Sprintf("The endpoint ends in project %s, but tenant_id is %s. Leave /v3/{project_id} out of endpoint.",
				inURL, c.TenantID),
		}
	}
	if c.hasAgency() || c.kind() == kindToken || c.TenantID != "" || c.TenantName != "" || inURL != "" {
		return nil
	}
	return &ConfigError{
		Attribute: "tenant_name", Summary: "Unable to find the project",
		Detail: "No project is set. DB instances belong to a project: set tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME), " +
			"such as eu-de_myproject, or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).",
	}
}

func (c Config) checkDomain() error {
	if c.kind() != kindPassword || c.DomainID != "" || c.DomainName != "" {
		return nil
	}
	var why string
	switch {
	case c.UserID == "":
		why = fmt.Sprintf("The name of user %q is unique only within its domain.", c.UserName)
	case c.TenantID == "" && c.TenantName != "" && !c.hasAgency():
		why = fmt.Sprintf("The name of project %q is unique only within its domain.", c.TenantName)
	default:
		return nil
	}
	return &ConfigError{
		Attribute: "domain_name", Summary: "Unable to find the domain",
		Detail: why + " Set domain_name (OS_USER_DOMAIN_NAME), such as OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).",
	}
}

func (c Config) checkURLs() error {
	if c.AuthURL == "" && c.needsIAM() {
		return &ConfigError{
			Attribute: "auth_url", Summary: "Unable to find the identity service",
			Detail: "Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, and the project's name does not begin " +
				"with a region. Set one of them.",
		}
	}
	if err := checkURL("auth_url", c.AuthURL, "https://iam.eu-de.otc.t-systems.com/v3"); err != nil {
		return err
	}
	return checkURL("endpoint", c.Endpoint, "https://rds.eu-de.otc.t-systems.com")
}

// Unencrypted lists the attributes whose URL sends credentials and logs over a network without TLS. A server on this
// machine needs none.
func (c Config) Unencrypted() []string {
	var attributes []string
	for _, a := range []struct{ attribute, address string }{{"auth_url", c.AuthURL}, {"endpoint", c.Endpoint}} {
		u, err := url.Parse(a.address)
		if err == nil && u.Scheme == "http" && !isLoopback(u.Hostname()) {
			attributes = append(attributes, a.attribute)
		}
	}
	return attributes
}

func isLoopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// checkURL never shows the URL: it may hold a password.
func checkURL(attribute, address, sample string) error {
	if address == "" {
		return nil
	}
	fault := func(what string) error {
		return &ConfigError{
			Attribute: attribute, Summary: "Unable to use " + attribute,
			Detail: "The URL " + what,
		}
	}
	if lower := strings.ToLower(address); !strings.HasPrefix(lower, "https://") && !strings.HasPrefix(lower, "http://") {
		return fault("must begin with https:// (or http://), such as " + sample + ".")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return fault("cannot be read. It looks like " + sample + ".")
	case u.Hostname() == "":
		return fault("names no host. It looks like " + sample + ".")
	case u.User != nil:
		return fault("has a user or password in it. Use user_name and password.")
	case u.RawQuery != "" || u.Fragment != "" || u.ForceQuery:
		return fault("has a query or fragment. Leave out everything from ? or # on.")
	}
	return nil
}
