// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

func TestErrorLogOfAHealthyInstance(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(16800*time.Millisecond))
	token := c.login()

	first := c.ask(token, rdssim.InstanceHealthy)
	equal(t, "content type", first.header.Get("Content-Type"), "application/json")
	got := decode[links](t, first.body)
	workflow := got.List[0].WorkflowID
	if !regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`).MatchString(workflow) {
		t.Errorf("workflow_id: expected a UUID, got %s", workflow)
	}
	const name = "054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589"
	wantAnswer(t, first, http.StatusOK, `{"list":[{"workflow_id":"`+workflow+`","file_name":"`+name+
		`","status":"EXPORTING","create_at":1589529974589}],"status":"CREATING","count":1}`)

	c.clock.Advance(16800*time.Millisecond - 1)
	wantAnswer(t, c.ask(token, rdssim.InstanceHealthy), http.StatusOK, `{"list":[{"workflow_id":"`+workflow+`","file_name":"`+name+
		`","status":"EXPORTING","file_size":null,"file_link":null,"create_at":1589529991388,"update_at":null}],"status":"CREATING","count":1}`)

	c.clock.Advance(1)
	done := c.ask(token, rdssim.InstanceHealthy)
	link := *decode[links](t, done.body).List[0].FileLink
	wantAnswer(t, done, http.StatusOK, `{"list":[{"workflow_id":"`+workflow+`","file_name":"`+name+
		`","status":"success","file_size":"20590","file_link":"`+link+
		`","create_at":1589529991389,"update_at":1589529991389}],"status":"finish","count":1}`)
	if want := "https://rdssim.invalid/obs/rds-error-logs-eu-de/" + name + "?AWSAccessKeyId=" + rdssim.LinkAccessKey +
		"&Expires=1589530291&response-cache-control=no-cache%2Cno-store&Signature="; !strings.HasPrefix(link, want) {
		t.Errorf("link: expected %s…, got %s", want, link)
	}
}

func TestLinksAreSignedAnewAndExportsStartAnew(t *testing.T) {
	c := newCloud(t, rdssim.WithLogLife(15*time.Minute))
	token := c.login()
	before := c.links(token, rdssim.InstanceHealthy)
	c.clock.Advance(4 * time.Second)
	one := c.links(token, rdssim.InstanceHealthy)
	c.clock.Advance(time.Second)
	two := c.links(token, rdssim.InstanceHealthy)
	equal(t, "file name", two.List[0].FileName, one.List[0].FileName)
	equal(t, "workflow", two.List[0].WorkflowID, before.List[0].WorkflowID)
	if *one.List[0].FileLink == *two.List[0].FileLink {
		t.Error("link a second later: expected another one, got the same")
	}
	equal(t, "milliseconds between both create_at", two.List[0].CreateAt-one.List[0].CreateAt, 1000)

	c.clock.Advance(15*time.Minute - time.Second - 1)
	equal(t, "status just before the log's life is over", c.links(token, rdssim.InstanceHealthy).Status, "finish")
	c.clock.Advance(1)
	again := c.links(token, rdssim.InstanceHealthy)
	equal(t, "status after it", again.Status, "CREATING")
	if again.List[0].WorkflowID == one.List[0].WorkflowID {
		t.Error("workflow_id of the next export: expected another one, got the same")
	}
	if again.List[0].FileName == one.List[0].FileName {
		t.Error("file_name of the next export: expected another one, got the same")
	}
}

func TestHowExportsEnd(t *testing.T) {
	for _, test := range []struct {
		instance, status string
		entries          string // status of each, with "+" if it has a link
	}{
		{rdssim.InstanceHealthy, "finish", "success+"},
		{rdssim.FleetInstance(0), "finish", "success+"},
		{rdssim.FleetInstance(1_000_000), "finish", "success+"},
		{rdssim.InstanceTwoFiles, "finish", "success+ success+"},
		{rdssim.InstanceFails, "FAILED", "FAILED"},
		{rdssim.InstancePartlyFails, "FAILED", "success+ FAILED success+"},
		{rdssim.InstanceEmpty, "finish", ""},
		{rdssim.InstanceNoLink, "finish", "success"},
		{rdssim.InstanceStuck, "CREATING", "EXPORTING"},
	} {
		t.Run(test.instance, func(t *testing.T) {
			c := newCloud(t)
			token := c.login()
			equal(t, "status at first", c.links(token, test.instance).Status, "CREATING")
			c.clock.Advance(time.Hour)
			got := c.links(token, test.instance)
			if test.instance != rdssim.InstanceStuck { // an hour is beyond the log's life: this is the next export
				equal(t, "status an hour later", got.Status, "CREATING")
				c.clock.Advance(4 * time.Second)
				got = c.links(token, test.instance)
			}
			equal(t, "status", got.Status, test.status)
			equal(t, "count", got.Count, len(got.List))
			var entries []string
			names := map[string]bool{}
			for _, e := range got.List {
				mark := ""
				if e.FileLink != nil {
					mark = "+"
				}
				entries = append(entries, e.Status+mark)
				names[e.FileName] = true
				equal(t, "workflow", e.WorkflowID, got.List[0].WorkflowID)
			}
			equal(t, "entries", strings.Join(entries, " "), test.entries)
			equal(t, "different names", len(names), len(got.List))
		})
	}
}

func TestRefusedInstances(t *testing.T) {
	const missing = `{"error_code":"DBS.200602","error_msg":"The DB instance does not exist."}`
	c := newCloud(t)
	token := c.login()
	for instance, want := range map[string]struct {
		status int
		body   string
	}{
		rdssim.InstanceMySQL:                   {400, `{"error_code":"DBS.280343","error_msg":"The DB engine does not support this operation."}`},
		rdssim.InstanceMissing:                 {404, missing},
		"00000000000000000000000000000000in03": {404, missing},
		"f1ee7in03":                            {404, missing},
		"%2e%2e%2fjobs":                        {404, missing},
	} {
		wantAnswer(t, c.ask(token, instance), want.status, want.body)
	}
}

func TestInstancesLiveInTheirProjectsOnly(t *testing.T) {
	c := newCloud(t)
	root := c.loginWith(strings.ReplaceAll(passwordLogin, rdssim.ProjectName, rdssim.RootProjectName))
	got := c.do(c.request("POST", strings.Replace(errorLogPath(rdssim.InstanceHealthy), rdssim.ProjectID, rdssim.RootProjectID, 1),
		"", "X-Auth-Token", root))
	wantAnswer(t, got, 404, `{"error_code":"DBS.200602","error_msg":"The DB instance does not exist."}`)
}

func TestBusyInstance(t *testing.T) {
	const busy = `{"error_code":"DBS.200011","error_msg":"The DB instance is being operated on. Another operation is in ` +
		`progress. Try again later."}`
	c := newCloud(t, rdssim.WithBusyFor(30*time.Second))
	token := c.login()
	c.clock.Advance(time.Hour) // the time counts from the first call
	wantAnswer(t, c.ask(token, rdssim.InstanceBusy), 409, busy)
	c.clock.Advance(30*time.Second - 1)
	wantAnswer(t, c.ask(token, rdssim.InstanceBusy), 409, busy)
	c.clock.Advance(1)
	equal(t, "status", c.links(token, rdssim.InstanceBusy).Status, "CREATING")
	c.clock.Advance(4 * time.Second)
	equal(t, "status", c.links(token, rdssim.InstanceBusy).Status, "finish")
}

func TestAnExportThatIsReadyAtOnce(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0))
	equal(t, "status", c.links(c.login(), rdssim.InstanceHealthy).Status, "finish")
}

func TestErrorLogBodies(t *testing.T) {
	const json = "application/json"
	for _, test := range []struct {
		body, contentType string
		status            int
	}{
		{"", "", 200},
		{"", json, 200},
		{"{}", json, 200},
		{"{}", "application/json; charset=utf-8", 200},
		{"{}", "", 415},
		{"{}", "text/plain", 415},
		{"{", json, 400},
		{"null", json, 400},
		{"[]", json, 400},
	} {
		c := newCloud(t)
		r := c.request("POST", errorLogPath(rdssim.InstanceHealthy), test.body, "X-Auth-Token", c.login())
		if test.contentType != "" {
			r.Header.Set("Content-Type", test.contentType)
		}
		equal(t, "status for body "+test.body+" as "+test.contentType, c.do(r).status, test.status)
	}
}

func TestResetForgetsExportsAndRequests(t *testing.T) {
	c := newCloud(t, rdssim.WithExportDuration(0))
	token := c.login()
	link := *c.links(token, rdssim.InstanceHealthy).List[0].FileLink
	equal(t, "download", c.do(c.request("GET", link, "")).status, 200)
	c.Reset()
	equal(t, "requests", c.Count(""), 0)
	equal(t, "download after Reset", c.do(c.request("GET", link, "")).status, 404)
	equal(t, "the token is still good", c.ask(token, rdssim.InstanceHealthy).status, 200)
}
