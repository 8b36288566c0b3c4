// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package transport is the way out for every request to the cloud's APIs: RDS and IAM alike.
//
// A request passes these layers, outermost first, and each has a file of its own:
//
//	retry     sends the same request again after a fault
//	pace      slows down all requests of the run once one was answered 429
//	observe   reports each attempt to the request log; stands outside authorization, so it never sees a credential
//	(wrap)    authorization, given by the caller
//	attempt   one attempt: a timeout of its own, the answer read whole and up to a bound
//
// permanent.go says which errors come again however often, and reason.go says others in words; refusal.go reads what any
// of the cloud's servers says when it says no.
//
// API requests are retried here only; file transfers by package download, which can resume in mid-file.
//
// No redirect is ever followed: a credential goes to the host that it was meant for, or nowhere.
//
// The package knows nothing of RDS, IAM or Terraform. Files behind download links do not come this way: their
// answers are streamed, see package download.
package transport

import (
	"math"
	"math/rand/v2"
	"net/http"
	"time"
)

// Options configure a [Transport]. Zero values stand for the defaults named with each field, except MaxRetries.
type Options struct {
	// Base sends one request over the network. Default: a clone of http.DefaultTransport.
	Base http.RoundTripper
	// MaxRetries is how often one request is sent again after a fault. Zero means: never.
	MaxRetries int
	// AttemptTimeout bounds one attempt, from the connection to the last byte of the answer. Default: 30 s.
	AttemptTimeout time.Duration
	// MinPause is the first pause between attempts, and MaxPause the longest. A pause that the server names counts in
	// place of the first, and is cut to MaxPause too. Default: 1 s and 60 s.
	MinPause, MaxPause time.Duration
	// MaxBody is the longest answer that is read, in bytes. Default: 4 MiB.
	MaxBody int64
	// UserAgent is the value of the header of that name.
	UserAgent string
	// Observe, if set, is told of every attempt.
	Observe func(Exchange)
	// Random yields the jitter's numbers, in [0, 1). Default: math/rand/v2.
	Random func() float64
}

// Transport holds what all requests of one run share. It is safe for concurrent use.
type Transport struct {
	options Options
	pace    *pace
}

// New returns a transport. It opens no connection.
func New(o Options) *Transport {
	if o.Base == nil {
		o.Base = http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	}
	if o.AttemptTimeout <= 0 {
		o.AttemptTimeout = 30 * time.Second
	}
	if o.MinPause <= 0 {
		o.MinPause = time.Second
	}
	if o.MaxPause <= 0 {
		o.MaxPause = time.Minute
	}
	if o.MaxBody <= 0 {
		o.MaxBody = 4 << 20
	}
	o.MaxBody = min(o.MaxBody, math.MaxInt64-1) // attempt reads one byte more
	if o.Random == nil {
		o.Random = rand.Float64
	}
	return &Transport{options: o, pace: newPace()}
}

// Rules are what one API adds to the transport. Each is optional.
type Rules struct {
	// Wrap puts the API's authorization around each attempt.
	Wrap func(http.RoundTripper) http.RoundTripper
	// Final says that an answer is no passing fault, whatever its status. It must not change or close the answer.
	Final func(status int, body []byte) bool
	// AtMostOnce says that a request which the server may have received is never sent again: it holds something that
	// is good once.
	AtMostOnce bool
}

// Client returns an HTTP client for one API. Its answers are held in memory, so that a body that has to be read again
// costs nothing and a body that is never closed leaks nothing.
func (t *Transport) Client(rules Rules) *http.Client {
	var attempts http.RoundTripper = &attempt{next: t.options.Base, options: &t.options}
	if rules.Wrap != nil {
		attempts = rules.Wrap(attempts)
	}
	if t.options.Observe != nil {
		attempts = &observe{next: attempts, tell: t.options.Observe}
	}
	retrying := &retry{
		next:    &paced{next: attempts, pace: t.pace},
		options: &t.options,
		final:   rules.Final, atMostOnce: rules.AtMostOnce,
	}
	return &http.Client{Transport: retrying, CheckRedirect: noRedirect}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
