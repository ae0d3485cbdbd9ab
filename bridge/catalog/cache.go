package catalog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gitpost/bridge/site"
)

// Cache is a file in which a catalog is kept from one run to the next, so that a start costs
// what changed in between. It is a cache and nothing else: a file that is missing, damaged,
// of another version or of a state that the repository no longer has is passed over.
type Cache struct {
	File string
	Key  string // names all that decides how files are read, besides the repository: the program, its options
}

// cacheFormat changes with everything that changes what a file of the same key means.
const cacheFormat = "gitpost catalog 1\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Restore starts the catalog with what the cache has. It returns why it does not: the catalog
// is then empty, and Advance reads the whole repository. When the site's configuration cannot
// be read at tip, it is read from the state that the cache is of.
func (c *Catalog) Restore(ctx context.Context, cache Cache, tip Snapshot) error {
	c.advancing.Lock()
	defer c.advancing.Unlock()
	data, err := readText(cache.File)
	if err != nil {
		return err
	}
	stored, err := openCache(data)
	if err != nil {
		return err
	}
	snap, err := tip.At(stored.ref)
	if err != nil {
		return fmt.Errorf("the repository no longer has the state that is kept: %w", err)
	}
	st, err := c.open(tip)
	if err != nil {
		st, err = c.open(snap) // somebody's slip since then
	}
	if err != nil {
		return err
	}
	if stored.key != cacheKey(cache.Key, st) {
		return errForeign
	}
	ix := newIndex(st, snap)
	if !ix.decode(stored.rest) {
		return errDamaged
	}
	sections := map[string]string{}
	for _, file := range stored.sections {
		if e := ix.at(file); e != nil {
			sections[file] = e.Blob
		}
	}
	if err := ix.readSections(ctx, sections); err != nil {
		return err
	}
	c.mu.Lock()
	c.index, c.saved = ix, snap.ID()
	c.past, c.pastRef, c.savedPast = stored.past, stored.pastRef, stored.pastRef
	c.mu.Unlock()
	return nil
}

// Save writes the catalog into the cache, unless it is there as it is now. It keeps nobody
// from reading meanwhile.
func (c *Catalog) Save(ctx context.Context, cache Cache) error {
	c.mu.RLock()
	ix := c.index
	if ix == nil || ix.snap.Ref() == "" || c.saved == ix.snap.ID() && c.savedPast == c.pastRef {
		c.mu.RUnlock()
		return nil
	}
	frozen, past, pastRef := ix.freeze(), c.past, c.pastRef
	c.mu.RUnlock()
	data := frozen.encode(cacheKey(cache.Key, frozen.site), past, pastRef)
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := replaceFile(cache.File, data); err != nil {
		return fmt.Errorf("keep the index of posts: %w", err)
	}
	c.mu.Lock()
	c.saved, c.savedPast = frozen.snap.ID(), pastRef
	c.mu.Unlock()
	return nil
}

// Unsaved tells whether the catalog was made from the whole repository and is not saved since.
func (c *Catalog) Unsaved() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index != nil && c.saved == "" && c.index.snap.Ref() != ""
}

// readText reads a file into a string, of which records are then parts.
func readText(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.Grow(int(min(info.Size(), 1<<30)))
	_, err = io.Copy(&b, f)
	return b.String(), err
}

// checksum is CRC-32C.
func checksum(s string) (sum uint32) {
	var part [32 << 10]byte
	for s != "" {
		n := copy(part[:], s)
		sum, s = crc32.Update(sum, castagnoli, part[:n]), s[n:]
	}
	return sum
}

// Unfinished is, as a pattern, what the name of a cache file has behind it while it is written.
const Unfinished = ".tmp-*"

// replaceFile writes a file so that it is there whole or not at all.
func replaceFile(name string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+Unfinished)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// cacheKey adds what the site itself brings: a zone that it takes from the machine, a version
// that it takes from the program.
func cacheKey(key string, st *site.Site) string {
	generator, version := st.Generator()
	winter, summer := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	zone := st.Zone()
	return strings.Join([]string{key, generator, version, st.BaseURL(), zone.String(),
		winter.In(zone).Format("-07:00:00"), summer.In(zone).Format("-07:00:00")}, "\x00")
}

var (
	errDamaged = errors.New("the kept index is damaged")
	errForeign = errors.New("the kept index is of another version of gitpost or of the configuration")
)

// storedIndex is a cache file that was opened.
type storedIndex struct {
	key, ref string
	sections []string
	past     *Past
	pastRef  string
	rest     string
}

// openCache checks a cache file. Its head is the format, a checksum of what follows, the key
// and the state.
func openCache(data string) (storedIndex, error) {
	var s storedIndex
	rest, ok := strings.CutPrefix(data, cacheFormat)
	if !ok {
		return s, errForeign
	}
	if len(rest) < 4 {
		return s, errDamaged
	}
	sum := binary.LittleEndian.Uint32([]byte(rest[:4]))
	if checksum(rest[4:]) != sum {
		return s, errDamaged
	}
	r := reader{rest: rest[4:]}
	s.key, s.ref = r.text(), r.text()
	s.sections = r.texts()
	s.pastRef = r.text()
	s.past = readPast(&r)
	if s.rest = r.rest; r.failed {
		return s, errDamaged
	}
	return s, nil
}

// frozen is an index at rest: what a moment's lock is enough to copy.
type frozen struct {
	site     *site.Site
	snap     Snapshot
	sections []string
	others   []string // files that are no content
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
	for file := range ix.paths.names {
		if _, content := ix.byPath[file]; !content {
			f.others = append(f.others, file)
		}
	}
	return f
}

// encode is the whole file. Records stand in the order of lists, then those that no list shows.
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

// appendBlock writes records and what can be searched of them.
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

// decode fills a new index with what encode wrote after the head. It reports whether that is
// what it must be; if not, the index is of no use.
func (ix *index) decode(data string) bool {
	r := reader{rest: data}
	others := r.texts()
	for range r.count(1) {
		ix.shapes.id(r.text())
	}
	for range r.count(1) {
		ix.tags.id(r.text())
	}
	n := r.count(5) // the least that a record takes
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
	ix.paths = newPaths(n + len(others))
	for _, file := range others {
		if !fs.ValidPath(file) {
			return false
		}
		ix.paths.set(file, true)
	}
	for i, rec := range ix.records {
		file := rec.path()
		if !fs.ValidPath(file) || file == "." {
			return false
		}
		ix.paths.set(file, true)
		if i < rows {
			ix.rows = append(ix.rows, ix.row(uint32(i), rec.date()))
		}
	}
	ix.lookUp()
	return slices.IsSortedFunc(ix.rows, ix.compare)
}

// decodeRecords reads the records of one block and where their texts and values end. Numbers
// that the block does not use end where the last one does, each with its end mark.
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

// marked reports whether each text has its end mark.
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

// below is a number under a limit.
func (r *reader) below(limit int) int {
	n := r.number()
	if n >= uint64(limit) {
		r.fail()
		return 0
	}
	return int(n)
}
