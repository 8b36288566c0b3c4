// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package transport_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reply answers one attempt.
type reply func(*http.Request) (*http.Response, error)

// network is a Base that answers the nth attempt with its nth reply, the last one for ever, and keeps when each
// attempt came.
type network struct {
	replies []reply

	mu     sync.Mutex
	start  time.Time
	times  []time.Duration
	bodies []string
	hosts  []string
}

func newNetwork(replies ...reply) *network { return &network{replies: replies, start: time.Now()} }

func (n *network) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		_ = req.Body.Close()
	}
	n.mu.Lock()
	n.times = append(n.times, time.Since(n.start))
	n.bodies = append(n.bodies, string(body))
	n.hosts = append(n.hosts, req.URL.Host)
	answer := n.replies[min(len(n.times), len(n.replies))-1]
	n.mu.Unlock()
	return answer(req)
}

// attempts are the moments of the attempts so far, in order.
func (n *network) attempts() []time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.times)
}

// answering replies with a status, a body, and headers in pairs.
func answering(status int, body string, headers ...string) reply {
	return func(req *http.Request) (*http.Response, error) {
		resp := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: req}
		for pair := range slices.Chunk(headers, 2) {
			resp.Header.Set(pair[0], pair[1])
		}
		return resp, nil
	}
}

// breaks answers with an error in place of a response.
func breaks(err error) reply {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs never answers.
func hangs(req *http.Request) (*http.Response, error) {
	<-req.Context().Done()
	return nil, req.Context().Err()
}

// stalls sends the head of an answer and the first byte of its body, and no more.
func stalls(req *http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader("{"), hangingReader{req.Context()})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), Request: req}, nil
}

type hangingReader struct{ ctx context.Context }

func (r hangingReader) Read([]byte) (int, error) {
	<-r.ctx.Done()
	return 0, r.ctx.Err()
}

// half sends an answer that breaks off.
func half(req *http.Request) (*http.Response, error) {
	body := io.MultiReader(strings.NewReader(`{"status":"fin`), brokenReader{})
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), Request: req}, nil
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// exact makes every pause exact: nothing is random.
func exact(base http.RoundTripper, retries int) transport.Options {
	return transport.Options{Base: base, MaxRetries: retries, Random: func() float64 { return 0 }}
}

// outcome is what a caller sees of a request.
type outcome struct {
	Status int
	Body   string
	Err    error
	After  time.Duration
}

// post sends what an RDS request looks like.
func post(ctx context.Context, client *http.Client) outcome {
	start := time.Now()
	req, err := http.NewRequestWithContext(
		ctx, http.MethodPost, "https://rds.example.com/v3/p1/instances/i1/errorlog-download", strings.NewReader("{}"),
	)
	if err != nil {
		return outcome{Err: err}
	}
	req.Header.Set("X-Auth-Token", secret)
	return send(start, client, req)
}

func send(start time.Time, client *http.Client, req *http.Request) outcome {
	resp, err := client.Do(req)
	if err != nil {
		return outcome{Err: err, After: time.Since(start)}
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	return outcome{Status: resp.StatusCode, Body: string(body), Err: err, After: time.Since(start)}
}

const secret = "tok-5ecret"

// seconds makes moments readable in a table.
func seconds(at ...float64) []time.Duration {
	var times []time.Duration
	for _, s := range at {
		times = append(times, time.Duration(s*float64(time.Second)))
	}
	return times
}

// isOne returns a check that an error is, or wraps, the target.
func isOne(target error) func(error) string {
	return func(err error) string {
		if !errors.Is(err, target) {
			return fmt.Sprintf("got %v, want %v", err, target)
		}
		return ""
	}
}

// pause lets a server take its time.
func pause(req *http.Request, s float64) error {
	select {
	case <-req.Context().Done():
		return req.Context().Err()
	case <-time.After(seconds(s)[0]):
		return nil
	}
}
