// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

type listing struct {
	Instances []struct {
		ID, Name, Status, Type, Created, Updated string
		Datastore                                struct{ Type, Version string }
		Volume                                   struct {
			Type string
			Size int
		}
		PrivateIPs []string `json:"private_ips"`
		Related    []struct {
			ID, Type string
		} `json:"related_instance"`
	}
	TotalCount int `json:"total_count"`
}

func (c *cloud) instances(token, query string) answer {
	c.t.Helper()
	return c.do(c.request("GET", "/v3/"+rdssim.ProjectID+"/instances?"+query, "", "X-Auth-Token", token))
}

// names returns the names in an answer, with " of COUNT" at the end.
func names(t *testing.T, a answer) string {
	t.Helper()
	var got listing
	decodeLoosely(t, a.body, &got)
	var list []string
	for _, one := range got.Instances {
		list = append(list, one.Name)
	}
	return fmt.Sprintf("%s of %d", strings.Join(list, " "), got.TotalCount)
}

func TestListInstances(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	token := c.login()
	for query, want := range map[string]string{
		"": "orders invoices search billing payments shop stock warehouse reports shop twin twin orders-replica archive of 14",
		"datastore_type=PostgreSQL": "orders invoices search billing payments stock warehouse reports shop twin twin " +
			"orders-replica archive of 13",
		"datastore_type=MySQL":                  "shop of 1",
		"datastore_type=SQLServer":              " of 0",
		"type=Ha":                               "orders payments twin of 3",
		"type=Replica":                          "orders-replica of 1",
		"name=orders":                           "orders orders-replica of 2",
		"name=*orders":                          "orders orders-replica of 2",
		"name=in":                               "invoices billing twin twin of 4",
		"name=Orders":                           " of 0",
		"name=fleet":                            " of 0",
		"id=" + rdssim.InstanceShop:             "shop of 1",
		"id=*in01":                              "shop of 1",
		"id=" + rdssim.InstanceMissing:          " of 0",
		"name=shop&datastore_type=PostgreSQL":   "shop of 1",
		"name=twin&type=Single":                 "twin of 1",
		"offset=12":                             "orders-replica archive of 14",
		"offset=14":                             " of 14",
		"limit=2":                               "orders invoices of 14",
		"limit=2&offset=2":                      "search billing of 14",
		"limit=1&offset=1&name=orders":          "orders-replica of 2",
		"limit=100&offset=1073741824&type=Ha":   " of 3",
		"datastore_type=PostgreSQL&type=Single": "invoices search billing stock warehouse reports shop twin archive of 9",
	} {
		got := c.instances(token, query)
		equal(t, "status for "+query, got.status, 200)
		equal(t, "names for "+query, names(t, got), want)
	}
	root := c.loginWith(strings.ReplaceAll(passwordLogin, rdssim.ProjectName, rdssim.RootProjectName))
	wantAnswer(t, c.do(c.request("GET", "/v3/"+rdssim.RootProjectID+"/instances", "", "X-Auth-Token", root)), 200,
		`{"instances":[],"total_count":0}`)
	equal(t, "status without a token", c.instances("", "").status, 401)
}

func TestListingsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	token := c.login()
	for query, why := range map[string]string{
		"limit=0":                   "The parameter limit is out of range.",
		"limit=101":                 "The parameter limit is out of range.",
		"offset=-1":                 "The parameter offset is out of range.",
		"offset=x":                  "The parameter offset is out of range.",
		"type=ha":                   "The parameter type is not known.",
		"datastore_type=postgresql": "The parameter datastore_type is not known.",
		"name=*":                    "A filter must not be * alone.",
		"id=*":                      "A filter must not be * alone.",
	} {
		wantAnswer(t, c.instances(token, query), 400, `{"error_code":"DBS.280001","error_msg":"`+why+`"}`)
	}
	equal(t, "recorded requests", c.Count("rds.instances"), 8)
}

func TestHowInstancesAreDescribed(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	var got listing
	decodeLoosely(t, c.instances(c.login(), "").body, &got)
	all := map[string]string{}
	for _, one := range got.Instances {
		all[one.ID] = fmt.Sprint(one.Name, "|", one.Status, "|", one.Type, "|", one.Datastore, "|", one.Volume,
			"|", one.Created, "|", one.Updated, "|", one.PrivateIPs, "|", one.Related)
	}
	const pg = "{PostgreSQL 15}|{CLOUDSSD 100}"
	for id, want := range map[string]string{
		rdssim.InstanceHealthy: "orders|ACTIVE|Ha|" + pg + "|2026-01-15T10:30:00+0800|2026-01-15T10:30:01+0800|[192.168.0.10]|" +
			"[{" + rdssim.InstanceReplica + " replica}]",
		rdssim.InstanceReplica: "orders-replica|ACTIVE|Replica|" + pg + "|2026-01-27T10:30:00+0800|2026-01-27T10:30:01+0800|" +
			"[192.168.0.22]|[{" + rdssim.InstanceHealthy + " replica_of}]",
		rdssim.InstanceCreating: "archive|BUILD|Single|" + pg + "|||[]|[]",
		rdssim.InstanceMySQL: "shop|ACTIVE|Single|{MySQL 8.0}|{CLOUDSSD 100}|2026-01-20T10:30:00+0800|2026-01-20T10:30:01+0800|" +
			"[192.168.0.15]|[]",
		rdssim.InstanceFails: "search|STORAGE FULL|Single|" + pg + "|2026-01-17T10:30:00+0800|2026-01-17T10:30:01+0800|[192.168.0.12]|[]",
	} {
		equal(t, "description", all[id], want)
	}
}

func TestFleetIsListed(t *testing.T) {
	t.Parallel()
	c := newCloud(t, rdssim.WithFleet(150))
	token := c.login()
	var page, rest listing
	decodeLoosely(t, c.instances(token, "name=fleet").body, &page)
	equal(t, "total_count", page.TotalCount, 150)
	equal(t, "length of the first page", len(page.Instances), 100)
	equal(t, "first name", page.Instances[0].Name, "fleet-0001")
	equal(t, "first ID", page.Instances[0].ID, rdssim.FleetInstance(1))
	decodeLoosely(t, c.instances(token, "name=fleet&offset=100").body, &rest)
	equal(t, "length of the second page", len(rest.Instances), 50)
	equal(t, "last name", rest.Instances[49].Name, "fleet-0150")
	equal(t, "last ID", rest.Instances[49].ID, rdssim.FleetInstance(150))
	equal(t, "export of the last one", c.links(token, rest.Instances[49].ID).Status, "CREATING")
	equal(t, "all names", names(t, c.instances(token, "name=fleet-0007")), "fleet-0007 of 1")
}

func TestInstanceThatIsBeingCreated(t *testing.T) {
	t.Parallel()
	c := newCloud(t)
	wantAnswer(t, c.ask(c.login(), rdssim.InstanceCreating), 400,
		`{"error_code":"DBS.200086","error_msg":"The DB instance status does not allow this operation."}`)
}
