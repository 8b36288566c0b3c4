// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
)

// errUsage is returned when the arguments are wrong; what is wrong was printed already.
var errUsage = errors.New("usage")

// settings are the program's flags.
type settings struct {
	addr      string
	export    time.Duration
	linkLife  time.Duration
	tokenLife time.Duration
	logLife   time.Duration
	busy      time.Duration
	rate      int
	fileSize  int64
	readyFile string
	keystone  string
	faults    []rdssim.Fault
}

func parseSettings(args []string, stderr io.Writer) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("rdssim", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:0", "loopback `address` to listen on; port 0 takes one that is free")
	flags.DurationVar(&s.export, "export", 4*time.Second, "how long an export takes")
	flags.DurationVar(&s.linkLife, "link-life", 5*time.Minute, "how long a download link works")
	flags.DurationVar(&s.tokenLife, "token-life", 24*time.Hour, "how long a token is good")
	flags.DurationVar(&s.logLife, "log-life", 15*time.Minute, "how long after an export's end its files are handed out")
	flags.DurationVar(&s.busy, "busy", 10*time.Second, "how long the busy instance refuses, from the first call for it")
	flags.IntVar(&s.rate, "rate", 0, "`calls` to IAM and RDS that the gateway lets through in a second; 0: any number")
	flags.Int64Var(&s.fileSize, "file-size", -1, "generate logs of that many `bytes`; -1: a real PostgreSQL log")
	flags.StringVar(&s.readyFile, "ready-file", "", "`path` of a file that gets the URL once the simulator listens; removed at the end")
	flags.StringVar(&s.keystone, "keystone", "", "`URL` of an identity server, such as http://127.0.0.1:5000/v3, whose tokens are good here too")
	flags.Func("fault", "`KIND=WHAT[*TIMES]`: make requests fail, see below; may be repeated", s.addFault)
	flags.Usage = func() {
		_, _ = fmt.Fprintf(stderr, "Usage of rdssim:\n")
		flags.PrintDefaults()
		_, _ = fmt.Fprint(stderr, faultUsage)
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
		return fmt.Errorf("%q is no flag; rdssim takes no arguments", rest[0])
	}
	for name, d := range map[string]time.Duration{
		"-export": s.export, "-link-life": s.linkLife, "-token-life": s.tokenLife, "-log-life": s.logLife, "-busy": s.busy,
	} {
		if d < 0 {
			return fmt.Errorf("%s must not be negative", name)
		}
	}
	if s.rate < 0 {
		return errors.New("-rate must not be negative")
	}
	if u, err := url.Parse(s.keystone); s.keystone != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return errors.New("-keystone must be a URL with http or https")
	}
	return nil
}

// cloud makes the simulator that the flags ask for.
func (s settings) cloud() *rdssim.Server {
	options := []rdssim.Option{
		rdssim.WithExportDuration(s.export), rdssim.WithLinkLife(s.linkLife), rdssim.WithTokenLife(s.tokenLife),
		rdssim.WithLogLife(s.logLife), rdssim.WithBusyFor(s.busy), rdssim.WithRateLimit(s.rate), rdssim.WithFileSize(s.fileSize),
	}
	if s.keystone != "" {
		options = append(options, rdssim.WithTokenValidator(newKeystone(s.keystone).validate))
	}
	cloud := rdssim.New(options...)
	for _, f := range s.faults {
		cloud.Inject(f)
	}
	return cloud
}
