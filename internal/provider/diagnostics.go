// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/identity"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
	"github.com/otc-rds/terraform-provider-rds/internal/transport"
)

// This file is the one place that turns an error into words. Summary: "Unable to <verb> <thing>". Detail: what was
// tried, with which ids; what came back, on labelled lines; what to do next. No secret and no link can get here: the
// errors hold none.

// unableToObtain is the summary of every error of a wait for links.
const unableToObtain = "Unable to obtain error log links"

// errorLogDiagnostic explains why there are no links. timeoutName is the argument that would have given it more time.
func errorLogDiagnostic(o rds.WaitOptions, err error, timeoutName string) diag.Diagnostic {
	var refusal *rds.Error
	if errors.As(err, &refusal) && (refusal.Kind == rds.KindNotFound || refusal.Kind == rds.KindWrongEngine) {
		return diag.NewAttributeErrorDiagnostic(path.Root("instance_id"), unableToObtain, refusalText(o.InstanceID, refusal))
	}
	var caller *identity.Error
	if errors.As(err, &caller) {
		return diag.NewErrorDiagnostic(caller.Summary(), caller.Detail())
	}
	return diag.NewErrorDiagnostic(unableToObtain, errorLogText(o, err, timeoutName))
}

func errorLogText(o rds.WaitOptions, err error, timeoutName string) string {
	var (
		timeout     *rds.TimeoutError
		interrupted *rds.InterruptedError
		failed      *rds.ExportError
		missing     *rds.MissingLinkError
		refusal     *rds.Error
	)
	switch {
	case errors.As(err, &timeout):
		return timeoutText(timeout, timeoutName)
	case errors.As(err, &interrupted):
		return interruptedText(interrupted)
	case errors.As(err, &failed):
		return exportText(failed)
	case errors.As(err, &missing):
		return missingLinkText(missing)
	case errors.As(err, &refusal):
		return refusalText(o.InstanceID, refusal)
	default:
		return networkText(o.InstanceID, err)
	}
}

func interruptedText(e *rds.InterruptedError) string {
	next := "No export was seen to begin. Run it again."
	if e.Last != nil {
		next = "Nothing is lost: the cloud finishes the export by itself, and the next run finds it."
	}
	return fmt.Sprintf("The wait for the error log of DB instance %s was interrupted after %s and %s.\n\n%s", e.InstanceID, span(e.Waited), calls(e.Calls), next)
}

func timeoutText(e *rds.TimeoutError, timeoutName string) string {
	var b strings.Builder
	switch {
	case e.Last == nil:
		fmt.Fprintf(&b, "The export for DB instance %s could not be started in %s and %s.\n", e.InstanceID, e.Timeout, calls(e.Calls))
	case e.Last.Done():
		fmt.Fprintf(&b, "The export for DB instance %s is done, but in %s and %s the cloud gave no usable link for every file%s\n", e.InstanceID, e.Timeout, calls(e.Calls), listed(e.Last.Files))
	case e.Outage != nil:
		fmt.Fprintf(&b, "The export for DB instance %s was still running when the cloud last answered. After that, no good answer came before the timeout (%s, %s).\n", e.InstanceID, e.Timeout, calls(e.Calls))
		fmt.Fprintf(&b, "The last good answer said %s%s\n", statusWord(e.Status), listed(e.Last.Files))
	default:
		fmt.Fprintf(&b, "The export for DB instance %s was still running after %s and %s.\n", e.InstanceID, e.Timeout, calls(e.Calls))
		fmt.Fprintf(&b, "The last answer said %s%s\n", statusWord(e.Status), listed(e.Last.Files))
	}
	if e.Last != nil && e.Last.RequestID != "" {
		fmt.Fprintf(&b, "\nRequest ID: %s\n", e.Last.RequestID)
	}
	if e.Fault != nil {
		fmt.Fprintf(&b, "\nThe last fault met on the way:\n\n%s\n", faultLines(e.Fault))
	}
	b.WriteString("\n" + timeoutAdvice(e, timeoutName))
	return b.String()
}

func timeoutAdvice(e *rds.TimeoutError, timeoutName string) string {
	var refusal *rds.Error
	if e.Last == nil && errors.As(e.Fault, &refusal) && (refusal.Kind == rds.KindBusy || refusal.Kind == rds.KindNotReady) {
		return "Another operation runs on the instance, such as a backup or a restart. Run it again when that is over, or raise " + timeoutName + "."
	}
	var caller *identity.Error
	if e.Last == nil && errors.As(e.Fault, &caller) {
		return caller.Hint + " To wait longer, raise " + timeoutName + "."
	}
	if e.Last == nil {
		return "The cloud may be out of order: look at its status page. To wait longer, raise " + timeoutName + "."
	}
	if e.Last.Done() {
		return "Run it again, with a longer " + timeoutName + ". If a link is still missing, give the request ID to the cloud's support."
	}
	if e.Outage != nil {
		return outageAdvice(e, timeoutName)
	}
	return "A large log takes longer: raise " + timeoutName + ". If it never ends, look at the instance in the console: the export works only for an instance that is working properly."
}

// outageAdvice is for an export that had begun when the cloud stopped to answer.
func outageAdvice(e *rds.TimeoutError, timeoutName string) string {
	again := "The cloud finishes the export by itself: run it again once that fault is gone, or raise " + timeoutName + " to wait longer."
	var caller *identity.Error
	if errors.As(e.Fault, &caller) {
		return caller.Hint + " " + again
	}
	return again
}

func exportText(e *rds.ExportError) string {
	var b strings.Builder
	fmt.Fprintf(&b, "The cloud could not export the error log of DB instance %s: no file was prepared%s\n", e.InstanceID, listed(e.Last.Files))
	if e.FailReason != "" {
		fmt.Fprintf(&b, "\nReason:     %s", e.FailReason)
	}
	fmt.Fprintf(&b, "\nStatus:     %s\n%s\nRun it again. If it fails again, look at the instance in the console: the export works only for an instance that is working properly.",
		e.Last.Status, labelled("Request ID", e.Last.RequestID))
	return b.String()
}

func missingLinkText(e *rds.MissingLinkError) string {
	return fmt.Sprintf("The cloud says that the export for DB instance %s is done, but in %s within %s it gave no usable link for every file%s\n\n%s\nRun it again. If a "+
		"link is still missing, give the request ID to the cloud's support.",
		e.InstanceID, calls(e.Calls), span(e.Waited), listed(e.Last.Files), labelled("Request ID", e.Last.RequestID))
}

func refusalText(instanceID string, e *rds.Error) string {
	where := "in project " + e.ProjectID
	if e.Region != "" {
		where += ", region " + e.Region
	}
	happened := "The RDS API refused to export"
	if e.Kind == rds.KindUnknownAPI {
		happened = "What answers at " + e.Host + " has no API to export"
	}
	return fmt.Sprintf("%s the error log of DB instance %s %s.\n\n%s\n%s", happened, instanceID, where, refusalLines(e), refusalAdvice(instanceID, e))
}

func refusalLines(e *rds.Error) string {
	return answerLines(e.Refusal) + labelled("Location", e.Location)
}

func answerLines(r apierror.Refusal) string {
	return labelled("Status", apierror.StatusText(r.StatusCode)) +
		labelled("Code", r.Code) + labelled("Message", r.Message) + labelled("Request ID", r.RequestID)
}

func refusalAdvice(instanceID string, e *rds.Error) string {
	switch e.Kind {
	case rds.KindNotFound:
		return notFoundAdvice(instanceID, e)
	case rds.KindWrongEngine:
		return "This instance is not RDS for PostgreSQL. This API exports the error logs of PostgreSQL instances only; their IDs end with in03."
	case rds.KindForbidden:
		return "The user needs the right to download logs (rds:log:download) in this project. Check its groups in IAM."
	case rds.KindUnauthorized:
		return "The credential was accepted by IAM but not by RDS: it may belong to another project, region or cloud, or have been revoked."
	case rds.KindStorageFull:
		return "The instance's storage is full. Enlarge it in the console first: nothing can be exported until then."
	case rds.KindUnknownAPI:
		return "Check endpoint (OS_RDS_ENDPOINT_OVERRIDE), and whether a proxy answers in the API's place."
	case rds.KindRedirect:
		return "The server at " + e.Host + " sends requests elsewhere. A credential is never sent on: check endpoint and region, and whether a proxy stands in between."
	default:
		return "The request will fail again as it is. Look the code up in the cloud's list of RDS error codes, or give the request ID to its support."
	}
}

// notFoundAdvice looks at what can be told from here: the form of the ID, and whether it was the API that answered.
func notFoundAdvice(instanceID string, e *rds.Error) string {
	advice := "The region or the project is probably not the instance's: compare both, and the ID, with the instance's page in the console."
	if !rds.UsualInstanceID(instanceID) {
		advice = "This does not look like an ID, which is 32 hexadecimal digits followed by in03. You find it on the instance's page in the console."
	}
	if e.Described {
		advice += " If all are right, something else may answer in the API's place: check endpoint (OS_RDS_ENDPOINT_OVERRIDE) and the proxy."
	}
	return advice
}

// networkText is for what is no answer of the API.
func networkText(instanceID string, err error) string {
	happened, advice := "could not be reached", "Check the network, the proxy's variables (HTTPS_PROXY, NO_PROXY), region and endpoint."
	var tooLarge *transport.TooLargeError
	if errors.As(err, &tooLarge) {
		happened, advice = "gave no usable answer", "Something that is not the API may be answering in its place: check endpoint, region and proxy."
	}
	return fmt.Sprintf("The RDS API %s for the error log of DB instance %s.\n\nTried:      %s\n\n%s", happened, instanceID, apierror.Printable(err.Error()), advice)
}

// faultLines shows a fault that the wait endured.
func faultLines(fault error) string {
	var refusal *rds.Error
	if errors.As(fault, &refusal) {
		return strings.TrimSuffix(refusalLines(refusal), "\n")
	}
	var caller *identity.Error
	if errors.As(fault, &caller) {
		return strings.TrimSuffix(caller.Detail(), "\n\n"+caller.Hint) // the advice comes at the end
	}
	var answer *transport.FaultError
	if errors.As(fault, &answer) {
		return strings.TrimSuffix(answerLines(answer.Refusal), "\n")
	}
	var decode *rds.DecodeError
	if errors.As(fault, &decode) {
		return strings.TrimSuffix("Status:     200 OK\n"+labelled("Message", decode.Error())+labelled("Request ID", decode.RequestID), "\n")
	}
	return "Tried:      " + apierror.Printable(fault.Error())
}
