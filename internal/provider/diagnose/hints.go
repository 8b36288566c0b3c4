// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package diagnose

import (
	"strings"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

// This file is the table of advice, by situation. [Tried.fill] fills in the names in braces.

const (
	statusPage = "https://status.otc-service.com/"
	errorCodes = "https://docs.otc.t-systems.com/relational-database-service/api-ref/appendix/error_codes.html"

	outOfOrder = "The cloud may be out of order (see " + statusPage + ")."
)

// situation is what a fault that may pass means for the user.
type situation struct {
	meaning string // after "The export has not started: "
	next    string // what to do first
}

var (
	busy = situation{
		meaning: "the instance is busy with another operation, such as a backup or a restart",
		next:    "Wait until that operation has finished (see the instance's page in the console).",
	}
	throttled = situation{
		meaning: "the cloud allows no more requests at present",
		next:    "Too many requests by this user or project: wait a minute, stop other runs, or lower -parallelism.",
	}
	apiFault = situation{
		meaning: "RDS or its gateway failed",
		next:    outOfOrder,
	}
	noAnswer = situation{
		meaning: "no answer came",
		next:    "Check the network and the proxy. " + outOfOrder,
	}
	unreadable = situation{
		meaning: "the answers could not be read",
		next:    "The API may have changed (see {page}), or a proxy changes its answers.",
	}
)

// refusalHints are for refusals that will come again.
var refusalHints = map[apierror.Kind]string{
	apierror.WrongEngine: "This instance is not RDS for PostgreSQL. The provider reads the logs of PostgreSQL instances only; their IDs end " +
		"with in03.",
	apierror.Forbidden:    "The user needs the permission {permission} in this project. Check the user's groups in IAM.",
	apierror.Unauthorized: "IAM accepted the credential but RDS did not: it may belong to another project, region or cloud, or be revoked.",
	apierror.StorageFull:  "The instance's storage is full. Enlarge it in the console first: the cloud gives no log until then.",
	apierror.UnknownAPI:   "Check endpoint (OS_RDS_ENDPOINT_OVERRIDE), and whether a proxy answers in place of the API.",
	apierror.Redirect: "The server {host} sends requests elsewhere. A credential never follows: check endpoint and region, and whether a " +
		"proxy answers in place of the API.",
	apierror.Busy:      busy.next + againHint,
	apierror.NotReady:  busy.next + againHint,
	apierror.Throttled: throttled.next + againHint,
	apierror.Server:    apiFault.next + againHint,
}

const (
	anyRefusalHint = "The same request will fail again. Look the code up (" + errorCodes + ") or give the request ID to the cloud's " +
		"support."

	notFoundHint = "Check the ID first, then {place}: compare all with the instance's page in the console."
	goneHint     = "The list of DB instances had it a moment ago, so it was probably just deleted. Look at the list in the console."
	notAnIDHint  = "This does not look like an ID, which is 32 hexadecimal digits followed by in03. You find it on the instance's page in " +
		"the console. If it is the instance's name, use instance_name in place of instance_id."
	withoutNamesHint  = " Without that permission, use instance_id in place of instance_name."
	strangeAnswerHint = " The answer does not look like the API's: if all are right, check endpoint (OS_RDS_ENDPOINT_OVERRIDE) and the proxy."

	networkHint  = "Check the network, the proxy's variables (HTTPS_PROXY, NO_PROXY), region and endpoint."
	proxyHint    = "Check the proxy's variables (HTTPS_PROXY, NO_PROXY), and whether the proxy runs."
	tooLargeHint = "Something else may answer in place of the API: check endpoint, region and proxy."

	againHint        = " Then run it again."
	longerHint       = " Then run it again, or raise {timeout} to wait longer."
	exportGoesOnHint = "The cloud finishes the export by itself."
	nothingLostHint  = "Nothing is lost: the cloud finishes the export by itself, and the next run finds it."
	linkMissingHint  = "Run it again with a longer {timeout}. If a link is still missing, give the request ID to the cloud's support."
	largeLogHint     = "A large log takes longer: raise {timeout}. If it never ends, look at the instance in the console: the export needs " +
		"an instance that works properly."
)

// fill replaces the names in braces.
func (t Tried) fill(hint string, more ...string) string {
	return strings.NewReplacer(append(more, "{timeout}", t.TimeoutName, "{permission}", t.Permission, "{page}", t.Page)...).Replace(hint)
}
