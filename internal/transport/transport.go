// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package transport sends every request to the cloud's APIs, RDS and IAM alike.
//
//	transport.go   options, and the layers that a request passes
//	retry.go       sends a request again after a fault          retryable.go   decides whether that can help
//	trace.go       follows the attempts of a request, and reports each to the request log
//	rate.go        finds the rate that the gateway allows
//	pace.go        one queue for a run, and its gate            attempt.go     one attempt, bounded in time and size
//
// This table is the whole decision about trying again. "Request" is this package, "call" is a poll or a query of
// package rds, "file" is a transfer of package download, which does not come through here.
//
//	what happened                          request       call                          file
//	429                                    sent again    endured                       resumed
//	5xx, but 501                           sent again    endured                       resumed
//	408                                    final         endured                       resumed
//	2xx with a page of HTML                sent again    endured                       resumed
//	no answer, half an answer, timeout     sent again    endured                       resumed
//	no connection was made                 sent again    final at first, then endured  resumed
//	unknown host                           final         final at first, then endured  final at first, then resumed
//	error code of a busy instance          final         endured                       -
//	200 that cannot be decoded             final         endured                       -
//	refusal with an error code             final         final                         final; 403: with a fresh link
//	400, 403, 404, … without an error code final         final at first, then endured  as above
//	login failed                           final         final                         -
//	login failed while renewing a token    final         endured if Permanent is false -
//	certificate, no TLS, TLS alert         final         final                         final
//	proxy refuses, answer too large        final         final                         final
//	the context ended                      final         final                         final
//
// "At first" is before the API, or the host of the file, has answered for the first time: until then the address is
// probably wrong. A request that is final returns its answer or its error to the call, which then decides. A login is
// final for the request because it has retries of its own: see [Retried]. See [Rules] for requests that must not be
// sent twice.
//
// No redirect is followed, so a credential goes to no other host.
package transport

import (
	"cmp"
	"math"
	"net/http"
	"time"
)

// Options configure a [Transport]. A zero value means a default, except for MaxRetries.
type Options struct {
	Base           http.RoundTripper // sends one request over the network; no default
	MaxRetries     int               // how often a request is sent again after a fault; 0: never
	AttemptTimeout time.Duration     // of one attempt, from connecting to the last byte of the answer; default: 30 s
	MinPause       time.Duration     // first pause between attempts; default: 1 s
	MaxPause       time.Duration     // longest pause, also if the server asks for more; default: 60 s
	MaxBody        int64             // longest answer in bytes; default: 4 MiB. See [WithMaxBody]
	UserAgent      string
	Observe        func(Exchange) // if set, called after every attempt
	Random         func() float64 // numbers in [0, 1) for the jitter; default: math/rand/v2
}

// Transport holds what all requests of one run share. It is safe for concurrent use.
type Transport struct {
	options Options
	pace    *pace
}

// New returns a transport. It opens no connection.
func New(o Options) *Transport {
	o.AttemptTimeout = cmp.Or(o.AttemptTimeout, 30*time.Second)
	o.MinPause = cmp.Or(o.MinPause, time.Second)
	o.MaxPause = cmp.Or(o.MaxPause, time.Minute)
	o.MaxBody = min(cmp.Or(o.MaxBody, 4<<20), math.MaxInt64-1) // an attempt reads one byte more
	return &Transport{options: o, pace: newPace(o.MinPause)}
}

// Rules are what one API adds to the transport. Each is optional.
type Rules struct {
	Wrap func(http.RoundTripper) http.RoundTripper // puts the API's authorization around each attempt
	// Final reports whether an answer must not be asked for again, whatever its status.
	Final func(status int, body []byte) bool
	// AtMostOnce is for requests that hold a one-time secret, such as a passcode. They are sent again only if the
	// server cannot have processed them: no connection was made, or the gateway answered 429.
	AtMostOnce bool
	Login      bool // for requests that others wait for: they leave before all others
}

// Client returns the HTTP client of one API. Its answers are in memory, so a body that is never closed leaks nothing.
func (t *Transport) Client(rules Rules) *http.Client {
	o := &t.options
	// Innermost first. An attempt reads the body too, so that half an answer is a fault that can be retried.
	var layers http.RoundTripper = &attempt{next: o.Base, options: o}
	// Authorization is below the retry: each attempt gets a fresh signature or token.
	if rules.Wrap != nil {
		layers = rules.Wrap(layers)
	}
	// The log is outside authorization, so that it never sees a credential, and below the pace, so that its
	// durations are the server's.
	if o.Observe != nil {
		layers = &observe{next: layers, report: o.Observe}
	}
	// The pace is below the retry: each attempt waits for its turn, and each 429 counts.
	layers = &paced{next: layers, pace: t.pace, login: rules.Login}
	pauses := Pauses{First: o.MinPause, Least: o.MinPause / 2, Most: o.MaxPause, Random: o.Random}
	layers = &retry{next: layers, pauses: pauses, retries: o.MaxRetries, rules: rules}
	noRedirect := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: layers, CheckRedirect: noRedirect}
}
