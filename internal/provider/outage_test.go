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

// TestOutageAtFirst: the first login gives up after its retries, so that a wrong auth_url is told soon.
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

// TestOutageUntilTheTimeIsUp: what to do depends on whether IAM says anything at all.
func TestOutageUntilTheTimeIsUp(t *testing.T) {
	for name, c := range map[string]struct {
		faults []rdssim.Fault
		advice string
	}{
		"no answer":  {at("login", forEver, rdssim.Hang()), "The identity service did not answer: check auth_url, the network and the proxy. To wait longer, raise timeouts.read."},
		"no service": {append(at("login", 1, rdssim.IAMError(503, "later")), at("login", forEver, rdssim.Hang())...), "Try again later. If it stays so, look at the cloud's status page. To wait longer, raise timeouts.read."},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				for _, fault := range c.faults {
					cloud.Inject(fault)
				}
				start := time.Now()
				o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "timeouts": map[string]any{"read": "20s"}})
				if took := time.Since(start); took != 20*time.Second || len(o.Diagnostics) != 1 || !strings.HasSuffix(strings.TrimSpace(o.Diagnostics[0]), "\n\n"+c.advice) {
					t.Errorf("after %s: %q", took, o.Diagnostics)
				}
			})
		})
	}
}

// TestOutageAtTheEnd: an export that had begun is told from one whose state is not known any more.
func TestOutageAtTheEnd(t *testing.T) {
	const lost = " was still running when the cloud last answered. After that, no good answer came before the timeout (50s, "
	for name, c := range map[string]struct {
		method        string
		kind          string        // of the calls that fail
		heal          time.Duration // 0: never
		sentence      string
		advice        string
		revokesTokens bool
	}{
		"of IAM": {"repeat", "login", 0, lost, "Try again later. If it stays so, look at the cloud's status page. The cloud finishes the export by itself: run it again once that fault is gone, or raise timeouts.read to wait longer.", true},
		"of RDS": {"repeat", "rds.errorlog", 0, lost, "The cloud finishes the export by itself: run it again once that fault is gone, or raise timeouts.read to wait longer.", false},
		"that is over, as the list tells": {"repeat", "rds.errorlog", 10 * time.Second, " was still running after 50s and ", "A large log takes longer: raise timeouts.read. If it never ends, " +
			"look at the instance in the console: the export works only for an instance that is working properly.", false},
		"that is over, as the task tells": {"task", "rds.", 10 * time.Second, " was still running after 50s and ", "A large log takes longer: raise timeouts.read. If it never ends, " +
			"look at the instance in the console: the export works only for an instance that is working properly.", false},
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
				o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "poll_method": c.method, "timeouts": map[string]any{"read": "50s"}})
				if len(o.Diagnostics) != 1 || !strings.Contains(o.Diagnostics[0], c.sentence) || !strings.HasSuffix(strings.TrimSpace(o.Diagnostics[0]), "\n\n"+c.advice) {
					t.Errorf("%q", o.Diagnostics)
				}
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
