// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog_test

import (
	"os"
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
