// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package rds_test

import (
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/otc-rds/terraform-provider-rds/internal/rds"
)

// checkLink returns what is wrong with a link that was read from a text, or "".
func checkLink(text, link string) string {
	if link == "" {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil {
		return "can't be parsed"
	}
	scheme := strings.ToLower(u.Scheme)
	_, query, _ := strings.Cut(text, "?")
	_, got, _ := strings.Cut(link, "?")
	switch {
	case scheme != "https" && scheme != "http":
		return "is no http"
	case u.Hostname() == "" || u.User != nil:
		return "names no host, or a user"
	case got != query:
		return "has another query"
	case !strings.HasSuffix(link, strings.TrimPrefix(text, "//")):
		return "is another text"
	case strings.ContainsAny(link, "\x00\x1b\r\n\t "):
		return "holds blanks or controls"
	default:
		return ""
	}
}

func checkTime(at time.Time) string {
	if !at.IsZero() && (at.Year() < 1970 || at.Year() > 9999 || at.Location() != time.UTC) {
		return "is out of range"
	}
	return ""
}

func checkWord(word string) string {
	if utf8.RuneCountInString(word) > 401 || strings.ContainsFunc(word, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return "can't be printed"
	}
	return ""
}

// FuzzErrorLogAnswer: whatever an answer of status 200 holds, it is read the same way each time, and what comes out
// of it is sound.
func FuzzErrorLogAnswer(f *testing.F) {
	for _, body := range []string{
		documented,
		`{"list":[{"workflow_id":"w","file_name":"f","status":"EXPORTING","file_size":null,"file_link":null,` +
			`"create_at":1589529991385}],"status":"CREATING","count":1}`,
		`{"list":[{"status":"failed"}` +
			`,{"status":"success","file_link":"https://obs.example.com/f","file_size":"3.59","updated_at":"1"}],"status":"FAILED"}`,
		`{"list":null,"status":"finish","count":"0"}`, `{"list":[null]}`, `{"list":[{"file_size":1e3,"create_at":-1,` +
			`"file_link":"//u@h"}],"count":-1}`,
		`{"list":[{"file_link":{}}]}`, `{"status":"\u001b[31m"}`, `{}`, `[]`, `null`, ``, `{"list":[{"file_`, `<html>`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := ask(t, 200, string(body), "X-Request-Id", "r1")
		again, _ := ask(t, 200, string(body), "X-Request-Id", "r1")
		if diff := cmp.Diff(again, got); diff != "" {
			t.Fatal("two answers to one question:", diff)
		}
		if err != nil {
			checkAnswerError(t, body, err)
			return
		}
		if !json.Valid(body) {
			t.Fatalf("expected an error for what is no JSON, got %+v", got)
		}
		complaints := []string{checkWord(got.Status)}
		if got.Count < 0 || got.Files == nil || got.Links() > len(got.Files) {
			complaints = append(complaints, "counts wrongly")
		}
		for _, file := range got.Files {
			complaints = append(complaints, checkWord(file.Status), checkWord(file.SizeText), checkLink(
				strings.TrimPrefix(file.Link, "https://"), file.Link,
			),
				checkTime(file.CreatedAt), checkTime(file.UpdatedAt), checkTime(file.ExpiresAt))
			if file.Size != nil && (*file.Size < 0 || file.SizeText != "") || file.Failed() && file.Link != "" ||
				file.Link == "" && !file.ExpiresAt.IsZero() {
				complaints = append(complaints, "a file that contradicts itself")
			}
		}
		if all := strings.Join(complaints, ""); all != "" {
			t.Fatalf("%s: %+v", all, got)
		}
	})
}

// checkAnswerError: it is typed, can be printed, and repeats nothing of the answer but numbers and the API's own words.
func checkAnswerError(t *testing.T, body []byte, err error) {
	t.Helper()
	var decode *rds.DecodeError
	var refusal *rds.Error // for a page of HTML
	if errors.As(err, &refusal) {
		if refusal.Kind.Passing() || refusal.Code != "" {
			return
		}
		t.Fatalf("expected a refusal that may pass or has a code, got %#v", refusal)
	}
	if !errors.As(err, &decode) || decode.RequestID != "r1" {
		t.Fatalf("expected a DecodeError of request r1, got %#v", err)
	}
	text := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, decode.Error())
	for _, kind := range []string{"object", "array", "string", "number", "bool"} {
		text = strings.Replace(text, "JSON "+kind, "JSON", 1)
	}
	known := map[string]bool{
		"the answer is null": true, "entry  of the list is null": true, "the answer is no complete JSON: it breaks after  bytes": true,
		"the answer holds a JSON where another type was promised":            true,
		"list holds a JSON where another type was promised":                  true,
		"a field holds an object or a list where a plain value was promised": true,
	}
	if !known[text] {
		t.Fatalf("got %q for %q, want one of the known texts", err, body)
	}
}

// FuzzDownloadLink: a text is no link, or an http(s) address with the very same query.
func FuzzDownloadLink(f *testing.F) {
	for _, text := range []string{
		documentedLink, "https://" + documentedLink, "//obs.example.com/f", "http://127.0.0.1:1/f?a=http://b",
		"obs.example.com/f?a=b?c#d", "[::1]:8/f",
		"ftp://h/f", "javascript:alert(1)", "https:/h", "u:p@h/f", "https://h/%zz", "https://h/a b", "h\x00", "", "?", "://", "#://",
		"https://h:/",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("JSON has no such text")
		}
		got := linkOf(t, text)
		if complaint := checkLink(strings.TrimSpace(text), got.Link) + checkTime(got.ExpiresAt); complaint != "" {
			t.Fatalf("%q: %q %s", text, got.Link, complaint)
		}
		if again := linkOf(t, got.Link); again.Link != got.Link || !again.ExpiresAt.Equal(got.ExpiresAt) {
			t.Fatalf("expected the same link when it is read again, %q, got %q", got.Link, again.Link)
		}
	})
}

// FuzzLinkExpiry: the time is that of the link and in 1970 to 9999, whatever else the query holds.
func FuzzLinkExpiry(f *testing.F) {
	f.Add("AWSAccessKeyId=1BQ38TBCQHAVQXBUMUTC&response-cache-control=no-cache%2Cno-store", int64(1589530200), "20200515T080500Z", int64(300))
	f.Add("X-Obs-Date=20200515T080500Z&X-Obs-Expires=300", int64(-1), "", int64(-1))
	f.Add("Expires=1&%zz&;", int64(253402300800), "99991231T235959Z", int64(604800))
	f.Add("X-Amz-Expires=1", int64(1)<<62, "00000101T000000Z", int64(1)<<62)
	f.Fuzz(func(t *testing.T, query string, expires int64, date string, life int64) {
		const place = "https://obs.example.com/f?"
		v2 := place + "Expires=" + strconv.FormatInt(expires, 10) + "&" + query
		v4 := place + "X-Amz-Date=" + url.QueryEscape(date) + "&X-Amz-Expires=" + strconv.FormatInt(life, 10) + "&" + query
		for _, link := range []string{v2, v4, place + query} {
			if !utf8.ValidString(link) {
				t.Skip("JSON has no such text")
			}
			if complaint := checkTime(linkOf(t, link).ExpiresAt); complaint != "" {
				t.Fatalf("%q %s", link, complaint)
			}
		}
		got := linkOf(t, v2)
		if got.Link == "" {
			return // the query holds what no link may
		}
		inRange := expires > 0 && expires <= 253402300799
		if inRange != (got.ExpiresAt.Unix() == expires) || !inRange && !got.ExpiresAt.IsZero() {
			t.Fatalf("%q: expected the expiry %d if that is in range, else none, got %s", v2, expires, got.ExpiresAt)
		}
		signed, err := time.Parse("20060102T150405Z", date)
		if err != nil || life < 0 || life > 604800 || strings.Contains(query, "xpires") || strings.Contains(query, "%") {
			return // another parameter may decide
		}
		want := signed.Add(time.Duration(life) * time.Second).Truncate(time.Second)
		if got := linkOf(t, v4); got.Link != "" && want.Year() > 1970 && want.Year() <= 9999 && !got.ExpiresAt.Equal(want) {
			t.Fatalf("%q expires at %s, want %s", v4, got.ExpiresAt, want)
		}
	})
}
