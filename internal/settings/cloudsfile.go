// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const (
	configFile = "OS_CLIENT_CONFIG_FILE"
	secureFile = "OS_CLIENT_SECURE_FILE"
)

// loadCloud reads an entry of clouds.yaml. secure.yaml beside it fills gaps.
func (e Environment) loadCloud(name string) (cloudEntry, error) {
	clouds, err := e.open(configFile, e.usualPaths())
	if err != nil {
		return cloudEntry{}, err
	}
	if clouds.path == "" {
		return cloudEntry{}, e.noCloudsFile(name)
	}
	entry, inClouds, err := clouds.entry(name)
	if err != nil {
		return cloudEntry{}, err
	}
	folder := filepath.Dir(clouds.path)
	secure, err := e.open(secureFile, []string{filepath.Join(folder, "secure.yaml"), filepath.Join(folder, "secure.yml")})
	if err != nil {
		return cloudEntry{}, err
	}
	secrets, inSecure, err := secure.entry(name)
	switch {
	case err != nil:
		return cloudEntry{}, err
	case !inClouds && !inSecure:
		return cloudEntry{}, noSuchCloud(name, clouds)
	case !inClouds:
		entry = secrets
	default:
		entry.fillFrom(secrets)
	}
	entry.obeyAuthType()
	return entry, nil
}

// usualPaths lists the places in which OpenStack's programs look for clouds.yaml.
func (e Environment) usualPaths() []string {
	folders := []string{e.path(".")}
	if folder := e.get("XDG_CONFIG_HOME"); filepath.IsAbs(folder) {
		folders = append(folders, filepath.Join(folder, "openstack"))
	}
	if home := e.home(); home != "" {
		folders = append(folders, filepath.Join(home, ".config", "openstack"))
	}
	folders = append(folders, "/etc/openstack")
	var paths []string
	for _, folder := range folders {
		paths = append(paths, filepath.Join(folder, "clouds.yaml"), filepath.Join(folder, "clouds.yml"))
	}
	return paths
}

// open reads the file that a variable names, or else the first usual one that exists; there may be none. A file that
// cannot be read is an error: the next one may be for another account.
func (e Environment) open(variable string, usual []string) (cloudsFile, error) {
	paths, named := usual, e.get(variable)
	if named != "" {
		paths = []string{e.path(named)}
	}
	for _, path := range paths {
		text, err := readFile(path)
		if err == nil {
			return parseClouds(text, path)
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return cloudsFile{}, brokenFile(path, 0, "cannot be read: "+reason(err))
		}
	}
	if named != "" {
		return cloudsFile{}, newError("cloud", "Unable to find clouds.yaml", "%s is %s, but this file does not exist.", variable, paths[0])
	}
	return cloudsFile{}, nil
}

// readFile reads a file that the user names, or one in a usual place. Something else at its path, such as a pipe, may have
// no end.
func readFile(path string) ([]byte, error) {
	const most = 4 << 20 // far above a file with all certificate authorities
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() && !info.IsDir():
		return nil, errors.New("it is not a regular file")
	case info.Size() > most:
		return nil, errors.New("it is larger than 4 MiB")
	}
	return os.ReadFile(path) //nolint:gosec // see above
}

// reason returns why a file cannot be read, without its path.
func reason(err error) string {
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		return pathErr.Err.Error()
	}
	return err.Error()
}

// offer names a clouds.yaml that nobody asked for, with its entries, or is "".
func (e Environment) offer() string {
	file, err := e.open(configFile, e.usualPaths())
	if err != nil || len(file.Clouds) == 0 {
		return ""
	}
	return fmt.Sprintf("\n\n%s is here and has: %s. To use an entry, set %s to its name.", file.path, file.names(), Named("cloud"))
}

func (f cloudsFile) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f.Clouds)), ", ")
}

func (e Environment) noCloudsFile(cloud string) error {
	var list strings.Builder
	for _, path := range e.usualPaths() {
		if strings.HasSuffix(path, ".yaml") {
			list.WriteString("\n  " + path)
		}
	}
	return newError("cloud", "Unable to find clouds.yaml", "cloud (OS_CLOUD) is %q, but none of these files exists:\n%s\n\n"+
		"Create one of them, or set %s to the path of another.", cloud, list.String(), configFile)
}

func noSuchCloud(name string, clouds cloudsFile) error {
	has := "There is no entry at all below its key clouds."
	if len(clouds.Clouds) > 0 {
		has = "It has: " + clouds.names() + "."
	}
	return newError("cloud", "Unable to find the cloud", "%s has no entry %q. %s", clouds.path, name, has)
}
