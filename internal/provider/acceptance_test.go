// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// Acceptance tests ask a real account: "make testacc" runs them, with credentials and RDS_INSTANCE_ID in the
// environment. The same code runs in "make test" against the simulator, so that on the day somebody has an account it
// is known to work. They check what holds for every log of a healthy instance. Nothing but an export is started.

// account is what an acceptance test asks.
type account struct {
	factories  map[string]func() (tfprotov6.ProviderServer, error)
	instanceID string
	network    http.RoundTripper // to the files
}

// realAccount skips the test without an account, with what is missing.
func realAccount(t *testing.T) account {
	t.Helper()
	id := os.Getenv("RDS_INSTANCE_ID")
	if os.Getenv(resource.EnvTfAcc) == "" || id == "" {
		t.Skip("asks a real account: make testacc, with credentials (OS_…) and RDS_INSTANCE_ID in the environment, runs it")
	}
	return account{
		factories: map[string]func() (tfprotov6.ProviderServer, error){
			"rds": func() (tfprotov6.ProviderServer, error) {
				return provider.NewServer("acceptance", provider.Outside{})(), nil
			},
		},
		instanceID: id,
		network:    http.DefaultTransport,
	}
}

func simulatedAccount(t *testing.T) account {
	t.Helper()
	c := rdstest.NewWithClock(t)
	return account{factories: c.Factories(), instanceID: rdssim.InstanceHealthy, network: c.Transport()}
}

func TestAccDataSource(t *testing.T) { accept(t, realAccount, acceptDataSource) }
func TestAccEphemeral(t *testing.T)  { accept(t, realAccount, acceptEphemeral) }
func TestAccNotFound(t *testing.T)   { accept(t, realAccount, acceptNotFound) }

func TestSimulatedAcc_DataSource(t *testing.T) { accept(t, simulatedAccount, acceptDataSource) }
func TestSimulatedAcc_Ephemeral(t *testing.T)  { accept(t, simulatedAccount, acceptEphemeral) }
func TestSimulatedAcc_NotFound(t *testing.T)   { accept(t, simulatedAccount, acceptNotFound) }

// accept runs a test for every object with an account.
func accept(t *testing.T, with func(*testing.T) account, test func(*testing.T, account, object)) {
	t.Helper()
	each(t, func(t *testing.T, o object) { test(t, with(t), o) })
}

var (
	aLink = knownvalue.StringRegexp(regexp.MustCompile(`^https?://[^?]+\?.+`))
	aTime = knownvalue.StringRegexp(regexp.MustCompile(`^20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d+)?Z$`))
	aName = knownvalue.StringRegexp(regexp.MustCompile(`^[^/\\]+$`))
	// aSize is not judged: a log may be empty.
	aSize = knownvalue.Int64Func(func(n int64) error {
		if n < 0 {
			return fmt.Errorf("%d bytes", n)
		}
		return nil
	})
)

func acceptDataSource(t *testing.T, a account, o object) {
	t.Helper()
	address := "data." + o.name + ".orders"
	var checks []statecheck.StateCheck
	for path, check := range o.gives {
		checks = append(checks, statecheck.ExpectKnownValue(address, jsonPath("", path), check))
	}
	first := resource.TestStep{Config: o.data(a.instanceID), ConfigStateChecks: checks}
	if o.links {
		first.ConfigStateChecks = append(checks[:len(checks):len(checks)],
			statecheck.ExpectSensitiveValue(address, jsonPath("", "list.0.file_link")))
		first.Check = resource.TestCheckResourceAttrWith(address, "list.0.file_link", a.fetch)
	}
	steps := []resource.TestStep{first}
	for _, more := range o.variants {
		steps = append(steps, resource.TestStep{Config: o.data(a.instanceID, more), ConfigStateChecks: checks})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: a.factories, Steps: steps})
}

// fetch downloads a little of the file. It never repeats the link: logs of tests are read by many.
func (a account) fetch(link string) error {
	req, err := http.NewRequest(http.MethodGet, link, http.NoBody)
	if err != nil {
		return fmt.Errorf("the link is not a URL")
	}
	resp, err := a.network.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("the file could not be fetched: %T", err)
	}
	defer func() { _ = resp.Body.Close() }() // what is wanted of it has been read
	n, err := io.CopyN(io.Discard, resp.Body, 64<<10)
	if err != nil && !errors.Is(err, io.EOF) || resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the file was answered with status %d and %d bytes", resp.StatusCode, n)
	}
	return nil
}

func acceptEphemeral(t *testing.T, a account, o object) {
	t.Helper()
	if o.dataOnly {
		return
	}
	a.factories["echo"] = echoprovider.NewProviderServer()
	var checks []statecheck.StateCheck
	for path, check := range o.gives {
		checks = append(checks, statecheck.ExpectKnownValue("echo.log", jsonPath("data", path), check))
	}
	resource.UnitTest(t, resource.TestCase{
		TerraformVersionChecks:   needsEphemerals,
		ProtoV6ProviderFactories: a.factories,
		Steps: []resource.TestStep{{
			Config: o.ephemeral(a.instanceID) + `
				provider "echo" { data = ephemeral.` + o.name + `.orders }
				resource "echo" "log" {}`,
			ConfigStateChecks: checks,
		}},
	})
}

// acceptNotFound asks for an instance that nobody has.
func acceptNotFound(t *testing.T, a account, o object) {
	t.Helper()
	if o.everyInstance {
		return
	}
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: a.factories,
		Steps: []resource.TestStep{{
			Config:      o.data("00000000000000000000000000000000in03"),
			ExpectError: wrapped("RDS refused to " + o.request + " DB instance 00000000000000000000000000000000in03 in project"),
		}},
	})
}
