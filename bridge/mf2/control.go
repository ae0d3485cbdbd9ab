package mf2

import (
	"strings"
	"unicode/utf8"
)

// WithoutControls returns a copy of v whose texts lack the control characters that no feed can
// carry: C0 except tab and line ends, and DEL. They come with what is pasted from slides, PDFs
// and terminals, and no person sees them. One that known has between the same two characters
// stays: known is the text before an edit, which is not about it.
func WithoutControls(v any, known string) any {
	return Map(v, func(v any) any {
		if text, isText := v.(string); isText && strings.ContainsFunc(text, isControl) {
			return dropControls(text, known)
		}
		return v
	})
}

func dropControls(text, known string) string {
	var b strings.Builder
	before := 0 // the length of the character before
	for at, r := range text {
		end := at + utf8.RuneLen(r)
		_, after := utf8.DecodeRuneInString(text[end:])
		if !isControl(r) || strings.Contains(known, text[at-before:end+after]) {
			b.WriteRune(r)
		}
		before = end - at
	}
	return b.String()
}

func isControl(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f
}

// Texts returns the texts in v, each on lines of its own.
func Texts(v any) string {
	var b strings.Builder
	_ = Walk(v, func(v any) error {
		if text, isText := v.(string); isText {
			b.WriteString(text)
			b.WriteByte('\n')
		}
		return nil
	})
	return b.String()
}
