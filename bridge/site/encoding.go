package site

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"gitpost/bridge/fault"
)

// refuseEncoding refuses to write lines that the generator would read as other characters: gitpost writes
// UTF-8, and the site's configuration names another encoding.
func (s *Site) refuseEncoding(op string, before, after []byte) error {
	if s.rules.Encoding == "" {
		return nil
	}
	had := map[string]bool{}
	for line := range bytes.Lines(before) {
		had[string(line)] = true
	}
	for line := range bytes.Lines(after) {
		if had[string(line)] {
			continue
		}
		for _, r := range string(line) {
			if r >= utf8.RuneSelf {
				return &fault.Error{
					Code: fault.InvalidRequest, Op: op,
					Message: fmt.Sprintf("the site's files are in %s, in which gitpost cannot write %q", s.rules.Encoding, r),
					Hint: "convert the files to UTF-8 and remove the encoding from the site's configuration, " +
						"or send plain letters alone",
				}
			}
		}
	}
	return nil
}
