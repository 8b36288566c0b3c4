// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Names that nobody has, for questions about what does not exist.
const (
	nobody        = "nobody-asks-as-this-user"
	nowhere       = "no-such-project-anywhere"
	noAgency      = "no-such-agency-anywhere"
	noProjectID   = "00000000000000000000000000000000"
	noInstanceID  = "00000000000000000000000000000000in03"
	noJobID       = "00000000-0000-0000-0000-000000000000"
	noToken       = "not-a-token"
	withoutLogin  = "the caller has no token from IAM here: log in by password to ask it"
	agencyIsOther = "the caller works in another account, through an agency: log in without it to ask it"
)

// object is JSON that is being written.
type object map[string]any

func (o object) String() string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err) // it holds maps, slices and strings only
	}
	return string(text)
}

// logIn sends a login of its own. header adds the caller's token where asToken is set.
func (c *cloud) logIn(ctx context.Context, identity, scope object, asToken bool) (exchange, error) {
	auth := object{"identity": identity}
	if scope != nil {
		auth["scope"] = scope
	}
	what := call{client: c.bare, method: http.MethodPost, url: c.login.base + "/auth/tokens", body: object{"auth": auth}.String()}
	if asToken {
		what.token = c.login.value
	}
	return c.send(ctx, what)
}

// byToken is the method that makes a token from the caller's.
func (c *cloud) byToken() object {
	return object{"methods": []string{"token"}, "token": object{"id": c.login.value}}
}

func askToken(_ context.Context, c *cloud) finding {
	if c.login == nil || c.login.asked.method != http.MethodPost {
		return cannot(withoutLogin)
	}
	details, life := c.login.details, c.login.details.ExpiresAt.Sub(c.login.details.IssuedAt)
	seen := []any{c.login.asked.status, len(c.login.value), life.Round(time.Second)}
	const text = "the login was answered %d, with %d bytes in X-Subject-Token; the token lives %s"
	switch {
	case c.login.asked.status != http.StatusCreated, c.login.value == "", details.IssuedAt.IsZero(), (life - 24*time.Hour).Abs() > time.Minute:
		return no(text, seen...)
	case len(c.login.value) < 1_000 || len(c.login.value) > 50_000: // about
		return no(text, seen...)
	}
	return yes(text, seen...)
}

func askWrongLogins(ctx context.Context, c *cloud) finding {
	if c.login == nil {
		return cannot(withoutLogin)
	}
	byPassword := func(domain object) object {
		user := object{"name": nobody, "password": nobody, "domain": domain}
		return object{"methods": []string{"password"}, "password": object{"user": user}}
	}
	user, err := c.logIn(ctx, byPassword(object{"id": c.login.details.User.Domain.ID}), nil, false)
	if err != nil {
		return cannot("%v", err)
	}
	domain, err := c.logIn(ctx, byPassword(object{"name": nowhere}), nil, false)
	if err != nil {
		return cannot("%v", err)
	}
	scope := object{"project": object{"name": nowhere, "domain": object{"id": c.login.details.User.Domain.ID}}}
	project, err := c.logIn(ctx, c.byToken(), scope, false)
	if err != nil {
		return cannot("%v", err)
	}
	seen := []any{user, domain, project}
	const text = "unknown user: %s; unknown domain: %s; unknown project: %s; a wrong password was not tried, a few lock the user"
	said := func(e exchange) string { return e.refusal().Message }
	all401 := !slices.ContainsFunc([]exchange{user, domain, project}, func(e exchange) bool { return e.status != http.StatusUnauthorized })
	if !all401 || said(user) != said(domain) || said(user) == said(project) {
		return no(text, seen...)
	}
	return partly(text, seen...)
}

func askPasscode(_ context.Context, c *cloud) finding {
	if c.login == nil || !slices.Contains(c.login.methods, "totp") {
		return cannot("log in as a user with MFA, by OS_USER_ID, OS_PASSWORD and OS_PASSCODE, to ask it")
	}
	var request struct {
		Auth struct {
			Identity struct {
				TOTP struct {
					User map[string]string `json:"user"`
				} `json:"totp"`
			} `json:"identity"`
		} `json:"auth"`
	}
	_ = json.Unmarshal(c.login.asked.requestBody, &request) // it was written here
	if user := request.Auth.Identity.TOTP.User; user["id"] == "" || user["passcode"] == "" {
		return cannot("this login went another way")
	}
	return yes("the login was answered %d", c.login.asked.status)
}

func askTokenOfToken(ctx context.Context, c *cloud) finding {
	if c.login == nil {
		return cannot(withoutLogin)
	}
	if c.config.AgencyName != "" {
		return cannot(agencyIsOther)
	}
	child, err := c.logIn(ctx, c.byToken(), nil, false)
	if err != nil {
		return cannot("%v", err)
	}
	details, err := readToken(child.body)
	if child.status > 299 || err != nil {
		return no("a token was asked for with a token: %s", child)
	}
	if !details.ExpiresAt.Equal(c.login.details.ExpiresAt) {
		return no("the first ends at %s, the one made from it at %s",
			c.login.details.ExpiresAt.Format(time.RFC3339), details.ExpiresAt.Format(time.RFC3339))
	}
	return yes("both end at %s", details.ExpiresAt.Format(time.RFC3339))
}

func askAgency(ctx context.Context, c *cloud) finding {
	if c.login == nil {
		return cannot(withoutLogin)
	}
	who := object{"domain_id": c.login.details.User.Domain.ID, "agency_name": noAgency}
	e, err := c.logIn(ctx, object{"methods": []string{"assume_role"}, "assume_role": who}, nil, true)
	if err != nil {
		return cannot("%v", err)
	}
	if e.status != http.StatusForbidden {
		return no("unknown agency: %s", e)
	}
	if slices.Contains(c.login.methods, "assume_role") {
		return yes("unknown agency: %s; the agency of this caller let it in", e)
	}
	return partly("unknown agency: %s; one that exists was not tried", e)
}

func askProjectByName(ctx context.Context, c *cloud) finding {
	if c.login == nil || c.login.details.Project.Name == "" {
		return cannot(withoutLogin)
	}
	if c.config.AgencyName != "" {
		return cannot(agencyIsOther)
	}
	e, err := c.logIn(ctx, c.byToken(), object{"project": object{"name": c.login.details.Project.Name}}, false)
	if err != nil {
		return cannot("%v", err)
	}
	details, err := readToken(e.body)
	if e.status > 299 || err != nil || details.Project.ID != c.login.details.Project.ID {
		return no("asked for project %s without a domain: %s, project %q", c.login.details.Project.Name, e, details.Project.ID)
	}
	return yes("project %s was found without a domain", c.login.details.Project.Name)
}

func askCatalogue(ctx context.Context, c *cloud) finding {
	if c.login == nil {
		return cannot(withoutLogin)
	}
	if c.config.AgencyName != "" {
		return cannot(agencyIsOther)
	}
	scoped, found := rdsURL(c.login.details.Catalog)
	if !found || !strings.HasSuffix(scoped, "/"+c.login.details.Project.ID) {
		return no("with a project, the catalogue has rdsv3 at %q", scoped)
	}
	e, err := c.logIn(ctx, c.byToken(), nil, false)
	if err != nil {
		return cannot("%v", err)
	}
	details, err := readToken(e.body)
	if e.status > 299 || err != nil {
		return cannot("no token without a project was to be had: %s", e)
	}
	if bare, found := rdsURL(details.Catalog); found {
		return no("with a project, the catalogue has rdsv3 at %s; without one, at %s", scoped, bare)
	}
	return yes("with a project, the catalogue has rdsv3 at %s; without one, it has no rdsv3 among %d services", scoped, len(details.Catalog))
}

// rdsURL finds RDS in a catalogue.
func rdsURL(catalogue []service) (address string, found bool) {
	for _, s := range catalogue {
		if s.Type == "rdsv3" && len(s.Endpoints) > 0 {
			return s.Endpoints[0].URL, true
		}
	}
	return "", false
}

func askSignedCatalogue(_ context.Context, c *cloud) finding {
	for _, e := range c.record.exchanges() {
		id := e.requestHeader.Get("X-Project-Id")
		if !strings.HasSuffix(e.url.Path, "/auth/catalog") || e.requestHeader.Get("Authorization") == "" || id == "" {
			continue
		}
		var answer struct {
			Catalog []service `json:"catalog"`
		}
		_ = json.Unmarshal(e.body, &answer) // what can't be read has no RDS in it
		address, _ := rdsURL(answer.Catalog)
		if e.status != http.StatusOK || !strings.HasSuffix(address, "/"+id) {
			return no("the catalogue, asked for project %s: %s, rdsv3 at %q", id, e, address)
		}
		return yes("the catalogue, asked for project %s, has rdsv3 at %s", id, address)
	}
	return cannot("use AK/SK without OS_RDS_ENDPOINT_OVERRIDE to ask it")
}
