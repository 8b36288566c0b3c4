// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// linkOf sends a link through an answer, as the API does.
func linkOf(t *testing.T, text string) rds.ExportFile {
	t.Helper()
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	got, err := ask(t, 200, `{"list":[{"file_link":`+string(raw)+`}]}`)
	if err != nil {
		t.Fatal(err)
	}
	return got.Files[0]
}

func TestDownloadLink(t *testing.T) {
	same := "(the same)"
	cases := map[string]struct{ text, want string }{
		"the page's example": {documentedLink, "https://" + documentedLink},
		"https":              {"https://" + documentedLink, same},
		"http":               {"http://obs.example.com/f?a=b", same},
		"capitals":           {"HTTPS://OBS.example.com/F?A=b", same},
		"a host alone":       {"//obs.example.com/f?a=b", "https://obs.example.com/f?a=b"},
		"a port":             {"obs.example.com:8443/f", "https://obs.example.com:8443/f"},
		"IPv4":               {"http://127.0.0.1:8080/f?a=b", same},
		"IPv6":               {"https://[2001:db8::1]:8443/f", same},
		"IPv6, no scheme":    {"[2001:db8::1]/f", "https://[2001:db8::1]/f"},
		"an address in the query": {
			"obs.example.com/f?next=http://evil.example.com/x", "https://obs.example.com/f?next=http://evil.example.com/x",
		},
		"and with a scheme":          {"https://obs.example.com/f?next=ftp://evil.example.com", same},
		"an odd query stays":         {"https://obs.example.com/f?Signature=a%2fb+c%2B%3D&&x&=y;z&Signature=2", same},
		"a query that can't be read": {"https://obs.example.com/f?Signature=%zz%", same},
		"two question marks":         {"obs.example.com/f?a=b?c://d", "https://obs.example.com/f?a=b?c://d"},
		"an escaped path stays":      {"obs.example.com/a%2Fb%20c/../d?x=1", "https://obs.example.com/a%2Fb%20c/../d?x=1"},
		"another alphabet":           {"https://obs.example.com/журнал?x=1", same},
		"no end":                     {"https://obs.example.com/" + strings.Repeat("x", 1<<20), same},

		"nothing":            {"", ""},
		"ftp":                {"ftp://obs.example.com/f", ""},
		"file":               {"file:///etc/passwd", ""},
		"javascript":         {"javascript:alert(1)", ""},
		"javascript, again":  {"javascript://obs.example.com/%0aalert(1)", ""},
		"data":               {"data:text/html,x", ""},
		"mail":               {"mailto:a@example.com", ""},
		"a user":             {"https://user@obs.example.com/f", ""},
		"user and password":  {"user:password@obs.example.com/f", ""},
		"another host's end": {"https://obs.example.com@evil.example.com/f", ""},
		"one slash":          {"https:/obs.example.com/f", ""},
		"no slash":           {"https:obs.example.com/f", ""},
		"three slashes":      {"https:///f", ""},
		"a path":             {"/f?a=b", ""},
		"a query":            {"?a=b", ""},
		"a port alone":       {":443/f", ""},
		"a colon, no port":   {"https://obs.example.com:/f", ""},
		"a port in words":    {"obs.example.com:https/f", ""},
		"a scheme alone":     {"https://", ""},
		"half an IPv6":       {"https://[2001:db8::1/f", ""},
		"a bad escape":       {"https://obs.example.com/%zz", ""},
		"a space":            {"https://obs.example.com/a b", ""},
		"a space, invisible": {"https://obs.example.com/a\u00a0b", ""},
		"two lines":          {"https://obs.example.com/f\r\nX-Auth-Token: x", ""},
		"a tab":              {"https://obs.\texample.com/f", ""},
		"a zero":             {"https://obs.example.com/f\x00", ""},
		"an 8-bit control":   {"https://obs.example.com/\u009b2J", ""},
		"an escape sequence": {"https://obs.example.com/\x1b[2J", ""},
		"a backslash":        {`https://obs.example.com\@evil.example.com/`, ""},
		"words":              {"see the console", ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			want := c.want
			if want == same {
				want = c.text
			}
			if got := linkOf(t, c.text).Link; got != want {
				t.Errorf("%.200q: got %.200q, want %.200q", c.text, got, want)
			}
		})
	}
}

func TestLinkExpiry(t *testing.T) {
	day := func(hour, minute, second int) time.Time {
		return time.Date(2020, 5, 15, hour, minute, second, 0, time.UTC)
	}
	cases := map[string]struct {
		query string
		want  time.Time
	}{
		"V2":                            {"AWSAccessKeyId=A&Expires=1589530200&Signature=x", day(8, 10, 0)},
		"V2, among junk":                {"%zz&a=%&;&Expires=1589530200", day(8, 10, 0)},
		"V2, twice: the first":          {"Expires=1589530200&Expires=1", day(8, 10, 0)},
		"V4":                            {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=300&X-Amz-Signature=x", day(8, 10, 0)},
		"V4, OBS's names":               {"X-Obs-Date=20200515T080500Z&X-Obs-Expires=300", day(8, 10, 0)},
		"V4, no life":                   {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=0", day(8, 5, 0)},
		"V4, a week":                    {"X-Amz-Date=20200508T080500Z&X-Amz-Expires=604800", day(8, 5, 0)},
		"both: V2":                      {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=3000&Expires=1589530200", day(8, 10, 0)},
		"V2 in words, V4 good":          {"Expires=soon&X-Amz-Date=20200515T080500Z&X-Amz-Expires=300", day(8, 10, 0)},
		"Amazon's bad, OBS's good":      {"X-Amz-Date=x&X-Amz-Expires=1&X-Obs-Date=20200515T080500Z&X-Obs-Expires=300", day(8, 10, 0)},
		"the end of 9999":               {"Expires=253402300799", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		"after 9999":                    {"Expires=253402300800", time.Time{}},
		"in milliseconds: no such year": {"Expires=1589530200000", time.Time{}},
		"more than a number can hold":   {"Expires=99999999999999999999", time.Time{}},
		"zero":                          {"Expires=0", time.Time{}},
		"negative":                      {"Expires=-1589530200", time.Time{}},
		"a fraction":                    {"Expires=1589530200.5", time.Time{}},
		"empty":                         {"Expires=", time.Time{}},
		"in words":                      {"Expires=Fri%2C+15+May+2020", time.Time{}},
		"another name":                  {"expires=1589530200&response-expires=1589530200", time.Time{}},
		"no query":                      {"", time.Time{}},
		"nothing that can be read":      {"%zz", time.Time{}},
		"V4, no date":                   {"X-Amz-Expires=300", time.Time{}},
		"V4, no life at all":            {"X-Amz-Date=20200515T080500Z", time.Time{}},
		"V4, a negative life":           {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=-1", time.Time{}},
		"V4, more than a week":          {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=604801", time.Time{}},
		"V4, an absurd life":            {"X-Amz-Date=20200515T080500Z&X-Amz-Expires=9223372036854775807", time.Time{}},
		"V4, no such day":               {"X-Amz-Date=20200230T080500Z&X-Amz-Expires=300", time.Time{}},
		"V4, another form":              {"X-Amz-Date=2020-05-15T08:05:00Z&X-Amz-Expires=300", time.Time{}},
		"V4, before 1970":               {"X-Amz-Date=00010101T000000Z&X-Amz-Expires=300", time.Time{}},
		"V4, the end of time":           {"X-Amz-Date=99991231T235959Z&X-Amz-Expires=300", time.Time{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			got := linkOf(t, "https://obs.example.com/f?"+c.query).ExpiresAt
			if !got.Equal(c.want) || got.Location() != time.UTC {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
	t.Run("a link that is none", func(t *testing.T) {
		if got := linkOf(t, "ftp://obs.example.com/f?Expires=1589530200"); !got.ExpiresAt.IsZero() || got.Link != "" {
			t.Errorf("expected no link and no expiry, got %+v", got)
		}
	})
	t.Run("a path that looks like a query", func(t *testing.T) {
		if got := linkOf(t, "https://obs.example.com/Expires=1589530200"); !got.ExpiresAt.IsZero() {
			t.Errorf("expected no expiry, got %s", got.ExpiresAt)
		}
	})
}
