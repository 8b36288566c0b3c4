// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// grant is what a token stands for. project is nil for a token that is good for an account only.
type grant struct {
	methods         []string
	user            user
	domain          domain
	project         *project
	issued, expires time.Time
}

// issue makes a token. Each is new and unguessable, also between servers: a token of one cloud is unknown to another.
func (s *Server) issue(g grant) string {
	token := newToken(s.options.tokenSize)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens[token] = g
	return token
}

// lookUp returns what a token stands for, as long as it is good.
func (s *Server) lookUp(token string) (grant, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tokens[token]
	return g, ok && s.now().Before(g.expires)
}

// RevokeTokens makes all tokens bad that were issued so far.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.tokens)
}

// newToken looks like the cloud's: "MII" and letters, a whole signed document. TokenMark stands in it every 64
// characters.
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
