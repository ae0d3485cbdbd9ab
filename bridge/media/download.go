package media

import (
	"bytes"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"gitpost/bridge/fault"
)

// Kinds that the owner can add to what is accepted. They are stored as they are, because their
// content is what their author wants to publish: a GPX track is a list of places. They are only
// checked to be what they seem, and to hold nothing that a browser would run.

// sniffText recognizes GPX and plain text, neither of which has a signature.
func sniffText(head []byte) *kind {
	if !isPlain(head, len(head) == sniffLength) || len(bytes.TrimSpace(head)) == 0 {
		return nil
	}
	switch start := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\ufeff"))); {
	case !bytes.HasPrefix(start, []byte("<")):
		return textKind
	case bytes.Contains(start, []byte("<gpx")):
		return gpxKind
	}
	return nil // HTML, SVG and other XML
}

// isPlain reports whether b is UTF-8 without control characters. If cut is set its last character
// may be incomplete.
func isPlain(b []byte, cut bool) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return cut && !utf8.FullRune(b)
		}
		if r < ' ' && !strings.ContainsRune("\t\n\r\f", r) || r == 0x7f {
			return false
		}
		b = b[n:]
	}
	return true
}

func checkText(m medium, _ policy) (shape, error) {
	r := m.reader(0, m.size)
	for {
		b, err := r.Peek(bufferSize)
		if err != nil && err != io.EOF {
			return shape{}, err
		}
		if !isPlain(b, err == nil) {
			return shape{}, broken("it is not UTF-8 text")
		}
		if err == io.EOF {
			return shape{}, nil
		}
		n := len(b)
		for !utf8.RuneStart(b[n-1]) { // a character may span two buffers
			n--
		}
		if _, err := r.Discard(n - 1); err != nil {
			return shape{}, err
		}
	}
}

// checkZIP checks that an archive reaches to its end record, which says how much follows it.
func checkZIP(m medium, _ policy) (shape, error) {
	const record, longestComment = 22, 1<<16 - 1
	tail, err := m.read(max(0, m.size-record-longestComment), int(min(m.size, record+longestComment)))
	if err != nil {
		return shape{}, err
	}
	for end := len(tail) - record; end >= 0; end-- {
		end = bytes.LastIndex(tail[:end+4], []byte("PK\x05\x06"))
		if end < 0 {
			break
		}
		if end+record+int(le.Uint16(tail[end+20:])) == len(tail) {
			return shape{}, nil
		}
	}
	return shape{}, errCutOff
}

// maxGPX bounds the memory for a text in a track, which is read as one.
const maxGPX = 32 << 20

// checkGPX checks that a track is well-formed XML with a gpx root, and has nothing that makes a
// browser run code: no document type, no style sheet, no elements of HTML or SVG.
func checkGPX(m medium, _ policy) (shape, error) {
	if m.size > maxGPX {
		return shape{}, refuse(fault.TooLarge, "the GPX file is larger than "+megabytes(maxGPX), "send a smaller one")
	}
	d := xml.NewDecoder(m.reader(0, m.size))
	open, roots := 0, 0
	for {
		token, err := d.Token()
		switch {
		case err == io.EOF && roots == 1:
			return shape{}, nil
		case err == io.EOF:
			return shape{}, broken("it has no gpx element")
		case m.ctx.Err() != nil:
			return shape{}, m.ctx.Err()
		case err != nil:
			return shape{}, broken("it is not well-formed XML (%v)", err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if open == 0 {
				roots++
			}
			if open++; open > 100 {
				return shape{}, broken("its elements are nested too deeply")
			}
			if open == 1 && t.Name.Local != "gpx" {
				return shape{}, broken("it has no gpx element")
			}
			if slices.ContainsFunc([]string{"xhtml", "svg", "XSL"}, func(s string) bool {
				return strings.Contains(t.Name.Space, s)
			}) {
				return shape{}, polyglot("elements of another kind of document")
			}
		case xml.EndElement:
			open--
		case xml.Directive:
			return shape{}, polyglot("a document type")
		case xml.ProcInst:
			if t.Target != "xml" {
				return shape{}, polyglot("a style sheet or another instruction")
			}
		}
	}
}
