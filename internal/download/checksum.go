// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
)

// checksumExtension is appended to a file's name for the file with its checksum.
const checksumExtension = ".sha256"

// checksumLine is the content of NAME.sha256: one line that "sha256sum -c NAME.sha256" reads.
func checksumLine(name, sum string) string { return sum + "  " + name + "\n" }

// addChecksum writes NAME.sha256. One with the same content stays as it is.
func (f *folder) addChecksum(name, sum string, overwrite bool) error {
	if f.savedChecksum(name) == sum {
		return nil
	}
	temp, err := f.temporary()
	if err != nil {
		return err
	}
	defer f.discard(temp)
	line := checksumLine(name, sum)
	if _, err := temp.WriteString(line); err != nil {
		return err
	}
	err = f.commit(temp, int64(len(line)), name+checksumExtension, overwrite)
	if errors.Is(err, fs.ErrExist) && f.savedChecksum(name) == sum { // another program has just written it
		return nil
	}
	return err
}

// savedChecksum returns the checksum in NAME.sha256, or "" if there is none.
func (f *folder) savedChecksum(name string) string {
	path, length := name+checksumExtension, len(checksumLine(name, strings.Repeat("0", 2*sha256.Size)))
	if f.size(path) != int64(length) {
		return ""
	}
	text, err := f.root.ReadFile(path)
	sum, ok := strings.CutSuffix(string(text), checksumLine(name, ""))
	if err != nil || !ok {
		return ""
	}
	return sum
}

// checksum reads a file and returns its checksum. It ends with the context: the file may be large.
func (f *folder) checksum(ctx context.Context, name string) (string, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()                         // only read from
	defer context.AfterFunc(ctx, func() { _ = file.Close() })() // ends the copy
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
