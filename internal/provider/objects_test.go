// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/otc-rds/terraform-provider-rds/internal/provider"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The tests of acceptance, secrets, chaos and interrupts hold for every object. A new object is a row here.

// object is a type of object, of all kinds that it has.
type object struct {
	name    string // of the type
	calls   string // the kind of its requests in the simulated cloud
	path    string // in the URL of its requests
	unable  string // the summary of its errors: "Unable to …"
	request string // what RDS refuses, before the instance
	pending http.HandlerFunc

	everyInstance bool // it is not about one instance
	dataOnly      bool // it has no ephemeral resource
	action        bool
	links         bool // it returns links; their files are fetched

	// For acceptance: what every healthy instance gives, and arguments that change nothing about that.
	gives    map[string]knownvalue.Check
	variants []string
	// For an ephemeral resource: a value that a command gets, and a pattern of sh(1) that it matches.
	value, pattern string
	// Text of the logs that only results may hold.
	hidden []string
}

// hung never answers.
var hung = rdssim.Hang()

// creating answers that an export goes on.
var creating = rdssim.Status(http.StatusOK, `{"status":"creating","list":[],"count":0}`, nil)

func downloadOf(name, calls, path, noun string) object {
	gives := map[string]knownvalue.Check{
		"status": knownvalue.StringExact("FINISH"), "list.0.status": knownvalue.StringExact("SUCCESS"), "list.0.file_name": aName,
		"list.0.file_size": aSize, "list.0.file_link": aLink, "list.0.created_at": aTime, "list.0.expires_at": aTime,
		"list.0.workflow_id": knownvalue.NotNull(),
	}
	if name == dataSource {
		gives["list.0.updated_at"] = aTime
	}
	return object{
		name: name, calls: calls, path: path, unable: "obtain " + noun + " links", request: "export the " + noun + " of", pending: creating,
		action: true, links: true, gives: gives, variants: []string{`poll_method = "task"`, `poll_interval = "5s"`},
		value: "list[0].file_link", pattern: "*AWSAccessKeyId=*",
	}
}

var objects = []object{
	downloadOf("rds_errorlog_download", "rds.errorlog", "/errorlog-download", "error log"),
	downloadOf("rds_slowlog_download", "rds.slowlog", "/slowlog-download", "slow query log"),
	{
		name: "rds_errorlog", calls: "rds.errorlog_rows", path: "/errorlog", unable: "read error log", request: "read the error log of",
		pending: hung,
		gives: map[string]knownvalue.Check{
			"start_time": aTime, "end_time": aTime, "complete": knownvalue.NotNull(), "summary": knownvalue.NotNull(),
			"entries": knownvalue.NotNull(),
		},
		variants: []string{`last = "10m"`, `levels = ["ALL"]`},
		value:    "entries[0].content", pattern: "*duplicate*", hidden: []string{"4711", "insert into a"},
	},
	{
		name: "rds_slowlog", calls: "rds.slowlog_statistics", path: "/slow-logs/statistics", unable: "read slow statements",
		request: "read the slow statements of", pending: hung,
		gives: map[string]knownvalue.Check{
			"start_time": aTime, "end_time": aTime, "statements": knownvalue.NotNull(), "total": aSize,
		},
		variants: []string{`last = "10m"`, `sort_by = "time"`, `limit = 500`},
		value:    "statements[0].statement", pattern: "*card_number*", hidden: []string{"patient", "SELECT card"},
	},
	{
		name: "rds_instances", calls: "rds.instances", path: "/instances", unable: "list DB instances", request: "list DB instances",
		pending: hung, everyInstance: true, dataOnly: true,
		gives:    map[string]knownvalue.Check{"instances.0.id": aName, "instances.0.name": knownvalue.NotNull()},
		variants: []string{`name_prefix = ""`},
	},
}

// oneDay are logs for the hidden texts.
func oneDay() []rdssim.Option {
	return []rdssim.Option{rdssim.WithErrorLog(dayLog), rdssim.WithSlowLog(slowDay)}
}

// TestObjects: every type of object that the provider has is in the table, with all its kinds.
func TestObjects(t *testing.T) {
	schemas, err := provider.NewServer("test", provider.Outside{})().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var data, ephemerals, actions []string
	for _, o := range objects {
		data = append(data, o.name)
		if !o.dataOnly {
			ephemerals = append(ephemerals, o.name)
		}
		if o.action {
			actions = append(actions, o.name)
		}
	}
	for _, c := range []struct {
		kind      string
		got, want []string
	}{
		{"data sources", slices.Sorted(slices.Values(data)), sortedKeys(schemas.DataSourceSchemas)},
		{"ephemeral resources", slices.Sorted(slices.Values(ephemerals)), sortedKeys(schemas.EphemeralResourceSchemas)},
		{"actions", slices.Sorted(slices.Values(actions)), sortedKeys(schemas.ActionSchemas)},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-provider +table):\n%s", c.kind, diff)
		}
	}
}

// TestObjects_Actions: an action has no results.
func TestObjects_Actions(t *testing.T) {
	schemas, err := provider.NewServer("test", provider.Outside{})().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for name, action := range schemas.ActionSchemas {
		for _, attribute := range action.Schema.Block.Attributes {
			if attribute.Computed {
				t.Errorf("attribute %s of action %s is computed, want an argument only", attribute.Name, name)
			}
		}
	}
}

// each runs a test for every object.
func each(t *testing.T, test func(t *testing.T, o object)) {
	t.Helper()
	for _, o := range objects {
		t.Run(o.name, func(t *testing.T) { test(t, o) })
	}
}

// arguments are those of the object for an instance, and more.
func (o object) arguments(id string, more ...map[string]any) map[string]any {
	all := map[string]any{}
	if !o.everyInstance {
		all["instance_id"] = id
	}
	for _, m := range more {
		maps.Copy(all, m)
	}
	return all
}

// read reads the data source as Terraform does.
func (o object) read(t *testing.T, c *rdstest.Cloud, arguments map[string]any) rdstest.Outcome {
	t.Helper()
	p := c.Protocol(t)
	if diags := p.Configure(t.Context(), nil); len(diags) > 0 {
		t.Fatalf("got %q, want no diagnostics", diags)
	}
	return p.Read(t.Context(), o.name, arguments)
}

// data is a configuration with the data source.
func (o object) data(id string, more ...string) string { return o.block("data", id, more...) }

// ephemeral is a configuration with the ephemeral resource.
func (o object) ephemeral(id string, more ...string) string { return o.block("ephemeral", id, more...) }

func (o object) block(kind, id string, more ...string) string {
	if !o.everyInstance {
		more = append([]string{fmt.Sprintf("instance_id = %q", id)}, more...)
	}
	return fmt.Sprintf("%s %q \"orders\" {\n  %s\n}\n", kind, o.name, strings.Join(more, "\n  "))
}

// saving is a configuration with the action, which saves to the folder logs.
func (o object) saving(id string) string {
	return fmt.Sprintf("action %q \"orders\" {\n  config {\n    instance_id = %q\n    directory   = \"logs\"\n  }\n}\n", o.name, id)
}

// invoke is the CLI's argument that invokes the action.
func (o object) invoke() string { return "-invoke=action." + o.name + ".orders" }

// jsonPath returns the path for a text such as list.0.status.
func jsonPath(prefix, text string) tfjsonpath.Path {
	steps := strings.Split(text, ".")
	if prefix != "" {
		steps = append([]string{prefix}, steps...)
	}
	path := tfjsonpath.New(steps[0])
	for _, step := range steps[1:] {
		if i, err := strconv.Atoi(step); err == nil {
			path = path.AtSliceIndex(i)
		} else {
			path = path.AtMapKey(step)
		}
	}
	return path
}
