// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// Session is one caller for all requests of a run. It logs in when the first request needs it, once for all that ask at
// the same time. Its methods are safe for concurrent use.
type Session struct {
	cfg     settings.Config
	connect Connect
	client  *http.Client // to the identity service, without signatures
	now     func() time.Time
	sent    atomic.Int32 // counts the requests to the identity service since the login began

	// turn holds a value while a signed request goes first: see sendSigned.
	turn   chan struct{}
	proven atomic.Bool // set once an answer has shown that the key is good

	found   atomic.Pointer[Endpoint] // the endpoint, once it is known. A renewal does not change it.
	refused atomic.Pointer[Error]    // set once nothing may be sent any more

	mu     sync.Mutex
	grant  *grant  // the result of the last login. It is nil before, and while a token is being renewed.
	flight *flight // the login in progress, or nil
}

// grant is the result of a login.
type grant struct {
	token    string // empty with AK/SK
	endpoint Endpoint
	renewed  bool        // set if the token replaced an earlier one
	accepted atomic.Bool // becomes true once RDS has accepted the token
}

// flight is a login that others may wait for.
type flight struct {
	done chan struct{} // closed once the login has ended
	err  error         // a failure that all share. The next login may succeed.
}

// Connect makes a client for the identity service, with wrap around each attempt. The client must retry faults, bound
// time and size of answers, and follow no redirect.
type Connect func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client

// NewSession returns a session for a resolved configuration. It makes no request.
func NewSession(c settings.Config, connect Connect) *Session {
	s := &Session{cfg: c, connect: connect, now: time.Now, turn: make(chan struct{}, 1)}
	s.client = connect(func(next http.RoundTripper) http.RoundTripper { return concealing{session: s, next: next} })
	return s
}

// Format prints whom the session is for, without secrets.
func (s *Session) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "identity.Session{%s, auth_url=%s}", s.caller(), s.cfg.AuthURL)
}

// Endpoint returns the address of RDS for the caller's project. It logs in only if the configuration is not enough for
// that. Errors are of type [*Error].
func (s *Session) Endpoint(ctx context.Context) (Endpoint, error) {
	if given, ok := s.givenEndpoint(); ok {
		return given, nil
	}
	if found := s.found.Load(); found != nil {
		return *found, nil
	}
	g, err := s.login(ctx, nil)
	if err != nil {
		return Endpoint{}, err
	}
	return g.endpoint, nil
}

// login returns the current grant. It logs in if there is none, or if the current one is stale, the one that was just
// refused.
func (s *Session) login(ctx context.Context, stale *grant) (*grant, error) {
	for {
		s.mu.Lock()
		if refused := s.refused.Load(); refused != nil {
			defer s.mu.Unlock()
			return nil, refused
		}
		if s.grant != nil && s.grant != stale {
			defer s.mu.Unlock()
			return s.grant, nil
		}
		f := s.flight
		if f == nil {
			f = &flight{done: make(chan struct{})}
			s.flight, s.grant = f, nil
			s.mu.Unlock()
			return s.fly(ctx, f, stale != nil)
		}
		s.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, s.interrupted(ctx, nil)
		}
		if f.err != nil {
			return nil, f.err
		}
	}
}

// fly logs in for all that wait for f.
func (s *Session) fly(ctx context.Context, f *flight, renewal bool) (*grant, error) {
	renewal = renewal || s.found.Load() != nil // after a failed renewal, the next try is a renewal too
	s.sent.Store(0)
	g, err := s.authenticate(ctx)
	abandoned := err != nil && ctx.Err() != nil
	if abandoned {
		err = s.interrupted(ctx, err)
	}
	failure, failed := errors.AsType[*Error](err)
	if failed {
		failure.Renewal = renewal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
		g.renewed = renewal
		s.grant = g
		s.found.Store(&g.endpoint)
	case failed && failure.final():
		s.refused.CompareAndSwap(nil, failure)
	case !abandoned:
		f.err = err
	}
	s.flight = nil
	close(f.done)
	return g, err
}

// authenticate logs in with the configured credential.
func (s *Session) authenticate(ctx context.Context) (*grant, error) {
	switch {
	case s.cfg.HasAgency():
		return s.assumeAgency(ctx)
	case s.cfg.Credential() == settings.Token:
		return s.useToken(ctx)
	case s.cfg.Credential() == settings.AccessKey:
		return s.useAccessKey(ctx)
	default:
		return s.usePassword(ctx)
	}
}

// signs reports whether requests to RDS are signed, instead of carrying a token.
func (s *Session) signs() bool { return s.cfg.Credential() == settings.AccessKey && !s.cfg.HasAgency() }
