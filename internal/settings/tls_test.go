// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

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
	"os"
	"path/filepath"
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

// TestTLS connects to a server that asks for a client certificate, over a socket.
func TestTLS(t *testing.T) {
	ca := newAuthority(t)
	certificate, key := ca.issue(t)
	pair, err := tls.X509KeyPair([]byte(certificate), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(ca.certificate)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, certificate := range r.TLS.PeerCertificates {
			w.Header().Set("Client", certificate.Subject.CommonName)
		}
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
		config  Values
		trusted bool
	}{
		"nothing":                 {Values{}, false},
		"another authority":       {Values{CACertFile: newAuthority(t).pem}, false},
		"authority as path":       {Values{CACertFile: caFile}, true},
		"authority as PEM":        {Values{CACertFile: ca.pem}, true},
		"client's pair as path":   {Values{CACertFile: caFile, Cert: certFile, Key: keyFile}, true},
		"client's pair as PEM":    {Values{CACertFile: ca.pem, Cert: certificate, Key: key}, true},
		"insecure":                {Values{Insecure: ptr(true)}, true},
		"insecure, but not quite": {Values{Insecure: ptr(false)}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			config, err := Config{Values: test.config}.TLS()
			if err != nil {
				t.Fatalf("TLS failed: %v", err)
			}
			if config.MinVersion != tls.VersionTLS12 {
				t.Errorf("the oldest version is %x, want %x", config.MinVersion, tls.VersionTLS12)
			}
			if !config.InsecureSkipVerify {
				config.ServerName = "iam.example.com"
			}
			transport := &http.Transport{TLSClientConfig: config}
			defer transport.CloseIdleConnections()
			resp, err := get(t, transport, server.URL)
			var untrusted *tls.CertificateVerificationError
			if !test.trusted {
				if !errors.As(err, &untrusted) {
					t.Fatalf("want a certificate that is not trusted, got %v", err)
				}
				return
			}
			if err != nil {
				t.Fatalf("want an answer, got %v", err)
			}
			defer func() { _ = resp.Body.Close() }()
			shown := resp.Header.Get("Client")
			if want := map[bool]string{true: "leaf"}[test.config.Cert != ""]; shown != want {
				t.Errorf("the client showed certificate %q, want %q", shown, want)
			}
		})
	}
}

func get(t *testing.T, network http.RoundTripper, address string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return network.RoundTrip(req)
}

// TestTLSReplacesAuthorities checks that the given authority is trusted alone, without the system's.
func TestTLSReplacesAuthorities(t *testing.T) {
	ca := newAuthority(t)
	want := x509.NewCertPool()
	want.AddCert(ca.certificate)
	config, err := Config{Values: Values{CACertFile: ca.pem}}.TLS()
	if err != nil {
		t.Fatalf("TLS failed: %v", err)
	}
	if !config.RootCAs.Equal(want) {
		t.Error("the pool has other authorities, want the given one alone")
	}
	config, err = Config{}.TLS()
	if err != nil {
		t.Fatalf("TLS failed: %v", err)
	}
	if config.RootCAs != nil {
		t.Errorf("without cacert_file the pool is %v, want nil for the system's", config.RootCAs)
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
		config Values
		want   Error
	}{
		"no such authority": {Values{CACertFile: gone}, Error{
			"cacert_file", "Unable to use cacert_file", fmt.Sprintf("File %q cannot be read: no such file or directory. cacert_file (OS_CACERT) "+
				"takes a path or PEM text.", gone),
		}},
		"a device in place of a file": {Values{CACertFile: os.DevNull}, Error{
			"cacert_file", "Unable to use cacert_file", fmt.Sprintf("File %q cannot be read: it is not a regular file. cacert_file (OS_CACERT) "+
				"takes a path or PEM text.", os.DevNull),
		}},
		"no certificate in the file": {Values{CACertFile: empty}, Error{
			"cacert_file", "Unable to use cacert_file", fmt.Sprintf("File %q holds no certificate in PEM form. cacert_file (OS_CACERT) takes a "+
				"path or PEM text.", empty),
		}},
		"no certificate in the text": {Values{CACertFile: key}, Error{
			"cacert_file", "Unable to use cacert_file",
			"The text in cacert_file holds no certificate in PEM form. cacert_file (OS_CACERT) takes a path or PEM text.",
		}},
		"certificate without key": {Values{Cert: certificate}, Error{
			"key", "Unable to find key", "cert is set, key is not. A client certificate works only with its private key. Set key (OS_KEY).",
		}},
		"key without certificate": {Values{Key: key}, Error{
			"cert", "Unable to find cert", "key is set, cert is not. A private key works only with its client certificate. Set cert (OS_CERT).",
		}},
		"no such key": {Values{Cert: certificate, Key: gone}, Error{
			"key", "Unable to use key", fmt.Sprintf("File %q cannot be read: no such file or directory. key (OS_KEY) takes a path or "+
				"PEM text.", gone),
		}},
		"encrypted key": {Values{Cert: certificate, Key: encrypted}, Error{
			"key", "Unable to use key", "The text in key is encrypted with a passphrase. Give it decrypted. key (OS_KEY) takes a path or PEM text.",
		}},
		"another key": {Values{Cert: certificate, Key: otherKey}, Error{
			"cert", "Unable to use cert",
			"The text in cert and the key do not make a client certificate: tls: private key does not match public key. cert (OS_CERT) takes a " +
				"path or PEM text.",
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Config{Values: test.config}.TLS()
			var failure *Error
			if !errors.As(err, &failure) {
				t.Fatalf("want an Error, got %v, %v", err, got)
			}
			if diff := cmp.Diff(test.want, *failure); diff != "" {
				t.Errorf("error (-want +got):\n%s", diff)
			}
		})
	}
}
