package git

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

// Source is where a snapshot finds its objects.
type Source interface {
	Object(o OID) (kind, []byte, error)
	SizeOf(o OID) (kind, int64, error)
	DB() *DB
}

// DB reads the objects folder of a repository. Reading takes no lock: the list of
// packs is replaced as a whole. Safe for concurrent use.
type DB struct {
	dir   string // …/objects
	packs atomic.Pointer[[]*pack]
	trees *treeCache

	OnMissing func(OID) // called for objects that cannot be read; set before the first read; may be nil

	mu sync.Mutex // one change of packs at a time
}

// Open opens the objects of a bare repository.
func Open(repository string) (*DB, error) {
	d := &DB{dir: filepath.Join(repository, "objects"), trees: newTreeCache(32 << 20)}
	d.packs.Store(&[]*pack{})
	if err := d.Rescan(); err != nil {
		return nil, err
	}
	return d, nil
}

func (d *DB) DB() *DB { return d }

func (d *DB) packDir() string { return filepath.Join(d.dir, "pack") }

// Rescan makes the list of packs equal to what the folder holds: git gc or another
// process may have been there.
func (d *DB) Rescan() error {
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

// PackCount is the number of packs.
func (d *DB) PackCount() int { return len(*d.packs.Load()) }

// add publishes a pack that is on disk, in place of what had its name before.
func (d *DB) add(p *pack) {
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
func (d *DB) replace(gone []*pack, p *pack) {
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
func (d *DB) packed(o OID) (*pack, int64, error) {
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

// Has reports whether a pack holds the object. Loose objects do not count: they may
// not be synced.
func (d *DB) Has(o OID) bool {
	p, _, err := d.packed(o)
	return p != nil && err == nil
}

func (d *DB) Object(o OID) (kind, []byte, error) {
	if data, ok := d.trees.get(o); ok {
		return TreeKind, data, nil
	}
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	return d.read(in, o, nil)
}

// read is object with the caller's own buffers.
func (d *DB) read(in *inflater, o OID, bases func(*pack) *deltaBases) (k kind, data []byte, err error) {
	if o == EmptyTree {
		return TreeKind, nil, nil
	}
	err = d.locate(o, func(p *pack, off int64) error {
		var b *deltaBases
		if bases != nil {
			b = bases(p)
		}
		k, data, err = p.read(in, off, b, d.Object)
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
	if k == TreeKind {
		d.trees.put(o, data)
	}
	return k, data, nil
}

func (d *DB) SizeOf(o OID) (k kind, size int64, err error) {
	if o == EmptyTree {
		return TreeKind, 0, nil
	}
	in := inflaters.Get().(*inflater)
	defer inflaters.Put(in)
	err = d.locate(o, func(p *pack, off int64) error {
		k, size, err = p.kindAndSize(in, off, d.SizeOf)
		return err
	}, func(_ io.Reader, lk kind, n int64) error {
		k, size = lk, n
		return nil
	})
	return k, size, err
}

// locate finds an object in a pack or loose; where one copy is damaged another one may not be.
// When it finds none it looks once for new packs, and then calls OnMissing.
func (d *DB) locate(o OID, inPack func(*pack, int64) error, isLoose func(io.Reader, kind, int64) error) error {
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
			if d.OnMissing != nil {
				d.OnMissing(o)
			}
			return &MissingError{Object: o.Hash(), Dir: d.dir, Err: damage}
		}
		if err := d.Rescan(); err != nil {
			return err
		}
	}
}

func (d *DB) loose(o OID, f func(io.Reader, kind, int64) error) error {
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

// ReadCommit reads and decodes a commit.
func ReadCommit(src Source, o OID) (*Commit, error) {
	k, data, err := src.Object(o)
	if err != nil {
		return nil, err
	}
	if k == tagKind {
		return nil, fmt.Errorf("%s is a tag, not a commit", o)
	}
	if k != CommitKind {
		return nil, fmt.Errorf("%s is a %s, not a commit", o, k)
	}
	return ParseCommit(o, data)
}

func ReadTree(src Source, o OID) ([]byte, error) {
	if o.IsZero() || o == EmptyTree {
		return nil, nil
	}
	k, data, err := src.Object(o)
	if err != nil {
		return nil, err
	}
	if k != TreeKind {
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
	byID  map[OID]*list.Element
}

type cachedTree struct {
	id   OID
	data []byte
}

func newTreeCache(limit int) *treeCache {
	return &treeCache{limit: limit, order: list.New(), byID: make(map[OID]*list.Element)}
}

func (c *treeCache) get(o OID) ([]byte, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byID[o]
	if !ok {
		return nil, false
	}
	c.order.MoveToFront(e)
	return e.Value.(*cachedTree).data, true
}

func (c *treeCache) put(o OID, data []byte) {
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

// WalkTree calls f for all that is not a folder, in path order.
func WalkTree(src Source, tree OID, f func(path string, e Entry) error) error {
	return walkTree(src, tree, "", f)
}

func walkTree(src Source, tree OID, prefix string, f func(path string, e Entry) error) error {
	raw, err := ReadTree(src, tree)
	if err != nil {
		return err
	}
	for len(raw) > 0 {
		var e Entry
		if e, raw, err = NextEntry(raw); err != nil {
			return err
		}
		if e.Mode == ModeDir {
			err = walkTree(src, e.ID, prefix+string(e.Name)+"/", f)
		} else {
			err = f(prefix+string(e.Name), e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// OpenBlob opens a blob of at least the given size that can be inflated while it is read; nil
// for one that is smaller, loose or a delta.
func (d *DB) OpenBlob(o OID, least int64) io.ReadCloser {
	p, off, err := d.packed(o)
	if p == nil || err != nil {
		return nil
	}
	in := newInflater()
	in.seek(p.f, off)
	h, err := readPackHeader(in.br, off)
	if err != nil || h.kind != BlobKind || h.size < least || in.start() != nil {
		return nil
	}
	return in.zr
}
