// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// secrets are what no text may hold: seeded in the simulated cloud, and easy to find.
var secrets = []string{
	rdssim.Password, rdssim.MFAPasscode, rdssim.SecretKey, rdssim.TemporarySecretKey, rdssim.SecurityToken, rdssim.TokenMark, "Signature=",
}

func tellsNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range secrets {
		if i := strings.Index(text, secret); i >= 0 {
			t.Errorf("%q is told: …%s…", secret, text[max(0, i-200):min(len(text), i+200)])
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// TestSecretsInTrace searches all that a run says at the highest log level, of Terraform and of the provider program, for every kind of credential. As a
// control, the same search finds what must be there: the lines of the request log.
func TestSecretsInTrace(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"password":      {},
		"AK/SK":         {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.SecretKey},
		"temporary key": {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_ACCESS_KEY": rdssim.TemporaryAccessKey, "OS_SECRET_KEY": rdssim.TemporarySecretKey, "OS_SECURITY_TOKEN": rdssim.SecurityToken},
		"passcode":      {"OS_USERNAME": "", "OS_USER_ID": rdssim.MFAUserID, "OS_PASSCODE": rdssim.MFAPasscode},
		"wrong secret":  {"OS_USERNAME": "", "OS_PASSWORD": "", "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.TemporarySecretKey},
	} {
		t.Run(name, func(t *testing.T) {
			c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
			maps.Copy(c.Env, env)
			maps.DeleteFunc(c.Env, func(_, value string) bool { return value == "" })
			// Each kind of fault once: errors are where secrets leak.
			c.Cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Handler: rdssim.APIError(401, "APIGW.0301", "Bad token.")})
			c.Cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Handler: rdssim.Drop()})
			c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstanceHealthy))
			log := filepath.Join(c.Dir, "trace.log")
			c.Env["TF_LOG"], c.Env["TF_LOG_PATH"] = "TRACE", log
			run := c.Run(t, "plan", "-no-color")
			trace, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			all := run.Stdout + run.Stderr + string(trace)
			tellsNoSecret(t, all)
			if name == "wrong secret" {
				return
			}
			for _, there := range []string{"@module=rds.requests", "/errorlog-download", rdssim.ProjectID} {
				if !strings.Contains(all, there) {
					t.Errorf("the search does not find %q, which must be there: it proves nothing", there)
				}
			}
		})
	}
}

// TestSecretsAreFound: the search finds a link and a password where a configuration prints them.
func TestSecretsAreFound(t *testing.T) {
	c := rdstest.NewCLI(t, nil, rdssim.WithExportDuration(0))
	c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstanceHealthy)+`
		output "link" { value = nonsensitive(data.rds_errorlog_download.orders.list[0].file_link) }
		output "password" { value = "`+rdssim.Password+`" }`)
	run := c.Run(t, "plan", "-no-color")
	for _, secret := range []string{rdssim.Password, "Signature="} {
		if !strings.Contains(run.Stdout, secret) {
			t.Errorf("%q was printed and is not found", secret)
		}
	}
}

// TestSecretsInEchoes: whatever repeats the token that it was sent, at whatever place of a long text, it is not told.
func TestSecretsInEchoes(t *testing.T) {
	echo := func(status int, filler int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(w, `{"error_code":"DBS.299999","error_msg":"%s you sent %s"}`, strings.Repeat("x ", filler), r.Header.Get("X-Auth-Token"))
		}
	}
	for _, size := range []int{100, 10_000} { // a short token is found as it is, a long one by its length
		for _, status := range []int{400, 401, 403, 503} {
			for _, filler := range []int{0, 180, 195} {
				t.Run(fmt.Sprintf("%d after %d in a token of %d", status, 2*filler, size), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c := rdstest.New(t, rdssim.WithTokenSize(size))
						c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: -1, Handler: echo(status, filler)})
						o := read(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy, "timeouts": map[string]any{"read": "50s"}})
						if len(o.Diagnostics) != 1 {
							t.Fatalf("%q", o.Diagnostics)
						}
						tellsNoSecret(t, o.Diagnostics[0])
						if filler == 0 && !strings.Contains(o.Diagnostics[0], "you sent (hidden)") {
							t.Errorf("the control is not there: %s", o.Diagnostics[0])
						}
					})
				})
			}
		}
	}
}

// TestSecretsInErrors: no refusal of a login, nor of the API with a secret in its text, tells one.
func TestSecretsInErrors(t *testing.T) {
	echo := "You sent " + rdssim.Password + "!"
	for name, c := range map[string]struct {
		env   map[string]string
		fault rdssim.Fault
	}{
		"wrong secret key":     {map[string]string{"OS_USERNAME": "", "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.TemporarySecretKey}, rdssim.Fault{Kind: "none", Handler: rdssim.Drop()}},
		"IAM repeats it":       {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.IAMError(401, echo)}},
		"a link in a redirect": {nil, rdssim.Fault{Kind: "rds.errorlog", Times: -1, Handler: rdssim.Redirect("https://obs.example.com/a?Signature=x")}},
		"broken on the way":    {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Drop()}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				cloud.SetEnv(c.env)
				cloud.Inject(c.fault)
				o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy})
				if o.Values != nil {
					t.Error("no error")
				}
				tellsNoSecret(t, strings.Join(o.Diagnostics, "\n"))
			})
		})
	}
}
