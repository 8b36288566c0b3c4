// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"strings"
)

// TLS returns the settings for connections to the identity service and to RDS. A given certificate authority replaces
// the system's. Files are read here.
func (c Config) TLS() (*tls.Config, error) {
	settings := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: c.Insecure != nil && *c.Insecure, //nolint:gosec // the user asked for it, and is warned
	}
	if c.CACertFile != "" {
		text, err := readPEM("cacert_file", c.CACertFile)
		if err != nil {
			return nil, err
		}
		settings.RootCAs = x509.NewCertPool()
		if !settings.RootCAs.AppendCertsFromPEM(text) {
			return nil, badPEM("cacert_file", c.CACertFile, "holds no certificate in PEM form")
		}
	}
	if c.Cert != "" || c.Key != "" {
		certificate, err := c.clientCertificate()
		if err != nil {
			return nil, err
		}
		settings.Certificates = []tls.Certificate{certificate}
	}
	return settings, nil
}

func (c Config) clientCertificate() (tls.Certificate, error) {
	var none tls.Certificate
	if c.Key == "" {
		return none, half("key", "cert", "A client certificate works only with its private key.")
	}
	if c.Cert == "" {
		return none, half("cert", "key", "A private key works only with its client certificate.")
	}
	cert, err := readPEM("cert", c.Cert)
	if err != nil {
		return none, err
	}
	key, err := readPEM("key", c.Key)
	if err != nil {
		return none, err
	}
	if strings.Contains(string(key), "ENCRYPTED") {
		return none, badPEM("key", c.Key, "is encrypted with a passphrase. Give it decrypted")
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil { // it holds no part of the key
		return none, badPEM("cert", c.Cert, "and the key do not make a client certificate: "+err.Error())
	}
	return pair, nil
}

func isPEM(text string) bool { return strings.Contains(text, "-----BEGIN") }

// readPEM returns PEM text, given as such or by a path.
func readPEM(name, pathOrPEM string) ([]byte, error) {
	if isPEM(pathOrPEM) {
		return []byte(pathOrPEM), nil
	}
	text, err := readFile(pathOrPEM)
	if err != nil {
		return nil, badPEM(name, pathOrPEM, "cannot be read: "+reason(err))
	}
	return text, nil
}

func badPEM(name, pathOrPEM, what string) error {
	subject := "The text in " + name
	if !isPEM(pathOrPEM) {
		subject = fmt.Sprintf("File %q", pathOrPEM)
	}
	return newError(name, "Unable to use "+name, "%s %s. %s takes a path or PEM text.", subject, what, Named(name))
}
