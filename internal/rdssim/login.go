// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// loginRequest is the body of POST /v3/auth/tokens.
type loginRequest struct {
	Auth struct {
		Identity identity `json:"identity"`
		Scope    scope    `json:"scope"`
	} `json:"auth"`
}

// identity is who logs in, for each of the methods.
type identity struct {
	Methods  []string `json:"methods"`
	Password *struct {
		User userReference `json:"user"`
	} `json:"password"`
	TOTP *struct {
		User userReference `json:"user"`
	} `json:"totp"`
	Token *struct {
		ID string `json:"id"`
	} `json:"token"`
	AssumeRole *agencyReference `json:"assume_role"`
}

type userReference struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Domain   *domain `json:"domain"`
	Password string  `json:"password"`
	Passcode string  `json:"passcode"`
}

// agencyReference also has xrole_name, the older name of agency_name, which public clients still send.
type agencyReference struct {
	DomainID   string `json:"domain_id"`
	DomainName string `json:"domain_name"`
	AgencyName string `json:"agency_name"`
	XRoleName  string `json:"xrole_name"`
}

type scope struct {
	Project *struct {
		ID     string  `json:"id"`
		Name   string  `json:"name"`
		Domain *domain `json:"domain"`
	} `json:"project"`
	Domain *domain `json:"domain"`
}

// names reports whether a request means the known account, by ID or by name.
func (d *domain) names(known domain) bool {
	return d != nil && (d.ID != "" && d.ID == known.ID || d.ID == "" && d.Name == known.Name)
}

var (
	// Assumption 3. A wrong name, domain or password gets the same answer.
	wrongLogin   = problem{http.StatusUnauthorized, "", "The username or password is wrong."}
	needPasscode = problem{http.StatusUnauthorized, "", "The user has MFA: methods must be password and totp."}
	badToken     = problem{http.StatusUnauthorized, "", "The token is invalid or has expired."}
	noProject    = problem{http.StatusUnauthorized, "", "Could not find the project of the scope, or the user may not work in it."}
	noAgency     = problem{http.StatusForbidden, "", "Could not find the agency, or it does not trust the caller's account."}
)

func badLogin(why string) *problem {
	return &problem{http.StatusBadRequest, "", why}
}

// login answers POST /v3/auth/tokens. Assumption 2.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	granted, refused := s.grant(r)
	if refused != nil {
		refused.write(w)
		return
	}
	token := newToken(s.options.tokenSize)
	s.mu.Lock()
	s.tokens[token] = granted
	s.mu.Unlock()
	w.Header().Set("X-Subject-Token", token)
	writeJSON(w, http.StatusCreated, s.describe(granted, r))
}

func (s *Server) grant(r *http.Request) (grant, *problem) {
	var request loginRequest
	if !isJSON(r) {
		return grant{}, badLogin("Content-Type must be application/json.")
	}
	if err := json.Unmarshal(readBody(r), &request); err != nil {
		return grant{}, badLogin("The request body is not JSON.")
	}
	g, refused := s.identify(r, request.Auth.Identity)
	if refused != nil {
		return grant{}, refused
	}
	g.methods = request.Auth.Identity.Methods
	g.issued = s.now()
	if g.expires.IsZero() {
		g.expires = g.issued.Add(s.options.tokenLife)
	}
	g.project, refused = request.Auth.Scope.project(g.domain)
	return g, refused
}

// identify returns who logs in.
func (s *Server) identify(r *http.Request, by identity) (grant, *problem) {
	switch methods := strings.Join(slices.Sorted(slices.Values(by.Methods)), " "); {
	case methods == "password" && by.Password != nil:
		return byPassword(by.Password.User, "")
	case methods == "password totp" && by.Password != nil && by.TOTP != nil:
		user, totp := by.Password.User, by.TOTP.User
		if totp.ID == "" {
			return grant{}, badLogin("totp needs the user's id.") // Assumption 4.
		}
		if user.ID != "" && user.ID != totp.ID {
			return grant{}, &wrongLogin
		}
		user.ID = totp.ID
		return byPassword(user, totp.Passcode)
	case methods == "token" && by.Token != nil:
		known, ok := s.lookUp(by.Token.ID)
		if !ok {
			return grant{}, &badToken
		}
		// Assumption 5.
		return grant{user: known.user, domain: known.user.Domain, expires: known.expires}, nil
	case methods == "assume_role" && by.AssumeRole != nil:
		return s.byAgency(r, *by.AssumeRole)
	}
	return grant{}, badLogin("The identity must hold each of its methods: password, totp with password, token or assume_role.")
}

func byPassword(given userReference, passcode string) (grant, *problem) {
	i := slices.IndexFunc(users, func(known user) bool {
		return given.ID == known.ID || given.ID == "" && given.Name == known.Name && given.Domain.names(known.Domain)
	})
	switch {
	case i < 0 || given.Password != Password:
		return grant{}, &wrongLogin
	case users[i].passcode != "" && passcode == "":
		return grant{}, &needPasscode
	case users[i].passcode != passcode:
		return grant{}, &wrongLogin
	}
	return grant{user: users[i], domain: users[i].Domain}, nil
}

// byAgency gives the caller, known by token or signature, access to the account that trusts it. Assumption 6.
func (s *Server) byAgency(r *http.Request, a agencyReference) (grant, *problem) {
	caller, refused := s.caller(r)
	if refused != nil {
		return grant{}, refused
	}
	trusting := &domain{a.DomainID, a.DomainName}
	if cmp.Or(a.AgencyName, a.XRoleName) != AgencyName || !trusting.names(agencyDomain) {
		return grant{}, &noAgency
	}
	return grant{user: caller.user, domain: agencyDomain}, nil
}

// project returns the project that a login asks for. Without a scope, or with a domain as scope, its ID is empty.
func (to scope) project(of domain) (project, *problem) {
	if to.Project == nil {
		if to.Domain != nil && !to.Domain.names(of) {
			return project{}, &noProject
		}
		return project{}, nil
	}
	found := findProject(of, to.Project.ID, to.Project.Name)
	// Assumption 7.
	if found.ID == "" || to.Project.ID == "" && to.Project.Domain != nil && !to.Project.Domain.names(of) {
		return project{}, &noProject
	}
	return found, nil
}

// grant is what a token gives access to. The project's ID is empty if the token is for an account only.
type grant struct {
	methods         []string
	user            user
	domain          domain
	project         project
	issued, expires time.Time
}

// lookUp returns the grant of a token that has not expired.
func (s *Server) lookUp(token string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tokens[token]
	return g, ok && s.now().Before(g.expires)
}

// RevokeTokens revokes all tokens.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// newToken returns a token that looks like the cloud's. It holds TokenMark every 64 characters.
func newToken(size int) string {
	sum := sha256.Sum256([]byte(rand.Text()))
	line := hex.EncodeToString(sum[:])[len(TokenMark):] + TokenMark
	return ("MII" + strings.Repeat(line, size/len(line)+1))[:size]
}
