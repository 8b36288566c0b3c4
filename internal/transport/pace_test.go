// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"io"
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

// after answers late.
func after(s float64, then reply) reply {
	return func(req *http.Request) (*http.Response, error) {
		if err := pause(req, s); err != nil {
			return nil, err
		}
		return then(req)
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

// moments compares times up to a millisecond: rates are fractions.
func moments(t *testing.T, want, got []time.Duration) {
	t.Helper()
	got = slices.Sorted(slices.Values(got))
	same := cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() < time.Millisecond })
	if diff := cmp.Diff(want, got, same); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func newClient(base http.RoundTripper) *http.Client {
	return transport.New(exact(base, 0)).Client(transport.Rules{})
}

// TestTenRequestsLeaveAtOnce: small runs have no pace.
func TestTenRequestsLeaveAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(200, good))
		client := newClient(base)
		burst(t.Context(), client, 10)
		time.Sleep(time.Second)
		burst(t.Context(), client, 10)
		moments(t, slices.Concat(slices.Repeat(seconds(0), 10), slices.Repeat(seconds(1), 10)), base.attempts())
	})
}

// TestAThousandRequestsLeaveOneAfterTheOther: at 100 a second at first, then faster, while nothing is refused. A 503 is
// not a refusal.
func TestAThousandRequestsLeaveOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(503, "", "Retry-After", "60"), answering(200, good))
		burst(t.Context(), newClient(base), 1000)
		left := map[float64]int{}
		for _, at := range base.attempts() {
			for _, s := range []float64{0, 1, 2, 3, 4} {
				if at <= seconds(s)[0] {
					left[s]++
				}
			}
		}
		want := map[float64]int{0: 10, 1: 153, 2: 442, 3: 925, 4: 1000}
		if diff := cmp.Diff(want, left); diff != "" {
			t.Errorf("requests that had left after so many seconds (-want +got):\n%s", diff)
		}
	})
}

// TestA429ClosesTheGateForAll: also for the requests of another client of the run, which never met it. One request tries
// the gate, and the others follow at a lower rate.
func TestA429ClosesTheGateForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "5"), after(.3, answering(200, good)))
		out := transport.New(exact(base, 0))
		post(t.Context(), out.Client(transport.Rules{}))
		time.Sleep(time.Second)
		burst(t.Context(), out.Client(transport.Rules{}), 4)
		const gap = 1 / 70. // 70 of 100 a second
		moments(t, seconds(0, 5, 5.3+gap, 5.3+2*gap, 5.3+3*gap), base.attempts())
	})
}

// TestTheGateIsTriedAgain: by one request at a time, after longer and longer pauses.
func TestTheGateIsTriedAgain(t *testing.T) {
	cases := map[string]struct {
		refusal reply
		want    []time.Duration
	}{
		"without Retry-After": {answering(429, ""), seconds(0, .5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5)},
		"Retry-After: 0":      {answering(429, "", "Retry-After", "0"), seconds(0, .5, 1.5, 3.5, 7.5, 15.5, 25.5, 35.5)},
		"Retry-After: 2":      {answering(429, "", "Retry-After", "2"), seconds(0, 2, 4, 6, 8, 10, 12, 14)},
		"Retry-After: 3600":   {answering(429, "", "Retry-After", "3600"), seconds(0, 60, 120, 180, 240, 300, 360, 420)},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(c.refusal)
				client := newClient(base)
				post(t.Context(), client)
				burst(t.Context(), client, 7)
				moments(t, c.want, base.attempts())
			})
		})
	}
}

// TestLateRefusalsCountOnce: they are about the old rate. They do keep the gate closed.
func TestLateRefusalsCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var replies []reply
		for i := range 10 {
			replies = append(replies, after(.2*float64(i+1), answering(429, "")))
		}
		base := newNetwork(append(replies, answering(200, good))...)
		client := newClient(base)
		burst(t.Context(), client, 10)
		burst(t.Context(), client, 3)
		// The last refusal came after 2 s, and the rate is 70 a second, as after one.
		moments(t, seconds(2.5, 2.5+1/70., 2.5+2/70.), base.attempts()[10:])
	})
}

func TestAShorterPauseDoesNotOpenTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(after(.1, answering(429, "", "Retry-After", "30")), after(.5, answering(429, "")), answering(200, good))
		client := newClient(base)
		burst(t.Context(), client, 2)
		post(t.Context(), client)
		moments(t, seconds(0, 0, 30.1), base.attempts())
	})
}

// TestTheGateClosesForTheQueue: a request that leaves before the refusal comes is not held back, all others are.
func TestTheGateClosesForTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		replies := slices.Repeat([]reply{answering(200, good)}, 20)
		base := newNetwork(append(replies, after(.1, answering(429, "", "Retry-After", "30")), answering(200, good))...)
		burst(t.Context(), newClient(base), 100)
		times := base.attempts()
		refused := times[20] + 100*time.Millisecond
		for _, at := range times {
			if at > refused && at < refused+30*time.Second {
				t.Errorf("a request left after %s, while the gate was closed from %s on", at, refused)
			}
		}
		if len(times) != 100 {
			t.Errorf("%d requests left, want 100", len(times))
		}
	})
}

// TestOrderOfTheQueue: logins, then first calls, then polls, the oldest first.
func TestOrderOfTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		out := transport.New(exact(roundTripFunc(func(req *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, req.URL.Path)
			if len(order) == 1 {
				return answering(429, "", "Retry-After", "10")(req)
			}
			return answering(200, good)(req)
		}), 0))
		requests, login := out.Client(transport.Rules{}), out.Client(transport.Rules{Login: true})
		get := func(ctx context.Context, client *http.Client, path string) {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://rds.example.com"+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			send(time.Now(), client, req)
		}
		get(t.Context(), requests, "/refused")
		start := time.Now()
		for _, begin := range []func(){
			func() { get(transport.Poll(t.Context(), start.Add(2*time.Second)), requests, "/poll/2s") },
			func() { get(t.Context(), requests, "/first/1") },
			func() { get(transport.Poll(t.Context(), start.Add(time.Second)), requests, "/poll/1s") },
			func() { get(transport.Poll(t.Context(), start.Add(3*time.Second)), requests, "/poll/3s") },
			func() { get(transport.Poll(t.Context(), start.Add(time.Second)), requests, "/poll/1s/again") },
			func() { get(transport.Poll(t.Context(), start), login, "/login/1") }, // during a poll
			func() { get(t.Context(), requests, "/first/2") },
			func() { get(t.Context(), login, "/login/2") },
		} {
			go begin()
			synctest.Wait()
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		mu.Lock()
		defer mu.Unlock()
		want := []string{"/refused", "/login/1", "/login/2", "/first/1", "/first/2", "/poll/1s", "/poll/1s/again", "/poll/2s", "/poll/3s"}
		if diff := cmp.Diff(want, order); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// TestARequestThatTriesTheGateIsLost: the next one tries it, soon after a network error, else after 2 s.
func TestARequestThatTriesTheGateIsLost(t *testing.T) {
	for name, c := range map[string]struct {
		lost reply
		want []time.Duration
	}{
		"network error": {breaks(io.EOF), seconds(0, 5, 5.0085, 5.0085+1/70., 5.0085+2/70.)},
		"no answer":     {hangs, seconds(0, 5, 7, 7+1/70., 7+2/70.)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := newNetwork(answering(429, "", "Retry-After", "5"), c.lost, answering(200, good))
				client := newClient(base)
				post(t.Context(), client)
				burst(t.Context(), client, 4)
				moments(t, c.want, base.attempts())
			})
		})
	}
}

// TestALoginInsideARequestThatTriesTheGate: the request holds the only turn while its token is renewed. The login goes
// after a moment, so neither waits for the other for ever.
func TestALoginInsideARequestThatTriesTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "5"), answering(200, good))
		out := transport.New(exact(base, 0))
		login := out.Client(transport.Rules{Login: true})
		renewing := func(next http.RoundTripper) http.RoundTripper {
			return roundTripFunc(func(req *http.Request) (*http.Response, error) {
				if o := post(req.Context(), login); o.Err != nil {
					return nil, o.Err
				}
				return next.RoundTrip(req)
			})
		}
		post(t.Context(), out.Client(transport.Rules{}))
		got := post(t.Context(), out.Client(transport.Rules{Wrap: renewing}))
		if diff := cmp.Diff(outcome{Status: 200, Body: good, After: 7 * time.Second}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		moments(t, seconds(0, 7, 7), base.attempts())
	})
}

// TestTheDeadlineInTheQueue: one request a second before its deadline goes through the closed gate, so that its error
// names the cause. The others are not permanent failures, and do not leave.
func TestTheDeadlineInTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "60"))
		client := newClient(base)
		post(t.Context(), client)
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		count := map[string]int{}
		for _, o := range burst(ctx, client, 20) {
			if o.After != 19*time.Second {
				t.Errorf("an outcome came after %s, want 19s", o.After)
			}
			if o.Err == nil {
				count[http.StatusText(o.Status)]++
				continue
			}
			if transport.Permanent(o.Err) {
				t.Errorf("%v is permanent", o.Err)
			}
			count[o.Err.Error()]++
		}
		want := map[string]int{
			"Too Many Requests": 1,
			`Post "https://rds.example.com/v3/p1/instances/i1/errorlog-download": POST https://rds.example.com/v3/p1/instances/i1/` +
				"errorlog-download: the API allows few requests at present (status 429), and there are too many before this one": 19,
		}
		if diff := cmp.Diff(want, count); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		moments(t, seconds(0, 19), base.attempts())
	})
}

// TestLastTriesDoNotLowerTheRate: they go through the closed gate, so their refusals are not about the rate.
func TestLastTriesDoNotLowerTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refusals := slices.Repeat([]reply{answering(429, "", "Retry-After", "60")}, 6)
		base := newNetwork(append(refusals, answering(200, good))...)
		client := newClient(base)
		post(t.Context(), client)
		for range 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			post(ctx, client)
			cancel()
		}
		burst(t.Context(), client, 3)
		moments(t, seconds(0, 2, 4, 6, 8, 10, 70, 70+1/70., 70+2/70.), base.attempts())
	})
}

func TestCancelEndsTheQueueAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, "", "Retry-After", "5"), answering(200, good))
		client := newClient(base)
		post(t.Context(), client)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(2020*time.Millisecond, cancel)
		go post(t.Context(), client) // it is not cancelled, and still gets its turn
		for _, o := range burst(ctx, client, 100) {
			if !errors.Is(o.Err, context.Canceled) {
				t.Errorf("got %v, want %v", o.Err, context.Canceled)
			}
			if o.After != 2020*time.Millisecond {
				t.Errorf("a request ended after %s, want 2.02s", o.After)
			}
		}
		time.Sleep(time.Minute)
		moments(t, seconds(0, 5), base.attempts())
	})
}

// TestNothingStarves: polls have their turn once all first calls have left, even if others of their kind keep coming.
func TestNothingStarves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := newNetwork(answering(429, ""), answering(200, good))
		client := newClient(base)
		post(t.Context(), client)
		ctx, cancel := context.WithCancel(t.Context())
		defer time.AfterFunc(20*time.Second, cancel).Stop()
		answered := make([]int, 300)
		var all sync.WaitGroup
		for i := range answered {
			all.Go(func() {
				for ctx.Err() == nil {
					if post(transport.Poll(ctx, time.Now()), client).Status == http.StatusOK {
						answered[i]++
					}
				}
			})
		}
		go burst(ctx, client, 300)
		all.Wait()
		if least, most := slices.Min(answered), slices.Max(answered); least < most-1 || least == 0 {
			t.Errorf("some had %d answers and others %d, want the same number up to one", least, most)
		}
	})
}

func TestThePaceRepeatsNothingSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := newClient(newNetwork(answering(429, "")))
		post(t.Context(), client)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		for _, o := range burst(ctx, client, 50) {
			if o.Err != nil && strings.Contains(o.Err.Error(), secret) {
				t.Fatalf("the error %q holds the token", o.Err)
			}
		}
	})
}
