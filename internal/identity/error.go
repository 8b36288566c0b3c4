// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// ConfigError says that a configuration cannot work, before any request.
type ConfigError struct {
	// Attribute is the attribute of the provider block to look at, or "" where
	// no single one is to blame.
	Attribute string
	// Summary is a short title such as "Unable to read insecure".
	Summary string
	// Detail says what is wrong and what to change, in whole sentences.
	Detail string
}

func (e *ConfigError) Error() string {
	if e.Attribute == "" {
		return e.Summary + ": " + e.Detail
	}
	return e.Attribute + ": " + e.Summary + ": " + e.Detail
}

// Kind says what went wrong, for code that decides by it.
type Kind string

// The kinds of Error.
const (
	// KindRefused: the credentials were refused. A wrong password, user, or
	// domain look alike, and that is on purpose.
	KindRefused Kind = "credentials refused"
	// KindProject: the project is unknown, or not open to this caller.
	KindProject Kind = "project unknown or forbidden"
	// KindAgency: the agency is unknown, or not open to this caller.
	KindAgency Kind = "agency unknown or forbidden"
	// KindTokenExpired: a token was refused that cannot be renewed.
	KindTokenExpired Kind = "token refused"
	// KindClockSkew: a signature was refused and the clocks differ too much.
	KindClockSkew Kind = "clock skew"
	// KindKeyLocked: too many failures in a row; the key or user is locked.
	KindKeyLocked Kind = "locked"
	// KindMFA: the user must give a passcode too.
	KindMFA Kind = "passcode needed"
	// KindNoEndpoint: the address of RDS cannot be found.
	KindNoEndpoint Kind = "no endpoint"
	// KindNotIdentity: what answers at auth_url is no identity service.
	KindNotIdentity Kind = "not an identity service"
	// KindRejected: the identity service could not make sense of the request.
	KindRejected Kind = "request rejected"
	// KindCertificate: the server's certificate is not trusted.
	KindCertificate Kind = "certificate not trusted"
	// KindUnreachable: no answer: no such host, connection refused, time-out.
	KindUnreachable Kind = "unreachable"
	// KindFault: the identity service failed: 429, 5xx, half an answer.
	KindFault Kind = "identity service fault"
	// KindInterrupted: the caller's own context ended first.
	KindInterrupted Kind = "interrupted"
)

// Error says why a caller could not be identified. It holds no secrets.
type Error struct {
	Kind Kind
	// URL is the address that was asked, without a query.
	URL string
	// Tried describes the caller: kind of credential, user, domain, project.
	Tried string
	// Source says where the credential comes from, or "" where that does not matter.
	Source string
	// StatusCode is the answer's HTTP status, 0 where there was no answer.
	StatusCode int
	// Code, Message and RequestID are the answer's own, each may be empty.
	Code, Message, RequestID string
	// Location is where a redirect leads, scheme and host only.
	Location string
	// Hint says what to do next, in whole sentences.
	Hint string
	// Renewal says that a token had been good before and this was the attempt
	// to replace it.
	Renewal bool
	// Err is the cause where there was no answer.
	Err error
}

// Error is one line.
func (e *Error) Error() string {
	parts := []string{e.headline()}
	if e.StatusCode != 0 {
		parts = append(parts, apierror.StatusText(e.StatusCode))
	}
	for _, part := range []string{e.Code, e.Message} {
		if part != "" {
			parts = append(parts, strings.TrimSuffix(part, "."))
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	if e.RequestID != "" {
		parts = append(parts, "request id "+e.RequestID)
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// Permanent says that trying again is of no use. Even an identity service that
// cannot be reached counts as permanent at the first login: the HTTP client has
// retried by then, and a mistyped auth_url should be reported soon. When a token
// is renewed in the middle of a wait the service is known to exist, and such a
// fault, or some proxy's page in its place, is worth another try.
func (e *Error) Permanent() bool {
	var proxy *transport.ProxyError
	if errors.As(e.Err, &proxy) {
		return true
	}
	switch e.Kind {
	case KindUnreachable, KindFault, KindNotIdentity:
		return !e.Renewal
	default:
		return true
	}
}

// Retried says that the identity service has been asked with retries of its own, so that whoever needed the login must
// not send the whole of it again.
func (e *Error) Retried() bool { return true }

// Summary is a short title for people.
func (e *Error) Summary() string {
	switch e.Kind {
	case KindNoEndpoint:
		return "Unable to find the RDS endpoint"
	case KindProject:
		return "Unable to use the project"
	case KindAgency:
		return "Unable to assume the agency"
	case KindTokenExpired:
		return "Unable to use the token"
	default:
		return "Unable to log in"
	}
}

// Detail is the whole story for people, in several lines: what failed, what was
// tried, what came back, and what to do.
func (e *Error) Detail() string {
	var b strings.Builder
	b.WriteString(e.sentence())
	b.WriteString("\n")
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "\n%-12s%s", label+":", text)
		}
	}
	line("Tried", e.Tried)
	line("Source", e.Source)
	line("URL", e.URL)
	if e.StatusCode != 0 {
		line("Status", apierror.StatusText(e.StatusCode))
	}
	line("Code", e.Code)
	line("Message", e.Message)
	if e.Err != nil {
		line("Cause", e.Err.Error())
	}
	line("Request ID", e.RequestID)
	line("Location", e.Location)
	if e.Hint != "" {
		b.WriteString("\n\n" + e.Hint)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (e *Error) headline() string {
	text := strings.TrimSuffix(e.sentence(), ".")
	if e.Tried != "" {
		text += " (" + e.Tried + ")"
	}
	return text
}

func (e *Error) sentence() string {
	switch e.Kind {
	case KindRefused:
		return fmt.Sprintf("%s refused the credentials.", e.host())
	case KindProject:
		return "The project does not exist or may not be used with these credentials."
	case KindAgency:
		return "The agency does not exist or may not be assumed with these credentials."
	case KindTokenExpired:
		return "The token was refused and cannot be renewed."
	case KindClockSkew:
		return fmt.Sprintf("%s refused the signature because this machine's clock is off.", e.host())
	case KindKeyLocked:
		return fmt.Sprintf("%s has locked the credentials for a while after too many failures in a row.", e.host())
	case KindMFA:
		return fmt.Sprintf("%s wants a passcode as well: the user is protected by multi-factor authentication.", e.host())
	case KindNoEndpoint:
		return "The address of RDS could not be found."
	case KindNotIdentity:
		return fmt.Sprintf("What answers at %s is not an identity service (version 3).", e.host())
	case KindRejected:
		return fmt.Sprintf("%s did not accept the login request.", e.host())
	case KindCertificate:
		return fmt.Sprintf("The certificate of %s is not trusted.", e.host())
	case KindUnreachable:
		return fmt.Sprintf("%s could not be reached.", e.host())
	case KindInterrupted:
		return fmt.Sprintf("The login at %s was not finished when it was interrupted or its time was up.", e.host())
	default:
		return fmt.Sprintf("%s failed.", e.host())
	}
}

// host names the server for a sentence: the identity service at https://….
func (e *Error) host() string {
	if e.URL == "" {
		return "The server"
	}
	if strings.HasPrefix(e.URL, "http") {
		return e.URL
	}
	return "The server at " + e.URL
}
