package catalog

import "hash/maphash"

// numbers maps addresses to record numbers. It stores hashes only, so callers must compare the
// addresses of the records.
type numbers struct {
	seed  maphash.Seed
	first map[uint64]uint32
	more  map[uint64][]uint32 // further ones, of addresses that several entries have
}

func newNumbers(size int) numbers {
	return numbers{maphash.MakeSeed(), make(map[uint64]uint32, size), map[uint64][]uint32{}}
}

func (n numbers) add(address string, number uint32) {
	h := maphash.String(n.seed, address)
	if first, taken := n.first[h]; !taken {
		n.first[h] = number
	} else if first != number {
		n.more[h] = append(n.more[h], number)
	}
}

func (n numbers) remove(address string, number uint32) {
	h := maphash.String(n.seed, address)
	all := n.at(h)
	rest := all[:0]
	for _, other := range all {
		if other != number {
			rest = append(rest, other)
		}
	}
	delete(n.first, h)
	delete(n.more, h)
	if len(rest) > 0 {
		n.first[h] = rest[0]
	}
	if len(rest) > 1 {
		n.more[h] = rest[1:]
	}
}

func (n numbers) find(address string) []uint32 { return n.at(maphash.String(n.seed, address)) }

func (n numbers) at(h uint64) []uint32 {
	first, ok := n.first[h]
	if !ok {
		return nil
	}
	return append([]uint32{first}, n.more[h]...)
}
