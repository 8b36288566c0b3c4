// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
)

// askRequestIDs looks at all answers so far and at one more, which the gateway refuses.
func askRequestIDs(ctx context.Context, c *cloud) finding {
	refused, err := c.send(ctx, call{client: c.bare, method: http.MethodGet, url: c.jobs(c.endpoint.ProjectID, noJobID)})
	if err != nil {
		return cannot("%v", err)
	}
	all := c.record.exchanges()
	for _, e := range all {
		if e.header.Get("X-Request-Id") == "" || e.header.Get("Date") == "" {
			return no("%s %s answered %d with X-Request-Id %q and Date %q",
				e.method, e.url.Path, e.status, e.header.Get("X-Request-Id"), e.header.Get("Date"))
		}
	}
	var body struct {
		RequestID string `json:"request_id"`
	}
	_ = json.Unmarshal(refused.body, &body) // what can't be read has none
	if body.RequestID != refused.header.Get("X-Request-Id") {
		return no("the gateway's X-Request-Id is %q, its body's request_id %q", refused.header.Get("X-Request-Id"), body.RequestID)
	}
	return yes("all of %d answers have both; the gateway's error has request_id %s, as its header", len(all), body.RequestID)
}

// refusedWith asks something and expects one status and one code.
func (c *cloud) refusedWith(ctx context.Context, status int, code string, what call) finding {
	e, err := c.send(ctx, what)
	if err != nil {
		return cannot("%v", err)
	}
	if e.status != status || e.refusal().Code != code {
		return no("%s", e)
	}
	return yes("%s", e)
}

// leaves notes which part of an assumption was not asked.
func (f *finding) leaves(part string) {
	if f.verdict == holds {
		f.verdict = holdsInPart
	}
	f.evidence += "; " + part
}

func askWithoutCredential(ctx context.Context, c *cloud) finding {
	return c.refusedWith(ctx, 401, "APIGW.0301", call{client: c.bare, method: http.MethodGet, url: c.jobs(c.endpoint.ProjectID, noJobID)})
}

func askUnknownToken(ctx context.Context, c *cloud) finding {
	f := c.refusedWith(ctx, 401, "APIGW.0307", call{
		client: c.bare, method: http.MethodGet, url: c.jobs(c.endpoint.ProjectID, noJobID), token: noToken,
	})
	f.leaves("an expired and a revoked token were not tried")
	return f
}

// askOtherProject has a session of its own: where the cloud answers 401, a session sends nothing any more.
func askOtherProject(ctx context.Context, c *cloud) finding {
	own := c.client(c.newSession().Transport)
	return c.refusedWith(ctx, 403, "DBS.200010", call{client: own, method: http.MethodGet, url: c.jobs(noProjectID, noJobID)})
}

func askUnknownInstance(ctx context.Context, c *cloud) finding {
	unknown := call{
		client: c.session, method: http.MethodPost,
		url:  c.rds(c.endpoint.ProjectID, "instances", noInstanceID, "errorlog-download"),
		body: "{}",
	}
	f := c.refusedWith(ctx, 404, "DBS.200602", unknown)
	f.leaves("a busy instance and one of another engine were not tried")
	return f
}

func askInstanceID(_ context.Context, c *cloud) finding {
	if !regexp.MustCompile(`^[0-9a-f]{32}in0[13]$`).MatchString(c.settings.instanceID) {
		return no("this instance is %s", c.settings.instanceID)
	}
	return yes("this instance is %s", c.settings.instanceID)
}

// askBodies sends what is to be refused first, and then starts the export.
func askBodies(ctx context.Context, c *cloud) finding {
	address := c.rds(c.endpoint.ProjectID, "instances", c.settings.instanceID, "errorlog-download")
	list, err := c.send(ctx, call{client: c.session, method: http.MethodPost, url: address, body: "[]"})
	if err != nil {
		return cannot("%v", err)
	}
	plain, err := c.send(ctx, call{client: c.session, method: http.MethodPost, url: address, body: "{}", contentType: "text/plain"})
	if err != nil {
		return cannot("%v", err)
	}
	export := c.run(ctx)
	if export.withoutBody != nil {
		return no("without a body: %s", export.withoutBody)
	}
	without, with := 0, 0
	for _, a := range export.answers {
		if a.withBody {
			with++
		} else {
			without++
		}
	}
	if without == 0 || with == 0 {
		return cannot("a list in place of the object: %s; as text/plain: %s; "+
			"no good answer came to a call with an object or without a body", list, plain)
	}
	seen := []any{without, with, list, plain}
	const text = "%d calls without a body and %d with an object were answered 200; a list: %s; an object as text/plain: %s"
	for _, e := range []exchange{list, plain} {
		if e.status != http.StatusUnsupportedMediaType && (e.status != http.StatusBadRequest || e.refusal().Code != "DBS.280001") {
			return no(text, seen...)
		}
	}
	return yes(text, seen...)
}

func askJob(ctx context.Context, c *cloud) finding {
	done := c.run(ctx).finished()
	if len(done) == 0 || len(done[0].List) == 0 {
		return cannot("the export named no task")
	}
	id := done[0].List[0].WorkflowID
	e, err := c.send(ctx, call{client: c.session, method: http.MethodGet, url: c.jobs(c.endpoint.ProjectID, id)})
	if err != nil {
		return cannot("%v", err)
	}
	if e.status != http.StatusOK {
		return cannot("this cloud does not tell of this task: %s", e)
	}
	var answer struct {
		Job map[string]any `json:"job"`
	}
	if err := json.Unmarshal(e.body, &answer); err != nil || answer.Job["id"] != id {
		return no("the answer has no job of that id")
	}
	status, _ := answer.Job["status"].(string)
	var missing []string
	for _, name := range []string{"id", "name", "status", "created", "ended", "process", "instance"} {
		if _, ok := answer.Job[name]; !ok {
			missing = append(missing, name)
		}
	}
	switch {
	case len(missing) > 0:
		return no("status %s; there is no %s", status, strings.Join(missing, ", "))
	case status != "Completed" && status != "Failed":
		return no("the export is done, and the job says %s", status)
	}
	return yes("%v, %s: status %s, process %v, from %v to %v",
		answer.Job["name"], id, status, answer.Job["process"], answer.Job["created"], answer.Job["ended"])
}

func askUnknownJob(ctx context.Context, c *cloud) finding {
	f := c.refusedWith(ctx, 400, "DBS.200543", call{client: c.session, method: http.MethodGet, url: c.jobs(c.endpoint.ProjectID, noJobID)})
	f.leaves("the job of an export that failed in part was not seen")
	return f
}
