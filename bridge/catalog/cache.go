package catalog

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gitpost/bridge/site"
)

// Cache is a file that keeps a catalog from one run to the next, so that a start costs only what
// changed in between. A file that is missing, damaged, of another version or of a state that
// the repository no longer has is ignored.
type Cache struct {
	File string
	Key  string // identifies everything but the repository on which the catalog depends: program, options
}

// cacheFormat changes whenever the meaning of the file changes.
const cacheFormat = "gitpost catalog 3\n"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Restore loads the catalog from the cache. After an error the catalog is empty, and Advance reads
// the whole repository. When the site's configuration cannot be read at tip, it is read from the
// state of the cache.
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
		return fmt.Errorf("the repository no longer has the state of the cache: %w", err)
	}
	st, err := c.open(tip)
	if err != nil {
		st, err = c.open(snap)
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

// Save writes the catalog to the cache unless it is up to date. It does not block readers.
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
		return fmt.Errorf("write the index of posts: %w", err)
	}
	c.mu.Lock()
	c.saved, c.savedPast = frozen.snap.ID(), pastRef
	c.mu.Unlock()
	return nil
}

// Unsaved reports whether the catalog was built from the whole repository and not saved since.
func (c *Catalog) Unsaved() bool {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.index != nil && c.saved == "" && c.index.snap.Ref() != ""
}

// readText reads a file into a string, which the records share.
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

// checksum returns the CRC-32C.
func checksum(s string) (sum uint32) {
	var part [32 << 10]byte
	for s != "" {
		n := copy(part[:], s)
		sum, s = crc32.Update(sum, castagnoli, part[:n]), s[n:]
	}
	return sum
}

// Unfinished is the pattern of what follows a cache file's name while it is written.
const Unfinished = ".tmp-*"

// replaceFile writes a file completely or not at all.
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

// cacheKey adds what the site takes from the machine and the program: time zone and version.
func cacheKey(key string, st *site.Site) string {
	generator, version := st.Generator()
	winter, summer := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2024, 7, 1, 0, 0, 0, 0, time.UTC)
	zone := st.Zone()
	return strings.Join([]string{key, generator, version, st.BaseURL(), zone.String(),
		winter.In(zone).Format("-07:00:00"), summer.In(zone).Format("-07:00:00")}, "\x00")
}

var (
	errDamaged = errors.New("the cached index is damaged")
	errForeign = errors.New("the cached index is of another version of gitpost or of the configuration")
)

// storedIndex is an opened cache file.
type storedIndex struct {
	key, ref string
	sections []string
	past     *Past
	pastRef  string
	rest     string
}

// openCache verifies a cache file, which begins with the format, a checksum of the rest, the key
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
