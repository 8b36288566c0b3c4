// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// NewServer returns what makes the server that speaks Terraform's protocol, for main and for tests.
func NewServer(version string, outside Outside) func() tfprotov6.ProviderServer {
	newProvider := New(version, outside)
	return func() tfprotov6.ProviderServer {
		return &server{frameworkServer: providerserver.NewProtocol6(newProvider())().(frameworkServer)} //nolint:forcetypeassert // the framework's has both
	}
}

type frameworkServer interface {
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
}

// server is the framework's, but that it answers StopProvider only once every action under way has told how it ended.
// What it tells after that is thrown away by terraform-plugin-go v0.31.0, and Terraform takes the silence for
// success: after Ctrl-C it says "Apply complete!", and no log is there.
type server struct {
	frameworkServer
	stopping sync.RWMutex // read-locked by each action under way
}

// InvokeAction invokes an action as the framework does.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.frameworkServer.InvokeAction(ctx, req)
	if err != nil {
		return nil, err
	}
	events := stream.Events
	stream.Events = func(yield func(tfprotov6.InvokeActionEvent) bool) {
		s.stopping.RLock()
		defer s.stopping.RUnlock()
		events(yield)
	}
	return stream, nil
}

// StopProvider asks everything under way to end, and waits for actions.
func (s *server) StopProvider(ctx context.Context, req *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	resp, err := s.frameworkServer.StopProvider(ctx, req)
	s.stopping.Lock()
	defer s.stopping.Unlock()
	return resp, err
}
