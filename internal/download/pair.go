// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package download

import (
	"regexp"
	"slices"
	"strings"
)

// likeness is something by which a file of one list is known in another.
type likeness struct {
	of       func(File) (key string, ok bool)
	repeated bool // where as many have it in both lists, the first is the first, the second the second
}

// likenesses are the surest first. After a new export only what a name says of the node is left of it.
var likenesses = []likeness{{of: object}, {of: givenName, repeated: true}, {of: source}}

// pair says for each known file which of the fresh ones is the same; -1: none surely is. A place in the list says
// nothing: others may be gone, and a new export may have another order.
func pair(known, fresh []File) []int {
	same, used := slices.Repeat([]int{-1}, len(known)), make([]bool, len(fresh))
	for _, like := range likenesses {
		in := places(fresh, like)
		for key, at := range places(known, like) {
			if len(at) != len(in[key]) || len(at) > 1 && !like.repeated {
				continue
			}
			for n, i := range at {
				if j := in[key][n]; same[i] < 0 && !used[j] {
					same[i], used[j] = j, true
				}
			}
		}
	}
	return same
}

func places(files []File, like likeness) map[string][]int {
	at := map[string][]int{}
	for i, f := range files {
		if key, ok := like.of(f); ok {
			at[key] = append(at[key], i)
		}
	}
	return at
}

// object is where a link leads to, without the signature that changes from link to link.
func object(f File) (string, bool) {
	address, _, _ := strings.Cut(f.Link, "?")
	return address, address != ""
}

func givenName(f File) (string, bool) { return f.Name, true }

// source is a name without the time of the export, which the cloud appends to what it knows of the node:
// 054bc9c1f680d55c1f36c006e5a9f67b_errorlog_download_20200515080614589.
func source(f File) (string, bool) {
	parts := stamped.FindStringSubmatch(f.Name)
	if parts == nil {
		return "", false
	}
	return parts[1] + parts[2], true
}

// stamped is a name with a time from year to second, and maybe less, behind a "_".
var stamped = regexp.MustCompile(`^(.+_)20\d\d[01]\d[0-3]\d[0-2]\d[0-5]\d[0-6]\d\d*(\..*)?$`)
