// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// TestRefusals compares every field and the text, for each form of a body.
func TestRefusals(t *testing.T) {
	cases := map[string]struct {
		status   int
		body     string
		location string
		want     rds.Error // what differs
		text     string
	}{
		"RDS": {
			status: 403, body: `{"error_code":"DBS.200604","error_msg":"The operation is not authorized."}`,
			want: rds.Error{Kind: apierror.Forbidden, Refusal: apierror.Refusal{Code: "DBS.200604", Message: "The operation is not authorized."}},
			text: "403 Forbidden, DBS.200604, The operation is not authorized, request id r1",
		},
		"the gateway": {
			status: 401, body: `{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information","request_id":"other"}`,
			want: rds.Error{
				Kind:    apierror.Unauthorized,
				Refusal: apierror.Refusal{Code: "APIGW.0301", Message: "Incorrect IAM authentication information"},
			},
			text: "401 Unauthorized, APIGW.0301, Incorrect IAM authentication information, request id r1",
		},
		"OpenStack": {
			status: 404, body: `{"itemNotFound":{"code":404,"message":"gone"}}`,
			want: rds.Error{Kind: apierror.NotFound, Refusal: apierror.Refusal{Message: "gone"}},
			text: "404 Not Found, gone, request id r1",
		},
		"HTML": {
			status: 502, body: "<html>" + secret + "</html>",
			want: rds.Error{Kind: apierror.Server, Refusal: apierror.Refusal{Message: "(an HTML page of 19 bytes in place of the API's JSON)"}},
			text: "502 Bad Gateway, (an HTML page of 19 bytes in place of the API's JSON), request id r1",
		},
		"HTML, and status 200": {
			status: 200, body: "<html>" + secret,
			want: rds.Error{Kind: apierror.Server, Refusal: apierror.Refusal{Message: "(an HTML page of 12 bytes in place of the API's JSON)"}},
			text: "200 OK, (an HTML page of 12 bytes in place of the API's JSON), request id r1",
		},
		"nothing": {
			status: 500,
			want:   rds.Error{Kind: apierror.Server, Refusal: apierror.Refusal{Message: "(the answer was empty)"}},
			text:   "500 Internal Server Error, (the answer was empty), request id r1",
		},
		"junk": {
			status: 400, body: secret,
			want: rds.Error{Kind: apierror.Other, Refusal: apierror.Refusal{Message: "(6 bytes that are not the API's JSON)"}},
			text: "400 Bad Request, (6 bytes that are not the API's JSON), request id r1",
		},
		"a status without a name": {
			status: 599, body: `{}`,
			want: rds.Error{Kind: apierror.Server, Refusal: apierror.Refusal{Message: "(2 bytes that name no error)"}},
			text: "599, (2 bytes that name no error), request id r1",
		},
		"a redirect": {
			status: 302, body: "moved", location: "https://user:" + secret + "@login.example.com:8443/a?token=" + secret + "#" + secret,
			want: rds.Error{
				Kind: apierror.Redirect, Location: "https://login.example.com:8443",
				Refusal: apierror.Refusal{Message: "(5 bytes that are not the API's JSON)"},
			},
			text: "302 Found, (5 bytes that are not the API's JSON), request id r1",
		},
		"a refusal with status 200": {
			status: 200, body: `{"error_code":"DBS.200602","error_msg":"The DB instance does not exist."}`,
			want: rds.Error{Kind: apierror.NotFound, Refusal: apierror.Refusal{Code: "DBS.200602", Message: "The DB instance does not exist."}},
			text: "200 OK, DBS.200602, The DB instance does not exist, request id r1",
		},
		"an unknown refusal with status 200": {
			status: 200, body: `{"error_code":"DBS.999999"}`,
			want: rds.Error{Kind: apierror.Server, Refusal: apierror.Refusal{Code: "DBS.999999"}},
			text: "200 OK, DBS.999999, request id r1",
		},
		"a redirect to a host": {
			status: 307, location: "//evil.example.com/" + secret,
			want: rds.Error{
				Kind: apierror.Redirect, Location: "https://evil.example.com", Refusal: apierror.Refusal{Message: "(the answer was empty)"},
			},
			text: "307 Temporary Redirect, (the answer was empty), request id r1",
		},
		"a redirect to a path": {
			status: 308, location: "/" + secret,
			want: rds.Error{
				Kind: apierror.Redirect, Location: "https://rds.eu-de.otc.t-systems.com",
				Refusal: apierror.Refusal{Message: "(the answer was empty)"},
			},
			text: "308 Permanent Redirect, (the answer was empty), request id r1",
		},
		"a redirect that can't be read": {
			status: 301, location: "https://[" + secret,
			want: rds.Error{Kind: apierror.Redirect, Refusal: apierror.Refusal{Message: "(the answer was empty)"}},
			text: "301 Moved Permanently, (the answer was empty), request id r1",
		},
		"a redirect to no host": {
			status: 301, location: "mailto:" + secret,
			want: rds.Error{Kind: apierror.Redirect, Refusal: apierror.Refusal{Message: "(the answer was empty)"}},
			text: "301 Moved Permanently, (the answer was empty), request id r1",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			headers := []string{"X-Request-Id", "r1"}
			if c.location != "" {
				headers = append(headers, "Location", c.location)
			}
			answer, err := ask(t, c.status, c.body, headers...)
			var got *rds.Error
			if !errors.As(err, &got) {
				t.Fatalf("got %T %v, want an Error", err, err)
			}
			if answer != nil {
				t.Errorf("got the answer %+v, want none", answer)
			}
			c.want.StatusCode, c.want.RequestID = c.status, "r1"
			c.want.Described = strings.HasPrefix(c.want.Message, "(")
			c.want.ProjectID, c.want.Region, c.want.Host = project, "eu-de", "rds.eu-de.otc.t-systems.com"
			if diff := cmp.Diff(&c.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got.Error() != c.text {
				t.Errorf("got the text %q, want %q", got, c.text)
			}
			if strings.Contains(fmt.Sprintf("%v %+v %#v", got, got, got), secret) {
				t.Error("got an error with the secret, want none")
			}
		})
	}
}

// TestARefusalOfAJob: Job returns the same Error.
func TestARefusalOfAJobIsOneToo(t *testing.T) {
	s := answering(400, `{"error_code":"DBS.200543","error_msg":"The job does not exist."}`)
	_, err := s.client().Job(t.Context(), task)
	var got *rds.Error
	if !errors.As(err, &got) || got.Kind != apierror.NoSuchJob || got.Error() != "400 Bad Request, DBS.200543, The job does not exist" {
		t.Errorf("expected 400 Bad Request, DBS.200543, The job does not exist, of kind NoSuchJob, got %#v", err)
	}
}

func TestSuccessIsEvery2xx(t *testing.T) {
	for _, status := range []int{200, 201, 202, 203, 299} {
		if _, err := ask(t, status, "{}"); err != nil {
			t.Errorf("status %d: expected no error, got %T %v", status, err, err)
		}
	}
	for _, status := range []int{0, 100, 199, 300, 304} {
		var refusal *rds.Error
		if _, err := ask(t, status, "{}"); !errors.As(err, &refusal) {
			t.Errorf("status %d: expected a refusal, got %T %v", status, err, err)
		}
	}
}

// TestWhatIsWaitedFor: the wait endures temporary faults. Any other ends it at once.
func TestWhatIsWaitedFor(t *testing.T) {
	cases := map[string]struct {
		network *network
		passes  bool
	}{
		"a broken connection":      {network: failing(syscall.ECONNRESET), passes: true},
		"a connection closed":      {network: failing(io.EOF), passes: true},
		"half an answer":           {network: answering(200, documented[:99]), passes: true},
		"another type":             {network: answering(200, "[]"), passes: true},
		"a page of HTML":           {network: answering(200, "<html>"), passes: true},
		"busy":                     {network: answering(403, `{"error_code":"DBS.200019"}`), passes: true},
		"too many requests":        {network: answering(429, ""), passes: true},
		"out of order":             {network: answering(503, ""), passes: true},
		"a name server in trouble": {network: failing(&net.DNSError{IsTemporary: true}), passes: true},
		"no such host":             {network: failing(&net.DNSError{IsNotFound: true})},
		"not trusted":              {network: failing(&tls.CertificateVerificationError{Err: errors.New("self-signed")})},
		"too large":                {network: answering(200, strings.Repeat(" ", 4<<20+1))},
		"not implemented":          {network: answering(501, "")},
		"storage full":             {network: answering(409, `{"error_code":"DBS.200316"}`)},
		"a redirect":               {network: answering(302, "")},
		"a bad credential":         {network: failing(verdict(true))},
		"a login out of order":     {network: failing(verdict(false)), passes: true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { waitsFor(t, c.network.client(), c.passes) })
		})
	}
	for name, err := range map[string]error{"a credential is missing": errors.New("no password"), "a bad password": verdict(true)} {
		t.Run("before the first request: "+name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				endpoint := func(context.Context) (rds.Endpoint, error) { return rds.Endpoint{}, err }
				waitsFor(t, rds.NewClient(http.DefaultClient, endpoint, nil, func() float64 { return 0 }), false)
			})
		})
	}
}

func waitsFor(t *testing.T, client *rds.Client, passes bool) {
	t.Helper()
	start := time.Now()
	_, err := client.WaitForExport(t.Context(), rds.WaitOptions{Log: rds.ErrorLog, InstanceID: instance, Timeout: 10 * time.Second})
	var timeout *rds.TimeoutError
	if err == nil {
		t.Fatal("got no error, want one")
	}
	if got := errors.As(err, &timeout); got != passes {
		t.Fatalf("got %T %v, want a TimeoutError: %t", err, err, passes)
	}
	took, want := time.Since(start), time.Duration(0)
	if passes {
		want = 10 * time.Second
	}
	if took != want {
		t.Errorf("got the error after %s, want %s", took, want)
	}
	if passes && timeout.Fault == nil {
		t.Error("got no fault, want the last one")
	}
	var address *url.Error
	if errors.As(err, &address) {
		t.Errorf("got an error with the address %s, want none", address.URL)
	}
}

// verdict is an error with its own Permanent, such as a failed login.
type verdict bool

func (v verdict) Error() string   { return "refused" }
func (v verdict) Permanent() bool { return bool(v) }
