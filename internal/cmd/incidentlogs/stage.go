//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"sort"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/postgrestest"
)

// beginning is when every story begins. It is fixed, so that a log made again differs only in what PostgreSQL wrote.
var beginning = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// roles has the application_name of each role, and from where it connects. The addresses belong to the loopback device
// of a network namespace.
var roles = map[string]struct {
	application string
	hosts       []string
}{
	"orders_app": {"orders-api", []string{"10.20.0.11", "10.20.0.12", "10.20.0.13"}},
	"batch":      {"nightly-batch", []string{"10.20.0.21"}},
	"reporting":  {"reporting", []string{"10.20.0.31"}},
	"deploy":     {"migrate", []string{"10.20.0.41"}},
	"postgres":   {"", []string{""}},
}

// stage is where a story is played: a server, and which real time belongs to which minute of the story.
type stage struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	server *postgrestest.Server
	scenes []scene
	logins map[string]int          // by role
	kept   []*postgrestest.Session // connections that stay open up to the end
}

// scene is a piece of the story: what really happened from real on is moved to begin at moved.
type scene struct {
	real, moved time.Time
	begin       int // bytes of the log before it
}

// must ends the story if there is an error.
func (s *stage) must(err error) {
	if err != nil {
		s.cancel(err)
	}
}

// at begins the scene at a minute of the story.
func (s *stage) at(minute float64) {
	s.settle()
	begin := len(s.server.Log())
	s.pause(20 * time.Millisecond) // no line of the scene before has the same millisecond
	moved := beginning.Add(time.Duration(minute * float64(time.Minute)))
	s.scenes = append(s.scenes, scene{time.Now().Truncate(time.Millisecond), moved, begin})
}

// settle waits until no checkpoint is under way, so that its lines belong to one scene.
func (s *stage) settle() {
	s.must(postgrestest.Eventually(s.ctx, "a checkpoint to end", func() bool {
		log := s.server.Log()
		return bytes.Count(log, []byte("checkpoint starting")) == bytes.Count(log, []byte("checkpoint complete"))
	}))
}

// await waits until the log of the running scene has a text.
func (s *stage) await(text string) {
	begin := s.scenes[len(s.scenes)-1].begin
	s.must(postgrestest.Eventually(s.ctx, fmt.Sprintf("PostgreSQL to log %q", text), func() bool {
		return bytes.Contains(s.server.Log()[begin:], []byte(text))
	}))
}

func (s *stage) pause(d time.Duration) {
	select {
	case <-s.ctx.Done():
	case <-time.After(d):
	}
}

// connect opens a connection of a role to the shop, from each of its hosts in turn.
func (s *stage) connect(role string) *postgrestest.Session { return s.open(s.login(role)) }

func (s *stage) open(login postgrestest.Login) *postgrestest.Session {
	session, err := s.server.Connect(s.ctx, login)
	s.must(err)
	return session
}

// login returns how a role connects next.
func (s *stage) login(role string) postgrestest.Login {
	r := roles[role]
	host := r.hosts[s.logins[role]%len(r.hosts)]
	s.logins[role]++
	return postgrestest.Login{Host: host, Role: role, Password: role + "-secret", Database: "shop", Application: r.application}
}

// do runs statements in a connection that is closed again.
func (s *stage) do(role, statements string) {
	session := s.connect(role)
	session.Do(statements)
	session.Close()
}

// logTime is a time as PostgreSQL writes it, at the beginning of a line or in a message.
var logTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})? UTC`)

// eventSecond is the time of a line that begins an event or a part of one; other lines belong to the one before.
var eventSecond = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)

// story ends the last scene and returns the log of all, each moved to its minute.
func (s *stage) story() ([]byte, error) {
	s.settle()
	s.pause(200 * time.Millisecond) // the last session ends
	if err := context.Cause(s.ctx); err != nil {
		return nil, err
	}
	moved := logTime.ReplaceAllFunc(s.server.Log()[s.scenes[0].begin:], func(text []byte) []byte {
		layout := "2006-01-02 15:04:05 MST"
		if bytes.IndexByte(text, '.') > 0 {
			layout = "2006-01-02 15:04:05.000 MST"
		}
		at, err := time.Parse(layout, string(text))
		s.must(err)
		next := sort.Search(len(s.scenes), func(i int) bool { return s.scenes[i].real.After(at) })
		sc := s.scenes[max(next-1, 0)] // what happened before the first scene keeps its distance to it
		return []byte(sc.moved.Add(at.Sub(sc.real)).Format(layout))
	})
	// Lines of two processes may be written in another order than their times, but within a second.
	var last []byte
	for _, second := range eventSecond.FindAll(moved, -1) {
		if bytes.Compare(second, last) < 0 {
			return nil, fmt.Errorf("a scene is longer than its time in the story: %s comes after %s", second, last)
		}
		last = second
	}
	return moved, context.Cause(s.ctx)
}
