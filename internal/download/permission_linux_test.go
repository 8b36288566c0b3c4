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

// asNobody runs f with a file system user that has no rights, also where the tests run as root, who has them all. Only
// this goroutine's thread is changed, and it ends with the goroutine.
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
			t.Error(errno)
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
		for path, want := range map[string]string{
			parent:                       "no permission: " + parent + " may not be written: permission denied",
			filepath.Join(parent, "new"): "no permission: " + filepath.Join(parent, "new") + " may not be written: permission denied",
			closed:                       "no permission: " + closed + " may not be written: permission denied",
			filepath.Join(closed, "new"): "no permission: " + filepath.Join(closed, "new") + " may not be written: permission denied",
		} {
			base := newNetwork(good)
			saved, err := download.Save(t.Context(), one("log"), exact(path, base, 0))
			_ = wantErrors(t, err, want)
			if saved != nil || len(base.requests) != 0 {
				t.Error(saved, base.seen())
			}
		}
	})
}
