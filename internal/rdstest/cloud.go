// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package rdstest connects the provider with a simulated cloud, for tests.
//
//	cloud.go     a simulated cloud and its provider, in process, for terraform-plugin-testing
//	protocol.go  the same provider without a CLI: tests call its protocol in process, so that time can be virtual
//	cli.go       a real Terraform or OpenTofu with the built provider, and a simulated cloud on loopback
//	values.go    Terraform's values from and to Go's
//
// Only cli.go opens a socket.
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

// Cloud is a simulated cloud with a provider whose requests all reach it.
type Cloud struct {
	*rdssim.Server
	// Env is the environment of the provider. At first it holds a user's name and password.
	Env map[string]string
	// Outside is what the provider gets from outside. Tests may change it before they start the provider.
	Outside provider.Outside
}

// Password returns the environment of a user who logs in with a password.
func Password(s *rdssim.Server) map[string]string {
	return map[string]string{
		"OS_AUTH_URL":         s.AuthURL(),
		"OS_USERNAME":         rdssim.UserName,
		"OS_PASSWORD":         rdssim.Password,
		"OS_USER_DOMAIN_NAME": rdssim.DomainName,
		"OS_PROJECT_NAME":     rdssim.ProjectName,
	}
}

// New returns a cloud with the machine's clock, which is virtual inside testing/synctest.
func New(tb testing.TB, options ...rdssim.Option) *Cloud {
	tb.Helper()
	c := &Cloud{Server: rdssim.New(options...)}
	c.Env = Password(c.Server)
	lookup := func(name string) (string, bool) {
		value, ok := c.Env[name]
		return value, ok
	}
	c.Outside = provider.Outside{
		Network:     c.Transport(),
		Random:      func() float64 { return 0 },
		Environment: settings.Environment{LookupEnv: lookup, WorkDir: tb.TempDir(), HomeDir: tb.TempDir()},
	}
	return c
}

// NewWithClock returns a cloud whose clock moves only when the provider waits. Tests with a real Terraform are then fast
// and always see the same times.
func NewWithClock(tb testing.TB, options ...rdssim.Option) *Cloud {
	tb.Helper()
	clock := &Clock{now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC)}
	c := New(tb, append([]rdssim.Option{rdssim.WithClock(clock.Now)}, options...)...)
	c.Outside.Clock = clock
	c.Outside.RetryPause = time.Millisecond
	return c
}

// SetEnv sets variables of the environment. An empty value removes one.
func (c *Cloud) SetEnv(env map[string]string) {
	maps.Copy(c.Env, env)
	maps.DeleteFunc(c.Env, func(_, value string) bool { return value == "" })
}

// Factories returns the provider for resource.TestCase.
func (c *Cloud) Factories() map[string]func() (tfprotov6.ProviderServer, error) {
	server := provider.NewServer("test", c.Outside)
	return map[string]func() (tfprotov6.ProviderServer, error){
		"rds": func() (tfprotov6.ProviderServer, error) { return server(), nil },
	}
}

// Calls returns kind and status of each request so far.
func (c *Cloud) Calls() []string {
	var calls []string
	for _, r := range c.Requests() {
		calls = append(calls, fmt.Sprintf("%s %d", r.Kind, r.Status))
	}
	return calls
}

// RoundTripFunc is a network that calls a function.
type RoundTripFunc func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f RoundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// Clock is a clock that moves only when somebody sleeps.
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

// Sleep moves the clock and returns at once.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return ctx.Err()
}
