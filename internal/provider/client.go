// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/tls"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/otc-rds/terraform-provider-rds/internal/download"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// client is what every object gets from Configure.
type client struct {
	rds *rds.Client
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

// interruptible returns a context that ends with Ctrl-C too. Terraform and OpenTofu tell their providers to stop, but
// not while an apply is still planning: then they would wait for the end of our wait. Nothing is half done when a
// wait or a download ends, so there is no reason to let a person wait.
func (c *client) interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	detach := context.AfterFunc(c.interrupt, cancel)
	return ctx, func() {
		detach()
		cancel()
	}
}

// newClient puts the layers together: network, transport, identity, RDS; and, beside them, the plain way to the files
// behind links.
func (p *rdsProvider) newClient(config identity.Config, terraformVersion string) (*client, error) {
	settings, err := config.TLS()
	if err != nil {
		return nil, err
	}
	userAgent := "terraform-provider-rds/" + p.version + " terraform/" + terraformVersion
	out := transport.New(transport.Options{
		Base:       p.network(settings),
		MaxRetries: int(*config.MaxRetries),
		MinPause:   p.outside.RetryPause,
		UserAgent:  userAgent,
		Observe:    logRequest,
		Random:     p.outside.Random,
	})
	session := identity.NewSession(config, func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
		return out.Client(transport.Rules{Wrap: wrap, AtMostOnce: config.SpendsPasscode()})
	})
	endpoint := func(ctx context.Context) (rds.Endpoint, error) {
		e, err := session.Endpoint(ctx)
		return rds.Endpoint(e), err
	}
	authorized := out.Client(transport.Rules{Wrap: session.Transport, Final: rds.Final})

	return &client{
		interrupt: p.outside.Interrupt,
		encrypted: len(config.Unencrypted()) == 0,
		project:   projectName(config),
		rds:       rds.NewClient(authorized, endpoint, p.outside.Clock, p.outside.Random),
		files: download.Options{
			Base:       p.network(plain(settings)),
			UserAgent:  userAgent,
			MaxRetries: int(*config.MaxRetries),
			MinPause:   p.outside.RetryPause,
			Random:     p.outside.Random,
		},
	}, nil
}

// projectName returns the name of the project behind the endpoint: the agency's if one is assumed. An ID takes precedence
// over a name, which may then be another project's.
func projectName(config identity.Config) string {
	switch {
	case config.AgencyName != "":
		return config.DelegatedProject
	case config.TenantID != "":
		return ""
	default:
		return config.TenantName
	}
}

// plain trusts the same servers and shows no certificate of the client's: a credential never goes to a link's host.
func plain(settings *tls.Config) *tls.Config {
	settings = settings.Clone()
	settings.Certificates, settings.GetClientCertificate = nil, nil
	return settings
}

// network is a connection pool of its own with these TLS settings, or the tests' network.
func (p *rdsProvider) network(settings *tls.Config) http.RoundTripper {
	if p.outside.Network != nil {
		return p.outside.Network
	}
	network := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http documents the type
	network.TLSClientConfig = settings
	network.OnProxyConnectResponse = transport.CheckProxy
	network.MaxIdleConnsPerHost = 64  // many objects of one run ask the same host
	network.DisableCompression = true // a file's bytes are the object's own, and the API's answers are small
	return network
}

// clientFrom takes an object's client out of what Configure gave. Terraform asks for schemas before it configures:
// then there is none yet.
func clientFrom(data any, diags *diag.Diagnostics) *client {
	if data == nil {
		return nil
	}
	c, ok := data.(*client)
	if !ok {
		diags.AddError("Unable to use provider configuration", fmt.Sprintf("This is a bug of the provider: it was handed a %T. Please report it.", data))
	}
	return c
}
