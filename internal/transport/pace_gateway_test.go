// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// kind is how a gateway counts.
type kind string

const (
	bucket    kind = "bucket"          // of tokens, one second's worth
	anySecond kind = "any second"      // no second may have more, wherever it begins
	second    kind = "window of 1 s"   // fixed windows
	minute    kind = "window of 1 min" // fixed windows: all calls of one may come at once
)

// gateway answers 200 or 429 as its limit allows. Requests and answers take some milliseconds on their way.
type gateway struct {
	kind       kind
	limit      func(since time.Duration) float64 // calls a second
	others     func(since time.Duration) float64 // the same for another client, which sends evenly
	retryAfter bool

	mu      sync.Mutex
	start   time.Time
	filled  time.Time // bucket
	tokens  float64
	window  int64 // fixed windows
	used    float64
	passed  []time.Time // any second
	other   time.Time   // when the other client calls next
	answers map[int]int // by status
	late    map[int]int // the same, after the first five seconds
}

const halfWay = 15 * time.Millisecond

func (g *gateway) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := pause(req, halfWay.Seconds()); err != nil {
		return nil, err
	}
	status, opens := g.admit(time.Now())
	if err := pause(req, halfWay.Seconds()); err != nil {
		return nil, err
	}
	if status == http.StatusOK {
		return answering(status, good)(req)
	}
	header := ""
	if g.retryAfter {
		header = strconv.Itoa(max(1, int(math.Ceil(opens.Seconds()))))
	}
	return answering(status, "", "Retry-After", header)(req)
}

// admit answers a call, and counts it. opens is the time until a call can pass.
func (g *gateway) admit(now time.Time) (status int, opens time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.others != nil && g.others(g.other.Sub(g.start)) > 0 && g.other.Before(now) {
		g.take(g.other)
		g.other = g.other.Add(time.Duration(float64(time.Second) / g.others(g.other.Sub(g.start))))
	}
	if g.other.Before(now) {
		g.other = now
	}
	status = http.StatusOK
	if opens = g.take(now); opens > 0 {
		status = http.StatusTooManyRequests
	}
	g.answers[status]++
	if now.Sub(g.start) > 5*time.Second {
		g.late[status]++
	}
	return status, opens
}

// take lets a call pass, or returns the time until one can.
func (g *gateway) take(now time.Time) time.Duration {
	limit := g.limit(now.Sub(g.start))
	switch g.kind {
	case bucket:
		g.tokens = math.Min(limit, g.tokens+limit*now.Sub(g.filled).Seconds())
		g.filled = now
		if g.tokens < 1 {
			return time.Duration((1 - g.tokens) / limit * float64(time.Second))
		}
		g.tokens--
	case anySecond:
		for len(g.passed) > 0 && now.Sub(g.passed[0]) >= time.Second {
			g.passed = g.passed[1:]
		}
		if len(g.passed) >= int(limit) {
			return time.Second - now.Sub(g.passed[0])
		}
		g.passed = append(g.passed, now)
	default:
		length := time.Second
		if g.kind == minute {
			length = time.Minute
		}
		const offset = 377 * time.Millisecond // windows do not begin with the first call
		since := now.Sub(g.start) + offset
		if window := int64(since / length); window != g.window {
			g.window, g.used = window, 0
		}
		if g.used >= limit*length.Seconds() {
			return time.Duration(g.window+1)*length - since
		}
		g.used++
	}
	return 0
}

// load keeps as many workers busy as are needed: each sends its next call as soon as the last one is answered.
func (g *gateway) load(t *testing.T, d time.Duration) {
	t.Helper()
	const workers = 100
	now := time.Now()
	g.start, g.filled, g.other, g.window, g.tokens = now, now, now, -1, g.limit(0)
	g.answers, g.late = map[int]int{}, map[int]int{}
	ctx, cancel := context.WithCancel(t.Context()) // without a deadline: no call is a last try
	defer time.AfterFunc(d, cancel).Stop()
	// Without a retry: a refused call is another one, and no pause of its own hides what the pace does.
	client := transport.New(transport.Options{Base: g}).Client(transport.Rules{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				post(ctx, client)
			}
		})
	}
	all.Wait()
}

// halved and doubled change the limit after a minute.
func steady(time.Duration) float64           { return 1 }
func halved(since time.Duration) float64     { return 1 / (1 + math.Floor(since.Minutes())) }
func doubled(since time.Duration) float64    { return 1 + math.Floor(since.Minutes()) }
func secondHalf(since time.Duration) float64 { return math.Floor(since.Minutes()) / 2 }

func TestPaceOfGateways(t *testing.T) {
	type test struct {
		limit      float64
		kind       kind
		retryAfter bool
		change     string
	}
	changes := map[string]struct{ limit, others func(time.Duration) float64 }{
		"steady":                    {limit: steady},
		"half after a minute":       {limit: halved},
		"double after a minute":     {limit: doubled},
		"another client takes half": {limit: steady, others: secondHalf},
	}
	// Used is the share of what the gateway would have let through. If the gateway counts in seconds and sends Retry-After, a
	// refusal costs a second. Fast gateways have a minute only, and a share of it goes into the search.
	least := map[test]float64{
		{200, anySecond, true, "steady"}:             0.80,
		{200, second, true, "steady"}:                0.83,
		{20, second, false, "double after a minute"}: 0.84,
	}
	var tests []test
	for _, kind := range []kind{bucket, anySecond, second, minute} {
		for _, retryAfter := range []bool{true, false} {
			for _, limit := range []float64{5, 40, 200} {
				tests = append(tests, test{limit, kind, retryAfter, "steady"})
			}
		}
	}
	for _, kind := range []kind{bucket, second} {
		for _, retryAfter := range []bool{true, false} {
			for _, change := range []string{"half after a minute", "double after a minute", "another client takes half"} {
				tests = append(tests, test{20, kind, retryAfter, change})
			}
		}
	}
	for _, c := range tests {
		name := fmt.Sprintf("%g a second, %s, Retry-After %t, %s", c.limit, c.kind, c.retryAfter, c.change)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				share := changes[c.change]
				g := &gateway{kind: c.kind, retryAfter: c.retryAfter}
				g.limit = func(since time.Duration) float64 { return c.limit * share.limit(since) }
				allowed := 60*g.limit(0) + 60*g.limit(time.Minute)
				if share.others != nil {
					g.others = func(since time.Duration) float64 { return c.limit * share.others(since) }
					allowed -= 60*g.others(0) + 60*g.others(time.Minute)
				}
				d := 2 * time.Minute
				if c.limit == 200 { // a minute is enough
					d, allowed = d/2, allowed/2
				}
				g.load(t, d)
				used := float64(g.answers[200]) / allowed
				refused := float64(g.late[429]) / float64(g.answers[200]+g.answers[429])
				t.Logf("%-75s used %.2f refused %.3f", name, used, refused)
				if want := cmp.Or(least[c], 0.85); used < want {
					t.Errorf("the run used %.3f of what the gateway allows, want at least %.2f", used, want)
				}
				if refused >= 0.05 {
					t.Errorf("%.3f of all calls were refused after the first five seconds, want less than 0.05", refused)
				}
			})
		})
	}
}
