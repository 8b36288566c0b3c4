// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
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
			t.Errorf("got the secret %q, want it hidden: …%s…", secret, text[max(0, i-200):min(len(text), i+200)])
		}
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// TestSecretsInEchoes: a token that a server repeats is hidden, wherever it is in a long text.
func TestSecretsInEchoes(t *testing.T) { each(t, secretsInEchoes) }

func secretsInEchoes(t *testing.T, object object) {
	echo := func(status int, filler int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			token := r.Header.Get("X-Auth-Token")
			w.Header().Set("X-Request-Id", token)
			w.Header().Set("Location", "https://"+token+".example.com/")
			w.WriteHeader(status)
			_, _ = fmt.Fprintf(
				w, `{"error_code":"DBS.%s","error_msg":"%s you sent %[1]s","request_id":"%[1]s"}`, token, strings.Repeat("x ", filler),
			)
		}
	}
	for _, size := range []int{100, 10_000} { // a short token is found as it is, a long one by its length
		for _, status := range []int{400, 401, 403, 503} {
			for _, filler := range []int{0, 180, 195} {
				t.Run(fmt.Sprintf("%d after %d in a token of %d", status, 2*filler, size), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						c := rdstest.New(t, rdssim.WithTokenSize(size))
						c.Inject(rdssim.Fault{Kind: object.calls, Times: -1, Handler: echo(status, filler)})
						o := object.read(t, c, object.arguments(rdssim.InstanceHealthy, limited("50s")))
						if len(o.Diagnostics) != 1 {
							t.Fatalf("got %q, want one diagnostic", o.Diagnostics)
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

// limited is an argument for a timeout.
func limited(timeout string) map[string]any {
	return map[string]any{"timeouts": map[string]any{"read": timeout}}
}

// iamRepeats refuses a login and repeats its password in every place that is shown.
func iamRepeats(status, filler int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Openstack-Request-Id", rdssim.Password)
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(
			w, `{"error":{"code":%q,"message":"%s you sent %[1]s"},"request_id":%[1]q}`, rdssim.Password, strings.Repeat("x ", filler),
		)
	}
}

// TestSecretsInAbandonedLogins: the fault behind the retries of a login is shown when the time is up. It was shortened before.
func TestSecretsInAbandonedLogins(t *testing.T) {
	for filler := 185; filler < 200; filler++ {
		synctest.Test(t, func(t *testing.T) {
			cloud := rdstest.New(t)
			cloud.Inject(rdssim.Fault{Kind: "login", Times: 1, Handler: iamRepeats(503, filler)})
			cloud.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Hang()})
			o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "timeouts": map[string]any{"read": "20s"}})
			text := strings.Join(o.Diagnostics, "\n")
			if !strings.Contains(text, "503 x x x") || strings.Contains(text, rdssim.Password[:3]) {
				t.Errorf("%d: %s", filler, text)
			}
		})
	}
}

// TestSecretsInErrors: no refusal of IAM or of the API shows a secret.
func TestSecretsInErrors(t *testing.T) { each(t, secretsInErrors) }

func secretsInErrors(t *testing.T, object object) {
	echo := "You sent " + rdssim.Password + "!"
	for name, c := range map[string]struct {
		env   map[string]string
		fault rdssim.Fault
	}{
		"wrong secret key": {
			map[string]string{"OS_USERNAME": "", "OS_ACCESS_KEY": rdssim.AccessKey, "OS_SECRET_KEY": rdssim.TemporarySecretKey},
			rdssim.Fault{Kind: "none", Handler: rdssim.Drop()},
		},
		"IAM repeats it": {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.IAMError(401, echo)}},
		"a link in a redirect": {
			nil, rdssim.Fault{Kind: object.calls, Times: -1, Handler: rdssim.Redirect("https://obs.example.com/a?Signature=x")},
		},
		"IAM repeats it in an id":        {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: iamRepeats(401, 0)}},
		"IAM repeats it where it is cut": {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: iamRepeats(401, 195)}},
		"IAM repeats it while it fails":  {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: iamRepeats(503, 195)}},
		"IAM forwards it": {
			nil, rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Redirect("https://" + rdssim.Password + ".example.com")},
		},
		"broken on the way": {nil, rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.Drop()}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				cloud.SetEnv(c.env)
				cloud.Inject(c.fault)
				// The first time is too short for all retries of a login.
				o := object.read(t, cloud, object.arguments(rdssim.InstanceHealthy, limited("20s")))
				tellsNoSecret(t, strings.Join(o.Diagnostics, "\n"))
				o = object.read(t, cloud, object.arguments(rdssim.InstanceHealthy))
				if o.Values != nil {
					t.Errorf("got %v, want an error", o.Values)
				}
				tellsNoSecret(t, strings.Join(o.Diagnostics, "\n"))
			})
		})
	}
}

// TestAction_RefusalRepeatsTheLink: the object store quotes what it was asked with, at any place around the length at
// which texts are cut.
func TestAction_RefusalRepeatsTheLink(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		if o.action {
			refusalRepeatsTheLink(t, o)
		}
	})
}

func refusalRepeatsTheLink(t *testing.T, o object) {
	t.Helper()
	for filler := 330; filler < 410; filler += 10 {
		synctest.Test(t, func(t *testing.T) {
			c := rdstest.New(t)
			var signature string
			c.Inject(rdssim.Fault{Kind: "obs.get", Times: -1, Handler: func(w http.ResponseWriter, r *http.Request) {
				signature = r.URL.Query().Get("Signature")
				rdssim.XMLError(http.StatusForbidden, "SignatureDoesNotMatch", strings.Repeat("x", filler)+" "+signature)(w, r)
			}})
			p := c.Protocol(t)
			if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
				t.Fatalf("got %q, want no diagnostics", diags)
			}
			_, diags := p.Invoke(t.Context(), o.name, o.arguments(rdssim.InstanceHealthy, map[string]any{"directory": t.TempDir()}))
			if len(diags) != 1 || signature == "" || strings.Contains(diags[0], signature[:6]) {
				t.Errorf("%d: %q", filler, diags)
			}
		})
	}
}
