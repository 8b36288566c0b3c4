// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

// Level is the severity of an event.
type Level uint8

// The levels in their order of severity. An unknown level is the zero value.
const (
	LevelUnknown Level = iota
	LevelDebug
	LevelInfo
	LevelNotice
	LevelLog
	LevelWarning
	LevelError
	LevelFatal
	LevelPanic
)

// String returns PostgreSQL's English name, or "" for LevelUnknown.
func (l Level) String() string {
	return [...]string{"", "DEBUG", "INFO", "NOTICE", "LOG", "WARNING", "ERROR", "FATAL", "PANIC"}[min(l, LevelPanic)]
}

// ParseLevel reads the name of a level in English, German or French.
func ParseLevel(name string) (Level, bool) {
	l := levelOf([]byte(name))
	return l, l != LevelUnknown
}

func levelOf(word []byte) Level {
	switch string(word) {
	case "LOG":
		return LevelLog
	case "ERROR", "FEHLER", "ERREUR":
		return LevelError
	case "FATAL":
		return LevelFatal
	case "PANIC", "PANIK":
		return LevelPanic
	case "WARNING", "WARNUNG", "ATTENTION":
		return LevelWarning
	case "NOTICE", "HINWEIS":
		return LevelNotice
	case "INFO":
		return LevelInfo
	case "DEBUG", "DEBUG1", "DEBUG2", "DEBUG3", "DEBUG4", "DEBUG5":
		return LevelDebug
	}
	return LevelUnknown
}

// partOf returns the part of an event that a word announces.
func partOf(word []byte) (part, bool) {
	switch string(word) {
	case "DETAIL", "DÉTAIL":
		return partDetail, true
	case "HINT", "TIPP", "ASTUCE":
		return partHint, true
	case "QUERY", "ANFRAGE", "REQUÊTE":
		return partQuery, true
	case "CONTEXT", "ZUSAMMENHANG", "CONTEXTE":
		return partContext, true
	case "STATEMENT", "ANWEISUNG", "INSTRUCTION":
		return partStatement, true
	case "LOCATION", "ORT", "EMPLACEMENT":
		return partLocation, true
	case "BACKTRACE":
		return partBacktrace, true
	}
	return 0, false
}
