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
	"net/netip"
	"sync"
	"time"
)

// Start listens on 127.0.0.1 on a free port. stop ends it.
func (s *Server) Start() (stop func(), err error) {
	return s.StartAt("127.0.0.1:0")
}

// StartAt listens on a loopback address such as 127.0.0.1:4711. It refuses others, because the simulator's secrets are
// public. stop closes all connections and waits for the end of all requests.
func (s *Server) StartAt(addr string) (stop func(), err error) {
	if parsed, err := netip.ParseAddrPort(addr); err != nil || !parsed.Addr().IsLoopback() {
		return nil, fmt.Errorf("address %q: it must be a loopback address, such as 127.0.0.1:0", addr)
	}
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err // has the address in it
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
	var open sync.RWMutex // each request holds it; stop takes it for good
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !open.TryRLock() {
				panic(http.ErrAbortHandler)
			}
			defer open.RUnlock()
			s.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			panic(fmt.Sprintf("rdssim: %v", err)) // nobody else can close the listener
		}
	})
	return sync.OnceFunc(func() {
		cancel()
		_ = server.Close() // does not wait for requests
		serving.Wait()
		open.Lock()
	}), nil
}

// Transport returns a transport that reaches the server in process: net/http's client and server over net.Pipe. It opens
// no socket, so it works inside testing/synctest bubbles. The server answers for every host.
func (s *Server) Transport() http.RoundTripper {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			_ = (&http.Server{Handler: s}).Serve(&onlyConn{conn: server}) //nolint:gosec // its only client is in the same process
		}()
		return client, nil
	}
	return &http.Transport{
		DialContext: dial, DialTLSContext: dial, // https URLs too, without TLS
		DisableKeepAlives: true, DisableCompression: true, // nothing remains after a request
	}
}

// onlyConn is a listener that accepts one connection and is then closed.
type onlyConn struct{ conn net.Conn }

func (l *onlyConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, http.ErrServerClosed
	}
	conn := l.conn
	l.conn = nil
	return conn, nil
}

func (l *onlyConn) Close() error   { return nil }
func (l *onlyConn) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
