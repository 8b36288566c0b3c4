// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// started runs the program until the test's end and returns what it printed first.
func started(t *testing.T, args ...string) (text string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, args, &firstWrite{w: writer}, io.Discard)
		_ = writer.Close()
	}()
	greeting, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(greeting), func() error { cancel(); return <-ended }
}

// firstWrite passes a greeting on up to its last line, and closes: what comes at the end is of no interest.
type firstWrite struct {
	w    *io.PipeWriter
	text bytes.Buffer
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.text.Write(p)
	if strings.Contains(f.text.String(), "before in03\n") {
		_, _ = f.w.Write(f.text.Bytes())
		_ = f.w.Close()
		f.text.Reset()
	}
	return len(p), nil
}

func TestRun(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	text, stop := started(t, "-export", "13s", "-link-life", "1m", "-ready-file", ready)
	m := regexp.MustCompile(`^The simulated cloud listens at (http://127\.0\.0\.1:\d+)\nAn export takes 13s, a link works for 1m0s\.`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("it greets with:\n%s", text)
	}
	for _, line := range []string{
		"  export OS_AUTH_URL=" + m[1] + "/v3\n", "  export OS_PASSWORD=" + rdssim.Password + "\n",
		`    auth_url    = "` + m[1] + `/v3"`, `    instance_id = "` + rdssim.InstanceHealthy + `"`,
		"  " + rdssim.InstanceMySQL + "  is not PostgreSQL",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("%q is missing in:\n%s", line, text)
		}
	}
	if status := get(t, m[1]+"/v3", ""); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
	if url, err := os.ReadFile(ready); err != nil || string(url) != m[1]+"\n" {
		t.Errorf("ready file: %q, %v", url, err)
	}
	if err := stop(); err != nil {
		t.Errorf("it ends with %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(ready))
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
}

func get(t *testing.T, url, token string) int {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Auth-Token", token)
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	response, err := (&http.Client{Transport: transport}).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	return response.StatusCode
}

func TestWrongArguments(t *testing.T) {
	for _, test := range []struct{ arg, want string }{
		{"-export=-1s", "rdssim: -export must not be negative\n"},
		{"-link-life=-1s", "rdssim: -link-life must not be negative\n"},
		{"-rate=-1", "rdssim: -rate must not be negative\n"},
		{"-keystone=127.0.0.1:5000", "rdssim: -keystone must be a URL with http or https\n"},
		{"-keystone=ftp://127.0.0.1", "rdssim: -keystone must be a URL with http or https\n"},
		{"serve", "rdssim: \"serve\" is no flag; rdssim takes no arguments\n"},
		{"-export=soon", "invalid value \"soon\" for flag -export: parse error\n"},
		{"-fault=login", `invalid value "login" for flag -fault: it is not of the form KIND=WHAT or KIND=WHAT*TIMES`},
		{"-fault=logout=500", `invalid value "logout=500" for flag -fault: KIND must be one of login, iam.projects,`},
		{"-fault=login=200", `invalid value "login=200" for flag -fault: WHAT must be a status from 400 to 599, drop,`},
		{"-fault=login=fire", `invalid value "login=fire" for flag -fault: WHAT must be a status from 400 to 599, drop,`},
		{"-fault=login=500*0", `invalid value "login=500*0" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-fault=login=500*", `invalid value "login=500*" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-fault=login=500*-1", `invalid value "login=500*-1" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-unknown", "flag provided but not defined: -unknown\n"},
	} {
		var printed bytes.Buffer
		if err := run(t.Context(), []string{test.arg}, io.Discard, &printed); !errors.Is(err, errUsage) {
			t.Errorf("%s: got %v", test.arg, err)
		}
		if !strings.HasPrefix(printed.String(), test.want) {
			t.Errorf("%s: printed %q, want %q", test.arg, printed.String(), test.want)
		}
	}
	if err := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: got %v", err)
	}
}

func TestWhatItCannotDo(t *testing.T) {
	for _, test := range []struct{ arg, want string }{
		{"-addr=0.0.0.0:0", `start the simulator: address "0.0.0.0:0": only a loopback address, such as 127.0.0.1:0, is listened on`},
		{"-ready-file=" + filepath.Join(t.TempDir(), "missing", "ready"), "write the ready file: "},
	} {
		err := run(t.Context(), []string{test.arg}, io.Discard, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %s", test.arg, err, test.want)
		}
	}
}

func TestFaults(t *testing.T) {
	text, stop := started(t, "-fault", "all=503*2", "-fault", "iam.projects=429", "-fault", "iam.projects=html*always")
	defer func() { _ = stop() }()
	url := regexp.MustCompile(`http://\S+`).FindString(text) + "/v3/projects"
	for i, want := range []int{503, 503, 429, 200, 200, 200} {
		if got := get(t, url, ""); got != want {
			t.Errorf("call %d: got %d, want %d", i, got, want)
		}
	}
}

func TestFaultsByName(t *testing.T) {
	for what, whole := range map[string]bool{"drop": false, "half": false, "hang": false, "html": true, "slow": true, "500": true} {
		synctest.Test(t, func(t *testing.T) {
			s, err := parseSettings([]string{"-fault=all=" + what}, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if got := reads(t, s.cloud()); got != whole {
				t.Errorf("%s: the answer was whole: %v", what, got)
			}
		})
	}
}

// reads tells whether an answer can be read to its end within a minute.
func reads(t *testing.T, cloud *rdssim.Server) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, cloud.URL()+"/v3", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := cloud.Transport().RoundTrip(r)
	if err != nil {
		return false
	}
	defer func() { _ = response.Body.Close() }()
	_, err = io.Copy(io.Discard, response.Body)
	return err == nil
}

// TestKeystone: the program's RDS asks another identity server, played by a second simulator.
func TestKeystone(t *testing.T) {
	iam := rdssim.New()
	stopIAM, err := iam.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer stopIAM()
	text, stop := started(t, "-keystone", iam.AuthURL())
	defer func() { _ = stop() }()
	if want := "Tokens of " + iam.AuthURL() + " are good here too."; !strings.Contains(text, want) {
		t.Errorf("%q is missing in:\n%s", want, text)
	}
	base := regexp.MustCompile(`http://\S+`).FindString(text)
	job := base + "/v3/" + rdssim.ProjectID + "/jobs?id=x"

	token := login(t, iam, `,"scope":{"project":{"id":"`+rdssim.ProjectID+`"}}`)
	for _, step := range []struct {
		what  string
		token string
		want  int
	}{
		{"a token of the identity server", token, http.StatusBadRequest}, // no such job
		{"a token that nobody knows", "x", http.StatusUnauthorized},
		{"a token without a project", login(t, iam, ""), http.StatusUnauthorized},
	} {
		if got := get(t, job, step.token); got != step.want {
			t.Errorf("%s: got %d, want %d", step.what, got, step.want)
		}
	}
	iam.RevokeTokens()
	if got := get(t, job, token); got != http.StatusUnauthorized {
		t.Errorf("a revoked token: got %d", got)
	}
	stopIAM()
	if got := get(t, job, token); got != http.StatusUnauthorized {
		t.Errorf("no identity server: got %d", got)
	}
}

// TestKeystoneThatRedirects: a token goes to the identity server that the user named, and nowhere else.
func TestKeystoneThatRedirects(t *testing.T) {
	var asked atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, `{"token":{"project":{"id":"`+rdssim.ProjectID+`"}}}`)
	}))
	defer elsewhere.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		redirecting := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/v3/auth/tokens", status))
		text, stop := started(t, "-keystone", redirecting.URL+"/v3/")
		job := regexp.MustCompile(`http://\S+`).FindString(text) + "/v3/" + rdssim.ProjectID + "/jobs?id=x"
		if got := get(t, job, "t0ken"); got != http.StatusUnauthorized || asked.Load() != 0 {
			t.Errorf("%d: answered %d, the other server was asked %d times", status, got, asked.Load())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		redirecting.Close()
	}
}

// TestKeystoneThatVouchesForNothing: what is no 200 with a project's id makes no token good.
func TestKeystoneThatVouchesForNothing(t *testing.T) {
	const project = `{"token":{"project":{"id":"` + rdssim.ProjectID + `"}}}`
	for name, c := range map[string]struct {
		status int
		body   string
		want   int
	}{
		"good":            {200, project, http.StatusBadRequest}, // no such job
		"another project": {200, `{"token":{"project":{"id":"` + rdssim.RootProjectID + `"}}}`, http.StatusForbidden},
		"another status":  {203, project, http.StatusUnauthorized},
		"an error":        {401, project, http.StatusUnauthorized},
		"no project":      {200, `{"token":{}}`, http.StatusUnauthorized},
		"half":            {200, project[:20], http.StatusUnauthorized},
		"a page":          {200, "<html>", http.StatusUnauthorized},
		"nothing":         {200, "", http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			iam := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Method + " " + r.RequestURI + " " + r.Header.Get("X-Auth-Token") + " " + r.Header.Get("X-Subject-Token"); got != "GET /v3/auth/tokens?nocatalog t0ken t0ken" {
					t.Errorf("asked for %s", got)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer iam.Close()
			text, stop := started(t, "-keystone", iam.URL+"/v3/")
			defer func() { _ = stop() }()
			job := regexp.MustCompile(`http://\S+`).FindString(text) + "/v3/" + rdssim.ProjectID + "/jobs?id=x"
			if got := get(t, job, "t0ken"); got != c.want {
				t.Errorf("answered %d, want %d", got, c.want)
			}
		})
	}
}

func login(t *testing.T, iam *rdssim.Server, scope string) string {
	t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}}%s}}`,
		rdssim.UserID, rdssim.Password, scope)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, iam.AuthURL()+"/auth/tokens", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := iam.Transport().RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response.Header.Get("X-Subject-Token")
}
