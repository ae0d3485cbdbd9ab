package micropub

import (
	"slices"
	"strconv"
)

// node is one field of a form, or one level of its brackets: k=v and k[]=v are elements,
// k[0]=v is a numbered element, k[a]=v is a member of an object.
type node struct {
	elements []element        // in order of appearance
	numbered map[int]*node    // k[0]
	members  map[string]*node // k[a]
	order    []string         // of members
	bracket  bool             // sent as a list
}

// element is a text, or the object of k[][a]=v.
type element struct {
	text   string
	object *node
}

func (n *node) add(path []string, value string) {
	if len(path) == 0 {
		n.elements = append(n.elements, element{text: value})
		return
	}
	step, rest := path[0], path[1:]
	if step == "" {
		n.bracket = true
		if len(rest) == 0 {
			n.elements = append(n.elements, element{text: value})
			return
		}
		// k[][a]=1&k[][b]=2 is one object and a second k[][a] begins the next: the rule of Rack.
		if last := len(n.elements) - 1; last >= 0 && n.elements[last].object != nil && !n.elements[last].object.has(rest) {
			n.elements[last].object.add(rest, value)
			return
		}
		object := &node{}
		object.add(rest, value)
		n.elements = append(n.elements, element{object: object})
		return
	}
	if i, err := strconv.Atoi(step); err == nil && i >= 0 && step[0] != '+' {
		n.bracket = true
		if n.numbered == nil {
			n.numbered = map[int]*node{}
		}
		if n.numbered[i] == nil {
			n.numbered[i] = &node{}
		}
		n.numbered[i].add(rest, value)
		return
	}
	if n.members == nil {
		n.members = map[string]*node{}
	}
	if n.members[step] == nil {
		n.members[step] = &node{}
		n.order = append(n.order, step)
	}
	n.members[step].add(rest, value)
}

// has reports whether there is a value at path.
func (n *node) has(path []string) bool {
	if len(path) == 0 {
		return len(n.elements) > 0
	}
	child := n.members[path[0]]
	return child != nil && child.has(path[1:])
}

// list returns the values: elements in order of appearance, then numbered ones by number, then
// the object of the members. Empty texts are kept, since positions may matter.
func (n *node) list() []any {
	var values []any
	for _, e := range n.elements {
		if e.object == nil {
			values = append(values, e.text)
			continue
		}
		values = append(values, e.object.list()...)
	}
	numbers := make([]int, 0, len(n.numbered))
	for i := range n.numbered {
		numbers = append(numbers, i)
	}
	slices.Sort(numbers)
	for _, i := range numbers {
		values = append(values, n.numbered[i].list()...)
	}
	if object := n.object(); len(object) > 0 {
		values = append(values, object)
	}
	return values
}

// object returns the members as a map, without those whose text is empty.
func (n *node) object() map[string]any {
	object := make(map[string]any, len(n.members))
	for name, member := range n.members {
		values := slices.DeleteFunc(member.list(), func(v any) bool { return v == "" })
		switch {
		case len(values) == 0:
		case len(values) == 1 && !member.bracket:
			object[name] = values[0]
		default:
			object[name] = values
		}
	}
	return object
}
