// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/instances"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/attribute"
	"github.com/otc-rds/terraform-provider-rds/internal/provider/diagnose"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// client is what every object gets from Configure.
type client struct {
	rds *rds.Client
	// instances finds DB instances by name.
	instances *instances.List
	// project is the name of the project that requests are for, "" if only its ID is configured.
	project string
	// files are options for saving files, without a folder. Their requests go out plain: no token, no signature, no
	// client certificate.
	files download.Options
	// encrypted means that no URL of the configuration begins with http://.
	encrypted bool
	// interrupt ends when a person presses Ctrl-C.
	interrupt context.Context //nolint:containedctx // it is the process's, and outlives every call
}

// interruptible returns a context that ends with Ctrl-C too. Terraform and OpenTofu stop their providers, but not
// while an apply is still planning: they would wait for the end of our wait. A wait or a download leaves nothing half
// done, so it can end at once.
func (c *client) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(c.interrupt, cancel)
	return ctx, func() {
		detach()
		cancel()
	}
}

// newClient puts the layers together: network, transport, identity, RDS. Files behind links go a plain way beside them.
func (p *rdsProvider) newClient(config settings.Config, terraformVersion string) (*client, error) {
	tlsConfig, err := config.TLS()
	if err != nil {
		return nil, err
	}
	userAgent := "terraform-provider-rds/" + p.version + " terraform/" + terraformVersion
	out := transport.New(transport.Options{
		Base:       p.network(tlsConfig),
		MaxRetries: int(*config.MaxRetries),
		MinPause:   p.outside.RetryPause,
		UserAgent:  userAgent,
		Observe:    logRequest,
		Random:     p.outside.Random,
	})
	session := identity.NewSession(config, func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
		return out.Client(transport.Rules{Wrap: wrap, AtMostOnce: config.SpendsPasscode(), Login: true})
	})
	endpoint := func(ctx context.Context) (rds.Endpoint, error) {
		e, err := session.Endpoint(ctx)
		return rds.Endpoint(e), err
	}
	authorized := out.Client(transport.Rules{Wrap: session.Transport, Final: rds.Final})

	api := rds.NewClient(authorized, endpoint, p.outside.Clock, p.outside.Random)
	return &client{
		interrupt: p.outside.Interrupt,
		encrypted: len(config.Unencrypted()) == 0,
		project:   projectName(config),
		rds:       api,
		instances: instances.New(api, endpoint),
		files: download.Options{
			Base:       p.network(plain(tlsConfig)),
			UserAgent:  userAgent,
			MaxRetries: int(*config.MaxRetries),
			MinPause:   p.outside.RetryPause,
			Random:     p.outside.Random,
		},
	}, nil
}

// projectName returns the name of the project behind the endpoint: the agency's if one is assumed. An ID takes precedence
// over a name, which may then be another project's.
func projectName(config settings.Config) string {
	switch {
	case config.AgencyName != "":
		return config.DelegatedProject
	case config.TenantID != "":
		return ""
	default:
		return config.TenantName
	}
}

// plain returns the settings without the client certificate: a credential never goes to a link's host.
func plain(config *tls.Config) *tls.Config {
	config = config.Clone()
	config.Certificates, config.GetClientCertificate = nil, nil
	return config
}

// network returns a new connection pool with these TLS settings, or the tests' network.
func (p *rdsProvider) network(config *tls.Config) http.RoundTripper {
	if p.outside.Network != nil {
		return p.outside.Network
	}
	network := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	network.TLSClientConfig = config
	network.OnProxyConnectResponse = transport.CheckProxy
	network.MaxIdleConnsPerHost = 64  // many objects of one run ask the same host
	network.DisableCompression = true // a file must be saved byte by byte as it is stored, and the API's answers are small
	return network
}

// resolve prepares a request about one DB instance: it sets the ID if a name is configured. The result describes the
// request, or the lookup if that failed. operation is the one in timeouts.
func (c *client) resolve(
	ctx context.Context, t diagnose.Tried, m *attribute.InstanceModel, operation string, timeout time.Duration,
) (diagnose.Tried, error) {
	if !m.InstanceName.IsNull() {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		found, err := c.instances.Find(ctx, m.InstanceName.ValueString())
		if err != nil {
			t = listTried(c, operation)
			t.Unable, t.Argument, t.Lookup = "find DB instance", "instance_name", true
			return t, err
		}
		m.InstanceID = attribute.Link(found.ID)
	}
	t.Instance, t.Name, t.Argument = m.InstanceID.ValueString(), m.InstanceName.ValueString(), m.Argument()
	t.TimeoutName, t.Project = "timeouts."+operation, c.project
	return t, nil
}

// listTried describes a listing for the texts of diagnostics.
func listTried(c *client, operation string) diagnose.Tried {
	return diagnose.Tried{
		Unable:  "list DB instances",
		Request: "list DB instances",
		Page: "https://docs.otc.t-systems.com/relational-database-service/api-ref/api_v3_recommended/" +
			"db_instance_management/querying_db_instances.html",
		Permission:  "rds:instance:list",
		TimeoutName: "timeouts." + operation,
		Project:     c.project,
	}
}

// remaining returns what is left of a timeout that began at a time. It is positive, and exact if next to nothing was done.
func remaining(timeout time.Duration, start time.Time) time.Duration {
	return max(timeout-time.Since(start).Truncate(time.Millisecond), 1)
}

// clientFrom returns the client that Configure made, or nil if it was not called yet: Terraform reads schemas first.
func clientFrom(data any, diags *diag.Diagnostics) *client {
	if data == nil {
		return nil
	}
	c, ok := data.(*client)
	if !ok {
		diags.AddError("Unable to use provider configuration", fmt.Sprintf("This is a bug of the provider: it was handed a %T. Please "+
			"report it.", data))
	}
	return c
}
