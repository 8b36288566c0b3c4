// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

// What tests need to see of the inside.

// SafeNames is safeNames.
func SafeNames(names []string) []string { return safeNames(names) }

// WithExtension is withExtension.
func WithExtension(name string, head []byte) string { return withExtension(name, head) }

// DiskFailure is the error that one of the file system's becomes.
func DiskFailure(path string, err error) *Error { return diskFailure(path, err) }

// MoveWithoutSystem is how a new file gets its name where the system has no single call for it.
func MoveWithoutSystem(path, from, to string) error {
	f, err := openFolder(path)
	if err != nil {
		return err
	}
	defer f.close()
	return f.linkNew(from, to)
}

// Space is space.
type Space struct{ s space }

// NewSpace has that much free.
func NewSpace(free func() (int64, error)) *Space { return &Space{space{free: free}} }

// Claim is claim.
func (s *Space) Claim(n int64) error { return s.s.claim(n) }

// Settle is settle.
func (s *Space) Settle(n int64) { s.s.settle(n) }
