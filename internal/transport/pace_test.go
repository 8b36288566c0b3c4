// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
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
		return answering(429, "", headers...)(req)
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
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// gaps is n times the same.
func gaps(n int, gap time.Duration) []time.Duration { return slices.Repeat([]time.Duration{gap}, n) }

func TestWithoutA429NothingIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(503, "", "Retry-After", "60"), answering(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		burst(t.Context(), client, 500)
		if diff := cmp.Diff(gaps(499, 0), spacing(base, 500)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestA429SlowsEverybody: also the requests of another client of the same run, which never met it.
func TestA429SlowsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "5"), answering(200, good))
		out := transport.New(exact(base, 0))
		post(t.Context(), out.Client(transport.Rules{}))
		time.Sleep(time.Second)
		burst(t.Context(), out.Client(transport.Rules{}), 11)
		// The gate opens after 5 s, and then lets 20 a second through.
		if diff := cmp.Diff(append(seconds(5), gaps(10, 50*time.Millisecond)...), spacing(base, 12)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRetryAfterClosesTheGateForAMinuteAtMost(t *testing.T) {
	for header, opens := range map[string]float64{"0": 1, "": 1, "30": 30, "60": 60, "3600": 60, "99999999999999999999": 60} {
		t.Run(header, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(answering(429, "", "Retry-After", header), answering(200, good))
				client := transport.New(exact(base, 0)).Client(transport.Rules{})
				post(t.Context(), client)
				post(t.Context(), client)
				if diff := cmp.Diff(seconds(0, opens), base.attempts()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
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
				replies := append(slices.Repeat([]reply{answering(429, "")}, complaints), answering(200, good))
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

// TestLateComplaintsCountOnce: requests that left before the rate was lowered say nothing about the new one, however
// late their answers come. They do keep the gate closed.
func TestLateComplaintsCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var replies []reply
		for i := range 10 {
			replies = append(replies, busy(1.5*float64(i+1)))
		}
		base := newNetwork(append(replies, answering(200, good))...)
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
		base := newNetwork(busy(.1, "Retry-After", "30"), busy(.5), answering(200, good))
		client := transport.New(exact(base, 0)).Client(transport.Rules{})
		burst(t.Context(), client, 2)
		post(t.Context(), client)
		if diff := cmp.Diff(seconds(0, 0, 30.1), base.attempts()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestLastTriesDoNotLowerTheRate: they go through the closed gate, and what they hear is no news.
func TestLastTriesDoNotLowerTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		complaints := slices.Repeat([]reply{answering(429, "", "Retry-After", "60")}, 6)
		base := newNetwork(append(complaints, answering(200, good))...)
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
		replies := slices.Repeat([]reply{answering(200, good)}, 10)
		base := newNetwork(
			append(append([]reply{answering(429, "")}, replies...), answering(429, "", "Retry-After", "30"), answering(200, good))...,
		)
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
				base := newNetwork(answering(429, ""), answering(200, ""))
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
		base := newNetwork(answering(429, ""), answering(200, good))
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
				return answering(429, "")(req)
			}
			return answering(200, good)(req)
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
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestThePaceTellsNothingSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := transport.New(exact(newNetwork(answering(429, "")), 0)).Client(transport.Rules{})
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
