// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// gateway lets so many requests through each second and answers 429 to the others, with or without a word when to
// come again.
type gateway struct {
	limit  float64
	header string

	mu       sync.Mutex
	tokens   float64
	last     time.Time
	refused  int
	answered int
}

func (g *gateway) RoundTrip(req *http.Request) (*http.Response, error) {
	g.mu.Lock()
	now := time.Now()
	g.tokens = min(g.limit, g.tokens+g.limit*now.Sub(g.last).Seconds())
	g.last = now
	open := g.tokens >= 1
	if open {
		g.tokens--
		g.answered++
	} else {
		g.refused++
	}
	g.mu.Unlock()
	if err := pause(req, .05); err != nil {
		return nil, err
	}
	if open {
		return answering(200, good)(req)
	}
	return answering(429, `{"error_code":"APIGW.0308"}`, "Retry-After", g.header)(req)
}

// Test200ClientsBehindAGateway: each polls for 14 s, as a wait does, and none loses a call to the gateway's limit of
// 40 a second.
func Test200ClientsBehindAGateway(t *testing.T) {
	for _, header := range []string{"", "1", "3"} {
		t.Run("Retry-After "+header, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				base := &gateway{limit: 40, header: header, tokens: 40, last: start}
				out := transport.New(transport.Options{Base: base, MaxRetries: 5})
				client := out.Client(transport.Rules{})
				var all sync.WaitGroup
				for range 200 {
					all.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
						defer cancel()
						for begun := time.Now(); ; time.Sleep(2 * time.Second) {
							if got := post(ctx, client); got.Err != nil || got.Status != 200 || got.Body != good {
								t.Errorf("after %s: %+v", time.Since(start), got)
								return
							}
							if time.Since(begun) >= 14*time.Second {
								return
							}
						}
					})
				}
				all.Wait()
				t.Logf("%s of virtual time, %d answered, %d times 429", time.Since(start), base.answered, base.refused)
				if took := time.Since(start); took > 90*time.Second {
					t.Errorf("it took %s", took)
				}
				if share := float64(base.refused) / float64(base.answered); share > .5 {
					t.Errorf("%d times 429 for %d answers", base.refused, base.answered)
				}
			})
		})
	}
}
