package media

import (
	"crypto/rand"
	"strings"

	"github.com/gosimple/slug"
)

// maxStem is how many bytes of a client's file name are kept.
const maxStem = 48

// newName returns the name of a staged file: a readable stem, 80 random bits, and the extension of
// its kind. It is safe as a file name on every system and as an element of a URL, starts with a
// letter or a digit, and differs from other names in more than case.
func newName(filename string, k *kind) string {
	return stem(filename, k) + "-" + strings.ToLower(rand.Text()[:16]) + k.extension
}

// stem is the readable part of a client's file name, without path and extension.
func stem(filename string, k *kind) string {
	if i := strings.LastIndexAny(filename, `/\`); i >= 0 {
		filename = filename[i+1:]
	}
	if i := strings.LastIndexByte(filename, '.'); i > 0 && len(filename)-i <= 6 {
		filename = filename[:i]
	}
	filename = filename[:min(len(filename), 4*maxStem)] // bounds the work on a hostile name
	s := slug.Make(strings.ToValidUTF8(filename, " "))
	var b strings.Builder
	for _, r := range s {
		if r < 'a' && (r < '0' || r > '9') || r > 'z' {
			r = '-'
		}
		if r == '-' && (b.Len() == 0 || strings.HasSuffix(b.String(), "-")) {
			continue
		}
		b.WriteRune(r)
	}
	s = b.String()
	if len(s) > maxStem {
		s = s[:maxStem]
		if i := strings.LastIndexByte(s, '-'); i > maxStem/2 {
			s = s[:i]
		}
	}
	s = strings.Trim(s, "-")
	switch s {
	case "", "file", "blob", "image", "upload", "filename", "undefined", "null": // from apps that know no name
		return k.noun
	}
	return s
}
