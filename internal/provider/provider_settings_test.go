// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"crypto/tls"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// setting is how to see which value of an attribute took effect.
type setting struct {
	besides map[string]string // the rest of the environment: the least that works
	key     string            // in an entry of clouds.yaml; "" if the attribute has no place there
	value   func(source, winner string) any
	options []rdssim.Option
	prepare func(*testing.T, *rdstest.Cloud)
	effect  func(*rdstest.Cloud) string
	want    func(winner string) string // the effect of the winner's value
	none    string                     // the effect if the attribute is set nowhere
}

// valueIn returns the value of a source: mostly its own name, so that the cloud receives the name of the source.
func (s setting) valueIn(source, winner string) any {
	if s.value == nil {
		return word(source)
	}
	return s.value(source, winner)
}

func (s setting) shows(winner string) string {
	if s.want == nil {
		return word(winner)
	}
	return s.want(winner)
}

// word turns a source's name into one that fits everywhere, a host's name included.
func word(source string) string { return strings.ToLower(strings.ReplaceAll(source, "_", "-")) }

func host(source string) string              { return word(source) + ".invalid" }
func always(text string) func(string) string { return func(string) string { return text } }

// only gives the winner one value and the others another, for values that the cloud does not receive.
func only(winners, others any) func(source, winner string) any {
	return func(source, winner string) any {
		if source == winner {
			return winners
		}
		return others
	}
}

// verifying gives the winner one value of insecure and the others the opposite; clouds.yaml has it the other way
// round.
func verifying(insecure bool) func(source, winner string) any {
	return func(source, winner string) any { return (source == winner) == insecure != (source == inFile) }
}

// signedRequests let the simulator live in the machine's time, in which requests are signed; exports take none of it.
var signedRequests = []rdssim.Option{rdssim.WithClock(time.Now), rdssim.WithExportDuration(0)}

// taken is the effect of a run without an error.
func taken(*rdstest.Cloud) string { return "taken" }

// settings has every attribute of the provider block. A name with a comma is one more way to look at the attribute
// before it.
func settingTable(t *testing.T) map[string]setting {
	t.Helper()
	all := map[string]setting{}
	for _, group := range []map[string]setting{callers(), places(t), certificates(t), habits()} {
		for name, s := range group {
			all[name] = s
		}
	}
	return all
}

// password is an environment that is complete but for what is named.
func password(without ...string) map[string]string {
	env := map[string]string{
		"OS_USERNAME": rdssim.UserName, "OS_PASSWORD": rdssim.Password, "OS_USER_DOMAIN_NAME": rdssim.DomainName,
		"OS_PROJECT_NAME": rdssim.ProjectName,
	}
	for _, name := range without {
		delete(env, name)
	}
	return env
}

// callers are the attributes of the caller.
func callers() map[string]setting {
	user := func(path ...string) func(*rdstest.Cloud) string {
		return func(c *rdstest.Cloud) string {
			return sent(c, append([]string{"identity", "password", "user"}, path...)...)
		}
	}
	scope := func(name string) func(*rdstest.Cloud) string {
		return func(c *rdstest.Cloud) string { return sent(c, "scope", "project", name) }
	}
	role := func(name string) func(*rdstest.Cloud) string {
		return func(c *rdstest.Cloud) string { return sent(c, "identity", "assume_role", name) }
	}
	const (
		noUser    = "Error: Unable to find user_name (user_name)"
		noSecret  = "Error: Unable to find password (password)"
		noProject = "Error: Unable to find the project (tenant_name)"
		noDomain  = "Error: Unable to find the domain (domain_name)"
		nobody    = "Error: Unable to find credentials"
	)
	where := map[string]string{"OS_TENANT_ID": rdssim.ProjectID, "OS_RDS_ENDPOINT_OVERRIDE": "https://rdssim.invalid"}
	agency := with(password(), "OS_AGENCY_NAME", "a", "OS_AGENCY_DOMAIN_NAME", "d", "OS_DELEGATED_PROJECT", "p")
	all := map[string]setting{
		"user_name": {besides: password("OS_USERNAME"), key: "auth.username", effect: user("name"), none: noUser},
		"user_id":   {besides: password("OS_USERNAME"), key: "auth.user_id", effect: user("id"), none: noUser},
		"password":  {besides: password("OS_PASSWORD"), key: "auth.password", effect: user("password"), none: noSecret},
		"passcode": {
			besides: with(password(), "OS_USER_ID", rdssim.MFAUserID), key: "auth.passcode",
			effect: func(c *rdstest.Cloud) string { return sent(c, "identity", "totp", "user", "passcode") },
		},
		"token": {
			besides: where, key: "auth.token",
			effect: func(c *rdstest.Cloud) string { return lastHeader(c, "rds.errorlog", "X-Auth-Token") }, none: nobody,
		},
		"tenant_id":   {besides: password("OS_PROJECT_NAME"), key: "auth.project_id", effect: scope("id"), none: noProject},
		"tenant_name": {besides: password("OS_PROJECT_NAME"), key: "auth.project_name", effect: scope("name"), none: noProject},
		"domain_id": {
			besides: password("OS_USER_DOMAIN_NAME"), key: "auth.user_domain_id", effect: user("domain", "id"),
			none: noDomain,
		},
		"domain_name": {
			besides: password("OS_USER_DOMAIN_NAME"), key: "auth.user_domain_name", effect: user("domain", "name"),
			none: noDomain,
		},
		"access_key": {
			besides: with(where, "OS_SECRET_KEY", "SK"), key: "auth.ak", effect: accessKeyOf,
			none: "Error: Unable to find access_key (access_key)",
		},
		"security_token": {
			besides: with(where, "OS_ACCESS_KEY", "AK", "OS_SECRET_KEY", "SK"), key: "auth.security_token",
			effect: func(c *rdstest.Cloud) string { return lastHeader(c, "rds.errorlog", "X-Security-Token") },
		},
		"agency_name": {
			besides: with(agency, "OS_AGENCY_NAME", ""), key: "auth.agency_name", effect: role("agency_name"),
			none: "Error: Unable to find agency_name (agency_name)",
		},
		"agency_domain_name": {
			besides: with(agency, "OS_AGENCY_DOMAIN_NAME", ""), key: "auth.agency_domain_name",
			effect: role("domain_name"), none: "Error: Unable to find agency_domain_name (agency_domain_name)",
		},
		"delegated_project": {
			besides: with(agency, "OS_DELEGATED_PROJECT", ""), key: "auth.delegated_project", effect: scope("name"),
			none: "Error: Unable to find delegated_project (delegated_project)",
		},
		"cloud": {effect: user("name"), none: nobody, prepare: func(t *testing.T, c *rdstest.Cloud) {
			takeAnyone(t, c)
			file := "clouds:\n"
			for _, name := range []string{inConfiguration, "os-cloud"} {
				file += "  " + name + ": { auth: { auth_url: 'https://rdssim.invalid/v3', username: " + name + ", password: p, user_domain_name: d, " +
					"project_name: p } }\n"
			}
			writeFile(t, filepath.Join(c.Outside.Environment.WorkDir, "clouds.yaml"), file)
		}},
	}
	for name, s := range all {
		if s.prepare == nil {
			s.prepare = takeAnyone
			all[name] = s
		}
	}
	// A secret key is never sent: only a good signature shows it.
	all["secret_key"] = setting{
		besides: with(where, "OS_ACCESS_KEY", rdssim.AccessKey), key: "auth.sk", value: only(rdssim.SecretKey, "an0ther-5ecret"),
		options: signedRequests,
		effect:  taken, want: always("taken"), none: "Error: Unable to find secret_key (secret_key)",
	}
	return all
}

// places are the addresses of RDS and IAM.
func places(t *testing.T) map[string]setting {
	t.Helper()
	loginHost := func(c *rdstest.Cloud) string { return last(c, "login").Host }
	rdsHost := func(c *rdstest.Cloud) string { return last(c, "rds.errorlog").Host }
	at := func(before, after string) func(string, string) any {
		return func(source, _ string) any { return before + host(source) + after }
	}
	types := map[string]string{inConfiguration: "internal", "OS_ENDPOINT_TYPE": "admin", inFile: "public"}
	hosts := map[string]string{inConfiguration: "internal.invalid", "OS_ENDPOINT_TYPE": "admin.invalid", inFile: "rdssim.invalid"}
	return map[string]setting{
		"auth_url": {
			besides: password(), key: "auth.auth_url", value: at("http://", "/v3"), prepare: takeAnyone, effect: loginHost,
			want: host, none: "iam.eu-de.otc.t-systems.com",
		},
		"region": {besides: password(), key: "region_name", prepare: takeAnyone, effect: rdsHost, want: host, none: "rdssim.invalid"},
		"endpoint": {
			besides: password(), key: "rds_endpoint_override", value: at("http://", ""), prepare: takeAnyone, effect: rdsHost,
			want: host, none: "rdssim.invalid",
		},
		"endpoint_type": {
			besides: password(), key: "interface", value: func(source, _ string) any { return types[source] }, prepare: takeAnyone,
			effect: rdsHost, want: func(winner string) string { return hosts[winner] }, none: "rdssim.invalid",
		},
	}
}

// certificates are the attributes for TLS: connections are real ones, over loopback.
func certificates(t *testing.T) map[string]setting {
	t.Helper()
	ca, other := newAuthority(t), newAuthority(t)
	server := ca.issue(t, "127.0.0.1")
	var (
		mu     sync.Mutex
		client string // the name in the certificate that the client showed last
	)
	settings := &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{server.pair(t)}, ClientAuth: tls.RequestClientCert,
		VerifyConnection: func(state tls.ConnectionState) error {
			mu.Lock()
			defer mu.Unlock()
			client = ""
			for _, certificate := range state.PeerCertificates[:min(1, len(state.PeerCertificates))] {
				client = certificate.Subject.CommonName
			}
			return nil
		},
	}
	shown := func(*rdstest.Cloud) string {
		mu.Lock()
		defer mu.Unlock()
		return client
	}
	start := func(t *testing.T, c *rdstest.Cloud) {
		t.Helper()
		stop, err := c.Start()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(stop)
		c.Outside.Network = nil
	}
	folder := t.TempDir()
	caFile, otherFile := filepath.Join(folder, "ca.pem"), filepath.Join(folder, "other.pem")
	writeFile(t, caFile, ca.pem)
	writeFile(t, otherFile, other.pem)
	const untrusted = "Error: Unable to log in"
	trusting := with(password(), "OS_CACERT", ca.pem)
	mine := ca.issue(t, "mine")
	all := map[string]setting{
		"insecure":               {besides: password(), key: "verify", value: verifying(true), want: always("taken"), none: untrusted},
		"insecure, the other":    {besides: password(), key: "verify", value: verifying(false), want: always(untrusted), none: untrusted},
		"cacert_file":            {besides: password(), key: "cacert", value: only(caFile, otherFile), want: always("taken"), none: untrusted},
		"cacert_file, the other": {besides: password(), key: "cacert", value: only(otherFile, caFile), want: always(untrusted), none: untrusted},
		"key": {
			besides: with(trusting, "OS_CERT", mine.certificate), key: "key", value: only(mine.key, server.key),
			want: always("taken"), none: "Error: Unable to find key (key)",
		},
		"cert": {
			besides: with(trusting, "OS_KEY", mine.key), key: "cert",
			value:  func(source, _ string) any { return mine.renamed(t, word(source)).certificate },
			effect: shown, none: "Error: Unable to find cert (cert)",
		},
	}
	for name, s := range all {
		s.options, s.prepare = []rdssim.Option{rdssim.WithTLS(settings)}, start
		if s.effect == nil {
			s.effect = taken
		}
		all[name] = s
	}
	return all
}

// habits are the attributes for failures.
func habits() map[string]setting {
	failing := func(t *testing.T, c *rdstest.Cloud) {
		t.Helper()
		c.Inject(rdssim.Fault{Kind: "login", Times: 3, Handler: rdssim.IAMError(http.StatusServiceUnavailable, "Out of order.")})
	}
	return map[string]setting{
		"allow_reauth": {
			besides: password(), value: only(true, false), prepare: revokeAfterFirstAnswer, effect: taken,
			want: always("taken"), none: "taken",
		},
		"allow_reauth, the other": {
			besides: password(), value: only(false, true), prepare: revokeAfterFirstAnswer, effect: taken,
			want: always("Error: Unable to use the token"), none: "taken",
		},
		"max_retries": {
			besides: password(), value: only(3, 2), prepare: failing, effect: taken, want: always("taken"),
			none: "taken",
		},
		"max_retries, the other": {
			besides: password(), value: only(2, 3), prepare: failing, effect: taken,
			want: always("Error: Unable to log in"), none: "taken",
		},
	}
}
