// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Start listens on 127.0.0.1, on a port that is free, and returns what ends it.
func (s *Server) Start() (stop func(), err error) {
	return s.StartAt("127.0.0.1:0")
}

// StartAt listens on an address such as 127.0.0.1:4711. Any host but a loopback address is refused: the simulator's
// secrets are public. stop closes all connections and returns once all requests have ended.
func (s *Server) StartAt(addr string) (stop func(), err error) {
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err // it names the address
	}
	scheme := "http://"
	base := listener.Addr().String()
	if s.options.tls != nil {
		scheme = "https://"
		listener = tls.NewListener(listener, s.options.tls)
	}
	s.mu.Lock()
	s.url = scheme + base
	s.mu.Unlock()

	ctx, cancel := context.WithCancel(context.Background())
	open := &openRequests{next: s}
	server := &http.Server{
		Handler:           open,
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("rdssim: %v", err)) // the listener is ours alone
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		open.end()
		_ = server.Close()
		serving.Wait()
		open.running.Wait()
	}), nil
}

func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("address %q: only a loopback address, such as 127.0.0.1:0, is listened on", addr)
	}
	return nil
}

// openRequests counts the requests that are being answered, so that stop can wait for them: http.Server.Close does not.
type openRequests struct {
	next    http.Handler
	mu      sync.Mutex
	ended   bool
	running sync.WaitGroup
}

func (o *openRequests) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = true
}

func (o *openRequests) begin() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended {
		return false
	}
	o.running.Add(1)
	return true
}

// ServeHTTP answers until the end.
func (o *openRequests) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !o.begin() {
		panic(http.ErrAbortHandler)
	}
	defer o.running.Done()
	o.next.ServeHTTP(w, r)
}
