// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rdssim

import (
	"context"
	"net"
	"net/http"
)

// Transport returns a way to the server within the process: net/http's own client and server over net.Pipe. No socket
// is opened, so it works inside testing/synctest bubbles. Whatever host a request names, this server answers.
func (s *Server) Transport() http.RoundTripper {
	dial := func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() { _ = (&http.Server{Handler: s}).Serve(&onlyConn{conn: server}) }()
		return client, nil
	}
	return &http.Transport{
		DialContext: dial, DialTLSContext: dial, // https URLs too, without TLS
		DisableKeepAlives: true, DisableCompression: true, // nothing outlives a request
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
