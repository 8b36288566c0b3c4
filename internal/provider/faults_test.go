// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// The guide "When it fails" is made by this test: each row is a fault, what the user then sees, to the letter, and
// the test that proves it. The test fails when the code says something else than the guide. To write the guide anew,
// after reading what changed:
//
//	go test ./internal/provider -run TestFaults -update && make docs

var update = flag.Bool("update", false, "write the guide anew")

const faultsGuide = "../../templates/guides/when-it-fails.md"

// fault is a row of the guide.
type fault struct {
	name  string // of the test, and the heading
	cause string // what goes wrong, for the reader
	// How to bring it about.
	options   []rdssim.Option
	env       map[string]string
	provider  map[string]any
	arguments map[string]any // instance_id is the healthy one where none is given
	faults    []rdssim.Fault
	prepare   func(*rdstest.Cloud)
	interrupt time.Duration
	saves     bool                                 // by the action, to a folder
	folder    func(t *testing.T, directory string) // what is there before
}

func at(kind string, times int, handler http.HandlerFunc) []rdssim.Fault {
	return []rdssim.Fault{{Kind: kind, Times: times, Handler: handler}}
}

func instance(id string) map[string]any { return map[string]any{"instance_id": id} }

const forEver = -1

// faultGroups are in the order of a run: configuration, login, request, export.
func faultGroups() []struct {
	title string
	rows  []fault
} {
	return []struct {
		title string
		rows  []fault
	}{
		{"Credentials and login", loginFaults()},
		{"Refusals of the API", refusals()},
		{"An API that is slow, busy or broken", passingBy()},
		{"Exports that do not go well", exportFaults()},
		{"Files that cannot be saved", saveFaults()},
	}
}

func withEnv(env map[string]string, name, value string) map[string]string {
	changed := map[string]string{name: value}
	for n, v := range env {
		if n != name {
			changed[n] = v
		}
	}
	return changed
}

func refusals() []fault {
	refuse := func(status int, code, message string) []rdssim.Fault {
		return at("rds.errorlog", forEver, rdssim.APIError(status, code, message))
	}
	return []fault{
		{name: "No such instance", cause: "The id is wrong, or the instance is in another project or region.", arguments: instance(rdssim.InstanceMissing)},
		{name: "Another engine", cause: "The instance is RDS for MySQL or for SQL Server.", arguments: instance(rdssim.InstanceMySQL)},
		{
			name: "A right is missing", cause: "The user may log in, and may not download logs.",
			faults: refuse(403, "DBS.200604", "The DB instance ID or user ID may be null, or the operation is not authorized."),
		},
		{name: "Storage is full", cause: "The instance has no room left to prepare its log.", faults: refuse(409, "DBS.200316", "The storage space is full.")},
		{name: "Not this project's token", cause: "RDS refuses the credential, and refuses it again after a new login.", faults: refuse(401, "APIGW.0301", "Incorrect IAM authentication information.")},
		{name: "A redirect", cause: "Something in between sends the request elsewhere. The credential is not sent on.", faults: at("rds.errorlog", forEver, rdssim.Redirect("https://login.example.com/start?next=1"))},
		{name: "A code that nobody knows", cause: "The API refuses for a reason that its documents do not name.", faults: refuse(400, "DBS.299999", "The request cannot be handled.")},
		{name: "An answer without end", cause: "What answers is not the API: its answer is 64 MB long.", faults: at("rds.errorlog", forEver, rdssim.HugeBody(64<<20))},
	}
}

func passingBy() []fault {
	soon := map[string]any{"timeouts": map[string]any{"read": "90s"}}
	return []fault{
		{name: "Busy for a while", cause: "Another operation, such as a backup, runs on the instance for ten seconds. The provider waits for its end.", arguments: instance(rdssim.InstanceBusy)},
		{
			name: "Busy too long", cause: "The other operation does not end within the timeout.", arguments: soon,
			faults: at("rds.errorlog", forEver, rdssim.APIError(403, "DBS.200019", "Another operation is being performed on the DB instance.")),
		},
		{
			name: "Busy after the start", cause: "The export has begun, and then another operation runs.", arguments: soon,
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.APIError(409, "DBS.200011", "Another operation is being performed on the DB instance.")}},
		},
		{name: "Too many requests", cause: "The gateway answers 429 and says how long to wait. All requests of the run slow down.", faults: at("rds.errorlog", 2, rdssim.RetryAfter(429, "3"))},
		{name: "Server failure that passes", cause: "RDS answers 500 three times.", faults: at("rds.errorlog", 3, rdssim.APIError(500, "RDS.9999", "Internal server error."))},
		{name: "Server failure that stays", cause: "RDS answers 500 for longer than the timeout.", arguments: soon, faults: at("rds.errorlog", forEver, rdssim.APIError(500, "RDS.9999", "Internal server error."))},
		{name: "Gateway down", cause: "The gateway answers 502 with a page for longer than the timeout.", arguments: soon, faults: at("rds.errorlog", forEver, rdssim.HTMLPage(502))},
		{name: "A page with status 200", cause: "A proxy answers once with a page of its own.", faults: at("rds.errorlog", 1, rdssim.HTMLPage(200))},
		{name: "Broken connection", cause: "The connection breaks before the answer comes.", faults: at("rds.errorlog", 1, rdssim.Drop())},
		{name: "Half an answer", cause: "The connection breaks in the middle of the answer.", faults: at("rds.errorlog", 1, rdssim.HalfBody())},
		{name: "Half a JSON", cause: "The answer is cut off, and looks complete.", faults: at("rds.errorlog", 1, rdssim.Status(200, `{"status":"finish","list":[{"file_link":"obs.example.com/a?Sig`, nil))},
		{name: "Nothing in the answer", cause: "The answer is empty.", faults: at("rds.errorlog", 1, rdssim.Status(200, "", nil))},
		{
			name: "Another type than promised", cause: "The API sends an object where its page promises a list, for longer than the timeout.", arguments: soon,
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.Status(200, `{"status":"finish","list":{"file_link":"https://obs.example.com/a?Signature=x"}}`, nil)}},
		},
		{name: "One request hangs", cause: "The server takes a request and never answers. It is given up after 30 seconds and sent again.", faults: at("rds.errorlog", 1, rdssim.Hang())},
		{name: "Every request hangs", cause: "The server takes requests and answers none.", arguments: soon, faults: at("rds.errorlog", forEver, rdssim.Hang())},
		{name: "RDS cannot be reached", cause: "IAM answers, and nobody listens at RDS's address.", prepare: func(c *rdstest.Cloud) {
			cloud := c.Transport()
			c.Outside.Network = rdstest.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
				if strings.Contains(req.URL.Path, "/instances/") {
					return nil, fmt.Errorf("dial tcp 192.0.2.1:443: connect: %w", syscall.ECONNREFUSED)
				}
				return cloud.RoundTrip(req)
			})
		}},
	}
}

func exportFaults() []fault {
	answer := func(body string) []rdssim.Option {
		return []rdssim.Option{rdssim.WithAnswer(rdssim.InstanceHealthy, rdssim.Status(200, body, nil))}
	}
	return []fault{
		{name: "Export fails", cause: "The cloud could prepare no file.", arguments: instance(rdssim.InstanceFails)},
		{name: "Export fails in part", cause: "The cloud could prepare some files and others not.", arguments: instance(rdssim.InstancePartlyFails)},
		{name: "Export never ends", cause: "The log is very large, or the export is stuck.", arguments: instance(rdssim.InstanceStuck)},
		{name: "No file", cause: "The export is done and lists nothing.", arguments: instance(rdssim.InstanceEmpty)},
		{name: "A link is missing", cause: "The export is done and a file has no link, however often one asks.", arguments: instance(rdssim.InstanceNoLink)},
		{name: "Link about to expire", cause: "The links are older than they should be. They are asked for once more.", options: []rdssim.Option{rdssim.WithLinkLife(20 * time.Second)}},
		{
			name: "Link about to expire and no fresh one", cause: "The links live for 28 seconds, and the call for fresh ones hangs until the time is up.",
			options: []rdssim.Option{rdssim.WithExportDuration(0), rdssim.WithLinkLife(28 * time.Second)}, arguments: map[string]any{"timeouts": map[string]any{"read": "20s"}},
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.Hang()}},
		},
		{
			name: "Links that expire meanwhile", cause: "The links live for 10 seconds, and the call for fresh ones hangs until the time is up.",
			options: []rdssim.Option{rdssim.WithExportDuration(0), rdssim.WithLinkLife(10 * time.Second)}, arguments: map[string]any{"timeouts": map[string]any{"read": "20s"}},
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.Hang()}},
		},
		{
			name: "A link is missing when the time is up", cause: "The export is done, a file has no link, and `timeouts.read` is short.",
			arguments: map[string]any{"instance_id": rdssim.InstanceNoLink, "timeouts": map[string]any{"read": "7s"}},
		},
		{
			name: "Size that is no number", cause: "The API gives a size in words.",
			options: answer(`{"status":"finish","count":1,"list":[{"workflow_id":"w","file_name":"a_errorlog","status":"success","file_size":"3.59 KB","file_link":"obs.example.com/a?Expires=4102444800&Signature=x"}]}`),
		},
		{
			name: "Count that does not add up", cause: "The API counts more links than it lists.",
			options: answer(`{"status":"finish","count":3,"list":[{"workflow_id":"w","file_name":"a_errorlog","status":"success","file_size":"1","file_link":"obs.example.com/a?Expires=4102444800&Signature=x"}]}`),
		},
		{
			name: "Task cannot be asked for", cause: "poll_method is \"task\", and this cloud's jobs API does not know the task. The provider goes on as with \"repeat\".", options: []rdssim.Option{rdssim.WithoutJobs()},
			arguments: map[string]any{"poll_method": "task"},
		},
		{
			name: "Jobs API hangs", cause: "poll_method is \"task\", and the jobs API does not answer. It is given up after ten seconds each time, and the links are asked for.",
			arguments: map[string]any{"poll_method": "task"}, faults: at("rds.job", forEver, rdssim.Hang()),
		},
		{name: "Interrupted", cause: "Ctrl-C, nine seconds after the start.", arguments: instance(rdssim.InstanceStuck), interrupt: 9 * time.Second},
		{name: "Interrupted before an export", cause: "IAM hangs, and Ctrl-C comes after nine seconds.", faults: at("login", forEver, rdssim.Hang()), interrupt: 9 * time.Second},
	}
}

// seen is what the user sees of a fault.
type seen struct {
	summary string // one line for the table
	texts   []string
}

func (f fault) run(t *testing.T) seen {
	c := rdstest.New(t, f.options...)
	c.SetEnv(f.env)
	for _, one := range f.faults {
		c.Inject(one)
	}
	if f.prepare != nil {
		f.prepare(c)
	}
	ctx := t.Context()
	if f.interrupt > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithCancel(ctx)
		defer cancel()
		time.AfterFunc(f.interrupt, cancel)
	}
	start := time.Now()
	p := c.Protocol(t)
	if texts := p.Configure(ctx, f.provider); len(texts) > 0 {
		return seen{"an error, before any request", texts}
	}
	arguments := map[string]any{"instance_id": rdssim.InstanceHealthy}
	maps.Copy(arguments, f.arguments)
	if f.saves {
		return f.save(ctx, t, p, arguments)
	}
	o := p.Read(ctx, dataSource, arguments)
	tellsNoSecret(t, strings.Join(o.Diagnostics, "\n"))
	end := "an error"
	if o.Values != nil {
		end = "the links"
		if len(o.Diagnostics) > 0 {
			end = "a warning and the links that are there"
		}
	}
	return seen{end + when(start), o.Diagnostics}
}

// when is how long after the start it is, as the guide tells it.
func when(start time.Time) string {
	took := time.Since(start).Round(100 * time.Millisecond)
	if took == 0 {
		return ", at once"
	}
	return fmt.Sprintf(", after %s", took)
}

func TestFaults(t *testing.T) {
	var guide, table strings.Builder
	for _, group := range faultGroups() {
		fmt.Fprintf(&guide, "\n## %s\n", group.title)
		for _, f := range group.rows {
			var s seen
			t.Run(f.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { s = f.run(t) })
			})
			fmt.Fprintf(&table, "| [%s](#%s) | %s | `TestFaults/%s` |\n", f.name, anchor(f.name), s.summary, strings.ReplaceAll(f.name, " ", "_"))
			fmt.Fprintf(&guide, "\n### %s\n\n%s You see %s", f.name, f.cause, s.summary)
			if len(s.texts) == 0 {
				guide.WriteString(".\n")
				continue
			}
			fmt.Fprintf(&guide, ":\n\n```text\n%s\n```\n", strings.TrimRight(strings.Join(s.texts, "\n\n"), "\n"))
		}
	}
	compareGuide(t, guideHead+table.String()+guide.String())
}

func anchor(heading string) string {
	return strings.NewReplacer(" ", "-", "'", "").Replace(strings.ToLower(heading))
}

const guideHead = `---
page_title: "When it fails"
description: |-
  What can go wrong, what the provider then says, and what to do.
---

# When it fails

Each fault that the provider knows, what you see of it, and the text to the letter. Times are those of an export of four seconds in the simulated cloud; where nothing else is said,
` + "`timeouts.read`" + ` has its default of ten minutes. Every line is held against the code by the test that it names. What stands in brackets
behind a summary is the argument that Terraform points at.

| fault | you see | test |
|---|---|---|
`

func compareGuide(t *testing.T, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(faultsGuide, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(faultsGuide)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("the guide is not what the code says; if the code is right, run with -update: %s", diff)
	}
}
