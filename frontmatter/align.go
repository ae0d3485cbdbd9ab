package frontmatter

// alignStep is one step of changing a list. Unchanged items have none.
type alignStep struct {
	item   int // the changed item; for an insertion the one before it, or -1
	value  any // for a replacement or insertion
	insert bool
	delete bool
}

// alignList returns how to change the items to the values, touching as few items as possible.
func alignList(items []*node, values []any) []alignStep {
	head := 0
	for head < len(items) && head < len(values) && items[head].equals(values[head]) {
		head++
	}
	tail := 0
	for tail < len(items)-head && tail < len(values)-head && items[len(items)-1-tail].equals(values[len(values)-1-tail]) {
		tail++
	}
	a, b := items[head:len(items)-tail], values[head:len(values)-tail]
	var steps []alignStep
	// flush pairs the remaining items and values between two unchanged items.
	flush := func(fromA, toA, fromB, toB int) {
		for fromA < toA && fromB < toB {
			steps = append(steps, alignStep{item: head + fromA, value: b[fromB]})
			fromA, fromB = fromA+1, fromB+1
		}
		for ; fromA < toA; fromA++ {
			steps = append(steps, alignStep{item: head + fromA, delete: true})
		}
		for ; fromB < toB; fromB++ {
			steps = append(steps, alignStep{item: head + toA - 1, value: b[fromB], insert: true})
		}
	}
	i, j := 0, 0
	if len(a)*len(b) <= 1<<18 {
		same := make([]bool, len(a)*len(b))
		for x := range a {
			for y := range b {
				same[x*len(b)+y] = a[x].equals(b[y])
			}
		}
		// common[x][y] is the length of the longest common subsequence of a[x:] and b[y:].
		width := len(b) + 1
		common := make([]int32, (len(a)+1)*width)
		for x := len(a) - 1; x >= 0; x-- {
			for y := len(b) - 1; y >= 0; y-- {
				if same[x*len(b)+y] {
					common[x*width+y] = common[(x+1)*width+y+1] + 1
				} else {
					common[x*width+y] = max(common[(x+1)*width+y], common[x*width+y+1])
				}
			}
		}
		for x, y := 0, 0; x < len(a) && y < len(b); {
			switch {
			case same[x*len(b)+y]:
				flush(i, x, j, y)
				x, y = x+1, y+1
				i, j = x, y
			case common[(x+1)*width+y] >= common[x*width+y+1]:
				x++
			default:
				y++
			}
		}
	}
	flush(i, len(a), j, len(b))
	return steps
}
