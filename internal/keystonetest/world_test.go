//go:build keystone

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package keystonetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
)

// The world that Seed makes: an account with two users who log in by password, one user with MFA, and three projects.
// Names are shaped like the cloud's.
const (
	DomainName = "OTC-EU-DE-00000000001000054321"

	UserName    = "oncall"
	MFAUserName = "oncall-mfa"
	// OtherUserName is a user whose password a test may change. Keystone counts in whole seconds then: it refuses
	// tokens too that the user gets in the same second after the change, so that no other test may be in need of this
	// user.
	OtherUserName = "night-shift"
	// Password is that of all users.
	Password = "Keyst0ne-Passw0rd-5e2b"

	// ProjectName and SecondProjectName are open to all users, ClosedProjectName to none.
	ProjectName       = "eu-de_orders"
	SecondProjectName = "eu-de_invoices"
	ClosedProjectName = "eu-de_salaries"
)

// MFASecret is in the MFA user's virtual device.
var MFASecret = []byte("12345678901234567890")

// World holds the ids that Keystone made up.
type World struct {
	DomainID, UserID, MFAUserID, OtherUserID    string
	ProjectID, SecondProjectID, ClosedProjectID string
	serviceID                                   string
}

// Seed makes the world. rds is the base URL of the RDS in region eu-de.
func (k *Keystone) Seed(tb testing.TB, rds string) World {
	tb.Helper()
	w := World{DomainID: k.create(tb, "domain", map[string]any{"name": DomainName})}
	project := func(name string) string {
		return k.create(tb, "project", map[string]any{"name": name, "domain_id": w.DomainID})
	}
	w.ProjectID, w.SecondProjectID, w.ClosedProjectID = project(ProjectName), project(SecondProjectName), project(ClosedProjectName)
	w.UserID = k.create(tb, "user", map[string]any{"name": UserName, "domain_id": w.DomainID, "password": Password})
	w.OtherUserID = k.create(tb, "user", map[string]any{"name": OtherUserName, "domain_id": w.DomainID, "password": Password})
	w.MFAUserID = k.create(tb, "user", map[string]any{
		"name": MFAUserName, "domain_id": w.DomainID, "password": Password,
		"options": map[string]any{"multi_factor_auth_enabled": true, "multi_factor_auth_rules": [][]string{{"password", "totp"}}},
	})
	k.create(tb, "credential", map[string]any{"type": "totp", "user_id": w.MFAUserID, "blob": deviceKey(MFASecret)})
	role := k.roleID(tb, "member")
	for _, user := range []string{w.UserID, w.OtherUserID, w.MFAUserID} {
		for _, project := range []string{w.ProjectID, w.SecondProjectID} {
			k.call(tb, http.MethodPut, "/projects/"+project+"/users/"+user+"/roles/"+role, nil, nil)
		}
	}
	w.serviceID = k.create(tb, "service", map[string]any{"type": "rdsv3", "name": "rdsv3"})
	k.AddRegion(tb, w, "eu-de", rds)
	return w
}

// AddRegion puts one more RDS into the catalogue.
func (k *Keystone) AddRegion(tb testing.TB, w World, region, rds string) {
	tb.Helper()
	k.create(tb, "region", map[string]any{"id": region})
	k.create(tb, "endpoint", map[string]any{
		"service_id": w.serviceID, "interface": "public", "region_id": region, "url": rds + "/v3/$(project_id)s",
	})
}

// SetPassword gives a user another password. Keystone revokes the user's tokens with it. It may be called from any
// goroutine.
func (k *Keystone) SetPassword(ctx context.Context, userID, password string) error {
	return k.done(k.send(ctx, http.MethodPatch, "/users/"+userID, nil, map[string]any{"user": map[string]any{"password": password}}))
}

// Revoke makes a token bad. It may be called from any goroutine.
func (k *Keystone) Revoke(ctx context.Context, token string) error {
	return k.done(k.send(ctx, http.MethodDelete, "/auth/tokens", http.Header{"X-Subject-Token": {token}}, nil))
}

// Validate asks Keystone whether a token is good, and for which project. It fits the simulator's WithTokenValidator.
func (k *Keystone) Validate(ctx context.Context, token string) (projectID string, ok bool) {
	resp, err := k.send(ctx, http.MethodGet, "/auth/tokens?nocatalog", http.Header{"X-Subject-Token": {token}}, nil)
	if err != nil {
		return "", false
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Token struct{ Project struct{ ID string } }
	}
	if resp.StatusCode != http.StatusOK || json.NewDecoder(resp.Body).Decode(&answer) != nil {
		return "", false
	}
	return answer.Token.Project.ID, answer.Token.Project.ID != ""
}

// Login is who a token is for. Without ProjectName it is for no project.
type Login struct{ UserName, Password, DomainName, ProjectName string }

// Login asks for a token with a request of its own, not with the provider's.
func (k *Keystone) Login(tb testing.TB, l Login) string {
	tb.Helper()
	domain := map[string]any{"name": l.DomainName}
	auth := map[string]any{"identity": map[string]any{
		"methods":  []string{"password"},
		"password": map[string]any{"user": map[string]any{"name": l.UserName, "password": l.Password, "domain": domain}},
	}}
	if l.ProjectName != "" {
		auth["scope"] = map[string]any{"project": map[string]any{"name": l.ProjectName, "domain": domain}}
	}
	resp, err := k.send(tb.Context(), http.MethodPost, "/auth/tokens", nil, map[string]any{"auth": auth})
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		tb.Fatalf("Keystone answered the login of %s with %s", l.UserName, resp.Status)
	}
	return resp.Header.Get("X-Subject-Token")
}

// create makes one thing and returns its id.
func (k *Keystone) create(tb testing.TB, kind string, what map[string]any) string {
	tb.Helper()
	var made map[string]struct{ ID string }
	k.call(tb, http.MethodPost, "/"+kind+"s", map[string]any{kind: what}, &made)
	if made[kind].ID == "" {
		tb.Fatalf("Keystone made no %s", kind)
	}
	return made[kind].ID
}

func (k *Keystone) roleID(tb testing.TB, name string) string {
	tb.Helper()
	var list struct{ Roles []struct{ ID string } }
	k.call(tb, http.MethodGet, "/roles?name="+name, nil, &list)
	if len(list.Roles) != 1 {
		tb.Fatalf("%d roles are called %s", len(list.Roles), name)
	}
	return list.Roles[0].ID
}

// call sends a request in the administrator's name and decodes the answer.
func (k *Keystone) call(tb testing.TB, method, path string, body, into any) {
	tb.Helper()
	resp, err := k.send(tb.Context(), method, path, nil, body)
	if into == nil {
		err = k.done(resp, err)
	} else if err == nil {
		defer func() { _ = resp.Body.Close() }()
		err = json.NewDecoder(resp.Body).Decode(into)
	}
	if err != nil {
		tb.Fatal(fmt.Errorf("%s %s: %w", method, path, err))
	}
}

// done wants an answer to be a success.
func (k *Keystone) done(resp *http.Response, err error) error {
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode < http.StatusMultipleChoices {
		return nil
	}
	text, err := io.ReadAll(resp.Body)
	return errors.Join(fmt.Errorf("Keystone answered %s: %s", resp.Status, text), err)
}

func (k *Keystone) send(ctx context.Context, method, path string, header http.Header, body any) (*http.Response, error) {
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return nil, err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, k.AuthURL+path, &content)
	if err != nil {
		return nil, err
	}
	if header != nil {
		req.Header = header
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Auth-Token", k.admin)
	return http.DefaultClient.Do(req)
}
