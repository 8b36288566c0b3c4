// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// repeats puts a text into the message of each refusal of RDS's.
func repeats(text func(*http.Request) string) tamper {
	return func(req *http.Request, _ string, resp *http.Response) {
		if strings.HasPrefix(req.URL.Path, "/v3/"+rdssim.ProjectID) && resp.StatusCode >= http.StatusBadRequest {
			edit(resp, `"error_msg":"[^"]*"`, `"error_msg":"you sent `+text(req)+` here"`)
		}
	}
}

// TestAServerThatRepeatsSecrets: what the cloud repeats of what it was sent is not shown, neither as evidence nor where
// the export ends badly. People put the output into an issue.
func TestAServerThatRepeatsSecrets(t *testing.T) {
	always := func(text string) tamper { return repeats(func(*http.Request) string { return text }) }
	for name, c := range map[string]struct {
		env     map[string]string
		options []rdssim.Option
		tamper  tamper
		want    string // after "you sent "
	}{
		"password": {tamper: always(rdssim.Password), want: "(hidden) here"},
		"passcode": {
			env:    map[string]string{"OS_USERNAME": "", "OS_USER_ID": rdssim.MFAUserID, "OS_PASSCODE": rdssim.MFAPasscode},
			tamper: always(rdssim.MFAPasscode), want: "(hidden) here",
		},
		"twice":         {tamper: always(rdssim.Password + ", " + rdssim.Password), want: "(hidden), (hidden) here"},
		"within a word": {tamper: always("pw=" + rdssim.Password + ";"), want: "pw=(hidden); here"},
		"a token of the session's": {
			options: []rdssim.Option{rdssim.WithTokenSize(96)}, // longer ones are hidden as no words
			tamper: repeats(func(req *http.Request) string {
				if token := req.Header.Get("X-Auth-Token"); len(token) == 96 {
					return token
				}
				return "nothing"
			}),
			want: "(hidden) here",
		},
		"a secret that is not used": {
			env: map[string]string{"OS_SECURITY_TOKEN": "not-us3d"}, tamper: always("not-us3d"), want: "(hidden) here",
		},
		"the shortest secret":         {env: map[string]string{"OS_SECURITY_TOKEN": "w0rd"}, tamper: always("w0rd"), want: "(hidden) here"},
		"one that would tear up text": {env: map[string]string{"OS_SECURITY_TOKEN": "w0r"}, tamper: always("w0r"), want: "w0r here"},
	} {
		for _, id := range []string{rdssim.InstanceHealthy, rdssim.InstanceMissing} {
			t.Run(name+", "+id, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := rdssim.New(c.options...)
					env := byPassword(cloud)
					maps.Copy(env, c.env)
					a := ask(t, cloud, env, c.tamper, id)
					a.tellsNoSecret(t)
					if !strings.Contains(a.stdout, ": 400 DBS.200543 you sent "+c.want) {
						t.Errorf("no evidence with %q:\n%s%s", c.want, a.stdout, a.stderr)
					}
					text := "stay open: errorlog-download answered 404 DBS.200602 you sent " + c.want
					if id == rdssim.InstanceMissing && !strings.Contains(a.stdout, text) {
						t.Errorf("%q is missing:\n%s%s", text, a.stdout, a.stderr)
					}
				})
			})
		}
	}
}

// TestASecretAtTheCut: evidence is cut to its length, and a part of a secret is one too.
func TestASecretAtTheCut(t *testing.T) {
	for filler := 340; filler < 410; filler++ {
		synctest.Test(t, func(t *testing.T) {
			cloud := rdssim.New()
			text := strings.Repeat("x ", filler/2) + strings.Repeat("y", filler%2) + rdssim.Password
			a := ask(t, cloud, byPassword(cloud), repeats(func(*http.Request) string { return text }), rdssim.InstanceMissing)
			if strings.Contains(a.stdout, rdssim.Password[:4]) {
				t.Errorf("%d: a part of the password is told:\n%s", filler, a.stdout)
			}
		})
	}
}

// TestAGivenTokenIsNotTold: nor is one that the user brought.
func TestAGivenTokenIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdssim.New(rdssim.WithTokenSize(96))
		token := issued(t, cloud)
		env := map[string]string{
			"OS_AUTH_URL": cloud.AuthURL(), "OS_REGION_NAME": rdssim.Region, "OS_TOKEN": token,
			"OS_PROJECT_ID": rdssim.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE": cloud.URL(), // so that IAM is not asked for it
		}
		a := ask(t, cloud, env, repeats(func(*http.Request) string { return token }), rdssim.InstanceHealthy)
		a.tellsNoSecret(t)
		if !strings.Contains(a.stdout, "you sent (hidden) here") || strings.Contains(a.stdout, token) {
			t.Errorf("%s%s", a.stdout, a.stderr)
		}
	})
}

// TestALinksHostOutOfOrder: if the object store can't be asked, the reason is shown without the link. If it redirects,
// nobody follows: net/http would take the link along.
func TestALinksHostOutOfOrder(t *testing.T) {
	for name, c := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		want   string
	}{
		"a reason that repeats the link": {
			func(req *http.Request) (*http.Response, error) {
				if strings.Contains(req.URL.RawQuery, "&Signature=AAAA") { // the changed link opens nothing
					return nil, errors.New("no route")
				}
				return nil, errors.New("no route for " + req.URL.RawQuery + "!")
			},
			"no route for (hidden)!",
		},
		"a redirect": {
			func(req *http.Request) (*http.Response, error) {
				header := http.Header{"Location": {"https://elsewhere.invalid/?" + req.URL.RawQuery}}
				return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: header, Body: http.NoBody, Request: req}, nil
			},
			"307",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdssim.New()
				network := func(*tls.Config) http.RoundTripper {
					return roundTrip(func(req *http.Request) (*http.Response, error) {
						if req.URL.Host == "elsewhere.invalid" {
							t.Errorf("%s was asked", req.URL)
						}
						if strings.HasPrefix(req.URL.Path, "/obs/") {
							return c.answer(req)
						}
						return cloud.Transport().RoundTrip(req)
					})
				}
				a := askWith(t.Context(), t, network, byPassword(cloud), rdssim.InstanceHealthy)
				a.tellsNoSecret(t)
				if !strings.Contains(a.stdout, c.want) {
					t.Errorf("%q is missing:\n%s%s", c.want, a.stdout, a.stderr)
				}
			})
		})
	}
}

// TestALinksHostSeesNoCertificate: what the cloud's APIs get to see, a link's host does not; whom to trust stays the
// same.
func TestALinksHostSeesNoCertificate(t *testing.T) {
	certificate, key := selfSigned(t)
	synctest.Test(t, func(t *testing.T) {
		type seen struct {
			Certificates int
			Trust, Own   bool
		}
		got := map[string]seen{}
		cloud := rdssim.New()
		network := func(settings *tls.Config) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				host, _, _ := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/")
				got[host] = seen{
					len(settings.Certificates),
					settings.RootCAs != nil && settings.MinVersion == tls.VersionTLS12,
					settings.GetClientCertificate != nil,
				}
				return cloud.Transport().RoundTrip(req)
			})
		}
		env := byPassword(cloud)
		env["OS_CERT"], env["OS_KEY"], env["OS_CACERT"] = certificate, key, certificate
		if a := askWith(t.Context(), t, network, env, rdssim.InstanceHealthy); a.status != 0 {
			t.Errorf("status %d\n%s%s", a.status, a.stdout, a.stderr)
		}
		if diff := cmp.Diff(map[string]seen{
			"v3": {Certificates: 1, Trust: true}, "v3.1": {Certificates: 1, Trust: true}, "obs": {Trust: true},
		}, got); diff != "" {
			t.Error(diff)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// selfSigned makes a certificate and its key, as PEM.
func selfSigned(t *testing.T) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	text, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})),
		string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: text}))
}
