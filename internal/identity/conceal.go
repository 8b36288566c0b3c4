// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// concealAttempts returns a RoundTripper for requests to the identity service that takes secrets out of what is said
// in place of a success, before anybody can show it or cut it short: the configuration's, and the tokens that went
// with the request. It belongs below whatever retries.
func (c Config) concealAttempts(next http.RoundTripper) http.RoundTripper {
	return concealing{config: c, next: next}
}

type concealing struct {
	config Config
	next   http.RoundTripper
}

func (c concealing) RoundTrip(req *http.Request) (*http.Response, error) {
	secrets := c.config.secrets(req.Header.Get("X-Auth-Token"), req.Header.Get("X-Subject-Token"))
	resp, err := c.next.RoundTrip(req)
	if err != nil {
		return nil, concealError(err, secrets)
	}
	issued := resp.Header.Values(subjectToken) // the one header that is meant to hold a secret
	concealHeader(resp.Header, append(secrets, c.config.secrets(issued...)...))
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		concealBody(resp, secrets)
	}
	return resp, nil
}

const subjectToken = "X-Subject-Token"

// concealHeader takes secrets out of an answer's headers.
func concealHeader(header http.Header, secrets []string) {
	for name, values := range header {
		if name == subjectToken {
			continue
		}
		for i := range values {
			values[i] = apierror.Without(secrets, values[i])
		}
	}
}

// concealBody takes secrets out of an answer's body, as they are and as JSON writes them. What stands below bounds
// the answer and holds it in memory.
func concealBody(resp *http.Response, secrets []string) {
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close() // all that will come has come
	for _, secret := range secrets {
		for _, form := range [][]byte{[]byte(secret), quoted(secret, true), quoted(secret, false)} {
			body = bytes.ReplaceAll(body, form, []byte(apierror.Hidden))
		}
	}
	rest := io.Reader(http.NoBody)
	if err != nil {
		rest = failing{err}
	}
	resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), rest))
}

// quoted is a text as it stands between the quotes of a JSON string.
func quoted(text string, forHTML bool) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(forHTML)
	if err := encoder.Encode(text); err != nil { // cannot be: it is a string
		return []byte(text)
	}
	return bytes.Trim(bytes.TrimSuffix(b.Bytes(), []byte("\n")), `"`)
}

// concealError takes secrets out of a reason that repeats what a server sent, where that was no HTTP, before it is
// cut to its length.
func concealError(err error, secrets []string) error {
	var place *transport.Error
	if !errors.As(err, &place) {
		return err
	}
	text := place.Err.Error()
	if safe := apierror.Without(secrets, text); safe != text {
		return &transport.Error{Method: place.Method, URL: place.URL, Err: scrubbed{place.Err, safe}}
	}
	return err
}
