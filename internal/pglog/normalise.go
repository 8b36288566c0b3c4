// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// maxShown is the longest normalised message, in bytes.
const maxShown = 300

// normaliseUnknown appends a message that is not in the table: another language, an extension's, or the user's own by
// RAISE. Nobody knows which of its parts are values. So everything from the first quote to the last one is masked, and
// each word that has a digit, an @ or an =. Only the first line is kept. A name without quotes is kept: the guide
// classes.md warns of it.
//
// A quoted value can hold quotes itself. For this reason quotes are not paired.
func normaliseUnknown(to, text []byte, cut bool) []byte {
	text = untilMark(text)
	first, last := quoted(text)
	if first < 0 {
		return appendMaskedWords(to, firstLine(text))
	}
	head := firstLine(text[:first])
	to = appendMaskedWords(to, head)
	if len(head) < first {
		return to
	}
	to = append(to, `"…"`...)
	if cut || last == first {
		// The closing quote is missing.
		return to
	}
	return appendMaskedWords(to, firstLine(text[last:]))
}

// quoted returns the start of the first quote and the end of the last one. first is -1 if there are no quotes.
// An apostrophe within a word (n'existe) is not a quote, unless apostrophes are the quotes of this message.
func quoted(text []byte) (first, last int) {
	first = -1
	apostrophes, letter := true, false
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf && c != '"' && c != '\'' && c != '`' {
			letter = isAlnum(c)
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		inWord := letter && isApostrophe(r) && startsWithLetter(text[i+size:])
		switch {
		case !isQuote(r):
		case first < 0 && !inWord:
			first, last = i, i
			apostrophes = isApostrophe(r)
		case first >= 0 && (apostrophes || !inWord):
			last = i + size
		}
		letter = unicode.IsLetter(r)
		i += size
	}
	return first, last
}

func startsWithLetter(text []byte) bool {
	r, _ := utf8.DecodeRune(text)
	return unicode.IsLetter(r)
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' }

func isQuote(r rune) bool {
	switch r {
	case '"', '\'', '`', '„', '“', '”', '‚', '‘', '’', '«', '»', '‹', '›', '「', '」', '『', '』':
		return true
	}
	return false
}

func firstLine(text []byte) []byte {
	if i := bytes.IndexAny(text, "\r\n"); i >= 0 {
		return text[:i]
	}
	return text
}

// untilMark returns the text before the first level or part (STATEMENT). Behind it is text of another kind: the name of a
// program can hold a level, and a row can hold all parts in one line, where their two spaces may have become one.
func untilMark(text []byte) []byte {
	for from := 0; ; {
		i := bytes.Index(text[from:], []byte(": "))
		if i < 0 {
			return text
		}
		from += i + len(": ")
		word := wordBefore(text, from-len(": "))
		_, isPart := partOf(word)
		two := from < len(text) && text[from] == ' '
		if isPart || two && (levelOf(word) != LevelUnknown || isForeignMark(word)) {
			return bytes.TrimRight(text[:from-len(": ")-len(word)], " ")
		}
	}
}

// appendMaskedWords masks each word that has a digit, an @ or an =.
func appendMaskedWords(to, text []byte) []byte {
	for len(text) > 0 {
		n := wordLen(text)
		word := text[:n]
		switch {
		case n == 0:
			r, size := utf8.DecodeRune(text)
			if r == utf8.RuneError || unicode.IsControl(r) {
				r = ' '
			}
			to = utf8.AppendRune(to, r)
			text = text[size:]
			continue
		case bytes.ContainsAny(word, "0123456789@="):
			to = append(to, mask...)
		default:
			to = append(to, word...)
		}
		text = text[n:]
	}
	return to
}

// wordLen returns the length of the word at the start of text. A word ends at a space, a bracket, or at punctuation that
// does not join.
func wordLen(text []byte) int {
	for i := 0; i < len(text); {
		c := text[i]
		if c < utf8.RuneSelf {
			if !isAlnum(c) && (bytes.IndexByte([]byte("_.@/:+-=%$#*"), c) < 0 || !joins(text[i+1:])) {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRune(text[i:])
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			return i
		}
		i += size
	}
	return len(text)
}

// joins reports whether a word goes on with rest.
func joins(rest []byte) bool { return len(rest) > 0 && (isAlnum(rest[0]) || rest[0] >= utf8.RuneSelf) }

// clip cuts a normalised message to maxShown bytes, at the start of a character. It changes text.
func clip(text []byte) []byte {
	for len(text) > 0 && text[len(text)-1] == ' ' {
		text = text[:len(text)-1]
	}
	if len(text) <= maxShown {
		return text
	}
	end := maxShown - len(mask)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return append(text[:end], mask...)
}
