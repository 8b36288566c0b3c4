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
	clouds, found, err := openFirst(e.cloudsPaths())
	if err != nil {
		return cloudEntry{}, err
	}
	if !found {
		return cloudEntry{}, e.noCloudsFile(name)
	}
	entry, inClouds, err := clouds.entry(name)
	if err != nil {
		return cloudEntry{}, err
	}
	secure, found, err := openFirst(e.securePaths(clouds.path))
	if err != nil {
		return cloudEntry{}, err
	}
	if path := e.get(secureFile); path != "" && !found {
		return cloudEntry{}, noSuchFile(secureFile, e.path(path))
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

// cloudsPaths lists the places of clouds.yaml: the one that the variable names, or the usual ones of OpenStack's
// programs.
func (e Environment) cloudsPaths() []string {
	if path := e.get(configFile); path != "" {
		return []string{e.path(path)}
	}
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

// securePaths lists the places of the file with secrets.
func (e Environment) securePaths(clouds string) []string {
	if path := e.get(secureFile); path != "" {
		return []string{e.path(path)}
	}
	folder := filepath.Dir(clouds)
	return []string{filepath.Join(folder, "secure.yaml"), filepath.Join(folder, "secure.yml")}
}

// openFirst parses the first file that exists. If it cannot be read, that is an error: the next file may be for another
// account.
func openFirst(paths []string) (file cloudsFile, found bool, err error) {
	for _, path := range paths {
		text, err := os.ReadFile(path) //nolint:gosec // named by the user, or a usual place
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return cloudsFile{}, false, brokenFile(path, 0, "cannot be read: "+reason(err))
		}
		file, err := parseClouds(text, path)
		return file, err == nil, err
	}
	return cloudsFile{}, false, nil
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
	file, found, err := openFirst(e.cloudsPaths())
	if err != nil || !found || len(file.Clouds) == 0 {
		return ""
	}
	return fmt.Sprintf("\n\n%s is here and has: %s. To use an entry, set %s to its name.", file.path, file.names(), Named("cloud"))
}

func (f cloudsFile) names() string {
	return strings.Join(slices.Sorted(maps.Keys(f.Clouds)), ", ")
}

func (e Environment) noCloudsFile(cloud string) error {
	if path := e.get(configFile); path != "" {
		return noSuchFile(configFile, e.path(path))
	}
	var list strings.Builder
	for _, path := range e.cloudsPaths() {
		if strings.HasSuffix(path, ".yaml") {
			list.WriteString("\n  " + path)
		}
	}
	return newError("cloud", "Unable to find clouds.yaml", "cloud (OS_CLOUD) is %q, but none of these files exists:\n%s\n\n"+
		"Create one of them, or set %s to the path of another.", cloud, list.String(), configFile)
}

func noSuchFile(variable, path string) error {
	return newError("cloud", "Unable to find clouds.yaml", "%s is %s, but this file does not exist.", variable, path)
}

func noSuchCloud(name string, clouds cloudsFile) error {
	has := "There is no entry at all below its key clouds."
	if len(clouds.Clouds) > 0 {
		has = "It has: " + clouds.names() + "."
	}
	return newError("cloud", "Unable to find the cloud", "%s has no entry %q. %s", clouds.path, name, has)
}
