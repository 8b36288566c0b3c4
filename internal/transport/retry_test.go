// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

const (
	page   = "<!DOCTYPE html>\n<html><body>Bad gateway</body></html>"
	good   = `{"status":"finish"}`
	marked = "\ufeff" + page // as some Windows servers send it
)

// TestFaults lists what can come instead of a good answer, and when the request is sent again. Three retries are allowed.
func TestFaults(t *testing.T) {
	const retryAfter = "Retry-After"
	inSevenSeconds := func(req *http.Request) (*http.Response, error) {
		return answering(429, "", retryAfter, time.Now().Add(7*time.Second).UTC().Format(http.TimeFormat))(req)
	}
	yesterday := "Fri, 31 Dec 1999 00:00:00 GMT" // virtual time begins with the year 2000
	cases := map[string]struct {
		reply  reply
		times  []time.Duration
		status int
		err    func(error) string
	}{
		"429, no Retry-After": {reply: answering(429, "{}"), status: 429, times: seconds(0, 1, 3, 7)},
		"429, in seconds":     {reply: answering(429, "{}", retryAfter, "7"), status: 429, times: seconds(0, 7, 14, 21)},
		"429, as a date":      {reply: inSevenSeconds, status: 429, times: seconds(0, 7, 14, 21)},
		"429, at once":        {reply: answering(429, "{}", retryAfter, "0"), status: 429, times: seconds(0, .5, 1.5, 3.5)},
		"429, in the past":    {reply: answering(429, "{}", retryAfter, yesterday), status: 429, times: seconds(0, .5, 1.5, 3.5)},
		"429, negative":       {reply: answering(429, "{}", retryAfter, "-5"), status: 429, times: seconds(0, 1, 3, 7)},
		"429, a fraction":     {reply: answering(429, "{}", retryAfter, "1.5"), status: 429, times: seconds(0, 1, 3, 7)},
		"429, words":          {reply: answering(429, "{}", retryAfter, "soon"), status: 429, times: seconds(0, 1, 3, 7)},
		"429, absurd: a minute at most": {
			reply: answering(429, "{}", retryAfter, "9223372036854775807"), status: 429, times: seconds(0, 60, 120, 180),
		},
		"429, more than a number can hold": {
			reply: answering(429, "{}", retryAfter, strings.Repeat("9", 100)), status: 429, times: seconds(0, 60, 120, 180),
		},
		"429, a date far away": {
			reply: answering(429, "{}", retryAfter, "Fri, 31 Dec 9999 23:59:59 GMT"), status: 429, times: seconds(0, 60, 120, 180),
		},
		"500":                              {reply: answering(500, "{}"), status: 500, times: seconds(0, 1, 3, 7)},
		"501 is an answer":                 {reply: answering(501, "{}"), status: 501, times: seconds(0)},
		"502, HTML":                        {reply: answering(502, page), status: 502, times: seconds(0, 1, 3, 7)},
		"503":                              {reply: answering(503, ""), status: 503, times: seconds(0, 1, 3, 7)},
		"503, in seconds":                  {reply: answering(503, "", retryAfter, "20"), status: 503, times: seconds(0, 20, 40, 60)},
		"503, an hour: a minute":           {reply: answering(503, "", retryAfter, "3600"), status: 503, times: seconds(0, 60, 120, 180)},
		"503, in the past: half a second":  {reply: answering(503, "", retryAfter, yesterday), status: 503, times: seconds(0, .5, 1, 1.5)},
		"504":                              {reply: answering(504, ""), status: 504, times: seconds(0, 1, 3, 7)},
		"599":                              {reply: answering(599, ""), status: 599, times: seconds(0, 1, 3, 7)},
		"200, HTML":                        {reply: answering(200, "\n "+page), status: 200, times: seconds(0, 1, 3, 7)},
		"200, HTML with a byte order mark": {reply: answering(200, marked), status: 200, times: seconds(0, 1, 3, 7)},
		"203, HTML: a proxy was at it":     {reply: answering(203, page), status: 203, times: seconds(0, 1, 3, 7)},
		"200, empty":                       {reply: answering(200, ""), status: 200, times: seconds(0)},
		"200":                              {reply: answering(200, good), status: 200, times: seconds(0)},
		"400":                              {reply: answering(400, "{}"), status: 400, times: seconds(0)},
		"400, HTML":                        {reply: answering(400, page), status: 400, times: seconds(0)},
		"401: more would lock the key":     {reply: answering(401, "{}"), status: 401, times: seconds(0)},
		"403":                              {reply: answering(403, page), status: 403, times: seconds(0)},
		"404":                              {reply: answering(404, "{}", retryAfter, "7"), status: 404, times: seconds(0)},
		"409":                              {reply: answering(409, "{}"), status: 409, times: seconds(0)},
		"connection reset":                 {reply: breaks(syscall.ECONNRESET), times: seconds(0, 1, 3, 7), err: isOne(syscall.ECONNRESET)},
		"connection refused":               {reply: breaks(syscall.ECONNREFUSED), times: seconds(0, 1, 3, 7), err: isOne(syscall.ECONNREFUSED)},
		"connection closed":                {reply: breaks(io.EOF), times: seconds(0, 1, 3, 7), err: isOne(io.EOF)},
		"half a body":                      {reply: half, times: seconds(0, 1, 3, 7), err: isOne(io.ErrUnexpectedEOF)},
		"no answer: 30 s for each attempt": {reply: hangs, times: seconds(0, 31, 63, 97), err: isTimeout},
		"no end: 30 s for each attempt":    {reply: stalls, times: seconds(0, 31, 63, 97), err: isTimeout},
		"host not known":                   {reply: breaks(noSuchHost(true)), times: seconds(0), err: isNotFound},
		"name server out of order":         {reply: breaks(noSuchHost(false)), times: seconds(0, 1, 3, 7), err: isNotFound},
		"certificate not trusted":          {reply: breaks(distrusted), times: seconds(0), err: isOne(distrusted)},
		"an error with Permanent, true":    {reply: breaks(verdict(true)), times: seconds(0), err: isOne(verdict(true))},
		"an error with Permanent, false":   {reply: breaks(verdict(false)), times: seconds(0, 1, 3, 7), err: isOne(verdict(false))},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(c.reply)
				got := post(t.Context(), transport.New(exact(base, 3)).Client(transport.Rules{}))
				if diff := cmp.Diff(c.times, base.attempts()); diff != "" {
					t.Errorf("attempts (-want +got):\n%s", diff)
				}
				if got.Status != c.status {
					t.Errorf("status %d, want %d", got.Status, c.status)
				}
				check(t, got.Err, c.err)
			})
		})
	}
}

func check(t *testing.T, err error, want func(error) string) {
	t.Helper()
	if want == nil {
		if err != nil {
			t.Errorf("expected no error, got %v", err)
		}
		return
	}
	if complaint := want(err); complaint != "" {
		t.Error(complaint)
	}
	var place *transport.Error
	if !errors.As(err, &place) || place.Method != http.MethodPost || place.URL != "https://rds.example.com/v3/p1/instances/i1/"+
		"errorlog-download" {
		t.Errorf("got %#v, want an Error with method and address", err)
	}
}

func isTimeout(err error) string {
	var timeout *transport.TimeoutError
	if !errors.As(err, &timeout) || timeout.After != 30*time.Second || timeout.Error() != "no complete answer within 30s" {
		return fmt.Sprintf("got %T %v, want another error", err, err)
	}
	return ""
}

func noSuchHost(found bool) error {
	return &net.OpError{
		Op: "dial", Net: "tcp",
		Err: &net.DNSError{Err: "no such host", Name: "rds.example.com", IsNotFound: found, IsTemporary: !found},
	}
}

func isNotFound(err error) string {
	var dns *net.DNSError
	if !errors.As(err, &dns) {
		return fmt.Sprintf("got %T %v, want another error", err, err)
	}
	return ""
}

var distrusted = &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}

// verdict is an error with its own Permanent, such as a failed login.
type verdict bool

func (v verdict) Error() string   { return "refused" }
func (v verdict) Permanent() bool { return bool(v) }

// TestRetryAfter: both forms of the header, at most a day.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2020, 5, 15, 8, 6, 31, 0, time.UTC)
	const day = 24 * time.Hour
	for text, want := range map[string]struct {
		pause time.Duration
		asked bool
	}{
		"":                               {0, false},
		"0":                              {0, true},
		"7":                              {7 * time.Second, true},
		"86400":                          {day, true},
		"86401":                          {day, true},
		"9223372036854775807":            {day, true},
		"9223372036854775808":            {day, true},
		strings.Repeat("9", 100):         {day, true},
		"-5":                             {0, false},
		"+5":                             {0, false},
		"1.5":                            {0, false},
		"soon":                           {0, false},
		"Fri, 15 May 2020 08:06:38 GMT":  {7 * time.Second, true},
		"Friday, 15-May-20 08:06:38 GMT": {7 * time.Second, true},
		"Fri, 15 May 2020 08:06:31 GMT":  {0, true},
		"Fri, 15 May 2020 08:06:30 GMT":  {0, true},
		"Thu, 14 May 2020 08:06:31 GMT":  {0, true},
		"Sat, 16 May 2020 08:06:31 GMT":  {day, true},
		"Sat, 16 May 2020 08:06:32 GMT":  {day, true},
		"Fri, 31 Dec 9999 23:59:59 GMT":  {day, true},
	} {
		pause, asked := transport.RetryAfter(http.Header{"Retry-After": {text}}, now)
		if pause != want.pause || asked != want.asked {
			t.Errorf("%.40q: %s, %t; want %s, %t", text, pause, asked, want.pause, want.asked)
		}
	}
	if pause, asked := transport.RetryAfter(nil, now); pause != 0 || asked {
		t.Errorf("without a header: expected no pause, got %s, %t", pause, asked)
	}
}

func TestAFaultThatPassesIsNotSeen(t *testing.T) {
	for name, fault := range map[string]reply{
		"429": answering(429, ""), "503": answering(503, page), "reset": breaks(syscall.ECONNRESET), "half": half, "HTML": answering(200, page),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(fault, fault, answering(200, good))
				got := post(t.Context(), transport.New(exact(base, 2)).Client(transport.Rules{}))
				if diff := cmp.Diff(outcome{Status: 200, Body: good, After: 3 * time.Second}, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				if diff := cmp.Diff([]string{"{}", "{}", "{}"}, base.bodies); diff != "" {
					t.Error("the body must be sent anew each time:", diff)
				}
			})
		})
	}
}

func TestTheLastAnswerIsWholeWhenRetriesAreUsedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(503, page))
		got := post(t.Context(), transport.New(exact(base, 1)).Client(transport.Rules{}))
		if diff := cmp.Diff(outcome{Status: 503, Body: page, After: time.Second}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestMaxRetries(t *testing.T) {
	for retries, attempts := range map[int]int{-1: 1, 0: 1, 1: 2, 5: 6} {
		t.Run(fmt.Sprint(retries), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(breaks(io.EOF))
				post(t.Context(), transport.New(exact(base, retries)).Client(transport.Rules{}))
				if got := len(base.attempts()); got != attempts {
					t.Errorf("%d attempts, want %d", got, attempts)
				}
			})
		})
	}
}

func TestPausesGrowUpToAMinuteAndAreShortenedByChance(t *testing.T) {
	cases := map[string]struct {
		random float64
		times  []time.Duration
	}{
		"never":            {random: 0, times: seconds(0, 1, 3, 7, 15, 31, 63, 123, 183)},
		"by an eighth":     {random: .5, times: seconds(0, .875, 2.625, 6.125, 13.125, 27.125, 55.125, 107.625, 160.125)},
		"at most a fourth": {random: 1, times: seconds(0, .75, 2.25, 5.25, 11.25, 23.25, 47.25, 92.25, 137.25)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(answering(500, ""))
				o := exact(base, 8)
				o.Random = func() float64 { return c.random }
				post(t.Context(), transport.New(o).Client(transport.Rules{}))
				if diff := cmp.Diff(c.times, base.attempts()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestManyRetriesDoNotOverflow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(breaks(io.EOF))
		post(t.Context(), transport.New(exact(base, 100)).Client(transport.Rules{}))
		times := base.attempts()
		if last := times[100] - times[99]; len(times) != 101 || last != time.Minute {
			t.Errorf("expected 101 attempts and a last pause of 1m, got %d and %s", len(times), last)
		}
	})
}

func TestFinalDecidesBeforeTheStatus(t *testing.T) {
	const busy = `{"error_code":"DBS.200011"}`
	rules := transport.Rules{Final: func(status int, body []byte) bool { return status >= 400 && string(body) == busy }}
	for _, status := range []int{409, 429, 500, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(answering(status, busy, "Retry-After", "5"))
				got := post(t.Context(), transport.New(exact(base, 3)).Client(rules))
				if diff := cmp.Diff(outcome{Status: status, Body: busy}, got); diff != "" || len(base.attempts()) != 1 {
					t.Errorf("expected one attempt at 0s, got %v; outcome: expected (-) and got (+):\n%s", base.attempts(), diff)
				}
			})
		})
	}
	t.Run("another body", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			base := newNetwork(answering(500, busy+" "))
			post(t.Context(), transport.New(exact(base, 3)).Client(rules))
			if diff := cmp.Diff(seconds(0, 1, 3, 7), base.attempts()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	})
}

func TestEveryAttemptIsAuthorizedAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		base := newNetwork(func(req *http.Request) (*http.Response, error) {
			tokens = append(tokens, req.Header.Get("X-Auth-Token")+" "+req.Header.Get("User-Agent"))
			return answering(500, "")(req)
		})
		n := 0
		wrap := func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				n++
				req = req.Clone(req.Context())
				req.Header.Set("X-Auth-Token", fmt.Sprint("signed ", n))
				return next.RoundTrip(req)
			})
		}
		o := exact(base, 2)
		o.UserAgent = "terraform-provider-rds/test"
		post(t.Context(), transport.New(o).Client(transport.Rules{Wrap: wrap}))
		want := []string{"signed 1 " + o.UserAgent, "signed 2 " + o.UserAgent, "signed 3 " + o.UserAgent}
		if diff := cmp.Diff(want, tokens); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestTheAnswersRequestIsTheCallers: the answer does not keep the context of its attempt, which has ended.
func TestTheAnswersRequestIsTheCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		client := transport.New(exact(newNetwork(answering(200, good)), 0)).Client(transport.Rules{})
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://rds.example.com/v3/p1/jobs?id=1", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		deadline, ok := resp.Request.Context().Deadline()
		if !ok || time.Until(deadline) != time.Hour || resp.Request.Context().Err() != nil {
			t.Errorf("expected a live context of 1h, got %s, %v", time.Until(deadline), resp.Request.Context().Err())
		}
	})
}

func TestOneClientServesManyRequestsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(200, good))
		client := transport.New(transport.Options{Base: base, MaxRetries: 5}).Client(transport.Rules{})
		done := make(chan outcome)
		for range 50 {
			go func() { done <- post(t.Context(), client) }()
		}
		for range 50 {
			got := <-done
			if got.After > time.Second { // the pace lets some leave a moment later
				t.Errorf("an answer came after %s, want at most 1s", got.After)
			}
			got.After = 0
			if diff := cmp.Diff(outcome{Status: 200, Body: good}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
	})
}

func TestErrorsAreSafeToPrint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		noHTTP := errors.New("malformed MIME header line: \x1b[31m\u202e" + strings.Repeat("x", 10<<20))
		client := transport.New(exact(newNetwork(breaks(noHTTP)), 0)).Client(transport.Rules{})
		req, err := http.NewRequestWithContext(
			t.Context(), http.MethodGet, "https://user:"+secret+"@rds.example.com/v3/p%0a1/jobs?id="+secret, nil,
		)
		if err != nil {
			t.Fatal(err)
		}
		got := send(time.Now(), client, req)
		var place *transport.Error
		if !errors.As(got.Err, &place) {
			t.Fatalf("expected a transport.Error, got %T %v", got.Err, got.Err)
		}
		want := "GET https://rds.example.com/v3/p%0a1/" +
			"jobs: malformed MIME header line: ?[31m?" + strings.Repeat("x", 400-len("malformed MIME header line: ?[31m?")) + "…"
		if diff := cmp.Diff(want, place.Error()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}
