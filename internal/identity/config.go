// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Config is what a user said about the caller: one field for each attribute of
// the provider block. The zero value of a field means that it was not set.
// [Variables] names the attribute and the environment variables of each field.
//
// Printing a Config with package fmt or log/slog shows which secrets are set but
// never their values.
type Config struct {
	// AuthURL is the identity service, such as https://iam.eu-de.otc.t-systems.com/v3.
	AuthURL string
	// Region is the name of a region, such as eu-de.
	Region string

	UserName, UserID string
	Password         string
	// Passcode is the current code of a virtual MFA device (TOTP).
	Passcode string
	Token    string

	// TenantID and TenantName say which project; the ID wins.
	TenantID, TenantName string
	// DomainID and DomainName say whose user and project; the ID wins.
	DomainID, DomainName string

	AccessKey, SecretKey string
	// SecurityToken comes with a temporary access key.
	SecurityToken string

	// AgencyName, AgencyDomainName and DelegatedProject name a role to assume,
	// the account that offers it, and the project there. All three or none.
	AgencyName, AgencyDomainName, DelegatedProject string

	// Cloud is the name of an entry in clouds.yaml.
	Cloud string
	// Endpoint is RDS's own URL, with or without /v3/{project_id}. It replaces
	// the one in the service catalogue.
	Endpoint string
	// EndpointType is public, internal or admin.
	EndpointType string

	// CACertFile, Cert and Key are each a path or PEM text.
	CACertFile, Cert, Key string

	Insecure, AllowReauth *bool
	// MaxRetries counts the retries of one request after its first attempt.
	MaxRetries *int64

	// source says where the credential comes from, for errors; set by [Resolve].
	source string
}

// DefaultMaxRetries is how often a request is sent again where max_retries is
// not set.
const DefaultMaxRetries = 5

// Format prints the attributes that are set, secrets hidden, for every verb.
func (c Config) Format(f fmt.State, _ rune) {
	// The error of a write to a fmt.State cannot be reported anywhere.
	_, _ = fmt.Fprint(f, c.redacted())
}

// LogValue keeps secrets out of structured logs.
func (c Config) LogValue() slog.Value { return slog.StringValue(c.redacted()) }

func (c Config) redacted() string {
	var set []string
	for _, v := range Variables {
		text, ok := v.get(c)
		if !ok {
			continue
		}
		if v.Sensitive {
			text = apierror.Hidden
		}
		set = append(set, v.Attribute+"="+text)
	}
	return "identity.Config{" + strings.Join(set, " ") + "}"
}

// secrets are the values that may appear in no text, with more that a session has
// got for them.
func (c Config) secrets(more ...string) []string {
	all := slices.Concat(more, []string{c.Token, c.Password, c.Passcode, c.SecretKey, c.SecurityToken, c.Key})
	return slices.DeleteFunc(all, func(secret string) bool { return len(secret) < shortestSecret })
}

// shortestSecret is the shortest text that is taken out of others', in bytes: shorter ones are words, or parts of
// words, and taking them out would tell what they are.
const shortestSecret = 8

func isTrue(flag *bool) bool { return flag != nil && *flag }
