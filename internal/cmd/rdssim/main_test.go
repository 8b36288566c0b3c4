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

// started runs the program until stop is called and returns its greeting.
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

// firstWrite passes the greeting on, up to its last line.
type firstWrite struct {
	w    *io.PipeWriter
	text bytes.Buffer
}

func (f *firstWrite) Write(p []byte) (int, error) {
	f.text.Write(p)
	if strings.Contains(f.text.String(), "bin/rdssim -help\n") {
		_, _ = f.w.Write(f.text.Bytes())
		_ = f.w.Close()
		f.text.Reset()
	}
	return len(p), nil
}

func TestRun(t *testing.T) {
	ready := filepath.Join(t.TempDir(), "ready")
	text, stop := started(t, "-export", "13s", "-link-life", "1m", "-ready-file", ready)
	m := regexp.MustCompile(
		`^The simulated cloud listens at (http://(127\.0\.0\.1:\d+))\nAn export takes 13s, a link works for 1m0s\.`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("expected URL, export and link life in the first lines, got:\n%s", text)
	}
	for _, line := range []string{
		"  export OS_AUTH_URL=" + m[1] + "/v3\n", "  export OS_PASSWORD=" + rdssim.Password + "\n",
		`    auth_url    = "` + m[1] + `/v3"`, `    instance_id = "` + rdssim.InstanceHealthy + `"`,
		"  " + rdssim.InstanceMySQL + "  shop            is not PostgreSQL",
		"  " + rdssim.FleetInstance(1) + "  fleet-0001 ", "  " + rdssim.FleetInstance(2) + "  fleet-0002 ",
		"  bin/rdssim -addr " + m[2] + " -fault 'rds.errorlog=503*3'\n",
	} {
		if !strings.Contains(text, line) {
			t.Errorf("expected %q, got:\n%s", line, text)
		}
	}
	if status := get(t, m[1]+"/v3", ""); status != http.StatusOK {
		t.Errorf("status of %s/v3: expected 200, got %d", m[1], status)
	}
	url, err := os.ReadFile(ready)
	if err != nil {
		t.Fatal(err)
	}
	if string(url) != m[1]+"\n" {
		t.Errorf("ready file: expected %q, got %q", m[1]+"\n", url)
	}
	if err := stop(); err != nil {
		t.Errorf("end: expected no error, got %v", err)
	}
	left, err := os.ReadDir(filepath.Dir(ready))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 0 {
		t.Errorf("files at the end: expected none, got %v", left)
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
		{"serve", "rdssim: unexpected argument \"serve\": rdssim takes flags only\n"},
		{"-rate=NaN", "rdssim: -rate must not be negative\n"},
		{"-rate=1 -window=-1s", "rdssim: -window must not be negative\n"},
		{"-rate=1 -burst=-1", "rdssim: -burst must not be negative\n"},
		{"-rate=1 -burst=2 -window=1s", "rdssim: -window and -burst exclude each other\n"},
		{"-window=1s", "rdssim: -window, -burst and -no-retry-after need -rate\n"},
		{"-no-retry-after", "rdssim: -window, -burst and -no-retry-after need -rate\n"},
		{"-fleet=-1", "rdssim: -fleet must not be negative\n"},
		{"-incident=flood", `invalid value "flood" for flag -incident: NAME must be one of `},
		{"-incident=nobody=mixed", `invalid value "nobody=mixed" for flag -incident: no instance has the name "nobody"`},
		{"-export=soon", "invalid value \"soon\" for flag -export: parse error\n"},
		{"-fault=login", `invalid value "login" for flag -fault: it must have the form KIND=WHAT or KIND=WHAT*TIMES`},
		{"-fault=logout=500", `invalid value "logout=500" for flag -fault: KIND must be one of iam.versions, login, iam.token,`},
		{"-fault=login=200", `invalid value "login=200" for flag -fault: WHAT must be a status from 400 to 599, drop,`},
		{"-fault=login=fire", `invalid value "login=fire" for flag -fault: WHAT must be a status from 400 to 599, drop,`},
		{"-fault=login=500*0", `invalid value "login=500*0" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-fault=login=500*", `invalid value "login=500*" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-fault=login=500*-1", `invalid value "login=500*-1" for flag -fault: TIMES must be a number, at least 1, or always`},
		{"-unknown", "flag provided but not defined: -unknown\n"},
	} {
		var printed bytes.Buffer
		if err := run(t.Context(), strings.Fields(test.arg), io.Discard, &printed); !errors.Is(err, errUsage) {
			t.Errorf("%s: expected the error %v, got %v", test.arg, errUsage, err)
		}
		if !strings.HasPrefix(printed.String(), test.want) {
			t.Errorf("%s: expected %q first, got %q", test.arg, test.want, printed.String())
		}
	}
	if err := run(t.Context(), []string{"-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: expected the error %v, got %v", flag.ErrHelp, err)
	}
}

func TestWhatItCannotDo(t *testing.T) {
	for _, test := range []struct{ arg, want string }{
		{"-addr=0.0.0.0:0", `start the simulator: address "0.0.0.0:0": it must be a loopback address, such as 127.0.0.1:0`},
		{"-ready-file=" + filepath.Join(t.TempDir(), "missing", "ready"), "write the ready file: "},
	} {
		err := run(t.Context(), []string{test.arg}, io.Discard, io.Discard)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: expected the error %s, got %v", test.arg, test.want, err)
		}
	}
}

func TestFaults(t *testing.T) {
	text, stop := started(t, "-fault", "all=503*2", "-fault", "iam.projects=429", "-fault", "iam.projects=html*always")
	defer func() { _ = stop() }()
	url := regexp.MustCompile(`http://\S+`).FindString(text) + "/v3/projects"
	for i, want := range []int{503, 503, 429, 200, 200, 200} {
		if got := get(t, url, ""); got != want {
			t.Errorf("call %d: expected status %d, got %d", i, want, got)
		}
	}
}

func TestHelpNamesKindsAndIncidents(t *testing.T) {
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-help"}, io.Discard, &help); !errors.Is(err, flag.ErrHelp) {
		t.Fatalf("-help: expected the error %v, got %v", flag.ErrHelp, err)
	}
	for _, word := range append(rdssim.Kinds(), strings.Join(rdssim.Incidents(), ", "), "-incident", "-fleet", "-window") {
		if !strings.Contains(help.String(), word) {
			t.Errorf("-help: expected %q, got:\n%s", word, help.String())
		}
	}
}

func TestFlagsReachTheSimulator(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := parseSettings(strings.Fields(
			"-fleet 2 -incident mixed -incident orders=mixed -rate 0.05 -window 60s -no-retry-after -fault rds.instances=500"), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		cloud := s.cloud()
		token := login(t, cloud, `,"scope":{"project":{"id":"`+rdssim.ProjectID+`"}}`)
		var got []string
		for range 4 {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet,
				cloud.URL()+"/v3/"+rdssim.ProjectID+"/instances?name=fleet", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Auth-Token", token)
			response, err := cloud.Transport().RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			got = append(got, fmt.Sprint(response.StatusCode, strings.Count(string(body), `"name":"fleet-`)))
		}
		if want := "500 0, 200 2, 200 2, 429 0"; strings.Join(got, ", ") != want {
			t.Errorf("status and number of instances: expected %s, got %s", want, strings.Join(got, ", "))
		}
	})
}

func TestFaultsByName(t *testing.T) {
	for what, whole := range map[string]bool{"drop": false, "half": false, "hang": false, "html": true, "slow": true, "500": true} {
		synctest.Test(t, func(t *testing.T) {
			s, err := parseSettings([]string{"-fault=all=" + what}, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if got := reads(t, s.cloud()); got != whole {
				t.Errorf("%s: answer read to its end: expected %v, got %v", what, whole, got)
			}
		})
	}
}

// reads reports whether an answer can be read to its end within a minute.
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

// TestKeystone uses a second simulator as the other identity server.
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
		t.Errorf("expected %q, got:\n%s", want, text)
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
			t.Errorf("%s: expected status %d, got %d", step.what, step.want, got)
		}
	}
	iam.RevokeTokens()
	if got := get(t, job, token); got != http.StatusUnauthorized {
		t.Errorf("status for a revoked token: expected 401, got %d", got)
	}
	stopIAM()
	if got := get(t, job, token); got != http.StatusUnauthorized {
		t.Errorf("status without identity server: expected 401, got %d", got)
	}
}

// TestKeystoneThatRedirects checks that a token goes only to the identity server that the user named.
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
			t.Errorf("%d: expected 401 and no call of the other server, got %d and %d calls", status, got, asked.Load())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		redirecting.Close()
	}
}

// TestKeystoneThatVouchesForNothing checks that only a 200 with a project's ID makes a token good.
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
				const want = "GET /v3/auth/tokens?nocatalog t0ken t0ken"
				got := r.Method + " " + r.RequestURI + " " + r.Header.Get("X-Auth-Token") + " " + r.Header.Get("X-Subject-Token")
				if got != want {
					t.Errorf("request: expected %s, got %s", want, got)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer iam.Close()
			text, stop := started(t, "-keystone", iam.URL+"/v3/")
			defer func() { _ = stop() }()
			job := regexp.MustCompile(`http://\S+`).FindString(text) + "/v3/" + rdssim.ProjectID + "/jobs?id=x"
			if got := get(t, job, "t0ken"); got != c.want {
				t.Errorf("status: expected %d, got %d", c.want, got)
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
