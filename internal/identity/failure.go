// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// step is the part of a login that failed. The same status means different things at different steps.
type step struct{ badRequest, forbidden, notFound *situation }

var (
	atLogin        = &step{rejected, projectForbidden, projectNotFound}
	atOwnLogin     = &step{rejected, ownForbidden, ownForbidden}         // the caller's own, before an agency
	atAgency       = &step{agencyRejected, agencyRefused, agencyRefused} // after the caller was accepted
	atAgencyFirst  = &step{agencyRejected, agencyRefused, agencyRefused} // a token or key that has not been accepted yet
	atTokenLookup  = &step{rejected, projectForbidden, tokenRefused}     // the user's own token: Keystone answers 404 if it does not know it
	atTokenRescope = &step{rejected, projectNotTokens, projectNotTokens} // a good token is exchanged for another project's
)

// fail returns the error for a situation.
func (s *Session) fail(what *situation, answer apierror.Refusal) *Error {
	return &Error{
		Kind: what.kind, Hint: strings.NewReplacer(s.placeholders()...).Replace(what.advice), Refusal: answer,
		URL: s.identityURL(), Tried: s.caller(), Source: s.cfg.CredentialSource(),
	}
}

// failWith is fail with a message of this package's own.
func (s *Session) failWith(what *situation, message string) *Error {
	return s.fail(what, apierror.Refusal{Message: message})
}

// loginFailure returns the error for whatever a login met.
func (s *Session) loginFailure(at *step, err error) *Error {
	failure, known := errors.AsType[*Error](err)
	answer, isAnswer := errors.AsType[gophercloud.ErrUnexpectedResponseCode](err)
	switch {
	case known:
		// It has its words already.
	case isAnswer:
		failure = s.answerFailure(at, answer.Actual, answer.ResponseHeader, answer.Body)
	case is[*json.SyntaxError](err):
		failure = s.failWith(notIdentity, "the answer is not JSON")
	case is[*url.Error](err), errors.Is(err, io.ErrUnexpectedEOF):
		failure = s.connectionFailure(err)
	default:
		failure = s.failWith(notIdentity, "the answer's JSON is not that of a login")
	}
	if at == atOwnLogin {
		failure.Tried = s.self()
	}
	return failure
}

// connectionFailure is for a request without an answer.
func (s *Session) connectionFailure(err error) *Error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err // the error names the URL anyway
	}
	failure := s.fail(s.connectionSituation(err), apierror.Refusal{})
	failure.Source, failure.Err = "", shown{err, transport.Reason(err)}
	if proxy := proxyOf(err); proxy != "" {
		failure.Proxy = proxy + " (" + s.proxyVariable() + ")"
	}
	return failure
}

// proxyOf returns the host of a proxy that failed, or "".
func proxyOf(err error) string {
	if refusal, ok := errors.AsType[*transport.ProxyError](err); ok {
		return refusal.Host
	}
	outer, ok := errors.AsType[*net.OpError](err)
	if !ok || outer.Op != "proxyconnect" {
		return ""
	}
	if dial, ok := errors.AsType[*net.OpError](outer.Err); ok && dial.Addr != nil {
		return dial.Addr.String()
	}
	if dns, ok := errors.AsType[*net.DNSError](outer.Err); ok {
		return dns.Name
	}
	return "that is configured"
}

// is reports whether an error is, or wraps, one of type E.
func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func (s *Session) connectionSituation(err error) *situation {
	invalid, isInvalid := errors.AsType[x509.CertificateInvalidError](err)
	switch {
	case is[*transport.ProxyError](err):
		return proxyRefused
	case proxyOf(err) != "":
		return proxyUnreachable
	case isInvalid && invalid.Reason == x509.Expired:
		return certificateTime
	case is[x509.HostnameError](err):
		return certificateName
	case !isInvalid && !is[*tls.CertificateVerificationError](err) && !is[x509.UnknownAuthorityError](err):
		return unreachable
	case s.cfg.CACertFile != "":
		return certificateNotInFile
	default:
		return certificateUnknown
	}
}

// answerFailure is for an answer that is not a success.
func (s *Session) answerFailure(at *step, status int, header http.Header, body []byte) *Error {
	answer := apierror.Parse(status, header, body)
	what := s.answerSituation(at, answer, header, body)
	if (what == mfaNeeded || what == thirdFactor) && answer.Described {
		answer.Message = "" // a receipt is not an error and has no message
	}
	failure := s.fail(what, answer)
	if at == atOwnLogin && what.kind == KindRefused {
		failure.Hint = ownLogin + failure.Hint
	}
	failure.Hint = strings.ReplaceAll(failure.Hint, "{skew}", s.skew(header))
	failure.Location = location(header)
	return failure
}

func (s *Session) answerSituation(at *step, answer apierror.Refusal, header http.Header, body []byte) *situation {
	isIdentity := !answer.Described && !apierror.IsHTML(body) && !answer.UnknownAPI() // an object store answers markup
	switch status := answer.StatusCode; {
	case status == http.StatusUnauthorized:
		return s.unauthorized(at, answer, header, body)
	case status == http.StatusTooManyRequests:
		return throttled
	case status >= http.StatusInternalServerError:
		return fault
	case isIdentity && status == http.StatusBadRequest:
		return at.badRequest
	case isIdentity && status == http.StatusForbidden:
		return at.forbidden
	case isIdentity && status == http.StatusNotFound:
		return at.notFound
	default:
		return notIdentity
	}
}

// unauthorized explains a 401. The cloud has no codes for a lock, for MFA or for a wrong project: only the message
// names them.
func (s *Session) unauthorized(at *step, answer apierror.Refusal, header http.Header, body []byte) *situation {
	message := strings.ToLower(answer.Message)
	byPassword := s.cfg.Credential() == settings.Password
	byKey := s.cfg.Credential() == settings.AccessKey
	receipt := byPassword && hasReceipt(header, body)
	switch {
	case at == atAgency:
		return agencyRefused
	case byPassword && s.cfg.Passcode == "" && (receipt || containsAny(message, "mfa", "totp", "multi-factor", "two-factor")):
		return mfaNeeded
	case receipt:
		return thirdFactor
	case containsAny(message, "reach the limit", "locked"):
		return locked
	case byKey && s.skew(header) != "":
		return clockSkew
	case at == atTokenRescope:
		return projectNotTokens
	case byPassword && at == atLogin && !s.cfg.HasAgency() && containsAny(message, "project", "scope"):
		return projectRefused
	case byKey && at == atAgencyFirst:
		return agencyOrKey
	case byKey:
		return keyRefused
	case at == atAgencyFirst:
		return agencyOrToken
	case !byPassword:
		return tokenRefused
	case s.cfg.SpendsPasscode():
		return passcodeRefused
	default:
		return passwordRefused
	}
}

// hasReceipt reports whether Keystone accepted a part of the factors.
func hasReceipt(header http.Header, body []byte) bool {
	var receipt struct {
		Methods json.RawMessage `json:"required_auth_methods"`
	}
	return header.Get("Openstack-Auth-Receipt") != "" || json.Unmarshal(body, &receipt) == nil && len(receipt.Methods) > 0
}

func containsAny(text string, parts ...string) bool {
	return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(text, part) })
}

// location returns scheme and host of a redirect to another server, or "".
func location(header http.Header) string {
	to, err := url.Parse(header.Get("Location"))
	if err != nil || to.Host == "" {
		return ""
	}
	return apierror.Printable(strings.TrimPrefix(to.Scheme+"://"+to.Host, "://"))
}

// interrupted is for a caller whose context ended. last is what the login met until then, or nil.
func (s *Session) interrupted(ctx context.Context, last error) *Error {
	what, text := hanging, "the time was up"
	if errors.Is(ctx.Err(), context.Canceled) {
		text = "interrupted"
	}
	if failure, ok := errors.AsType[*Error](last); ok && failure.Err != nil {
		last = failure.Err // the rest is in this error too
	}
	if abandoned, ok := errors.AsType[*transport.AbandonedError](last); ok {
		last = abandoned.Fault
		if is[*transport.FaultError](last) {
			what = interruptedFault
		}
	}
	if last != nil && last.Error() != ctx.Err().Error() {
		text += "; before that: " + last.Error()
	}
	if n := s.sent.Load(); n > 1 {
		text += fmt.Sprintf(" (sent %d times)", n)
	}
	failure := s.fail(what, apierror.Refusal{})
	failure.Source, failure.Err = "", shown{context.Cause(ctx), text}
	return failure
}

// shown is an error with another text.
type shown struct {
	error
	text string
}

func (e shown) Error() string { return e.text }
func (e shown) Unwrap() error { return e.error }
