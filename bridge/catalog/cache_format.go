package catalog

import (
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"slices"

	"gitpost/bridge/site"
)

// frozen is a copy of an index that takes little time to make.
type frozen struct {
	site     *site.Site
	snap     Snapshot
	sections []string
	others   []string // files that are not content
	records  []record
	rows     []row
	blocks   []*block
	shapes   []string
	tags     []string
}

func (ix *index) freeze() frozen {
	f := frozen{
		site: ix.site, snap: ix.snap,
		records: slices.Clone(ix.records), rows: slices.Clone(ix.rows), blocks: slices.Clone(ix.blocks),
		shapes: slices.Clone(ix.shapes.keys), tags: slices.Clone(ix.tags.keys),
	}
	for file := range ix.context {
		f.sections = append(f.sections, file)
	}
	ix.paths.all(func(file []byte) {
		if _, content := ix.byPath[string(file)]; !content {
			f.others = append(f.others, string(file))
		}
	})
	return f
}

// encode returns the file. Listed records come first, oldest first, then the others.
func (f frozen) encode(key string, past *Past, pastRef string) []byte {
	size := 4096
	for i, r := range f.records {
		size += len(r.data) + 16 + 8*len(f.blocks[i/blockSize].valuesOf(i%blockSize))
	}
	for _, b := range f.blocks {
		size += len(b.text)
	}
	b := append(make([]byte, 0, size+size/8), cacheFormat...)
	b = append(b, 0, 0, 0, 0)
	b = appendText(b, key)
	b = appendText(b, f.snap.Ref())
	slices.Sort(f.sections)
	b = appendTexts(b, f.sections)
	b = appendText(b, pastRef)
	b = past.append(b)
	slices.Sort(f.others)
	b = appendTexts(b, f.others)
	b = appendTexts(b, f.shapes)
	b = appendTexts(b, f.tags)
	order := make([]uint32, 0, len(f.records))
	listed := make([]bool, len(f.records))
	for _, r := range f.rows {
		order = append(order, r.number)
		listed[r.number] = true
	}
	for i, r := range f.records {
		if r.data != "" && !listed[i] {
			order = append(order, uint32(i))
		}
	}
	b = binary.AppendUvarint(b, uint64(len(order)))
	b = binary.AppendUvarint(b, uint64(len(f.rows)))
	for part := range slices.Chunk(order, blockSize) {
		b = f.appendBlock(b, part)
	}
	binary.LittleEndian.PutUint32(b[len(cacheFormat):], crc32.Checksum(b[len(cacheFormat)+4:], castagnoli))
	return b
}

// appendBlock encodes records and what can be searched of them.
func (f frozen) appendBlock(b []byte, numbers []uint32) []byte {
	length := 0
	var all []uint64
	for _, n := range numbers {
		r := f.records[n]
		b = binary.AppendUvarint(b, uint64(r.shape))
		b = binary.AppendUvarint(b, uint64(r.tags))
		b = appendText(b, r.data)
		from, to := f.blocks[n/blockSize].bounds(int(n % blockSize))
		values := f.blocks[n/blockSize].valuesOf(int(n % blockSize))
		b = binary.AppendUvarint(b, uint64(to-from))
		b = binary.AppendUvarint(b, uint64(len(values)))
		length += int(to - from)
		all = append(all, values...)
	}
	b = binary.AppendUvarint(b, uint64(length))
	for _, n := range numbers {
		from, to := f.blocks[n/blockSize].bounds(int(n % blockSize))
		b = append(b, f.blocks[n/blockSize].text[from:to]...)
	}
	for _, v := range all {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// decode fills a new index from what encode wrote after the head. It reports whether the data is
// valid; if not, the index must not be used.
func (ix *index) decode(data string) bool {
	r := reader{rest: data}
	others := r.texts()
	for range r.count(1) {
		ix.shapes.id(r.text())
	}
	for range r.count(1) {
		ix.tags.id(r.text())
	}
	n := r.count(5) // the minimum size of a record
	rows := r.count(5)
	if r.failed || rows > n {
		return false
	}
	ix.records = make([]record, 0, n)
	ix.blocks = make([]*block, 0, (n+blockSize-1)/blockSize)
	for first := 0; first < n; first += blockSize {
		b := &block{}
		length := ix.decodeRecords(&r, b, min(blockSize, n-first))
		if r.failed || uint64(length) != r.number() {
			return false
		}
		b.text = r.take(uint64(length))
		total := int(b.valEnds[blockSize-1])
		raw := r.take(8 * uint64(total))
		if r.failed || !b.marked() {
			return false
		}
		b.values = make([]uint64, total)
		for i := range b.values {
			b.values[i] = binary.LittleEndian.Uint64([]byte(raw[8*i : 8*i+8]))
		}
		ix.blocks = append(ix.blocks, b)
	}
	if r.rest != "" {
		return false
	}
	for _, file := range others {
		if !fs.ValidPath(file) || file == "." {
			return false
		}
		ix.paths.setContent(file, true, false)
	}
	for i, rec := range ix.records {
		file := rec.path()
		if !fs.ValidPath(file) || file == "." {
			return false
		}
		ix.paths.setContent(file, true, true)
		if i < rows {
			ix.rows = append(ix.rows, ix.row(uint32(i), rec.date()))
			ix.count(rec, 1)
		}
	}
	ix.buildLookups()
	return slices.IsSortedFunc(ix.rows, ix.compare)
}

// decodeRecords reads the records of one block and the ends of their texts and values. Unused
// numbers end where the last one does.
func (ix *index) decodeRecords(r *reader, b *block, n int) (length int) {
	values := 0
	for i := range n {
		rec := record{shape: uint32(r.below(len(ix.shapes.keys))), tags: uint32(r.below(len(ix.tags.keys)))}
		if rec.data = r.text(); rec.data == "" {
			r.fail()
		}
		ix.records = append(ix.records, rec)
		length += r.below(len(r.rest) + 1)
		values += r.below(len(r.rest)/8 + 1)
		if length > len(r.rest) || values > len(r.rest)/8 {
			r.fail()
			return 0
		}
		b.textEnds[i], b.valEnds[i] = uint32(length), uint32(values)
	}
	for i := n; i < blockSize; i++ {
		b.textEnds[i], b.valEnds[i] = uint32(length), uint32(values)
	}
	return length
}

// marked reports whether each text has an end mark.
func (b *block) marked() bool {
	from := uint32(0)
	for _, end := range b.textEnds {
		if end > uint32(len(b.text)) || end > from && b.text[end-1] != endMark[0] {
			return false
		}
		from = end
	}
	return true
}

// below reads a number below a limit.
func (r *reader) below(limit int) int {
	n := r.number()
	if n >= uint64(limit) {
		r.fail()
		return 0
	}
	return int(n)
}
