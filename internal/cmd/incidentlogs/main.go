//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Incidentlogs makes the logs of the simulator's incidents: scripts/incident-logs runs it.
//
// usage: incidentlogs FOLDER [NAME…]
//
// Each log comes from a real PostgreSQL server in which the incident really happens. Only its times are changed: a
// story is played in scenes, as fast as possible, and afterwards each scene is moved to its minute of the story.
// Within a scene all distances stay, so that a duration in a message fits the times around it.
package main

import (
	"context"
	"errors"
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
	play     func(*stage)
}

var stories = []story{
	{name: "connections", settings: "log_connections = on\nmax_connections = 24", play: connections},
	{name: "deadlock", play: deadlock},
	{name: "disk", play: disk, settings: "temp_file_limit = '9MB'\nlog_temp_files = '1MB'\nwork_mem = '1MB'\n" +
		"max_parallel_workers_per_gather = 0\nautovacuum = off\ncheckpoint_timeout = '1h'"}, // one on a full disk would be a crash
	{name: "crash", play: crash},
	{name: "locks", settings: "idle_in_transaction_session_timeout = '25s'", play: locks},
	{name: "quiet", play: quiet, settings: "log_autovacuum_min_duration = 0\n" +
		"autovacuum_naptime = '5s'\nautovacuum_vacuum_threshold = 20"},
	{name: "slow", settings: "log_min_duration_statement = '1s'", play: slow},
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: incidentlogs FOLDER [NAME…]")
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := makeLogs(ctx, os.Args[1], os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// makeLogs plays the stories side by side, because each mostly waits.
func makeLogs(ctx context.Context, folder string, names []string) error {
	errs := make([]error, len(stories))
	var all sync.WaitGroup
	for i, s := range stories {
		if len(names) > 0 && !slices.Contains(names, s.name) {
			continue
		}
		all.Go(func() {
			server := &postgrestest.Server{Folder: filepath.Join(folder, s.name), Listen: "*", Port: 5432 + i}
			errs[i] = perform(ctx, s, server)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

// perform plays one story and writes its log beside the server's folder.
func perform(ctx context.Context, s story, server *postgrestest.Server) (err error) {
	defer func() {
		if err = errors.Join(err, server.Stop(syscall.SIGINT)); err != nil {
			log := server.Log()
			err = fmt.Errorf("%s: %w\n%s", s.name, err, log[max(0, len(log)-4000):])
		}
	}()
	// The write-ahead log is not on the small file system that scripts/incident-logs mounts for the data of "disk".
	if err := server.Init(ctx, "--waldir", filepath.Join(server.Folder, "wal")); err != nil {
		return err
	}
	if err := server.Start(ctx, common+s.settings); err != nil {
		return err
	}
	if err := server.SQL(ctx, "postgres", shop); err != nil {
		return fmt.Errorf("the shop's tables: %w", err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stage := &stage{ctx: ctx, cancel: cancel, server: server, logins: map[string]int{}}
	s.play(stage)
	log, err := stage.story()
	if err != nil {
		return err
	}
	return os.WriteFile(server.Folder+".log", log, 0o600)
}
