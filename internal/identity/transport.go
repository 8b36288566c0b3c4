// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// Transport returns a RoundTripper that authorises each request to RDS and hands
// it to next. It belongs below whatever retries, so that every attempt is
// authorised anew.
//
// A request whose token is refused (401, or 403 with code DBS.280056) is sent
// once more with a new token; a second refusal is returned as it came. Where no
// new token can be had, and where a signature is refused, the error is an
// [*Error] and nothing is sent any more.
//
// Requests to another host than that of [Session.Endpoint] are refused: a
// download link, say, must not see a token.
func (s *Session) Transport(next http.RoundTripper) http.RoundTripper {
	return authorizing{session: s, next: next}
}

type authorizing struct {
	session *Session
	next    http.RoundTripper
}

var errForeignHost = errors.New("refused to send credentials to a host that is not the RDS endpoint")

func (a authorizing) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := takeBody(req)
	if err != nil {
		return nil, err
	}
	endpoint, err := a.session.Endpoint(req.Context())
	if err != nil {
		return nil, err
	}
	if req.URL.Host != endpoint.URL.Host || req.URL.Scheme != endpoint.URL.Scheme {
		return nil, errForeignHost
	}
	if a.session.signs() {
		return a.sendSigned(req, body, endpoint)
	}
	return a.sendWithToken(req, body)
}

func (a authorizing) sendWithToken(req *http.Request, body []byte) (*http.Response, error) {
	g, err := a.session.login(req.Context(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := a.attempt(req, body, g)
	if err != nil || !tokenRefused(resp) {
		return resp, err
	}
	if g.renewed && !g.accepted.Load() {
		// The token is brand-new and was never taken: another one would fare no
		// better, and each request of the run would log in for nothing.
		return resp, nil
	}
	if !a.session.renewable() {
		return nil, a.session.unrenewable(resp)
	}
	discard(resp)
	renewed, err := a.session.login(req.Context(), g)
	if err != nil {
		return nil, err
	}
	return a.attempt(req, body, renewed)
}

func (a authorizing) attempt(req *http.Request, body []byte, g *grant) (*http.Response, error) {
	attempt := withBody(req, body)
	attempt.Header.Set("X-Auth-Token", g.token)
	resp, err := a.next.RoundTrip(attempt)
	if err != nil {
		return nil, concealError(err, a.session.cfg.secrets(g.token))
	}
	a.session.conceal(resp, g.token)
	if resp.StatusCode < http.StatusInternalServerError && !tokenRefused(resp) {
		g.accepted.Store(true)
	}
	return resp, nil
}

// conceal takes secrets out of an answer that repeats them, before anybody can show it: a gateway may quote what it
// refuses.
func (s *Session) conceal(resp *http.Response, tokens ...string) {
	secrets := s.cfg.secrets(tokens...)
	concealHeader(resp.Header, secrets)
	concealBody(resp, secrets)
}

// tokenRefused recognises a bad or old token. 403 means many things; one code
// means this.
func tokenRefused(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return true
	case http.StatusForbidden:
		return apierror.Parse(resp.StatusCode, resp.Header, peek(resp)).Code == "DBS.280056"
	default:
		return false
	}
}

// unrenewable ends the session over a token that was refused for good.
func (s *Session) unrenewable(resp *http.Response) error {
	r := apierror.Parse(resp.StatusCode, resp.Header, peek(resp))
	discard(resp)
	failure := &Error{
		Kind: KindTokenExpired, Tried: s.cfg.caller(), Source: s.cfg.source, StatusCode: r.StatusCode,
		Code: r.Code, Message: r.Message, RequestID: r.RequestID,
	}
	if resp.Request != nil {
		failure.URL = resp.Request.URL.Scheme + "://" + resp.Request.URL.Host
	}
	switch {
	case s.cfg.kind() == kindToken:
		failure.Hint = tokenHint
	case s.cfg.SpendsPasscode():
		failure.Hint = "A passcode works once, so the token cannot be renewed. Run again with the current passcode (OS_PASSCODE)."
	default:
		failure.Hint = "allow_reauth (OS_ALLOW_REAUTH) is false, so the provider does not log in again. Run again, or set it to true."
	}
	s.refuse(failure)
	return failure
}

func (a authorizing) sendSigned(req *http.Request, body []byte, endpoint Endpoint) (*http.Response, error) {
	s := a.session
	done, err := s.probe.enter(req.Context(), s.refusal)
	if err != nil {
		if req.Context().Err() != nil {
			return nil, s.interrupted(req.Context())
		}
		return nil, err
	}
	attempt := withBody(req, body)
	if err := s.signer(endpoint.ProjectID).sign(attempt, body, s.now()); err != nil {
		done(false)
		return nil, err
	}
	resp, err := a.next.RoundTrip(attempt)
	if err != nil {
		done(false)
		return nil, concealError(err, s.cfg.secrets())
	}
	s.conceal(resp)
	if resp.StatusCode != http.StatusUnauthorized {
		done(resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests)
		return resp, nil
	}
	failure := s.answerFailure(resp.StatusCode, resp.Header, peek(resp))
	discard(resp)
	failure.URL = endpoint.URL.Scheme + "://" + endpoint.URL.Host
	s.refuse(failure)
	done(false)
	return nil, failure
}

func (s *Session) refusal() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused
}

// signing signs each attempt of a request anew: it belongs below whatever retries, so that a retry after a long pause
// carries no old signature.
type signing struct {
	sign signer
	now  func() time.Time
	next http.RoundTripper
}

func (r signing) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := takeBody(req)
	if err != nil {
		return nil, err
	}
	signed := withBody(req, body)
	if err := r.sign.sign(signed, body, r.now()); err != nil {
		return nil, err
	}
	return r.next.RoundTrip(signed)
}

// takeBody reads and closes a request's body, nil if there is none. The bodies of
// the APIs used here have a few hundred bytes.
func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	body, err := io.ReadAll(req.Body)
	if closeErr := req.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, fmt.Errorf("read the request's body: %w", err)
	}
	return body, nil
}

// withBody copies a request so that it can be changed and sent, again and again.
func withBody(req *http.Request, body []byte) *http.Request {
	clone := req.Clone(req.Context())
	if req.Body == nil || req.Body == http.NoBody {
		return clone
	}
	clone.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	clone.Body, _ = clone.GetBody()
	clone.ContentLength = int64(len(body))
	return clone
}
