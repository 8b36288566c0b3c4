// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"fmt"
	"log/slog"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Values are the attributes that one source sets. An unset field is zero. See [Attributes] for what each one means.
//
// Printing Values with package fmt or log/slog hides secrets.
type Values struct {
	AuthURL, Region                                string
	UserName, UserID, Password, Passcode, Token    string
	TenantID, TenantName, DomainID, DomainName     string
	AccessKey, SecretKey, SecurityToken            string
	AgencyName, AgencyDomainName, DelegatedProject string
	Cloud, Endpoint, EndpointType                  string
	CACertFile, Cert, Key                          string
	Insecure, AllowReauth                          *bool
	MaxRetries                                     *int64
}

// Format prints the attributes that are set, for every verb.
func (v Values) Format(f fmt.State, _ rune) {
	var set []string
	for _, a := range Attributes {
		text, ok := a.Get(v)
		if ok && a.Sensitive {
			text = apierror.Hidden
		}
		if ok {
			set = append(set, a.Name+"="+text)
		}
	}
	// An error of the write cannot be reported anywhere.
	_, _ = fmt.Fprint(f, "settings{"+strings.Join(set, " ")+"}")
}

// LogValue is for structured logs.
func (v Values) LogValue() slog.Value { return slog.StringValue(fmt.Sprint(v)) }

// Secrets returns the values that no text may show.
func (v Values) Secrets() []string {
	var secrets []string
	for _, a := range Attributes {
		if text, set := a.Get(v); set && a.Sensitive {
			secrets = append(secrets, text)
		}
	}
	return secrets
}

// Credential is what a user logs in with, by the name of its attribute.
type Credential string

// The credentials, the one that wins first.
const (
	Token        Credential = "token"
	AccessKey    Credential = "access_key"
	Password     Credential = "password"
	NoCredential Credential = ""
)

// Credential returns the credential that is used: a token beats AK/SK, and AK/SK beats a password. Half a credential
// counts, so that the other half is reported as missing.
func (v Values) Credential() Credential {
	switch {
	case v.Token != "":
		return Token
	case v.AccessKey != "" || v.SecretKey != "":
		return AccessKey
	case v.Password != "" || v.Passcode != "":
		return Password
	default:
		return NoCredential
	}
}

// HasAgency reports whether any part of an agency is set.
func (v Values) HasAgency() bool {
	return v.AgencyName != "" || v.AgencyDomainName != "" || v.DelegatedProject != ""
}

// SpendsPasscode reports whether a login spends a passcode. A passcode works once: sent again it is refused, and that
// counts towards a lock.
func (v Values) SpendsPasscode() bool { return v.Credential() == Password && v.Passcode != "" }

// needsIAM reports whether the identity service must be asked. It need not if project and endpoint are given with a
// token or AK/SK.
func (v Values) needsIAM() bool {
	if v.Credential() == Password || v.HasAgency() {
		return true
	}
	project := v.TenantID
	if project == "" && v.TenantName == "" {
		project = projectInURL(v.Endpoint)
	}
	return project == "" || v.Endpoint == ""
}
