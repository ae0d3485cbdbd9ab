package media

import "bytes"

// checkPDF checks that a document reaches to its end mark, and that no other file follows it. A
// document is its author's text, including its metadata, and stays as it is.
func checkPDF(m medium, _ policy) (shape, error) {
	const reach = 2048
	from := max(0, m.size-reach)
	tail, err := m.read(from, int(m.size-from))
	if err != nil {
		return shape{}, err
	}
	end := bytes.LastIndex(tail, []byte("%%EOF"))
	if end < 0 {
		return shape{}, errCutOff
	}
	return shape{}, checkAppended(bytes.TrimLeft(tail[end+len("%%EOF"):], "\x00\t\r\n\f "))
}
