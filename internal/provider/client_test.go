// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
)

// TestPlainShowsNoCertificate: what the cloud's APIs get to see, a link's host does not; whom to trust stays the same.
func TestPlainShowsNoCertificate(t *testing.T) {
	settings := &tls.Config{
		MinVersion:           tls.VersionTLS12,
		RootCAs:              x509.NewCertPool(),
		Certificates:         []tls.Certificate{{}},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil },
	}
	got := plain(settings)
	if got.Certificates != nil || got.GetClientCertificate != nil {
		t.Error("a client certificate would go to a link's host")
	}
	if got.RootCAs != settings.RootCAs || got.MinVersion != tls.VersionTLS12 {
		t.Error("trust has changed")
	}
	if len(settings.Certificates) != 1 || settings.GetClientCertificate == nil {
		t.Error("the settings for the APIs have lost their certificate")
	}
}
