// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// Transport returns a RoundTripper that authorizes each request to RDS and hands it to next. It belongs below whatever
// retries: every attempt is authorized anew.
//
// If a token is refused (401, or 403 with code DBS.280056), the request is sent once more with a new token. A second
// refusal is returned as it came. If there can be no new token, or if a signature is refused, the error is an [*Error]
// and the session ends.
//
// Requests to another host than RDS's are refused: a download link must not see a credential.
func (s *Session) Transport(next http.RoundTripper) http.RoundTripper {
	return authorizing{session: s, next: concealing{session: s, next: next, rds: true}}
}

type authorizing struct {
	session *Session
	next    http.RoundTripper
}

var errForeignHost = errors.New("refused to send credentials to a host that is not the RDS endpoint")

func (a authorizing) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer func() { _ = req.Body.Close() }() // each attempt sends a copy
	}
	endpoint, err := a.session.Endpoint(req.Context())
	if err != nil {
		return nil, err
	}
	if req.URL.Host != endpoint.URL.Host || req.URL.Scheme != endpoint.URL.Scheme {
		return nil, errForeignHost
	}
	if a.session.signs() {
		return a.sendSigned(req, endpoint)
	}
	return a.sendWithToken(req)
}

func (a authorizing) sendWithToken(req *http.Request) (*http.Response, error) {
	g, err := a.session.login(req.Context(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.attempt(req, g)
	if err != nil || !tokenRefusedBy(resp) {
		return resp, err
	}
	if g.renewed && !g.accepted.Load() {
		return resp, nil // a new token was never accepted: another one would not be either
	}
	if what := a.session.unrenewable(); what != nil {
		failure := a.session.fail(what, apierror.Parse(resp.StatusCode, resp.Header, peek(resp)))
		failure.URL = req.URL.Scheme + "://" + req.URL.Host
		a.session.refused.CompareAndSwap(nil, failure)
		return nil, failure
	}
	renewed, err := a.session.login(req.Context(), g)
	if err != nil {
		return nil, err
	}
	return a.attempt(req, renewed)
}

func (a authorizing) attempt(req *http.Request, g *grant) (*http.Response, error) {
	attempt, _, err := copyOf(req)
	if err != nil {
		return nil, err
	}
	attempt.Header.Set("X-Auth-Token", g.token)
	resp, err := a.next.RoundTrip(attempt)
	if err == nil && resp.StatusCode < http.StatusInternalServerError && !tokenRefusedBy(resp) {
		g.accepted.Store(true)
	}
	return resp, err
}

// tokenRefusedBy reports whether RDS refused the token. 403 has many meanings: only one code has this one.
func tokenRefusedBy(resp *http.Response) bool {
	return resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden &&
		apierror.Parse(resp.StatusCode, resp.Header, peek(resp)).Code == "DBS.280056"
}

// unrenewable returns why a refused token cannot be replaced, or nil.
func (s *Session) unrenewable() *situation {
	switch {
	case s.cfg.Credential() == settings.Token:
		return tokenRefused
	case s.cfg.SpendsPasscode():
		return tokenWithPasscode
	case !*s.cfg.AllowReauth:
		return tokenWithoutReauth
	default:
		return nil
	}
}

// sendSigned lets one request go first, and the others only after an answer has shown that the key is good. Otherwise a
// wrong key would be refused as often as the plan has data sources, and the cloud locks a key after five refusals.
func (a authorizing) sendSigned(req *http.Request, endpoint Endpoint) (*http.Response, error) {
	s := a.session
	if !s.proven.Load() {
		select {
		case s.turn <- struct{}{}:
		case <-req.Context().Done():
			return nil, s.interrupted(req.Context(), nil)
		}
		release := sync.OnceFunc(func() { <-s.turn })
		defer release()
		if s.proven.Load() {
			release()
		}
	}
	if refused := s.refused.Load(); refused != nil {
		return nil, refused
	}
	resp, err := signing{s.signer(endpoint.ProjectID), s.now, a.next}.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusUnauthorized:
		failure := s.answerFailure(atLogin, resp.StatusCode, resp.Header, peek(resp))
		failure.URL = endpoint.URL.Scheme + "://" + endpoint.URL.Host
		s.refused.CompareAndSwap(nil, failure)
		return nil, failure
	case resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests:
		s.proven.Store(true)
	}
	return resp, nil
}

// signing signs each attempt of a request.
type signing struct {
	sign signer
	now  func() time.Time
	next http.RoundTripper
}

func (r signing) RoundTrip(req *http.Request) (*http.Response, error) {
	signed, body, err := copyOf(req)
	if err != nil {
		return nil, err
	}
	if err := r.sign.sign(signed, body, r.now()); err != nil {
		return nil, err
	}
	return r.next.RoundTrip(signed)
}

// peek returns an answer's body and leaves it unread.
func peek(resp *http.Response) []byte {
	body, _ := io.ReadAll(resp.Body) // never fails: package transport bounds it and holds it in memory
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return body
}

// copyOf returns a copy of a request that can be changed and sent, and its body. All requests hold theirs in memory.
func copyOf(req *http.Request) (attempt *http.Request, body []byte, err error) {
	attempt = req.Clone(req.Context())
	if req.GetBody == nil {
		return attempt, nil, nil
	}
	if attempt.Body, err = req.GetBody(); err != nil {
		return nil, nil, err
	}
	body, err = io.ReadAll(attempt.Body)
	attempt.Body = io.NopCloser(bytes.NewReader(body))
	return attempt, body, err
}
