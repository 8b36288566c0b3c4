// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestStart(t *testing.T) {
	s := rdssim.New(rdssim.WithExportDuration(0))
	equal(t, "URL before", s.URL(), "https://rdssim.invalid")
	stop, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if !regexp.MustCompile(`^http://127\.0\.0\.1:\d+$`).MatchString(s.URL()) {
		t.Fatalf("URL: expected http://127.0.0.1 with a port, got %s", s.URL())
	}
	equal(t, "auth URL", s.AuthURL(), s.URL()+"/v3")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	c := &cloud{s, t, nil, &http.Client{Transport: transport}}
	link := c.newLink()
	equal(t, "length of the log over the socket", len(c.get(link).body), 20590)
	stop()
	stop() // harmless
	if _, err := c.try(c.request("GET", "/v3", "")); err == nil {
		t.Error("request after stop: expected an error, got an answer")
	}
}

func TestStopEndsWhatHangs(t *testing.T) {
	s := rdssim.New()
	arrived := make(chan struct{})
	s.Inject(rdssim.Fault{Handler: func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		rdssim.Hang()(nil, r)
	}})
	stop, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	failed := make(chan error)
	go func() {
		response, err := get(t.Context(), t, &http.Client{Transport: transport}, http.MethodPost, s.URL())
		if err == nil {
			_ = response.Body.Close()
		}
		failed <- err
	}()
	<-arrived
	stop()
	if err := <-failed; err == nil {
		t.Error("hanging request: expected an error, got an answer")
	}
}

func TestOnlyLoopback(t *testing.T) {
	for _, addr := range []string{"", ":0", "0.0.0.0:0", "[::]:0", "192.0.2.1:0", "localhost:0", "example.com:80", "127.0.0.1"} {
		if stop, err := rdssim.New().StartAt(addr); err == nil {
			stop()
			t.Errorf("address %q: expected an error, got none", addr)
		}
	}
	stop, err := rdssim.New().StartAt("127.0.0.2:0")
	if err != nil {
		t.Fatal(err)
	}
	stop()
}

func TestTLS(t *testing.T) {
	donor := httptest.NewTLSServer(nil)
	defer donor.Close()
	s := rdssim.New(rdssim.WithTLS(&tls.Config{Certificates: donor.TLS.Certificates, MinVersion: tls.VersionTLS12}))
	stop, err := s.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	response, err := get(t.Context(), t, donor.Client(), http.MethodGet, s.URL()+"/v3")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.Copy(io.Discard, response.Body)
	equal(t, "status", response.StatusCode, 200)
	equal(t, "scheme", s.URL()[:8], "https://")
}
