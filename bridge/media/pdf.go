package media

import "bytes"

// checkPDF checks that a document reaches to its end mark. A document is its author's text,
// metadata and all, and stays as it is.
func checkPDF(m medium, _ policy) (shape, error) {
	const reach = 2048
	from := max(0, m.size-reach)
	tail, err := m.read(from, int(m.size-from))
	if err != nil {
		return shape{}, err
	}
	if !bytes.Contains(tail, []byte("%%EOF")) {
		return shape{}, errCutOff
	}
	return shape{}, nil
}
