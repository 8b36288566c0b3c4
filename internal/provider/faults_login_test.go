// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

func loginFaults() []fault {
	keys := map[string]string{"OS_USERNAME": "", "OS_PASSWORD": "", "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.SecretKey}
	mfa := map[string]string{"OS_USERNAME": "", "OS_USER_ID": rdssim.MFAUserID}
	return []fault{
		{
			name: "Wrong password", cause: "Password, user or domain is wrong: the cloud does not say which.", words: "refused the credentials",
			env: map[string]string{"OS_PASSWORD": "not-this-one"},
		},
		{
			name: "Password without a passcode", cause: "The user has a virtual MFA device, and no passcode is given.",
			words: "wants a passcode as well", env: mfa,
		},
		{
			name: "Wrong passcode", cause: "The passcode has been used or is no longer shown, or the password is wrong.",
			words: "refused the credentials", env: with(mfa, "OS_PASSCODE", "000000"),
		},
		{
			name: "Wrong project", cause: "The project's name is wrong, or the user has no role in it.", words: "refused the credentials",
			env: map[string]string{"OS_PROJECT_NAME": "eu-de_elsewhere"},
		},
		{
			name: "Project without its region", cause: "The project's name lacks the region at its beginning.",
			words: "A project's name begins with its region",
			env:   map[string]string{"OS_PROJECT_NAME": "rehearsal"},
		},
		{
			name: "Password with a space", cause: "The password in the environment ends with a space.", words: "ends with a space",
			env: map[string]string{"OS_PASSWORD": rdssim.Password + " "},
		},
		{
			name: "Locked out", cause: "The user, or the access key, failed too often in a row.", words: "has locked the credentials",
			faults: at("login", forEver, rdssim.IAMError(401, "The account is locked.")),
		},
		{
			name: "Wrong project with a key", cause: "The project's name is wrong, or the access key's user has no role in it.",
			env: withEnv(keys, "OS_PROJECT_NAME", "eu-de_elsewhere"),
		},
		{
			name: "Agency refused", cause: "The agency's name, its account or its project is wrong, or it does not trust the caller.",
			env: map[string]string{
				"OS_AGENCY_NAME": "nobody", "OS_AGENCY_DOMAIN_NAME": rdssim.AgencyDomainName, "OS_DELEGATED_PROJECT": rdssim.DelegatedProject,
			},
		},
		{
			name: "Old token beside a password", cause: "A token is left in the environment. It takes precedence over the good password.",
			words: "or unset OS_TOKEN",
			env:   map[string]string{"OS_TOKEN": "an-old-token"},
		},
		{
			name: "Token expired", cause: "The token that was given has expired, or belongs to another cloud.",
			env: map[string]string{"OS_USERNAME": "", "OS_PASSWORD": "", "OS_TOKEN": "an-old-token"},
		},
		{
			name: "Wrong secret key", cause: "The secret key does not belong to the access key.", words: "refused the credentials",
			env: withEnv(keys, "OS_SECRET_KEY", rdssim.TemporarySecretKey),
		},
		{
			name: "Clock is off", cause: "This machine's clock differs from the cloud's by more than 15 minutes, and requests are signed.",
			words: "refused the signature", env: keys,
			options: []rdssim.Option{rdssim.WithClock(func() time.Time { return time.Now().Add(20 * time.Minute) })},
		},
		{
			name: "IAM cannot be reached", cause: "Nobody listens at auth_url, or a firewall is in between.", words: "could not be reached",
			prepare: unconnected(refused()),
		},
		{
			name: "No such host", cause: "The host in `auth_url` has no address, or this machine is offline.", words: "could not be reached",
			prepare: unconnected(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{
				Err: "no such host", Name: "rdssim.invalid",
				IsNotFound: true,
			}}),
		},
		{
			name: "The proxy refuses", cause: "The proxy wants a login, or does not let this machine through.", words: "refused the connection to",
			prepare: unconnected(&transport.ProxyError{Host: "proxy.example.com:3128", Status: "407 Proxy Authentication Required"}),
		},
		{
			name: "The proxy cannot be reached", cause: "Nobody listens at the address in HTTPS_PROXY.", words: "The proxy 192.0.2.1:443",
			prepare: unconnected(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused()}),
		},
		{
			name: "Certificate expired", cause: "The server's certificate has expired, or this machine's clock is wrong.",
			words: "has expired, or this machine's clock",
			prepare: unconnected(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{
				Cert: &x509.Certificate{}, Reason: x509.Expired, Detail: "current time 2026-11-23T03:00:00Z is after 2026-11-20T00:00:00Z",
			}}),
		},
		{
			name: "Certificate for another host", cause: "`auth_url` is wrong, or a proxy answers in the server's place.",
			words: "is for another host",
			prepare: unconnected(&tls.CertificateVerificationError{Err: x509.HostnameError{
				Certificate: &x509.Certificate{DNSNames: []string{"proxy.example.com"}}, Host: "rdssim.invalid",
			}}),
		},
		{
			name: "Certificate not trusted", cause: "A company's proxy is in between, or `auth_url` is not the cloud's.", words: "is not trusted",
			prepare: unconnected(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
		},
		{
			name: "IAM is out of order", cause: "IAM answers 503 to every attempt.", words: "look at the cloud's status page",
			faults: at("login", forEver, rdssim.IAMError(503, "The service is temporarily unavailable.")),
		},
		{
			name: "Too many logins", cause: "IAM answers 429 to every attempt.", words: "too many requests",
			faults: at("login", forEver, rdssim.RetryAfter(429, "3")),
		},
		{
			name: "A proxy answers in place of IAM", cause: "A proxy or a portal answers with a page of its own.",
			words: "is not an identity service", faults: at("login", forEver, rdssim.HTMLPage(200)),
		},
		{
			name: "IAM hangs", cause: "IAM takes the login and does not answer within the timeout.",
			words: "The identity service did not answer", arguments: map[string]any{"timeouts": map[string]any{"read": "20s"}},
			faults: at("login", forEver, rdssim.Hang()),
		},
		{
			name: "No RDS in the catalogue", cause: "The service catalogue has no RDS for this project and region.",
			options: []rdssim.Option{rdssim.WithoutCatalogEntry()},
		},
		{
			name: "A login that fails once", cause: "The connection breaks during the login. The provider tries again.",
			faults: at("login", 1, rdssim.Drop()),
		},
		{
			name: "Token revoked in the middle", cause: "The token is revoked during the wait. The provider logs in again, once for each request.",
			prepare: func(c *rdstest.Cloud) { time.AfterFunc(3*time.Second, c.RevokeTokens) },
		},
	}
}
