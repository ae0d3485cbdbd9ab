package media

import (
	"bytes"
	"fmt"
	"io"
)

// A polyglot is a file that is a picture to one program and a page, a script or an archive
// to another. Cleaning takes away the places where the other half usually hides; a file
// that has one was made with intent, so it is refused.

// scriptSpy looks through everything written to it for the beginning of a page or script.
// Its words are so long that the bytes of a picture do not make one by chance: less than
// once in a million photos.
type scriptSpy struct {
	tail  []byte // the end of what was written before
	found string
}

var scriptWords = []string{"<script", "<iframe", "<!doctype", "<?php ", "<?php\n", "<?php\r", "<html>", "<html ", "<html\n", "<html\r", "<body>", "<body ", "<body\n"}

const longestScriptWord = 9

func (s *scriptSpy) Write(p []byte) (int, error) {
	if s.found != "" || len(p) == 0 {
		return len(p), nil
	}
	if len(s.tail) > 0 { // a word may lie across two writes
		joint := append(s.tail, p[:min(len(p), longestScriptWord)]...)
		s.found = scriptWord(joint)
		s.tail = joint
	}
	if s.found == "" {
		s.found = scriptWord(p)
	}
	if len(p) >= longestScriptWord {
		s.tail = append(s.tail[:0], p[len(p)-longestScriptWord+1:]...)
	} else {
		if len(s.tail) == 0 {
			s.tail = append(s.tail, p...)
		}
		s.tail = s.tail[max(0, len(s.tail)-longestScriptWord+1):]
	}
	return len(p), nil
}

// scriptWord is the first of the words in b, in any case.
func scriptWord(b []byte) string {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 {
			return ""
		}
		b = b[i:]
		for _, word := range scriptWords {
			if len(b) >= len(word) && bytes.EqualFold(b[:len(word)], []byte(word)) {
				return word
			}
		}
		b = b[1:]
	}
}

// finish reads what stands after the end of a picture, which is left out of the copy. What
// cameras append (more pictures, a short film, their own notes) is none of our business; a
// text or an archive is.
func (in input) finish() error {
	head := make([]byte, 512)
	n, err := io.ReadFull(in, head)
	if err != nil && !ended(err) {
		return err
	}
	head = head[:n]
	if _, err := io.Copy(io.Discard, in); err != nil {
		return err
	}
	if in.spy.found != "" {
		return mixed(fmt.Sprintf("%q", in.spy.found))
	}
	return appended(head)
}

// appended tells what is made with intent from what cameras append, by how it begins.
func appended(head []byte) error {
	for signature, what := range map[string]string{
		"PK\x03\x04": "an archive", "PK\x05\x06": "an archive", "Rar!\x1a": "an archive", "7z\xbc\xaf\x27\x1c": "an archive", "\x1f\x8b\x08": "an archive",
		"%PDF-": "a PDF document", "\x7fELF": "a program", "MZ\x90\x00": "a program", "#!/": "a script",
	} {
		if bytes.HasPrefix(head, []byte(signature)) {
			return mixed(what)
		}
	}
	if isText(bytes.Trim(head, "\x00")) {
		return mixed("text after its end")
	}
	return nil
}

// isText tells whether b looks like something a person wrote.
func isText(b []byte) bool {
	if len(bytes.TrimSpace(b)) < 4 {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c == 0x7f {
			odd++
		}
	}
	return odd*20 <= len(b)
}
