// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
)

// maxSums bounds what is read of a SHA256SUMS that is there: 200,000 files and more.
const maxSums = 32 << 20

// addSum notes a file's checksum in SHA256SUMS, in the form of "sha256sum -c". Lines for other files stay as they
// are, also those that another run adds at the same time. While another one keeps the list locked it waits, until soon
// after the context has ended.
func (f *folder) addSum(ctx context.Context, name, sum string) error {
	unlock, err := f.lockSums(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := f.readSums()
	if err != nil {
		return err
	}
	temp, err := f.temporary()
	if err != nil {
		return err
	}
	defer f.discard(temp)
	_, err = temp.Write(mergeSum(old, name, sum))
	if err := errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	return f.publish(filepath.Base(temp.Name()), sumsName, true)
}

// readSums returns what stands in SHA256SUMS; nothing where there is none.
func (f *folder) readSums() ([]byte, error) {
	if err := f.free(sumsName, true); err != nil {
		return nil, err
	}
	file, err := f.root.Open(sumsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	text, err := io.ReadAll(io.LimitReader(file, maxSums+1))
	if err == nil && len(text) > maxSums {
		err = fmt.Errorf("it is longer than %d bytes, which no list of checksums should be", maxSums)
	}
	return text, err
}

// mergeSum puts a file's line at the end and takes out what is said of a file of that name before.
func mergeSum(old []byte, name, sum string) []byte {
	merged := make([]byte, 0, len(old)+len(sum)+len(name)+4)
	for line := range bytes.Lines(old) {
		if named(string(line)) == name {
			continue
		}
		merged = append(merged, line...)
	}
	if n := len(merged); n > 0 && merged[n-1] != '\n' {
		merged = append(merged, '\n')
	}
	return fmt.Appendf(merged, "%s  %s\n", sum, name)
}

// listed are the checksums of a list, by the files' names.
func listed(sums []byte) map[string]string {
	of := map[string]string{}
	for line := range bytes.Lines(sums) {
		if name := named(string(line)); name != "" {
			of[name] = checksum(string(line)) // the last one counts
		}
	}
	return of
}

// checksum reads a file that may be large, until the context ends.
func (f *folder) checksum(ctx context.Context, name string) (string, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }() // only read from
	hash, buffer := sha256.New(), make([]byte, 128<<10)
	for ctx.Err() == nil {
		n, err := file.Read(buffer)
		hash.Write(buffer[:n])
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(hash.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", ctx.Err()
}

// checksum is what a line of checksums says, in lower case; "" where it can't be told.
func checksum(line string) string {
	line = strings.TrimRight(line, "\r\n")
	if cut := strings.LastIndex(line, ") = "); strings.HasPrefix(line, "SHA256 (") && cut >= 0 {
		return strings.ToLower(line[cut+len(") = "):])
	}
	sum, _, _ := strings.Cut(line, " ")
	return strings.ToLower(sum)
}

// named returns the name of the file that a line of checksums is for, or "" where it can't be told. It knows both
// forms that sha256sum reads.
func named(line string) string {
	line = strings.TrimRight(line, "\r\n")
	if rest, ok := strings.CutPrefix(line, "SHA256 ("); ok {
		if cut := strings.LastIndex(rest, ") = "); cut >= 0 {
			return rest[:cut]
		}
	}
	const digits = 64
	if len(line) > digits+2 && line[digits] == ' ' && (line[digits+1] == ' ' || line[digits+1] == '*') {
		return line[digits+2:]
	}
	return ""
}
