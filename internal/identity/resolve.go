// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package identity

import (
	"cmp"
	"fmt"
	"strings"
)

// Resolve completes the configuration of a provider block from the environment
// and, where a cloud is named, from clouds.yaml. No network is used.
//
// A value in the configuration beats one in the environment, which beats one in
// clouds.yaml. That holds for alternatives too: a tenant_name in the provider
// block is not overruled by an OS_TENANT_ID, and a password there not by an
// OS_TOKEN. Within one source an id beats a name, and a token beats AK/SK beats
// a password.
//
// The result holds the defaults (EndpointType, Insecure, AllowReauth and
// MaxRetries are always set) and is ready for [NewSession] and [Config.TLS].
// An error is always a [*ConfigError].
func Resolve(configured Config, env Environment) (Config, error) {
	c := configured
	fromEnv, err := env.config()
	if err != nil {
		return Config{}, err
	}
	c.fill(fromEnv)

	var entry cloudEntry
	// Of a project that a stronger source replaced, the name may still tell the
	// region.
	replaced := []string{fromEnv.TenantName}
	if c.Cloud != "" {
		if entry, err = loadCloud(c.Cloud, env); err != nil {
			return Config{}, err
		}
		replaced = append(replaced, entry.config.TenantName)
		c.fill(entry.config)
	}

	c.defaults()
	for _, path := range []*string{&c.CACertFile, &c.Cert, &c.Key} {
		if *path != "" && !isPEM(*path) {
			*path = env.path(*path)
		}
	}
	c.trim()
	from := sources{configured: configured, env: env, entry: entry}
	if err := c.locate(entry.profile, replaced); err != nil {
		return Config{}, from.explain(err, c)
	}
	if err := c.check(); err != nil {
		return Config{}, from.explain(err, c)
	}
	c.settle()
	c.source = from.credential(c)
	return c, nil
}

// fill takes over what is not set yet from a weaker source.
func (c *Config) fill(weaker Config) {
	weaker.giveWay(*c)
	for _, v := range Variables {
		if _, set := v.get(*c); set {
			continue
		}
		switch {
		case v.text != nil:
			*v.text(c) = *v.text(&weaker)
		case v.flag != nil:
			*v.flag(c) = *v.flag(&weaker)
		default:
			*v.number(c) = *v.number(&weaker)
		}
	}
}

// giveWay drops the values that would overrule something which a stronger source
// has said in other words.
func (c *Config) giveWay(stronger Config) {
	if stronger.UserName != "" || stronger.UserID != "" {
		c.UserName, c.UserID = "", ""
	}
	if stronger.TenantName != "" || stronger.TenantID != "" {
		c.TenantName, c.TenantID = "", ""
	}
	if stronger.DomainName != "" || stronger.DomainID != "" {
		c.DomainName, c.DomainID = "", ""
	}
	switch stronger.kind() {
	case kindPassword:
		if stronger.Password == "" {
			return // a passcode that lies about chooses no kind of credential
		}
		c.Token, c.AccessKey, c.SecretKey, c.SecurityToken = "", "", "", ""
	case kindAKSK:
		c.Token = ""
		if stronger.AccessKey != "" && stronger.SecretKey != "" && c.AccessKey != "" && c.AccessKey != stronger.AccessKey {
			c.SecurityToken = "" // it belongs to another key
		}
	case kindToken, kindNone: // nothing weaker would win
	}
}

func (c *Config) defaults() {
	if c.EndpointType == "" {
		c.EndpointType = "public"
	}
	c.EndpointType = strings.TrimSuffix(c.EndpointType, "URL")
	if c.Insecure == nil {
		c.Insecure = new(bool)
	}
	if c.AllowReauth == nil {
		allow := true
		c.AllowReauth = &allow
	}
	if c.MaxRetries == nil {
		retries := int64(DefaultMaxRetries)
		c.MaxRetries = &retries
	}
}

// trim takes blanks off addresses, which come with them from files and pasted text.
func (c *Config) trim() {
	c.AuthURL, c.Endpoint = strings.TrimSpace(c.AuthURL), strings.TrimSpace(c.Endpoint)
}

// locate finds region and auth_url, each from the other where only one is known.
func (c *Config) locate(profile string, replaced []string) error {
	if c.Region == "" {
		project := c.TenantName
		if c.hasAgency() {
			project = c.DelegatedProject
		}
		c.Region = regionOfProject(project)
	}
	c.fillTemplate(profile, replaced)
	if c.AuthURL == "" && c.needsIAM() {
		for _, name := range replaced {
			c.Region = cmp.Or(c.Region, regionOfProject(name))
		}
	}
	if c.AuthURL == "" && c.Region != "" {
		known, ok := authURLOf(c.Region)
		switch {
		case ok:
			c.AuthURL = known
		case profile == otcProfile && regionShape.MatchString(c.Region):
			c.AuthURL = fmt.Sprintf(otcAuthURL, c.Region)
		case c.needsIAM():
			return &ConfigError{
				Attribute: "region",
				Summary:   "Unable to find the identity service",
				Detail: fmt.Sprintf("The address of the identity service in region %q is not known. Known are %s. "+
					"For another region set auth_url (OS_AUTH_URL).", c.Region, knownRegionNames()),
			}
		}
	}
	if c.Region == "" {
		c.Region = regionOfURL(c.AuthURL)
	}
	if c.Region == "" {
		c.Region = regionOfURL(c.Endpoint)
	}
	return nil
}

// fillTemplate puts the region into a vendor file's auth_url. Where that is not known, or is better known, it stays
// empty.
func (c *Config) fillTemplate(profile string, replaced []string) {
	const template = "{region_name}"
	if !strings.Contains(c.AuthURL, template) {
		return
	}
	region := c.Region
	for _, name := range replaced {
		region = cmp.Or(region, regionOfProject(name))
	}
	if _, known := authURLOf(region); region == "" || profile == otcProfile && known {
		c.AuthURL = ""
		return
	}
	c.AuthURL = strings.ReplaceAll(c.AuthURL, template, region)
}

// settle leaves one answer where two were given.
func (c *Config) settle() {
	if c.UserID != "" {
		c.UserName = ""
	}
	if c.DomainID != "" {
		c.DomainName = ""
	}
	if c.TenantID == "" && c.TenantName == "" && !c.hasAgency() {
		c.TenantID = projectInURL(c.Endpoint)
	}
	if c.TenantID != "" {
		c.TenantName = ""
	}
}
