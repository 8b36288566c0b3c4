// Copyright (c) The terraform-provider-rds authors
// SPDX-License-Identifier: MPL-2.0

package pglog

import (
	"bytes"
	"hash/maphash"
)

// kind is what all events with the same text have in common.
type kind struct {
	message *message // the line of messages.txt, or nil
	text    []byte   // normalised
	// group is the group of the last event with this text. It had this level and class.
	group *Group
	level Level
	class Class
}

const (
	// maxKinds is how many texts are cached, none longer than maxKindText.
	maxKinds    = 4096
	maxKindText = 512
)

// kinds maps texts of messages to their kinds. It is a cache: when it is full, it begins anew.
type kinds struct {
	byText map[string]*kind
	// seen has hashes of texts. A text is cached when it comes for the second time: most texts with a value come once.
	seen []uint64
	seed maphash.Seed
	last kind
}

// of returns the kind of a message. It is valid until the next call.
func (k *kinds) of(text []byte, cut bool) *kind {
	if kind, ok := k.byText[string(text)]; ok && !cut {
		return kind
	}
	k.last = kind{message: findMessage(text), text: k.last.text[:0]}
	if k.last.message != nil {
		k.last.text = k.last.message.normalise(k.last.text, text)
	} else {
		k.last.text = normaliseUnknown(k.last.text, text, cut)
	}
	k.last.text = clip(k.last.text)
	if cut || len(text) > maxKindText || !k.again(text) {
		return &k.last
	}
	if len(k.byText) >= maxKinds {
		clear(k.byText)
	}
	kind := k.last
	kind.text = bytes.Clone(kind.text)
	k.byText[string(text)] = &kind
	return &kind
}

// again reports whether text was probably seen before.
func (k *kinds) again(text []byte) bool {
	if k.seen == nil {
		k.byText = make(map[string]*kind)
		k.seen = make([]uint64, maxKinds)
		k.seed = maphash.MakeSeed()
	}
	hash := maphash.Bytes(k.seed, text)
	slot := &k.seen[hash%maxKinds]
	before := *slot
	*slot = hash
	return before == hash
}

// trimPosition takes " at character N" away from a message.
func trimPosition(text []byte) (trimmed []byte, position int) {
	end := len(text)
	for end > 0 && isDigit(text[end-1]) {
		end--
	}
	if end == len(text) || end == 0 || text[end-1] != ' ' {
		return text, 0
	}
	for _, words := range []string{" at character ", " bei Zeichen ", " au caractère "} {
		if trimmed, ok := bytes.CutSuffix(text[:end], []byte(words)); ok {
			return trimmed, number(text[end:])
		}
	}
	return text, 0
}
