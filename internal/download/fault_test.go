// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"crypto/tls"
	"crypto/x509"
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

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

const (
	text = "0123456789"
	etag = `"e1"`
)

var (
	good   = answers(200, text, "ETag", etag)
	from4  = answers(206, text[4:], "ETag", etag, "Content-Range", "bytes 4-9/10")
	resume = "bytes=4- " + etag
)

var noHost = &net.DNSError{Err: "no such host", Name: "obs.example.com", IsNotFound: true}

func xml(code, message string) string {
	return `<?xml version="1.0"?><Error><Code>` + code + `</Code><Message>` + message + `</Message>` +
		`<RequestId>r-1</RequestId><HostId>h</HostId></Error>`
}

// TestFaultsThatPass: the requests, their times, and the complete file in the end.
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
		"429":                       {[]reply{answers(429, ""), good}, []string{"0s", "1s"}},
		"429 with seconds":          {[]reply{answers(429, "", "Retry-After", "7"), good}, []string{"0s", "7s"}},
		"429 with a date":           {[]reply{answers(429, "", "Retry-After", date(9*time.Second)), good}, []string{"0s", "9s"}},
		"429 with a past date":      {[]reply{answers(429, "", "Retry-After", date(-time.Hour)), good}, []string{"0s", "1s"}},
		"429 with an age":           {[]reply{answers(429, "", "Retry-After", "99999999999999999999"), good}, []string{"0s", "1m0s"}},
		"429 with an overflow":      {[]reply{answers(429, "", "Retry-After", "9223372037"), good}, []string{"0s", "1m0s"}},
		"429 with nonsense":         {[]reply{answers(429, "", "Retry-After", "-3"), good}, []string{"0s", "1s"}},
		"408":                       {[]reply{answers(408, ""), good}, []string{"0s", "1s"}},
		"500 in XML":                {[]reply{answers(500, xml("InternalError", "oops")), good}, []string{"0s", "1s"}},
		"502 in HTML":               {[]reply{answers(502, "<html>"), good}, []string{"0s", "1s"}},
		"503 with seconds":          {[]reply{answers(503, xml("SlowDown", "slow"), "Retry-After", "3"), good}, []string{"0s", "3s"}},
		"a page of a proxy":         {[]reply{answers(200, "<html>", "Content-Type", "text/html; charset=utf-8"), good}, []string{"0s", "1s"}},
		"a page without its length": {[]reply{page, good}, []string{"0s", "1s"}},
		"half a body":               {[]reply{half(200, text, 4, "ETag", etag), from4}, []string{"0s", "1s " + resume}},
		"a body that stalls":        {[]reply{stalls(text, 4, "ETag", etag), from4}, []string{"0s", "31s " + resume}},
		"a short body without fuss": {[]reply{short(text, 4), from4}, []string{"0s", "1s " + resume}},
		"503 amid": {
			[]reply{half(200, text, 4, "ETag", etag), answers(503, ""), from4},
			[]string{"0s", "1s " + resume, "3s " + resume},
		},
		"half of the rest": {
			[]reply{
				half(200, text, 4, "ETag", etag),
				half(206, text[4:], 3, "ETag", etag, "Content-Range", "bytes 4-9/10"),
				answers(206, text[7:], "ETag", etag, "Content-Range", "bytes 7-9/10"),
			},
			[]string{"0s", "1s " + resume, "2s bytes=7- " + etag},
		},
		"less than was asked for": {
			[]reply{
				half(200, text, 4, "ETag", etag),
				answers(206, text[4:7], "ETag", etag, "Content-Range", "bytes 4-6/10"),
				answers(206, text[7:], "ETag", etag, "Content-Range", "bytes 7-9/10"),
			},
			[]string{"0s", "1s " + resume, "2s bytes=7- " + etag},
		},
		"the name is lost amid": {
			[]reply{half(200, text, 4, "ETag", etag), fails(noHost), fails(noHost), from4},
			[]string{"0s", "1s " + resume, "3s " + resume, "7s " + resume},
		},
		"the name is lost after a 503": {[]reply{answers(503, ""), fails(noHost), good}, []string{"0s", "1s", "3s"}},
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

// page is what a portal sends in place of the file: it is complete, and does not announce its length.
func page(req *http.Request) (*http.Response, error) {
	resp := response(req, 200, strings.NewReader("<html>please log in</html>"), -1, "Content-Type", "text/html; charset=utf-8")
	resp.TransferEncoding = []string{"chunked"}
	return resp, nil
}

// TestALogThatIsCalledAPage is taken if it is as long as the cloud announced.
func TestALogThatIsCalledAPage(t *testing.T) {
	const failed = "broken: The download of log broke off: a web page or an error message came in place of the file"
	for size, want := range map[int64][]string{10: nil, 9: {failed}, 0: {failed}, -1: {failed}} {
		files := one("log")
		files[0].Size = size
		_, err := download.Save(t.Context(), files, exact(t.TempDir(), newNetwork(answers(200, text, "Content-Type", "text/html")), 0))
		_ = wantErrors(t, err, want...)
	}
}

// TestPagesAreNotSaved, whatever their Content-Type is. A log that only speaks of pages is.
func TestPagesAreNotSaved(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	for content, isPage := range map[string]bool{
		"<!DOCTYPE html><html>":                    true,
		"<!doctype HTML>" + long:                   true,
		"<html>please log in":                      true,
		"<HTML lang=\"de\">":                       true,
		"\ufeff \r\n\t<html>":                      true,
		"<Error><Code>NoSuchKey</Code></Error>":    true,
		xml("NoSuchKey", "Gone."):                  true,
		"<?xml version=\"1.0\"?>\r\n\r\n<error>":   true,
		"\ufeff<?XML version=\"1.0\"?><ERROR/>":    true,
		"<?xml version=\"1.0\"?><log>":             false,
		"<Errors>":                                 false,
		"<h":                                       false,
		" ":                                        false,
		"2026-11-23 ERROR: syntax error at <html>": false,
		"x<!DOCTYPE html>":                         false,
		"\x1f\x8b\x08<html>":                       false,
	} {
		for _, kind := range []string{"", "text/plain", "application/octet-stream", "application/xhtml+xml"} {
			for _, size := range []int64{-1, int64(len(content))} {
				directory := t.TempDir()
				files := one("log")
				files[0].Size = size
				base := newNetwork(answers(200, content, "Content-Type", kind))
				saved, err := download.Save(t.Context(), files, exact(directory, base, 0))
				if !isPage {
					_ = wantErrors(t, err)
					wantSaved(t, saved, 1)
					continue
				}
				_ = wantErrors(
					t,
					err,
					fmt.Sprintf("broken: The download of log broke off: %s", "a web page or an error message came in place of the file"),
				)
				wantOnly(t, directory, map[string]string{})
			}
		}
	}
}

// TestAPageAndThenTheFile: the page is thrown away, and nothing of it is asked for again.
func TestAPageAndThenTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		directory, base := t.TempDir(), newNetwork(answers(200, "<html>wait", "ETag", etag), good)
		_, err := download.Save(t.Context(), one("log"), exact(directory, base, 1))
		_ = wantErrors(t, err)
		wantOnly(t, directory, map[string]string{"log": text})
		if diff := cmp.Diff([]string{"0s", "1s"}, base.seen()); diff != "" {
			t.Error("requests (-want +got):", diff)
		}
	})
}

// TestAnotherSizeThanAnnounced is no error, but the caller can see it.
func TestAnotherSizeThanAnnounced(t *testing.T) {
	for size, want := range map[int64]int64{-1: 0, 0: 0, 9: 9, 10: 0, 11: 11} {
		files := one("log")
		files[0].Size = size
		saved, err := download.Save(t.Context(), files, exact(t.TempDir(), newNetwork(good), 0))
		_ = wantErrors(t, err)
		wantSaved(t, saved, 1)
		if saved[0].Announced != want {
			t.Errorf("got Announced %d for the size %d, want %d", saved[0].Announced, size, want)
		}
	}
}

// TestARefusalStaysOne, also if its body stalls or breaks off. It is not tried again.
func TestARefusalStaysOne(t *testing.T) {
	body := xml("NoSuchKey", "Gone.")
	for name, c := range map[string]struct {
		reply reply
		took  time.Duration
		want  string
	}{
		"stalls at once": {
			func(req *http.Request) (*http.Response, error) {
				return response(req, 404, silent{req.Context()}, 1000), nil
			}, 30 * time.Second, "(the answer was empty)",
		},
		"stalls": {
			func(req *http.Request) (*http.Response, error) {
				return response(req, 404, io.MultiReader(strings.NewReader(body), silent{req.Context()}), 1000), nil
			}, 30 * time.Second, "NoSuchKey: Gone: request id r-1",
		},
		"stalls in the middle": {
			func(req *http.Request) (*http.Response, error) {
				return response(req, 404, io.MultiReader(strings.NewReader("abcd"), silent{req.Context()}), 1000), nil
			}, 30 * time.Second, "(4 bytes that are not an object store's error)",
		},
		"breaks off": {half(404, body+"xxxx", len(body)), 0, "NoSuchKey: Gone: request id r-1"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base, start := newNetwork(c.reply), time.Now()
				_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 9))
				_ = wantErrors(t, err, "refused: The link's server refused log: 404 Not Found: "+c.want)
				base.wantRequests(t, 1)
				if took := time.Since(start); took != c.took {
					t.Errorf("took %s, want %s", took, c.took)
				}
			})
		})
	}
}

// TestAProxyThatRefuses is named, and is not asked again. It is the proxy only for an http:// link and if there is one.
func TestAProxyThatRefuses(t *testing.T) {
	proxy := func(address string) func(*http.Request) (*url.URL, error) {
		return func(*http.Request) (*url.URL, error) {
			if address == "" {
				return nil, nil
			}
			return url.Parse(address)
		}
	}
	const named = "proxy: A proxy refused the download of log: the proxy proxy.example.com:3128 refused the connection: "
	for name, c := range map[string]struct {
		link, proxy string
		status      int
		want        string
	}{
		"407": {"http://obs.example.com/x", "http://u:p4ssword@proxy.example.com:3128", 407, named + "407 Proxy Authentication Required"},
		"401": {"http://obs.example.com/x", "http://u:p4ssword@proxy.example.com:3128", 401, named + "401 Unauthorized"},
		"https": {
			"https://obs.example.com/x",
			"http://proxy.example.com:3128",
			401,
			"refused: The link's server refused log: 401 Unauthorized: (the answer was empty)",
		},
		"no proxy": {"http://obs.example.com/x", "", 401, "refused: The link's server refused log: 401 Unauthorized: (the answer was empty)"},
		"no login": {
			"http://obs.example.com/x",
			"http://proxy.example.com:3128",
			404,
			"refused: The link's server refused log: 404 Not Found: (the answer was empty)",
		},
		"not an URL": {
			"http://obs.example.com/x",
			"http://%zz",
			407,
			"refused: The link's server refused log: 407 Proxy Authentication Required: (the answer was empty)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			base := newNetwork(answers(c.status, ""))
			o := exact(t.TempDir(), base, 9)
			o.Proxy = proxy(c.proxy)
			_, err := download.Save(t.Context(), []download.File{{Name: "log", Link: c.link}}, o)
			_ = wantErrors(t, err, c.want)
			base.wantRequests(t, 1)
		})
	}
}

// TestManyErrors: the text shows twenty of them.
func TestManyErrors(t *testing.T) {
	var files []download.File
	for range 1000 {
		files = append(files, download.File{Name: "log"})
	}
	_, err := download.Save(t.Context(), files, exact(t.TempDir(), newNetwork(good), 0))
	want := strings.Repeat("The link of log is not usable: it is not an http or https URL\n", 20) + "and 980 more"
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error("text (-want +got):", diff)
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

// TestFaultsThatStay: after three retries, or at once if a retry is useless.
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
			[]reply{answers(429, xml("TooMany", "Too many requests."))},
			4,
			"broken: The download of log broke off 4 times in a row: 429 Too Many Requests: TooMany: Too many requests: request id r-1",
		},
		"503 with an id in the header": {
			[]reply{answers(503, "", "X-Amz-Request-Id", "r-2")},
			4,
			"broken: The download of log broke off 4 times in a row: 503 Service Unavailable: (the answer was empty): request id r-2",
		},
		"502 in HTML": {
			[]reply{answers(502, "<html><hr>")},
			4,
			"broken: The download of log broke off 4 times in a row: 502 Bad Gateway: (10 bytes that are not an object store's error)",
		},
		"half a body, then none": {
			[]reply{half(200, text, 4, "ETag", etag), fails(io.EOF)},
			4,
			"broken: The download of log broke off after 4 of 10 bytes 4 times in a row: the connection was closed without an answer",
		},
		"a page of a proxy": {
			[]reply{answers(200, "<html>", "Content-Type", "text/html")},
			4,
			"broken: The download of log broke off 4 times in a row: a web page or an error message came in place of the file",
		},
		"a page without its length": {
			[]reply{page},
			4,
			"broken: The download of log broke off 4 times in a row: a web page or an error message came in place of the file",
		},
		"always the same half": {
			[]reply{half(200, text, 4)},
			4,
			"broken: The download of log broke off after 4 of 10 bytes 4 times in a row: the connection was closed before everything had arrived",
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
		"no length": {
			[]reply{func(r *http.Request) (*http.Response, error) {
				return response(r, 200, &dripping{text: text, step: 3}, -1), nil
			}},
			1,
			"broken: The download of log broke off: the server does not announce the length of the file, so it is not known whether it is complete",
		},
		"501": {
			[]reply{answers(501, xml("NotImplemented", "No."))},
			1,
			"refused: The link's server refused log: 501 Not Implemented: NotImplemented: No: request id r-1",
		},
		"400": {
			[]reply{answers(400, xml("InvalidArgument", "No."))},
			1,
			"refused: The link's server refused log: 400 Bad Request: InvalidArgument: No: request id r-1",
		},
		"403 without Refresh": {
			[]reply{answers(403, xml("SignatureDoesNotMatch", "It does not."))},
			1,
			"refused: The link's server refused log: 403 Forbidden: SignatureDoesNotMatch: It does not: request id r-1",
		},
		"expired without Refresh": {
			[]reply{answers(403, xml("AccessDenied", "Request has expired"))},
			1,
			"link expired: The link of log has expired, and there is no fresh one: 403 Forbidden: AccessDenied: Request has expired: request id r-1",
		},
		"too late without Refresh": {
			[]reply{answers(403, xml("RequestTimeTooSkewed", "The difference is too large."))},
			1,
			"link expired: The link of log has expired, and there is no fresh one: " +
				"403 Forbidden: RequestTimeTooSkewed: The difference is too large: request id r-1",
		},
		"404": {
			[]reply{answers(404, xml("NoSuchKey", "The key does not exist."))},
			1,
			"refused: The link's server refused log: 404 Not Found: NoSuchKey: The key does not exist: request id r-1",
		},
		"404 after a half": {
			[]reply{half(200, text, 4, "ETag", etag), answers(404, xml("NoSuchKey", "Gone."))},
			2,
			"refused: The link's server refused log after 4 of 10 bytes: 404 Not Found: NoSuchKey: Gone: request id r-1",
		},
		"a redirect": {
			[]reply{answers(302, "", "Location", "https://elsewhere.example.com/?x="+secret)},
			1,
			"refused: The link's server refused log: 302 Found: (a redirect, which is not followed)",
		},
		"a proxy's version": {
			[]reply{answers(203, text)},
			1,
			"refused: The link's server refused log: 203 Non-Authoritative Information: (an answer that was not asked for)",
		},
		"no content": {
			[]reply{answers(204, "")},
			1,
			"refused: The link's server refused log: 204 No Content: (an answer that was not asked for)",
		},
		"a part that nobody asked for": {
			[]reply{answers(206, text[4:], "ETag", etag, "Content-Range", "bytes 4-9/10")},
			1,
			"refused: The link's server refused log: 206 Partial Content: (an answer that was not asked for)",
		},
		"416 at once": {
			[]reply{answers(416, xml("InvalidRange", "The range."))},
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
				wantSaved(t, saved, 0)
				base.wantRequests(t, c.requests)
			})
		})
	}
}

// TestAHostThatNeverAnswered is a wrong one, whatever other hosts do. One that has answered for another file is not.
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
		wantSaved(t, saved, 2)
		if diff := cmp.Diff([]string{"0s", "0s", "0s", "1s"}, base.seen()); diff != "" {
			t.Error("requests (-want +got):", diff)
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
		wantSaved(t, saved, 1)
		if want := sumOf(theLog(t)); saved[0].SHA256 != want {
			t.Errorf("got the checksum %s, want %s", saved[0].SHA256, want)
		}
		if n := cloud.Count("obs.get"); n != 15 {
			t.Errorf("%d requests, want 15", n)
		}
	})
}

func TestNoRetries(t *testing.T) {
	for name, r := range map[string]reply{"fault": answers(503, ""), "half": half(200, text, 4, "ETag", etag)} {
		t.Run(name, func(t *testing.T) {
			base := newNetwork(r)
			_, err := download.Save(t.Context(), one("log"), exact(t.TempDir(), base, 0))
			var errs download.Errors
			if !errors.As(err, &errs) || errs[0].Kind != download.KindFault {
				t.Errorf("got %v, want an error of kind %q", err, download.KindFault)
			}
			base.wantRequests(t, 1)
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
			t.Error("got no error, want one")
		}
		want := []string{"0s", "800ms", "2.4s", "5.6s", "12s", "24.8s", "50.4s", "1m38.4s", "2m26.4s", "3m14.4s"}
		if diff := cmp.Diff(want, base.seen()); diff != "" {
			t.Error("requests (-want +got):", diff)
		}
	})
}

func TestPausesAreTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(fails(io.EOF), fails(io.EOF), answers(429, "", "Retry-After", "60"), answers(429, "", "Retry-After", "0"), hangs, good)
		o := exact(t.TempDir(), base, 9)
		o.MinPause, o.MaxPause, o.Stall = 10*time.Millisecond, 15*time.Millisecond, 100*time.Millisecond
		_, err := download.Save(t.Context(), one("log"), o)
		_ = wantErrors(t, err)
		if diff := cmp.Diff([]string{"0s", "10ms", "25ms", "40ms", "50ms", "165ms"}, base.seen()); diff != "" {
			t.Error("requests (-want +got):", diff)
		}
	})
}
