// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// loginRequest is the body of POST /v3/auth/tokens.
type loginRequest struct {
	Auth struct {
		Identity struct {
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
		} `json:"identity"`
		Scope *scope `json:"scope"`
	} `json:"auth"`
}

type userReference struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Domain   *domainReference `json:"domain"`
	Password string           `json:"password"`
	Passcode string           `json:"passcode"`
}

type domainReference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
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
		ID     string           `json:"id"`
		Name   string           `json:"name"`
		Domain *domainReference `json:"domain"`
	} `json:"project"`
	Domain *domainReference `json:"domain"`
}

func (d *domainReference) matches(known domain) bool {
	return d != nil && (d.ID != "" && d.ID == known.id || d.ID == "" && d.Name == known.name)
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
	var request loginRequest
	if !isJSON(r) {
		badLogin("Content-Type must be application/json.").write(w)
		return
	}
	if err := json.Unmarshal(readBody(r), &request); err != nil {
		badLogin("The request body is not JSON.").write(w)
		return
	}
	granted, refused := s.grant(r, &request)
	if refused != nil {
		refused.write(w)
		return
	}
	token := s.issue(granted)
	w.Header().Set("X-Subject-Token", token)
	writeJSON(w, http.StatusCreated, s.describe(granted, r.URL.Query().Has("nocatalog")))
}

func (s *Server) grant(r *http.Request, request *loginRequest) (grant, *problem) {
	g, refused := s.identify(r, request)
	if refused != nil {
		return grant{}, refused
	}
	g.issued = s.now()
	if g.expires.IsZero() {
		g.expires = g.issued.Add(s.options.tokenLife)
	}
	g.methods = request.Auth.Identity.Methods
	refused = g.scopeTo(request.Auth.Scope)
	return g, refused
}

// identify returns who logs in.
func (s *Server) identify(r *http.Request, request *loginRequest) (grant, *problem) {
	identity := request.Auth.Identity
	switch methods := slices.Sorted(slices.Values(identity.Methods)); {
	case slices.Equal(methods, []string{"password"}) && identity.Password != nil:
		return byPassword(identity.Password.User, "")
	case slices.Equal(methods, []string{"password", "totp"}) && identity.Password != nil && identity.TOTP != nil:
		if identity.TOTP.User.ID == "" {
			return grant{}, badLogin("totp needs the user's id.") // Assumption 4.
		}
		if identity.Password.User.ID != "" && identity.Password.User.ID != identity.TOTP.User.ID {
			return grant{}, &wrongLogin
		}
		identity.Password.User.ID = identity.TOTP.User.ID
		return byPassword(identity.Password.User, identity.TOTP.User.Passcode)
	case slices.Equal(methods, []string{"token"}) && identity.Token != nil:
		known, ok := s.lookUp(identity.Token.ID)
		if !ok {
			return grant{}, &badToken
		}
		// Assumption 5.
		return grant{user: known.user, domain: known.user.domain, expires: known.expires}, nil
	case slices.Equal(methods, []string{"assume_role"}) && identity.AssumeRole != nil:
		return s.byAgency(r, *identity.AssumeRole)
	}
	return grant{}, badLogin("The identity must hold each of its methods: password, totp with password, token or assume_role.")
}

func byPassword(given userReference, passcode string) (grant, *problem) {
	for _, known := range users {
		if !given.names(known) {
			continue
		}
		if subtle.ConstantTimeCompare([]byte(given.Password), []byte(Password)) != 1 {
			return grant{}, &wrongLogin
		}
		if known.passcode != "" && passcode == "" {
			return grant{}, &needPasscode
		}
		if known.passcode != passcode {
			return grant{}, &wrongLogin
		}
		return grant{user: known, domain: known.domain}, nil
	}
	return grant{}, &wrongLogin
}

func (u userReference) names(known user) bool {
	if u.ID != "" {
		return u.ID == known.id
	}
	return u.Name == known.name && u.Domain.matches(known.domain)
}

// byAgency gives the caller, known by token or signature, access to the account that trusts it. Assumption 6.
func (s *Server) byAgency(r *http.Request, a agencyReference) (grant, *problem) {
	caller, refused := s.caller(r)
	if refused != nil {
		return grant{}, refused
	}
	name := a.AgencyName
	if name == "" {
		name = a.XRoleName
	}
	trusting := domainReference{ID: a.DomainID, Name: a.DomainName}
	if name != AgencyName || !trusting.matches(agencyDomain) || caller.domain != homeDomain {
		return grant{}, &noAgency
	}
	return grant{user: caller, domain: agencyDomain}, nil
}

// scopeTo sets the project of the grant. Without a scope, or with a domain as scope, it has none.
func (g *grant) scopeTo(to *scope) *problem {
	switch {
	case to == nil:
		return nil
	case to.Project != nil:
		// Assumption 7.
		if to.Project.ID == "" && to.Project.Domain != nil && !to.Project.Domain.matches(g.domain) {
			return &noProject
		}
		found, ok := findProject(g.domain, to.Project.ID, to.Project.Name)
		if !ok {
			return &noProject
		}
		g.project = &found
		return nil
	case to.Domain != nil && !to.Domain.matches(g.domain):
		return &noProject
	}
	return nil
}

// grant is what a token gives access to. project is nil if the token is for an account only.
type grant struct {
	methods         []string
	user            user
	domain          domain
	project         *project
	issued, expires time.Time
}

// issue makes a random token, which other servers do not know.
func (s *Server) issue(g grant) string {
	token := newToken(s.options.tokenSize)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = g
	return token
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
	var token strings.Builder
	token.WriteString("MII")
	seed := rand.Text()
	for line := 0; token.Len() < size; line++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", seed, line))
		token.WriteString((hex.EncodeToString(sum[:]) + TokenMark)[len(TokenMark):])
	}
	return token.String()[:size]
}
