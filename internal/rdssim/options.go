// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"context"
	"crypto/tls"
	"time"
)

// Option changes how a Server behaves. Options for logs are in log.go, for the rate limit in gateway.go.
type Option func(*options)

type options struct {
	clock             func() time.Time
	tls               *tls.Config
	exportDuration    time.Duration
	linkLife          time.Duration
	tokenLife         time.Duration
	logLife           time.Duration
	busyFor           time.Duration
	gateway           Gateway
	fleet             int
	withoutCatalog    bool
	originalTimes     bool
	extraEndpoints    []catalogEndpoint
	errorLog, slowLog []event
	errorLogs         map[string][]event // by instance ID
	fileSize          int64              // < 0: the log itself
	tokenSize         int
	validateElsewhere func(ctx context.Context, token string) (projectID string, ok bool)
}

func defaultOptions() options {
	return options{
		clock:             time.Now,
		exportDuration:    4 * time.Second,
		linkLife:          300 * time.Second,
		tokenLife:         24 * time.Hour,
		logLife:           15 * time.Minute,
		busyFor:           10 * time.Second,
		errorLog:          embeddedLogs()[defaultIncident],
		errorLogs:         map[string][]event{},
		slowLog:           embeddedLogs()[slowIncident],
		fileSize:          -1,
		tokenSize:         10_000,
		validateElsewhere: func(context.Context, string) (string, bool) { return "", false },
	}
}

// WithClock sets the simulator's clock. Default: time.Now, which is virtual inside a testing/synctest bubble.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.clock = now }
}

// WithTLS makes Start listen with TLS. The configuration must hold a certificate.
func WithTLS(config *tls.Config) Option {
	return func(o *options) { o.tls = config }
}

// WithExportDuration sets how long an export takes. Default: 4 s. With 0, the first answer is the last.
func WithExportDuration(d time.Duration) Option {
	return func(o *options) { o.exportDuration = d }
}

// WithLinkLife sets how long a download link works, in whole seconds. Default: 300 s.
func WithLinkLife(d time.Duration) Option {
	return func(o *options) { o.linkLife = d }
}

// WithTokenLife sets how long a token is good. Default: 24 h.
func WithTokenLife(d time.Duration) Option {
	return func(o *options) { o.tokenLife = d }
}

// WithLogLife sets how long after an export's end its files stay. A later call starts a new export. Default: 15 min.
func WithLogLife(d time.Duration) Option {
	return func(o *options) { o.logLife = d }
}

// WithBusyFor sets how long InstanceBusy refuses, counted from the first call for it. Default: 10 s.
func WithBusyFor(d time.Duration) Option {
	return func(o *options) { o.busyFor = d }
}

// WithFleet adds FleetInstance(1) to FleetInstance(n) to the list of instances, as fleet-0001 and so on.
func WithFleet(n int) Option {
	return func(o *options) { o.fleet = n }
}

// WithFileSize replaces the content of every file by a generated log of that many bytes. Each run generates the same
// log. It takes no memory and supports Range.
func WithFileSize(bytes int64) Option {
	return func(o *options) { o.fileSize = bytes }
}

// WithTokenSize sets the length of tokens in bytes. Default: 10,000, as real ones can be. At least 96, so that nobody
// can guess one.
func WithTokenSize(bytes int) Option {
	return func(o *options) { o.tokenSize = max(bytes, 96) }
}

// WithoutCatalogEntry leaves RDS out of the catalogue.
func WithoutCatalogEntry() Option {
	return func(o *options) { o.withoutCatalog = true }
}

// WithCatalogEndpoint adds an endpoint to the catalogue's entry for RDS, before the simulator's own. With another region
// or interface ("public", "internal", "admin"), a client must not use it. "{project_id}" in the URL is replaced.
func WithCatalogEndpoint(region, iface, url string) Option {
	return func(o *options) { o.extraEndpoints = append(o.extraEndpoints, catalogEndpoint{region, iface, url}) }
}

// WithTokenValidator makes RDS ask f about each token that the simulator did not issue. f returns the project of a good
// token. It connects the simulated RDS to a real identity server.
func WithTokenValidator(f func(ctx context.Context, token string) (projectID string, ok bool)) Option {
	return func(o *options) { o.validateElsewhere = f }
}
