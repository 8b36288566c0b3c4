// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"fmt"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Kind is what went wrong, for code that decides by it. Its words are in words.go.
type Kind string

// The kinds of errors.
const (
	KindRefused         Kind = "credentials refused" // wrong password, user or domain: IAM does not name which
	KindProject         Kind = "project unknown or forbidden"
	KindAgency          Kind = "agency unknown or forbidden"
	KindTokenExpired    Kind = "token refused" // and it cannot be renewed
	KindClockSkew       Kind = "clock skew"    // a signature was refused, and the clocks differ too much
	KindKeyLocked       Kind = "locked"        // the key or the user, after too many failures
	KindMFA             Kind = "passcode needed"
	KindNoEndpoint      Kind = "no endpoint"
	KindNotIdentity     Kind = "not an identity service"
	KindRejected        Kind = "request rejected" // the identity service does not understand it
	KindCertificate     Kind = "certificate not trusted"
	KindCertificateTime Kind = "certificate expired" // or not valid yet
	KindCertificateName Kind = "certificate for another name"
	KindUnreachable     Kind = "unreachable" // there is no answer
	KindProxy           Kind = "proxy unreachable"
	KindProxyRefused    Kind = "proxy refused"
	KindThrottled       Kind = "too many requests"
	KindFault           Kind = "identity service fault" // a 5xx or half an answer
	KindInterrupted     Kind = "interrupted"            // the caller's own context ended first
)

// Error is a caller that could not be identified. It holds no secrets.
type Error struct {
	// Refusal is the server's answer. StatusCode is 0 if there is none. Message can also be this package's own.
	apierror.Refusal

	Kind     Kind
	URL      string // the address that was asked, without a query
	Tried    string // describes the caller: credential, user, domain, project
	Source   string // where the credential comes from, or "" for the provider block
	Location string // where a redirect leads, scheme and host only
	Proxy    string // the proxy that failed, with the variable that names it, or ""
	Hint     string // what to do next
	Renewal  bool   // marks the attempt to replace a token that had been good
	Err      error  // the cause if there was no answer
}

// Error returns one line.
func (e *Error) Error() string {
	text := strings.TrimSuffix(e.sentence(), ".")
	if e.Tried != "" {
		text += " (" + e.Tried + ")"
	}
	parts := []string{text}
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

// Permanent reports whether another try is of no use. A first login has been retried by the HTTP client, so that even a
// server without an answer counts: a mistyped auth_url must be reported soon. In a renewal the service is known to
// exist, and a fault may pass.
func (e *Error) Permanent() bool { return !e.Renewal || !passes(e.Kind) }

// passes reports whether a failure of this kind may pass by itself.
func passes(kind Kind) bool {
	switch kind {
	case KindUnreachable, KindProxy, KindThrottled, KindFault, KindNotIdentity:
		return true
	default:
		return false
	}
}

// Retried returns true: the identity service has been asked with retries of its own, so the request that needed the
// login must not repeat them.
func (e *Error) Retried() bool { return true }

// Summary returns a short title.
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

// Detail returns the full text: what failed, what was tried, what came back, and what to do.
func (e *Error) Detail() string {
	var b strings.Builder
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-12s%s\n", label+":", text)
		}
	}
	line("Tried", e.Tried)
	line("Source", e.Source)
	line("URL", e.URL)
	b.WriteString(e.Lines())
	if e.Err != nil {
		line("Cause", e.Err.Error())
	}
	line("Location", e.Location)
	detail := e.sentence()
	for _, part := range []string{strings.TrimSuffix(b.String(), "\n"), e.Hint} {
		if part != "" {
			detail += "\n\n" + part
		}
	}
	return detail
}

// sentence returns what failed.
func (e *Error) sentence() string {
	host := e.URL
	if host == "" {
		host = "The server"
	}
	sentence, ok := sentences[e.Kind]
	if !ok {
		sentence = sentences[KindFault]
	}
	return strings.NewReplacer("{host}", host, "{proxy}", e.Proxy).Replace(sentence)
}
