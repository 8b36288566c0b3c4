// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package provider_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rdssim"
	"github.com/otc-rds/terraform-provider-rds/internal/rdstest"
)

// Chaos: whatever the cloud does, a read ends within its timeout, with the whole answer or with an error that names the
// cause, and no secret is shown. Each run is made of an object and a seed and can be repeated: go test
// ./internal/provider -run TestChaos/rds_errorlog_download -chaos.first=SEED -chaos.runs=1 -v

var (
	chaosFirst = flag.Uint64("chaos.first", 1, "the first seed")
	chaosRuns  = flag.Uint64("chaos.runs", 400, "how many seeds for each object")
)

// weather is what one run meets.
type weather struct {
	instance string
	files    int // that its export yields with links; 0: it can't
	timeout  time.Duration
	linkLife time.Duration
	faults   []string // in words, for the log
	gentle   bool     // all faults pass, and the timeout is ample: the read must succeed
}

// passing faults are gone when the request is sent again, or when the export is asked for again.
var passingFaults = map[string]func(*rand.Rand) http.HandlerFunc{
	"500":               func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(500, "RDS.9999", "Internal error.") },
	"502 page":          func(*rand.Rand) http.HandlerFunc { return rdssim.HTMLPage(502) },
	"200 page":          func(*rand.Rand) http.HandlerFunc { return rdssim.HTMLPage(200) },
	"429 in seconds":    func(r *rand.Rand) http.HandlerFunc { return rdssim.RetryAfter(429, fmt.Sprint(r.IntN(20))) },
	"503 with nonsense": func(*rand.Rand) http.HandlerFunc { return rdssim.RetryAfter(503, "soon") },
	"broken connection": func(*rand.Rand) http.HandlerFunc { return rdssim.Drop() },
	"lost answer":       func(*rand.Rand) http.HandlerFunc { return rdssim.LostAnswer() },
	"half a body":       func(*rand.Rand) http.HandlerFunc { return rdssim.HalfBody() },
	"hanging server":    func(*rand.Rand) http.HandlerFunc { return rdssim.Hang() },
	"slow answer":       func(r *rand.Rand) http.HandlerFunc { return rdssim.Delay(time.Duration(r.IntN(20)) * time.Second) },
}

// passingAnswers are RDS's alone: IAM would not answer so.
var passingAnswers = map[string]func(*rand.Rand) http.HandlerFunc{
	"busy":      func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(403, "DBS.200011", "Busy.") },
	"not ready": func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(500, "DBS.280036", "Not ready.") },
	"half JSON": func(*rand.Rand) http.HandlerFunc { return rdssim.Status(200, `{"status":"finish","list":[{`, nil) },
	"nothing":   func(*rand.Rand) http.HandlerFunc { return rdssim.Status(200, ``, nil) },
}

// exportAnswer is good JSON for every object. Only an export then goes on.
var exportAnswer = map[string]func(*rand.Rand) http.HandlerFunc{
	"unknown word": func(*rand.Rand) http.HandlerFunc { return rdssim.Status(200, `{"status":"DREAMING","list":null}`, nil) },
}

var lastingFaults = map[string]func(*rand.Rand) http.HandlerFunc{
	// The second such answer for a request is an error.
	"old token":    func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(403, "DBS.280056", "Invalid token.") },
	"redirect":     func(*rand.Rand) http.HandlerFunc { return rdssim.Redirect("https://evil.example.com/?a=b") },
	"64 MB":        func(*rand.Rand) http.HandlerFunc { return rdssim.HugeBody(64 << 20) },
	"forbidden":    func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(403, "DBS.200604", "No.") },
	"storage full": func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(409, "DBS.200316", "Full.") },
	"unauthorized": func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(401, "APIGW.0301", "Bad token.") },
	"bad request":  func(*rand.Rand) http.HandlerFunc { return rdssim.APIError(400, "DBS.999999", "What?") },
}

func TestChaos(t *testing.T) {
	each(t, func(t *testing.T, o object) {
		ends := map[string]int{}
		for seed := *chaosFirst; seed < *chaosFirst+*chaosRuns; seed++ {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) { ends[chaos(t, o, rand.New(rand.NewPCG(seed, 7)))]++ })
			})
		}
		t.Logf("how they ended: %v", ends)
		if *chaosRuns >= 400 && (ends["an answer"] < 100 || ends["an error"] < 50) {
			t.Errorf("got %v, want 100 answers and 50 errors: the weather is too much of one kind to prove anything", ends)
		}
	})
}

func chaos(t *testing.T, object object, r *rand.Rand) string {
	w, c := brew(t, object, r)
	t.Logf("%+v", w)
	arguments := object.arguments(w.instance)
	switch {
	case object.links:
		arguments["poll_method"] = pick(r, []any{nil, "repeat", "task"})
	case !object.everyInstance:
		arguments["start_time"], arguments["end_time"] = "1999-12-31T20:00:00Z", "2000-01-01T00:00:00Z"
	}
	start := time.Now()
	o := object.read(t, c, object.arguments(w.instance, arguments, limited(w.timeout.String())))
	took := time.Since(start)
	for _, d := range o.Diagnostics {
		t.Log(d)
	}
	if took > w.timeout {
		t.Errorf("took %s, more than the timeout of %s", took, w.timeout)
	}
	tellsNoSecret(t, strings.Join(o.Diagnostics, "\n"))
	if o.Values == nil {
		if w.gentle {
			t.Errorf("failed after %s, though all faults pass", took)
		}
		namesTheCause(t, object, o.Diagnostics, w)
		return "an error"
	}
	if object.links {
		holdsAllLinks(t, c, o, w)
	} else {
		holdsTheWholeAnswer(t, c, object, arguments, o)
	}
	return "an answer"
}

// brew makes the weather from the random numbers.
func brew(t *testing.T, o object, r *rand.Rand) (weather, *rdstest.Cloud) {
	t.Helper()
	w := weather{gentle: r.IntN(2) == 0}
	files := map[string]int{rdssim.InstanceHealthy: 1, rdssim.InstanceTwoFiles: 2, rdssim.InstancePartlyFails: 2, rdssim.InstanceBusy: 1}
	w.instance = pick(r, []string{
		rdssim.InstanceHealthy, rdssim.InstanceTwoFiles, rdssim.InstancePartlyFails, rdssim.InstanceBusy,
		rdssim.InstanceFails, rdssim.InstanceStuck, rdssim.InstanceNoLink, rdssim.InstanceMissing,
	})
	if w.gentle {
		w.instance = pick(r, []string{rdssim.InstanceHealthy, rdssim.InstanceTwoFiles, rdssim.InstancePartlyFails, rdssim.InstanceBusy})
	}
	w.files = files[w.instance]
	w.timeout = time.Duration(1+r.IntN(600)) * time.Second
	if w.gentle {
		w.timeout = 20 * time.Minute
	}
	export := time.Duration(r.IntN(60000)) * time.Millisecond
	w.linkLife = pick(r, []time.Duration{time.Second, 29 * time.Second, 40 * time.Second, 5 * time.Minute})
	options := []rdssim.Option{rdssim.WithExportDuration(export), rdssim.WithLinkLife(w.linkLife)}
	emptyFirstAnswer := r.IntN(3) == 0
	withoutJobs := r.IntN(3) == 0
	if !o.links { // two reads see the same log
		then := strings.NewReplacer("2026-11-23 1", "1999-12-31 2")
		options = append(options, rdssim.WithErrorLog(then.Replace(dayLog)), rdssim.WithSlowLog(then.Replace(slowDay)),
			rdssim.WithOriginalTimes())
	}
	c := rdstest.New(t, options...)
	c.Outside.Random = shared(r)
	if emptyFirstAnswer && o.links {
		c.Inject(rdssim.Fault{Kind: o.calls, Handler: emptyAnswer()})
	}
	for range r.IntN(9) {
		w.faults = append(w.faults, w.inject(c, o, r))
	}
	if withoutJobs {
		c.Inject(rdssim.Fault{Kind: "rds.job", Times: -1, Handler: rdssim.APIError(400, "DBS.200543", "The job does not exist.")})
	}
	if r.IntN(3) == 0 {
		time.AfterFunc(time.Duration(r.IntN(60))*time.Second, c.RevokeTokens)
	}
	return w, c
}

// emptyAnswer is an export whose answer lists no file yet, so that it has no workflow ID.
func emptyAnswer() http.HandlerFunc {
	return rdssim.Status(http.StatusOK, `{"list":[],"status":"CREATING","count":0}`, nil)
}

// shared returns a source of random numbers for requests that are sent side by side. Their order can differ between two
// runs of a seed.
func shared(r *rand.Rand) func() float64 {
	var mu sync.Mutex
	own := rand.New(rand.NewPCG(r.Uint64(), r.Uint64()))
	return func() float64 {
		mu.Lock()
		defer mu.Unlock()
		return own.Float64()
	}
}

func (w *weather) inject(c *rdstest.Cloud, o object, r *rand.Rand) string {
	places := []string{"login", o.calls, o.calls, o.calls}
	if o.links {
		places = append(places, "rds.job")
	}
	kind := pick(r, places)
	kinds := []map[string]func(*rand.Rand) http.HandlerFunc{passingFaults}
	if kind != "login" {
		kinds = append(kinds, passingAnswers)
	}
	if o.links && kind != "login" {
		kinds = append(kinds, exportAnswer)
	}
	times := 1 + r.IntN(3)
	if kind == "login" {
		times = 1 // a login gives up after some retries, whatever the timeout
	}
	if !w.gentle {
		kinds = append(kinds, lastingFaults)
		times = pick(r, []int{1, 2, 5, 20, -1})
	}
	faults := pick(r, kinds)
	name := pick(r, sortedKeys(faults))
	f := rdssim.Fault{Kind: kind, Skip: r.IntN(4), Times: times, Handler: faults[name](r)}
	if kind == "login" {
		f.Skip = 0
	}
	c.Inject(f)
	return fmt.Sprintf("%s at %s, %d times after %d", name, kind, f.Times, f.Skip)
}

func holdsAllLinks(t *testing.T, c *rdstest.Cloud, o rdstest.Outcome, w weather) {
	t.Helper()
	files, _ := o.Values["list"].([]any)
	links, names := 0, map[any]bool{}
	for _, entry := range files {
		file, _ := entry.(map[string]any)
		names[file["file_name"]] = true
		link, ok := file["file_link"].(string)
		if !ok {
			continue
		}
		links++
		expired := w.linkLife == time.Second // nobody is as quick as that
		if status := get(t, c, link); status != http.StatusOK && (status != http.StatusForbidden || !expired) {
			t.Errorf("the link answers %d", status)
		}
	}
	if links != w.files || len(names) != len(files) || o.Values["link_count"] != int64(len(files)) {
		t.Errorf("%d links of %d, %d names for %d files, link_count %v", links, w.files, len(names), len(files), o.Values["link_count"])
	}
}

// holdsTheWholeAnswer compares the answer with the one of a cloud in good order.
func holdsTheWholeAnswer(t *testing.T, c *rdstest.Cloud, object object, arguments map[string]any, o rdstest.Outcome) {
	t.Helper()
	for name := range object.gives {
		if name, _, _ = strings.Cut(name, "."); o.Values[name] == nil {
			t.Errorf("got no %s, want it: %v", name, o.Values)
		}
	}
	c.Heal()
	want := object.read(t, c, arguments).Values
	delete(want, "timeouts")
	delete(o.Values, "timeouts")
	if diff := cmp.Diff(want, o.Values); diff != "" {
		t.Errorf("the answer (-in good order +got):\n%s", diff)
	}
}

func get(t *testing.T, c *rdstest.Cloud, link string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.Heal()
	resp, err := c.Transport().RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode
}

// namesTheCause expects one error, under its summary, that names the instance or the address.
func namesTheCause(t *testing.T, o object, diagnostics []string, w weather) {
	t.Helper()
	if len(diagnostics) != 1 || !strings.HasPrefix(diagnostics[0], "Error: Unable to ") {
		t.Fatalf("got %d diagnostics, want one error: %q", len(diagnostics), diagnostics)
	}
	what := w.instance
	if o.everyInstance {
		what = o.request
	}
	if !strings.Contains(diagnostics[0], what) && !strings.Contains(diagnostics[0], "rdssim.invalid") {
		t.Errorf("got %s, want the instance or the server in it", diagnostics[0])
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }
