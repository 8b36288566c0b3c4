// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// loadCloud reads an entry of clouds.yaml, its gaps filled from secure.yaml
// beside it and from the vendor file.
func loadCloud(name string, env Environment) (cloudEntry, error) {
	clouds, found, err := openFirst(env.candidates("clouds", "OS_CLIENT_CONFIG_FILE"), "clouds")
	if err != nil {
		return cloudEntry{}, err
	}
	if !found {
		return cloudEntry{}, noCloudsFile(name, env)
	}
	entry, inClouds, err := clouds.entry(name)
	if err != nil {
		return cloudEntry{}, err
	}

	secure, found, err := openFirst(env.besides(clouds.path), "clouds")
	if err != nil {
		return cloudEntry{}, err
	}
	if path := env.get("OS_CLIENT_SECURE_FILE"); path != "" && !found {
		return cloudEntry{}, noSuchFile("OS_CLIENT_SECURE_FILE", env.path(path))
	}
	secrets, inSecure, err := secure.entry(name)
	if err != nil {
		return cloudEntry{}, err
	}
	if !inClouds && !inSecure {
		return cloudEntry{}, noSuchCloud(name, clouds)
	}
	if entry.from == nil { // it stands in secure.yaml alone
		entry.from = map[string]string{}
	}
	entry.fill(secrets)
	if entry, err = fromVendor(entry, env); err != nil {
		return cloudEntry{}, err
	}
	entry.obeyAuthType()
	return entry, nil
}

// fill takes over what the entry does not say. Unlike between the provider block
// and the environment, the two files are one source: neither gives way.
func (e *cloudEntry) fill(gaps cloudEntry) {
	for _, v := range Variables {
		if _, set := v.get(e.config); set {
			continue
		}
		if text, set := v.get(gaps.config); set {
			// A text that was read from a field can be read into it again.
			_ = v.set(&e.config, text, "")
			e.from[v.Attribute] = gaps.from[v.Attribute]
		}
	}
	e.profile = cmp.Or(e.profile, gaps.profile)
	e.authType = cmp.Or(e.authType, gaps.authType)
	e.found = append(e.found, gaps.found...)
}

// fromVendor fills gaps from the entry of clouds-public.yaml that the profile
// names. Not to have such a file is no fault: the profile otc needs none.
func fromVendor(entry cloudEntry, env Environment) (cloudEntry, error) {
	if entry.profile == "" {
		return entry, nil
	}
	vendor, _, err := openFirst(env.candidates("clouds-public", "OS_CLIENT_VENDOR_FILE"), "public-clouds")
	if err != nil {
		return cloudEntry{}, err
	}
	defaults, _, err := vendor.entry(entry.profile)
	if err != nil {
		return cloudEntry{}, err
	}
	defaults.found = nil // not the user's own
	entry.fill(defaults)
	return entry, nil
}

// candidates lists where a file may stand: only where the variable says, if it
// is set, else in the usual folders of OpenStack's programs.
func (e Environment) candidates(name, variable string) []string {
	if path := e.get(variable); path != "" {
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
		paths = append(paths, filepath.Join(folder, name+".yaml"), filepath.Join(folder, name+".yml"))
	}
	return paths
}

// besides lists where the file with the secrets of a clouds.yaml may stand.
func (e Environment) besides(clouds string) []string {
	if path := e.get("OS_CLIENT_SECURE_FILE"); path != "" {
		return []string{e.path(path)}
	}
	folder := filepath.Dir(clouds)
	return []string{filepath.Join(folder, "secure.yaml"), filepath.Join(folder, "secure.yml")}
}

// openFirst parses the first file that is there. A file that is there but cannot
// be read is an error: to go on with another would use the wrong account.
func openFirst(paths []string, top string) (file yamlFile, found bool, err error) {
	for _, path := range paths {
		f, err := os.Open(path) //nolint:gosec // where the user says, or where OpenStack's programs look
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return yamlFile{}, false, brokenFile(path, 0, "cannot be opened: "+reason(err))
		}
		file, err := parseYAML(f, path, top)
		_ = f.Close() // it was only read
		return file, err == nil, err
	}
	return yamlFile{}, false, nil
}

// reason is why a file could not be opened or read, without its path, which the texts around it name.
func reason(err error) string {
	if pathErr := (*fs.PathError)(nil); errors.As(err, &pathErr) {
		return pathErr.Err.Error()
	}
	return err.Error()
}

func noCloudsFile(cloud string, env Environment) error {
	if path := env.get("OS_CLIENT_CONFIG_FILE"); path != "" {
		return noSuchFile("OS_CLIENT_CONFIG_FILE", env.path(path))
	}
	var list strings.Builder
	for _, path := range env.candidates("clouds", "OS_CLIENT_CONFIG_FILE") {
		if strings.HasSuffix(path, ".yaml") {
			list.WriteString("\n  " + path)
		}
	}
	return &ConfigError{
		Attribute: "cloud", Summary: "Unable to find clouds.yaml",
		Detail: fmt.Sprintf("cloud (OS_CLOUD) is %q, but no file that could describe it is there:\n%s\n\n"+
			"Create one, or set OS_CLIENT_CONFIG_FILE to the path of another.", cloud, list.String()),
	}
}

func noSuchFile(variable, path string) error {
	return &ConfigError{
		Attribute: "cloud", Summary: "Unable to find clouds.yaml",
		Detail: fmt.Sprintf("%s says %s, but there is no such file.", variable, path),
	}
}

func noSuchCloud(name string, clouds yamlFile) error {
	detail := fmt.Sprintf("%s has no entry %q. It has no entries at all below the key clouds.", clouds.path, name)
	if names := clouds.names(); len(names) > 0 {
		detail = fmt.Sprintf("%s has no entry %q. It has: %s.", clouds.path, name, strings.Join(names, ", "))
	}
	return &ConfigError{Attribute: "cloud", Summary: "Unable to find the cloud", Detail: detail}
}
