package frontmatter

import "strings"

// flowEdit edits comma-separated items in brackets: flow lists and maps in YAML, arrays and
// inline tables in TOML, everything in JSON.
type flowEdit struct {
	text    string
	comment string // starts a comment; "" if the format has none
	eol     string
	splice  func(start, end int, text string)
}

// flowParts is a bracketed value: the offset of the opening bracket, the offset after the
// closing one and the span of each item.
type flowParts struct {
	open, end int
	spans     [][2]int
}

// flowItems edits and writes the items of a list in one format.
type flowItems struct {
	inside  func(i int, v any) (done bool, err error) // changes parts of item i
	replace func(i int, v any) (string, error)        // the text that replaces item i
	insert  func(v any) string
	remove  func(i int) error // the reason why item i cannot be removed
}

// list makes the edits of an alignment.
func (f *flowEdit) list(p flowParts, steps []alignStep, items flowItems) error {
	gone := make([]bool, len(p.spans))
	deleted := 0
	for _, step := range steps {
		if step.delete {
			if err := items.remove(step.item); err != nil {
				return err
			}
			gone[step.item] = true
			deleted++
		}
	}
	if deleted == len(p.spans) {
		return errLayout
	}
	if err := f.removeAll(p, gone); err != nil {
		return err
	}
	for n := 0; n < len(steps); n++ {
		step := steps[n]
		switch {
		case step.delete:
		case step.insert:
			// All new items at one position are inserted as one text.
			texts := []string{}
			for ; n < len(steps) && steps[n].insert && steps[n].item == step.item; n++ {
				texts = append(texts, items.insert(steps[n].value))
			}
			n--
			if err := f.insert(p, step.item, texts...); err != nil {
				return err
			}
		default:
			if done, err := items.inside(step.item, step.value); err != nil {
				return err
			} else if done {
				continue
			}
			text, err := items.replace(step.item, step.value)
			if err != nil {
				return err
			}
			span := p.spans[step.item]
			f.splice(span[0], span[1], text)
		}
	}
	return nil
}

// comma returns the offset of the comma after item i, or -1.
func (f *flowEdit) comma(p flowParts, i int) int {
	at := p.spans[i][1]
	for at < p.end {
		switch c := f.text[at]; {
		case c == ',':
			return at
		case f.comment != "" && c == f.comment[0]:
			at = lineStop(f.text, at)
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			at++
		default:
			return -1
		}
	}
	return -1
}

// between returns the white space between a comma and the next item.
func (f *flowEdit) between(p flowParts) string {
	if len(p.spans) > 1 {
		if comma := f.comma(p, 0); comma >= 0 {
			gap := f.text[comma+1 : p.spans[1][0]]
			if blank(gap) {
				return gap
			}
			return f.eol + gap[strings.LastIndexByte(gap, '\n')+1:]
		}
	}
	if len(p.spans) > 0 {
		if lead := f.text[p.open+1 : p.spans[0][0]]; strings.Contains(lead, "\n") {
			return f.eol + lead[strings.LastIndexByte(lead, '\n')+1:]
		}
	}
	return " "
}

// insert inserts items after item i, or before all if i is -1.
func (f *flowEdit) insert(p flowParts, i int, texts ...string) error {
	gap := f.between(p)
	if !blank(gap) {
		return errLayout
	}
	if len(p.spans) == 0 {
		if !blank(f.text[p.open+1 : p.end-1]) {
			return errLayout
		}
		f.splice(p.open+1, p.end-1, strings.Join(texts, ","+gap))
		return nil
	}
	all := strings.Join(texts, ","+gap)
	if i < 0 {
		f.splice(p.spans[0][0], p.spans[0][0], all+","+gap)
		return nil
	}
	at := p.spans[i][1]
	comma := f.comma(p, i)
	stop := lineStop(f.text, at)
	tail := f.text[at:min(stop, p.end)]
	if f.comment != "" && strings.Contains(gap, "\n") && strings.Contains(tail, f.comment) {
		// The comment after item i stays with it.
		line := strings.TrimRight(f.text[at:stop], "\r\n")
		if comma < 0 {
			f.splice(at, at, ",")
			f.splice(at+len(line), at+len(line), gap+all)
			return nil
		}
		if comma >= stop {
			return errLayout
		}
		f.splice(at+len(line), at+len(line), gap+all+",")
		return nil
	}
	if comma >= 0 && i == len(p.spans)-1 {
		f.splice(comma+1, comma+1, gap+all+",")
		return nil
	}
	f.splice(at, at, ","+gap+all)
	return nil
}

// remove removes item i.
func (f *flowEdit) remove(p flowParts, i int) error {
	gone := make([]bool, len(p.spans))
	gone[i] = true
	return f.removeAll(p, gone)
}

// removeAll removes items. If none stays, the brackets are emptied.
func (f *flowEdit) removeAll(p flowParts, gone []bool) error {
	last := -1 // the last item that stays
	for i := range gone {
		if !gone[i] {
			last = i
		}
	}
	if last < 0 {
		if f.comment != "" && strings.Contains(f.text[p.open:p.end], f.comment) {
			return errLayout
		}
		f.splice(p.open+1, p.end-1, "")
		return nil
	}
	for i := 0; i < last; i++ {
		if !gone[i] {
			continue
		}
		from := i
		for gone[i+1] {
			i++
		}
		start, next := p.spans[from][0], p.spans[i+1][0]
		if line := lineStart(f.text, start); line > p.open && blank(f.text[line:start]) {
			// Whole lines are removed, so that a comment above the next item stays.
			if comma := f.comma(p, i); comma >= 0 && lineStop(f.text, comma) <= next {
				f.splice(line, lineStop(f.text, comma), "")
				continue
			}
		}
		f.splice(start, next, "")
	}
	if last == len(gone)-1 {
		return nil
	}
	// Everything after the last item that stays is removed, with the comma before it; a
	// trailing comma stays.
	start, end := p.spans[last][1], p.spans[len(gone)-1][1]
	between := f.text[start:p.spans[last+1][0]]
	if f.comment != "" && strings.Contains(between, f.comment) {
		comma := f.comma(p, last)
		first := lineStart(f.text, p.spans[last+1][0])
		if !blank(f.text[first:p.spans[last+1][0]]) || comma < 0 || comma >= first || lineStop(f.text, end) >= p.end {
			return errLayout
		}
		if f.comma(p, len(gone)-1) < 0 {
			f.splice(comma, comma+1, "")
		}
		f.splice(first, lineStop(f.text, end), "")
		return nil
	}
	f.splice(start, end, "")
	return nil
}
