// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const noJob = `{"error_code":"DBS.200543","error_msg":"The job does not exist."}`

func (c *cloud) job(token, id string) answer {
	c.t.Helper()
	return c.do(c.request("GET", "/v3/"+rdssim.ProjectID+"/jobs?id="+id, "", "X-Auth-Token", token))
}

func TestJobs(t *testing.T) {
	for _, test := range []struct{ instance, halfway, end string }{
		{
			rdssim.InstanceHealthy,
			`"status":"Running","created":"2020-05-15T08:06:14+0000","process":"50",` + ofInstance(rdssim.InstanceHealthy, "orders"),
			`"status":"Completed","created":"2020-05-15T08:06:14+0000","ended":"2020-05-15T08:06:18+0000","process":"100",` +
				ofInstance(rdssim.InstanceHealthy, "orders"),
		},
		{
			rdssim.InstanceFails,
			`"status":"Running","created":"2020-05-15T08:06:14+0000","process":"50",` + ofInstance(rdssim.InstanceFails, "search"),
			`"status":"Failed","created":"2020-05-15T08:06:14+0000","ended":"2020-05-15T08:06:18+0000","process":"",` +
				ofInstance(rdssim.InstanceFails, "search") +
				`,"fail_reason":"The error log file could not be prepared: the node did not answer."`,
		},
		{
			rdssim.InstancePartlyFails,
			`"status":"Running","created":"2020-05-15T08:06:14+0000","process":"50",` + ofInstance(rdssim.InstancePartlyFails, "billing"),
			`"status":"Failed","created":"2020-05-15T08:06:14+0000","ended":"2020-05-15T08:06:18+0000","process":"",` +
				ofInstance(rdssim.InstancePartlyFails, "billing") +
				`,"fail_reason":"1 of 3 error log files could not be prepared."`,
		},
		{
			rdssim.InstanceStuck,
			`"status":"Running","created":"2020-05-15T08:06:14+0000","process":"60% ",` + ofInstance(rdssim.InstanceStuck, "warehouse"),
			`"status":"Running","created":"2020-05-15T08:06:14+0000","process":"60% ",` + ofInstance(rdssim.InstanceStuck, "warehouse"),
		},
	} {
		t.Run(test.instance, func(t *testing.T) {
			t.Parallel()
			c := newCloud(t)
			token := c.login()
			workflow := c.links(token, test.instance).List[0].WorkflowID
			for _, want := range []string{test.halfway, test.end} {
				c.clock.Advance(2 * time.Second)
				wantAnswer(t, c.job(token, workflow), 200, `{"job":{"id":"`+workflow+`","name":"DownloadErrorLog",`+want+`}}`)
			}
		})
	}
}

func ofInstance(id, name string) string {
	return `"instance":{"id":"` + id + `","name":"` + name + `"},"entities":{}`
}

func TestFailedJobsNameTheirLog(t *testing.T) {
	for instance, want := range map[string]string{
		rdssim.InstanceFails:       "The slow query log file could not be prepared: the node did not answer.",
		rdssim.InstancePartlyFails: "1 of 3 slow query log files could not be prepared.",
	} {
		c := newCloud(t)
		token := c.login()
		path := strings.Replace(errorLogPath(instance), "errorlog", "slowlog", 1)
		started := c.do(c.request("POST", path, "", "X-Auth-Token", token)).body
		workflow := decode[links](t, started).List[0].WorkflowID
		c.clock.Advance(4 * time.Second)
		if got := c.job(token, workflow).body; !strings.Contains(got, `"fail_reason":"`+want+`"`) {
			t.Errorf("%s: expected the reason %q, got %s", instance, want, got)
		}
	}
}

func TestJobsThatCannotBeFound(t *testing.T) {
	t.Run("unknown", func(t *testing.T) {
		c := newCloud(t)
		token := c.login()
		wantAnswer(t, c.job(token, "44fb1d85-2fcc-4d63-ad3b-c3d1ecd7000e"), 400, noJob)
		wantAnswer(t, c.job(token, ""), 400, `{"error_code":"DBS.280001","error_msg":"The parameter id is missing."}`)
	})
	t.Run("of another project", func(t *testing.T) {
		c := newCloud(t)
		workflow := c.links(c.login(), rdssim.InstanceHealthy).List[0].WorkflowID
		root := c.loginWith(strings.ReplaceAll(passwordLogin, rdssim.ProjectName, rdssim.RootProjectName))
		got := c.do(c.request("GET", "/v3/"+rdssim.RootProjectID+"/jobs?id="+workflow, "", "X-Auth-Token", root))
		wantAnswer(t, got, 400, noJob)
	})
}
