// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// errUsage is returned for wrong arguments. The reason was printed.
var errUsage = errors.New("usage")

// settings are the program's flags.
type settings struct {
	addr      string
	export    time.Duration
	linkLife  time.Duration
	tokenLife time.Duration
	logLife   time.Duration
	busy      time.Duration
	fleet     int
	gateway   rdssim.Gateway
	fileSize  int64
	readyFile string
	keystone  string
	faults    []rdssim.Fault
	options   []rdssim.Option
}

func parseSettings(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("rdssim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:0", "loopback `address` to listen on; port 0: a free one")
	flags.DurationVar(&s.export, "export", 4*time.Second, "how long an export takes")
	flags.DurationVar(&s.linkLife, "link-life", 5*time.Minute, "how long a download link works")
	flags.DurationVar(&s.tokenLife, "token-life", 24*time.Hour, "how long a token is good")
	flags.DurationVar(&s.logLife, "log-life", 15*time.Minute, "how long after an export its files stay")
	flags.DurationVar(&s.busy, "busy", 10*time.Second, "how long the busy instance refuses, from the first call for it")
	flags.Func("incident", "`NAME or INSTANCE=NAME`: what the error logs show, see below; may be repeated", s.addIncident)
	flags.IntVar(&s.fleet, "fleet", 0, "add `N` healthy instances, fleet-0001 and so on, to the list of instances")
	flags.Float64Var(&s.gateway.PerSecond, "rate", 0, "`calls` to IAM and RDS that the gateway admits a second; 0: any number")
	flags.DurationVar(&s.gateway.Window, "window", 0,
		"with -rate: count in fixed windows of this `length`, such as 1s or 1m; 0: in any second")
	flags.IntVar(&s.gateway.Burst, "burst", 0, "with -rate: a token bucket for `N` calls at once")
	flags.BoolVar(&s.gateway.NoRetryAfter, "no-retry-after", false, "with -rate: leave the header Retry-After out")
	flags.Int64Var(&s.fileSize, "file-size", -1, "generate logs of that many `bytes`; -1: a real PostgreSQL log")
	flags.StringVar(&s.readyFile, "ready-file", "", "`path` of a file that gets the URL when the simulator listens; removed at the end")
	flags.StringVar(&s.keystone, "keystone", "", "`URL` of an identity server, such as http://127.0.0.1:5000/v3, whose tokens are good too")
	flags.Func("fault", "`KIND=WHAT[*TIMES]`: make requests fail, see below; may be repeated", s.addFault)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "Usage of rdssim:\n")
		flags.PrintDefaults()
		names := rdssim.Incidents()
		_, _ = fmt.Fprintf(stderr, usage, strings.Join(faultKinds(), ", "), strings.Join(names, ", "))
	}
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return s, err
		}
		return s, errUsage
	}
	if err := s.check(flags.Args()); err != nil {
		_, _ = fmt.Fprintf(stderr, "rdssim: %v\n", err)
		return s, errUsage
	}
	return s, nil
}

func (s settings) check(rest []string) error {
	if len(rest) > 0 {
		return fmt.Errorf("unexpected argument %q: rdssim takes flags only", rest[0])
	}
	for name, negative := range map[string]bool{
		"-export": s.export < 0, "-link-life": s.linkLife < 0, "-token-life": s.tokenLife < 0, "-log-life": s.logLife < 0,
		"-busy": s.busy < 0, "-window": s.gateway.Window < 0, "-burst": s.gateway.Burst < 0, "-fleet": s.fleet < 0,
		"-rate": !(s.gateway.PerSecond >= 0), // also if it is not a number
	} {
		if negative {
			return fmt.Errorf("%s must not be negative", name)
		}
	}
	switch {
	case s.gateway.Window > 0 && s.gateway.Burst > 0:
		return errors.New("-window and -burst exclude each other")
	case s.gateway.PerSecond == 0 && s.gateway != rdssim.Gateway{}:
		return errors.New("-window, -burst and -no-retry-after need -rate")
	}
	if u, err := url.Parse(s.keystone); s.keystone != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("-keystone must be a URL with http or https")
	}
	return nil
}

// cloud returns the simulator for the flags.
func (s settings) cloud() *rdssim.Server {
	options := append([]rdssim.Option{
		rdssim.WithExportDuration(s.export), rdssim.WithLinkLife(s.linkLife), rdssim.WithTokenLife(s.tokenLife),
		rdssim.WithLogLife(s.logLife), rdssim.WithBusyFor(s.busy), rdssim.WithGateway(s.gateway), rdssim.WithFleet(s.fleet),
		rdssim.WithFileSize(s.fileSize),
	}, s.options...)
	if s.keystone != "" {
		options = append(options, rdssim.WithTokenValidator(keystoneValidator(s.keystone)))
	}
	cloud := rdssim.New(options...)
	for _, f := range s.faults {
		cloud.Inject(f)
	}
	return cloud
}
