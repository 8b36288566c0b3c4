//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// tried is what is printed at the end: every kind of credential that met the real Keystone, and what came of it.
var tried []string

func TestMain(m *testing.M) {
	code := m.Run()
	rdstest.RemoveProvider()
	fmt.Println("\nTried against a real Keystone:")
	for _, line := range tried {
		fmt.Println("  " + line)
	}
	os.Exit(code)
}

// met notes what a test tried, once it is over.
func met(t *testing.T, what, outcome string) {
	t.Helper()
	t.Cleanup(func() {
		if t.Failed() {
			outcome = "FAILED"
		}
		tried = append(tried, fmt.Sprintf("%-62s %s", what, outcome))
	})
}

// fixture is a Keystone, an RDS that trusts it, and a provider that knows nothing but its environment.
type fixture struct {
	*rdstest.Cloud
	keystone *Keystone
	world    World
	network  *network
}

// newFixture starts all of it. Time passes for RDS and the provider only while the provider waits.
func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{keystone: Start(t)}
	f.Cloud = rdstest.NewWithClock(t, rdssim.WithTokenValidator(f.keystone.Validate), rdssim.WithExportDuration(5*time.Second))
	stop, err := f.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	f.world = f.keystone.Seed(t, f.URL())
	return f
}

// currentPasscode is replaced by what the device shows when the case begins, which may be a minute after the table was
// made.
const currentPasscode = "(current)"

// with begins a case: the provider's whole environment, and nothing received yet.
func (f *fixture) with(t *testing.T, env map[string]string) {
	t.Helper()
	f.Reset()
	clear(f.Env)
	f.SetEnv(map[string]string{"OS_AUTH_URL": f.keystone.AuthURL})
	f.SetEnv(env)
	if f.Env["OS_PASSCODE"] == currentPasscode {
		f.Env["OS_PASSCODE"] = Passcode(MFASecret, time.Now())
	}
	sockets := &http.Transport{}
	t.Cleanup(sockets.CloseIdleConnections)
	f.network = &network{next: sockets}
	f.Outside.Network = f.network
}

// read reads the data source once, with an empty provider block.
func (f *fixture) read(t *testing.T) rdstest.Outcome {
	t.Helper()
	p := f.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		return rdstest.Outcome{Diagnostics: diags}
	}
	return p.Read(t.Context(), "rds_errorlog_download", map[string]any{"instance_id": rdssim.InstanceHealthy})
}

// links wants one good link, got with these calls.
func (f *fixture) links(t *testing.T, projectID, calls string) {
	t.Helper()
	o := f.read(t)
	if o.Diagnostics != nil || o.Values["status"] != "FINISH" || o.Values["link_count"] != int64(1) {
		t.Fatalf("want links, got %v\n%s", o.Values, strings.Join(o.Diagnostics, "\n"))
	}
	if diff := cmp.Diff(calls, f.network.summary()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, r := range f.Requests() {
		if !strings.HasPrefix(r.Path, "/v3/"+projectID+"/instances/") {
			t.Errorf("RDS was asked for %s, want project %s", r.Path, projectID)
		}
	}
}

// fails wants one error, word for word, and these calls.
func (f *fixture) fails(t *testing.T, text, calls string) {
	t.Helper()
	o := f.read(t)
	if diff := cmp.Diff([]string{text}, f.readable(o.Diagnostics)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(calls, f.network.summary()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, text := range o.Diagnostics {
		for what, secret := range map[string]string{
			"password": Password, "token": f.network.lastToken(), "passcode": f.Env["OS_PASSCODE"],
			"given token": f.Env["OS_TOKEN"],
		} {
			if secret != "" && strings.Contains(text, secret) {
				t.Errorf("want no %s in the error", what)
			}
		}
	}
}

var requestID = regexp.MustCompile(`req-[0-9a-f-]{36}|(Request ID: )[0-9a-f]{32}`)

// readable replaces what differs from run to run by names.
func (f *fixture) readable(texts []string) []string {
	names := strings.NewReplacer(f.keystone.AuthURL, "{auth_url}", f.URL(), "{rds}", f.world.DomainID, "{domain}", f.world.UserID, "{user}",
		f.world.MFAUserID, "{mfa user}", f.world.ProjectID, "{project}", f.world.ClosedProjectID, "{closed}")
	var all []string
	for _, text := range texts {
		all = append(all, requestID.ReplaceAllString(names.Replace(text), "${1}{request}"))
	}
	return all
}

// network carries the provider's requests and notes them.
type network struct {
	next http.RoundTripper
	// answered is called with each answer of RDS, before the provider sees it: the moment for something to happen in
	// the middle of a wait.
	answered func(ctx context.Context, call int, token string)

	mu    sync.Mutex
	calls []string
	asked int
	token string
}

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := n.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	kind := "other"
	switch method, path := req.Method, req.URL.Path; {
	case method == http.MethodPost && path == "/v3/auth/tokens":
		kind = "login"
	case method == http.MethodGet && path == "/v3/auth/tokens":
		kind = "token"
	case method == http.MethodPost && strings.HasSuffix(path, "/errorlog-download"):
		kind = "links"
	}
	n.mu.Lock()
	n.calls = append(n.calls, fmt.Sprintf("%s %d", kind, resp.StatusCode))
	if kind == "links" {
		n.asked++
		n.token = req.Header.Get("X-Auth-Token")
	}
	call, token := n.asked, n.token
	n.mu.Unlock()
	if kind == "links" && n.answered != nil {
		n.answered(req.Context(), call, token)
	}
	return resp, nil
}

// summary joins the calls; equal ones in a row are counted: "login 201, links 200 ×7".
func (n *network) summary() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var parts []string
	for i := 0; i < len(n.calls); {
		same := i
		for same < len(n.calls) && n.calls[same] == n.calls[i] {
			same++
		}
		part := n.calls[i]
		if same > i+1 {
			part += fmt.Sprintf(" ×%d", same-i)
		}
		parts, i = append(parts, part), same
	}
	return strings.Join(parts, ", ")
}

func (n *network) lastToken() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.token
}
