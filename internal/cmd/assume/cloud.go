// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	configured "github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// cloud is the cloud that is asked.
type cloud struct {
	settings settings
	config   configured.Config
	record   *record
	endpoint identity.Endpoint

	bare    *http.Client // adds no credential
	session *http.Client // adds the caller's
	files   *http.Client // to the object store: no credential, no client certificate

	login  *login // nil where the caller has no token
	export *export
}

// newCloud logs in, where that is needed, and finds RDS.
func newCloud(ctx context.Context, s settings, o outside) (*cloud, error) {
	config, err := configured.Resolve(configured.Values{}, o.environment)
	if err != nil {
		return nil, err //nolint:wrapcheck // explain distinguishes errors
	}
	tlsSettings, err := config.TLS()
	if err != nil {
		return nil, err //nolint:wrapcheck // explain distinguishes errors
	}
	c := &cloud{settings: s, config: config, record: &record{next: o.network(tlsSettings)}}
	c.bare = c.client(nil)
	session := c.newSession()
	c.session = c.client(session.Transport)
	plain := tlsSettings.Clone()
	plain.Certificates, plain.GetClientCertificate = nil, nil // a credential never goes to a link's host
	c.files = &http.Client{
		Transport:     o.network(plain),
		Timeout:       time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if c.endpoint, err = session.Endpoint(ctx); err != nil {
		return nil, err //nolint:wrapcheck // explain distinguishes errors
	}
	c.login = c.findLogin()
	return c, nil
}

// client sends one attempt: an answer that a retry would hide is evidence too.
func (c *cloud) client(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
	out := transport.New(transport.Options{Base: c.record, UserAgent: "terraform-provider-rds-assume"})
	return out.Client(transport.Rules{Wrap: wrap})
}

func (c *cloud) newSession() *identity.Session {
	return identity.NewSession(c.config, c.client)
}

// call describes a request to RDS or IAM.
type call struct {
	client      *http.Client
	method, url string
	token       string // X-Auth-Token, besides what the client adds
	contentType string // "": application/json where there is a body
	body        string
}

// send returns the answer as it came over the wire. One that is not about the question, because something is
// out of order or wants to be left alone, is an error.
func (c *cloud) send(ctx context.Context, what call) (exchange, error) {
	before := len(c.record.exchanges())
	var body io.Reader
	if what.body != "" {
		body = strings.NewReader(what.body)
	}
	req, err := http.NewRequestWithContext(ctx, what.method, what.url, body)
	if err != nil {
		return exchange{}, fmt.Errorf("building the request: %w", err)
	}
	if what.body != "" && what.contentType == "" {
		what.contentType = "application/json"
	}
	for name, value := range map[string]string{"Content-Type": what.contentType, "X-Auth-Token": what.token, "X-Language": "en-us"} {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	resp, err := what.client.Do(req)
	if err == nil {
		_ = resp.Body.Close() // it is a buffer
	}
	// A refusal may come back as an error of the layers above; the record has it in any case.
	after := c.record.exchanges()
	if len(after) == before {
		return exchange{}, fmt.Errorf("there was no answer: %w", withoutURL(err))
	}
	last := after[len(after)-1]
	last.secrets = c.secrets()
	if last.status == http.StatusTooManyRequests || last.status >= http.StatusInternalServerError {
		return exchange{}, fmt.Errorf("the cloud answered %s", last)
	}
	return last, nil
}

// rds is a URL of RDS in a project.
func (c *cloud) rds(projectID string, path ...string) string {
	base := strings.TrimSuffix(c.endpoint.URL.String(), c.endpoint.ProjectID)
	return base + projectID + "/" + strings.Join(path, "/")
}

func (c *cloud) jobs(projectID, id string) string {
	return c.rds(projectID, "jobs") + "?id=" + url.QueryEscape(id)
}

// login is a token of the caller's, and IAM's answer about it.
type login struct {
	value   string // the token
	asked   exchange
	base    string // of IAM: https://…/v3
	methods []string
	details tokenDetails
}

type tokenDetails struct {
	ExpiresAt time.Time `json:"expires_at"`
	IssuedAt  time.Time `json:"issued_at"`
	User      named     `json:"user"`
	Project   named     `json:"project"`
	Catalog   []service `json:"catalog"`
}

type named struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Domain struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"domain"`
}

type service struct {
	Type      string `json:"type"`
	Endpoints []struct {
		URL string `json:"url"`
	} `json:"endpoints"`
}

// findLogin looks for the last token that IAM issued, or described where the user brought one.
func (c *cloud) findLogin() *login {
	var found *login
	for _, e := range c.record.exchanges() {
		base, ok := strings.CutSuffix(e.url.Scheme+"://"+e.url.Host+e.url.Path, "/auth/tokens")
		if !ok || e.status > 299 {
			continue
		}
		l := &login{value: e.header.Get("X-Subject-Token"), asked: e, base: base}
		if e.method == http.MethodGet {
			l.value = e.requestHeader.Get("X-Subject-Token")
		}
		if details, err := readToken(e.body); err == nil {
			l.details = details
		}
		l.methods = methodsOf(e.requestBody)
		found = l
	}
	return found
}

func readToken(body []byte) (tokenDetails, error) {
	var answer struct {
		Token tokenDetails `json:"token"`
	}
	if err := json.NewDecoder(bytes.NewReader(body)).Decode(&answer); err != nil {
		return tokenDetails{}, fmt.Errorf("the token's description is not what it should be: %w", err)
	}
	return answer.Token, nil
}

func methodsOf(loginBody []byte) []string {
	var request struct {
		Auth struct {
			Identity struct {
				Methods []string `json:"methods"`
			} `json:"identity"`
		} `json:"auth"`
	}
	_ = json.Unmarshal(loginBody, &request) // a GET has none
	return request.Auth.Identity.Methods
}

// withoutSecrets makes evidence fit to be shown and passed on: one line, without a credential, a token or a link's
// query.
func (c *cloud) withoutSecrets(text string) string {
	text = apierror.Without(c.secrets(), text)
	for _, link := range c.export.links() {
		if _, query, ok := strings.Cut(link, "?"); ok {
			text = strings.ReplaceAll(text, query, apierror.Hidden)
		}
	}
	return apierror.Printable(text)
}

// secrets are the caller's, and the tokens that were issued. Shorter ones than 4 bytes would tear words apart.
func (c *cloud) secrets() []string {
	secrets := []string{c.config.Token, c.config.Password, c.config.Passcode, c.config.SecretKey, c.config.SecurityToken, c.config.Key}
	for _, e := range c.record.exchanges() {
		secrets = append(secrets, e.header.Get("X-Subject-Token"))
	}
	return slices.DeleteFunc(secrets, func(secret string) bool { return len(secret) < 4 })
}

// withoutURL takes off the layer in which net/http repeats the whole URL.
func withoutURL(err error) error {
	if layer, ok := err.(*url.Error); ok { //nolint:errorlint // only the outermost layer repeats it
		return layer.Err
	}
	return err
}
