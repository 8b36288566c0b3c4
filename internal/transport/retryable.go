// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Judged is an error that knows whether a later try can succeed, such as a failed login.
type Judged interface {
	error
	Permanent() bool
}

// Retried is an error of a layer that has retries of its own, such as a login. The request that needed the login is
// not sent again.
type Retried interface {
	error
	Retried() bool
}

// retryable decides whether an attempt is repeated: see the table in the package comment.
func (r *retry) retryable(ctx context.Context, resp *http.Response, err error) bool {
	if ctx.Err() != nil || untilLastTry(ctx) == 0 {
		return false
	}
	if err != nil {
		var below Retried
		return !Permanent(err) && (!errors.As(err, &below) || !below.Retried()) && (!r.rules.AtMostOnce || NeverSent(err))
	}
	status, body := resp.StatusCode, peek(resp)
	if r.rules.AtMostOnce && status != http.StatusTooManyRequests || r.rules.Final != nil && r.rules.Final(status, body) {
		return false
	}
	page := status >= 200 && status <= 299 && apierror.IsHTML(body) // a proxy that changes an answer may send 203
	return page || status == http.StatusTooManyRequests || status >= http.StatusInternalServerError && status != http.StatusNotImplemented
}

// Permanent reports whether a request fails in the same way however often it is sent.
func Permanent(err error) bool {
	if judged, ok := errors.AsType[Judged](err); ok {
		return judged.Permanent()
	}
	_, tooLarge := errors.AsType[*TooLargeError](err)
	_, certificate := errors.AsType[*tls.CertificateVerificationError](err)
	_, noTLS := errors.AsType[tls.RecordHeaderError](err)
	remote, ok := errors.AsType[*net.OpError](err)
	refused := ok && remote.Op == "remote error" && slices.Contains(tlsRefusals, remote.Err.Error())
	return tooLarge || certificate || noTLS || refused || NoSuchHost(err)
}

// tlsRefusals are the alerts of a server that wants another certificate or none of ours. Over TCP the standard library
// has no type for them, only these texts. Other alerts, such as "internal error", may pass.
var tlsRefusals = []string{
	"tls: handshake failure", "tls: bad certificate", "tls: unsupported certificate", "tls: revoked certificate", "tls: expired certificate",
	"tls: unknown certificate", "tls: unknown certificate authority", "tls: access denied", "tls: protocol version not supported",
	"tls: insufficient security level", "tls: certificate required",
}

// NoSuchHost reports whether a host's name could not be resolved. If the host has answered before, the network or the
// name server is probably down, and a later try can succeed.
func NoSuchHost(err error) bool {
	dns, ok := errors.AsType[*net.DNSError](err)
	return ok && dns.IsNotFound
}

// NeverSent reports whether no connection was made, so that the server has received nothing.
func NeverSent(err error) bool {
	// Through a proxy, the error of dialling it is inside another one of the same type.
	for ; err != nil; err = errors.Unwrap(err) {
		if dial, ok := err.(*net.OpError); ok && dial.Op == "dial" { //nolint:errorlint // each layer is checked
			return true
		}
	}
	return false
}

// ProxyError is a proxy that refuses to connect. It is permanent: a failed login at the proxy must not be repeated,
// because many proxies lock an account after a few.
type ProxyError struct {
	Host   string // of the proxy
	Status string // such as "407 Proxy Authentication Required"
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused the connection: %s", e.Host, apierror.Printable(e.Status))
}

// Permanent returns true: see [Judged].
func (e *ProxyError) Permanent() bool { return true }

// CheckProxy is for the OnProxyConnectResponse of http.Transport. It returns a [ProxyError] for 4xx but 429; a fault
// such as 502 is retried.
func CheckProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode/100 == 4 && answer.StatusCode != http.StatusTooManyRequests {
		return &ProxyError{Host: proxy.Host, Status: answer.Status}
	}
	return nil
}
