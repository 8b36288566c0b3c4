// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	configured "github.com/otc-rds/terraform-provider-rds/internal/settings"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func byPassword(cloud *rdssim.Server) map[string]string {
	return map[string]string{
		"OS_AUTH_URL": cloud.AuthURL(), "OS_REGION_NAME": rdssim.Region, "OS_USERNAME": rdssim.UserName, "OS_PASSWORD": rdssim.Password,
		"OS_USER_DOMAIN_NAME": rdssim.DomainName, "OS_PROJECT_NAME": rdssim.ProjectName,
	}
}

func byKey(cloud *rdssim.Server) map[string]string {
	return map[string]string{
		"OS_AUTH_URL": cloud.AuthURL(), "OS_REGION_NAME": rdssim.Region, "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.SecretKey,
		"OS_PROJECT_NAME": rdssim.ProjectName,
	}
}

// asked is what a run of the program left.
type asked struct {
	status         int
	stdout, stderr string
	took           time.Duration
}

// ask runs the program in virtual time, with nothing between it and the simulator but what tamper puts there.
func ask(t *testing.T, cloud *rdssim.Server, env map[string]string, tamper tamper, args ...string) asked {
	t.Helper()
	return askWith(t.Context(), t, network(tampered{cloud.Transport(), tamper}), env, args...)
}

func network(next http.RoundTripper) func(*tls.Config) http.RoundTripper {
	return func(*tls.Config) http.RoundTripper { return next }
}

// askWith runs the program with a context and a network.
func askWith(ctx context.Context, t *testing.T, network func(*tls.Config) http.RoundTripper, env map[string]string, args ...string) asked {
	t.Helper()
	var stdout, stderr bytes.Buffer
	start := time.Now()
	status := run(ctx, args, outside{
		environment: configured.Environment{
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			WorkDir:   t.TempDir(),
			HomeDir:   t.TempDir(),
		},
		network: network,
		stdout:  &stdout, stderr: &stderr,
	})
	return asked{status, stdout.String(), stderr.String(), time.Since(start)}
}

// tamper changes an answer. sent is the request's body.
type tamper func(req *http.Request, sent string, resp *http.Response)

type tampered struct {
	next   http.RoundTripper
	tamper tamper
}

func (t tampered) RoundTrip(req *http.Request) (*http.Response, error) {
	var sent []byte
	if req.Body != nil {
		sent, _ = io.ReadAll(req.Body)
		req = req.Clone(req.Context())
		req.Body = io.NopCloser(bytes.NewReader(sent))
	}
	resp, err := t.next.RoundTrip(req)
	if err == nil && t.tamper != nil {
		t.tamper(req, string(sent), resp)
	}
	return resp, err
}

var line = regexp.MustCompile(`(?m)^Assumption (\d+) \(.+\): .+\n` +
	`  (holds|holds as far as it was asked|DOES NOT HOLD|cannot be asked): (.+)$`)

// verdicts are the numbers by verdict, in order.
func (a asked) verdicts(t *testing.T) map[verdict][]int {
	t.Helper()
	all := map[verdict][]int{}
	matches := line.FindAllStringSubmatch(a.stdout, -1)
	for i, m := range matches {
		n, err := strconv.Atoi(m[1])
		if err != nil || n != i+1 {
			t.Errorf("assumption %s is the %dth", m[1], i+1)
		}
		all[verdict(m[2])] = append(all[verdict(m[2])], n)
	}
	if len(matches) != len(rdssim.Assumptions()) {
		t.Errorf("%d of %d assumptions are told of:\n%s%s", len(matches), len(rdssim.Assumptions()), a.stdout, a.stderr)
	}
	return all
}

func (a asked) tellsNoSecret(t *testing.T) {
	t.Helper()
	for _, secret := range []string{
		rdssim.Password, rdssim.MFAPasscode, rdssim.SecretKey, rdssim.TemporarySecretKey, rdssim.SecurityToken, rdssim.TokenMark,
		rdssim.LinkAccessKey, "Signature=",
	} {
		if strings.Contains(a.stdout+a.stderr, secret) {
			t.Errorf("%q is told:\n%s%s", secret, a.stdout, a.stderr)
		}
	}
}

func TestEveryAssumptionHasItsQuestion(t *testing.T) {
	for _, a := range rdssim.Assumptions() {
		if checks[a.Number] == nil {
			t.Errorf("no question for %s", a)
		}
	}
	if len(checks) != len(rdssim.Assumptions()) {
		t.Errorf("%d questions for %d assumptions", len(checks), len(rdssim.Assumptions()))
	}
}

// TestAllHold: the simulator keeps every one of its assumptions that can be asked of it, whoever asks.
func TestAllHold(t *testing.T) {
	without := func(numbers []int, more ...int) []int {
		return slices.DeleteFunc(slices.Clone(numbers), func(n int) bool { return slices.Contains(more, n) })
	}
	password := []int{
		1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 17, 18, 19, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
		37, 38, 39, 40, 41, 42, 43, 44, 47, 48, 49, 50, 51, 53, 54, 55, 56, 57, 58, 59,
	}
	for name, c := range map[string]struct {
		env  func(*rdssim.Server) map[string]string
		want []int
	}{
		"password": {byPassword, password},
		"passcode": {func(s *rdssim.Server) map[string]string {
			env := byPassword(s)
			delete(env, "OS_USERNAME")
			env["OS_USER_ID"], env["OS_PASSCODE"] = rdssim.MFAUserID, rdssim.MFAPasscode
			return env
		}, slices.Sorted(slices.Values(append([]int{4}, password...)))},
		"AK/SK": {byKey, slices.Sorted(slices.Values(append([]int{9}, without(password, 2, 3, 5, 6, 7, 8)...)))},
		"agency": {func(s *rdssim.Server) map[string]string {
			env := byPassword(s)
			delete(env, "OS_PROJECT_NAME")
			env["OS_AGENCY_NAME"], env["OS_AGENCY_DOMAIN_NAME"] = rdssim.AgencyName, rdssim.AgencyDomainName
			env["OS_DELEGATED_PROJECT"] = rdssim.DelegatedProject
			return env
		}, without(password, 5, 7, 8)},
		"key, nothing of IAM's": {func(s *rdssim.Server) map[string]string {
			env := byKey(s)
			delete(env, "OS_PROJECT_NAME")
			env["OS_PROJECT_ID"], env["OS_RDS_ENDPOINT_OVERRIDE"] = rdssim.ProjectID, s.URL()
			return env
		}, without(password, 2, 3, 5, 6, 7, 8)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				a := ask(t, cloud, c.env(cloud), nil, rdssim.InstanceHealthy)
				got := a.verdicts(t)
				held := slices.Sorted(slices.Values(slices.Concat(got[holds], got[holdsInPart])))
				if diff := cmp.Diff(c.want, held); diff != "" || got[doesNotHold] != nil || a.status != 0 {
					t.Errorf("status %d, %s\n%s%s", a.status, diff, a.stdout, a.stderr)
				}
				a.tellsNoSecret(t)
				if a.took > time.Minute {
					t.Errorf("it took %s", a.took)
				}
			})
		})
	}
}

func TestTokenAsCredential(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New()
		env := map[string]string{"OS_AUTH_URL": cloud.AuthURL(), "OS_REGION_NAME": rdssim.Region, "OS_TOKEN": issued(t, cloud)}
		a := ask(t, cloud, env, nil, rdssim.InstanceHealthy)
		got := a.verdicts(t)
		if !slices.Contains(got[notAsked], 2) || !slices.Contains(got[holds], 5) || got[doesNotHold] != nil || a.status != 0 {
			t.Errorf("status %d\n%s%s", a.status, a.stdout, a.stderr)
		}
		a.tellsNoSecret(t)
	})
}

// issued is a token of the user's.
func issued(t *testing.T, cloud *rdssim.Server) string {
	t.Helper()
	body := fmt.Sprintf(`{"auth":{"identity":{"methods":["password"],"password":{"user":{"id":%q,"password":%q}}},`+
		`"scope":{"project":{"id":%q}}}}`,
		rdssim.UserID, rdssim.Password, rdssim.ProjectID)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, cloud.AuthURL()+"/auth/tokens", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := cloud.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.Header.Get("X-Subject-Token")
}

// TestPatient waits for what takes its time: a link's end, and the next export.
func TestPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New()
		a := ask(t, cloud, byPassword(cloud), nil, "-patient", rdssim.InstanceHealthy)
		if a.status != 0 || !strings.Contains(a.stdout, "a new export was there 15m0s after the end of the first") ||
			!strings.Contains(a.stdout, "; expired link: 403 AccessDenied Request has expired; ") {
			t.Errorf("status %d\n%s%s", a.status, a.stdout, a.stderr)
		}
		a.tellsNoSecret(t)
	})
}

// TestOtherInstances: what an instance that is not healthy leaves open is said, and nothing is called broken for it.
func TestOtherInstances(t *testing.T) {
	for name, c := range map[string]struct {
		id     string
		status int
		text   string
	}{
		"fails in part": {
			rdssim.InstancePartlyFails, 0,
			`holds: 1 of 3 files failed; errorlog-download: ended: list.*.status "success", "FAILED", "success"` + "\n",
		},
		"fails": {rdssim.InstanceFails, 0, "holds: 1 of 1 files failed; errorlog-download: ended: list.*.status \"FAILED\"\n"},
		"two files": {
			rdssim.InstanceTwoFiles, 0,
			`_errorlog_download_20000101000000222", "bcb99d1ad3fc6c58a76267fad5ed79b1_errorlog_download_20000101000000223"; `,
		},
		"empty":         {rdssim.InstanceEmpty, 0, "holds: an empty list came with count 0; "},
		"busy at first": {rdssim.InstanceBusy, 0, "holds: file_size is \"20590\", and the file has 20590 bytes\n"},
		"does not exist": {
			rdssim.InstanceMissing, 1, "The walk did not end well, so some questions stay open: " +
				"errorlog-download answered 404 DBS.200602 The DB instance does not exist\n",
		},
		"other engine": {rdssim.InstanceMySQL, 1, "stay open: errorlog-download answered 400 DBS.280343 "},
		"never ends":   {rdssim.InstanceStuck, 1, "stay open: it took longer than 10m0s\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				a := ask(t, cloud, byPassword(cloud), nil, c.id)
				if got := a.verdicts(t); got[doesNotHold] != nil || a.status != c.status || !strings.Contains(a.stdout, c.text) {
					t.Errorf("status %d\n%s%s", a.status, a.stdout, a.stderr)
				}
			})
		})
	}
}

func TestWrongArguments(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		text string
	}{
		"none":             {nil, "assume: name one DB instance"},
		"two":              {[]string{"a", "b"}, "assume: name one DB instance"},
		"a path":           {[]string{"../a"}, "assume: an instance id holds letters, digits and hyphens only"},
		"no time":          {[]string{"-timeout", "0s", "a"}, "assume: -timeout must be positive"},
		"an unknown flag":  {[]string{"-x"}, "flag provided but not defined: -x"},
		"a time like soon": {[]string{"-timeout=soon", "a"}, `invalid value "soon" for flag -timeout`},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := rdssim.New()
			a := ask(t, cloud, nil, nil, c.args...)
			if a.status != 2 || !strings.Contains(a.stderr, c.text) || a.stdout != "" || cloud.Count("") > 0 {
				t.Errorf("status %d, %q %q", a.status, a.stdout, a.stderr)
			}
		})
	}
}

func TestNothingCanBeAsked(t *testing.T) {
	for name, c := range map[string]struct {
		change map[string]string
		text   string
	}{
		"no credentials": {map[string]string{"OS_PASSWORD": "", "OS_USERNAME": ""}, "assume: Unable to find credentials\n"},
		"no password":    {map[string]string{"OS_PASSWORD": ""}, "assume: Unable to find password\n"},
		"wrong password": {map[string]string{"OS_PASSWORD": "wr0ng"}, "assume: Unable to log in\n"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				env := byPassword(cloud)
				for key, value := range c.change {
					env[key] = value
				}
				a := ask(t, cloud, env, nil, rdssim.InstanceHealthy)
				if a.status != 1 || !strings.HasPrefix(a.stderr, c.text) || a.stdout != "" || strings.Contains(a.stderr, "wr0ng") {
					t.Errorf("status %d, %q %q", a.status, a.stdout, a.stderr)
				}
			})
		})
	}
}
