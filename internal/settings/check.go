// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"cmp"
	"slices"
	"strings"
)

// check finds what cannot work, whatever the cloud answers.
func (c Config) check() *Error {
	return cmp.Or(
		c.checkRanges(), c.checkHeaders(), c.checkCredential(), c.checkAgency(), c.checkProject(), c.checkDomain(), c.checkURLs(),
	)
}

func (c Config) checkRanges() *Error {
	if *c.MaxRetries < 0 || *c.MaxRetries > 100 {
		return newError("max_retries", "Unable to use max_retries",
			"The number of retries is %d. It must be between 0 and 100.", *c.MaxRetries)
	}
	if words := attribute("endpoint_type").Words; !slices.Contains(words, c.EndpointType) {
		return newError("endpoint_type", "Unable to use endpoint_type",
			"The endpoint type is %q. It must be one of: %s.", c.EndpointType, strings.Join(words, ", "))
	}
	return nil
}

// checkHeaders refuses values that would break an HTTP header.
func (c Config) checkHeaders() *Error {
	for _, name := range []string{"token", "access_key", "secret_key", "security_token", "tenant_id", "domain_id"} {
		value, _ := attribute(name).Get(c.Values)
		if !strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			continue
		}
		detail := "The value has a character that cannot be sent: a space, a line break or a letter with an accent. Copy it again."
		if strings.TrimSpace(value) != value {
			detail = "The value has a space or line break at its beginning or end: " + c.Trimming(name) + "."
		}
		return newError(name, "Unable to use "+name, "%s", detail)
	}
	return nil
}

func (c Config) checkCredential() *Error {
	const userAlone = "A user logs in with a password; a token or AK/SK needs no user."
	for _, pair := range []struct {
		credential          Credential
		given, missing, why string
	}{
		{AccessKey, "access_key", "secret_key", "An access key signs requests only together with its secret."},
		{AccessKey, "secret_key", "access_key", "A secret key signs requests only together with its access key."},
		// With half of it the login fails, and that counts towards a lock.
		{Password, "passcode", "password", "A passcode is the second factor: it needs the password, and the user by ID (user_id)."},
		{Password, "passcode", "user_id", "A passcode works only for a user given by ID, not by name."},
		{NoCredential, "user_id", "password", userAlone},
		{NoCredential, "user_name", "password", userAlone},
	} {
		if c.Credential() != pair.credential || !isSet(c.Values, pair.given) || isSet(c.Values, pair.missing) {
			continue
		}
		fault := half(pair.missing, pair.given, pair.why)
		if alternative := c.Alternative(pair.given); alternative != "" {
			fault.Detail = strings.TrimSuffix(fault.Detail, ".") + ", or " + alternative + "."
		}
		return fault
	}
	switch {
	case c.Credential() == Password && c.UserName == "" && c.UserID == "":
		return half("user_name", "password", "A password belongs to a user, given by name or by ID (user_id).")
	case c.Credential() != NoCredential:
		return nil
	default:
		return c.noCredential()
	}
}

// half reports an attribute that is missing beside another.
func half(missing, given, why string) *Error {
	return newError(missing, "Unable to find "+missing,
		"%s is set, %s is not. %s Set %s (%s).", given, missing, why, missing, strings.Join(attribute(missing).Env, ", "))
}

func (c Config) noCredential() *Error {
	found := "No credentials are set."
	if c.SecurityToken != "" {
		found = "security_token is set, access_key and secret_key are not."
	}
	return newError("", "Unable to find credentials", `%s Set one of these, as attributes of the provider block, as environment variables, `+
		`or in an entry of clouds.yaml that cloud (OS_CLOUD) names:

  token:            token (OS_TOKEN, OS_AUTH_TOKEN)
  AK/SK:            access_key (OS_ACCESS_KEY) and secret_key (OS_SECRET_KEY)
  temporary AK/SK:  the same, and security_token (OS_SECURITY_TOKEN)
  password:         password (OS_PASSWORD), user_name (OS_USERNAME) and domain_name (OS_USER_DOMAIN_NAME)
  password, by ID:  password (OS_PASSWORD) and user_id (OS_USER_ID)

Each needs a project too: tenant_name (OS_TENANT_NAME, OS_PROJECT_NAME) or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).`, found)
}

func (c Config) checkAgency() *Error {
	var given, missing string
	for _, name := range []string{"agency_name", "agency_domain_name", "delegated_project"} {
		if isSet(c.Values, name) {
			given = name
		} else if missing == "" {
			missing = name
		}
	}
	if given == "" || missing == "" {
		return nil
	}
	return half(missing, given, "Assuming an agency needs its name, the account that offers it (agency_domain_name), and the project there.")
}

// checkProject wants a project, unless the agency or the token brings one.
func (c Config) checkProject() *Error {
	inURL := projectInURL(c.Endpoint)
	if c.TenantID != "" && inURL != "" && inURL != c.TenantID && !c.HasAgency() {
		return newError("endpoint", "Unable to use endpoint",
			"The endpoint ends with project %s, but tenant_id is %s. Leave /v3/{project_id} out of endpoint.", inURL, c.TenantID)
	}
	if c.HasAgency() || c.Credential() == Token || c.TenantID != "" || c.TenantName != "" || inURL != "" {
		return nil
	}
	return newError("tenant_name", "Unable to find the project", "No project is set. DB instances belong to a project: set tenant_name "+
		"(OS_TENANT_NAME, OS_PROJECT_NAME), such as eu-de_myproject, or tenant_id (OS_TENANT_ID, OS_PROJECT_ID).")
}

func (c Config) checkDomain() *Error {
	if c.Credential() != Password || c.DomainID != "" || c.DomainName != "" {
		return nil
	}
	what, name := "user", c.UserName
	if c.UserID != "" {
		if c.TenantID != "" || c.TenantName == "" || c.HasAgency() {
			return nil
		}
		what, name = "project", c.TenantName
	}
	return newError("domain_name", "Unable to find the domain", "The name of %s %q is unique only within its domain. Set domain_name "+
		"(OS_USER_DOMAIN_NAME), such as OTC-EU-DE-00000000001000012345, or domain_id (OS_USER_DOMAIN_ID).", what, name)
}

func (c Config) checkURLs() *Error {
	if c.AuthURL == "" && c.needsIAM() {
		return newError("auth_url", "Unable to find the identity service", "Neither auth_url (OS_AUTH_URL) nor region (OS_REGION_NAME) is set, "+
			"and the project's name does not begin with a region. Set one of them.")
	}
	return cmp.Or(
		checkURL("auth_url", c.AuthURL, "https://iam.eu-de.otc.t-systems.com/v3"),
		checkURL("endpoint", c.Endpoint, "https://rds.eu-de.otc.t-systems.com"),
	)
}
