// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestOutageOfIAM: a token is revoked in the middle of an export, and IAM is out of order when the new one is asked
// for. However long that takes, the wait goes on.
func TestOutageOfIAM(t *testing.T) {
	for outage, want := range map[time.Duration]time.Duration{ // until the links are there
		20 * time.Second: 200100 * time.Millisecond,
		50 * time.Second: 226700 * time.Millisecond,
		90 * time.Second: 216300 * time.Millisecond,
		2 * time.Minute:  216 * time.Second,
		5 * time.Minute:  321 * time.Second,
	} {
		t.Run(outage.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t, rdssim.WithExportDuration(200*time.Second))
				start := time.Now()
				time.AfterFunc(11*time.Second, func() {
					c.RevokeTokens()
					c.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.IAMError(503, "later")})
				})
				time.AfterFunc(11*time.Second+outage, c.Heal)
				o := read(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy})
				if took := time.Since(start).Round(100 * time.Millisecond); len(o.Diagnostics) > 0 || took != want {
					t.Errorf("after %s, want %s: %q", took, want, o.Diagnostics)
				}
				// One layer retries: a poll that needs a login costs six of them at most, over half a minute.
				if most := 2 + 6*(1+int(outage/(31*time.Second))); c.Count("login") > most {
					t.Errorf("%d logins, more than %d", c.Count("login"), most)
				}
			})
		})
	}
}

// TestOutageAtFirst: the first login gives up after its retries, so that a wrong auth_url is reported soon.
func TestOutageAtFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "login", Times: -1, Handler: rdssim.IAMError(503, "later")})
		start := time.Now()
		o := read(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy})
		if took := time.Since(start); o.Values != nil || took != 31*time.Second || c.Count("login") != 6 {
			t.Errorf("%s, %d logins: %q", took, c.Count("login"), o.Diagnostics)
		}
	})
}

// TestOutageUntilTheTimeIsUp: the advice depends on whether IAM answers at all.
func TestOutageUntilTheTimeIsUp(t *testing.T) {
	for name, c := range map[string]struct {
		faults []rdssim.Fault
		advice string
	}{
		"no answer": {
			at("login", forEver, rdssim.Hang()),
			"The identity service did not answer. Check auth_url (OS_AUTH_URL), the network and the proxy. Then run it again, " +
				"or raise timeouts.read to wait longer.",
		},
		"no service": {
			append(at("login", 1, rdssim.IAMError(503, "later")), at("login", forEver, rdssim.Hang())...),
			"Try again later. If it goes on, look at the cloud's status page (https://status.otc-service.com/). Then run it again, " +
				"or raise timeouts.read to wait longer.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range c.faults {
					cloud.Inject(fault)
				}
				start := time.Now()
				o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "timeouts": map[string]any{"read": "20s"}})
				expectDuration(t, start, 20*time.Second)
				onlyDiagnostic( // attempts of the login do not count
					t, o.Diagnostics, "Error: ", "\n\n"+c.advice, " could not be started in 20 s and 1 call.\n",
				)
			})
		})
	}
}

// TestOutageAtTheEnd: the text differs if the last answers are missing, since the state of the export is then unknown.
func TestOutageAtTheEnd(t *testing.T) {
	const largeLog = "A large log takes longer: raise timeouts.read. If it never ends, look at the instance in the console: the export " +
		"needs an instance that works properly."
	const lost = " was still running when RDS last answered. After that, no usable answer came: the timeout of 50 s ended after "
	for name, c := range map[string]struct {
		method        string
		kind          string        // of the calls that fail
		heal          time.Duration // 0: never
		sentence      string
		advice        string
		revokesTokens bool
	}{
		"of IAM": {
			"repeat", "login", 0, lost,
			"Try again later. If it goes on, look at the cloud's status page (https://status.otc-service.com/). The cloud finishes the " +
				"export by itself. Then run it again, or raise timeouts.read to wait longer.",
			true,
		},
		"of RDS": {
			"repeat", "rds.errorlog", 0, lost,
			"The cloud may be out of order (see https://status.otc-service.com/). The cloud finishes the export by itself. Then run it " +
				"again, or raise timeouts.read to wait longer.", false,
		},
		"that is over, by the list": {"repeat", "rds.errorlog", 10 * time.Second, " was still running after 50 s and ", largeLog, false},
		"that is over, by the task": {"task", "rds.", 10 * time.Second, " was still running after 50 s and ", largeLog, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t, rdssim.WithExportDuration(time.Hour))
				time.AfterFunc(11*time.Second, func() {
					if c.revokesTokens {
						cloud.RevokeTokens()
					}
					for _, kind := range []string{"login", "rds.errorlog", "rds.job"} {
						if strings.HasPrefix(kind, c.kind) {
							cloud.Inject(rdssim.Fault{Kind: kind, Times: -1, Handler: rdssim.IAMError(503, "later")})
						}
					}
				})
				if c.heal > 0 {
					time.AfterFunc(11*time.Second+c.heal, cloud.Heal)
				}
				o := read(
					t, cloud,
					map[string]any{"instance_id": rdssim.InstanceHealthy, "poll_method": c.method, "timeouts": map[string]any{"read": "50s"}},
				)
				onlyDiagnostic(t, o.Diagnostics, "Error: ", "\n\n"+c.advice, c.sentence)
			})
		})
	}
}

// TestLongRetryAfter: one answer that asks for an hour's patience does not use up the whole read.
func TestLongRetryAfter(t *testing.T) {
	for _, status := range []int{429, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t, rdssim.WithExportDuration(0))
				c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: 1, Handler: rdssim.RetryAfter(status, "3600")})
				start := time.Now()
				o := read(t, c, map[string]any{"instance_id": rdssim.InstanceHealthy})
				if took := time.Since(start); len(o.Diagnostics) > 0 || took != time.Minute {
					t.Errorf("after %s: %q", took, o.Diagnostics)
				}
				if diff := cmp.Diff([]string{"login 201", fmt.Sprintf("rds.errorlog %d", status), "rds.errorlog 200"}, c.Calls()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}
