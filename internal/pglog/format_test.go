// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/otc-rds/terraform-provider-rds/internal/pglog"
)

func read(t *testing.T, name string) []pglog.Event {
	t.Helper()
	f, err := os.Open("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	r := pglog.NewReader(f)
	var all []pglog.Event
	for e, err := range r.All() {
		if err != nil {
			t.Fatalf("expected events in %s, got %v", name, err)
		}
		all = append(all, e)
	}
	equal(t, int64(0), r.UnknownLines())
	return all
}

// A server wrote each log in three formats at once. They must give the same events, but for what a format does not have.
func TestFormatsGiveTheSameEvents(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events int
		// lost takes away what the prefix does not have.
		lost func(*pglog.Event)
	}{
		{"aws", 49, func(e *pglog.Event) { e.SQLState = "" }},
		{"german", 47, func(e *pglog.Event) {
			e.SQLState, e.User, e.Database, e.Time = "", "", "", e.Time.Truncate(time.Second)
		}},
		{"french", 49, func(*pglog.Event) {}}, // verbose
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			stderr, json, csv := read(t, test.name+".log"), read(t, test.name+".json"), read(t, test.name+".csv")
			equal(t, test.events, len(json))
			equal(t, json, csv)
			for i := range json {
				test.lost(&json[i])
			}
			equal(t, json, stderr)
		})
	}
}

func TestGermanLogWithoutSQLState(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/german.log")
	equal(t, nil, err)
	equal(t, `other ERROR 2 Relation "…" existiert nicht
other ERROR 1 Datum/Zeit-Feldwert ist außerhalb des gültigen Bereichs: "…"
other ERROR 1 Division durch Null
other ERROR 1 Kunde … gesperrt
other FATAL 1 Rolle "…" existiert nicht
other ERROR 1 Spalte "…" existiert nicht
other ERROR 1 Syntaxfehler bei "…"
other ERROR 1 doppelter Schlüsselwert verletzt Unique-Constraint "…"
other ERROR 1 neue Zeile für Relation "…"
other ERROR 1 storniere Anfrage wegen Zeitüberschreitung der Anfrage
other ERROR 1 ungültige Eingabesyntax für Typ integer: "…"
other FATAL 1 Datenbank "…" existiert nicht
other ERROR 1 keine Berechtigung für Tabelle account
other ERROR 1 Verklemmung (Deadlock) entdeckt
`, summarize(t, string(text)))
}

func TestFrenchLogWithSQLState(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/french.log")
	equal(t, nil, err)
	equal(t, `deadlock ERROR 1 interblocage (deadlock) détecté
timeout ERROR 1 annulation de la requête à cause du délai écoulé pour l'exécution de l'instruction
authentication FATAL 1 le rôle "…" n'existe pas
authentication FATAL 1 la base de données "…" n'existe pas
privilege ERROR 1 droit refusé pour la table account
constraint ERROR 1 la valeur d'une clé dupliquée rompt la contrainte unique "…"
constraint ERROR 1 la nouvelle ligne de la relation "…"
sql ERROR 2 la relation "…" n'existe pas
sql ERROR 1 erreur de syntaxe sur ou près de "…"
sql ERROR 1 syntaxe en entrée invalide pour le type integer : "…"
sql ERROR 1 division par zéro
sql ERROR 1 la colonne "…" n'existe pas
sql ERROR 1 valeur du champ date/time en dehors des limites : "…"
other ERROR 1 Kunde … gesperrt
`, summarize(t, string(text)))
}

// csvRecord returns a record with this message and statement, and as many empty columns at the end.
func csvRecord(message, statement string, more int) string {
	return `2026-11-23 16:05:52.291 UTC,"app","orders",7,"[local]",6743abcd.7,1,"SELECT",2026-11-23 16:05:50 UTC,3/4,0,ERROR,22012,"` +
		message + `","de""tail","hint",,,"context","` + statement + `",8,"int4div, int.c:846","psql"` + strings.Repeat(",", more) + "\n"
}

func TestColumnsOfCSV(t *testing.T) {
	t.Parallel()
	want := pglog.Event{
		Time: time.Date(2026, 11, 23, 16, 5, 52, 291e6, time.UTC), Level: pglog.LevelError, SQLState: "22012", Message: "division\nby zero",
		Detail: `de"tail`, Hint: "hint", Context: "context", Statement: "select 1/0,\n\n'\"'", Location: "int4div, int.c:846", Position: 8,
		Process: 7, User: "app", Database: "orders",
	}
	for _, more := range []int{1, 3} { // PostgreSQL 13, 14 and later
		got, unknown := events(t, strings.Repeat(csvRecord("division\nby zero", "select 1/0,\n\n'\"\"'", more), 2))
		equal(t, []pglog.Event{want, want}, got)
		equal(t, int64(0), unknown)
	}
}

// A record that was cut must not swallow those after it.
func TestBrokenCSV(t *testing.T) {
	t.Parallel()
	good, long := csvRecord("good", "select", 3), strings.Repeat("long", 20_000)
	for name, test := range map[string]struct {
		log     string
		want    string
		unknown int64
	}{
		"cut within a statement": {
			good + csvRecord("lost", "select\nsecret", 3)[:200] + "\n" + good, "sql ERROR 2 good\nunknown  2 (lines of an unknown form)\n", 2,
		},
		"begins within a record":  {"secret\n= ERROR:  secret\",8,,\n" + good, "sql ERROR 1 good\nunknown  2 (lines of an unknown form)\n", 2},
		"ends within a statement": {good + strings.TrimSuffix(good, "\",8,\"int4div, int.c:846\",\"psql\",,,\n"), "sql ERROR 2 good\n", 0},
		"long line":               {csvRecord("one", long+"\nsecret", 3) + good, "sql ERROR 1 good\nsql ERROR 1 one\n", 0},
		"many lines":              {csvRecord("one", strings.Repeat("long\n", 100_000), 3) + good, "sql ERROR 1 good\nsql ERROR 1 one\n", 0},
		"no columns": {
			good + "2026-11-23 16:05:52.291 UTC,,,7,x\n" + good,
			"sql ERROR 2 good\nunknown  1 (lines of an unknown form)\n", 1,
		},
		"stderr between": {
			good + "2026-11-23 16:05:52.291 UTC [7] PANIC:  gone\n\tand more\n" + good, "crash PANIC 1 gone\nsql ERROR 2 good\n", 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := pglog.Summarize(strings.NewReader(test.log))
			equal(t, nil, err)
			equal(t, test.want, table(s))
			equal(t, test.unknown, s.UnknownLines)
		})
	}
}

func TestMembersOfJSON(t *testing.T) {
	t.Parallel()
	got, unknown := events(t, `{"timestamp":"2026-11-23 16:05:52.291 CET","user":"app","dbname":"orders","pid":7,"error_severity":"FEHLER",`+
		`"state_code":"22012","message":"a\"b\\c\n\t\r\b\f\/\u00e4\ud83d\ude00",`+
		`"detail":"d","hint":"h","internal_query":"q","internal_position":3,`+
		`"context":"c","statement":"s",`+
		`"cursor_position":8,"func_name":"f","file_name":"x.c","file_line_num":9,"other":null,"more":[]}`)
	equal(t, []pglog.Event{{
		Time: time.Date(2026, 11, 23, 15, 5, 52, 291e6, time.UTC), Level: pglog.LevelError, SQLState: "22012",
		Message: "a\"b\\c\n\t\r\b\f/ä😀", Detail: "d", Hint: "h", Query: "q", Context: "c", Statement: "s", Location: "f, x.c:9",
		Position: 8,
		Process:  7, User: "app", Database: "orders",
	}}, got)
	equal(t, int64(0), unknown)
}

func TestBrokenJSON(t *testing.T) {
	t.Parallel()
	good := `{"timestamp":"2026-11-23 16:05:52.291 UTC","error_severity":"ERROR","message":"good","statement":"select"}` + "\n"
	for name, test := range map[string]struct{ log, want string }{
		"long statement": {strings.Replace(good, "select", strings.Repeat("long", 30_000), 1) + good, "other ERROR 2 good\n"},
		"long message": {
			strings.Replace(good, "good", `bad \"a\" and \"`+strings.Repeat("long", 30_000), 1) + good,
			"other ERROR 1 bad \"…\"\nother ERROR 1 good\n",
		},
		"no message": {good + strings.Replace(good, `"message"`, `"text"`, 1), "other ERROR 1 good\nunknown  1 (lines of an unknown form)\n"},
		"no level":   {good + strings.Replace(good, "ERROR", "BAD", 1), "other ERROR 1 good\nunknown  1 (lines of an unknown form)\n"},
		"no object":  {good + "{]\n{\n{\"a\n", "other ERROR 1 good\nunknown  3 (lines of an unknown form)\n"},
		"no name":    {good + strings.Replace(good, `"message"`, "message", 1), "other ERROR 1 good\nunknown  1 (lines of an unknown form)\n"},
		"stderr":     {good + "2026-11-23 16:05:52 UTC [7] PANIC:  gone\n", "crash PANIC 1 gone\nother ERROR 1 good\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			equal(t, test.want, summarize(t, test.log))
		})
	}
}

// A statement in csvlog can hold more lines of a log than there are records.
func TestCSVWithLinesOfALog(t *testing.T) {
	t.Parallel()
	equal(t, "sql ERROR 1 good\n", summarize(t, csvRecord("good", strings.Repeat("\n2026-11-23 16:05:52 UTC [7] ERROR:  secret", 10), 3)))
}
