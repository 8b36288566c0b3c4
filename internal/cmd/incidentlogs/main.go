//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Incidentlogs makes the logs of the simulator's incidents: scripts/incident-logs runs it.
//
// usage: incidentlogs WORK OUT [NAME…]
//
// Each log comes from a real PostgreSQL server in which the incident really happens. Only its times are changed: a
// story is played in scenes, as fast as possible, and afterwards each scene is moved to its minute of the story.
// Within a scene all distances stay, so that a duration in a message fits the times around it.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"sync"
	"syscall"

	"github.com/otc-rds/terraform-provider-rds/internal/postgrestest"
)

// story is one incident.
type story struct {
	name     string
	settings string
	initdb   func(*postgrestest.Server) []string
	play     func(*stage)
}

var stories = []story{
	{name: "connections", settings: "log_connections = on\nmax_connections = 24", play: connections},
	{name: "deadlock", play: deadlock},
	{name: "disk", initdb: outsideWAL, play: disk, settings: "temp_file_limit = '9MB'\nlog_temp_files = '1MB'\nwork_mem = '1MB'\n" +
		"max_parallel_workers_per_gather = 0\nautovacuum = off"},
	{name: "crash", play: crash},
	{name: "locks", settings: "idle_in_transaction_session_timeout = '25s'", play: locks},
	{name: "quiet", play: quiet, settings: "log_autovacuum_min_duration = 0\n" +
		"autovacuum_naptime = '5s'\nautovacuum_vacuum_threshold = 20"},
	{name: "slow", settings: "log_min_duration_statement = '1s'", play: slow},
}

func main() {
	flag.Parse()
	if flag.NArg() < 2 {
		fmt.Fprintln(os.Stderr, "usage: incidentlogs WORK OUT [NAME…]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := makeLogs(ctx, flag.Arg(0), flag.Arg(1), flag.Args()[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// makeLogs plays the stories side by side, because each mostly waits.
func makeLogs(ctx context.Context, work, out string, names []string) error {
	errs := make([]error, len(stories))
	var all sync.WaitGroup
	for i, s := range stories {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		all.Go(func() {
			server := &postgrestest.Server{Folder: filepath.Join(work, s.name), Listen: "*", Port: 5432 + i}
			if err := perform(ctx, s, server, filepath.Join(out, s.name+".log")); err != nil {
				errs[i] = fmt.Errorf("%s: %w", s.name, err)
			}
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// perform plays one story and writes its log.
func perform(ctx context.Context, s story, server *postgrestest.Server, out string) (err error) {
	if err := os.MkdirAll(server.Folder, 0o755); err != nil { //nolint:gosec // the server's account must get in
		return err
	}
	var options []string
	if s.initdb != nil {
		options = s.initdb(server)
	}
	if err := server.Init(ctx, options...); err != nil {
		return err
	}
	settings := common + s.settings + "\n"
	if err := server.Start(ctx, settings); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, server.Stop(syscall.SIGINT))
		if err != nil {
			log, _ := os.ReadFile(server.Stderr())
			err = fmt.Errorf("%w\n%s", err, log[max(0, len(log)-4000):])
		}
	}()
	stage := &stage{ctx: ctx, server: server, settings: settings, failed: make(chan error, 100)}
	if out, err := server.SQL(ctx, "postgres", "postgres", shop); err != nil || out != "" {
		return fmt.Errorf("the shop's tables: %w\n%s", err, out)
	}
	s.play(stage)
	if stage.end == 0 {
		stage.curtain()
	}
	close(stage.failed)
	for err := range stage.failed {
		stage.err = errors.Join(stage.err, err)
	}
	if stage.err != nil {
		return stage.err
	}
	log, err := stage.story()
	if err != nil {
		return err
	}
	return os.WriteFile(out, log, 0o644) //nolint:gosec // a file of the repository
}
