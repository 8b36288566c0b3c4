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

// Permanent says that an error will come again however often the request is sent: a certificate that is not trusted,
// a host that does not exist, a server that does not speak TLS or wants another certificate, a proxy that refuses, an
// answer that is too large, or an error that says so itself.
func Permanent(err error) bool {
	var self interface{ Permanent() bool }
	if errors.As(err, &self) {
		return self.Permanent()
	}
	var tooLarge *TooLargeError
	var certificate *tls.CertificateVerificationError
	var noTLS tls.RecordHeaderError // the server does not speak TLS
	return errors.As(err, &tooLarge) || errors.As(err, &certificate) || errors.As(err, &noTLS) || refusedByTLS(err) || NoSuchHost(err)
}

// NoSuchHost says that a name could not be resolved. Of a host that has answered before it is no last word: a network
// that comes back, or a system that is offline, says so too.
func NoSuchHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

// refusals are the alerts by which a server says that it wants another certificate, or none of ours, in the standard
// library's words: over TCP it has no type for them. Others, such as "internal error", may pass.
var refusals = []string{
	"tls: handshake failure", "tls: bad certificate", "tls: unsupported certificate", "tls: revoked certificate", "tls: expired certificate",
	"tls: unknown certificate", "tls: unknown certificate authority", "tls: access denied", "tls: protocol version not supported",
	"tls: insufficient security level", "tls: certificate required",
}

func refusedByTLS(err error) bool {
	var remote *net.OpError
	return errors.As(err, &remote) && remote.Op == "remote error" && slices.Contains(refusals, remote.Err.Error())
}

// retriedBelow says that a layer below has already sent its own request again and again: authorization, whose login
// does not come through the retries of the request that needs it.
func retriedBelow(err error) bool {
	var self interface{ Retried() bool }
	return errors.As(err, &self) && self.Retried()
}

// NeverSent says that no connection was made, so that the server has seen nothing.
func NeverSent(err error) bool {
	// Through a proxy, the error of dialling it is inside another one of the same type.
	for ; err != nil; err = errors.Unwrap(err) {
		if dial, ok := err.(*net.OpError); ok && dial.Op == "dial" { //nolint:errorlint // each layer is looked at
			return true
		}
	}
	return false
}

// ProxyError is a proxy that does not open the way to a server. It is permanent: a login at the proxy that failed must
// not be tried again and again, because many lock an account after a few times.
type ProxyError struct {
	Host   string // the proxy's
	Status string // such as "407 Proxy Authentication Required"
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy %s refused the connection: %s", e.Host, apierror.Printable(e.Status))
}

// Permanent says that it will come again.
func (e *ProxyError) Permanent() bool { return true }

// CheckProxy looks at a proxy's answer to CONNECT: it is for http.Transport's OnProxyConnectResponse. What may pass, a
// 502 say, is left to the transport.
func CheckProxy(_ context.Context, proxy *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode < http.StatusBadRequest || answer.StatusCode >= http.StatusInternalServerError || answer.StatusCode == http.StatusTooManyRequests {
		return nil
	}
	return &ProxyError{Host: proxy.Host, Status: answer.Status}
}
