// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
)

// Environment is what surrounds the provider. A zero field means the process's own.
type Environment struct {
	LookupEnv func(string) (string, bool) // has the signature of [os.LookupEnv]
	WorkDir   string                      // searched for clouds.yaml first. Relative paths start there.
	HomeDir   string                      // replaces the user's home directory
}

// get returns a variable's value. An empty variable counts as not set.
func (e Environment) get(name string) string {
	if e.LookupEnv == nil {
		return os.Getenv(name)
	}
	value, _ := e.LookupEnv(name)
	return value
}

// firstSet returns the first variable that is set, or "".
func (e Environment) firstSet(names []string) string {
	for _, name := range names {
		if e.get(name) != "" {
			return name
		}
	}
	return ""
}

// values reads the variables of all attributes.
func (e Environment) values() (Config, error) {
	c := Config{origins: map[string]origin{}}
	for _, a := range Attributes {
		name := e.firstSet(a.Env)
		if name != "" && !a.Set(&c.Values, e.get(name)) {
			takes := "true or false"
			if a.Type() == reflect.TypeFor[*int64]() {
				takes = "a whole number"
			}
			return Config{}, newError(a.Name, "Unable to read "+a.Name, "The environment variable %s is %q. It takes %s.", name, e.get(name), takes)
		}
		c.origins[a.Name] = origin{variable: name}
	}
	return c, nil
}

func (e Environment) home() string {
	if e.HomeDir != "" {
		return e.HomeDir
	}
	home, _ := os.UserHomeDir() // "" if it is not known
	return home
}

// path resolves a path as users write it: "~/" is the home directory.
func (e Environment) path(written string) string {
	if rest, ok := strings.CutPrefix(written, "~/"); ok && e.home() != "" {
		return filepath.Join(e.home(), rest)
	}
	if e.WorkDir != "" && !filepath.IsAbs(written) {
		return filepath.Join(e.WorkDir, written)
	}
	return written
}
