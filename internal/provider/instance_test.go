// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

const (
	unableToFind = "Error: Unable to find DB instance (instance_name)\n\n"
	inProject    = "project " + rdssim.ProjectName + " (" + rdssim.ProjectID + "), region " + rdssim.Region
)

func named(name string) map[string]any { return map[string]any{"instance_name": name} }

// byName calls every object that takes a name, with an argument that it needs.
var byName = map[string]func(ctx context.Context, t *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome{
	"data source rds_errorlog_download": func(ctx context.Context, _ *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome {
		return p.Read(ctx, "rds_errorlog_download", named(name))
	},
	"ephemeral resource rds_errorlog_download": func(ctx context.Context, _ *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome {
		return p.Open(ctx, "rds_errorlog_download", named(name))
	},
	"data source rds_errorlog": func(ctx context.Context, _ *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome {
		return p.Read(ctx, "rds_errorlog", named(name))
	},
	"ephemeral resource rds_errorlog": func(ctx context.Context, _ *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome {
		return p.Open(ctx, "rds_errorlog", named(name))
	},
	"action rds_errorlog_download": func(ctx context.Context, t *testing.T, p *rdstest.Protocol, name string) rdstest.Outcome {
		_, diagnostics := p.Invoke(ctx, "rds_errorlog_download", map[string]any{"instance_name": name, "directory": t.TempDir()})
		return rdstest.Outcome{Diagnostics: diagnostics}
	},
}

// TestInstanceName: a name leads to the ID, in every object. Data sources and ephemeral resources show it.
func TestInstanceName(t *testing.T) {
	for kind, call := range byName {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t, rdssim.WithExportDuration(0))
				o := call(t.Context(), t, configured(t, c), "shop") // a MySQL instance has this name too
				if len(o.Diagnostics) > 0 {
					t.Fatalf("got %q, want no diagnostics", o.Diagnostics)
				}
				if c.Count("rds.instances") != 1 {
					t.Errorf("got %d listings, want 1", c.Count("rds.instances"))
				}
				asked := slices.ContainsFunc(c.Requests(), func(r rdssim.Request) bool {
					return strings.Contains(r.Path, "/instances/"+rdssim.InstanceShop+"/")
				})
				if !asked {
					t.Errorf("got %q, want a request for %s", c.Calls(), rdssim.InstanceShop)
				}
				if o.Values == nil {
					return
				}
				want := map[string]any{"instance_id": rdssim.InstanceShop, "instance_name": "shop"}
				got := map[string]any{"instance_id": o.Values["instance_id"], "instance_name": o.Values["instance_name"]}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("attributes (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// TestInstanceName_ByID: an ID needs no listing.
func TestInstanceName_ByID(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		o := read(t, c, instance(rdssim.InstanceHealthy))
		want := map[string]any{"instance_id": rdssim.InstanceHealthy, "instance_name": nil}
		got := map[string]any{"instance_id": o.Values["instance_id"], "instance_name": o.Values["instance_name"]}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("attributes (-want +got):\n%s", diff)
		}
		if c.Count("rds.instances") != 0 {
			t.Errorf("got %d listings, want none", c.Count("rds.instances"))
		}
	})
}

const mysqlOnly = `{"id":"` + rdssim.InstanceMySQL + `","name":"crm","type":"Single","status":"ACTIVE","datastore":{"type":"MySQL"}}`

// TestInstanceName_Errors: each error is at the argument, in every object, and names what can be meant.
func TestInstanceName_Errors(t *testing.T) {
	for name, c := range map[string]struct {
		name   string
		faults []rdssim.Fault
		want   string
	}{
		"a typo": {
			"ordres", nil, unableToFind + `No DB instance has the name "ordres" among the 13 PostgreSQL instances in ` + inProject +
				".\n\nThese names are the most similar ones:\n\n  orders\n  orders-replica\n  reports\n\n" +
				"Check the name first, then project and region.",
		},
		"upper case": {
			"Invoices", nil, unableToFind + `No DB instance has the name "Invoices" among the 13 PostgreSQL instances in ` + inProject +
				".\n\nThese names are the most similar ones:\n\n  invoices\n  archive\n  orders\n\n" +
				"Check the name first, then project and region.",
		},
		"an ID": {
			rdssim.InstanceHealthy, nil, unableToFind + `No DB instance has the name "` + rdssim.InstanceHealthy +
				`" among the 13 PostgreSQL instances in ` + inProject + ".\n\nIt is the ID of orders. For an ID, use instance_id in place of " +
				"instance_name.",
		},
		"several": {
			"twin", nil, unableToFind + `2 PostgreSQL instances have the name "twin" in ` + inProject + ".\n\n  " + rdssim.InstanceTwin +
				": PostgreSQL, Single, ACTIVE\n  " + rdssim.InstanceOtherTwin + ": PostgreSQL, Ha, REBOOTING\n\n" +
				"Use instance_id in place of instance_name.",
		},
		"another engine": {
			"crm", []rdssim.Fault{listed(mysqlOnly)}, unableToFind + `The DB instance "crm" in ` + inProject +
				" is not RDS for PostgreSQL.\n\n  " + rdssim.InstanceMySQL + ": MySQL, Single, ACTIVE\n\n" +
				"The provider reads the logs of PostgreSQL instances only. Look for another name with data source rds_instances.",
		},
		"an ID that cannot be one": {
			"orders",
			[]rdssim.Fault{listed(`{"id":"../x","name":"orders","type":"Ha","status":"ACTIVE","datastore":{"type":"PostgreSQL"}}`)},
			unableToFind + `The cloud's list of DB instances has no usable ID for "orders" in ` + inProject +
				".\n\n  ../x: PostgreSQL, Ha, ACTIVE\n\nUse instance_id in place of instance_name: the console shows the ID.",
		},
		"nothing there": {
			"orders",
			[]rdssim.Fault{listed("")},
			unableToFind + "There are no PostgreSQL instances in " + inProject + ".\n\nCheck project and region.",
		},
	} {
		for kind, call := range byName {
			t.Run(name+", "+kind, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					cloud := rdstest.New(t)
					for _, f := range c.faults {
						cloud.Inject(f)
					}
					o := call(t.Context(), t, configured(t, cloud), c.name)
					if diff := cmp.Diff([]string{c.want}, o.Diagnostics); diff != "" {
						t.Errorf("diagnostics (-want +got):\n%s", diff)
					}
				})
			})
		}
	}
}

// TestInstanceName_NotAllowed: the permission is named, and what works without it.
func TestInstanceName_NotAllowed(t *testing.T) {
	for kind, call := range byName {
		t.Run(kind, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := rdstest.New(t)
				c.Inject(at("rds.instances", forEver, rdssim.APIError(403, "DBS.200604", "The operation is not authorized."))[0])
				o := call(t.Context(), t, configured(t, c), "orders")
				onlyDiagnostic(t, o.Diagnostics, unableToFind+"RDS refused to list DB instances in "+inProject+".\n\n",
					"The user needs the permission rds:instance:list in this project. Check the user's groups in IAM. Without that "+
						"permission, use instance_id in place of instance_name.")
			})
		})
	}
}

// TestInstanceName_InTexts: where an instance is given by name, texts have name and ID.
func TestInstanceName_InTexts(t *testing.T) {
	for name, want := range map[string]string{
		"stock": "Warning: No error log files\n\nThe cloud finished the export for DB instance stock (" + rdssim.InstanceEmpty + ")",
		"search": unable + "The cloud could not export the error log of DB instance search (" + rdssim.InstanceFails +
			"): no file was prepared",
		"reports":   unable + "The export for DB instance reports (" + rdssim.InstanceNoLink + ") is done, but",
		"warehouse": unable + "The export for DB instance warehouse (" + rdssim.InstanceStuck + ") was still running after 10 min",
		"archive":   unable + "The export for DB instance archive (" + rdssim.InstanceCreating + ") could not be started in 10 min",
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				onlyDiagnostic(t, read(t, rdstest.New(t), named(name)).Diagnostics, want, "")
			})
		})
	}
}

// TestInstanceName_Deleted: the instance of a listing can be gone when its log is asked for.
func TestInstanceName_Deleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(at("rds.errorlog", forEver, rdssim.APIError(404, "DBS.200602", "The DB instance does not exist."))[0])
		onlyDiagnostic(t, read(t, c, named("orders")).Diagnostics, "Error: Unable to obtain error log links (instance_name)\n\n",
			"had it a moment ago, so it was probably just deleted. Look at the list in the console.")
	})
}

// TestInstanceName_Tolerated: allow_failure covers a wrong name, not the permission for all of them.
func TestInstanceName_Tolerated(t *testing.T) {
	for name, c := range map[string]struct {
		name, reason string
	}{
		"a typo":  {"ordres", `No DB instance has the name "ordres" among the 13 PostgreSQL instances in ` + inProject + "."},
		"several": {"twin", `2 PostgreSQL instances have the name "twin" in ` + inProject + "."},
	} {
		for _, object := range []string{"rds_errorlog", "rds_errorlog_download"} {
			t.Run(name+" in "+object, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					o := configured(t, rdstest.New(t)).Read(t.Context(), object,
						map[string]any{"instance_name": c.name, "allow_failure": true})
					onlyDiagnostic(t, o.Diagnostics, "Warning: Unable to find DB instance", "This is a warning because allow_failure is true.")
					want := map[string]any{"reason": c.reason, "status": nil, "code": nil, "request_id": nil}
					if diff := cmp.Diff(want, o.Values["failure"]); diff != "" {
						t.Errorf("failure (-want +got):\n%s", diff)
					}
					if id, ok := o.Values["instance_id"]; id != nil || !ok {
						t.Errorf("got instance_id %v, want null", id)
					}
				})
			})
		}
	}
	synctest.Test(t, func(t *testing.T) {
		cloud := rdstest.New(t)
		cloud.Inject(at("rds.instances", forEver, rdssim.APIError(403, "DBS.200604", "no"))[0])
		o := read(t, cloud, map[string]any{"instance_name": "orders", "allow_failure": true})
		onlyDiagnostic(t, o.Diagnostics, unableToFind, "")
	})
}

// TestInstanceName_Arguments: a mistake is found before any request.
func TestInstanceName_Arguments(t *testing.T) {
	const invalid = "Error: Invalid Attribute Value (instance_name)\n\nAttribute instance_name must be the name of a DB instance: " +
		"1 to 64 characters, without a space at the beginning or end, got: "
	for name, c := range map[string]struct {
		arguments map[string]any
		want      string
	}{
		"none": {nil, "Error: Invalid Attribute Combination\n\nWhich DB instance? Set instance_name or instance_id."},
		"both": {
			map[string]any{"instance_id": rdssim.InstanceHealthy, "instance_name": "orders"},
			"Error: Invalid Attribute Combination (instance_id)\n\nSet either instance_name or instance_id, not both.",
		},
		"empty":           {named(""), invalid + `"".`},
		"a space":         {named(" orders"), invalid + `" orders".`},
		"a line":          {named("a\nb"), invalid + `"a\nb".`},
		"a file in place": {named(strings.Repeat("x", 1000)), invalid + `"` + strings.Repeat("x", 60) + `… (1000 characters)".`},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				p := configured(t, cloud)
				for _, object := range []string{"rds_errorlog", "rds_errorlog_download"} {
					for kind, o := range map[string]rdstest.Outcome{
						"data source": p.Read(t.Context(), object, c.arguments), "ephemeral resource": p.Open(t.Context(), object, c.arguments),
					} {
						if diff := cmp.Diff([]string{c.want}, o.Diagnostics); diff != "" {
							t.Errorf("%s %s (-want +got):\n%s", kind, object, diff)
						}
					}
				}
				arguments := map[string]any{"directory": t.TempDir()}
				for name, value := range c.arguments {
					arguments[name] = value
				}
				_, early := p.Invoke(t.Context(), "rds_errorlog_download", arguments)
				_, late := p.InvokeLate(t.Context(), "rds_errorlog_download", arguments)
				if diff := cmp.Diff([][]string{{c.want}, {c.want}}, [][]string{early, late}); diff != "" {
					t.Errorf("action, early and late (-want +got):\n%s", diff)
				}
				if calls := cloud.Calls(); len(calls) > 0 {
					t.Errorf("got the requests %q, want none", calls)
				}
			})
		})
	}
}

// TestInstanceName_Fleet: 200 data sources by name cost the pages of one listing, and one login.
func TestInstanceName_Fleet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
		c := rdstest.New(t, rdssim.WithExportDuration(0), rdssim.WithFleet(200))
		p := configured(t, c)
		var fleet sync.WaitGroup
		for i := range 200 {
			fleet.Go(func() {
				o := p.Read(t.Context(), dataSource, named(fmt.Sprintf("fleet-%04d", i+1)))
				if got := o.Values["instance_id"]; got != rdssim.FleetInstance(i+1) || len(o.Diagnostics) > 0 {
					t.Errorf("fleet-%04d: got the ID %v and %q", i+1, got, o.Diagnostics)
				}
			})
		}
		fleet.Wait()
		want := map[string]int{"login": 1, "rds.instances": 3, "rds.errorlog": 200} // 214 instances on pages of 100
		got := map[string]int{"login": c.Count("login"), "rds.instances": c.Count("rds.instances"), "rds.errorlog": c.Count("rds.errorlog")}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
	})
}

// TestInstanceName_OnceMore: a name that is missing is asked for once more in a run, however many objects have it.
func TestInstanceName_OnceMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		p := configured(t, c)
		var all sync.WaitGroup
		for range 20 {
			for _, name := range []string{"ordres", "orders", "invoice"} {
				all.Go(func() { p.Read(t.Context(), "rds_errorlog", named(name)) })
			}
		}
		all.Wait()
		p.Read(t.Context(), "rds_errorlog", named("ordres"))
		if n := c.Count("rds.instances"); n != 2 {
			t.Errorf("got %d listings for two wrong names at once, want 2", n)
		}
		p.Read(t.Context(), "rds_errorlog", named("later"))
		if n := c.Count("rds.instances"); n != 3 {
			t.Errorf("got %d listings after a third wrong name, want 3", n)
		}
	})
}

// TestInstanceName_New: an instance that was created after the listing is found.
func TestInstanceName_New(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t, rdssim.WithExportDuration(0))
		c.Inject(rdssim.Fault{Kind: "rds.instances", Times: 1, Handler: rdssim.Status(200, `{"instances":[]}`, nil)})
		p := configured(t, c)
		if names := p.Read(t.Context(), instancesSource, nil).Values["instances"]; len(names.([]any)) != 0 {
			t.Fatalf("got %v, want no instance at first", names)
		}
		if o := p.Read(t.Context(), dataSource, named("orders")); o.Values["instance_id"] != rdssim.InstanceHealthy {
			t.Errorf("got %v and %q, want the ID of the new instance", o.Values, o.Diagnostics)
		}
	})
}

// TestInstanceName_Waits: faults that pass are waited for, within the object's own timeout.
func TestInstanceName_Waits(t *testing.T) {
	for name, handler := range map[string]http.HandlerFunc{
		"busy": rdssim.APIError(409, "DBS.200011", "Busy."), "throttled": rdssim.RetryAfter(429, "1"),
		"out of order": rdssim.APIError(500, "RDS.9999", "no"), "another's page": rdssim.HTMLPage(200), "no answer": rdssim.Drop(),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				passes := rdstest.New(t)
				passes.Inject(rdssim.Fault{Kind: "rds.instances", Times: 4, Handler: handler})
				if o := read(t, passes, named("orders")); len(o.Diagnostics) > 0 {
					t.Errorf("got %q after the fault passed, want no diagnostics", o.Diagnostics)
				}
				stays := rdstest.New(t)
				stays.Inject(rdssim.Fault{Kind: "rds.instances", Times: forEver, Handler: handler})
				start := time.Now()
				o := read(t, stays, map[string]any{"instance_name": "orders", "timeouts": map[string]any{"read": "40s"}})
				onlyDiagnostic(t, o.Diagnostics, "Error: Unable to find DB instance\n\nRDS gave no usable answer to the request to list DB "+
					"instances in 40 s and ", "raise timeouts.read to wait longer.", "\n\nLast fault:\n\n")
				expectDuration(t, start, 40*time.Second)
			})
		})
	}
}

// TestInstanceName_WhatIsLeft: lookup and read share one timeout.
func TestInstanceName_WhatIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := rdstest.New(t)
		c.Inject(rdssim.Fault{Kind: "rds.instances", Times: 1, Handler: rdssim.Hang()})
		start := time.Now()
		o := read(t, c, map[string]any{"instance_name": "warehouse", "timeouts": map[string]any{"read": "60s"}})
		onlyDiagnostic(t, o.Diagnostics, unable+"The export for DB instance warehouse", "")
		expectDuration(t, start, time.Minute)
	})
}

// TestInstanceName_Unknown: a name that is known only after an apply postpones the read, and a null one beside an ID is none.
func TestInstanceName_Unknown(t *testing.T) {
	c := rdstest.NewWithClock(t)
	id := statecheck.ExpectKnownValue(address, tfjsonpath.New("instance_id"), knownvalue.StringExact(rdssim.InstanceHealthy))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: c.Factories(),
		Steps: []resource.TestStep{{
			Config: `
				resource "terraform_data" "name" { input = "orders" }
				data "rds_errorlog_download" "orders" { instance_name = terraform_data.name.output }`,
			ConfigPlanChecks: resource.ConfigPlanChecks{
				PreApply: []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, tfjsonpath.New("instance_id"))},
			},
			ConfigStateChecks: []statecheck.StateCheck{id},
		}, {
			Config:            ofInstance(rdssim.InstanceHealthy, "instance_name = null"),
			ConfigStateChecks: []statecheck.StateCheck{id},
		}},
	})
}
