// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	pollPause  = 3 * time.Second // the API's page asks for low frequency
	afterwards = 2               // calls after the export's end: what stays the same, what changes
)

// export is one export, from the first call to its links and a little further.
type export struct {
	answers []answer
	err     error // why it did not come to its end
	// withoutBody is the refusal of a call without a body, where there was one: none is sent any more.
	withoutBody *exchange
}

// answer is one answer of errorlog-download. What is raw is judged by its form too.
type answer struct {
	exchange exchange
	date     time.Time // the server's
	withBody bool      // of the request

	List   []entry         `json:"list"`
	Status string          `json:"status"`
	Count  json.RawMessage `json:"count"`
}

type entry struct {
	WorkflowID string          `json:"workflow_id"`
	FileName   string          `json:"file_name"`
	Status     string          `json:"status"`
	FileSize   json.RawMessage `json:"file_size"`
	FileLink   json.RawMessage `json:"file_link"`
	CreateAt   int64           `json:"create_at"`
	UpdateAt   json.RawMessage `json:"update_at"`
}

// link is the entry's, with a scheme; "" where there is none.
func (e entry) link() string {
	var text string
	if json.Unmarshal(e.FileLink, &text) != nil || text == "" {
		return ""
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	return text
}

func (a answer) done() bool {
	status := strings.ToUpper(a.Status)
	return status == "FINISH" || status == "FAILED"
}

// run makes the export happen once; later calls return what it brought.
func (c *cloud) run(ctx context.Context) *export {
	if c.export == nil {
		c.export = &export{}
		c.export.err = c.waitForExport(ctx)
	}
	return c.export
}

func (c *cloud) waitForExport(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.settings.timeout)
	defer cancel()
	left := afterwards
	for {
		a, err := c.askForLinks(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return fmt.Errorf("it took longer than %s", c.settings.timeout)
		case err != nil && !mayPass(a):
			return err
		case err == nil && a.done() && left == 0:
			return nil
		case err == nil && a.done():
			left--
		}
		if !sleep(ctx, pollPause) {
			return fmt.Errorf("it took longer than %s", c.settings.timeout)
		}
	}
}

// mayPass reports whether a refusal may be another one soon: the instance is busy, or the cloud out of order.
func mayPass(a answer) bool {
	return a.exchange.status == 0 || a.exchange.status == http.StatusConflict
}

// askForLinks calls errorlog-download, by turns with an empty object, as the provider does, and without a body, as
// the API's page does.
func (c *cloud) askForLinks(ctx context.Context) (answer, error) {
	what := call{
		client: c.session, method: http.MethodPost,
		url: c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "errorlog-download"),
	}
	if len(c.export.answers)%2 == 0 || c.export.withoutBody != nil {
		what.body = "{}"
	}
	e, err := c.send(ctx, what)
	if err != nil {
		return answer{}, err
	}
	if what.body == "" && (e.status == http.StatusBadRequest || e.status == http.StatusUnsupportedMediaType) {
		c.export.withoutBody = &e
		return c.askForLinks(ctx)
	}
	a := answer{exchange: e, withBody: what.body != ""}
	a.date, _ = http.ParseTime(e.header.Get("Date"))
	if e.status != http.StatusOK {
		return a, fmt.Errorf("errorlog-download answered %s", e)
	}
	if err := json.Unmarshal(e.body, &a); err != nil {
		return a, fmt.Errorf("errorlog-download answered 200 with what is not of the documented form (%d bytes)", len(e.body))
	}
	c.export.answers = append(c.export.answers, a)
	return a, nil
}

func (c *cloud) exportError() error {
	if c.export == nil {
		return nil
	}
	return c.export.err
}

// working are the answers while the files were made.
func (e *export) working() []answer { return e.pick(false) }

// finished are the answers from the export's end on.
func (e *export) finished() []answer { return e.pick(true) }

func (e *export) pick(done bool) []answer {
	var picked []answer
	for _, a := range e.answers {
		if a.done() == done {
			picked = append(picked, a)
		}
	}
	return picked
}

// links are all that were handed out.
func (e *export) links() []string {
	var links []string
	if e == nil {
		return nil
	}
	for _, a := range e.answers {
		for _, one := range a.List {
			if link := one.link(); link != "" {
				links = append(links, link)
			}
		}
	}
	return links
}

// link returns a file with a link that lives for another minute at least, asking anew where the last one does not.
func (c *cloud) link(ctx context.Context) (entry, *url.URL, error) {
	done := c.run(ctx).finished()
	if len(done) == 0 {
		return entry{}, nil, fmt.Errorf("the export gave no link")
	}
	last := done[len(done)-1]
	if time.Since(last.exchange.at) > time.Minute {
		fresh, err := c.askForLinks(ctx)
		if err != nil {
			return entry{}, nil, err
		}
		last = fresh
	}
	for _, one := range last.List {
		if u, err := url.Parse(one.link()); one.link() != "" && err == nil {
			return one, u, nil
		}
	}
	return entry{}, nil, fmt.Errorf("the last answer has no link")
}

// sleep reports whether the time passed without the context's end.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
