// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

// Package diagnose turns errors into texts for the user: those of the API, of a wait, of saved files and of the
// provider block. Errors of the login bring their own texts along, from package identity.
//
// Summary: "Unable to <verb> <thing>". Detail: what was tried, with which IDs; what came back, on labelled lines; what
// to do next. No text holds a secret or a link.
//
//	diagnose.go       an error of a request or a wait; hints.go is the table of advice
//	wait.go           a wait that ends before its export does
//	export.go         what an export lacks, or why there is none
//	instance.go       whether an error is one instance's own, and a name that does not lead to one
//	save.go           files that were not saved, or may not be what they should be
//	configuration.go  what is wrong with the provider block
//	text.go           pieces of texts
package diagnose

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

// Tried describes a request for the texts about it. Every object has its own.
type Tried struct {
	Unable      string // the summary without "Unable to": "obtain error log links"
	Request     string // what RDS should do: "export the error log of", followed by the instance; or "list DB instances"
	Page        string // the request's page in the documentation of the API
	Permission  string // the one that RDS wants for the request: "rds:log:download"
	Instance    string // ID of the DB instance; "" if the request is about several
	Name        string // of the DB instance; "" if it is given by ID
	Argument    string // the argument that names the instance: "instance_id"
	TimeoutName string // the argument that allows more time: "timeouts.read"
	Project     string // name of the project; "" if it is not configured
	Export      bool   // the request starts an export and waits for it
	Lookup      bool   // the request looks for the instance with the name
	TooLong     string // what to do if the answer is too long: a log's text can be; "" if only a foreign server's can
}

func (t Tried) summary() string { return "Unable to " + t.Unable }

// what returns the request with its instance: "export the error log of DB instance 3d39…".
func (t Tried) what() string {
	if t.Instance == "" {
		return t.Request
	}
	return t.Request + " DB instance " + t.Who()
}

// Who returns the instance as texts show it: "orders (3d39…in03)", or the ID if that is configured.
func (t Tried) Who() string {
	if t.Name == "" {
		return t.Instance
	}
	return apierror.Printable(t.Name) + " (" + t.Instance + ")"
}

// forInstance is " for DB instance 3d39…", or "".
func (t Tried) forInstance() string {
	if t.Instance == "" {
		return ""
	}
	return " for DB instance " + t.Who()
}

// place returns project and region of a request.
func (t Tried) place(projectID, region string) string {
	place := "project " + projectID
	if t.Project != "" {
		place = fmt.Sprintf("project %s (%s)", t.Project, projectID)
	}
	if region != "" {
		place += ", region " + region
	}
	return place
}

// Diagnostic returns the error for a failed request or wait.
func (t Tried) Diagnostic(err error) diag.Diagnostic {
	if caller, ok := known(err).(*identity.Error); ok {
		return diag.NewErrorDiagnostic(caller.Summary(), caller.Detail())
	}
	if t.Argument != "" && t.blamesInstance(err) {
		return diag.NewAttributeErrorDiagnostic(path.Root(t.Argument), t.summary(), t.Detail(err))
	}
	return diag.NewErrorDiagnostic(t.summary(), t.Detail(err))
}

// known returns the first error in a chain that means something here, or nil. Callers switch on its type.
func known(err error) any {
	for ; err != nil; err = errors.Unwrap(err) {
		switch e := any(err).(type) {
		case *identity.Error, *instances.NameError, *transport.FaultError, *transport.TooLargeError, *rds.Error, *rds.DecodeError,
			*rds.TimeoutError, *rds.InterruptedError, *rds.ExportError, *rds.MissingLinkError:
			return e
		}
	}
	return nil
}

// blamesInstance reports whether another ID or name can help.
func (t Tried) blamesInstance(err error) bool {
	switch e := known(err).(type) {
	case *instances.NameError:
		return true
	case *rds.Error:
		if t.Lookup {
			return e.Kind == apierror.Forbidden
		}
		return e.Kind == apierror.NotFound || e.Kind == apierror.WrongEngine
	default:
		return false
	}
}

// Detail returns the text for an error of a wait or of a single request. Its first line is short enough for a table.
func (t Tried) Detail(err error) string {
	switch e := known(err).(type) {
	case *instances.NameError:
		return t.nameText(e)
	case *rds.TimeoutError:
		return t.timeoutText(e)
	case *rds.InterruptedError:
		return t.interruptedText(e)
	case *rds.ExportError:
		return t.exportText(e)
	case *rds.MissingLinkError:
		return t.missingLinkText(e)
	case *rds.Error:
		return t.refusalText(e)
	case *rds.DecodeError:
		return t.unreadableText(e)
	default:
		return t.networkText(err)
	}
}

// refusalText is for an answer that refuses the request.
func (t Tried) refusalText(e *rds.Error) string {
	happened := "RDS refused to " + t.what()
	if e.Kind == apierror.UnknownAPI {
		happened = "The server " + e.Host + " has no API to " + t.what()
	}
	return fmt.Sprintf("%s in %s.\n\n%s\n%s", happened, t.place(e.ProjectID, e.Region), refusalLines(e), t.refusalHint(e))
}

// refusalHint chooses from the table. A 404 has several causes: the form of the ID and the body show which is likely.
func (t Tried) refusalHint(e *rds.Error) string {
	if e.Kind == apierror.Forbidden && t.Lookup {
		return t.fill(refusalHints[e.Kind] + withoutNamesHint)
	}
	if e.Kind != apierror.NotFound {
		return t.fill(cmp.Or(refusalHints[e.Kind], anyRefusalHint), "{host}", e.Host)
	}
	hint := notFoundHint
	switch {
	case t.Instance == "":
		hint = refusalHints[apierror.UnknownAPI]
	case t.Name != "":
		hint = goneHint
	case !rds.UsualInstanceID(t.Instance):
		hint = notAnIDHint
	}
	if e.Described && t.Instance != "" { // without an instance the hint has this already
		hint += strangeAnswerHint
	}
	return t.fill(hint, "{place}", t.place(e.ProjectID, e.Region))
}

// unreadableText is for an answer of status 200 that is not the API's JSON.
func (t Tried) unreadableText(e *rds.DecodeError) string {
	return fmt.Sprintf("RDS gave an unreadable answer to the request to %s.\n\n%s\n%s", t.what(), answerOf(e).Lines(), anyRefusalHint)
}

// networkText is for a request that got no answer, or one that is certainly not the API's.
func (t Tried) networkText(err error) string {
	hint := networkHint
	happened := "RDS could not be reached to " + t.what() + "."
	if _, tooLarge := known(err).(*transport.TooLargeError); tooLarge {
		happened, hint = "The answer to the request to "+t.what()+" is not usable.", t.TooLong+tooLargeHint
	}
	if proxy := deadProxy(err); proxy != "" {
		happened, hint = "The proxy "+proxy+" could not be reached to "+t.what()+".", proxyHint
	}
	return fmt.Sprintf("%s\n\n%s\n%s", happened, labelled("Tried", apierror.Printable(err.Error())), hint)
}
