// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"fmt"
	"slices"
	"strings"
)

// sumsName is the file of checksums. No other file may take its name.
const sumsName = "SHA256SUMS"

// maxName is the longest file name, in bytes, that common file systems take; maxStem leaves room in it for what is
// added to a name: a number, and the extension that the content asks for.
const (
	maxName = 255
	maxStem = maxName - len("-1234567") - len(".zip")
)

// safeNames makes names for files out of the names that a cloud gave them, in their order: safe on every system that
// this program is built for, and unique also where case does not count and once .gz or .zip was added to some. The
// same names always become the same.
func safeNames(names []string) []string {
	safe := make([]string, len(names))
	taken := map[string]int{} // the number that the next file of such a name tries
	for i, name := range names {
		clean := cleanName(name)
		safe[i] = clean
		n := max(taken[collisionKey(clean)], 2)
		for ; taken[collisionKey(safe[i])] > 0; n++ {
			stem, extension := splitPacked(clean)
			safe[i] = fmt.Sprintf("%s-%d%s", stem, n, extension)
		}
		taken[collisionKey(clean)] = n
		taken[collisionKey(safe[i])] = max(taken[collisionKey(safe[i])], 1)
	}
	return safe
}

// cleanName makes one name safe. Letters and digits of ASCII, "-", "_" and "." stay, all else becomes "_": with that,
// no separator, no control character, no blank, no quote, no stream of NTFS and no look-alike of Unicode's is left.
func cleanName(name string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '-', r == '_', r == '.':
			return r
		default:
			return '_'
		}
	}, name)
	clean = clean[:min(len(clean), maxStem)]
	// A leading "." hides a file, and Windows drops a trailing one; a leading "-" looks like an option.
	clean = replaceLeading(clean, ".-")
	clean = replaceTrailing(clean, ".")
	if strings.Trim(clean, "_") == "" {
		return "unnamed"
	}
	if isDevice(clean) || strings.EqualFold(clean, sumsName) {
		clean = "_" + clean[:min(len(clean), maxStem-1)]
	}
	return clean
}

func replaceLeading(name, cutset string) string {
	rest := strings.TrimLeft(name, cutset)
	return strings.Repeat("_", len(name)-len(rest)) + rest
}

func replaceTrailing(name, cutset string) string {
	rest := strings.TrimRight(name, cutset)
	return rest + strings.Repeat("_", len(name)-len(rest))
}

// isDevice says whether Windows takes the name for a device, which it does whatever stands behind the first "."
// (Microsoft's page "Naming Files, Paths, and Namespaces"). It counts on every system: folders are shared and copied.
func isDevice(name string) bool {
	first, _, _ := strings.Cut(strings.ToUpper(name), ".")
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL"}, first) {
		return true
	}
	return len(first) == 4 && (strings.HasPrefix(first, "COM") || strings.HasPrefix(first, "LPT")) && '0' <= first[3] && first[3] <= '9'
}

// packed are the kinds of content that a name has to tell, because a person has to unpack it first.
var packed = []struct {
	extension string
	known     []string // what names of such a file end in, lower case
	magic     []string // what its content begins with
}{
	{".gz", []string{".gz", ".tgz", ".gzip"}, []string{"\x1f\x8b\x08"}},
	{".zip", []string{".zip"}, []string{"PK\x03\x04", "PK\x05\x06"}}, // the second: an archive without a file
}

// headLength is how much of a content has to be there to tell its kind.
const headLength = 4

// withExtension adds to a safe name what its content, of which head is the begin, asks for, but not twice.
func withExtension(name string, head []byte) string {
	for _, kind := range packed {
		begins := func(magic string) bool { return strings.HasPrefix(string(head), magic) }
		ends := func(known string) bool { return strings.HasSuffix(strings.ToLower(name), known) }
		if slices.ContainsFunc(kind.magic, begins) && !slices.ContainsFunc(kind.known, ends) {
			return name + kind.extension
		}
	}
	return name
}

// possibleNames are the names that a file can get in the end, whatever its content.
func possibleNames(name string) []string {
	names := []string{name}
	for _, kind := range packed {
		if with := withExtension(name, []byte(kind.magic[0])); with != name {
			names = append(names, with)
		}
	}
	return names
}

// collisionKey is the same for names that may end up as one: case does not count, nor does an extension that may be
// added.
func collisionKey(name string) string {
	key := strings.ToLower(name)
	for {
		stem, extension := splitPacked(key)
		if extension == "" {
			return key
		}
		key = stem
	}
}

func splitPacked(name string) (stem, extension string) {
	for _, kind := range packed {
		cut := len(name) - len(kind.extension)
		if cut > 0 && strings.EqualFold(name[cut:], kind.extension) {
			return name[:cut], name[cut:]
		}
	}
	return name, ""
}
