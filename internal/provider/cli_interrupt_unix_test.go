// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

//go:build unix

package provider_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// TestCLI_Interrupt: Ctrl-C ends the wait at once, also in an apply that still plans, of which the CLI tells its providers nothing. It goes to the whole
// process group, as a terminal sends it.
func TestCLI_Interrupt(t *testing.T) {
	for name, arguments := range map[string][]string{"plan": {"plan", "-no-color"}, "apply": {"apply", "-no-color", "-auto-approve"}} {
		t.Run(name, func(t *testing.T) {
			screen, took := interruptWait(t, arguments)
			if took > time.Second {
				t.Errorf("ended %s after the interrupt", took)
			}
			if !strings.Contains(screen, "Unable to obtain error log links") || !wrapped("was interrupted after").MatchString(screen) {
				t.Error(screen)
			}
		})
	}
}

// interruptWait presses Ctrl-C once the first call has come, and returns what the screen shows and how long the command then took to end.
func interruptWait(t *testing.T, arguments []string) (string, time.Duration) {
	t.Helper()
	asked := make(chan struct{})
	var once sync.Once
	c := rdstest.NewCLI(t, nil, rdssim.WithAnswer(rdssim.InstanceStuck, func(w http.ResponseWriter, _ *http.Request) {
		once.Do(func() { close(asked) })
		_, _ = io.WriteString(w, `{"status":"creating","list":[],"count":0}`)
	}))
	c.Write(t, "main.tf", requirement+ofInstance(rdssim.InstanceStuck, `timeouts = { read = "30s" }`))
	cmd := c.Command(t, arguments...)
	var screen strings.Builder
	cmd.Stdout, cmd.Stderr = &screen, &screen
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	start := time.Now()
	if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if cmd.Wait() == nil {
		t.Error("the command succeeded")
	}
	return screen.String(), time.Since(start)
}
