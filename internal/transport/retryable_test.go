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
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// retriedError is an error of a layer below that has retries of its own.
type retriedError struct{ error }

func (retriedError) Retried() bool   { return true }
func (retriedError) Permanent() bool { return false }

// TestOneLayerRetries: a request is not sent again after an error of a layer with retries of its own.
func TestOneLayerRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(breaks(retriedError{errors.New("no login")}))
		got := post(t.Context(), transport.New(exact(base, 5)).Client(transport.Rules{}))
		if attempts := len(base.attempts()); attempts != 1 || got.Err == nil || transport.Permanent(got.Err) {
			t.Errorf("expected 1 attempt and a temporary error, got %d and %v, permanent %t", attempts, got.Err, transport.Permanent(got.Err))
		}
	})
}

// TestAtMostOnce: a request that the server may have received is not sent again.
func TestAtMostOnce(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	for name, c := range map[string]struct {
		reply reply
		times []time.Duration
	}{
		"refused connection": {breaks(refused), seconds(0, 1, 3, 7)},
		"proxy not there":    {breaks(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused}), seconds(0, 1, 3, 7)},
		"429 of the gateway": {answering(429, "{}"), seconds(0, 1, 3, 7)},
		"lost answer":        {breaks(io.EOF), seconds(0)},
		"reset connection":   {breaks(&net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}), seconds(0)},
		"no answer in time":  {hangs, seconds(0)},
		"500":                {answering(500, "{}"), seconds(0)},
		"503":                {answering(503, ""), seconds(0)},
		"page":               {answering(200, page), seconds(0)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(c.reply)
				post(t.Context(), transport.New(exact(base, 3)).Client(transport.Rules{AtMostOnce: true}))
				if got := base.attempts(); !slices.Equal(got, c.times) {
					t.Errorf("sent at %v, want %v", got, c.times)
				}
			})
		})
	}
}

// TestAProxyThatRefusesIsAskedOnce: many lock an account after a few logins that failed.
func TestAProxyThatRefusesIsAskedOnce(t *testing.T) {
	for status, permanent := range map[int]bool{407: true, 403: true, 400: true, 429: false, 502: false} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			var asked atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.WriteHeader(status)
			}))
			defer proxy.Close()
			address, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://user:wrong-password@", 1))
			if err != nil {
				t.Fatal(err)
			}
			base := &http.Transport{Proxy: http.ProxyURL(address), OnProxyConnectResponse: transport.CheckProxy}
			defer base.CloseIdleConnections()
			o := exact(base, 2)
			o.MinPause = time.Millisecond
			got := post(t.Context(), transport.New(o).Client(transport.Rules{}))
			want := int32(3)
			if permanent {
				want = 1
			}
			if asked.Load() != want || got.Err == nil || transport.Permanent(got.Err) != permanent {
				t.Errorf("asked %d times, want %d: %v", asked.Load(), want, got.Err)
			}
			if permanent {
				text := fmt.Sprintf("the proxy %s refused the connection: %d %s", address.Host, status, http.StatusText(status))
				if !strings.Contains(got.Err.Error(), text) || strings.Contains(got.Err.Error(), "wrong-password") {
					t.Errorf("got %q, want %q", got.Err, text)
				}
			}
		})
	}
}

// TestAServerThatWantsACertificateIsAskedOnce: over TCP the standard library has no type for a server's refusal.
func TestAServerThatWantsACertificateIsAskedOnce(t *testing.T) {
	for name, version := range map[string]uint16{"TLS 1.2": tls.VersionTLS12, "TLS 1.3": tls.VersionTLS13} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was taken") }))
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MinVersion: version, MaxVersion: version}
			server.StartTLS()
			defer server.Close()
			base := &http.Transport{TLSClientConfig: server.Client().Transport.(*http.Transport).TLSClientConfig}
			defer base.CloseIdleConnections()
			attempts := 0
			o := exact(base, 2)
			o.MinPause = time.Millisecond
			o.Observe = func(transport.Exchange) { attempts++ }
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := transport.New(o).Client(transport.Rules{}).Do(req)
			if err == nil {
				_ = resp.Body.Close()
			}
			if attempts != 1 || !transport.Permanent(err) {
				t.Errorf("expected 1 attempt and a permanent error, got %d and %v", attempts, err)
			}
		})
	}
}

// TestEachTLSAlert: alerts about a certificate are permanent, others are not.
func TestEachTLSAlert(t *testing.T) {
	permanent := map[tls.AlertError]string{ // by their numbers in RFC 8446, B.2
		40: "handshake failure", 42: "bad certificate", 43: "unsupported certificate", 44: "revoked certificate", 45: "expired certificate",
		46: "unknown certificate", 48: "unknown certificate authority", 49: "access denied", 70: "protocol version not supported",
		71: "insufficient security level", 116: "certificate required",
	}
	for n := range 256 {
		alert := tls.AlertError(n)
		_, want := permanent[alert]
		theirs := &transport.Error{Method: "GET", URL: "u", Err: &net.OpError{Op: "remote error", Err: alert}}
		if got := transport.Permanent(theirs); got != want {
			t.Errorf("%s: %t, want %t", theirs, got, want)
		}
		ours := &net.OpError{Op: "local error", Err: alert}
		if transport.Permanent(ours) || transport.Permanent(alert) {
			t.Errorf("permanent: expected false for %s, which is not the server's, got true", ours)
		}
	}
	for alert, text := range permanent {
		if alert.Error() != "tls: "+text {
			t.Errorf("alert %d: expected the text %q, got %q", uint8(alert), "tls: "+text, alert)
		}
	}
}

// TestCheckProxy: a 4xx of a proxy is final, but for 429.
func TestCheckProxy(t *testing.T) {
	address := &url.URL{Scheme: "http", User: url.UserPassword("user", "wrong-password"), Host: "proxy.example.com:3128"}
	for status, refuses := range map[int]bool{
		200: false, 302: false, 399: false, 400: true, 403: true, 407: true, 428: true, 429: false, 430: true, 499: true, 500: false,
		502: false, 599: false,
	} {
		err := transport.CheckProxy(t.Context(), address, nil, &http.Response{StatusCode: status, Status: fmt.Sprintf("%d no\x1b[31m", status)})
		if !refuses {
			if err != nil {
				t.Errorf("status %d: expected no error, got %v", status, err)
			}
			continue
		}
		if want := fmt.Sprintf("the proxy proxy.example.com:3128 refused the connection: %d "+
			"no?[31m", status); err == nil || err.Error() != want || !transport.Permanent(err) {
			t.Errorf("%d: got %v, want %s", status, err, want)
		}
	}
}
