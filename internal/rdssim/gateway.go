// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// Gateway describes the rate limit of the API gateway, which counts calls to IAM and RDS together. Without Window and
// Burst, no second may have more than PerSecond calls, wherever it begins.
type Gateway struct {
	PerSecond float64 // the number of calls a second that pass. 0: no limit.
	// Window makes the gateway count in fixed windows of this length. Each admits PerSecond calls for each of its seconds,
	// and they may all come at once.
	Window       time.Duration
	Burst        int  // makes the gateway a token bucket of this size. It is full at first, and PerSecond fills it.
	NoRetryAfter bool // leaves the header Retry-After out of answers with 429

	After       time.Duration // Then replaces PerSecond at the time After, counted from the first call. After 0: never.
	Then        float64
	Others      float64 // the number of calls a second that another client sends, evenly spaced, from OthersAfter on
	OthersAfter time.Duration
}

// WithGateway sets the gateway's rate limit. Default: no limit. The object store never has one. Assumption 60.
func WithGateway(g Gateway) Option {
	return func(o *options) { o.gateway = g }
}

// WithRateLimit is WithGateway(Gateway{PerSecond: callsPerSecond}).
func WithRateLimit(callsPerSecond int) Option {
	return WithGateway(Gateway{PerSecond: float64(callsPerSecond)})
}

// limited puts the gateway's limit before a call. Assumption 13.
func (s *Server) limited(next http.HandlerFunc) http.HandlerFunc {
	g := s.options.gateway
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		now := s.now()
		admitted := s.limiter.admit(g, now)
		rate := s.limiter.rate(g, now)
		s.mu.Unlock()
		if admitted {
			next(w, r)
			return
		}
		window := max(g.Window, time.Second)
		unit := "1 second"
		if window > time.Second {
			unit = fmt.Sprintf("%d second", int(window.Seconds()))
		}
		p := problem{http.StatusTooManyRequests, "APIGW.0308", fmt.Sprintf(
			"The throttling threshold has been reached: policy user over ratelimit, limit:%d, time:%s", quota(rate, window), unit)}
		if !g.NoRetryAfter {
			w.Header().Set("Retry-After", strconv.Itoa(retryAfter(g, rate, now)))
		}
		p.write(w)
	}
}

// quota returns how many calls a window has room for.
func quota(rate float64, window time.Duration) int {
	return max(1, int(rate*window.Seconds()))
}

// retryAfter returns the seconds until a call can pass, rounded up.
func retryAfter(g Gateway, rate float64, now time.Time) int {
	switch {
	case g.Burst > 0:
		return max(1, int(math.Ceil(1/rate)))
	case g.Window > 0:
		return int(math.Ceil(now.Truncate(g.Window).Add(g.Window).Sub(now).Seconds()))
	default:
		return 1
	}
}

// limiter is the state of the gateway's limit.
type limiter struct {
	first    time.Time   // the first call of all
	admitted []time.Time // any second: the calls that passed in the last one
	window   time.Time   // fixed windows: the current one, and the calls that passed in it
	count    int
	tokens   float64 // token bucket: what it held at the time filled
	filled   time.Time
	others   time.Time // when the other client calls next
}

func (l *limiter) rate(g Gateway, now time.Time) float64 {
	if g.After > 0 && now.Sub(l.first) >= g.After {
		return g.Then
	}
	return g.PerSecond
}

// admit reports whether a call passes. First it makes up for the calls of the other client.
func (l *limiter) admit(g Gateway, now time.Time) bool {
	if g.PerSecond <= 0 {
		return true
	}
	if l.first.IsZero() {
		*l = limiter{first: now, tokens: float64(g.Burst), filled: now, others: now.Add(g.OthersAfter)}
	}
	if g.Others > 0 {
		if longAgo := now.Add(-time.Hour); l.others.Before(longAgo) {
			l.others = longAgo // no window is that long
		}
		for ; !l.others.After(now); l.others = l.others.Add(time.Duration(float64(time.Second) / g.Others)) {
			l.take(g, l.others)
		}
	}
	return l.take(g, now)
}

func (l *limiter) take(g Gateway, now time.Time) bool {
	rate := l.rate(g, now)
	switch {
	case g.Burst > 0:
		l.tokens = min(float64(g.Burst), l.tokens+now.Sub(l.filled).Seconds()*rate)
		l.filled = now
		const almost = 1 - 1e-9 // sums of fractions are not exact
		if l.tokens < almost {
			return false
		}
		l.tokens--
		return true
	case g.Window > 0:
		if start := now.Truncate(g.Window); start != l.window {
			l.window, l.count = start, 0
		}
		if l.count >= quota(rate, g.Window) {
			return false
		}
		l.count++
		return true
	default:
		for len(l.admitted) > 0 && now.Sub(l.admitted[0]) >= time.Second {
			l.admitted = l.admitted[1:]
		}
		if len(l.admitted) >= quota(rate, time.Second) {
			return false
		}
		l.admitted = append(l.admitted, now)
		return true
	}
}
