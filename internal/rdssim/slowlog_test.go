// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	slowText = "2026-11-23 10:00:00.000 UTC:10.20.0.11(4000):app@shop:[1]:LOG:  duration: 3000.000 ms  statement: SELECT a1\n" +
		"\t  FROM \"T2\" WHERE id = 17 AND name = 'it''s 5'\n" +
		"2026-11-23 10:00:10.000 UTC::@:[9]:LOG:  checkpoint starting: time\n" +
		"2026-11-23 10:00:20.000 UTC:10.20.0.11(4001):app@shop:[2]:LOG:  duration: 3000.360 ms  statement: " +
		"SELECT a1 FROM \"T2\" WHERE id = 1.5 AND name = ''\n" +
		"2026-11-23 10:00:30.000 UTC:10.20.7.11(4002):app@shop:[3]:LOG:  duration: 1000.000 ms  execute <unnamed>: " +
		"insert into t values ($1, 2)\n" +
		"2026-11-23 10:00:30.000 UTC:10.20.7.11(4002):app@shop:[3]:DETAIL:  parameters: $1 = '7'\n" +
		"2026-11-23 10:00:40.000 UTC:[local]:batch@ware'house:[4]:LOG:  duration: 9000.000 ms  statement: VACUUM;\n"

	slowSelect = `{"count":"2 (50.00%)","time":"3.00018 s","database":"shop","users":"app",` +
		`"query_sample":"SELECT a1 FROM \"T2\" WHERE id = N AND name = N","client_ip":"10.*.*.11","type":"SELECT"}`
	slowInsert = `{"count":"1 (25.00%)","time":"1.00000 s","database":"shop","users":"app",` +
		`"query_sample":"insert into t values ($1, N)","client_ip":"10.*.*.11","type":"INSERT"}`
	slowVacuum = `{"count":"1 (25.00%)","time":"9.00000 s","database":"ware&#39;house","users":"batch",` +
		`"query_sample":"VACUUM;","client_ip":"[local]","type":"VACUUM"}`
)

func slowAnswer(total int, statements ...string) string {
	return fmt.Sprintf(`{"slow_log_list":[%s],"total_count":%d}`, strings.Join(statements, ","), total)
}

// statistics asks from 08:00 to 09:00; more are further fields of the body.
func (c *cloud) statistics(token, instance, more string) answer {
	c.t.Helper()
	body := `{"start_time":"2020-05-15T08:00:00+0000","end_time":"2020-05-15T09:00:00+0000"` + more + `}`
	return c.statisticsBody(token, instance, body)
}

func (c *cloud) statisticsBody(token, instance, body string) answer {
	c.t.Helper()
	path := "/v3.1/" + rdssim.ProjectID + "/instances/" + instance + "/slow-logs/statistics"
	return c.do(c.request("POST", path, body, "X-Auth-Token", token, "Content-Type", "application/json"))
}

func TestSlowStatistics(t *testing.T) {
	t.Parallel()
	whole := func(s string) string { return strings.NewReplacer("50.00", "100.00", "25.00", "100.00").Replace(s) }
	for more, want := range map[string]string{
		"":                                         slowAnswer(3, slowSelect, slowVacuum, slowInsert),
		`,"order":"asc"`:                           slowAnswer(3, slowVacuum, slowInsert, slowSelect),
		`,"sort":"executeTime"`:                    slowAnswer(3, slowVacuum, slowSelect, slowInsert),
		`,"sort":"executeTime","order":"asc"`:      slowAnswer(3, slowInsert, slowSelect, slowVacuum),
		`,"sort":"other","order":"desc"`:           slowAnswer(3, slowSelect, slowVacuum, slowInsert),
		`,"limit":1`:                               slowAnswer(3, slowSelect),
		`,"limit":1,"offset":2`:                    slowAnswer(3, slowInsert),
		`,"offset":3`:                              slowAnswer(3),
		`,"type":"SELECT"`:                         slowAnswer(1, whole(slowSelect)),
		`,"type":"ALL","database":"ware'house"`:    slowAnswer(1, whole(slowVacuum)),
		`,"type":"DELETE"`:                         slowAnswer(0),
		`,"database":"nowhere"`:                    slowAnswer(0),
		`,"start_time":"2020-05-15T08:05:14+0000"`: slowAnswer(1, whole(slowVacuum)),
	} {
		c := newCloud(t, rdssim.WithSlowLog(slowText))
		wantAnswer(t, c.statistics(c.login(), rdssim.InstanceHealthy, more), 200, want)
	}
}

func TestSlowStatisticsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	token := c.login()
	for more, why := range map[string]string{
		`,"limit":0`:        "The parameter limit is out of range.",
		`,"limit":101`:      "The parameter limit is out of range.",
		`,"offset":-1`:      "The parameter offset is out of range.",
		`,"limit":"10"`:     "The request body must be a JSON object with fields of the right type.",
		`,"type":"select"`:  "The parameter type is not known.",
		`,"order":"up"`:     "The parameter order is not known.",
		`,"database":"a<b"`: "The parameter database has a special character.",
		`,"start_time":""`:  "The start or the end of the time is missing.",
		`,"limit":1.5`:      "The request body must be a JSON object with fields of the right type.",
		`,"limit":`:         "The request body must be a JSON object with fields of the right type.",
	} {
		wantAnswer(t, c.statistics(token, rdssim.InstanceHealthy, more), 400, `{"error_code":"DBS.280001","error_msg":"`+why+`"}`)
	}
	wantAnswer(t, c.statistics(token, rdssim.InstanceHealthy, `,"end_time":"2020-05-15T09:00:00Z"`), 400,
		`{"error_code":"DBS.01010023","error_msg":"The time must have the form yyyy-mm-ddThh:mm:ss+0000."}`)
	equal(t, "status without a body", c.statisticsBody(token, rdssim.InstanceHealthy, "").status, 400)
	for instance, want := range map[string]int{
		rdssim.InstanceMissing: 404, rdssim.InstanceMySQL: 400, rdssim.InstanceBusy: 409, rdssim.InstanceFails: 409,
		rdssim.InstanceCreating: 400, rdssim.InstanceEmpty: 200, rdssim.InstanceReplica: 200,
	} {
		equal(t, "status of "+instance, c.statistics(token, instance, "").status, want)
	}
	equal(t, "status without a token", c.statistics("", rdssim.InstanceHealthy, "").status, 401)
	equal(t, "recorded requests", c.Count("rds.slowlog_statistics"), 20)
}

func TestSlowLogDownload(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithSlowLog(slowText), rdssim.WithOriginalTimes())
	token := c.login()
	ask := func() answer {
		return c.do(c.request("POST", "/v3/"+rdssim.ProjectID+"/instances/"+rdssim.InstanceHealthy+"/slowlog-download", "{}",
			"X-Auth-Token", token, "Content-Type", "application/json"))
	}
	first := ask()
	workflow := decode[links](t, first.body).List[0].WorkflowID
	const name = "054bc9c1f680d55c1f36c006e5a9f67b_slowlog_download_20200515080614589"
	wantAnswer(t, first, 200, `{"list":[{"workflow_id":"`+workflow+`","file_name":"`+name+
		`","status":"EXPORTING","create_at":1589529974589}],"status":"CREATING","count":1}`)
	wantAnswer(t, ask(), 200, `{"list":[{"workflow_id":"`+workflow+`","file_name":"`+name+
		`","status":"EXPORTING","file_size":null,"file_link":null,"create_at":1589529974589}],"status":"CREATING","count":1}`)

	c.clock.Advance(time.Second)
	other := c.links(token, rdssim.InstanceHealthy)
	equal(t, "status of the error log's export", other.Status, "CREATING")
	if other.List[0].WorkflowID == workflow {
		t.Errorf("workflow of the error log's export: expected another one than %s", workflow)
	}

	c.clock.Advance(3 * time.Second)
	done := ask()
	link := *decode[links](t, done.body).List[0].FileLink
	wantAnswer(t, done, 200, fmt.Sprintf(`{"list":[{"workflow_id":"%s","file_name":"%s","status":"success","file_size":"%d",`+
		`"file_link":"%s","create_at":1589529978589}],"status":"finish","count":1}`, workflow, name, len(slowText), link))
	equal(t, "file", c.get(link).body, slowText)
	equal(t, "status of the error log's export", c.links(token, rdssim.InstanceHealthy).Status, "CREATING")
	if job := c.job(token, workflow).body; !strings.Contains(job, `"name":"DownloadSlowLog","status":"Completed"`) {
		t.Errorf("job: expected DownloadSlowLog to be Completed, got %s", job)
	}
	equal(t, "slowlog calls", c.Count("rds.slowlog"), 3)
	equal(t, "errorlog calls", c.Count("rds.errorlog"), 2)
}
