// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// limiter answers 200 or 429 as a limit allows. Requests and answers take some milliseconds on their way.
type limiter struct {
	rate       func(time.Duration) float64 // calls a second, by the time since the start
	window     time.Duration               // 0: a bucket of tokens
	burst      float64                     // seconds' worth of tokens that the bucket holds
	retryAfter bool

	mu      sync.Mutex
	start   time.Time
	tokens  float64
	at      time.Time
	number  int64
	used    float64
	answers map[int]int // by status
	late    map[int]int // the same, after the first five seconds
}

const halfWay = 15 * time.Millisecond

func (g *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := wait(req.Context(), halfWay); err != nil {
		return nil, err
	}
	status, header := http.StatusOK, http.Header{}
	if pause, ok := g.admit(time.Now()); !ok {
		status = http.StatusTooManyRequests
		if g.retryAfter {
			header.Set("Retry-After", strconv.Itoa(max(1, int(math.Ceil(pause.Seconds())))))
		}
	}
	if err := wait(req.Context(), halfWay); err != nil {
		return nil, err
	}
	g.count(status)
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader("{}")), Request: req}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// admit reports whether a call is let through, else how long until one is.
func (g *limiter) admit(now time.Time) (time.Duration, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	since := now.Sub(g.start)
	perSecond := g.rate(since)
	if g.window == 0 {
		g.tokens = math.Min(g.burst*perSecond, g.tokens+perSecond*now.Sub(g.at).Seconds())
		g.at = now
		if g.tokens < 1 {
			return time.Duration((1 - g.tokens) / perSecond * float64(time.Second)), false
		}
		g.tokens--
		return 0, true
	}
	const offset = 377 * time.Millisecond // windows do not begin with the first call
	number := int64((since + offset) / g.window)
	if number != g.number {
		g.number, g.used = number, 0
	}
	if g.used >= perSecond*g.window.Seconds() {
		return time.Duration(number+1)*g.window - since - offset, false
	}
	g.used++
	return 0, true
}

func (g *limiter) count(status int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.start) > 2*time.Minute {
		return
	}
	g.answers[status]++
	if time.Since(g.start) > 5*time.Second {
		g.late[status]++
	}
}

func (g *limiter) begin() {
	g.start, g.at, g.number = time.Now(), time.Now(), -1
	g.tokens = g.burst * g.rate(0)
	g.answers, g.late = map[int]int{}, map[int]int{}
}

// load keeps workers busy for some time: each sends its next call as soon as the last one is answered.
func load(t *testing.T, g *limiter, workers int, d time.Duration) {
	t.Helper()
	g.begin()
	client := transport.New(transport.Options{Base: g, MaxRetries: 5, Random: func() float64 { return 0.5 }}).Client(transport.Rules{})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for time.Since(g.start) < d {
				_ = post(t.Context(), client)
			}
		})
	}
	all.Wait()
}

// scenario is how the limit changes over two minutes.
var scenarios = map[string]func(limit float64, since time.Duration) float64{
	"steady":                        func(limit float64, _ time.Duration) float64 { return limit },
	"half from the second minute":   func(limit float64, since time.Duration) float64 { return limit / (1 + math.Floor(since.Minutes())) },
	"double from the second minute": func(limit float64, since time.Duration) float64 { return limit * (1 + math.Floor(since.Minutes())) },
}

func TestPaceOfGateways(t *testing.T) {
	kinds := map[string]limiter{
		"bucket":          {burst: 1},
		"small bucket":    {burst: 0.25},
		"window of 1 s":   {window: time.Second},
		"window of 1 min": {window: time.Minute},
	}
	for _, limit := range []float64{5, 20, 40, 200} {
		for kind := range kinds {
			for scenario, changed := range scenarios {
				for _, retryAfter := range []bool{true, false} {
					name := fmt.Sprintf("%g a second, %s, %s, Retry-After %t", limit, kind, scenario, retryAfter)
					t.Run(name, func(t *testing.T) {
						synctest.Test(t, func(t *testing.T) {
							g := &limiter{window: kinds[kind].window, burst: kinds[kind].burst, retryAfter: retryAfter}
							g.rate = func(since time.Duration) float64 { return changed(limit, since) }
							load(t, g, 300, 2*time.Minute)
							allowed := 60*g.rate(0) + 60*g.rate(90*time.Second)
							used := float64(g.answers[200]) / allowed
							refused := float64(g.late[429]) / float64(g.answers[200]+g.answers[429])
							t.Logf("%-75s used %.2f refused %.3f", name, used, refused)
						})
					})
				}
			}
		}
	}
}
