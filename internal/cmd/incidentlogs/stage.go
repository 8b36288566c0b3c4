//go:build postgres && linux

// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"sort"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/postgrestest"
)

// beginning is when every story begins. It is fixed, so that a log made again differs only in what PostgreSQL wrote.
var beginning = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// hosts is from where each role connects. The addresses belong to the loopback device of a network namespace.
var hosts = map[string][]string{
	"orders_app": {"10.20.0.11", "10.20.0.12", "10.20.0.13"},
	"batch":      {"10.20.0.21"},
	"reporting":  {"10.20.0.31"},
	"deploy":     {"10.20.0.41"},
	"postgres":   {""},
}

// applications is the application_name of each role.
var applications = map[string]string{"orders_app": "orders-api", "reporting": "reporting", "batch": "nightly-batch", "deploy": "migrate"}

// stage is where a story is played: a server, and which real time belongs to which minute of the story.
type stage struct {
	ctx      context.Context
	server   *postgrestest.Server
	settings string
	scenes   []scene
	begin    int // bytes of the log before the first scene
	end      int // bytes of the log up to the last scene's end
	logins   map[string]int
	crashes  int
	failed   chan error // errors of other goroutines
	err      error
}

// scene is a piece of the story: what really happened from real on is moved to begin at moved.
type scene struct{ real, moved time.Time }

// at begins the scene at a minute of the story.
func (s *stage) at(minute float64) {
	s.settle()
	if len(s.scenes) == 0 {
		s.begin = len(s.log())
	}
	s.pause(20 * time.Millisecond) // no line of the scene before has the same millisecond
	s.scenes = append(s.scenes, scene{time.Now().Truncate(time.Millisecond), beginning.Add(time.Duration(minute * float64(time.Minute)))})
}

// curtain ends the story: what the log has from now on is no part of it.
func (s *stage) curtain() {
	s.settle()
	s.pause(200 * time.Millisecond) // the last session ends
	s.end = len(s.log())
}

// settle waits until no checkpoint is under way, so that its lines belong to one scene.
func (s *stage) settle() {
	for deadline := time.Now().Add(time.Minute); s.err == nil; s.pause(50 * time.Millisecond) {
		log := s.log()
		if bytes.Count(log, []byte("checkpoint starting")) == bytes.Count(log, []byte("checkpoint complete")) {
			return
		}
		if time.Now().After(deadline) {
			s.err = errors.New("a checkpoint takes longer than a minute")
		}
	}
}

// await waits until the log of the running scene has a text that many times.
func (s *stage) await(text string, times int) {
	for deadline := time.Now().Add(90 * time.Second); s.err == nil; s.pause(20 * time.Millisecond) {
		if bytes.Count(s.log()[s.begin:], []byte(text)) >= times {
			return
		}
		if time.Now().After(deadline) {
			s.err = fmt.Errorf("PostgreSQL did not log %q %d times", text, times)
		}
	}
}

func (s *stage) pause(d time.Duration) {
	select {
	case <-s.ctx.Done():
		s.err = s.ctx.Err()
	case <-time.After(d):
	}
}

func (s *stage) log() []byte {
	log, err := os.ReadFile(s.server.Stderr())
	if err != nil {
		s.err = err
	}
	return log
}

// connect opens a connection of a role to the shop, from each of its hosts in turn.
func (s *stage) connect(role string) *postgrestest.Session { return s.connectTo(role, "shop", "") }

func (s *stage) connectTo(role, database, options string) *postgrestest.Session {
	login := s.login(role, role+"-secret")
	login.Database, login.Options = database, options
	session, err := s.server.Connect(s.ctx, login)
	if err != nil {
		s.err = errors.Join(s.err, err)
	}
	return session
}

// login returns how a role connects next.
func (s *stage) login(role, password string) postgrestest.Login {
	if s.logins == nil {
		s.logins = map[string]int{}
	}
	host := hosts[role][s.logins[role]%len(hosts[role])]
	s.logins[role]++
	return postgrestest.Login{Host: host, Role: role, Password: password, Database: "shop", Application: applications[role]}
}

// do runs statements in a connection that is closed again.
func (s *stage) do(role, statements string) {
	session := s.connect(role)
	session.Do(statements)
	session.Close()
}

// logTime is a time as PostgreSQL writes it, at the beginning of a line or in a message.
var logTime = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3})? UTC`)

// eventLine is a line that begins an event or a part of one; other lines belong to the one before.
var eventLine = regexp.MustCompile(`(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC:`)

// story returns the log of all scenes, each moved to its minute.
func (s *stage) story() ([]byte, error) {
	log := s.log()[s.begin:s.end]
	var wrong error
	moved := logTime.ReplaceAllFunc(log, func(text []byte) []byte {
		layout := "2006-01-02 15:04:05 MST"
		if bytes.IndexByte(text, '.') > 0 {
			layout = "2006-01-02 15:04:05.000 MST"
		}
		at, err := time.Parse(layout, string(text))
		if err != nil {
			wrong = err
		}
		return []byte(s.move(at).Format(layout))
	})
	starts := eventLine.FindAllIndex(moved, -1)
	for i := 1; i < len(starts); i++ {
		before, after := moved[starts[i-1][0]:starts[i-1][1]], moved[starts[i][0]:starts[i][1]]
		// Lines of two processes may be written in another order than their times.
		if early := bytes.Compare(after, before) < 0; early && !bytes.Equal(after[:19], before[:19]) {
			return nil, fmt.Errorf("a scene is longer than its time in the story: %s comes after %s", after, before)
		}
	}
	return moved, wrong
}

// move returns the time in the story for a real time. What happened before the first scene keeps its distance to it.
func (s *stage) move(at time.Time) time.Time {
	next := sort.Search(len(s.scenes), func(i int) bool { return s.scenes[i].real.After(at) })
	sc := s.scenes[max(next-1, 0)]
	return sc.moved.Add(at.Sub(sc.real))
}
