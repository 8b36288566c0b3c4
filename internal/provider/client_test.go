// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
)

// TestPlainShowsNoCertificate checks that a link's host gets no client certificate. The trusted authorities stay.
func TestPlainShowsNoCertificate(t *testing.T) {
	config := &tls.Config{
		MinVersion:           tls.VersionTLS12,
		RootCAs:              x509.NewCertPool(),
		Certificates:         []tls.Certificate{{}},
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &tls.Certificate{}, nil },
	}
	got := plain(config)
	if len(got.Certificates) != 0 {
		t.Errorf("plain keeps %d client certificates, want none", len(got.Certificates))
	}
	if got.GetClientCertificate != nil {
		t.Error("plain keeps GetClientCertificate, want nil")
	}
	if got.RootCAs != config.RootCAs {
		t.Errorf("plain trusts %v, want the same authorities as before", got.RootCAs)
	}
	if got.MinVersion != tls.VersionTLS12 {
		t.Errorf("the oldest version is %x, want %x", got.MinVersion, tls.VersionTLS12)
	}
	if len(config.Certificates) != 1 {
		t.Errorf("the API's settings have %d client certificates, want 1", len(config.Certificates))
	}
	if config.GetClientCertificate == nil {
		t.Error("the API's settings have lost GetClientCertificate")
	}
}
