// Package raster decodes, scales, rotates, composes and encodes images. It knows pixels only:
// what a file says beside its image is read and written elsewhere.
//
// Decoders, Scale, Orient and the encoders use the types of package image that hold pixels as files
// store them, such as YCbCr with less colour than luma, and convert as little as possible. The work
// is divided among the processor's cores. Nothing here bounds what an image takes: callers check
// its size before they decode it.
//
// All functions are safe for concurrent use on different images.
package raster

import (
	"encoding/binary"
	"runtime"
	"sync"
)

var be = binary.BigEndian

// cores is how many parts of an image are worked on at once.
func cores() int { return runtime.GOMAXPROCS(0) }

// inParallel calls f for as many ranges of 0 to n as there are cores, and waits for them.
func inParallel(n int, f func(from, to int)) {
	parts := max(1, min(cores(), n))
	var group sync.WaitGroup
	for i := range parts {
		group.Go(func() { f(n*i/parts, n*(i+1)/parts) })
	}
	group.Wait()
}
