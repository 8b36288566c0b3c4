// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestUnreachable has each reason for no answer, with its kind, its first sentence and its advice.
func TestUnreachable(t *testing.T) {
	dial := &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1}, Err: errors.New("refused")}
	lookup := &net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "proxy.example.com"}}
	proxied := func(err error) error { return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err} }
	verify := func(err error) error { return &tls.CertificateVerificationError{Err: err} }
	const (
		iam       = "https://iam.example.com/v3"
		check     = "Check HTTPS_PROXY. If no proxy is needed for this host, add the host to NO_PROXY."
		authority = "If a company's own authority signed it, set cacert_file (OS_CACERT) to that authority's certificate."
	)
	for name, c := range map[string]struct {
		err            error
		caFile         string
		kind           Kind
		sentence, hint string
	}{
		"refused": {
			dial, "", KindUnreachable, iam + " could not be reached.",
			"Check auth_url (OS_AUTH_URL) and region (OS_REGION_NAME, OS_REGION), the network, and the proxy variables HTTPS_PROXY and NO_PROXY.",
		},
		"proxy refused":  {proxied(dial), "", KindProxy, "The proxy 127.0.0.1:1 (HTTPS_PROXY) could not be reached.", check},
		"proxy unknown":  {proxied(lookup), "", KindProxy, "The proxy proxy.example.com (HTTPS_PROXY) could not be reached.", check},
		"proxy, no name": {proxied(errors.New("x")), "", KindProxy, "The proxy that is configured (HTTPS_PROXY) could not be reached.", check},
		"proxy refuses": {
			&transport.ProxyError{Host: "p:1", Status: "407 X"}, "", KindProxyRefused,
			"The proxy p:1 (HTTPS_PROXY) refused the connection to " + iam + ".",
			"Check the login in HTTPS_PROXY, and whether the proxy allows this host. If no proxy is needed, add the host to NO_PROXY.",
		},
		"expired": {
			verify(x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.Expired}), "", KindCertificateTime,
			"The certificate of " + iam + " has expired, or this machine's clock is wrong.",
			"The clock is at 2026-11-23T03:00:00Z. If that is right, the server, or a proxy on the way, needs a new certificate.",
		},
		"another name": {
			verify(x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}), "", KindCertificateName,
			"The certificate of " + iam + " is for another host.", "Check auth_url (OS_AUTH_URL). A proxy may also answer in its place.",
		},
		"unknown authority": {
			verify(x509.UnknownAuthorityError{}), "", KindCertificate, "The certificate of " + iam + " is not trusted.",
			authority,
		},
		"another fault": {
			verify(x509.CertificateInvalidError{Cert: &x509.Certificate{}, Reason: x509.NotAuthorizedToSign}), "", KindCertificate,
			"The certificate of " + iam + " is not trusted.", authority,
		},
		"unknown authority, and a file": {
			verify(x509.UnknownAuthorityError{}), "/ca.pem", KindCertificate,
			"The certificate of " + iam + " is not trusted.",
			"cacert_file (OS_CACERT) is set, so the system's authorities do not count. Add the missing authority to it, or remove cacert_file.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			v := byPassword()
			v.AuthURL, v.CACertFile = iam, c.caFile
			s := newSession(t, v, roundTrip(func(*http.Request) (*http.Response, error) { return nil, c.err }))
			s.now = func() time.Time { return time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) }
			failure := endpointError(t, s)
			same(t, "kind", failure.Kind, c.kind)
			same(t, "sentence", failure.sentence(), c.sentence)
			same(t, "hint", failure.Hint, c.hint)
			same(t, "cause", errors.Is(failure, c.err), true)
		})
	}
}

// TestOtherCredential checks that the advice names a complete credential that a refused one hides.
func TestOtherCredential(t *testing.T) {
	const token = "It has expired, or it belongs to another cloud or region. Get a new one and set token (OS_TOKEN, OS_AUTH_TOKEN), or "
	user := map[string]string{"OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "d"}
	with := func(name, value string) map[string]string {
		env := map[string]string{name: value}
		for n, v := range user {
			env[n] = v
		}
		return env
	}
	for name, c := range map[string]struct {
		values settings.Values
		env    map[string]string
		want   string
	}{
		"a token and a password": {
			settings.Values{},
			with("OS_AUTH_TOKEN", "t"),
			token + "unset OS_AUTH_TOKEN: the password is set too.",
		},
		"a token in the block and a password": {
			settings.Values{Token: "t"},
			user,
			token + "remove token from the provider block: the password is set too.",
		},
		"a token alone": {
			settings.Values{Token: "t"},
			nil,
			token + "use a password or AK/SK, which the provider can renew by itself.",
		},
		"a token and AK/SK": {
			settings.Values{Token: "t", AccessKey: "a", SecretKey: "s"},
			nil,
			token + "remove token from the provider block: AK/SK is set too.",
		},
		"AK/SK and a password": {
			settings.Values{AccessKey: "a", SecretKey: "s"},
			user,
			keyAdvice + " Or remove access_key from the provider block: the password is set too.",
		},
		"AK/SK and a password without its user": {settings.Values{AccessKey: "a", SecretKey: "s", Password: "p"}, nil, keyAdvice},
	} {
		t.Run(name, func(t *testing.T) {
			c.values.AuthURL, c.values.TenantName = iamURL, "eu-de_p"
			network := roundTrip(func(req *http.Request) (*http.Response, error) {
				return answer(req, http.StatusUnauthorized, `{"error":{"message":"no"}}`), nil
			})
			s := NewSession(resolveIn(t, c.values, c.env), func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
				return &http.Client{Transport: wrap(network)}
			})
			same(t, "hint", endpointError(t, s).Hint, c.want)
		})
	}
}
