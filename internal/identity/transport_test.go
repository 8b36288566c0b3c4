// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// TestTransportLeavesOthersAlone has answers that are not about the token: they come back complete.
func TestTransportLeavesOthersAlone(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
	}{
		"forbidden": {403, `{"error_code":"DBS.200604","error_msg":"no"}`},
		"HTML":      {403, "<html>" + strings.Repeat("x", 200_000)},
		"not found": {404, `{"error_code":"DBS.200602"}`},
		"fault":     {500, ""},
	} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, byPassword(), sim.Transport())
			endpoint, err := s.Endpoint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			network := roundTrip(func(req *http.Request) (*http.Response, error) { return answer(req, test.status, test.body), nil })
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, endpoint.URL.String()+"/x", strings.NewReader("{}"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := s.Transport(network).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = resp.Body.Close() }()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Errorf("the body ends with %v", err)
			}
			same(t, "status", resp.StatusCode, test.status)
			same(t, "body", string(body), test.body)
			same(t, "logins", sim.Count("login"), 1)
			same(t, "headers added to the caller's request", len(req.Header), 0)
		})
	}
}

// TestTransportForeignHost checks that credentials go to RDS only.
func TestTransportForeignHost(t *testing.T) {
	for name, config := range map[string]settings.Values{"token": byPassword(), "signature": byAccessKey()} {
		t.Run(name, func(t *testing.T) {
			sim := rdssim.New()
			s := newSession(t, config, sim.Transport())
			network := roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("was sent") })
			for _, address := range []string{"http://obs.invalid/x", "http://rdssim.invalid/x", "https://rdssim.invalid:8080/x"} {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
				if err != nil {
					t.Fatal(err)
				}
				resp, err := s.Transport(network).RoundTrip(req)
				if !errors.Is(err, errForeignHost) {
					t.Errorf("%s: got %v, %v, want the error for another host", address, resp, err)
				}
			}
		})
	}
}

// TestSignedAttempts checks that every attempt is signed with its own date.
func TestSignedAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sim := rdssim.New()
		sim.Inject(rdssim.Fault{Kind: "iam.projects", Times: 2, Handler: rdssim.Status(503, "", nil)})
		// retrying is in the place of the layer that retries.
		retrying := func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				for {
					resp, err := next.RoundTrip(req.Clone(req.Context()))
					if err != nil || resp.StatusCode != http.StatusServiceUnavailable {
						return resp, err
					}
					_ = resp.Body.Close()
					time.Sleep(20 * time.Minute)
				}
			})
		}
		outer = retrying
		defer func() { outer = func(next http.RoundTripper) http.RoundTripper { return next } }()
		s := newSession(t, byAccessKey(), sim.Transport())
		if _, err := s.Endpoint(t.Context()); err != nil {
			t.Fatal(err)
		}
		dates := map[string]bool{}
		for _, r := range sim.Requests() {
			if r.Kind == "iam.projects" {
				dates[r.Header.Get("X-Sdk-Date")] = true
			}
		}
		same(t, "dates of three attempts", len(dates), 3)
		sim.Reset()
		for range 2 {
			good(t, s, sim.Transport(), rdssim.InstanceHealthy)
			time.Sleep(time.Hour)
		}
		requests := sim.Requests()
		if a, b := requests[0].Header.Get("X-Sdk-Date"), requests[1].Header.Get("X-Sdk-Date"); a == b {
			t.Errorf("both attempts have the date %s, want two dates", a)
		}
		same(t, "X-Project-Id", requests[0].Header.Get("X-Project-Id"), rdssim.ProjectID)
		same(t, "X-Auth-Token", requests[0].Header.Get("X-Auth-Token"), "")
	})
}

// TestTransportClosesBodies checks that a request's body is closed if nothing is sent.
func TestTransportClosesBodies(t *testing.T) {
	sim := rdssim.New()
	wrong := byPassword()
	wrong.Password = "wrong-password"
	s := newSession(t, wrong, sim.Transport())
	var closed atomic.Bool
	body := &closing{Reader: strings.NewReader("{}"), closed: &closed}
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, "https://rdssim.invalid/v3/x", body)
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := s.Transport(sim.Transport()).RoundTrip(req); err == nil {
		t.Errorf("got %s, want an error", resp.Status)
	}
	same(t, "body closed", closed.Load(), true)
}

type closing struct {
	io.Reader
	closed *atomic.Bool
}

func (c *closing) Close() error { c.closed.Store(true); return nil }
