// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import "fmt"

// kind is a kind of credential.
type kind int

const (
	kindNone kind = iota
	kindToken
	kindAKSK
	kindPassword
)

// kind says which credential a Config holds: token, then AK/SK, then password. Half of one counts, so that
// [Config.check] can say which half is missing.
func (c Config) kind() kind {
	switch {
	case c.Token != "":
		return kindToken
	case c.AccessKey != "" || c.SecretKey != "":
		return kindAKSK
	case c.Password != "" || c.Passcode != "":
		return kindPassword
	default:
		return kindNone
	}
}

// usesPasscode says whether a login spends a passcode. One that lies about in the
// environment means nothing to the other kinds.
func (c Config) usesPasscode() bool { return c.kind() == kindPassword && c.Passcode != "" }

func (c Config) hasAgency() bool {
	return c.AgencyName != "" || c.AgencyDomainName != "" || c.DelegatedProject != ""
}

// needsIAM says whether the identity service has to be asked at all. A token and
// AK/SK are good as they are where project and endpoint are given.
func (c Config) needsIAM() bool {
	if c.kind() == kindPassword || c.hasAgency() {
		return true
	}
	project := c.TenantID
	if project == "" && c.TenantName == "" {
		project = projectInURL(c.Endpoint)
	}
	return project == "" || c.Endpoint == ""
}

// caller describes who tries to log in, for errors: kind of credential, user,
// domain, project, agency. No secrets.
func (c Config) caller() string {
	var who string
	switch c.kind() {
	case kindToken:
		who = "the token that was given"
	case kindAKSK:
		who = "access key " + c.AccessKey
		if c.SecurityToken != "" {
			who += " (temporary, with a security token)"
		}
	default:
		who = "the password of " + c.userText()
		if c.Passcode != "" {
			who = "password and passcode of " + c.userText()
		}
		who += c.domainText()
	}
	if c.hasAgency() {
		return who + fmt.Sprintf(", assuming agency %q of domain %q for project %q",
			c.AgencyName, c.AgencyDomainName, c.DelegatedProject)
	}
	return who + c.projectText()
}

func (c Config) userText() string {
	if c.UserID != "" {
		return "user id " + c.UserID
	}
	return fmt.Sprintf("user %q", c.UserName)
}

func (c Config) domainText() string {
	switch {
	case c.DomainID != "":
		return " in domain id " + c.DomainID
	case c.DomainName != "":
		return fmt.Sprintf(" in domain %q", c.DomainName)
	default:
		return ""
	}
}

func (c Config) projectText() string {
	switch {
	case c.TenantID != "":
		return ", for project id " + c.TenantID
	case c.TenantName != "":
		return fmt.Sprintf(", for project %q", c.TenantName)
	default:
		return ""
	}
}
