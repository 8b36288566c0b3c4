// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// What a cloud received, and clouds that take whatever they receive.

// revokeAfterFirstAnswer makes all tokens bad once RDS has answered for the first time.
func revokeAfterFirstAnswer(t *testing.T, c *rdstest.Cloud) {
	t.Helper()
	cloud, once := c.Outside.Network, sync.Once{}
	c.Outside.Network = rdstest.RoundTripFunc(func(req *http.Request) (*http.Response, error) {
		resp, err := cloud.RoundTrip(req)
		if strings.HasSuffix(req.URL.Path, "/errorlog-download") {
			once.Do(c.RevokeTokens)
		}
		return resp, err
	})
}

// takeAnyone makes the cloud take every login and every request to RDS, so that any value can be sent, and what was
// sent is to be looked at.
func takeAnyone(t *testing.T, c *rdstest.Cloud) {
	t.Helper()
	var endpoints []map[string]string
	add := func(region, iface, host string) {
		endpoints = append(endpoints, map[string]string{
			"region": region, "interface": iface,
			"url": "http://" + host + "/v3/" + rdssim.ProjectID,
		})
	}
	add(rdssim.Region, "public", "rdssim.invalid")
	add(rdssim.Region, "internal", "internal.invalid")
	add(rdssim.Region, "admin", "admin.invalid")
	for _, source := range []string{inConfiguration, "OS_REGION_NAME", "OS_REGION", inFile} {
		add(word(source), "public", host(source))
	}
	answer, err := json.Marshal(map[string]any{"token": map[string]any{
		"project": map[string]string{"id": rdssim.ProjectID, "name": rdssim.ProjectName},
		"catalog": []any{map[string]any{"type": "rdsv3", "endpoints": endpoints}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	token := http.Header{"X-Subject-Token": {"anyones-token"}}
	c.Inject(rdssim.Fault{Kind: "login", Times: forEver, Handler: rdssim.Status(http.StatusCreated, string(answer), token)})
	c.Inject(rdssim.Fault{
		Kind: "rds.errorlog", Times: forEver,
		Handler: rdssim.Status(http.StatusOK, `{"status":"finish","list":[],"count":0}`, nil),
	})
}

// last returns the last request of a kind, or a zero one.
func last(c *rdstest.Cloud, kind string) rdssim.Request {
	requests := c.Requests()
	for _, r := range slices.Backward(requests) {
		if r.Kind == kind {
			return r
		}
	}
	return rdssim.Request{Header: http.Header{}}
}

func lastHeader(c *rdstest.Cloud, kind, name string) string { return last(c, kind).Header.Get(name) }

// accessKeyOf reads the access key out of the last signature.
func accessKeyOf(c *rdstest.Cloud) string {
	_, after, _ := strings.Cut(lastHeader(c, "rds.errorlog", "Authorization"), "Access=")
	key, _, _ := strings.Cut(after, ",")
	return key
}

// sent is a value in the body of the last login, at a path under "auth", or "".
func sent(c *rdstest.Cloud, path ...string) string {
	var body map[string]any
	if json.Unmarshal(last(c, "login").Body, &body) != nil {
		return ""
	}
	at := body["auth"]
	for _, name := range path {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	text, _ := at.(string)
	return text
}
