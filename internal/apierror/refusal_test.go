// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package apierror_test

import (
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/apierror"
)

const (
	page   = "<!DOCTYPE html>\n<html><body>Bad gateway</body></html>"
	marked = "\ufeff" + page // as some Windows servers send it
	secret = "tok-5ecret"
)

func TestRequestID(t *testing.T) {
	cases := map[string]struct {
		header http.Header
		want   string
	}{
		"none":                 {header: nil, want: ""},
		"RDS":                  {header: http.Header{"X-Request-Id": {"r1"}}, want: "r1"},
		"IAM":                  {header: http.Header{"X-Openstack-Request-Id": {"req-2"}}, want: "req-2"},
		"both":                 {header: http.Header{"X-Request-Id": {"r1"}, "X-Openstack-Request-Id": {"req-2"}}, want: "r1"},
		"the first is empty":   {header: http.Header{"X-Request-Id": {""}, "X-Openstack-Request-Id": {"req-2"}}, want: "req-2"},
		"several":              {header: http.Header{"X-Request-Id": {"r1", "r3"}}, want: "r1"},
		"not made for screens": {header: http.Header{"X-Request-Id": {"r\x1b[2J\u202e1"}}, want: ""},
		"no end":               {header: http.Header{"X-Request-Id": {strings.Repeat("r", 65)}}, want: ""},
		"the longest":          {header: http.Header{"X-Request-Id": {strings.Repeat("r", 64)}}, want: strings.Repeat("r", 64)},
		"all that may be":      {header: http.Header{"X-Request-Id": {"req-A_9.z"}}, want: "req-A_9.z"},
		"words":                {header: http.Header{"X-Request-Id": {"you sent"}}, want: ""},
		"a line break":         {header: http.Header{"X-Request-Id": {"r1\n"}}, want: ""},
		"the first is none":    {header: http.Header{"X-Request-Id": {"a b"}, "X-Openstack-Request-Id": {"req-2"}}, want: "req-2"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := apierror.RequestID(c.header); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestParse lists every form of a refusal in this cloud, and bodies that have none.
func TestParse(t *testing.T) {
	const obs = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Error><Code>AccessDenied</Code><Message>Request has expired</Message><RequestId>0000018</RequestId><HostId>h</HostId></Error>`
	type refusal = apierror.Refusal
	long := strings.Repeat("MIIx", 26)
	cases := map[string]struct {
		body string
		want refusal
	}{
		"RDS": {
			`{"error_code":"DBS.200002","error_msg":"The DB instance does not exist."}`,
			refusal{Code: "DBS.200002", Message: "The DB instance does not exist."},
		},
		"RDS, older": {`{"errCode":"RDS.0011","externalMessage":"Busy."}`, refusal{Code: "RDS.0011", Message: "Busy."}},
		"the gateway": {
			`{"error_code":"APIGW.0301","error_msg":"Incorrect IAM authentication information","request_id":"g1"}`,
			refusal{Code: "APIGW.0301", Message: "Incorrect IAM authentication information", RequestID: "g1"},
		},
		"IAM": {
			`{"error":{"code":401,"message":"The username or password is wrong.","title":"Unauthorized"}}`,
			refusal{Message: "The username or password is wrong."},
		},
		"IAM, a title only":           {`{"error":{"code":401,"title":"Unauthorized"}}`, refusal{Message: "Unauthorized"}},
		"IAM, a code of its own":      {`{"error":{"code":"IAM.0011","message":"Locked."}}`, refusal{Code: "IAM.0011", Message: "Locked."}},
		"the status as a code":        {`{"error":{"code":"418","message":"no"}}`, refusal{Message: "no"}},
		"the status as the only word": {`{"error_code":"418"}`, refusal{Message: "(20 bytes that name no error)"}},
		"another number as a code":    {`{"error_code":"401","error_msg":"no"}`, refusal{Code: "401", Message: "no"}},
		"words too long to be some": {
			`{"error_code":"` + long + `","error_msg":"no ` + long + ` here","request_id":"` + long + `"}`,
			refusal{Message: "no (hidden) here"},
		},
		"nested, RDS's names": {`{"error":{"error_code":"DBS.1","error_msg":"no"}}`, refusal{Code: "DBS.1", Message: "no"}},
		"OpenStack": {
			`{"itemNotFound":{"code":404,"message":"Instance could not be found"}}`, refusal{Message: "Instance could not be found"},
		},
		"a message alone":  {`{"message":"no route"}`, refusal{Message: "no route"}},
		"a code alone":     {`{"error_code":"DBS.200602"}`, refusal{Code: "DBS.200602"}},
		"code and message": {`{"code":"X.1","message":"no"}`, refusal{Code: "X.1", Message: "no"}},
		"the first that is set": {
			`{"error_code":"","errCode":"RDS.0011","error_msg":null,"externalMessage":"Busy."}`,
			refusal{Code: "RDS.0011", Message: "Busy."},
		},
		"flat before nested": {`{"error_code":"A","z":{"message":"inner"}}`, refusal{Code: "A"}},
		"nested twice, always the same": {
			`{"b":{"message":"second"},"a":{"message":"first"},"c":{"message":"third"},"d":7}`, refusal{Message: "first"},
		},
		"OBS": {obs, refusal{Code: "AccessDenied", Message: "Request has expired", RequestID: "0000018"}},
		"OBS, with a namespace": {
			`<Error xmlns="http://obs"><Code>RequestTimeTooSkewed</Code></Error>`, refusal{Code: "RequestTimeTooSkewed"},
		},
		"OBS, empty":                {`<Error/>`, refusal{Message: "(8 bytes that name no error)"}},
		"a byte order mark":         {"\ufeff" + `{"error_code":"DBS.1"}`, refusal{Code: "DBS.1"}},
		"HTML":                      {page, refusal{Message: "(an HTML page of 53 bytes in place of the API's JSON)"}},
		"HTML, marked and indented": {"\ufeff \n" + page, refusal{Message: "(an HTML page of 53 bytes in place of the API's JSON)"}},
		"half an XML":               {obs[:150], refusal{Message: "(an HTML page of 150 bytes in place of the API's JSON)"}},
		"another XML": {
			`<Errors><Code>x</Code></Errors>`, refusal{Message: "(an HTML page of 31 bytes in place of the API's JSON)"},
		},
		"empty":           {"", refusal{Message: "(the answer was empty)"}},
		"blank":           {" \r\n\t", refusal{Message: "(the answer was empty)"}},
		"half JSON":       {`{"error_code":"DBS.200002","err`, refusal{Message: "(31 bytes that are not the API's JSON)"}},
		"text":            {`upstream connect error ` + secret, refusal{Message: "(33 bytes that are not the API's JSON)"}},
		"null":            {`null`, refusal{Message: "(4 bytes that name no error)"}},
		"an empty object": {`{}`, refusal{Message: "(2 bytes that name no error)"}},
		"a list":          {`[{"error_code":"DBS.1"}]`, refusal{Message: "(24 bytes that are not the API's JSON)"}},
		"a string":        {`"no"`, refusal{Message: "(4 bytes that are not the API's JSON)"}},
		"values of other types": {
			`{"error_code":7,"error_msg":["no"],"request_id":{}}`, refusal{Message: "(51 bytes that name no error)"},
		},
		"another object": {
			`{"password":"` + secret + `","deep":{"er":{"message":"x"}}}`, refusal{Message: "(55 bytes that name no error)"},
		},
		"not UTF-8": {"{\"error_msg\":\"a\xffb\"}", refusal{Message: "a?b"}},
		"made for no screen": {
			`{"error_code":"A\u001b[31m","error_msg":"l1\r\nl2\u202e\u0000","request_id":"\u0007"}`, refusal{Message: "l1 l2??"},
		},
		"very deep": {
			strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000),
			refusal{Message: "(120001 bytes that are not the API's JSON)"},
		},
		"very deep XML": {
			strings.Repeat(`<Error>`, 20000), refusal{Message: "(an HTML page of 140000 bytes in place of the API's JSON)"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			c.want.StatusCode = 418
			c.want.Described = strings.HasPrefix(c.want.Message, "(") // no server of the table begins so
			for range 5 {                                             // a map's order must not show
				if diff := cmp.Diff(c.want, apierror.Parse(418, nil, []byte(c.body))); diff != "" {
					t.Fatalf("(-want +got):\n%s", diff)
				}
			}
		})
	}
	t.Run("a blank request id in the header does not win", func(t *testing.T) {
		got := apierror.Parse(401, http.Header{"X-Request-Id": {" "}}, []byte(`{"error_code":"A","request_id":"b1"}`))
		if diff := cmp.Diff(refusal{StatusCode: 401, Code: "A", RequestID: "b1"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
	t.Run("the header's request id wins", func(t *testing.T) {
		got := apierror.Parse(401, http.Header{"X-Request-Id": {"h1"}}, []byte(`{"error_code":"A","request_id":"b1"}`))
		if diff := cmp.Diff(refusal{StatusCode: 401, Code: "A", RequestID: "h1"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestParse_Described: a message of the server and a description of its body differ, also if they look alike.
func TestParse_Described(t *testing.T) {
	for body, want := range map[string]bool{
		`{"message":"(2 bytes that name no error)"}`: false, `{"error_code":"A"}`: false, `<Error><Code>A</Code></Error>`: false,
		"": true, "{}": true, "text": true, page: true, `{"error":{"code":"418"}}`: true, `<Error/>`: true,
	} {
		if got := apierror.Parse(418, nil, []byte(body)); got.Described != want {
			t.Errorf("%s: got described %t, want %t", body, got.Described, want)
		}
	}
}

// TestMessage: a word of more than 100 bytes is hidden.
func TestMessage(t *testing.T) {
	word := strings.Repeat("x", 100)
	for name, c := range map[string]struct{ text, want string }{
		"nothing":                  {"", ""},
		"the longest word":         {word, word},
		"one byte more":            {word + "y", "(hidden)"},
		"the longest, in bytes":    {strings.Repeat("ß", 50), strings.Repeat("ß", 50)},
		"one more, in bytes":       {strings.Repeat("ß", 50) + "y", "(hidden)"},
		"among others":             {"get " + word + "y\tor\n" + word + "z now", "get (hidden) or (hidden) now"},
		"made for no screen":       {"a\x1b[31m  b", "a?[31m b"},
		"a long text of words":     {strings.Repeat("word ", 100), strings.Repeat("word ", 80) + "…"},
		"a long word after a text": {strings.Repeat("word ", 78) + word + "y", strings.Repeat("word ", 78) + "(hidden)"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := apierror.Message(c.text); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPrintable(t *testing.T) {
	full := strings.Repeat("x", 400)
	cases := map[string]struct{ text, want string }{
		"nothing":             {"", ""},
		"blanks":              {" \n\t\u00a0\u2028", ""},
		"plain":               {"DBS.200602", "DBS.200602"},
		"one line":            {"  a\r\n\tb\u2028c  ", "a b c"},
		"another language":    {"Größe ungültig: 数据库", "Größe ungültig: 数据库"},
		"colours":             {"\x1b[31mred\x1b[0m", "?[31mred?[0m"},
		"a title":             {"\x1b]0;owned\x07", "?]0;owned?"},
		"8-bit controls":      {"\u009b31m", "?31m"},
		"backwards":           {"a\u202etxt.exe\u2066b\u200f", "a?txt.exe?b?"},
		"invisible":           {"a\u200bb\u00adc\U000e0041d\ufeff", "a?b?c?d?"},
		"not UTF-8":           {"a\xff\xfeb", "a??b"},
		"full":                {full, full},
		"full, then a blank":  {full + " ", full},
		"one too many":        {full + "y", full + "…"},
		"cut at a blank":      {full + " y", full + "…"},
		"a blank as the last": {full[:399] + "  yy", full[:399] + " …"},
		"cut between runes":   {strings.Repeat("ß", 401), strings.Repeat("ß", 400) + "…"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := apierror.Printable(c.text)
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if again := apierror.Printable(got); again != got {
				t.Errorf("a second time it gives %q", again)
			}
		})
	}
}

func TestPrintableIsBounded(t *testing.T) {
	for name, text := range map[string]string{"letters": "x", "words": "x ", "blanks": " ", "controls": "\x00"} {
		t.Run(name, func(t *testing.T) {
			long := strings.Repeat(text, 10*(1<<20)/len(text))
			var got string
			if used := allocated(func() { got = apierror.Printable(long) }); used > (1 << 20) {
				t.Errorf("%d bytes allocated", used)
			}
			if n := utf8.RuneCountInString(got); n > 401 {
				t.Errorf("%d runes", n)
			}
		})
	}
}

func TestIsHTML(t *testing.T) {
	for body, want := range map[string]bool{
		page: true, marked: true, " \n<": true, "<?xml?>": true, "": false, "{}": false, `"<"`: false, "\ufeff{}": false,
	} {
		if got := apierror.IsHTML([]byte(body)); got != want {
			t.Errorf("%q: got %t, want %t", body, got, want)
		}
	}
}

// FuzzRefusal: a refusal is printable, not empty, and the same each time, whatever the body.
func FuzzRefusal(f *testing.F) {
	for _, body := range []string{
		`{"error_code": "DBS.200002", "error_msg": "The DB instance does not exist."}`,
		`{"errCode": "RDS.0011", "externalMessage": "Busy."}`,
		`{"error_code": "APIGW.0301", "error_msg": "Incorrect IAM authentication information", "request_id": "1"}`,
		`{"error": {"code": 401, "message": "The token is wrong.", "title": "Unauthorized"}}`,
		`{"itemNotFound": {"code": 404, "message": "gone"}}`,
		`<Error><Code>AccessDenied</Code><Message>Request has expired</Message><RequestId>1</RequestId></Error>`,
		page, marked, "", "null", "[]", "{", `{"a":{"message":"1"},"b":{"message":"2"}}`, "\x1b[2J",
	} {
		f.Add(400, "r1", []byte(body))
	}
	f.Add(503, "\x1b\u202e", []byte("<html"))
	f.Fuzz(func(t *testing.T, status int, id string, body []byte) {
		header := http.Header{"X-Request-Id": {id}}
		r := apierror.Parse(status, header, body)
		if r != apierror.Parse(status, header, body) {
			t.Fatal("two answers to one question")
		}
		if r.StatusCode != status || r.Code == "" && r.Message == "" {
			t.Fatalf("got %+v, want the status %d and a code or a message", r, status)
		}
		for name, text := range map[string]string{"code": r.Code, "message": r.Message, "request id": r.RequestID} {
			if complaint := unprintable(text); complaint != "" {
				t.Fatalf("%s %q %s", name, text, complaint)
			}
		}
		if id := apierror.RequestID(header); id != "" && r.RequestID != id {
			t.Fatalf("request id %q, want %q", r.RequestID, id)
		}
	})
}

func unprintable(text string) string {
	switch {
	case !utf8.ValidString(text):
		return "is not UTF-8"
	case utf8.RuneCountInString(text) > 401:
		return "has no end"
	case strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }):
		return "holds what a screen obeys"
	default:
		return ""
	}
}

// allocated returns how many bytes a function allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
