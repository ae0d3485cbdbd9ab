package frontmatter

import "strings"

// yamlSpan finds the ends of YAML values: yaml.v3 has only their starts. It does not validate:
// yaml.v3 has accepted the text, and the edited text is decoded again.
type yamlSpan struct{ text string }

// end returns the offset after a value. indent is the column of the block that contains it:
// its continuation lines are further right.
func (y yamlSpan) end(n *node, flow bool, indent int) int {
	if n.end < 0 {
		n.end = y.find(n, flow, indent)
	}
	return n.end
}

func (y yamlSpan) find(n *node, flow bool, indent int) int {
	at := y.content(n)
	switch {
	case n.kind == aliasNode:
		for at < len(y.text) && strings.IndexByte(" \t\r\n,[]{}", y.text[at]) < 0 {
			at++
		}
		return at
	case n.kind != scalarNode && n.flow:
		return y.flowEnd(n, at, indent)
	case n.kind == listNode:
		if len(n.items) == 0 {
			return at
		}
		return y.end(n.items[len(n.items)-1], false, n.indent)
	case n.kind == mapNode:
		if len(n.keys) == 0 {
			return at
		}
		return y.entryEnd(&n.keys[len(n.keys)-1], false, n.indent)
	case n.quote == '"':
		for at++; at < len(y.text); at++ {
			switch y.text[at] {
			case '\\':
				at++
			case '"':
				return at + 1
			}
		}
		return len(y.text)
	case n.quote == '\'':
		for at++; at < len(y.text); at++ {
			if y.text[at] == '\'' {
				if at+1 < len(y.text) && y.text[at+1] == '\'' {
					at++
					continue
				}
				return at + 1
			}
		}
		return len(y.text)
	case n.quote == '|' || n.quote == '>':
		return y.blockScalarEnd(at, indent)
	case empty(n):
		return at
	}
	return y.plainEnd(at, flow, indent)
}

// empty reports whether a value has no text, as in "key:".
func empty(n *node) bool {
	return n.kind == scalarNode && n.quote == 0 && n.text == ""
}

// content returns the offset after a tag and an anchor.
func (y yamlSpan) content(n *node) int {
	at := n.start
	for at < len(y.text) && (y.text[at] == '&' || y.text[at] == '!') {
		for at < len(y.text) && strings.IndexByte(" \t\r\n,[]{}", y.text[at]) < 0 {
			at++
		}
		next := at
		for next < len(y.text) && strings.IndexByte(" \t", y.text[next]) >= 0 {
			next++
		}
		if next == len(y.text) || strings.IndexByte("\r\n#", y.text[next]) >= 0 {
			if empty(n) || n.quote == '|' || n.quote == '>' {
				return at
			}
			next = y.skipBlank(next)
		}
		at = next
	}
	return at
}

// skipBlank skips white space, line ends and comments.
func (y yamlSpan) skipBlank(at int) int {
	for at < len(y.text) {
		switch y.text[at] {
		case ' ', '\t', '\r', '\n':
			at++
		case '#':
			at = lineStop(y.text, at)
		default:
			return at
		}
	}
	return at
}

// entryEnd returns the end of a key with its value.
func (y yamlSpan) entryEnd(e *entry, flow bool, indent int) int {
	if empty(e.value) && e.value.anchor == "" && e.value.start <= y.end(e.key, flow, indent) {
		return y.colon(e, flow, indent)
	}
	return max(y.end(e.value, flow, indent), y.colon(e, flow, indent))
}

// colon returns the offset after the colon of a key, or the end of the key if there is none
// (explicit keys, keys alone in a flow map).
func (y yamlSpan) colon(e *entry, flow bool, indent int) int {
	end := y.end(e.key, flow, indent)
	at := end
	for at < len(y.text) && (y.text[at] == ' ' || y.text[at] == '\t') {
		at++
	}
	if at < len(y.text) && y.text[at] == ':' {
		return at + 1
	}
	return end
}

// flowEnd returns the offset after the closing bracket of a list or map that opens at at.
func (y yamlSpan) flowEnd(n *node, at, indent int) int {
	open := byte('[')
	if n.kind == mapNode {
		open = '{'
	}
	bare := at >= len(y.text) || y.text[at] != open // [a: b], a map of one pair without braces
	if !bare {
		at++
	}
	for _, item := range n.items {
		at = max(at, y.end(item, true, indent))
	}
	for i := range n.keys {
		at = max(at, y.entryEnd(&n.keys[i], true, indent))
	}
	if bare {
		return at
	}
	for at < len(y.text) {
		at = y.skipBlank(at)
		if at < len(y.text) {
			at++
			if y.text[at-1] != ',' && y.text[at-1] != ':' {
				return at
			}
		}
	}
	return at
}

// plainEnd returns the end of an unquoted scalar, which may have several lines.
func (y yamlSpan) plainEnd(at int, flow bool, indent int) int {
	end := at
	for {
		i := at
	line:
		for ; i < len(y.text); i++ {
			switch c := y.text[i]; c {
			case '\n', '\r':
				break line
			case ':':
				if i+1 == len(y.text) || strings.IndexByte(" \t\r\n", y.text[i+1]) >= 0 ||
					flow && strings.IndexByte(",[]{}", y.text[i+1]) >= 0 {
					return end
				}
				end = i + 1
			case ',', '[', ']', '{', '}':
				if flow {
					return end
				}
				end = i + 1
			case '#':
				if i > 0 && strings.IndexByte(" \t", y.text[i-1]) >= 0 {
					return end
				}
				end = i + 1
			case ' ', '\t':
			default:
				end = i + 1
			}
		}
		// The next line with text, if it is a continuation.
		for i < len(y.text) && strings.IndexByte(" \t\r\n", y.text[i]) >= 0 {
			i++
		}
		if i == len(y.text) || y.text[i] == '#' {
			return end
		}
		if !flow && i-lineStart(y.text, i) <= indent {
			return end
		}
		at = i
	}
}

// blockScalarEnd returns the end of a | or > scalar whose header starts at at: before the last
// line's ending, with trailing empty lines if the header has a + indicator.
func (y yamlSpan) blockScalarEnd(at, indent int) int {
	header := y.text[at:lineStop(y.text, at)]
	end := at + len(strings.TrimRight(header, " \t\r\n"))
	if i := strings.Index(header, " #"); i >= 0 {
		header = header[:i]
	}
	keep := strings.Contains(header, "+")
	column := -1
	if i := strings.IndexAny(header, "123456789"); i >= 0 {
		column = max(indent, 0) + int(header[i]-'0')
	}
	for at = lineStop(y.text, at); at < len(y.text); {
		stop := lineStop(y.text, at)
		line := strings.TrimRight(y.text[at:stop], "\r\n")
		width := len(line) - len(strings.TrimLeft(line, " "))
		if width == len(line) && (column < 0 || width <= column) {
			if keep {
				end = at + len(line)
			}
			at = stop
			continue
		}
		if column < 0 {
			if width <= indent {
				break
			}
			column = width
		}
		if width < column {
			break
		}
		end = at + len(line)
		at = stop
	}
	return end
}
