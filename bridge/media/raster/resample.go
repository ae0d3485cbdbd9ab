package raster

import "math"

// Making an image smaller: each new pixel is a sum of old ones, weighted by the Catmull-Rom kernel
// stretched to the size of the step. Rows are first made narrower, then added up; only the rows
// that are being added are kept, so that a large image takes no memory beside its own.
// (golang.org/x/image/draw computes the same over a floating-point copy of the image, which takes
// 200 MB for a phone's photo, and four times as long.)

// rows is an image to read from: n channels of one byte each, interleaved.
type rows struct {
	width, height, n int
	// row returns one row. It may use the scratch space, of width*n bytes.
	row func(y int, scratch []byte) []byte
}

// kernelReach is how far the Catmull-Rom kernel reaches to each side.
const kernelReach = 2

func catmullRom(x float64) float64 {
	switch x = math.Abs(x); {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// taps are the weights along one axis: n for each new pixel, from old pixel first on.
type taps struct {
	n       int
	first   []int
	weights []int32 // their sum is 1 << weightBits for each new pixel
}

const (
	weightBits = 12
	rowBits    = 10 // fractional bits of a row that was made narrower
)

// newTaps computes the weights for making size old pixels into count new ones, of which each
// spans step old ones.
func newTaps(size, count int, step float64) taps {
	stretch := max(step, 1)
	n := min(2*int(math.Ceil(kernelReach*stretch))+1, size)
	t := taps{n: n, first: make([]int, count), weights: make([]int32, n*count)}
	sums := make([]float64, n)
	for i := range count {
		centre := (float64(i)+0.5)*step - 0.5
		from := int(math.Floor(centre)) - n/2
		first := max(0, min(from, size-n))
		t.first[i] = first
		clear(sums)
		total := 0.0
		for j := range 2*int(math.Ceil(kernelReach*stretch)) + 3 {
			p := from - 1 + j
			w := catmullRom((float64(p) - centre) / stretch)
			if w == 0 {
				continue
			}
			at := max(0, min(p, size-1)) - first // beyond the edge the edge continues
			if at < 0 || at >= n {
				continue
			}
			sums[at] += w
			total += w
		}
		w := t.weights[i*n : (i+1)*n]
		left, largest := int32(1<<weightBits), 0
		for j, v := range sums {
			w[j] = int32(math.Round(v / total * (1 << weightBits)))
			left -= w[j]
			if w[j] > w[largest] {
				largest = j
			}
		}
		w[largest] += left // what rounding lost
	}
	return t
}

// resample fills dst from src. stepX and stepY are how many old pixels a new one spans.
func resample(dst plane, src rows, stepX, stepY float64) {
	across := newTaps(src.width, dst.width, stepX)
	down := newTaps(src.height, dst.height, stepY)
	inParallel(dst.height, func(from, to int) { resampleRows(dst, src, across, down, from, to) })
}

// resampleRows fills a range of the rows of dst.
func resampleRows(dst plane, src rows, across, down taps, from, to int) {
	width := dst.width * src.n
	words := (width + 1) / 2
	// Two sums share a word: a sum in the lower half that is negative for a while borrows from the
	// upper one, and returns it when the bias has made it positive.
	ring := make([][]uint64, down.n)
	for i := range ring {
		ring[i] = make([]uint64, words)
	}
	sums := make([]uint64, words)
	narrow := make([]int32, 2*words)
	scratch := make([]byte, src.width*src.n)
	done := 0 // the first old row that is not in the ring
	if from < to {
		done = down.first[from]
	}
	const (
		shift  = rowBits + weightBits
		biased = 1 << 29 // far above what the kernel's negative lobes can sum up to
		bias   = biased + 1<<(shift-1)
	)
	for y := from; y < to; y++ {
		first := down.first[y]
		for ; done < first+down.n; done++ {
			if done < first {
				continue
			}
			across.narrow(narrow, src.row(done, scratch), src.n)
			line := ring[done%down.n]
			for i := range line {
				line[i] = uint64(int64(narrow[2*i+1])<<32 + int64(narrow[2*i]))
			}
		}
		for i := range sums {
			sums[i] = bias<<32 + bias
		}
		for k := range down.n {
			w := uint64(int64(down.weights[y*down.n+k]))
			if w == 0 {
				continue
			}
			line := ring[(first+k)%down.n][:len(sums)]
			for i := range sums {
				sums[i] += line[i] * w
			}
		}
		out := dst.pix[y*dst.stride:][:width]
		for i := range out {
			v := int32(uint32(sums[i>>1]>>(i&1*32))-biased) >> shift
			if uint32(v) > 255 {
				v = ^v >> 31 & 255 // below 0: 0, above 255: 255
			}
			out[i] = uint8(v)
		}
	}
}

// narrow makes one row narrower. The last element of out may be padding.
func (t taps) narrow(out []int32, row []byte, n int) {
	const down = weightBits - rowBits
	switch n {
	case 1:
		for i, first := range t.first {
			w := t.weights[i*t.n : (i+1)*t.n]
			p := row[first:][:len(w)]
			sum := int32(1 << (down - 1))
			for k, v := range w {
				sum += int32(p[k]) * v
			}
			out[i] = sum >> down
		}
	case 4:
		for i, first := range t.first {
			w := t.weights[i*t.n : (i+1)*t.n]
			p := row[4*first:][:4*len(w)]
			var a, b, c, d int32 = 1 << (down - 1), 1 << (down - 1), 1 << (down - 1), 1 << (down - 1)
			for k, v := range w {
				q := p[4*k : 4*k+4 : 4*k+4]
				a += int32(q[0]) * v
				b += int32(q[1]) * v
				c += int32(q[2]) * v
				d += int32(q[3]) * v
			}
			o := out[4*i : 4*i+4 : 4*i+4]
			o[0], o[1], o[2], o[3] = a>>down, b>>down, c>>down, d>>down
		}
	}
}
