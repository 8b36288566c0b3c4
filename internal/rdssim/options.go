// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"time"
)

// Option changes how a Server behaves.
type Option func(*options)

type options struct {
	clock             func() time.Time
	url               string
	tls               *tls.Config
	exportDuration    time.Duration
	linkLife          time.Duration
	tokenLife         time.Duration
	logLife           time.Duration
	busyFor           time.Duration
	jobDelay          time.Duration
	callsPerSecond    int
	linkScheme        bool
	emptyFirstAnswer  bool
	withoutJobs       bool
	withoutCatalog    bool
	extraEndpoints    []catalogEndpoint
	fileSize          int64 // < 0: the real log
	tokenSize         int
	loginStatus       int
	answers           map[string]http.HandlerFunc
	validateElsewhere func(ctx context.Context, token string) (projectID string, ok bool)
}

func defaultOptions() options {
	return options{
		clock:          time.Now,
		exportDuration: 4 * time.Second,
		linkLife:       300 * time.Second,
		tokenLife:      24 * time.Hour,
		logLife:        15 * time.Minute,
		busyFor:        10 * time.Second,
		linkScheme:     true,
		fileSize:       -1,
		tokenSize:      10_000,
		loginStatus:    http.StatusCreated,
		answers:        map[string]http.HandlerFunc{},
	}
}

// WithClock sets the time that the simulator lives in. Default: time.Now, which is virtual inside a testing/synctest
// bubble.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.clock = now }
}

// WithURL sets the base URL that links and the catalogue name, for a server that something else listens for. Start
// replaces it.
func WithURL(url string) Option {
	return func(o *options) { o.url = strings.TrimSuffix(url, "/") }
}

// WithTLS makes Start listen with TLS. The configuration must hold a certificate.
func WithTLS(config *tls.Config) Option {
	return func(o *options) { o.tls = config }
}

// WithExportDuration sets how long an export takes, from the call that starts it. Default: 4 s. Zero: the first
// answer is the last.
func WithExportDuration(d time.Duration) Option {
	return func(o *options) { o.exportDuration = d }
}

// WithLinkLife sets how long a download link works. Default: 300 s. Links count in whole seconds.
func WithLinkLife(d time.Duration) Option {
	return func(o *options) { o.linkLife = d }
}

// WithTokenLife sets how long a token is good. Default: 24 h.
func WithTokenLife(d time.Duration) Option {
	return func(o *options) { o.tokenLife = d }
}

// WithLogLife sets for how long after an export's end the same files are handed out; the first call after that starts a
// new export. Default: 15 min.
func WithLogLife(d time.Duration) Option {
	return func(o *options) { o.logLife = d }
}

// WithBusyFor sets how long InstanceBusy refuses, from the first call for it. Default: 10 s.
func WithBusyFor(d time.Duration) Option {
	return func(o *options) { o.busyFor = d }
}

// WithJobDelay sets how long after an export's start its job cannot be found yet. Default: 0.
func WithJobDelay(d time.Duration) Option {
	return func(o *options) { o.jobDelay = d }
}

// WithoutJobs makes every question for a job end with 400 DBS.200543: log exports are not among the tasks that can be
// asked for.
func WithoutJobs() Option {
	return func(o *options) { o.withoutJobs = true }
}

// WithRateLimit makes the gateway let that many calls to IAM and RDS through in any second. What is beyond it is
// answered 429 APIGW.0308 with Retry-After. Default: 0, no limit. The object store has none.
func WithRateLimit(callsPerSecond int) Option {
	return func(o *options) { o.callsPerSecond = callsPerSecond }
}

// WithLinkScheme sets whether links begin with a scheme. Default: true. False: as in the API page's example.
func WithLinkScheme(scheme bool) Option {
	return func(o *options) { o.linkScheme = scheme }
}

// WithEmptyFirstAnswer makes the answer that starts an export hold an empty list, without a workflow ID.
func WithEmptyFirstAnswer() Option {
	return func(o *options) { o.emptyFirstAnswer = true }
}

// WithAnswer replaces the whole answer to errorlog-download of one instance, known or not. The request was authorized
// before.
func WithAnswer(instanceID string, h http.HandlerFunc) Option {
	return func(o *options) { o.answers[instanceID] = h }
}

// WithFileSize replaces the content of every file by a generated log of that many bytes. It is the same in each run,
// its parts can be asked for with Range, and it takes no memory.
func WithFileSize(bytes int64) Option {
	return func(o *options) { o.fileSize = bytes }
}

// WithTokenSize sets the length of tokens in bytes. Default: 10,000, as long as the real ones get; at least 96, so that
// none can be guessed.
func WithTokenSize(bytes int) Option {
	return func(o *options) { o.tokenSize = max(bytes, 96) }
}

// WithLoginStatus sets the status of a successful login. Default: 201.
func WithLoginStatus(status int) Option {
	return func(o *options) { o.loginStatus = status }
}

// WithoutCatalogEntry leaves RDS out of the catalogue.
func WithoutCatalogEntry() Option {
	return func(o *options) { o.withoutCatalog = true }
}

// WithCatalogEndpoint puts one more endpoint into the catalogue's entry for RDS, before the simulator's own: one of
// another region, or another interface ("public", "internal", "admin"), that a client must not take. "{project_id}"
// in the URL is replaced.
func WithCatalogEndpoint(region, iface, url string) Option {
	return func(o *options) { o.extraEndpoints = append(o.extraEndpoints, catalogEndpoint{region, iface, url}) }
}

// WithTokenValidator makes RDS ask f about every token that the simulator did not issue itself: f answers for which
// project the token is good, or not ok. This joins the simulated RDS to a real identity server.
func WithTokenValidator(f func(ctx context.Context, token string) (projectID string, ok bool)) Option {
	return func(o *options) { o.validateElsewhere = f }
}
