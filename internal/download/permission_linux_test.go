// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
)

// asNobody runs f as a file system user without rights, also if the tests run as root, who has them all. Only this
// goroutine's thread changes, and it ends with the goroutine.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread goes with the goroutine
		const nobody = 65534
		if _, _, errno := unix.RawSyscall(unix.SYS_SETFSUID, nobody, 0, 0); errno != 0 {
			t.Errorf("setfsuid returned %v, want no error", errno)
			return
		}
		f()
	}()
	<-done
}

func TestNoPermission(t *testing.T) {
	parent := t.TempDir()
	must(t, os.Chmod(parent, 0o555))
	must(t, os.Chmod(filepath.Dir(parent), 0o755)) // above it is the test's own folder
	closed := t.TempDir()
	must(t, os.Chmod(closed, 0))
	asNobody(t, func() {
		for _, path := range []string{parent, filepath.Join(parent, "new"), closed, filepath.Join(closed, "new")} {
			base := newNetwork(good)
			saved, err := download.Save(t.Context(), one("log"), exact(path, base, 0))
			_ = wantErrors(t, err, "no permission: No permission to write to "+path+": permission denied")
			wantSaved(t, saved, 0)
			base.wantRequests(t, 0)
		}
	})
}
