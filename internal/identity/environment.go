// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"os"
	"path/filepath"
	"strings"
)

// Environment is what surrounds the provider: variables and the places where
// clouds.yaml may stand. Each field left zero means the process's own.
type Environment struct {
	// LookupEnv has the signature of [os.LookupEnv].
	LookupEnv func(string) (string, bool)
	// WorkDir is searched for clouds.yaml first; relative paths start there.
	WorkDir string
	// HomeDir replaces the user's home directory.
	HomeDir string
}

// get returns a variable's value. A variable that is set to nothing counts as
// not set, as in a shell's ${NAME:-default}.
func (e Environment) get(name string) string {
	lookup := e.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value, _ := lookup(name)
	return value
}

func (e Environment) home() string {
	if e.HomeDir != "" {
		return e.HomeDir
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return home
}

// path makes a path as a user writes it usable: "~/" is the home directory, and
// a relative path starts at WorkDir.
func (e Environment) path(written string) string {
	if rest, ok := strings.CutPrefix(written, "~/"); ok && e.home() != "" {
		return filepath.Join(e.home(), rest)
	}
	if e.WorkDir != "" && !filepath.IsAbs(written) {
		return filepath.Join(e.WorkDir, written)
	}
	return written
}

// config reads the variables of all attributes.
func (e Environment) config() (Config, error) {
	var c Config
	for _, v := range Variables {
		name := e.firstSet(v.Env)
		if name == "" {
			continue
		}
		if err := v.set(&c, e.get(name), "environment variable "+name); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

// firstSet is the first of some variables that is set, or "".
func (e Environment) firstSet(names []string) string {
	for _, name := range names {
		if e.get(name) != "" {
			return name
		}
	}
	return ""
}
