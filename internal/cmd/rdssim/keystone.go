// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// keystoneValidator returns a function that asks an identity server for a token's project. It asks each time, because
// tokens can be revoked. If the server does not answer, the token is not good.
func keystoneValidator(authURL string) func(ctx context.Context, token string) (projectID string, ok bool) {
	tokens := strings.TrimSuffix(authURL, "/") + "/auth/tokens?nocatalog"
	client := &http.Client{
		Timeout:       10 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context, token string) (string, bool) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, tokens, nil)
		if err != nil {
			return "", false
		}
		// A user may look at the token of the request itself.
		request.Header.Set("X-Auth-Token", token)
		request.Header.Set("X-Subject-Token", token)
		response, err := client.Do(request)
		if err != nil {
			return "", false
		}
		defer func() { _ = response.Body.Close() }()
		var answer struct {
			Token struct {
				Project struct {
					ID string `json:"id"`
				} `json:"project"`
			} `json:"token"`
		}
		if response.StatusCode != http.StatusOK || json.NewDecoder(response.Body).Decode(&answer) != nil {
			return "", false
		}
		return answer.Token.Project.ID, answer.Token.Project.ID != ""
	}
}
