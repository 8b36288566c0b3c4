// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rdstest puts the provider and a simulated cloud together for a test.
//
//	cloud.go     a simulated cloud, and the provider that lives in it, for tests with a real Terraform or OpenTofu
//	protocol.go  the same provider without any CLI: its protocol is spoken in process, so that time can be virtual
//	values.go    Terraform's values from and to Go's
//
// No socket is opened: the provider's requests reach the simulator in process.
package rdstest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// Cloud is a simulated cloud with a provider that knows no other.
type Cloud struct {
	*rdssim.Server
	// Env is all of the environment that the provider sees. It begins with a user's credentials by password.
	Env map[string]string
	// Outside is what the provider is made with. Tests may change it before the provider is started.
	Outside provider.Outside
}

// Password is the environment of a user who logs in by password.
func Password(s *rdssim.Server) map[string]string {
	return map[string]string{
		"OS_AUTH_URL":         s.AuthURL(),
		"OS_USERNAME":         rdssim.UserName,
		"OS_PASSWORD":         rdssim.Password,
		"OS_USER_DOMAIN_NAME": rdssim.DomainName,
		"OS_PROJECT_NAME":     rdssim.ProjectName,
	}
}

// New starts a cloud whose time is the machine's, which is virtual inside testing/synctest.
func New(tb testing.TB, options ...rdssim.Option) *Cloud {
	tb.Helper()
	c := &Cloud{Server: rdssim.New(options...)}
	c.Env = Password(c.Server)
	c.Outside = provider.Outside{
		Network:     c.Transport(),
		Random:      func() float64 { return 0 },
		Environment: settings.Environment{LookupEnv: c.lookup, WorkDir: tb.TempDir(), HomeDir: tb.TempDir()},
	}
	return c
}

// NewWithClock starts a cloud whose time passes only while the provider waits, for tests with a real Terraform: they
// take no longer than Terraform does, and what they see does not depend on the machine.
func NewWithClock(tb testing.TB, options ...rdssim.Option) *Cloud {
	tb.Helper()
	clock := &Clock{now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	c := New(tb, append([]rdssim.Option{rdssim.WithClock(clock.Now)}, options...)...)
	c.Outside.Clock = clock
	c.Outside.RetryPause = time.Millisecond
	return c
}

func (c *Cloud) lookup(name string) (string, bool) {
	value, ok := c.Env[name]
	return value, ok
}

// SetEnv adds variables to the environment, or takes those with an empty value out of it.
func (c *Cloud) SetEnv(env map[string]string) {
	maps.Copy(c.Env, env)
	maps.DeleteFunc(c.Env, func(_, value string) bool { return value == "" })
}

// Factories are for resource.TestCase.
func (c *Cloud) Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	server := provider.NewServer("test", c.Outside)
	return map[string]func() (tfprotov6.ProviderServer, error){
		"rds": func() (tfprotov6.ProviderServer, error) { return server(), nil },
	}
}

// Calls lists the requests so far: kind and status, in order.
func (c *Cloud) Calls() []string {
	var calls []string
	for _, r := range c.Requests() {
		calls = append(calls, fmt.Sprintf("%s %d", r.Kind, r.Status))
	}
	return calls
}

// RoundTripFunc is a network made of a function.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f RoundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Clock is a time that passes only while somebody sleeps.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Sleep lets the time pass at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}
