// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package apierror

import (
	"net/http"
	"strings"
)

// Kind is what a refusal means for the caller.
type Kind int

// The kinds of refusal.
const (
	Other        Kind = iota // none of those below
	Busy                     // another operation runs on the instance
	NotReady                 // the instance is not yet in a state for this
	Throttled                // too many requests
	Server                   // the server failed, or a proxy on the way to it
	WrongEngine              // the instance is not RDS for PostgreSQL
	NotFound                 // no such instance in this project and region
	Forbidden                // a permission is missing
	StorageFull              // the instance's storage is full
	Unauthorized             // the credential is wrong or expired
	Redirect                 // the answer points elsewhere; no redirect is followed
	UnknownAPI               // the server has no API at this address
	NoSuchJob                // the jobs API does not know the task; the export may still run
)

// kindByCode holds the error codes of the cloud's documents and public clients. A known code decides whatever the
// status: "busy" comes as 409, 400 and 403.
var kindByCode = codes(map[Kind]string{
	Busy: "DBS.200011 DBS.200018 DBS.200019 DBS.200047 DBS.200076 DBS.200080 DBS.200452 DBS.200463 DBS.200611 DBS.201015 " +
		"DBS.201202 DBS.201205 DBS.201206 DBS.212006 DBS.212033 DBS.280011 DBS.280816 DBS.01010337 RDS.0011 RDS.3004",
	NotReady:     "DBS.200086 DBS.201014 DBS.01280030 DBS.280036",
	WrongEngine:  "DBS.280343 DBS.200040 DBS.280238 DBS.201207 RDS.5005",
	NotFound:     "DBS.200002 DBS.200045 DBS.200408 DBS.200602 DBS.201028 DBS.290005 DBS.290011 RDS.1103",
	Forbidden:    "DBS.200010 DBS.200044 DBS.200604 DBS.201003 DBS.280015 RDS.0010 RDS.0015 RDS.5045",
	StorageFull:  "DBS.200316",
	Unauthorized: "APIG.0301 APIGW.0301 APIG.0307 APIGW.0307 DBS.280056",
	Throttled:    "APIG.0308 APIGW.0308",
	Server:       "DBS.108000 DBS.108002 DBS.108005 DBS.200005 DBS.213004 DBS.290006 DBS.290015 RDS.9999",
	UnknownAPI:   "APIG.0101 APIGW.0101",
	NoSuchJob:    "DBS.200543 RDS.5041",
})

func codes(byKind map[Kind]string) map[string]Kind {
	byCode := map[string]Kind{}
	for kind, list := range byKind {
		for _, code := range strings.Fields(list) {
			byCode[code] = kind
		}
	}
	return byCode
}

// KindOf returns what a refusal means: by its code if that is known, else by its status.
func KindOf(r Refusal) Kind {
	if kind, ok := kindByCode[strings.ToUpper(r.Code)]; ok {
		return kind
	}
	switch status := r.StatusCode; {
	case status >= 200 && status <= 299: // a success without JSON: the page of a proxy
		return Server
	case status >= 300 && status <= 399:
		return Redirect
	case status >= 500 && status != http.StatusNotImplemented, status == http.StatusRequestTimeout:
		return Server
	case status == http.StatusUnauthorized:
		return Unauthorized
	case status == http.StatusForbidden:
		return Forbidden
	case status == http.StatusNotFound:
		return NotFound
	case status == http.StatusConflict:
		return Busy
	case status == http.StatusTooManyRequests:
		return Throttled
	default:
		return Other
	}
}

// UnknownAPI reports whether the gateway has no API at the address: the address is wrong, not the request.
func (r Refusal) UnknownAPI() bool { return KindOf(r) == UnknownAPI }

// Passing reports whether the same request may succeed later.
func (k Kind) Passing() bool {
	return k == Busy || k == NotReady || k == Throttled || k == Server
}
