// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// pause lets a server take its time.
func pause(req *http.Request, s float64) error {
	select {
	case <-req.Context().Done():
		return req.Context().Err()
	case <-time.After(seconds(s)[0]):
		return nil
	}
}

// busy answers 429 after some seconds.
func busy(after float64, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		if err := pause(req, after); err != nil {
			return nil, err
		}
		return says(429, "", headers...)(req)
	}
}

// burst sends n requests at the same moment and returns when all are answered.
func burst(ctx context.Context, client *http.Client, n int) []outcome {
	outcomes := make([]outcome, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { outcomes[i] = post(ctx, client) })
	}
	all.Wait()
	return outcomes
}

// spacing is the time between the last n attempts.
func spacing(base *network, n int) []time.Duration {
	times := base.attempts()
	slices.Sort(times)
	times = times[len(times)-n:]
	var gaps []time.Duration
	for i := 1; i < n; i++ {
		gaps = append(gaps, times[i]-times[i-1])
	}
	return gaps
}

// near compares up to a rounding of the limiter's.
func near(t *testing.T, want, got []time.Duration) {
	t.Helper()
	same := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() < time.Microsecond })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Error(diff)
	}
}

// gaps is n times the same.
func gaps(n int, gap time.Duration) []time.Duration { return slices.Repeat([]time.Duration{gap}, n) }

func TestWithoutA429NothingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(503, "", "Retry-After", "60"), says(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		burst(t.Context(), client, 500)
		if diff := cmp.Diff(gaps(499, 0), spacing(base, 500)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestA429SlowsEverybody: also the requests of another client of the same run, which never met it.
func TestA429SlowsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(429, "", "Retry-After", "5"), says(200, good))
		out := transport.New(exact(base, 0))
		post(t.Context(), out.Client(transport.Rules{}))
		time.Sleep(time.Second)
		burst(t.Context(), out.Client(transport.Rules{}), 11)
		// The gate opens after 5 s, and then lets 20 a second through.
		if diff := cmp.Diff(append(seconds(5), gaps(10, 50*time.Millisecond)...), spacing(base, 12)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestRetryAfterClosesTheGateForAMinuteAtMost(t *testing.T) {
	for header, opens := range map[string]float64{"0": 1, "": 1, "30": 30, "60": 60, "3600": 60, "99999999999999999999": 60} {
		t.Run(header, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(says(429, "", "Retry-After", header), says(200, good))
				client := transport.New(exact(base, 0)).Client(transport.Rules{})
				post(t.Context(), client)
				post(t.Context(), client)
				if diff := cmp.Diff(seconds(0, opens), base.attempts()); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// TestTheRateFallsByHalf: to 20 a second with the first complaint, then by half with each further one, never under 1.
func TestTheRateFallsByHalf(t *testing.T) {
	for complaints, gap := range map[int]string{1: "50ms", 2: "100ms", 3: "200ms", 4: "400ms", 5: "800ms", 6: "1s", 9: "1s"} {
		t.Run(fmt.Sprint(complaints), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				replies := append(slices.Repeat([]reply{says(429, "")}, complaints), says(200, good))
				base := newNetwork(replies...)
				client := transport.New(exact(base, 0)).Client(transport.Rules{})
				for range complaints {
					post(t.Context(), client)
				}
				burst(t.Context(), client, 3)
				want, err := time.ParseDuration(gap)
				if err != nil {
					t.Fatal(err)
				}
				near(t, gaps(2, want), spacing(base, 3))
			})
		})
	}
}

// TestLateComplaintsCountOnce: requests that left before the rate was lowered say nothing about the new one, however late their
// answers come. They do keep the gate closed.
func TestLateComplaintsCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var replies []reply
		for i := range 10 {
			replies = append(replies, busy(1.5*float64(i+1)))
		}
		base := newNetwork(append(replies, says(200, good))...)
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		burst(t.Context(), client, 10)
		burst(t.Context(), client, 10)
		times := base.attempts()
		if first := times[10]; first != 16*time.Second { // the last complaint came after 15 s
			t.Errorf("the gate opened at %s", first)
		}
		near(t, gaps(9, 50*time.Millisecond), spacing(base, 10))
	})
}

// TestAShorterPauseDoesNotOpenTheGate: the longest that was asked for counts.
func TestAShorterPauseDoesNotOpenTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(busy(.1, "Retry-After", "30"), busy(.5), says(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		burst(t.Context(), client, 2)
		post(t.Context(), client)
		if diff := cmp.Diff(seconds(0, 0, 30.1), base.attempts()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestLastTriesDoNotLowerTheRate: they go through the closed gate, and what they hear is no news.
func TestLastTriesDoNotLowerTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		complaints := slices.Repeat([]reply{says(429, "", "Retry-After", "60")}, 6)
		base := newNetwork(append(complaints, says(200, good))...)
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client)
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			post(ctx, client)
			cancel()
		}
		burst(t.Context(), client, 3)
		near(t, append(seconds(2, 2, 2, 2, 2, 60), gaps(2, 50*time.Millisecond)...), spacing(base, 9))
	})
}

// TestTheGateClosesForThoseInTheQueueToo: their turn was given to them before the complaint came.
func TestTheGateClosesForThoseInTheQueueToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		replies := slices.Repeat([]reply{says(200, good)}, 10)
		base := newNetwork(append(append([]reply{says(429, "")}, replies...), says(429, "", "Retry-After", "30"), says(200, good))...)
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client) // from now on 20 a second
		burst(t.Context(), client, 40)
		var between []time.Duration
		const opened, closed = time.Second, time.Second + 500*time.Millisecond // with the eleventh of the burst
		for _, at := range base.attempts() {
			if at > closed && at < closed+30*time.Second {
				between = append(between, at)
			}
		}
		if between != nil {
			t.Errorf("sent while the gate was closed: %v", between)
		}
		near(t, append(seconds(30), gaps(28, time.Second/11)...), spacing(base, 30)) // 22 a second by then, and half of it now
		if at := base.attempts()[1]; at != opened {
			t.Errorf("the burst began at %s", at)
		}
	})
}

// TestTheRateGrowsAgain: by a tenth for each second without a complaint, and is free in the end.
func TestTheRateGrowsAgain(t *testing.T) {
	cases := map[int]time.Duration{ // seconds with a good answer: gap
		0:  50 * time.Millisecond,
		1:  50 * time.Millisecond * 10 / 11,
		10: 19277164, // ns; 20 × 1.1^10 a second
		40: 1104746,  // 20 × 1.1^40: 905 a second
		42: 0,        // more than 1000 a second is no limit at all
	}
	for answers, gap := range cases {
		t.Run(fmt.Sprint(answers), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(says(429, ""), says(200, ""))
				client := transport.New(exact(base, 0)).Client(transport.Rules{})
				post(t.Context(), client)
				for range answers {
					time.Sleep(time.Second)
					post(t.Context(), client)
					post(t.Context(), client) // a second one in the same second changes nothing
				}
				burst(t.Context(), client, 3)
				near(t, gaps(2, gap), spacing(base, 3))
			})
		})
	}
}

// TestTheRateGrowsASecondAfterAComplaintAtTheEarliest: also where the gate opened before.
func TestTheRateGrowsASecondAfterAComplaintAtTheEarliest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(429, ""), says(200, good))
		o := exact(base, 0)
		o.MinPause = 100 * time.Millisecond
		client := transport.New(o).Client(transport.Rules{})
		post(t.Context(), client)
		burst(t.Context(), client, 3)
		burst(t.Context(), client, 3)
		near(t, append(seconds(.1), gaps(5, 50*time.Millisecond)...), spacing(base, 7))
	})
}

// TestTheGrowthEnds: after hours of good answers a complaint still counts.
func TestTheGrowthEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		complain := false
		base := newNetwork(func(req *http.Request) (*http.Response, error) {
			if complain {
				return says(429, "")(req)
			}
			return says(200, good)(req)
		})
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		complain = true
		post(t.Context(), client)
		complain = false
		for range 10_000 {
			time.Sleep(time.Second)
			post(t.Context(), client)
		}
		complain = true
		post(t.Context(), client)
		complain = false
		burst(t.Context(), client, 5)
		if diff := cmp.Diff(gaps(4, 50*time.Millisecond), spacing(base, 5)); diff != "" {
			t.Error(diff)
		}
	})
}

// TestTurnsThatComeTooLate: whose turn would come after the deadline is told so, at once, and may try again.
func TestTurnsThatComeTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(429, ""), says(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		outcomes := burst(ctx, client, 100) // from 1 s on 20 a second: 41 turns until 3 s
		count := map[string]int{}
		for _, o := range outcomes {
			if o.Err == nil {
				count["answered"]++
				continue
			}
			var place *transport.Error
			if !errors.As(o.Err, &place) || transport.Permanent(o.Err) || errors.Is(o.Err, context.DeadlineExceeded) {
				t.Fatalf("got %v", o.Err)
			}
			count[fmt.Sprint(o.After, ": ", place)]++
		}
		want := map[string]int{
			"answered": 41,
			"1s: POST https://rds.example.com/v3/p1/instances/i1/errorlog-download: the API allows few requests at present (status 429), and " +
				"there are too many before this one": 59,
		}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCancelEndsTheQueueAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(429, ""), says(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		post(t.Context(), client)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2020*time.Millisecond, cancel)
		canceled := 0
		for _, o := range burst(ctx, client, 100) {
			if errors.Is(o.Err, context.Canceled) && o.After == 2020*time.Millisecond {
				canceled++
			}
		}
		if canceled != 100-21 {
			t.Errorf("%d ended when they were cancelled", canceled)
		}
	})
}

// TestARequestWithoutTimeIsTheLastToBeRefused: the gate is closed for a minute, a request has 20 s. It goes out a second before its
// end, so that its error names the cause.
func TestARequestWithoutTimeIsTheLastToBeRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(says(429, "", "Retry-After", "60"))
		client := transport.New(exact(base, 5)).Client(transport.Rules{})
		first, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		post(first, client)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		got := post(ctx, client)
		if diff := cmp.Diff(outcome{Status: 429, After: 19 * time.Second}, got); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(seconds(0, 19), base.attempts()); diff != "" {
			t.Error(diff)
		}
	})
}

// gateway lets so many requests through each second and answers 429 to the others, with or without a word when to come again.
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
		return says(200, good)(req)
	}
	return says(429, `{"error_code":"APIGW.0308"}`, "Retry-After", g.header)(req)
}

// Test200ClientsBehindAGateway: each polls for 14 s, as a wait does, and none loses a call to the gateway's limit of 40 a second.
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

func TestThePaceTellsNothingSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := transport.New(exact(newNetwork(says(429, "")), 0)).Client(transport.Rules{})
		post(t.Context(), client)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		for _, o := range burst(ctx, client, 50) {
			if o.Err != nil && strings.Contains(o.Err.Error(), secret) {
				t.Fatal(o.Err)
			}
		}
	})
}
