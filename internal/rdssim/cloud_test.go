// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// clock is a clock that tests move. It begins at the time of the API page's example.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// cloud is a simulator, its clock and a client of it, in process.
type cloud struct {
	*rdssim.Server
	t      *testing.T
	clock  *clock
	client *http.Client
}

func newCloud(t *testing.T, options ...rdssim.Option) *cloud {
	t.Helper()
	c := &clock{now: time.Date(2020, 5, 15, 8, 6, 14, 589_000_000, time.UTC)}
	s := rdssim.New(append([]rdssim.Option{rdssim.WithClock(c.Now)}, options...)...)
	return &cloud{s, t, c, &http.Client{
		Transport:     s.Transport(),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is an answer with its body.
type answer struct {
	status int
	header http.Header
	body   string
}

func (c *cloud) try(r *http.Request) (answer, error) {
	response, err := c.client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, string(body)}, err
}

func (c *cloud) do(r *http.Request) answer {
	c.t.Helper()
	a, err := c.try(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", r.Method, r.URL, err)
	}
	return a
}

// request returns a request. headers are name, value, name, value.
func (c *cloud) request(method, path, body string, headers ...string) *http.Request {
	c.t.Helper()
	if !strings.Contains(path, "://") {
		path = c.URL() + path
	}
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(context.WithoutCancel(c.t.Context()), method, path, reader)
	if err != nil {
		c.t.Fatal(err)
	}
	for pair := range slices.Chunk(headers, 2) {
		r.Header.Set(pair[0], pair[1])
	}
	return r
}

const passwordLogin = `{"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"` + rdssim.UserName +
	`","password":"` + rdssim.Password + `","domain":{"name":"` + rdssim.DomainName + `"}}}},` +
	`"scope":{"project":{"name":"` + rdssim.ProjectName + `"}}}}`

func (c *cloud) tryLogin(body string, headers ...string) answer {
	c.t.Helper()
	return c.do(c.request(http.MethodPost, "/v3/auth/tokens", body, append([]string{"Content-Type", "application/json"}, headers...)...))
}

func (c *cloud) login() string {
	c.t.Helper()
	return c.loginWith(passwordLogin)
}

func (c *cloud) loginWith(body string, headers ...string) string {
	c.t.Helper()
	a := c.tryLogin(body, headers...)
	if a.status != http.StatusCreated {
		c.t.Fatalf("login: expected 201, got %d %s", a.status, a.body)
	}
	return a.header.Get("X-Subject-Token")
}

func errorLogPath(instance string) string {
	return "/v3/" + rdssim.ProjectID + "/instances/" + instance + "/errorlog-download"
}

// ask calls errorlog-download.
func (c *cloud) ask(token, instance string) answer {
	c.t.Helper()
	return c.do(c.request(http.MethodPost, errorLogPath(instance), "", "X-Auth-Token", token))
}

// links is errorlog-download's answer, with what may be null as pointers.
type links struct {
	List []struct {
		WorkflowID string  `json:"workflow_id"`
		FileName   string  `json:"file_name"`
		Status     string  `json:"status"`
		FileSize   *string `json:"file_size"`
		FileLink   *string `json:"file_link"`
		CreateAt   int64   `json:"create_at"`
		UpdateAt   *int64  `json:"update_at"`
	} `json:"list"`
	Status string `json:"status"`
	Count  int    `json:"count"`
}

func (c *cloud) links(token, instance string) links {
	c.t.Helper()
	a := c.ask(token, instance)
	if a.status != http.StatusOK {
		c.t.Fatalf("errorlog-download of %s: expected 200, got %d %s", instance, a.status, a.body)
	}
	return decode[links](c.t, a.body)
}

func decode[T any](t *testing.T, body string) T {
	t.Helper()
	var value T
	decoder := json.NewDecoder(bytes.NewReader([]byte(body)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return value
}

// wantAnswer compares status and body. {id} in the body means the answer's request ID.
func wantAnswer(t *testing.T, got answer, status int, body string) {
	t.Helper()
	body = strings.ReplaceAll(body, "{id}", got.header.Get("X-Request-Id"))
	if want, got := fmt.Sprint(status, " ", body), fmt.Sprint(got.status, " ", got.body); got != want {
		t.Errorf("expected %s\ngot      %s", want, got)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: expected %v, got %v", what, want, got)
	}
}
