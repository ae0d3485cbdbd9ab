package frontmatter

// Items are the elements of a list, each as Field tells a value: how an element is written
// decides for some readers what it is. ok is false when there is no list at path.
func (d *Document) Items(path ...string) (items []Field, ok bool) {
	if len(path) == 0 {
		return nil, false
	}
	n := d.root.find(path, d.dialect.FoldKeys)
	if n == nil {
		return nil, false
	}
	if n = n.resolved(); n.kind != listNode {
		return nil, false
	}
	items = make([]Field, len(n.items))
	for i, item := range n.items {
		items[i] = d.field(item)
	}
	return items, true
}
