// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Kind is what went wrong. Its words are in words.go.
type Kind struct {
	sentence string // the first sentence of the text
	summary  string // the title, or "" for the usual one
	final    bool   // the same login would fail again
	passes   bool   // it may pass by itself
}

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
	words := append(e.Words(), e.cause())
	if e.RequestID != "" {
		words = append(words, "request id "+e.RequestID)
	}
	for _, word := range words {
		if word != "" {
			text += ": " + word
		}
	}
	return text
}

func (e *Error) cause() string {
	if e.Err == nil {
		return ""
	}
	return e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// Permanent reports whether another try is of no use. A first login has been retried by the HTTP client, so that even a
// server without an answer counts: a mistyped auth_url must be reported soon. In a renewal the service is known to
// exist, and a fault may pass.
func (e *Error) Permanent() bool { return !e.Renewal || !e.Kind.passes }

// final reports whether the same login would fail again. After such a failure no credential is sent any more.
func (e *Error) final() bool {
	return e.Kind.final || e.StatusCode == http.StatusUnauthorized || e.StatusCode == http.StatusForbidden
}

// Retried returns true: the identity service has been asked with retries of its own, so the request that needed the
// login must not repeat them.
func (e *Error) Retried() bool { return true }

// Summary returns a short title.
func (e *Error) Summary() string { return cmp.Or(e.Kind.summary, "Unable to log in") }

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
	line("Cause", e.cause())
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
	names := strings.NewReplacer("{host}", cmp.Or(e.URL, "The server"), "{proxy}", e.Proxy)
	return names.Replace(cmp.Or(e.Kind, KindFault).sentence)
}
