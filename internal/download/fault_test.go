// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	text = "0123456789"
	etag = `"e1"`
)

var (
	good   = says(200, text, "ETag", etag)
	from4  = says(206, text[4:], "ETag", etag, "Content-Range", "bytes 4-9/10")
	resume = "bytes=4- " + etag
)

var noHost = &net.DNSError{Err: "no such host", Name: "obs.example.com", IsNotFound: true}

func xml(code, message string) string {
	return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>` + message + `</Message><RequestId>r-1</RequestId><HostId>h</HostId></Error>`
}

// TestFaultsThatPass: what was asked for, when, and that the file is whole in the end.
func TestFaultsThatPass(t *testing.T) {
	date := func(in time.Duration) string { // in a bubble the time begins at midnight UTC 2000-01-01
		return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).Add(in).Format(http.TimeFormat)
	}
	for name, c := range map[string]struct {
		replies []reply
		want    []string
	}{
		"none":                      {[]reply{good}, []string{"0s"}},
		"connection refused":        {[]reply{fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), good}, []string{"0s", "1s"}},
		"broken before the answer":  {[]reply{fails(io.EOF), fails(io.EOF), fails(io.EOF), good}, []string{"0s", "1s", "3s", "7s"}},
		"no answer":                 {[]reply{hangs, good}, []string{"0s", "31s"}},
		"no first byte":             {[]reply{stalls(text, 0, "ETag", etag), good}, []string{"0s", "31s"}},
		"429":                       {[]reply{says(429, ""), good}, []string{"0s", "1s"}},
		"429 with seconds":          {[]reply{says(429, "", "Retry-After", "7"), good}, []string{"0s", "7s"}},
		"429 with a date":           {[]reply{says(429, "", "Retry-After", date(9*time.Second)), good}, []string{"0s", "9s"}},
		"429 with a past date":      {[]reply{says(429, "", "Retry-After", date(-time.Hour)), good}, []string{"0s", "1s"}},
		"429 with an age":           {[]reply{says(429, "", "Retry-After", "99999999999999999999"), good}, []string{"0s", "1m0s"}},
		"429 with an overflow":      {[]reply{says(429, "", "Retry-After", "9223372037"), good}, []string{"0s", "1m0s"}},
		"429 with nonsense":         {[]reply{says(429, "", "Retry-After", "-3"), good}, []string{"0s", "1s"}},
		"408":                       {[]reply{says(408, ""), good}, []string{"0s", "1s"}},
		"500 in XML":                {[]reply{says(500, xml("InternalError", "oops")), good}, []string{"0s", "1s"}},
		"502 in HTML":               {[]reply{says(502, "<html>"), good}, []string{"0s", "1s"}},
		"503 with seconds":          {[]reply{says(503, xml("SlowDown", "slow"), "Retry-After", "3"), good}, []string{"0s", "3s"}},
		"a page of a proxy":         {[]reply{says(200, "<html>", "Content-Type", "text/html; charset=utf-8"), good}, []string{"0s", "1s"}},
		"a page without its length": {[]reply{page, good}, []string{"0s", "1s"}},
		"half a body":               {[]reply{half(200, text, 4, "ETag", etag), from4}, []string{"0s", "1s " + resume}},
		"a body that stalls":        {[]reply{stalls(text, 4, "ETag", etag), from4}, []string{"0s", "31s " + resume}},
		"a short body without fuss": {[]reply{short(text, 4), from4}, []string{"0s", "1s " + resume}},
		"503 amid":                  {[]reply{half(200, text, 4, "ETag", etag), says(503, ""), from4}, []string{"0s", "1s " + resume, "3s " + resume}},
		"half of the rest": {
			[]reply{half(200, text, 4, "ETag", etag), half(206, text[4:], 3, "ETag", etag, "Content-Range", "bytes 4-9/10"), says(206, text[7:], "ETag", etag, "Content-Range", "bytes 7-9/10")},
			[]string{"0s", "1s " + resume, "2s bytes=7- " + etag},
		},
		"less than was asked for": {
			[]reply{half(200, text, 4, "ETag", etag), says(206, text[4:7], "ETag", etag, "Content-Range", "bytes 4-6/10"), says(206, text[7:], "ETag", etag, "Content-Range", "bytes 7-9/10")},
			[]string{"0s", "1s " + resume, "2s bytes=7- " + etag},
		},
		"the name is lost amid":        {[]reply{half(200, text, 4, "ETag", etag), fails(noHost), fails(noHost), from4}, []string{"0s", "1s " + resume, "3s " + resume, "7s " + resume}},
		"the name is lost after a 503": {[]reply{says(503, ""), fails(noHost), good}, []string{"0s", "1s", "3s"}},
		"broken behind the last byte":  {[]reply{half(200, text, 10, "ETag", etag)}, []string{"0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory, base := t.TempDir(), newNetwork(c.replies...)
				_, err := download.Save(t.Context(), one("log"), exact(directory, base, 3))
				_ = wantErrors(t, err)
				wantOnly(t, directory, map[string]string{"log": text})
				if diff := cmp.Diff(c.want, base.seen()); diff != "" {
					t.Error("requests (-want +got):", diff)
				}
			})
		})
	}
}

// page is what a portal sends in place of the file: it is whole, and does not tell its length.
func page(req *http.Request) (*http.Response, error) {
	resp := response(req, 200, strings.NewReader("<html>please log in</html>"), -1, "Content-Type", "text/html; charset=utf-8")
	resp.TransferEncoding = []string{"chunked"}
	return resp, nil
}

// TestALogThatIsCalledAPage is taken if it is as long as the cloud says.
func TestALogThatIsCalledAPage(t *testing.T) {
	for size, want := range map[int64][]string{
		10: nil,
		9:  {"broken: The download of log broke off: a page for people came in place of the file"},
		0:  {"broken: The download of log broke off: a page for people came in place of the file"},
		-1: {"broken: The download of log broke off: a page for people came in place of the file"},
	} {
		files := one("log")
		files[0].Size = size
		_, err := download.Save(t.Context(), files, exact(t.TempDir(), newNetwork(says(200, text, "Content-Type", "text/html")), 0))
		_ = wantErrors(t, err, want...)
	}
}

// short announces a body and ends it early, as if it were whole.
func short(body string, n int) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp, err := half(200, body, n, "ETag", etag)(req)
		resp.Body = io.NopCloser(io.LimitReader(resp.Body, int64(n)))
		return resp, err
	}
}

// TestFaultsThatStay: after three retries, or at once where another try is of no use.
func TestFaultsThatStay(t *testing.T) {
	certificate := &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}
	for name, c := range map[string]struct {
		replies  []reply
		requests int
		want     string
	}{
		"connection refused": {
			[]reply{fails(&net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED})},
			4,
			"broken: The download of log broke off 4 times in a row: dial tcp: connection refused",
		},
		"no answer": {[]reply{hangs}, 4, "broken: The download of log broke off 4 times in a row: no byte came for 30s"},
		"429": {
			[]reply{says(429, xml("TooMany", "Too many requests."))},
			4,
			"broken: The download of log broke off 4 times in a row: 429 Too Many Requests: TooMany: Too many requests: request id r-1",
		},
		"503 with an id in the header": {
			[]reply{says(503, "", "X-Amz-Request-Id", "r-2")},
			4,
			"broken: The download of log broke off 4 times in a row: 503 Service Unavailable: (the answer was empty): request id r-2",
		},
		"502 in HTML": {
			[]reply{says(502, "<html><hr>")},
			4,
			"broken: The download of log broke off 4 times in a row: 502 Bad Gateway: (10 bytes that are no error of an object store)",
		},
		"half a body, then none": {
			[]reply{half(200, text, 4, "ETag", etag), fails(io.EOF)},
			4,
			"broken: The download of log broke off after 4 of 10 bytes 4 times in a row: the connection was closed without an answer",
		},
		"a page of a proxy": {
			[]reply{says(200, "<html>", "Content-Type", "text/html")},
			4,
			"broken: The download of log broke off 4 times in a row: a page for people came in place of the file",
		},
		"a page without its length": {[]reply{page}, 4, "broken: The download of log broke off 4 times in a row: a page for people came in place of the file"},
		"always the same half": {
			[]reply{half(200, text, 4)}, 4, "broken: The download of log broke off after 4 of 10 bytes 4 times in a row: the connection was closed before everything had arrived",
		},
		"a certificate that is not trusted": {
			[]reply{fails(certificate)},
			1,
			"broken: The download of log broke off: tls: failed to verify certificate: x509: certificate signed by unknown authority",
		},
		"a host that does not exist": {
			[]reply{fails(noHost)},
			1,
			"broken: The download of log broke off: lookup obs.example.com: no such host",
		},
		"a host that exists no more": {
			[]reply{half(200, text, 4, "ETag", etag), fails(noHost)},
			4,
			"broken: The download of log broke off after 4 of 10 bytes 4 times in a row: lookup obs.example.com: no such host",
		},
		"a length that is not told": {
			[]reply{func(r *http.Request) (*http.Response, error) {
				return response(r, 200, &dripping{text: text, step: 3}, -1), nil
			}},
			1,
			"broken: The download of log broke off: the server does not say how long the file is, so it can't be known whether it is whole",
		},
		"501": {[]reply{says(501, xml("NotImplemented", "No."))}, 1, "refused: The link's server refused log: 501 Not Implemented: NotImplemented: No: request id r-1"},
		"400": {[]reply{says(400, xml("InvalidArgument", "No."))}, 1, "refused: The link's server refused log: 400 Bad Request: InvalidArgument: No: request id r-1"},
		"403 without Refresh": {
			[]reply{says(403, xml("SignatureDoesNotMatch", "It does not."))},
			1,
			"refused: The link's server refused log: 403 Forbidden: SignatureDoesNotMatch: It does not: request id r-1",
		},
		"expired without Refresh": {
			[]reply{says(403, xml("AccessDenied", "Request has expired"))},
			1,
			"link expired: The link of log has expired, and there is no fresh one: 403 Forbidden: AccessDenied: Request has expired: request id r-1",
		},
		"404": {[]reply{says(404, xml("NoSuchKey", "The key does not exist."))}, 1, "refused: The link's server refused log: 404 Not Found: NoSuchKey: The key does not exist: request id r-1"},
		"404 after a half": {
			[]reply{half(200, text, 4, "ETag", etag), says(404, xml("NoSuchKey", "Gone."))},
			2,
			"refused: The link's server refused log after 4 of 10 bytes: 404 Not Found: NoSuchKey: Gone: request id r-1",
		},
		"a redirect": {
			[]reply{says(302, "", "Location", "https://elsewhere.example.com/?x="+secret)},
			1,
			"refused: The link's server refused log: 302 Found: (a redirect, which is not followed)",
		},
		"a proxy's version": {[]reply{says(203, text)}, 1, "refused: The link's server refused log: 203 Non-Authoritative Information: (an answer to something that was not asked for)"},
		"no content":        {[]reply{says(204, "")}, 1, "refused: The link's server refused log: 204 No Content: (an answer to something that was not asked for)"},
		"a part that nobody asked for": {
			[]reply{says(206, text[4:], "ETag", etag, "Content-Range", "bytes 4-9/10")},
			1,
			"refused: The link's server refused log: 206 Partial Content: (an answer to something that was not asked for)",
		},
		"416 at once": {
			[]reply{says(416, xml("InvalidRange", "The range."))},
			1,
			"refused: The link's server refused log: 416 Requested Range Not Satisfiable: InvalidRange: The range: request id r-1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				directory, base := t.TempDir(), newNetwork(c.replies...)
				saved, err := download.Save(t.Context(), one("log"), exact(directory, base, 3))
				_ = wantErrors(t, err, c.want)
				wantOnly(t, directory, map[string]string{})
				if saved != nil || len(base.seen()) != c.requests {
					t.Errorf("saved %v, requests %v", saved, base.seen())
				}
			})
		})
	}
}

// TestAHostThatNeverAnswered: that another one did says nothing of it; that it did to another file, does.
func TestAHostThatNeverAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(good, fails(noHost), fails(noHost), good)
		o := exact(t.TempDir(), base, 3)
		o.Parallel = 1
		files := append(one("a"), one("b")...)
		files[1].Link = "https://elsewhere.example.com/b"
		files = append(files, download.File{Name: "c", Link: link})
		saved, err := download.Save(t.Context(), files, o)
		_ = wantErrors(t, err, "broken: The download of b broke off: lookup obs.example.com: no such host")
		if diff := cmp.Diff([]string{"0s", "0s", "0s", "1s"}, base.seen()); diff != "" || len(saved) != 2 {
			t.Error(diff, saved)
		}
	})
}

func TestFaultsAreCountedBetweenBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := newCloud()
		cloud.Inject(rdssim.Fault{Kind: "obs.get", Times: 14, Handler: rdssim.HalfBody()}) // 20590 bytes can be halved 14 times
		directory := t.TempDir()
		saved, err := download.Save(t.Context(), mustFiles(t, cloud, rdssim.InstanceHealthy), exact(directory, cloud.Transport(), 1))
		_ = wantErrors(t, err)
		if len(saved) != 1 || saved[0].SHA256 != sumOf(theLog(t)) || cloud.Count("obs.get") != 15 {
			t.Errorf("%+v after %d requests", saved, cloud.Count("obs.get"))
		}
	})
}

func TestNoRetries(t *testing.T) {
	for name, r := range map[string]reply{"fault": says(503, ""), "half": half(200, text, 4, "ETag", etag)} {
		t.Run(name, func(t *testing.T) {
			base := newNetwork(r)
			_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 0))
			var errs download.Errors
			if !errors.As(err, &errs) || errs[0].Kind != download.KindFault || len(base.seen()) != 1 {
				t.Error(err, base.seen())
			}
		})
	}
}

func TestPausesVaryByAQuarter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(fails(io.EOF))
		o := exact(t.TempDir(), base, 9)
		o.Random = func() float64 { return 0.8 } // 20 % earlier
		_, err := download.Save(t.Context(), one("log"), o)
		if err == nil {
			t.Error("no error")
		}
		want := []string{"0s", "800ms", "2.4s", "5.6s", "12s", "24.8s", "50.4s", "1m38.4s", "2m26.4s", "3m14.4s"}
		if diff := cmp.Diff(want, base.seen()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPausesAreTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(fails(io.EOF), fails(io.EOF), says(429, "", "Retry-After", "60"), says(429, "", "Retry-After", "0"), hangs, good)
		o := exact(t.TempDir(), base, 9)
		o.MinPause, o.MaxPause, o.Stall = 10*time.Millisecond, 15*time.Millisecond, 100*time.Millisecond
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		if diff := cmp.Diff([]string{"0s", "10ms", "25ms", "40ms", "50ms", "165ms"}, base.seen()); diff != "" {
			t.Error(diff)
		}
	})
}
