// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// meanings is the table of error codes as the cloud's documents have it, written down a second time on purpose: a
// slip of the pen in the code must not be one in its test too.
var meanings = []struct {
	meaning string
	kind    apierror.Kind
	passing bool // asking again later can help
	final   bool // the transport need not send it again by itself
	codes   []string
}{
	{"another operation runs on the instance", apierror.Busy, true, true, []string{
		"DBS.200011", "DBS.200018", "DBS.200019", "DBS.200047", "DBS.200076", "DBS.200080", "DBS.200452", "DBS.200463", "DBS.200611",
		"DBS.201015",
		"DBS.201202", "DBS.201205", "DBS.201206", "DBS.212006", "DBS.212033", "DBS.280011", "DBS.280816", "DBS.01010337", "RDS.0011", "RDS.3004",
	}},
	{"not in a state for this yet", apierror.NotReady, true, true, []string{"DBS.200086", "DBS.201014", "DBS.01280030", "DBS.280036"}},
	{"not RDS for PostgreSQL", apierror.WrongEngine, false, true, []string{
		"DBS.280343", "DBS.200040", "DBS.280238", "DBS.201207", "RDS.5005",
	}},
	{"no such instance", apierror.NotFound, false, true, []string{
		"DBS.200002", "DBS.200045", "DBS.200408", "DBS.200602", "DBS.201028", "DBS.290005", "DBS.290011", "RDS.1103",
	}},
	{"not allowed", apierror.Forbidden, false, true, []string{
		"DBS.200010", "DBS.200044", "DBS.200604", "DBS.201003", "DBS.280015", "RDS.0010", "RDS.0015", "RDS.5045",
	}},
	{"storage full", apierror.StorageFull, false, true, []string{"DBS.200316"}},
	{
		"the token is bad or old", apierror.Unauthorized, false, true,
		[]string{"APIG.0301", "APIGW.0301", "APIG.0307", "APIGW.0307", "DBS.280056"},
	},
	{"too many requests", apierror.Throttled, true, false, []string{"APIG.0308", "APIGW.0308"}},
	{"server failure", apierror.Server, true, false, []string{
		"DBS.108000", "DBS.108002", "DBS.108005", "DBS.200005", "DBS.213004", "DBS.290006", "DBS.290015", "RDS.9999",
	}},
	{"the gateway has no such API", apierror.UnknownAPI, false, true, []string{"APIG.0101", "APIGW.0101"}},
	{"the task can't be asked for", apierror.NoSuchJob, false, true, []string{"DBS.200543", "RDS.5041"}},
}

func TestACodeCountsWhateverTheStatus(t *testing.T) {
	for _, m := range meanings {
		for _, code := range m.codes {
			for _, status := range []int{400, 401, 403, 404, 409, 429, 500, 503} {
				t.Run(fmt.Sprint(m.meaning, " ", code, " ", status), func(t *testing.T) {
					for _, body := range []string{
						fmt.Sprintf(`{"error_code":%q,"error_msg":"no"}`, code),
						fmt.Sprintf(`{"errCode":%q,"externalMessage":"no"}`, code),
						fmt.Sprintf(`{"error_code":%q}`, strings.ToLower(code)),
					} {
						_, err := ask(t, status, body)
						var got *rds.Error
						if !errors.As(err, &got) || got.Kind != m.kind || got.Kind.Passing() != m.passing {
							t.Errorf("%s: expected kind %d, passing %t, got %#v", body, m.kind, m.passing, err)
						}
						if final := rds.Final(status, []byte(body)); final != m.final {
							t.Errorf("%s: final: expected %t, got %t", body, m.final, final)
						}
					}
				})
			}
		}
	}
}

func TestWithoutACodeTheStatusCounts(t *testing.T) {
	kinds := map[int]apierror.Kind{
		0: apierror.Other, 199: apierror.Other,
		300: apierror.Redirect, 301: apierror.Redirect, 302: apierror.Redirect, 303: apierror.Redirect, 307: apierror.Redirect,
		308: apierror.Redirect, 399: apierror.Redirect,
		400: apierror.Other, 401: apierror.Unauthorized, 402: apierror.Other, 403: apierror.Forbidden, 404: apierror.NotFound,
		405: apierror.Other, 407: apierror.Other,
		408: apierror.Server, 409: apierror.Busy, 410: apierror.Other, 413: apierror.Other, 429: apierror.Throttled, 499: apierror.Other,
		500: apierror.Server, 501: apierror.Other, 502: apierror.Server, 503: apierror.Server, 504: apierror.Server, 505: apierror.Server,
		599: apierror.Server,
	}
	for status, kind := range kinds {
		for _, body := range []string{"", "{}", "<html>", `{"error_code":"DBS.999999"}`, `{"error_code":"DBS.2000110"}`, `{"error_code":" "}`} {
			t.Run(fmt.Sprint(status, " ", body), func(t *testing.T) {
				_, err := ask(t, status, body)
				var got *rds.Error
				if !errors.As(err, &got) || got.Kind != kind {
					t.Errorf("want kind %d: %#v", kind, err)
				}
				if rds.Final(status, []byte(body)) {
					t.Errorf("%s: final: expected false, because the status decides, got true", body)
				}
			})
		}
	}
}

func TestAGoodAnswerIsNotFinal(t *testing.T) {
	if rds.Final(200, []byte(documented)) {
		t.Error("final: expected false for a good answer, got true")
	}
}
