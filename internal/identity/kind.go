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

// SpendsPasscode says whether a login spends a passcode, which is good once: sent again, it is refused, and that counts
// towards a lock. One that lies about in the environment means nothing to the other kinds.
func (c Config) SpendsPasscode() bool { return c.kind() == kindPassword && c.Passcode != "" }

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
	if c.hasAgency() {
		return c.self() + fmt.Sprintf(", assuming agency %q of domain %q for project %q",
			c.AgencyName, c.AgencyDomainName, c.DelegatedProject)
	}
	return c.self() + c.projectText()
}

// self describes the credential alone.
func (c Config) self() string {
	switch {
	case c.kind() == kindToken:
		return "the token that was given"
	case c.kind() == kindAKSK && c.SecurityToken != "":
		return "access key " + c.AccessKey + " (temporary, with a security token)"
	case c.kind() == kindAKSK:
		return "access key " + c.AccessKey
	case c.Passcode != "":
		return "password and passcode of " + c.userText() + c.domainText()
	default:
		return "the password of " + c.userText() + c.domainText()
	}
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
