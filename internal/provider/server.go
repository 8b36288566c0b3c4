// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns a function that makes servers of Terraform's protocol.
func NewServer(version string, outside Outside) func() tfprotov6.ProviderServer {
	newProvider := New(version, outside)
	calls := outside.Calls
	if calls == nil {
		calls = new(Calls)
	}
	return func() tfprotov6.ProviderServer {
		inner := providerserver.NewProtocol6(newProvider())().(frameworkServer) //nolint:forcetypeassert // the framework's has both
		return &server{frameworkServer: inner, calls: calls}
	}
}

// Calls counts the calls of Terraform that are under way and that may take long. Its zero value is ready.
type Calls struct{ n atomic.Int64 }

// Idle reports whether no call is under way.
func (c *Calls) Idle() bool { return c.n.Load() == 0 }

// begin counts a call until the returned function is called.
func (c *Calls) begin() (end func()) {
	c.n.Add(1)
	return func() { c.n.Add(-1) }
}

type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

// server is the framework's server with four changes. It counts calls. It validates an action before it invokes it. It gives
// the framework a context of which little is left after the call, see [lent]. And it answers StopProvider only after every
// action under way has sent its last event.
//
// terraform-plugin-go v0.31.0 drops that event otherwise: tf6server's InvokeAction ends its loop over the events as soon as
// StopProvider has canceled its context. Terraform takes the silence for success: after Ctrl-C it prints "Apply
// complete!" though no log is there. No upstream issue was found.
type server struct {
	frameworkServer
	calls    *Calls
	stopping sync.RWMutex // read-locked by each action under way
}

// counted makes one call of the framework.
func counted[Request, Response any](
	ctx context.Context, s *server, req Request, call func(context.Context, Request) (Response, error),
) (Response, error) {
	defer s.calls.begin()()
	l := lend(ctx)
	defer l.takeBack()
	return call(l, req)
}

func (s *server) ValidateDataResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest,
) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return counted(ctx, s, req, s.frameworkServer.ValidateDataResourceConfig)
}

func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	return counted(ctx, s, req, s.frameworkServer.ReadDataSource)
}

func (s *server) ValidateEphemeralResourceConfig(
	ctx context.Context, req *tfprotov6.ValidateEphemeralResourceConfigRequest,
) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	return counted(ctx, s, req, s.frameworkServer.ValidateEphemeralResourceConfig)
}

func (s *server) OpenEphemeralResource(
	ctx context.Context, req *tfprotov6.OpenEphemeralResourceRequest,
) (*tfprotov6.OpenEphemeralResourceResponse, error) {
	return counted(ctx, s, req, s.frameworkServer.OpenEphemeralResource)
}

// InvokeAction validates an action and invokes it. Terraform validates an action only while values of variables are unknown,
// unlike a data source (seen with 1.14.9 and 1.15.0), and then passes on any value. An action's work is done while its
// events are read.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	l := lend(ctx)
	valid, err := s.ValidateActionConfig(l, &tfprotov6.ValidateActionConfigRequest{ActionType: req.ActionType, Config: req.Config})
	if err != nil {
		l.takeBack()
		return nil, err
	}
	isError := func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError }
	if slices.ContainsFunc(valid.Diagnostics, isError) {
		l.takeBack()
		refused := tfprotov6.CompletedInvokeActionEventType{Diagnostics: valid.Diagnostics}
		return &tfprotov6.InvokeActionServerStream{Events: slices.Values([]tfprotov6.InvokeActionEvent{{Type: refused}})}, nil
	}
	stream, err := s.frameworkServer.InvokeAction(l, req)
	if err != nil {
		l.takeBack()
		return nil, err
	}
	events := stream.Events
	stream.Events = func(yield func(tfprotov6.InvokeActionEvent) bool) {
		defer s.calls.begin()()
		defer l.takeBack()
		s.stopping.RLock()
		defer s.stopping.RUnlock()
		events(yield)
	}
	return stream, nil
}

// StopProvider interrupts everything under way, and waits for actions.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.frameworkServer.StopProvider(ctx, req)
	s.stopping.Lock()
	defer s.stopping.Unlock()
	return resp, err
}
