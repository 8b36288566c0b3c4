// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestErrorsSayWhy compares the texts of requests without an answer, or with half of one.
func TestErrorsSayWhy(t *testing.T) {
	const (
		noAnswer = "the connection was closed without an answer"
		notAll   = "the connection was closed before everything had arrived"
		noTLS    = "the server does not speak TLS there, so the address may be one for http://"
	)
	for name, c := range map[string]struct {
		reply reply
		want  string
	}{
		"closed":                   {breaks(io.EOF), noAnswer},
		"closed, wrapped":          {breaks(fmt.Errorf("handshake: %w", io.EOF)), noAnswer},
		"closed in the middle":     {breaks(io.ErrUnexpectedEOF), notAll},
		"half a body":              {half, notAll},
		"no TLS":                   {breaks(tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}), noTLS},
		"no TLS, wrapped":          {breaks(fmt.Errorf("proxy: %w", tls.RecordHeaderError{})), noTLS},
		"an error of the system's": {breaks(&net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}), "read tcp: connection reset by peer"},
		"words like those":         {breaks(errors.New("EOF")), "EOF"},
		"another of TLS":           {breaks(&net.OpError{Op: "remote error", Err: tls.AlertError(80)}), "remote error: tls: internal error"},
		"no end of the time":       {hangs, "no complete answer within 30s"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := post(t.Context(), transport.New(exact(newNetwork(c.reply), 0)).Client(transport.Rules{}))
				var place *transport.Error
				if !errors.As(got.Err, &place) {
					t.Fatalf("expected a transport.Error, got %T %v", got.Err, got.Err)
				}
				if want := "POST https://rds.example.com/v3/p1/instances/i1/errorlog-download: " + c.want; place.Error() != want {
					t.Errorf("got  %s\nwant %s", place, want)
				}
			})
		})
	}
}

// TestAServerWithoutTLSIsAskedOnce: the error has plain words in place of the standard library's.
func TestAServerWithoutTLSIsAskedOnce(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was taken") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Start()
	defer server.Close()
	base := &http.Transport{}
	defer base.CloseIdleConnections()
	attempts := 0
	o := exact(base, 2)
	o.Observe = func(transport.Exchange) { attempts++ }
	address := strings.Replace(server.URL, "http://", "https://", 1) + "/v3"
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.New(o).Client(transport.Rules{}).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	var place *transport.Error
	if !errors.As(err, &place) || attempts != 1 || !transport.Permanent(err) {
		t.Fatalf("expected 1 attempt and a permanent transport.Error, got %d and %T %v", attempts, err, err)
	}
	if want := "GET " + address + ": the server does not speak TLS there, so the address may be one for http://"; place.Error() != want {
		t.Errorf("got %q, want %q", place, want)
	}
}
