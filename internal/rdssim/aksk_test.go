// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// signing signs a request in the plainest way, for paths and queries that need no escaping and queries of one pair.
type signing struct {
	ak, sk  string
	headers map[string]string // by lower case name; sent and signed
	skip    string            // the name of a header that is sent and not signed
}

func permanent() signing {
	return signing{ak: rdssim.AccessKey, sk: rdssim.SecretKey, headers: map[string]string{}}
}

func temporary() signing {
	return signing{
		ak: rdssim.TemporaryAccessKey, sk: rdssim.TemporarySecretKey,
		headers: map[string]string{"x-security-token": rdssim.SecurityToken},
	}
}

func (s signing) sign(t *testing.T, r *http.Request, at time.Time) *http.Request {
	t.Helper()
	headers := map[string]string{"x-sdk-date": at.UTC().Format("20060102T150405Z"), "content-type": "application/json"}
	maps.Copy(headers, s.headers)
	lines := []string{}
	for name, value := range headers {
		r.Header.Set(name, value)
		lines = append(lines, name+":"+value)
	}
	lines = append(lines, "host:"+r.URL.Host)
	lines = slices.DeleteFunc(lines, func(line string) bool { return s.skip != "" && strings.HasPrefix(line, s.skip+":") })
	slices.Sort(lines)
	var names []string
	for _, line := range lines {
		name, _, _ := strings.Cut(line, ":")
		names = append(names, name)
	}
	body := ""
	if r.GetBody != nil {
		reader, _ := r.GetBody()
		text, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		body = string(text)
	}
	canonical := r.Method + "\n" + r.URL.Path + "/\n" + r.URL.RawQuery + "\n" + strings.Join(lines, "\n") + "\n\n" +
		strings.Join(names, ";") + "\n" + sha(body)
	mac := hmac.New(sha256.New, []byte(s.sk))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + headers["x-sdk-date"] + "\n" + sha(canonical)))
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+s.ak+", SignedHeaders="+strings.Join(names, ";")+
		", Signature="+hex.EncodeToString(mac.Sum(nil)))
	return r
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (c *cloud) signed(s signing, method, path, body string) answer {
	c.t.Helper()
	return c.do(s.sign(c.t, c.request(method, path, body), c.clock.Now()))
}

func TestSignedCalls(t *testing.T) {
	for name, s := range map[string]signing{"permanent": permanent(), "temporary": temporary()} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			equal(t, "errorlog-download", c.signed(s, "POST", errorLogPath(rdssim.InstanceHealthy), "{}").status, 200)
			equal(t, "without body", c.signed(s, "POST", errorLogPath(rdssim.InstanceHealthy), "").status, 200)
			equal(t, "jobs", c.signed(s, "GET", "/v3/"+rdssim.ProjectID+"/jobs?id=x", "").status, 400)
			projects := c.signed(s, "GET", "/v3/projects?name="+rdssim.ProjectName, "")
			if !strings.Contains(projects.body, `"id":"`+rdssim.ProjectID+`"`) {
				t.Errorf("projects: expected %s, got %s", rdssim.ProjectID, projects.body)
			}
			equal(t, "catalog without project", rdsEndpoints(t, c.signed(s, "GET", "/v3/auth/catalog", "").body), "")
			s.headers["x-project-id"] = rdssim.ProjectID
			equal(t, "catalog", rdsEndpoints(t, c.signed(s, "GET", "/v3/auth/catalog", "").body),
				"eu-de public https://rdssim.invalid/v3/"+rdssim.ProjectID)
			equal(t, "with x-project-id", c.signed(s, "POST", errorLogPath(rdssim.InstanceHealthy), "{}").status, 200)
			s.headers["x-project-id"] = rdssim.RootProjectID
			equal(t, "with another x-project-id", c.signed(s, "POST", errorLogPath(rdssim.InstanceHealthy), "{}").status, 403)
			s.headers["x-project-id"] = rdssim.DelegatedProjectID
			equal(t, "catalog of another account's project", c.signed(s, "GET", "/v3/auth/catalog", "").status, 401)
		})
	}
}

func TestSignedAgency(t *testing.T) {
	c := newCloud(t)
	body := loginBody(`{"methods":["assume_role"],"assume_role":{"domain_name":"`+rdssim.AgencyDomainName+
		`","agency_name":"`+rdssim.AgencyName+`"}}`, `{"project":{"name":"`+rdssim.DelegatedProject+`"}}`)
	got := c.signed(permanent(), "POST", "/v3/auth/tokens", body)
	equal(t, "status", got.status, 201)
	if got.header.Get("X-Subject-Token") == "" {
		t.Error("X-Subject-Token: expected a token, got none")
	}
	wrong := permanent()
	wrong.sk = "wrong"
	wantAnswer(t, c.signed(wrong, "POST", "/v3/auth/tokens", body), 401,
		`{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: verify aksk signature fail","request_id":"{id}"}`)
}

func change(of signing, f func(s *signing)) signing {
	f(&of)
	return of
}

var refusedSignatures = map[string]struct {
	signing signing
	skew    time.Duration
	spoil   func(r *http.Request)
	want    string
}{
	"wrong secret": {signing: change(permanent(), func(s *signing) { s.sk = "x" }), want: "verify aksk signature fail"},
	"unknown key":  {signing: change(permanent(), func(s *signing) { s.ak = "UNKNOWN" }), want: "Get secretKey failed, ak not exist"},
	"clock behind": {
		signing: permanent(), skew: -15*time.Minute - time.Second, want: "x-sdk-date 20200515T075113Z is too far from the " +
			"server's time 20200515T080614Z",
	},
	"clock ahead": {
		signing: permanent(), skew: 15*time.Minute + time.Second, want: "x-sdk-date 20200515T082115Z is too far from the " +
			"server's time 20200515T080614Z",
	},
	"no security token": {
		signing: signing{ak: rdssim.TemporaryAccessKey, sk: rdssim.TemporarySecretKey},
		want:    "the security token does not belong to the access key",
	},
	"wrong security token": {
		signing: change(temporary(), func(s *signing) { s.headers["x-security-token"] = "x" }),
		want:    "the security token does not belong to the access key",
	},
	"permanent key with security token": {
		signing: change(permanent(), func(s *signing) { s.headers["x-security-token"] = rdssim.SecurityToken }),
		want:    "the security token does not belong to the access key",
	},
	"security token not signed": {
		signing: change(temporary(), func(s *signing) { s.skip = "x-security-token" }), want: "the header x-security-token is not signed",
	},
	"host not signed": {signing: change(permanent(), func(s *signing) { s.skip = "host" }), want: "the header host is not signed"},
	"date not signed": {
		signing: change(permanent(), func(s *signing) { s.skip = "x-sdk-date" }), want: "the header x-sdk-date is not signed",
	},
	"content type not signed": {
		signing: change(permanent(), func(s *signing) { s.skip = "content-type" }), want: "the header content-type is not signed",
	},
	"content type changed": {
		signing: permanent(), want: "verify aksk signature fail",
		spoil: func(r *http.Request) { r.Header.Set("Content-Type", "application/json ; a=b") },
	},
	"project added": {
		signing: permanent(), spoil: func(r *http.Request) { r.Header.Set("X-Project-Id", rdssim.ProjectID) }, want: "the " +
			"header x-project-id is not signed",
	},
	"date changed": {
		signing: permanent(), spoil: func(r *http.Request) { r.Header.Set("X-Sdk-Date", "20200515T080613Z") }, want: "verify aksk signature fail",
	},
	"date unreadable": {
		signing: permanent(), spoil: func(r *http.Request) { r.Header.Set("X-Sdk-Date", "yesterday") }, want: "x-sdk-date " +
			"is not of the form 20060102T150405Z",
	},
	"body changed": {
		signing: permanent(), want: "verify aksk signature fail",
		spoil: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{ }")) },
	},
	"query added": {
		signing: permanent(), spoil: func(r *http.Request) { r.URL.RawQuery = "a=b" }, want: "verify aksk signature fail",
	},
	"host changed": {
		signing: permanent(), spoil: func(r *http.Request) { r.Host = "other.example" }, want: "verify aksk signature fail",
	},
	"path changed": {
		signing: permanent(),
		spoil:   func(r *http.Request) { r.URL.Path = errorLogPath(rdssim.InstanceTwoFiles) },
		want:    "verify aksk signature fail",
	},
	"another scheme": {
		signing: permanent(), spoil: func(r *http.Request) { r.Header.Set("Authorization", "Bearer x") },
		want: "the authorization header is not of the form SDK-HMAC-SHA256 Access, SignedHeaders, Signature",
	},
	"names not sorted": {
		signing: permanent(),
		spoil: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "content-type;host", "host;content-type", 1))
		},
		want: "the signed headers are not sorted",
	},
	"names in upper case": {
		signing: permanent(),
		spoil: func(r *http.Request) {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "=content-type", "=Accept;content-type", 1))
		},
		want: "the signed header Accept is not in lower case",
	},
}

func TestSignaturesThatAreRefused(t *testing.T) {
	for name, test := range refusedSignatures {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			r := test.signing.sign(t, c.request("POST", errorLogPath(rdssim.InstanceHealthy), "{}"), c.clock.Now().Add(test.skew))
			if test.spoil != nil {
				r.ContentLength = -1
				test.spoil(r)
			}
			wantAnswer(t, c.do(r), 401, `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: `+
				test.want+`","request_id":"{id}"}`)
		})
	}
}

func TestClockMayDifferBy15Minutes(t *testing.T) {
	c := newCloud(t)
	c.clock.Advance(411 * time.Millisecond) // to a whole second: x-sdk-date has no parts of one
	for _, skew := range []time.Duration{-15 * time.Minute, 15 * time.Minute} {
		r := permanent().sign(t, c.request("POST", errorLogPath(rdssim.InstanceHealthy), "{}"), c.clock.Now().Add(skew))
		equal(t, "status at "+skew.String(), c.do(r).status, 200)
	}
}

func TestKeyIsLocked(t *testing.T) {
	c := newCloud(t)
	wrong := permanent()
	wrong.sk = "x"
	call := func(s signing) answer { return c.signed(s, "GET", "/v3/auth/domains", "") }
	fail := func(times int) {
		for range times {
			equal(t, "status of a wrong signature", call(wrong).status, 401)
		}
	}
	fail(5)
	equal(t, "status after 5 failures", call(permanent()).status, 200)
	fail(6)
	const locked = `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information: AK access failed ` +
		`to reach the limit, forbidden","request_id":"{id}"}`
	wantAnswer(t, call(permanent()), 401, locked)
	equal(t, "status of the other key", call(temporary()).status, 200)
	c.clock.Advance(5*time.Minute - 1)
	wantAnswer(t, call(permanent()), 401, locked)
	c.clock.Advance(1)
	equal(t, "status after 5 minutes", call(permanent()).status, 200)
}
