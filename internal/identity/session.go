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

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// Session is one caller for a whole run. It logs in when the first request needs
// it, once for all that ask at the same time. All methods are safe for
// concurrent use.
type Session struct {
	cfg     Config
	connect Connect
	client  *http.Client // to the identity service, without signatures
	now     func() time.Time
	probe   probe

	mu sync.Mutex
	// grant is the result of the last login, nil before it and while a token is
	// being renewed.
	grant *grant
	// found is where RDS is. It outlives the token that told it.
	found *Endpoint
	// refused is why nothing is sent any more.
	refused error
	// flight is the login under way, nil if there is none.
	flight *flight
}

// grant is what a login yields.
type grant struct {
	token    string // empty with AK/SK
	endpoint Endpoint
	// renewed says that it replaced an earlier one.
	renewed bool
	// accepted becomes true once RDS has taken the token.
	accepted atomic.Bool
}

// flight is one login that others may wait for. The fields are set before done
// is closed and never after.
type flight struct {
	done  chan struct{}
	grant *grant
	err   error
	// abandoned says that it failed only because the context of the caller that
	// led it ended.
	abandoned bool
}

// Connect makes a client for the identity service that puts wrap around each attempt. It is expected to retry faults,
// to bound the time and the size of answers, and to follow no redirect.
type Connect func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client

// NewSession makes a session for a Config that came from [Resolve]. No request is made here.
func NewSession(c Config, connect Connect) *Session {
	return &Session{cfg: c, connect: connect, client: connect(c.concealAttempts), now: time.Now}
}

// Format prints who the session is for, and no secrets.
func (s *Session) Format(f fmt.State, _ rune) {
	_, _ = fmt.Fprintf(f, "identity.Session{%s, auth_url=%s}", s.cfg.caller(), s.cfg.AuthURL)
}

// Endpoint returns where RDS is for the caller's project. It logs in only where
// configuration does not tell. Errors are of type [*Error].
func (s *Session) Endpoint(ctx context.Context) (Endpoint, error) {
	if given, ok := s.cfg.givenEndpoint(); ok {
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

// login returns the current grant, or a new one where there is none or where the
// current one is stale, the one that was just refused.
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
		// A renewal that failed leaves no grant behind, but what the first login found: the next try is a renewal too.
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
			return nil, s.interrupted(ctx)
		}
		if !f.abandoned {
			return f.grant, f.err
		}
	}
}

// fly logs in on behalf of all that wait for f.
func (s *Session) fly(ctx context.Context, f *flight, renewal bool) {
	g, err := s.authenticate(ctx)
	if ended := ctx.Err(); err != nil && ended != nil {
		f.abandoned = true
		cut := s.interrupted(ctx)
		last := err
		if failure := (*Error)(nil); errors.As(err, &failure) && failure.Err != nil {
			last = failure.Err // the rest is said anyway
		}
		cut.Err = cutOff(ctx, last)
		if abandoned := (*transport.AbandonedError)(nil); errors.As(last, &abandoned) && answered(abandoned.Fault) {
			cut.Hint = faultHint
		}
		err = cut
	}
	if failure := (*Error)(nil); errors.As(err, &failure) {
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

// authenticate asks the identity service what the kind of credential needs.
func (s *Session) authenticate(ctx context.Context) (*grant, error) {
	switch {
	case s.cfg.hasAgency():
		return s.assumeAgency(ctx)
	case s.cfg.kind() == kindToken:
		return s.useToken(ctx)
	case s.cfg.kind() == kindAKSK:
		return s.useAccessKey(ctx)
	default:
		return s.usePassword(ctx)
	}
}

// refuse makes an error the answer to everything from now on.
func (s *Session) refuse(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused == nil {
		s.refused = err
	}
}

// signs says whether requests to RDS are signed instead of carrying a token.
func (s *Session) signs() bool { return s.cfg.kind() == kindAKSK && !s.cfg.hasAgency() }

// renewable says whether a refused token can be replaced without asking the
// user: not a token of theirs, and not with a passcode, which works once.
func (s *Session) renewable() bool {
	return s.cfg.kind() != kindToken && !s.cfg.SpendsPasscode() && (s.cfg.AllowReauth == nil || *s.cfg.AllowReauth)
}

func (s *Session) interrupted(ctx context.Context) *Error {
	return &Error{
		Kind: KindInterrupted, URL: s.cfg.identityURL(), Tried: s.cfg.caller(), Err: context.Cause(ctx),
		Hint: "The identity service did not answer: check auth_url, the network and the proxy.",
	}
}

// cutOff is the end of a context together with what was met until then.
func cutOff(ctx context.Context, last error) error {
	text := "the time was up"
	if errors.Is(ctx.Err(), context.Canceled) {
		text = "it was interrupted"
	}
	if abandoned := (*transport.AbandonedError)(nil); errors.As(last, &abandoned) {
		last = abandoned.Fault
	}
	if said := last.Error(); said != ctx.Err().Error() {
		text += "; until then: " + said
	}
	return scrubbed{context.Cause(ctx), text}
}

// answered says that a fault was an answer, if a bad one.
func answered(fault error) bool {
	answer := (*transport.FaultError)(nil)
	return errors.As(fault, &answer)
}

// final says whether the same login would fail in the same way again. After such
// a failure no credential is sent any more.
func final(err error) bool {
	failure := (*Error)(nil)
	if !errors.As(err, &failure) {
		return false
	}
	switch failure.Kind {
	case KindRefused, KindProject, KindAgency, KindTokenExpired, KindClockSkew, KindKeyLocked, KindMFA, KindNoEndpoint:
		return true
	default:
		return failure.StatusCode == http.StatusUnauthorized || failure.StatusCode == http.StatusForbidden
	}
}
