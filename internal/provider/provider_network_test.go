// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// childNetwork is set in the process that reads through a proxy: net/http reads the proxy's variables once per process.
const childNetwork = "RDS_TEST_NETWORK"

// TestProvider_Network reads through the provider's own network: TLS with an authority of the user's, and a proxy.
func TestProvider_Network(t *testing.T) {
	if os.Getenv(childNetwork) != "" {
		readThroughProxy(t)
		return
	}
	ca := newAuthority(t)
	settings := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{ca.issue(t, "rdssim.invalid").pair(t)}}
	sim := rdssim.New(rdssim.WithTLS(settings), rdssim.WithExportDuration(0))
	stop, err := sim.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	address := strings.TrimSuffix(strings.TrimPrefix(sim.AuthURL(), "https://"), "/v3")

	for name, c := range map[string]struct {
		status   int // of the proxy's answer to CONNECT; 0: nobody listens
		connects int32
		want     string // in the one diagnostic; {proxy} is its host
	}{
		"a proxy that lets through": {http.StatusOK, 2, ""},
		"a proxy that wants a login": {
			http.StatusProxyAuthRequired, 1,
			"The proxy {proxy} (HTTPS_PROXY) refused the connection to https://rdssim.invalid/v3.",
		},
		"a proxy that is not there": {0, 0, "The proxy {proxy} (HTTPS_PROXY) could not be reached."},
	} {
		t.Run(name, func(t *testing.T) {
			sim.Reset()
			var connects atomic.Int32
			proxy := httptest.NewServer(connectProxy(c.status, address, &connects))
			host := proxy.Listener.Addr().String()
			if c.status == 0 {
				proxy.Close()
			}
			defer proxy.Close()

			diagnostics := runChild(t, "HTTPS_PROXY=http://user:T0psecret-7f1c@"+host, childNetwork+"="+ca.pem)
			text := strings.Join(diagnostics, "\n")
			if want := strings.ReplaceAll(c.want, "{proxy}", host); want == "" && text != "" || !strings.Contains(text, want) {
				t.Errorf("got %q, want %q in it", text, want)
			}
			if strings.Contains(text, "T0psecret") {
				t.Errorf("want no secret in %q", text)
			}
			if got := connects.Load(); got > c.connects || got == 0 && c.connects > 0 {
				t.Errorf("the proxy was asked %d times, want at most %d", got, c.connects)
			}
			var kinds []string
			for _, r := range sim.Requests() {
				kinds = append(kinds, r.Kind)
				// Compression is off: a file is saved byte by byte as it is stored.
				if got := r.Header.Get("Accept-Encoding"); got != "" {
					t.Errorf("%s: Accept-Encoding is %q, want none", r.Kind, got)
				}
			}
			if c.want == "" && !slices.Equal(kinds, []string{"login", "rds.errorlog"}) {
				t.Errorf("requests were %q, want a login and a call for links", kinds)
			}
		})
	}
}

// connectProxy answers CONNECT with a status. For 200 it makes a tunnel to the address, whatever host is asked for.
func connectProxy(status int, address string, connects *atomic.Int32) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connects.Add(1)
		if status != http.StatusOK || r.Method != http.MethodConnect {
			w.WriteHeader(status)
			return
		}
		server, err := (&net.Dialer{}).DialContext(r.Context(), "tcp", address)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = server.Close() }()
		client, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			return
		}
		defer func() { _ = client.Close() }()
		_, _ = io.WriteString(client, "HTTP/1.1 200 OK\r\n\r\n")
		var group sync.WaitGroup
		group.Go(func() {
			_, _ = io.Copy(server, client)
			_ = server.Close()
		})
		_, _ = io.Copy(client, server)
		_ = client.Close()
		group.Wait()
	})
}

// runChild runs this test in another process and returns the diagnostics of its read.
func runChild(t *testing.T, env ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestProvider_Network$")
	child.Env = append(os.Environ(), append(env, "NO_PROXY=", "no_proxy=", "https_proxy=")...)
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("the child failed: %v\n%s", err, out)
	}
	line, _, _ := strings.Cut(string(out), "\n")
	var diagnostics []string
	if err := json.Unmarshal([]byte(line), &diagnostics); err != nil {
		t.Fatalf("the child printed %s, want diagnostics", out)
	}
	return diagnostics
}

func readThroughProxy(t *testing.T) {
	t.Helper()
	c := rdstest.New(t)
	c.Outside.Network, c.Outside.RetryPause = nil, time.Millisecond
	c.SetEnv(map[string]string{
		"OS_AUTH_URL": "https://rdssim.invalid/v3", "OS_RDS_ENDPOINT_OVERRIDE": "https://rdssim.invalid", "OS_CACERT": os.Getenv(childNetwork),
	})
	if err := json.NewEncoder(os.Stdout).Encode(read(t, c, instance(rdssim.InstanceHealthy)).Diagnostics); err != nil {
		t.Fatal(err)
	}
}
