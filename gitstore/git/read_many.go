package git

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// objectPlace is where one of many objects is stored; without a pack it is loose or missing.
type objectPlace struct {
	i   int
	id  OID
	p   *pack
	off int64
}

// ReadMany reads many blobs on all cores, each goroutine with its own buffers, and calls f
// from several goroutines.
func ReadMany(ctx context.Context, src Source, ids []OID, f func(i int, data []byte) error) error {
	d := src.DB()
	places, err := d.findMany(ctx, ids)
	if err != nil {
		return err
	}
	const chunk = 256
	var next atomic.Int64
	var failed atomic.Bool
	workers := min(runtime.GOMAXPROCS(0), len(ids)/chunk+1)
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			r := manyReader{src: src, d: d, in: newInflaterSize(64 << 10)}
			for !failed.Load() {
				from := int(next.Add(1)-1) * chunk
				if from >= len(places) {
					return
				}
				for _, at := range places[from:min(len(places), from+chunk)] {
					if errs[w] = r.read(ctx, at, f); errs[w] != nil {
						failed.Store(true)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// findMany finds objects in the packs and sorts them in the order of the files: neighbours
// share delta bases and pages.
func (d *DB) findMany(ctx context.Context, ids []OID) ([]objectPlace, error) {
	places := make([]objectPlace, len(ids))
	parts := min(runtime.GOMAXPROCS(0), len(ids)/1000+1)
	errs := make([]error, parts)
	var finding sync.WaitGroup
	for n := range parts {
		finding.Go(func() {
			for i := len(ids) * n / parts; i < len(ids)*(n+1)/parts; i++ {
				p, off, err := d.packed(ids[i])
				if err != nil {
					errs[n] = err
					return
				}
				places[i] = objectPlace{i, ids[i], p, off}
			}
			errs[n] = ctx.Err()
		})
	}
	finding.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	rank := make(map[*pack]int)
	for i, p := range *d.packs.Load() {
		rank[p] = i
	}
	slices.SortFunc(places, func(a, b objectPlace) int {
		if a.p != b.p {
			return rank[a.p] - rank[b.p]
		}
		return cmp.Compare(a.off, b.off)
	})
	return places, nil
}

// manyReader has the buffers of one goroutine.
type manyReader struct {
	src   Source
	d     *DB
	in    *inflater
	bases deltaBases
	of    *pack // that bases are from
}

func (r *manyReader) read(ctx context.Context, at objectPlace, f func(i int, data []byte) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var data []byte
	var err error
	if at.p != nil {
		if at.p != r.of {
			r.bases, r.of = deltaBases{}, at.p
		}
		_, data, err = at.p.read(r.in, at.off, &r.bases, r.d.Object)
	}
	if at.p == nil || err != nil { // another pack may have a good copy
		if _, data, err = r.src.Object(at.id); err != nil {
			return err
		}
	}
	return f(at.i, data)
}
