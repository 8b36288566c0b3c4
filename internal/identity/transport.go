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
	if err != nil || !tokenRefusedBy(resp) {
		return resp, err
	}
	if g.renewed && !g.accepted.Load() {
		return resp, nil // a new token was never accepted: another one would not be either
	}
	if !a.session.renewable() {
		return nil, a.session.unrenewable(resp)
	}
	renewed, err := a.session.login(req.Context(), g)
	if err != nil {
		return nil, err
	}
	return a.attempt(req, body, renewed)
}

func (a authorizing) attempt(req *http.Request, body []byte, g *grant) (*http.Response, error) {
	attempt := withBody(req, body)
	attempt.Header.Set("X-Auth-Token", g.token)
	resp, err := a.send(attempt, g.token)
	if err == nil && resp.StatusCode < http.StatusInternalServerError && !tokenRefusedBy(resp) {
		g.accepted.Store(true)
	}
	return resp, err
}

// send sends an authorized request, and cuts secrets out of whatever comes back: parts of it reach the screen, the log
// and the state.
func (a authorizing) send(req *http.Request, token string) (*http.Response, error) {
	secrets := a.session.secrets(token)
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		return nil, concealError(err, secrets)
	}
	concealHeader(resp.Header, secrets)
	concealBody(resp, secrets)
	return resp, nil
}

// tokenRefusedBy reports whether RDS refused the token. 403 has many meanings: only one code has this one.
func tokenRefusedBy(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusUnauthorized:
		return true
	case http.StatusForbidden:
		return apierror.Parse(resp.StatusCode, resp.Header, peek(resp)).Code == "DBS.280056"
	default:
		return false
	}
}

// unrenewable ends the session: the token was refused and cannot be replaced.
func (s *Session) unrenewable(resp *http.Response) error {
	what := tokenWithoutReauth
	switch {
	case s.cfg.Credential() == settings.Token:
		what = tokenRefused
	case s.cfg.SpendsPasscode():
		what = tokenWithPasscode
	}
	failure := s.fail(what, apierror.Parse(resp.StatusCode, resp.Header, peek(resp)))
	failure.URL = ""
	if resp.Request != nil {
		failure.URL = resp.Request.URL.Scheme + "://" + resp.Request.URL.Host
	}
	s.refuse(failure)
	return failure
}

func (a authorizing) sendSigned(req *http.Request, body []byte, endpoint Endpoint) (*http.Response, error) {
	s := a.session
	done, err := s.takeTurn(req.Context())
	if err != nil {
		return nil, err
	}
	attempt := withBody(req, body)
	err = s.signer(endpoint.ProjectID).sign(attempt, body, s.now())
	var resp *http.Response
	if err == nil {
		resp, err = a.send(attempt, "")
	}
	if err != nil {
		done(false)
		return nil, err
	}
	if resp.StatusCode != http.StatusUnauthorized {
		done(resp.StatusCode < http.StatusInternalServerError && resp.StatusCode != http.StatusTooManyRequests)
		return resp, nil
	}
	failure := s.answerFailure(atLogin, resp.StatusCode, resp.Header, peek(resp))
	failure.URL = endpoint.URL.Scheme + "://" + endpoint.URL.Host
	s.refuse(failure)
	done(false)
	return nil, failure
}

// signing signs each attempt of a request to the identity service.
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

// peek returns an answer's body and leaves it unread. concealBody has put it into memory. A body that broke off is read
// as far as it came.
func peek(resp *http.Response) []byte {
	body, err := io.ReadAll(resp.Body)
	rest := io.Reader(http.NoBody)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), rest))
	return body
}

// takeBody reads and closes a request's body. It is nil if there is none.
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

// withBody returns a copy of a request that can be changed and sent.
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
