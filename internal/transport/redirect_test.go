// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// TestRedirectsAreNeverFollowed: not to another host, not to the same one, not with another method; and one that
// net/http can't read is no error that repeats it.
func TestRedirectsAreNeverFollowed(t *testing.T) {
	places := map[string]string{
		"another host":    "https://evil.example.com/v3",
		"the same host":   "https://rds.example.com/login",
		"no encryption":   "http://rds.example.com/v3",
		"a path":          "/login",
		"a host":          "//evil.example.com",
		"unreadable":      "https://evil.example.com/%zz?" + secret,
		"half an address": "https://[::1?" + secret,
		"junk":            ":" + secret,
		"nothing":         "",
	}
	for _, status := range []int{301, 302, 303, 307, 308} {
		for name, location := range places {
			t.Run(fmt.Sprint(status, " to ", name), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					base := newNetwork(answering(status, "moved", "Location", location))
					got := post(t.Context(), transport.New(exact(base, 3)).Client(transport.Rules{}))
					if diff := cmp.Diff(outcome{Status: status, Body: "moved"}, got); diff != "" {
						t.Errorf("(-want +got):\n%s", diff)
					}
					if diff := cmp.Diff([]string{"rds.example.com"}, base.hosts); diff != "" {
						t.Errorf("asked (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestCredentialsDoNotFollowARedirect asks real servers: the second one must hear nothing at all.
func TestCredentialsDoNotFollowARedirect(t *testing.T) {
	asked := false
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer elsewhere.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		http.Redirect(w, req, elsewhere.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	base := server.Client().Transport.(*http.Transport)
	defer base.CloseIdleConnections()

	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Auth-Token", secret)
	resp, err := transport.New(exact(base, 3)).Client(transport.Rules{}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusTemporaryRedirect || resp.Header.Get("Location") != elsewhere.URL || asked {
		t.Errorf("expected 307 to %s, which is not asked, got %d to %s, asked %t",
			elsewhere.URL, resp.StatusCode, resp.Header.Get("Location"), asked)
	}
}

func TestACertificateThatIsNotTrustedIsNotAskedAgain(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the request was sent") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	attempts := 0
	o := exact(http.DefaultTransport, 5)
	o.Observe = func(transport.Exchange) { attempts++ }
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.New(o).Client(transport.Rules{}).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	var certificate *tls.CertificateVerificationError
	if !errors.As(err, &certificate) || attempts != 1 {
		t.Errorf("expected 1 attempt and an error about the certificate, got %d and %T %v", attempts, err, err)
	}
}

func TestObserve(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type seen struct {
			Method, Host, Path, RequestID string
			Status                        int
			After                         string
			Err                           string
		}
		var got []seen
		slow := func(req *http.Request) (*http.Response, error) {
			if err := pause(req, 1.5); err != nil {
				return nil, err
			}
			return answering(200, good, "X-Request-Id", "r2")(req)
		}
		o := exact(newNetwork(answering(503, page, "X-Openstack-Request-Id", "r1"), breaks(io.EOF), slow), 2)
		o.Observe = func(e transport.Exchange) {
			if e.Context == nil {
				t.Error("context of an exchange: expected one, got nil")
			}
			s := seen{Method: e.Method, Host: e.Host, Path: e.Path, RequestID: e.RequestID, Status: e.Status, After: e.Duration.String()}
			if e.Err != nil {
				s.Err = e.Err.Error()
			}
			got = append(got, s)
		}
		post(t.Context(), transport.New(o).Client(transport.Rules{}))
		host, path := "rds.example.com", "/v3/p1/instances/i1/errorlog-download"
		want := []seen{
			{Method: "POST", Host: host, Path: path, Status: 503, RequestID: "r1", After: "0s"},
			{
				Method: "POST", Host: host, Path: path, After: "0s",
				Err: "POST https://" + host + path + ": the connection was closed without an answer",
			},
			{Method: "POST", Host: host, Path: path, Status: 200, RequestID: "r2", After: "1.5s"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if slices.ContainsFunc(got, func(s seen) bool { return strings.Contains(fmt.Sprint(s), secret) }) {
			t.Errorf("expected no token in the log, got %v", got)
		}
	})
}
