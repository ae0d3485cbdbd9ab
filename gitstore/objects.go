package gitstore

import (
	"bytes"
	"container/list"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/klauspost/compress/zlib"
)

// source is where a snapshot finds its objects.
type source interface {
	object(o oid) (kind, []byte, error)
	sizeOf(o oid) (kind, int64, error)
	disk() *objects
}

// objects reads the objects folder of a repository. Reading takes no lock: the list of
// packs is replaced as a whole. Safe for concurrent use.
type objects struct {
	dir   string // …/objects
	packs atomic.Pointer[[]*pack]
	trees *treeCache

	missed func(oid) // told of what cannot be read; set before anything is read; nil: nobody is

	mu sync.Mutex // one change of packs at a time
}

// openObjects opens the objects of a bare repository.
func openObjects(repository string) (*objects, error) {
	d := &objects{dir: filepath.Join(repository, "objects"), trees: newTreeCache(16 << 20)}
	d.packs.Store(&[]*pack{})
	if err := d.rescan(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *objects) disk() *objects { return d }

func (d *objects) packDir() string { return filepath.Join(d.dir, "pack") }

// rescan makes the list of packs equal to what the folder holds: git gc or another
// process may have been there.
func (d *objects) rescan() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	entries, err := os.ReadDir(d.packDir())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	known := make(map[string]*pack)
	for _, p := range *d.packs.Load() {
		known[p.path] = p
	}
	type dated struct {
		p    *pack
		when int64
	}
	var found []dated
	for _, e := range entries {
		base, ok := strings.CutSuffix(e.Name(), ".idx")
		if !ok || !strings.HasPrefix(base, "pack-") {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // just removed
		}
		path := filepath.Join(d.packDir(), base)
		p := known[path]
		if p == nil {
			if p, err = openPack(path); errors.Is(err, fs.ErrNotExist) {
				continue
			} else if err != nil {
				return fmt.Errorf("open pack %s: %w", path, err)
			}
		}
		found = append(found, dated{p, info.ModTime().UnixNano()})
	}
	slices.SortStableFunc(found, func(a, b dated) int {
		if a.when > b.when {
			return -1
		} else if a.when < b.when {
			return 1
		}
		return 0
	})
	packs := make([]*pack, len(found))
	for i, f := range found {
		packs[i] = f.p
	}
	d.packs.Store(&packs)
	return nil
}

// packCount is the number of packs.
func (d *objects) packCount() int { return len(*d.packs.Load()) }

// add publishes a pack that is on disk, in place of what had its name before.
func (d *objects) add(p *pack) {
	d.mu.Lock()
	defer d.mu.Unlock()
	packs := []*pack{p}
	for _, o := range *d.packs.Load() {
		if o.path != p.path {
			packs = append(packs, o)
		}
	}
	d.packs.Store(&packs)
}

// replace swaps packs for one that has all their objects.
func (d *objects) replace(gone []*pack, p *pack) {
	d.mu.Lock()
	defer d.mu.Unlock()
	packs := []*pack{}
	for _, o := range *d.packs.Load() {
		if !slices.Contains(gone, o) && o.path != p.path {
			packs = append(packs, o)
		}
	}
	packs = append(packs, p)
	d.packs.Store(&packs)
}

// packed finds an object in the packs that are known.
func (d *objects) packed(o oid) (*pack, int64, error) {
	for _, p := range *d.packs.Load() {
		off, ok, err := p.idx.find(o)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			return p, off, nil
		}
	}
	return nil, 0, nil
}

// has tells whether a pack holds the object. Loose objects do not count: nobody promised
// that they are synced.
func (d *objects) has(o oid) bool {
	p, _, err := d.packed(o)
	return p != nil && err == nil
}

func (d *objects) object(o oid) (kind, []byte, error) {
	if data, ok := d.trees.get(o); ok {
		return treeKind, data, nil
	}
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	return d.read(in, o, nil)
}

// read is object with the caller's own buffers.
func (d *objects) read(in *inflater, o oid, bases func(*pack) *deltaBases) (k kind, data []byte, err error) {
	if o == emptyTree {
		return treeKind, nil, nil
	}
	err = d.locate(o, func(p *pack, off int64) error {
		var b *deltaBases
		if bases != nil {
			b = bases(p)
		}
		k, data, err = p.read(in, off, b, d.object)
		return err
	}, func(r io.Reader, lk kind, size int64) error {
		k = lk
		data = make([]byte, size)
		_, err := io.ReadFull(r, data)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if k == treeKind {
		d.trees.put(o, data)
	}
	return k, data, nil
}

func (d *objects) sizeOf(o oid) (k kind, size int64, err error) {
	if o == emptyTree {
		return treeKind, 0, nil
	}
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	err = d.locate(o, func(p *pack, off int64) error {
		k, size, err = p.kindAndSize(in, off, d.sizeOf)
		return err
	}, func(_ io.Reader, lk kind, n int64) error {
		k, size = lk, n
		return nil
	})
	return k, size, err
}

// locate finds an object in a pack or loose; where one copy is damaged another one may not be.
// When it finds none it looks once more for packs that came since, and then says so to missed.
func (d *objects) locate(o oid, inPack func(*pack, int64) error, isLoose func(io.Reader, kind, int64) error) error {
	for try := 0; ; try++ {
		var damage error
		for _, p := range *d.packs.Load() {
			off, ok, err := p.idx.find(o)
			if err == nil && ok {
				if err = inPack(p, off); err == nil {
					return nil
				}
			}
			if err != nil && damage == nil {
				damage = err
			}
		}
		err := d.loose(o, isLoose)
		if err == nil {
			return nil
		}
		if damage == nil && !errors.Is(err, fs.ErrNotExist) {
			damage = err
		}
		if try > 0 {
			if d.missed != nil {
				d.missed(o)
			}
			return &MissingError{Object: o.hash(), Dir: d.dir, Err: damage}
		}
		if err := d.rescan(); err != nil {
			return err
		}
	}
}

func (d *objects) loose(o oid, f func(io.Reader, kind, int64) error) error {
	name := o.String()
	file, err := os.Open(filepath.Join(d.dir, name[:2], name[2:]))
	if err != nil {
		return err
	}
	defer file.Close()
	zr, err := zlib.NewReader(file)
	if err != nil {
		return fmt.Errorf("read loose object %s: %w", name, err)
	}
	defer zr.Close()
	var head []byte
	var b [1]byte
	for len(head) < 32 {
		if _, err := io.ReadFull(zr, b[:]); err != nil {
			return fmt.Errorf("read loose object %s: %w", name, err)
		}
		if b[0] == 0 {
			break
		}
		head = append(head, b[0])
	}
	word, number, _ := bytes.Cut(head, []byte{' '})
	k, ok := parseKind(string(word))
	size, err := strconv.ParseInt(string(number), 10, 63)
	if !ok || err != nil || size > 1<<31 {
		return fmt.Errorf("loose object %s is damaged", name)
	}
	return f(zr, k, size)
}

// commit reads and decodes a commit.
func readCommit(src source, o oid) (*commitObject, error) {
	k, data, err := src.object(o)
	if err != nil {
		return nil, err
	}
	if k == tagKind {
		return nil, fmt.Errorf("%s is a tag, not a commit", o)
	}
	if k != commitKind {
		return nil, fmt.Errorf("%s is a %s, not a commit", o, k)
	}
	return parseCommit(o, data)
}

func readTree(src source, o oid) ([]byte, error) {
	if o.isZero() || o == emptyTree {
		return nil, nil
	}
	k, data, err := src.object(o)
	if err != nil {
		return nil, err
	}
	if k != treeKind {
		return nil, fmt.Errorf("%s is a %s, not a tree", o, k)
	}
	return data, nil
}

// treeCache keeps recently used trees, up to a number of bytes.
type treeCache struct {
	mu    sync.Mutex // guards all below
	limit int
	size  int
	order *list.List // of *cachedTree, the most recent first
	byID  map[oid]*list.Element
}

type cachedTree struct {
	id   oid
	data []byte
}

func newTreeCache(limit int) *treeCache {
	return &treeCache{limit: limit, order: list.New(), byID: make(map[oid]*list.Element)}
}

func (c *treeCache) get(o oid) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byID[o]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedTree).data, true
}

func (c *treeCache) put(o oid, data []byte) {
	if len(data) > c.limit/2 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byID[o]; ok {
		return
	}
	c.byID[o] = c.order.PushFront(&cachedTree{o, data})
	c.size += len(data) + 150
	for c.size > c.limit {
		last := c.order.Back()
		t := c.order.Remove(last).(*cachedTree)
		delete(c.byID, t.id)
		c.size -= len(t.data) + 150
	}
}

// walkTree calls f for all that is not a folder.
func walkTree(src source, tree oid, prefix string, f func(path string, e treeEntry) error) error {
	raw, err := readTree(src, tree)
	if err != nil {
		return err
	}
	for len(raw) > 0 {
		var e treeEntry
		if e, raw, err = nextEntry(raw); err != nil {
			return err
		}
		if e.mode == modeDir {
			err = walkTree(src, e.id, prefix+string(e.name)+"/", f)
		} else {
			err = f(prefix+string(e.name), e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// openBlob opens a blob of at least the given size that can be inflated while it is read; nil
// for one that is smaller, loose or a delta.
func (d *objects) openBlob(o oid, least int64) io.ReadCloser {
	p, off, err := d.packed(o)
	if p == nil || err != nil {
		return nil
	}
	in := newInflater()
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != blobKind || h.size < least || in.start() != nil {
		return nil
	}
	return in.zr
}
