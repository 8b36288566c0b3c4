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

	mu      sync.Mutex
	grant   *grant    // the result of the last login. It is nil before, and while a token is being renewed.
	found   *Endpoint // the endpoint. A renewal does not change it.
	refused error     // set once nothing may be sent any more
	flight  *flight   // the login in progress, or nil
}

// grant is the result of a login.
type grant struct {
	token    string // empty with AK/SK
	endpoint Endpoint
	renewed  bool        // set if the token replaced an earlier one
	accepted atomic.Bool // becomes true once RDS has accepted the token
}

// flight is a login that others may wait for. Its fields do not change once done is closed.
type flight struct {
	done      chan struct{}
	grant     *grant
	err       error
	abandoned bool // set if the login failed only because the context of its leader ended
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
	s.mu.Lock()
	found := s.found
	s.mu.Unlock()
	if found != nil {
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
		if s.refused != nil {
			defer s.mu.Unlock()
			return nil, s.refused
		}
		if s.grant != nil && s.grant != stale {
			defer s.mu.Unlock()
			return s.grant, nil
		}
		f, lead := s.flight, false
		// After a failed renewal, the next try is a renewal too.
		renewal := stale != nil || s.found != nil
		if f == nil {
			f, lead = &flight{done: make(chan struct{})}, true
			s.flight, s.grant = f, nil
		}
		s.mu.Unlock()

		if lead {
			s.fly(ctx, f, renewal)
			return f.grant, f.err
		}
		select {
		case <-f.done:
		case <-ctx.Done():
			return nil, s.interrupted(ctx, nil)
		}
		if !f.abandoned {
			return f.grant, f.err
		}
	}
}

// fly logs in for all that wait for f.
func (s *Session) fly(ctx context.Context, f *flight, renewal bool) {
	s.sent.Store(0)
	g, err := s.authenticate(ctx)
	if err != nil && ctx.Err() != nil {
		f.abandoned, err = true, s.interrupted(ctx, err)
	}
	if failure, ok := errors.AsType[*Error](err); ok {
		failure.Renewal = renewal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		g.renewed = renewal
		s.grant, s.found = g, &g.endpoint
	} else if final(err) {
		s.refused = err
	}
	f.grant, f.err = g, err
	s.flight = nil
	close(f.done)
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

// refuse ends the session: from now on everything returns this error.
func (s *Session) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = err
	}
}

// refusal returns the error that ended the session, or nil.
func (s *Session) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// signs reports whether requests to RDS are signed, instead of carrying a token.
func (s *Session) signs() bool { return s.cfg.Credential() == settings.AccessKey && !s.cfg.HasAgency() }

// renewable reports whether a refused token can be replaced without the user.
func (s *Session) renewable() bool {
	return s.cfg.Credential() != settings.Token && !s.cfg.SpendsPasscode() && *s.cfg.AllowReauth
}

// final reports whether the same login would fail again. After such a failure no credential is sent any more.
func final(err error) bool {
	failure, ok := errors.AsType[*Error](err)
	return ok && (failure.Kind.final || failure.StatusCode == http.StatusUnauthorized || failure.StatusCode == http.StatusForbidden)
}
