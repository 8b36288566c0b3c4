// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	configured "github.com/otc-rds/terraform-provider-rds/internal/settings"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// walk asks a cloud, step by step, and keeps a record. It judges nothing. All is in one goroutine.
type walk struct {
	outside
	id       string // of the instance
	patient  bool
	timeout  time.Duration // of an export
	config   configured.Config
	endpoint identity.Endpoint
	clients  map[string]*http.Client
	known    map[string]string // values for the texts of steps
	current  exchange
	all      []exchange // in order
	secrets  []string   // the caller's, and those that the cloud handed out
}

// exchange is one request and its answer, as they were on the wire.
type exchange struct {
	step, as string // as: see step; empty for what the session asks by itself
	request  *http.Request
	status   int    // 0: there was no answer
	fault    string // the reason for that
	header   http.Header
	body     []byte
	json     any       // the body, decoded; nil if it is not JSON
	at       time.Time // when the answer was complete, by the clock of this machine
}

// recorder is below everything that adds a credential or judges an answer.
type recorder struct {
	*walk
	next http.RoundTripper
	as   string
}

// RoundTrip implements http.RoundTripper.
func (r recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(resp.Body) // it is in memory
	resp.Body = io.NopCloser(bytes.NewReader(body))
	e := exchange{as: r.as, request: req, status: resp.StatusCode, header: resp.Header.Clone(), body: body, at: time.Now()}
	_ = json.Unmarshal(body, &e.json)
	if r.as != "" {
		if e.step = r.current.step; e.step == errorExport || e.step == slowExport {
			e.step += r.phase(e)
		}
		r.current = e
	}
	r.learn(&e)
	r.all = append(r.all, e)
	return resp, nil
}

// phase returns when an answer about an export came.
func (w *walk) phase(e exchange) string {
	switch {
	case e.status != http.StatusOK || e.foreign() || e.json == nil:
		return " refused"
	case !e.ended():
		return ": working"
	case len(w.of(w.current.step+": ended")) > 0:
		return ": again"
	}
	return ": ended"
}

// learn takes secrets, and values for later steps, from an answer. It names what the session asks of IAM.
func (w *walk) learn(e *exchange) {
	address, sent, full := e.request.URL, e.request.Header, text(e.json, "instances.*.name")
	iam, isLogin := strings.CutSuffix(address.Scheme+"://"+address.Host+address.Path, "/auth/tokens")
	token := cmp.Or(e.header.Get("X-Subject-Token"), sent.Get("X-Subject-Token"))
	w.hide(token)
	switch {
	case w.current.step == "" && isLogin && e.good(): // the last one before the walk counts
		e.step, w.known["iam"], w.known["token"] = "login", iam, token
		w.known["home"], w.known["project"] = text(e.json, "token.user.domain.id"), text(e.json, "token.project.name")
	case w.current.step == "" && sent.Get("Authorization") != "" && sent.Get("X-Project-Id") != "":
		e.step, w.known["signed project"] = "signed catalogue", sent.Get("X-Project-Id")
	case e.step == "the instance by its ID" && len(full) > 2:
		w.known["name"], w.known["part of the name"] = url.QueryEscape(full), url.QueryEscape(full[1:])
	case e.step == "link":
		w.known["tag"] = e.header.Get("Etag")
	}
	name, _, _ := strings.Cut(e.step, ":")
	for _, v := range find(e.json, "list.*") {
		if e.ended() {
			w.known[name+" task"] = text(v, "workflow_id")
		}
		address := text(v, "file_link")
		w.hide(address)
		if !strings.Contains(address, "://") {
			address = "https://" + address
		}
		link, err := url.Parse(address)
		if err != nil || link.Host == "" {
			continue
		}
		w.hide(link.RawQuery)
		query := link.Query()
		for _, values := range query {
			if len(values[0]) >= 16 { // shorter ones are numbers and words
				w.hide(values[0], url.QueryEscape(values[0]))
			}
		}
		query.Set("Signature", base64.StdEncoding.EncodeToString(make([]byte, 20)))
		link.RawQuery = query.Encode()
		w.known[name+" link"], w.known[name+" forgery"], w.known[name+" size"] = address, link.String(), write(find(v, "file_size")[0])
	}
}

// hide adds secrets. A shorter one than 4 bytes is part of usual words.
func (w *walk) hide(secrets ...string) {
	w.secrets = append(w.secrets, slices.DeleteFunc(secrets, func(secret string) bool { return len(secret) < 4 })...)
}

// safe returns a text that can be shown: one line without secrets.
func (w *walk) safe(text string) string {
	return apierror.Printable(identity.Conceal(text, w.secrets))
}

// show returns an answer's status, code and message, or why there is none.
func (w *walk) show(e exchange) string {
	if e.status == 0 || e.good() && !e.foreign() {
		return cmp.Or(e.fault, strconv.Itoa(e.status))
	}
	r := apierror.Parse(e.status, e.header, []byte(identity.Conceal(string(e.body), w.secrets)))
	shown := strings.TrimSuffix(strings.Join(strings.Fields(fmt.Sprint(e.status, " ", r.Code, " ", r.Message)), " "), ".")
	if e.foreign() {
		return "the cloud answered " + shown
	}
	return shown
}

// of returns the exchanges of a step, in all its phases, or all that the API answered.
func (w *walk) of(step string) []exchange {
	return slices.DeleteFunc(slices.Clone(w.all), func(e exchange) bool {
		return e.step != step && !strings.HasPrefix(e.step, step+":") && (step != api || e.as == files || e.foreign())
	})
}

func (e exchange) date() time.Time {
	date, _ := http.ParseTime(e.header.Get("Date"))
	return date
}

func (e exchange) good() bool { return e.status >= 200 && e.status <= 299 }

// foreign reports whether an answer is not the API's: something is out of order, wants to be left alone, or is between.
func (e exchange) foreign() bool {
	return e.status < 200 || e.status >= 300 && e.status <= 399 || e.status == http.StatusTooManyRequests ||
		e.status >= http.StatusInternalServerError || e.status == http.StatusOK && apierror.IsHTML(e.body)
}

// ended reports whether an export is done.
func (e exchange) ended() bool {
	status := strings.ToUpper(text(e.json, "status"))
	return e.status == http.StatusOK && (status == "FINISH" || status == "FAILED")
}

// names returns the names of an export's files, as JSON.
func (e exchange) names() string { return write(find(e.json, "list.*.file_name")) }

// find returns the parts of decoded JSON at a path such as list.*.status, or instances.*type=Replica.id. A field that is
// not there is nil.
func find(v any, path string) []any {
	name, rest, more := strings.Cut(path, ".")
	fields, _ := v.(map[string]any)
	found := []any{fields[name]}
	if filter, isList := strings.CutPrefix(name, "*"); isList {
		list, _ := v.([]any)
		field, value, _ := strings.Cut(filter, "=")
		found = slices.DeleteFunc(slices.Clone(list), func(v any) bool { return text(v, field) != value && filter != "" })
	}
	if !more {
		return found
	}
	var all []any
	for _, part := range found {
		all = append(all, find(part, rest)...)
	}
	return all
}

// text returns the first part at a path if it is a string.
func text(v any, path string) string {
	first, _ := append(find(v, path), nil)[0].(string)
	return first
}

// write returns JSON.
func write(v any) string {
	body, _ := json.Marshal(v) // never fails: it was decoded from JSON
	return string(body)
}

// logIn logs in and finds RDS, as the provider does.
func (w *walk) logIn(ctx context.Context) error {
	config, err := configured.Resolve(configured.Values{}, w.environment)
	if err != nil {
		return err
	}
	trusted, err := config.TLS()
	if err != nil {
		return err
	}
	w.config = config
	w.hide(config.Secrets()...)
	connect := func(as string, settings *tls.Config) identity.Connect {
		return func(wrap func(http.RoundTripper) http.RoundTripper) *http.Client {
			// Each request is sent once: an answer that a retry would hide is evidence too.
			out := transport.New(transport.Options{Base: w.network(settings), UserAgent: "terraform-provider-rds-assume"})
			return out.Client(transport.Rules{Wrap: func(next http.RoundTripper) http.RoundTripper { return wrap(recorder{w, next, as}) }})
		}
	}
	alone := func(next http.RoundTripper) http.RoundTripper { return next }
	plain := trusted.Clone()
	plain.Certificates, plain.GetClientCertificate = nil, nil // a credential never goes to a link's host
	session := identity.NewSession(config, connect("", trusted))
	w.clients = map[string]*http.Client{
		caller: connect(caller, trusted)(session.Transport), bare: connect(bare, trusted)(alone), files: connect(files, plain)(alone),
	}
	if w.endpoint, err = session.Endpoint(ctx); err != nil {
		return err
	}
	rds := w.endpoint.URL.String()
	const layout = "2006-01-02T15:04:05"
	now := time.Now().UTC().Add(-30 * time.Second) // rows of the last moments may not be in all answers
	maps.Copy(w.known, map[string]string{
		"rds": rds, "rds v3.1": strings.Replace(rds, "/v3/", "/v3.1/", 1), "project ID": w.endpoint.ProjectID,
		"rds of another project": strings.TrimSuffix(rds, w.endpoint.ProjectID) + noProjectID,
		"id":                     w.id, "part of the ID": w.id[1:],
		"now": now.Format(layout), "a day ago": now.AddDate(0, 0, -1).Format(layout),
		"30 days ago": now.AddDate(0, 0, -30).Format(layout), "60 days ago": now.AddDate(0, 0, -60).Format(layout),
	})
	if config.AgencyName == "" {
		w.known["own token"] = w.known["token"]
	}
	return nil
}

// ask takes a step, and returns what came of it.
func (w *walk) ask(ctx context.Context, s step) exchange {
	w.current = exchange{step: s.name, as: s.as, at: time.Now()}
	expand := func(text string) string {
		return os.Expand(text, func(name string) string {
			if w.known[name] == "" {
				w.current.fault = cmp.Or(reasons[name], "there is no "+name)
			}
			return w.known[name]
		})
	}
	method, address, _ := strings.Cut(expand(s.request), " ")
	name, value, _ := strings.Cut(expand(s.header), ": ")
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(expand(s.body)))
	if err != nil { // it would repeat the address
		req, w.current.fault = &http.Request{URL: &url.URL{}}, cmp.Or(w.current.fault, "its address is no URL")
	}
	if w.current.fault == "" {
		req.Header.Set("X-Language", "en-us")
		if s.body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		if s.as == files {
			req.Header = http.Header{"Range": {"bytes=0-0"}}
		}
		if name != "" {
			req.Header.Set(name, value)
		}
		var resp *http.Response
		if resp, err = w.clients[s.as].Do(req); err == nil {
			_ = resp.Body.Close() // it is in memory
		}
	}
	if w.current.status == 0 { // else a refusal may have come back as an error of the layers above
		var layer *url.Error
		if errors.As(err, &layer) { // net/http repeats the whole URL, which may be a link
			err = layer.Err
		}
		w.current.fault = w.safe(cmp.Or(w.current.fault, fmt.Sprintf("there was no answer: %v", err)))
		w.all = append(w.all, w.current)
	}
	if ctx.Err() == nil {
		_, _ = fmt.Fprintln(w.stdout, w.safe(fmt.Sprint(time.Now().UTC().Format(time.TimeOnly), " ", w.current.step, ": ",
			method, " ", req.URL.Path, ": ", w.show(w.current), " ", text(w.current.json, "status"), " ", apierror.RequestID(w.current.header))))
	}
	return w.current
}

// everything is the walk. It returns why it did not end well.
func (w *walk) everything(ctx context.Context) (err error) {
	for _, s := range steps {
		switch {
		case s.as == awaited && err == nil:
			err = w.await(ctx, s.name)
		case s.as == patient && err == nil && w.patient:
			w.wait(ctx)
		case s.request != "":
			w.ask(ctx, s)
		}
	}
	return cmp.Or(err, context.Cause(ctx))
}

// await polls until the end of an export, and twice more: some things change from answer to answer.
func (w *walk) await(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, w.timeout, fmt.Errorf("it took longer than %s", w.timeout))
	defer cancel()
	bodies := []string{"{}", ""} // by turns, as the provider does, and as the API's page does
	for n := 0; transport.Sleep(ctx, 3*time.Second) == nil; n++ {
		body := bodies[n%len(bodies)]
		switch e := w.ask(ctx, step{name, caller, "POST " + own + "/" + name, body, ""}); {
		case body == "" && (e.status == http.StatusBadRequest || e.status == http.StatusUnsupportedMediaType):
			bodies = bodies[:1] // none is sent without a body any more
		case e.foreign() || e.status == http.StatusConflict: // another one may come soon
		case !e.good():
			return fmt.Errorf("%s answered %s", name, w.show(e))
		case e.json == nil:
			return fmt.Errorf("%s answered 200 without JSON (%d bytes)", name, len(e.body))
		case len(w.of(name+": again")) == 2:
			return nil
		}
	}
	return context.Cause(ctx)
}

// wait waits until the link expires, and for the next export: once a minute, for half an hour.
func (w *walk) wait(ctx context.Context) {
	end := w.of(ended)[0]
	link, _ := url.Parse(w.known[errorExport+" link"]) // it was parsed before
	expires, err := strconv.ParseInt(link.Query().Get("Expires"), 10, 64)
	if left := time.Until(time.Unix(expires, 0)) + 5*time.Second; err == nil && left < 20*time.Minute && transport.Sleep(ctx, left) == nil {
		w.ask(ctx, expiredLink)
	}
	for e := end; !e.good() || e.names() == end.names(); e = w.ask(ctx, nextExport) {
		if time.Since(end.at) >= 30*time.Minute || transport.Sleep(ctx, time.Minute) != nil {
			return
		}
	}
}
