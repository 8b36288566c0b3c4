// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// unable is the beginning of every error of a wait.
const unable = "Error: Unable to obtain error log links\n\n"

// answering reads the data source of a cloud that always gives the same answer.
func answering(t *testing.T, body string) rdstest.Outcome {
	t.Helper()
	c := rdstest.New(t)
	c.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: rdssim.Status(http.StatusOK, body, nil)})
	return read(t, c, instance(rdssim.InstanceHealthy))
}

// TestDataSource_HostileNames: control characters of a server reach neither the screen nor the state.
func TestDataSource_HostileNames(t *testing.T) {
	const shown = "b?[31m Error: x"
	for name, c := range map[string]struct{ files, warning string }{
		"size": {
			`{"file_name":"b\u001b[31m\nError: x","status":"success","file_size":"big","file_link":"obs.example.com/a"}`,
			"Warning: Unknown size of error log files",
		},
		"failed": {
			`{"file_name":"b\u001b[31m\nError: x","status":"failed"},{"file_name":"a","status":"success","file_link":"obs.example.com/a"}`,
			"Warning: Some error log files are missing",
		},
		"no link": {
			`{"file_name":"a","status":"success","file_link":"obs.example.com/a"},{"file_name":"c","status":"failed"},` +
				`{"file_name":"b\u001b[31m\nError: x","status":"success"}`,
			"Warning: Some error log files are missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := answering(t, `{"status":"failed","list":[`+c.files+`]}`)
				onlyDiagnostic(t, o.Diagnostics, c.warning, "", "\n  "+shown)
				if got := fmt.Sprint(o.Values["list"]); !strings.Contains(got, shown) {
					t.Errorf("got the list %q, want %q in it", got, shown)
				}
				if all := fmt.Sprint(o.Values, o.Diagnostics); strings.Contains(all, "\x1b") {
					t.Errorf("got %q, want no escape character", all)
				}
			})
		})
	}
}

// TestDataSource_HostileIDs: the same for all other texts that reach the state.
func TestDataSource_HostileIDs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := answering(t, `{"status":"finish","list":[{"workflow_id":"w\u202e","file_name":"\u009b","status":"success",`+
			`"file_size":"1","file_link":"obs.example.com/a"}]}`)
		list, _ := o.Values["list"].([]any)
		if len(list) != 1 {
			t.Fatalf("got %v, want one file", o.Values)
		}
		want := map[string]any{
			"workflow_id": "w?", "file_name": "?", "status": "SUCCESS", "file_size": int64(1), "file_link": "https://obs.example.com/a",
			"created_at": nil, "updated_at": nil, "expires_at": nil,
		}
		if diff := cmp.Diff(want, list[0]); diff != "" {
			t.Errorf("file (-want +got):\n%s", diff)
		}
	})
}

// TestDataSource_ManyFiles: a text lists twenty files and counts the others.
func TestDataSource_ManyFiles(t *testing.T) {
	for files, end := range map[int]string{
		20: "\n  f19: FAILED\n\nStatus:     FAILED\n",
		21: "\n  f19: FAILED\n  and 1 more\n\nStatus:     FAILED\n",
		50: "\n  f19: FAILED\n  and 30 more\n\nStatus:     FAILED\n",
	} {
		t.Run(fmt.Sprint(files), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				list := make([]string, files)
				for i := range list {
					list[i] = fmt.Sprintf(`{"file_name":"f%d","status":"failed"}`, i)
				}
				o := answering(t, `{"status":"failed","list":[`+strings.Join(list, ",")+`]}`)
				onlyDiagnostic(t, o.Diagnostics, unable, "", end)
			})
		})
	}
}

// TestDataSource_Count: the API's count may leave out files without a link, and it is not cut to 32 bits.
func TestDataSource_Count(t *testing.T) {
	for name, c := range map[string]struct {
		body, warning string
		count         int64
	}{
		"without the failed file": {
			`{"status":"failed","count":1,"list":[{"file_name":"a","status":"success","file_link":"obs.example.com/a"},` +
				`{"file_name":"b","status":"failed"}]}`,
			"Warning: Some error log files are missing", 1,
		},
		"huge": {
			`{"status":"finish","count":4294967297,"list":[{"file_name":"a","status":"success","file_size":"1",` +
				`"file_link":"obs.example.com/a"}]}`,
			"Warning: Error log links do not add up", 1<<32 + 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := answering(t, c.body)
				onlyDiagnostic(t, o.Diagnostics, c.warning, "")
				if got := o.Values["link_count"]; got != c.count {
					t.Errorf("got link_count %v, want %d", got, c.count)
				}
			})
		})
	}
}

// TestDataSource_NotThere: a 404 has several causes. The answer and the ID show which is likely.
func TestDataSource_NotThere(t *testing.T) {
	const (
		place     = "project " + rdssim.ProjectName + " (" + rdssim.ProjectID + "), region eu-de"
		elsewhere = "Check the ID first, then " + place + ": compare all with the instance's page in the console."
		name      = "This does not look like an ID, which is 32 hexadecimal digits followed by in03. You find it on the instance's page in " +
			"the console. If it is the instance's name, use instance_name in place of instance_id."
		proxy = " The answer does not look like the API's: if all are right, check endpoint (OS_RDS_ENDPOINT_OVERRIDE) and the proxy."
	)
	refused := func(id string) string {
		return "Error: Unable to obtain error log links (instance_id)\n\nRDS refused to export the error log of DB instance " + id + " in " +
			place + ".\n"
	}
	for text, c := range map[string]struct {
		id            string
		answer        http.HandlerFunc
		first, advice string
	}{
		"no such instance": {rdssim.InstanceMissing, nil, refused(rdssim.InstanceMissing), elsewhere},
		"a name":           {"orders", nil, refused("orders"), name},
		"a page":           {rdssim.InstanceHealthy, rdssim.HTMLPage(http.StatusNotFound), refused(rdssim.InstanceHealthy), elsewhere + proxy},
		"no such API": {
			rdssim.InstanceHealthy, rdssim.APIError(http.StatusNotFound, "APIGW.0101", "The API does not exist."),
			unable + "The server rdssim.invalid has no API to export the error log of DB instance " + rdssim.InstanceHealthy +
				" in " + place + ".\n",
			"Check endpoint (OS_RDS_ENDPOINT_OVERRIDE), and whether a proxy answers in place of the API.",
		},
	} {
		t.Run(text, func(t *testing.T) {
			cloud := rdstest.NewWithClock(t)
			if c.answer != nil {
				cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: c.answer})
			}
			onlyDiagnostic(t, read(t, cloud, instance(c.id)).Diagnostics, c.first, "\n\n"+c.advice)
		})
	}
}

// TestDataSource_ProjectByID: the name of the project is not shown if only its ID is configured: it may be another's.
func TestDataSource_ProjectByID(t *testing.T) {
	cloud := rdstest.NewWithClock(t)
	cloud.SetEnv(map[string]string{"OS_PROJECT_ID": rdssim.ProjectID})
	o := read(t, cloud, instance(rdssim.InstanceMissing))
	onlyDiagnostic(t, o.Diagnostics, "Error: ", "", " in project "+rdssim.ProjectID+", region eu-de.\n")
}

// TestDataSource_TooManyRequests: a 429 that stays is the user's own load, not a defect of the cloud.
func TestDataSource_TooManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdstest.New(t)
		cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Times: forEver, Handler: rdssim.APIError(429, "APIGW.0308", "Throttled.")})
		o := read(t, cloud, map[string]any{"instance_id": rdssim.InstanceHealthy, "timeouts": map[string]any{"read": "90s"}})
		onlyDiagnostic(t, o.Diagnostics, unable, "\n\nToo many requests by this user or project: wait a minute, stop other runs, or lower "+
			"-parallelism. Then run it again, or raise timeouts.read to wait longer.", "Status:     429 Too Many Requests\nCode:       APIGW.0308\n")
	})
}

// TestDataSource_Interrupted: Ctrl-C keeps the last answer or fault, and what it means.
func TestDataSource_Interrupted(t *testing.T) {
	const another = "Another operation is being performed."
	busy := rdssim.APIError(http.StatusConflict, "DBS.200011", another)
	down := rdssim.APIError(http.StatusServiceUnavailable, "RDS.9999", "Later.")
	for name, c := range map[string]struct {
		faults        []rdssim.Fault
		id            string
		state, advice string
		parts         []string
	}{
		"busy": {
			at("rds.errorlog", forEver, busy), rdssim.InstanceHealthy,
			" The export has not started: the instance is busy with another operation, such as a backup or a restart.\n",
			"Wait until that operation has finished (see the instance's page in the console). Then run it again.",
			[]string{"Status:     409 Conflict\nCode:       DBS.200011\nMessage:    " + another},
		},
		"down": {
			at("rds.errorlog", forEver, down), rdssim.InstanceHealthy, " The export has not started: RDS or its gateway failed.\n",
			"The cloud may be out of order (see https://status.otc-service.com/). Then run it again.",
			[]string{"Status:     503 Service Unavailable"},
		},
		"no answer": {
			at("rds.errorlog", forEver, rdssim.Hang()), rdssim.InstanceHealthy, " RDS gave no answer. The export may have started all the same.\n",
			"Check the network and the proxy. The cloud may be out of order (see https://status.otc-service.com/). Then run it again.",
			[]string{"no complete answer within 13s"},
		},
		"running": {
			nil, rdssim.InstanceStuck, " The last answer had status CREATING:\n",
			"Nothing is lost: the cloud finishes the export by itself, and the next run finds it.",
			[]string{"Request ID: "},
		},
		"busy while running": {
			[]rdssim.Fault{{Kind: "rds.errorlog", Skip: 1, Times: forEver, Handler: busy}},
			rdssim.InstanceStuck,
			" The export had not finished when RDS last answered. Since then: the instance is busy with another operation, such as a " +
				"backup or a restart.\n",
			"Wait until that operation has finished (see the instance's page in the console). Nothing is lost: the cloud finishes the " +
				"export by itself, and the next run finds it.",
			[]string{"Code:       DBS.200011"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fault{faults: c.faults, arguments: instance(c.id), interrupt: 13*time.Second - time.Millisecond}
				onlyDiagnostic(t, f.run(t).texts, unable+"Interrupted after 13 s and ", "\n\n"+c.advice, append(c.parts, c.state)...)
			})
		})
	}
}

// TestDataSource_LinksWithoutTLS are a warning, because the API's URLs begin with https://.
func TestDataSource_LinksWithoutTLS(t *testing.T) {
	for scheme, want := range map[string][]string{
		"https": nil,
		"HTTP": {"Warning: Requests are not encrypted\n\nA link to the error log of DB instance " + rdssim.InstanceHealthy +
			" begins with http://: anyone between here and the cloud can read the log. The cloud's own links begin with https://."},
	} {
		t.Run(scheme, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cloud := rdstest.New(t)
				export := `{"status":"FINISH","count":1,"list":[{"workflow_id":"w","file_name":"log","status":"SUCCESS","file_size":"1",` +
					`"file_link":"` + scheme + `://rdssim.invalid/none","create_at":1,"update_at":2}]}`
				cloud.Inject(rdssim.Fault{Kind: "rds.errorlog", Handler: rdssim.Status(200, export, nil)})
				if diff := cmp.Diff(want, read(t, cloud, instance(rdssim.InstanceHealthy)).Diagnostics); diff != "" {
					t.Error("diagnostics (-want +got):", diff)
				}
			})
		})
	}
}

// TestDataSource_DeadProxy: the proxy is named, not RDS.
func TestDataSource_DeadProxy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := rdstest.New(t)
		network := cloud.Transport()
		cloud.Outside.Network = rdstest.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
			if strings.Contains(req.URL.Path, "/instances/") {
				return nil, proxyRefused()
			}
			return network.RoundTrip(req)
		})
		onlyDiagnostic(t, read(t, cloud, instance(rdssim.InstanceHealthy)).Diagnostics,
			unable+"The proxy 192.0.2.1:443 could not be reached to export the error log of DB instance ",
			"\n\nCheck the proxy's variables (HTTPS_PROXY, NO_PROXY), and whether the proxy runs.")
	})
}
