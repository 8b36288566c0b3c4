// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"slices"
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

// agencyReference: xrole_name is the older name of agency_name; the cloud's public clients still send it.
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
	// Assumption 3. Wrong name, wrong domain and wrong password look alike.
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
		badLogin("Content-Type must be application/json.").writeIAM(w)
		return
	}
	if err := json.Unmarshal(readBody(r), &request); err != nil {
		badLogin("The request body is no JSON.").writeIAM(w)
		return
	}
	granted, refused := s.grant(r, &request)
	if refused != nil {
		refused.write(w)
		return
	}
	token := s.issue(granted)
	w.Header().Set("X-Subject-Token", token)
	writeJSON(w, s.options.loginStatus, s.describe(granted, r.URL.Query().Has("nocatalog")))
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

// identify finds out who logs in.
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
		// Assumption 5. A token made from a token lives no longer than that.
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

// byAgency lets the caller, who is known by a token or a signature, into the account that trusts it. Assumption 6.
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

// scopeTo gives the grant its project. Without a scope, or with a domain's, it has none.
func (g *grant) scopeTo(to *scope) *problem {
	switch {
	case to == nil:
		return nil
	case to.Project != nil:
		// Assumption 7. Without a domain, the name is looked for in the account that the login is for.
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
