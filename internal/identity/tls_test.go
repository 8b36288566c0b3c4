// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// authority makes certificates for these tests.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         string
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{certificate, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// issue returns certificate and key as PEM, for 127.0.0.1.
func (a authority) issue(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "leaf"}, DNSNames: []string{"iam.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &private.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}))
}

// TestTLS speaks to a server that wants a client certificate, over a socket.
func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	certificate, key := ca.issue(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca.certificate)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, "ok")
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.VerifyClientCertIfGiven, ClientCAs: clients}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()

	folder := t.TempDir()
	caFile := write(t, filepath.Join(folder, "ca.pem"), ca.pem)
	certFile := write(t, filepath.Join(folder, "cert.pem"), certificate)
	keyFile := write(t, filepath.Join(folder, "key.pem"), key)
	tests := map[string]struct {
		config  Config
		trusted bool
	}{
		"nothing":                 {Config{}, false},
		"another authority":       {Config{CACertFile: newAuthority(t).pem}, false},
		"authority as path":       {Config{CACertFile: caFile}, true},
		"authority as PEM":        {Config{CACertFile: ca.pem}, true},
		"client's pair as path":   {Config{CACertFile: caFile, Cert: certFile, Key: keyFile}, true},
		"client's pair as PEM":    {Config{CACertFile: ca.pem, Cert: certificate, Key: key}, true},
		"insecure":                {Config{Insecure: ptr(true)}, true},
		"insecure, but not quite": {Config{Insecure: ptr(false)}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			settings, err := test.config.TLS()
			if err != nil {
				t.Fatal(err)
			}
			if settings.MinVersion != tls.VersionTLS12 {
				t.Errorf("oldest version is %x", settings.MinVersion)
			}
			if !isTrue(test.config.Insecure) {
				settings.ServerName = "iam.example.com"
			}
			transport := &http.Transport{TLSClientConfig: settings}
			defer transport.CloseIdleConnections()
			c := byPassword()
			c.AuthURL = server.URL
			s := newSession(t, c, transport)
			_, err = s.Endpoint(t.Context())
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatal(err)
			}
			want := KindCertificate
			if test.trusted {
				want = KindNotIdentity // it is none: it says "ok"
			}
			if failure.Kind != want {
				t.Errorf("got %s: %v", failure.Kind, failure)
			}
			if !test.trusted && !strings.Contains(failure.Detail(), "set cacert_file (OS_CACERT)") {
				t.Errorf("no hint in:\n%s", failure.Detail())
			}
		})
	}
}

// TestTLSNames: a certificate for another name is not trusted, and the texts say so.
func TestTLSNames(t *testing.T) {
	ca := newAuthority(t)
	certificate, key := ca.issue(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	settings, err := Config{CACertFile: ca.pem}.TLS()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: settings}
	defer transport.CloseIdleConnections()
	c := byPassword()
	c.AuthURL = server.URL
	_, err = newSession(t, c, transport).Endpoint(t.Context())
	var failure *Error
	if !errors.As(err, &failure) || failure.Kind != KindCertificate || failure.URL != server.URL+"/v3" {
		t.Errorf("got %v", err)
	}
}

func TestTLSRefuses(t *testing.T) {
	ca := newAuthority(t)
	certificate, key := ca.issue(t)
	_, otherKey := ca.issue(t)
	folder := t.TempDir()
	empty := write(t, filepath.Join(folder, "empty.pem"), "nothing")
	gone := filepath.Join(folder, "gone.pem")
	const encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nc2VjcmV0\n-----END ENCRYPTED PRIVATE KEY-----\n"
	tests := map[string]struct {
		config Config
		want   ConfigError
	}{
		"no such authority": {Config{CACertFile: gone}, ConfigError{
			"cacert_file", "Unable to use cacert_file", fmt.Sprintf("File %q cannot be read: no such file or directory. It takes a path or PEM text (OS_CACERT).", gone),
		}},
		"no certificate in the file": {Config{CACertFile: empty}, ConfigError{
			"cacert_file", "Unable to use cacert_file", fmt.Sprintf("File %q holds no certificate in PEM form. It takes a path or PEM text (OS_CACERT).", empty),
		}},
		"no certificate in the text": {Config{CACertFile: key}, ConfigError{
			"cacert_file", "Unable to use cacert_file", "The text in cacert_file holds no certificate in PEM form. It takes a path or PEM text (OS_CACERT).",
		}},
		"certificate without key": {Config{Cert: certificate}, ConfigError{
			"key", "Unable to find key", "cert is set, key is not. A client certificate works only with its private key. Set key (OS_KEY).",
		}},
		"key without certificate": {Config{Key: key}, ConfigError{
			"cert", "Unable to find cert", "key is set, cert is not. A private key works only with its client certificate. Set cert (OS_CERT).",
		}},
		"no such key": {Config{Cert: certificate, Key: gone}, ConfigError{
			"key", "Unable to use key", fmt.Sprintf("File %q cannot be read: no such file or directory. It takes a path or PEM text (OS_KEY).", gone),
		}},
		"encrypted key": {Config{Cert: certificate, Key: encrypted}, ConfigError{
			"key", "Unable to use key", "The text in key is encrypted with a passphrase. Give it decrypted. It takes a path or PEM text (OS_KEY).",
		}},
		"another key": {Config{Cert: certificate, Key: otherKey}, ConfigError{
			"cert", "Unable to use cert",
			"The text in cert and the key do not make a client certificate: tls: private key does not match public key. It takes a path or PEM text (OS_CERT).",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			settings, err := test.config.TLS()
			var failure *ConfigError
			if !errors.As(err, &failure) {
				t.Fatalf("no ConfigError but %v, %v", err, settings)
			}
			if diff := cmp.Diff(test.want, *failure); diff != "" {
				t.Error(diff)
			}
		})
	}
}
