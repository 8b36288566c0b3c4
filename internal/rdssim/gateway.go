// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
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
}

// WithGateway sets the gateway's rate limit. Default: no limit. The object store never has one. Assumption 60.
func WithGateway(g Gateway) Option {
	return func(o *options) { o.gateway = g }
}

// limited puts the gateway's limit before a call. Assumption 13.
func (s *Server) limited(next http.HandlerFunc) http.HandlerFunc {
	g := s.options.gateway
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		now := s.now()
		admitted := s.limiter.admit(g, now)
		s.mu.Unlock()
		if admitted {
			next(w, r)
			return
		}
		if !g.NoRetryAfter {
			w.Header().Set("Retry-After", strconv.Itoa(g.retryAfter(now)))
		}
		problem{http.StatusTooManyRequests, "APIGW.0308", fmt.Sprintf(
			"The throttling threshold has been reached: policy user over ratelimit, limit:%d, time:%d second",
			g.quota(), max(1, int(g.window().Seconds())))}.write(w)
	}
}

// window returns how long the gateway counts.
func (g Gateway) window() time.Duration {
	return cmp.Or(g.Window, time.Second)
}

// quota returns how many calls a window has room for.
func (g Gateway) quota() int {
	return max(1, int(g.PerSecond*g.window().Seconds()))
}

// retryAfter returns the seconds until a call can pass, rounded up.
func (g Gateway) retryAfter(now time.Time) int {
	switch {
	case g.Burst > 0:
		return max(1, int(math.Ceil(1/g.PerSecond)))
	case g.Window > 0:
		return int(math.Ceil(now.Truncate(g.Window).Add(g.Window).Sub(now).Seconds()))
	default:
		return 1
	}
}

// limiter is the state of the gateway's limit.
type limiter struct {
	admitted []time.Time // the calls that passed in the current window
	tokens   float64     // token bucket: what it held at the time filled
	filled   time.Time
}

// admit reports whether a call passes.
func (l *limiter) admit(g Gateway, now time.Time) bool {
	switch {
	case g.PerSecond <= 0:
		return true
	case g.Burst > 0:
		l.tokens = min(float64(g.Burst), l.tokens+now.Sub(l.filled).Seconds()*g.PerSecond)
		l.filled = now
		const almost = 1 - 1e-9 // sums of fractions are not exact
		if l.tokens < almost {
			return false
		}
		l.tokens--
		return true
	default:
		start := now.Add(1 - time.Second)
		if g.Window > 0 {
			start = now.Truncate(g.Window)
		}
		l.admitted = slices.DeleteFunc(l.admitted, func(at time.Time) bool { return at.Before(start) })
		if len(l.admitted) >= g.quota() {
			return false
		}
		l.admitted = append(l.admitted, now)
		return true
	}
}
