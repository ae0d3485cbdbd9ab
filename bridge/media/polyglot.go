package media

import (
	"bytes"
	"fmt"
	"io"
)

// A polyglot is a file that is an image to one program and a page, a script or an archive to
// another. Cleaning removes the places where the other half usually hides. A file that has one
// was made with intent, so it is refused.

// scriptScanner looks for the start of a page or script in everything written to it. Its words
// are so long that the bytes of an image form one by chance less than once in a million photos.
type scriptScanner struct {
	tail  []byte // the last bytes of the writes before
	found string
}

var scriptWords = []string{
	"<script", "<iframe", "<!doctype", "<?php ", "<?php\n", "<?php\r",
	"<html>", "<html ", "<html\n", "<html\r", "<body>", "<body ", "<body\n",
}

const longestScriptWord = 9

func (s *scriptScanner) Write(p []byte) (int, error) {
	if s.found != "" || len(p) == 0 {
		return len(p), nil
	}
	if len(s.tail) > 0 { // a word may span two writes
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

// scriptWord returns the first of scriptWords in b, in any case, or "".
func scriptWord(b []byte) string {
	for {
		i := bytes.IndexByte(b, '<')
		if i < 0 || i+1 == len(b) {
			return ""
		}
		b = b[i:]
		if bytes.IndexByte([]byte("sSiI!?hHbB"), b[1]) >= 0 {
			for _, word := range scriptWords {
				if len(b) >= len(word) && bytes.EqualFold(b[:len(word)], []byte(word)) {
					return word
				}
			}
		}
		b = b[1:]
	}
}

// finish reads what follows the end of an image, which the copy does not have. What cameras
// append (more images, a short video, their own notes) is ignored; a text or an archive is not.
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
	if in.scanner.found != "" {
		return polyglot(fmt.Sprintf("%q", in.scanner.found))
	}
	return checkAppended(head)
}

var appendedSignatures = []struct{ signature, what string }{
	{"PK\x03\x04", "an archive"}, {"PK\x05\x06", "an archive"}, {"Rar!\x1a", "an archive"},
	{"7z\xbc\xaf\x27\x1c", "an archive"}, {"\x1f\x8b\x08", "an archive"}, {"%PDF-", "a PDF document"},
	{"\x7fELF", "a program"}, {"MZ\x90\x00", "a program"}, {"#!/", "a script"},
}

// checkAppended refuses data after the end of a file that no camera appends, by how it starts.
func checkAppended(head []byte) error {
	for _, s := range appendedSignatures {
		if bytes.HasPrefix(head, []byte(s.signature)) {
			return polyglot(s.what)
		}
	}
	if isText(bytes.Trim(head, "\x00")) {
		return polyglot("text after its end")
	}
	return nil
}

// isText reports whether b looks like something a person wrote.
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
