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
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

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
