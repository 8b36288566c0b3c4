// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
)

// The guide "When it fails" is made by this test: each row is a fault and what the user then sees, to the letter. The
// test fails when code and guide differ. To write the guide anew, after reading what changed:
//
//	go test ./internal/provider -run TestFaults -update && make docs

var update = flag.Bool("update", false, "write the guide anew")

// fault is a row of the guide.
type fault struct {
	name  string // of the test, and the heading
	cause string // what goes wrong, for the reader
	words string // of an error: they differ from those of others with the same first line
	// How to bring it about.
	options   []rdssim.Option
	env       map[string]string
	provider  map[string]any
	arguments map[string]any // instance_id is the healthy one where none is given
	faults    []rdssim.Fault
	prepare   func(*rdstest.Cloud)
	interrupt time.Duration
	saves     bool                                 // by the action, to a folder
	reads     string                               // the data source; "" is rds_errorlog_download
	folder    func(t *testing.T, directory string) // what is there before
	files     map[string]string                    // in the folder where Terraform runs
}

func at(kind string, times int, handler http.HandlerFunc) []rdssim.Fault {
	return []rdssim.Fault{{Kind: kind, Times: times, Handler: handler}}
}

// refused is the error of a dial to an address at which nobody listens.
func refused() error {
	return &net.OpError{
		Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 443},
		Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
	}
}

// proxyRefused is what a dial gives if nobody listens at the proxy's address.
func proxyRefused() error { return &net.OpError{Op: "proxyconnect", Net: "tcp", Err: refused()} }

// unconnected is a network on which every request fails.
func unconnected(err error) func(*rdstest.Cloud) {
	return func(c *rdstest.Cloud) {
		c.Outside.Network = rdstest.RoundTripFunc(func(*http.Request) (*http.Response, error) { return nil, err })
	}
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
		{"Configuration", configFaults()},
		{"Login", loginFaults()},
		{"Instances by name", instanceFaults()},
		{"Refusals of the API", refusals()},
		{"An API that is slow, busy or broken", passingBy()},
		{"Exports that do not go well", exportFaults()},
		{"Files that cannot be saved", saveFaults()},
		{"Rows of the error log", rowsFaults()},
		{"Slow queries", slowFaults()},
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
		{
			name: "No such instance", cause: "The id is wrong, or the instance is in another project or region.",
			words: "Check the ID first", arguments: instance(rdssim.InstanceMissing),
		},
		{
			name: "A name in place of an ID", cause: "`instance_id` is the instance's name.", words: "does not look like an ID",
			arguments: instance("orders"),
		},
		{
			name: "Wrong endpoint", cause: "`endpoint` leads to something that is not the RDS API.", words: "has no API to export",
			faults: refuse(404, "APIGW.0101", "The API does not exist or has not been published in the environment"),
		},
		{
			name: "Another engine", cause: "The instance is RDS for MySQL or for SQL Server.", words: "is not RDS for PostgreSQL",
			arguments: instance(rdssim.InstanceMySQL),
		},
		{
			name: "A right is missing", cause: "The user may log in, and may not download logs.", words: "needs the permission rds:log:download",
			faults: refuse(403, "DBS.200604", "The DB instance ID or user ID may be null, or the operation is not authorized."),
		},
		{
			name: "Storage is full", cause: "The instance has no room left to prepare its log.", words: "The instance's storage is full",
			faults: refuse(409, "DBS.200316", "The storage space is full."),
		},
		{
			name: "Not this project's token", cause: "RDS refuses the credential, and refuses it again after a new login.",
			words: "IAM accepted the credential but RDS did not", faults: refuse(401, "APIGW.0301", "Incorrect IAM authentication information."),
		},
		{
			name: "A redirect", cause: "Something in between sends the request elsewhere. The credential is not sent on.",
			words:  "sends requests elsewhere",
			faults: at("rds.errorlog", forEver, rdssim.Redirect("https://login.example.com/start?next=1")),
		},
		{
			name: "A code that nobody knows", cause: "The API refuses for a reason that its documents do not name.",
			words: "The same request will fail again", faults: refuse(400, "DBS.299999", "The request cannot be handled."),
		},
		{
			name: "An answer without end", cause: "What answers is not the API: its answer is 64 MB long.", words: "is not usable",
			faults: at("rds.errorlog", forEver, rdssim.HugeBody(64<<20)),
		},
	}
}

func passingBy() []fault {
	soon := map[string]any{"timeouts": map[string]any{"read": "90s"}}
	return []fault{
		{
			name:      "Busy for a while",
			cause:     "Another operation, such as a backup, runs on the instance for ten seconds. The provider waits for its end.",
			arguments: instance(rdssim.InstanceBusy),
		},
		{
			name: "Busy too long", cause: "The other operation does not end within the timeout.",
			words: "Wait until that operation has finished", arguments: soon,
			faults: at("rds.errorlog", forEver, rdssim.APIError(403, "DBS.200019", "Another operation is being performed on the DB instance.")),
		},
		{
			name: "Busy after the start", cause: "The export has begun, and then another operation runs.",
			words: "still running when RDS last answered", arguments: soon,
			faults: []rdssim.Fault{
				{
					Kind: "rds.errorlog", Skip: 1, Times: forEver,
					Handler: rdssim.APIError(409, "DBS.200011", "Another operation is being performed on the DB instance."),
				},
			},
		},
		{
			name: "Too many requests", cause: "The gateway answers 429 with the time to wait. All requests of the run slow down.",
			faults: at("rds.errorlog", 2, rdssim.RetryAfter(429, "3")),
		},
		{
			name: "Server failure that passes", cause: "RDS answers 500 three times.",
			faults: at("rds.errorlog", 3, rdssim.APIError(500, "RDS.9999", "Internal server error.")),
		},
		{
			name: "Server failure that stays", cause: "RDS answers 500 for longer than the timeout.",
			words: "The cloud may be out of order", arguments: soon,
			faults: at("rds.errorlog", forEver, rdssim.APIError(500, "RDS.9999", "Internal server error.")),
		},
		{
			name: "Gateway down", cause: "The gateway answers 502 with a page for longer than the timeout.",
			words: "The cloud may be out of order", arguments: soon, faults: at("rds.errorlog", forEver, rdssim.HTMLPage(502)),
		},
		{
			name: "A page with status 200", cause: "A proxy answers once with its own page.",
			faults: at("rds.errorlog", 1, rdssim.HTMLPage(200)),
		},
		{name: "Broken connection", cause: "The connection breaks before the answer comes.", faults: at("rds.errorlog", 1, rdssim.Drop())},
		{name: "Half an answer", cause: "The connection breaks in the middle of the answer.", faults: at("rds.errorlog", 1, rdssim.HalfBody())},
		{
			name: "Half a JSON", cause: "The answer is cut off, and looks complete.",
			faults: at("rds.errorlog", 1, rdssim.Status(200, `{"status":"finish","list":[{"file_link":"obs.example.com/a?Sig`, nil)),
		},
		{name: "Nothing in the answer", cause: "The answer is empty.", faults: at("rds.errorlog", 1, rdssim.Status(200, "", nil))},
		{
			name:  "Another type than promised",
			cause: "The API sends an object where its page promises a list, for longer than the timeout.",
			words: "still running when RDS last answered", arguments: soon,
			faults: []rdssim.Fault{
				{
					Kind: "rds.errorlog", Skip: 1, Times: forEver,
					Handler: rdssim.Status(200, `{"status":"finish","list":{"file_link":"https://obs.example.com/a?Signature=x"}}`, nil),
				},
			},
		},
		{
			name:   "One request hangs",
			cause:  "The server takes a request and never answers. It is given up after 30 seconds and sent again.",
			faults: at("rds.errorlog", 1, rdssim.Hang()),
		},
		{
			name: "Every request hangs", cause: "The server takes requests and answers none.", words: "The cloud may be out of order",
			arguments: soon, faults: at("rds.errorlog", forEver, rdssim.Hang()),
		},
		{
			name: "RDS cannot be reached", cause: "IAM answers, and nobody listens at RDS's address.", words: "RDS could not be reached",
			prepare: func(c *rdstest.Cloud) { c.Outside.Network = withoutRDS(c.Transport()) },
		},
	}
}

// withoutRDS is a network on which nobody listens at the address of RDS.
func withoutRDS(cloud http.RoundTripper) http.RoundTripper {
	return rdstest.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		if strings.Contains(req.URL.Path, "/instances/") {
			return nil, refused()
		}
		return cloud.RoundTrip(req)
	})
}

func exportFaults() []fault {
	answer := func(count, size string) []rdssim.Fault {
		body := `{"status":"finish","count":` + count + `,"list":[{"workflow_id":"w","file_name":"a_errorlog","status":"success",` +
			`"file_size":"` + size + `","file_link":"obs.example.com/a?Expires=4102444800&Signature=x"}]}`
		return at("rds.errorlog", forEver, rdssim.Status(200, body, nil))
	}
	return []fault{
		{
			name: "Export fails", cause: "The cloud could prepare no file.", words: "no file was prepared",
			arguments: instance(rdssim.InstanceFails),
		},
		{
			name: "Export fails in part", words: "The other links are good", cause: "The cloud could prepare some files and others not.",
			arguments: instance(rdssim.InstancePartlyFails),
		},
		{
			name: "Export never ends", cause: "The log is very large, or the export is stuck.", words: "was still running after",
			arguments: instance(rdssim.InstanceStuck),
		},
		{name: "No file", cause: "The export is done and lists nothing.", arguments: instance(rdssim.InstanceEmpty)},
		{
			name: "A link is missing", cause: "The export is done and a file has no link, however often one asks.",
			words: "did not give every file a usable link", arguments: instance(rdssim.InstanceNoLink),
		},
		{
			name: "Link about to expire", cause: "The links are older than they should be. They are asked for once more.",
			options: []rdssim.Option{rdssim.WithLinkLife(20 * time.Second)},
		},
		{
			name:  "Link about to expire and no fresh one",
			cause: "The links live for 28 seconds, and the call for fresh ones hangs until the time is up.",
			options: []rdssim.Option{
				rdssim.WithExportDuration(0), rdssim.WithLinkLife(28 * time.Second),
			}, arguments: map[string]any{"timeouts": map[string]any{"read": "20s"}},
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.Hang()}},
		},
		{
			name:  "Links that expire meanwhile",
			cause: "The links live for 10 seconds, and the call for fresh ones hangs until the time is up.",
			words: "did not give every file a usable link",
			options: []rdssim.Option{
				rdssim.WithExportDuration(0), rdssim.WithLinkLife(10 * time.Second),
			}, arguments: map[string]any{"timeouts": map[string]any{"read": "20s"}},
			faults: []rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: rdssim.Hang()}},
		},
		{
			name: "A link is missing when the time is up", cause: "The export is done, a file has no link, and `timeouts.read` is short.",
			words:     "did not give every file a usable link",
			arguments: map[string]any{"instance_id": rdssim.InstanceNoLink, "timeouts": map[string]any{"read": "7s"}},
		},
		{
			name: "Size that is no number", cause: "The API gives a size that is not a number.",
			faults: answer("1", "3.59 KB"),
		},
		{
			name: "Count that does not add up", cause: "The API counts more links than it lists.",
			faults: answer("3", "1"),
		},
		{
			name: "Task cannot be asked for", cause: "With `poll_method = \"task\"`, this cloud's jobs API does not know the task. " +
				"The provider goes on as with `repeat`.", arguments: map[string]any{"poll_method": "task"},
			faults: at("rds.job", forEver, rdssim.APIError(400, "DBS.200543", "The job does not exist.")),
		},
		{
			name: "Jobs API hangs",
			cause: "With `poll_method = \"task\"`, the jobs API does not answer. It is given up after ten seconds each time, and " +
				"the links are asked for.",
			arguments: map[string]any{"poll_method": "task"}, faults: at("rds.job", forEver, rdssim.Hang()),
		},
		{
			name: "Interrupted", cause: "Ctrl-C, nine seconds after the start.", words: "Interrupted after",
			arguments: instance(rdssim.InstanceStuck), interrupt: 9 * time.Second,
		},
		{
			name: "Interrupted before an export", cause: "IAM hangs, and Ctrl-C comes after nine seconds.", words: "Interrupted after",
			faults: at("login", forEver, rdssim.Hang()), interrupt: 9 * time.Second,
		},
	}
}

// seen is what the user sees of a fault.
type seen struct {
	end   string // "an error", "a warning and the links that are there", "the links"
	when  string // "at once", "after 31s"
	texts []string
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
	for name, text := range f.files {
		writeFile(t, filepath.Join(c.Outside.Environment.WorkDir, name), text)
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
	texts := p.Configure(ctx, f.provider)
	for i := range texts {
		texts[i] = usualFolders(c.Outside.Environment, texts[i])
	}
	if slices.ContainsFunc(texts, isError) {
		return seen{"an error", "before any request", texts}
	}
	arguments := map[string]any{"instance_id": rdssim.InstanceHealthy}
	maps.Copy(arguments, f.arguments)
	if f.reads == instancesSource {
		delete(arguments, "instance_id") // it lists all
	}
	if f.saves {
		return f.save(ctx, t, p, arguments)
	}
	o := p.Read(ctx, cmp.Or(f.reads, dataSource), arguments)
	texts = append(texts, o.Diagnostics...)
	tellsNoSecret(t, strings.Join(texts, "\n"))
	result := "links"
	switch f.reads {
	case rowsSource:
		result = "rows"
	case slowSource:
		result = "statements"
	}
	end := "an error"
	if o.Values != nil {
		end = "the " + result
		if len(texts) > 0 {
			end = "a warning and the " + result + " that are there"
		}
	}
	return seen{end, when(start), texts}
}

// usualFolders exchanges the folders of a test for those that a reader knows: clouds.yaml is in the folder where
// Terraform runs, or in the user's own.
func usualFolders(e settings.Environment, text string) string {
	return strings.NewReplacer(e.WorkDir+"/", "", e.HomeDir, "/home/oncall").Replace(text)
}

// when returns how long after the start it is, in the words of the guide.
func when(start time.Time) string {
	took := time.Since(start).Round(100 * time.Millisecond)
	if took == 0 {
		return "at once"
	}
	return fmt.Sprintf("after %s", took)
}

// TestFaults meets each fault and compares what the user sees with the guide.
func TestFaults(t *testing.T) {
	var guide guide
	now, all := readGuide(t), true
	for _, group := range faultGroups() {
		guide.begin(group.title)
		for _, f := range group.rows {
			var s seen
			ran := false
			t.Run(f.name, func(t *testing.T) {
				ran = true
				synctest.Test(t, func(t *testing.T) { s = f.run(t) })
				if text := strings.Join(s.texts, "\n\n"); !strings.Contains(text, f.words) {
					t.Errorf("%q is not in what the user sees: %s", f.words, text)
				}
				compareEntry(t, now, s.entry(f))
			})
			all = all && ran
			if ran {
				guide.add(f, s)
			}
		}
	}
	if all { // and not only those that -run selects
		compareGuide(t, now, guide.text())
	}
}
