// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/instances"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// The files diagnostics*.go turn errors into texts. Summary: "Unable to <verb> <thing>". Detail: what was tried, with
// which IDs; what came back, on labelled lines; what to do next. The errors hold no secret and no link. Errors of the
// login bring their own texts along, from package identity.

// tried describes a request for the texts about it. Every object has its own.
type tried struct {
	unable      string // the summary without "Unable to": "obtain error log links"
	request     string // what RDS should do: "export the error log of", followed by the instance; or "list DB instances"
	noun        string // "error log"
	page        string // the request's page in the documentation of the API
	permission  string // the one that RDS wants for the request: "rds:log:download"
	instance    string // ID of the DB instance; "" if the request is about several
	name        string // of the DB instance; "" if it is given by ID
	argument    string // the argument that names the instance: "instance_id"
	timeoutName string // the argument that allows more time: "timeouts.read"
	project     string // name of the project; "" if it is not configured
	export      bool   // the request starts an export and waits for it
	lookup      bool   // the request looks for the instance with the name
}

func (t tried) summary() string { return "Unable to " + t.unable }

// what returns the request with its instance: "export the error log of DB instance 3d39…".
func (t tried) what() string {
	if t.instance == "" {
		return t.request
	}
	return t.request + " DB instance " + t.who()
}

// who returns the instance as texts show it: "orders (3d39…in03)", or the ID if that is configured.
func (t tried) who() string {
	if t.name == "" {
		return t.instance
	}
	return apierror.Printable(t.name) + " (" + t.instance + ")"
}

// forInstance is " for DB instance 3d39…", or "".
func (t tried) forInstance() string {
	if t.instance == "" {
		return ""
	}
	return " for DB instance " + t.who()
}

// place returns project and region of a refusal.
func (t tried) place(e *rds.Error) string { return t.placeOf(e.ProjectID, e.Region) }

func (t tried) placeOf(projectID, region string) string {
	place := "project " + projectID
	if t.project != "" {
		place = fmt.Sprintf("project %s (%s)", t.project, projectID)
	}
	if region != "" {
		place += ", region " + region
	}
	return place
}

// diagnostic returns the error for a failed request or wait.
func (t tried) diagnostic(err error) diag.Diagnostic {
	var caller *identity.Error
	if errors.As(err, &caller) {
		return diag.NewErrorDiagnostic(caller.Summary(), caller.Detail())
	}
	if t.argument != "" && t.blamesInstance(err) {
		return diag.NewAttributeErrorDiagnostic(path.Root(t.argument), t.summary(), t.detail(err))
	}
	return diag.NewErrorDiagnostic(t.summary(), t.detail(err))
}

// blamesInstance reports whether another ID or name can help.
func (t tried) blamesInstance(err error) bool {
	var refusal *rds.Error
	if errors.As(err, &refusal) {
		if t.lookup {
			return refusal.Kind == rds.KindForbidden
		}
		return refusal.Kind == rds.KindNotFound || refusal.Kind == rds.KindWrongEngine
	}
	var name *instances.NameError
	return errors.As(err, &name)
}

// detail returns the text for an error of a wait or of a single request. Its first line is short enough for a table.
func (t tried) detail(err error) string {
	var (
		timeout     *rds.TimeoutError
		interrupted *rds.InterruptedError
		failed      *rds.ExportError
		missing     *rds.MissingLinkError
		refusal     *rds.Error
		decode      *rds.DecodeError
		name        *instances.NameError
	)
	switch {
	case errors.As(err, &name):
		return t.nameText(name)
	case errors.As(err, &timeout):
		return t.timeoutText(timeout)
	case errors.As(err, &interrupted):
		return t.interruptedText(interrupted)
	case errors.As(err, &failed):
		return t.exportText(failed)
	case errors.As(err, &missing):
		return t.missingLinkText(missing)
	case errors.As(err, &refusal):
		return t.refusalText(refusal)
	case errors.As(err, &decode):
		return t.unreadableText(decode)
	default:
		return t.networkText(err)
	}
}

// refusalText is for an answer that refuses the request.
func (t tried) refusalText(e *rds.Error) string {
	happened := "RDS refused to " + t.what()
	if e.Kind == rds.KindUnknownAPI {
		happened = "The server " + e.Host + " has no API to " + t.what()
	}
	return fmt.Sprintf("%s in %s.\n\n%s\n%s", happened, t.place(e), refusalLines(e), t.refusalHint(e))
}

// refusalHint chooses from the table. A 404 has several causes: the form of the ID and the body show which is likely.
func (t tried) refusalHint(e *rds.Error) string {
	if e.Kind == rds.KindForbidden && t.lookup {
		return t.fill(refusalHints[e.Kind] + withoutNamesHint)
	}
	if e.Kind != rds.KindNotFound {
		return t.fill(cmp.Or(refusalHints[e.Kind], anyRefusalHint), "{host}", e.Host)
	}
	hint := notFoundHint
	switch {
	case t.instance == "":
		hint = refusalHints[rds.KindUnknownAPI]
	case t.name != "":
		hint = goneHint
	case !rds.UsualInstanceID(t.instance):
		hint = notAnIDHint
	}
	if e.Described {
		hint += strangeAnswerHint
	}
	return t.fill(hint, "{place}", t.place(e))
}

// unreadableText is for an answer of status 200 that is not the API's JSON.
func (t tried) unreadableText(e *rds.DecodeError) string {
	return fmt.Sprintf("RDS gave an unreadable answer to the request to %s.\n\n%s\n%s", t.what(), answerOf(e).Lines(), anyRefusalHint)
}

// networkText is for a request that got no answer, or one that is certainly not the API's.
func (t tried) networkText(err error) string {
	hint := networkHint
	happened := "RDS could not be reached to " + t.what() + "."
	var tooLarge *transport.TooLargeError
	if errors.As(err, &tooLarge) {
		happened, hint = "The answer to the request to "+t.what()+" is not usable.", tooLargeHint
	}
	if proxy := deadProxy(err); proxy != "" {
		happened, hint = "The proxy "+proxy+" could not be reached to "+t.what()+".", proxyHint
	}
	return fmt.Sprintf("%s\n\n%s\n%s", happened, labelled("Tried", apierror.Printable(err.Error())), hint)
}

// exportText is for an export without a single file.
func (t tried) exportText(e *rds.ExportError) string {
	return fmt.Sprintf("The cloud could not %s: no file was prepared%s\n\n%s%s%s\n%s", t.what(), listed(e.Last.Files),
		labelled("Reason", e.FailReason), labelled("Status", e.Last.Status), labelled("Request ID", e.Last.RequestID),
		"Run it again. If it fails again, look at the instance in the console: the export needs an instance that works properly.")
}

// missingLinkText is for an export that is done and never gets all its links.
func (t tried) missingLinkText(e *rds.MissingLinkError) string {
	return fmt.Sprintf("The export%s is done, but the cloud did not give every file a usable link in %s and %s%s\n\n%s\n%s",
		t.forInstance(), span(e.Waited), calls(e.Progress), listed(e.Last.Files), labelled("Request ID", e.Last.RequestID),
		"Run it again. If a link is still missing, give the request ID to the cloud's support.")
}
